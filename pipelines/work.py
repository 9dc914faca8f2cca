"""What is left to do, by the archive, the ledger and what is published: never by what happened when.

Both the main job and the sensor ask it, so that whatever was interrupted, forgotten or lost is work again at the next
look. Doing the work belongs to the assets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from assets.intake.ledger import LedgerFile, State, now
from assets.open_data.package import open_data_version
from assets.snapshot.inputs import current_input_hash
from assets.workspace import Workspace
from pipelines.partitions import PARTITION_SECTORS, partition_key, ranges
from warehouse.periods import Period, PeriodKind
from warehouse.publish import input_hash_of


class Rectangle(NamedTuple):
    """Partitions of one kind of period, from a first to a last key, that one run reads."""

    kind: PeriodKind
    first_key: str
    last_key: str


def rectangles(workspace: Workspace, files: Iterable[LedgerFile]) -> list[Rectangle]:
    """The rectangles that hold exactly the partitions of these files; without files that belong to none."""
    by_kind: dict[PeriodKind, set[str]] = {}
    for file in files:
        if file.identity is not None and workspace.has_partition(file):
            period = Period.parse(file.identity.period)
            by_kind.setdefault(period.kind, set()).add(partition_key(file.identity.sector_code, period))
    return [Rectangle(kind, *keys) for kind in by_kind for keys in ranges(by_kind[kind], PARTITION_SECTORS, kind)]


def wanted_input_hash(workspace: Workspace, state: State) -> str:
    """What a snapshot would be built from today."""
    return current_input_hash(state, workspace.reader.reference, workspace.waivers, now().date())


def must_publish(workspace: Workspace, state: State) -> bool:
    """Whether what is published is not what holds now."""
    return bool(state.files) and input_hash_of(workspace.storage.snapshot) != wanted_input_hash(workspace, state)


def must_write_open_data(workspace: Workspace, state: State) -> bool:
    """Whether the open data are not those of the last publication."""
    return bool(state.publications) and open_data_version(workspace.storage) != state.publications[-1].snapshot_id
