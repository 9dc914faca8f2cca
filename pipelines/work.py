"""What is left to do, by the archive, the ledger and what is published: never by what happened when.

Both the main job and the sensor ask it, so that whatever was interrupted, forgotten or lost is work again at the next
look. Doing the work belongs to the assets.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from assets.intake.ledger import LedgerFile, State, now
from assets.open_data.package import open_data_version
from assets.products.pages import PRODUCTS, Product, product_made_from
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


def products_to_make(workspace: Workspace, state: State, today: date) -> list[tuple[Product, Period]]:
    """The products that are behind: of which a figure changed since they were made, or that were due and not made.

    A product is due on the day after the deadline of its return; that day belongs to its schedule.
    """
    deadlines = {(one.sector_code, one.cadence): one.deadline for one in workspace.reader.reference.calendar}
    behind = []
    for product in PRODUCTS.values():
        deadline = deadlines[product.sector_code, product.period_kind]
        figures, there = _last_changes(state, product)
        for period, snapshot_id in sorted(figures.items()):
            made_from = product_made_from(workspace.storage.products, product, Period.parse(period))
            was_due = (today - deadline(Period.parse(period))).days > 1
            is_there = period in there
            if (made_from is None and was_due and is_there) or (made_from is not None and made_from < snapshot_id):
                behind.append((product, Period.parse(period)))
    return behind


def _last_changes(state: State, product: Product) -> tuple[dict[str, str], set[str]]:
    """The periods that a product ever had figures of, with the last snapshot that changed one; and those it has now."""
    last, figures = {}, {}
    for publication in state.publications:
        for change in publication.changes:
            if change.mart == product.mart:
                last[change.row_key.rpartition("|")[2]] = publication.snapshot_id
                figures[change.row_key, change.column_name] = change.value
    return last, {row_key.rpartition("|")[2] for (row_key, _), value in figures.items() if value is not None}
