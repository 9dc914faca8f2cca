"""Helpers of the intake tests: the ledger's events, made by hand, and a ledger filled with them.

What is checked does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from assets.intake.ledger import Ledger, State
from warehouse.records import Identity

AT = datetime(2025, 11, 18, 12, tzinfo=UTC)
IDENTITY = Identity("mbo", "mbo_raad", "mbo", "2024")


def received(number: int, identity: Identity = IDENTITY) -> dict[str, Any]:
    """A file, for the first time."""
    return {
        "event": "received",
        "at": AT.isoformat(),
        "sha256": f"file{number}",
        "file_name": f"{number}.xlsx",
        "size_bytes": number,
        "identity": asdict(identity),
    }


def read_as(number: int, version: int, status: str, identity: Identity = IDENTITY) -> dict[str, Any]:
    """A reading of a file that changes no figures of another."""
    return {
        "event": "read",
        "at": AT.isoformat(),
        "sha256": f"file{number}",
        "identity": asdict(identity),
        "submission_id": f"{identity.sector_code}-{identity.period}-v{version}",
        "version": version,
        "status": status,
        "changes_figures": False,
        "layout_hash": "layout",
        "rules_hash": "rules",
        "values_hash": f"values of {number}",
        "findings": 0,
    }


READ = read_as(1, 1, "accepted")
DECISION: dict[str, Any] = {
    "event": "accepted",
    "at": AT.isoformat(),
    "submission_id": "mbo-2024-v1",
    "decided_by": "A. de Vries",
    "reason": "nagevraagd",
}
PUBLISHED: dict[str, Any] = {
    "event": "published",
    "at": AT.isoformat(),
    "snapshot_id": "20251118T120000Z-12345678",
    "input_hash": "12345678",
    "changes": [
        ["sector_progress", "mbo|2024", "realised_jobs", "706.0000000000"],
        ["sector_progress", "mbo|2023", "realised_jobs", None],
    ],
}


def submit(ledger: Ledger, readings: Iterable[str], identity: Identity = IDENTITY) -> State:
    """One file after another about the same sector and period, each read as it comes.

    A reading is a status, with `changing ` before it when it changes figures of the version before.
    """
    state = ledger.state()
    for reading in readings:
        number, status = len(state.files) + 1, reading.removeprefix("changing ")
        event = read_as(number, state.next_version(identity), status, identity)
        ledger.append(state, [received(number, identity), {**event, "changes_figures": reading != status}])
    return ledger.state()


def standings(state: State) -> list[str]:
    """Where every submission stands, in the order they came."""
    return [state.status_of(submission).value for submission in state.submissions.values()]
