"""A collection: all employers' own returns of one sector and period together, as one return of the sector.

Its list of workbooks is a file of our own, archived like any other, so that a version of a collection is made again
from the archive alone. Making and reading that list, and what it says for the sector, belongs here; reading the
workbooks on it is `read.py`, and what becomes of it `submissions.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from assets.intake.ledger import LedgerFile, State
from warehouse.contributions import figures_of_employers, sums_over_employers
from warehouse.records import Identity, Level, Observation, Place, Problem, Reading, Role, Status
from warehouse.storage import Storage

_LAYOUT_ID = "collection"
_SHEET = "verzameling"


@dataclass(frozen=True, slots=True)
class Collection:
    """The workbooks that take part, one of each employer, in order of employer code."""

    sector_code: str
    period: str
    members: tuple[LedgerFile, ...]

    @property
    def files(self) -> list[str]:
        """The sha256 of each workbook."""
        return [file.sha256 for file in self.members]

    @property
    def file_name(self) -> str:
        """A name for the list, as people see it where they see names of files."""
        return f"verzameling {self.sector_code} {self.period} ({len(self.members)} werkmappen).json"

    def to_bytes(self) -> bytes:
        """The list as a file: what is the same is the same bytes.

        It is what `json` writes with a line for each value, which takes that ten times as long.
        """
        text = partial(json.dumps, ensure_ascii=False)
        members = ",".join(
            f'\n{{\n"employer_code": {text(file.employer_code)},\n"file_name": {text(file.file_name)},\n'
            f'"sha256": {text(file.sha256)}\n}}'
            for file in self.members
        )
        about = f'{{\n"sector_code": {text(self.sector_code)},\n"period": {text(self.period)}\n}}'
        return f'{{\n"collection": {about},\n"members": [{members}\n]\n}}'.encode()


def identity_of(sector_code: str, period: str) -> Identity:
    """The identity of a collection; its sender is the sector itself."""
    return Identity(_LAYOUT_ID, sector_code, sector_code, period)


def is_collection(identity: Identity | None) -> bool:
    """Whether this is the identity of a collection."""
    return identity is not None and identity.layout_id == _LAYOUT_ID


def gather(state: State, sector_code: str, period: str) -> Collection:
    """The collection that the ledger gives now; of an employer that sent several returns the last one counts."""
    members = state.contributions(sector_code, period)
    return Collection(sector_code, period, tuple(members[code] for code in sorted(members)))


def members_of(content: bytes, state: State) -> Collection:
    """The collection that an archived list tells of."""
    told = json.loads(content)
    files = tuple(state.files[member["sha256"]] for member in told["members"])
    return Collection(told["collection"]["sector_code"], told["collection"]["period"], files)


def read_collection(storage: Storage, state: State, collection: Collection) -> Reading:
    """What a collection says, by what was read of its workbooks: the goal and realisation of each employer, and sums.

    An employer's other figures are not in the reading: they were judged with its own return. Its places say of each
    employer whether another return came before the one that counts.
    """
    identity = identity_of(collection.sector_code, collection.period)
    folder = storage.contributions(collection.sector_code, collection.period)
    employers = figures_of_employers(folder, collection.files, collection.period)
    return Reading(
        identity,
        [*employers, *_sums(storage, collection)],
        list(_places(state, collection)),
        required=("target_jobs", "realised_jobs"),
        layout_hash=_digest(sorted({file.layout_hash for file in collection.members})),
        said_by=tuple(f"{file.employer_code} {file.values_hash}" for file in collection.members),
    )


def _places(state: State, collection: Collection) -> Iterator[Place]:
    earlier: dict[str | None, list[str]] = defaultdict(list)
    counting = {file.employer_code: file for file in collection.members}
    for file in state.of_partition(collection.sector_code, collection.period):
        counts = counting.get(file.employer_code)
        if counts is not None and file.passed and file.number < counts.number:
            earlier[file.employer_code].append(file.file_name)
    for code, counts in counting.items():
        problem = Problem.RETURNED_TWICE if earlier[code] else Problem.NONE
        yield Place("employer", None, None, "; ".join(earlier[code]) or code, counts.file_name, problem)


def sums(reading: Reading) -> list[Observation]:
    """The observations of a collection that are its own: what its employers add up to."""
    return [observation for observation in reading.observations if observation.level is Level.SECTOR]


def _sums(storage: Storage, collection: Collection) -> list[Observation]:
    folder = storage.contributions(collection.sector_code, collection.period)
    found = sums_over_employers(folder, collection.files, collection.period)
    return [
        Observation(
            collection.sector_code, Level.SECTOR, None, None, None, collection.period, Role.OWN,
            row["measure"], row["value"], None, row["unit"], Status(row["status"]), False,
            _SHEET, f"som van {row['employers']}", _SHEET, _literal(row["value"]), row["decimals"],
        )
        for row in found
    ]  # fmt: skip


def _literal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
