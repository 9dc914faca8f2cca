"""The Dagster resource that gives assets the data folders, the ledger and the reader. Wiring only.

While a run has it, that run is the only one that works in these folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import dagster as dg

from assets.intake.ledger import Ledger, LedgerFile, State
from assets.returns.collection import is_collection
from assets.returns.judge import judge_collections, judge_files
from assets.returns.read import ReturnReader, is_plausible
from assets.returns.submissions import HandledFile, Registrar
from assets.start import alone
from expectations.waivers import Waivers
from warehouse.periods import Period
from warehouse.storage import Storage


@cache
def _reader() -> ReturnReader:
    return ReturnReader()


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]  # Dagster reads the bare class
    """Where the data are; empty folders stand for the environment's, or the project's own."""

    raw_dir: str = ""
    warehouse_dir: str = ""

    @cached_property
    def storage(self) -> Storage:
        """The data folders."""
        raw = Path(self.raw_dir) if self.raw_dir else None
        warehouse = Path(self.warehouse_dir) if self.warehouse_dir else None
        return Storage.from_environment(raw, warehouse)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger beside the archive."""
        return Ledger(self.storage.ledger)

    @property
    def reader(self) -> ReturnReader:
        """The reader with our layouts and reference data; a program reads them once, also for many runs."""
        return _reader()

    @property
    def waivers(self) -> Waivers:
        """The waivers as they stand in their file now."""
        return Waivers.load(self.storage.waivers)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workspace]:  # noqa: ARG002 - Dagster's
        """Give a run the data folders for itself."""
        with self.alone():
            yield self

    def alone(self) -> AbstractContextManager[None]:
        """Be the only one at work in the data folders; raises what `alone` raises."""
        return alone(self.storage)

    def read_files(self, state: State, files: Iterable[LedgerFile]) -> list[HandledFile]:
        """Read archived files, judge them together, and enter what became of each, in order of receipt.

        Employers' own returns go first: the collections that are in force, or come to be, are made of them.
        """
        registrar = Registrar(self.storage, self.ledger, state)
        chosen = list(files)
        lists = [file for file in chosen if is_collection(file.identity)]
        handled: list[HandledFile] = []
        collected_anew: set[tuple[str, str]] = set()
        returns = [file for file in chosen if not is_collection(file.identity)]
        for judged in judge_files(self.storage, self.reader, self.waivers, returns):
            registrar.set_apart(judged)
            own = [one for one in judged if one.is_contribution]
            handled += registrar.enter_contributions(own)
            handled += [registrar.enter(one) for one in judged if not one.is_contribution]
            collected_anew |= {one.reading.identity.partition for one in own if one.reading.identity}
        for partition in sorted(collected_anew):
            lists += filter(None, [registrar.collect(*partition)])
        collected = judge_collections(self.storage, state, self.reader, self.waivers, lists)
        return handled + [registrar.enter(one) for one in collected]

    def has_partition(self, file: LedgerFile) -> bool:
        """Whether a file is about a sector and period that there is a partition for."""
        received_on = datetime.fromisoformat(file.received_at).date()
        return file.identity is not None and is_plausible(Period.parse(file.identity.period), received_on)
