"""Publications: the ledger remembers each before analysts can see it, and old files are let go by the policy.

The order of publishing, picking it up after a crash, and which snapshots are kept belong here; moving files is the
warehouse's.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assets.intake.ledger import Ledger, State, published_event
from warehouse.publish import PublicationError, built_publication, input_hash_of, keep, put_in_place, snapshot_id_of
from warehouse.records import Publication
from warehouse.storage import Storage

KEPT_LATEST = 12
"""The latest twelve snapshots keep their file, and the last one of every calendar quarter, for good. Manifests and
published figures stay for good anyhow."""


def report_name(build_hash: str | None) -> str:
    """The name of the report about a build: the same build has the same report."""
    return f"validatierapport-{(build_hash or 'onbekend')[:12]}"


def snapshot_name(state: State, build_hash: str, moment: datetime) -> tuple[str, datetime]:
    """The name and moment (UTC) of a build: those of the last publication when it is that one made again."""
    last = state.publications[-1] if state.publications else None
    if last and last.input_hash == build_hash:
        return last.snapshot_id, last.published_at
    at = max(moment.replace(tzinfo=None), last.published_at) if last else moment.replace(tzinfo=None)
    return f"{at:%Y%m%dT%H%M%SZ}-{build_hash[:8]}", at


def publications_before(state: State, snapshot_id: str) -> list[Publication]:
    """The publications before a snapshot."""
    names = [publication.snapshot_id for publication in state.publications]
    return state.publications[: names.index(snapshot_id) if snapshot_id in names else None]


def check_continuity(storage: Storage, state: State) -> None:
    """Raise PublicationError when the ledger does not know the snapshot that analysts read: lines are gone."""
    published = snapshot_id_of(storage.snapshot)
    if published is not None and published not in {one.snapshot_id for one in state.publications}:
        raise PublicationError(
            f"The ledger {storage.ledger} does not know the published snapshot {published}: lines of it are gone, or "
            f"it is another ledger. Restore it from a backup. Only when there is none: move {storage.snapshot} away "
            "and run again."
        )


def publish_built(storage: Storage, ledger: Ledger, state: State) -> Path:
    """Publish the file aside; returns the path that always holds the latest.

    The file is kept first, then the ledger remembers it, then it is put in place: a crash in between is picked up by
    `resume`. Raises PublicationError when it can't be published.
    """
    check_continuity(storage, state)
    publication = built_publication(storage)
    keep(storage, publication)
    if publication.snapshot_id not in {one.snapshot_id for one in state.publications}:
        ledger.append(state, [published_event(publication)])
    path = put_in_place(storage, publication.snapshot_id)
    _let_go(storage, state.publications)
    return path


def resume(storage: Storage, state: State) -> None:
    """Put in place what the ledger says was published last, when a crash came in between."""
    if state.publications:
        last = state.publications[-1].snapshot_id
        if storage.kept_snapshot(last).exists() and snapshot_id_of(storage.snapshot) != last:
            put_in_place(storage, last)


def kept_publications(publications: Sequence[Publication]) -> list[Publication]:
    """The publications whose file is kept: the latest ones, and the last one of every calendar quarter."""
    last_of_quarter = {(one.published_at.year, (one.published_at.month - 1) // 3): one for one in publications}
    kept = {one.snapshot_id for one in [*publications[-KEPT_LATEST:], *last_of_quarter.values()]}
    return [one for one in publications if one.snapshot_id in kept]


def _let_go(storage: Storage, publications: Sequence[Publication]) -> None:
    """Remove the files and reports of snapshots that the policy does not keep; their manifests stay."""
    kept = kept_publications(publications)
    reports = {report_name(one.input_hash) for one in kept} | {report_name(input_hash_of(storage.building))}
    for publication in publications:
        if publication not in kept:
            storage.kept_snapshot(publication.snapshot_id).unlink(missing_ok=True)
            report = storage.report(report_name(publication.input_hash))
            if report.name not in reports:
                shutil.rmtree(report, ignore_errors=True)
