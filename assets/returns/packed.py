"""A reading packed: what is asked of every one at hand, and the rest as bytes that are opened when it is asked for.

So processes hand readings of thousands of figures over, and keep them until they are judged, for next to nothing. What
a reading is belongs to the rows every room shares; how its figures are texts is `warehouse/texts.py`.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assets.returns.collection import is_collection
from assets.returns.personal import has_personal_data, was_searched
from expectations.catalogue import rules_within
from expectations.frames import Frame, frames_of
from expectations.validate import Counted, Validation, count, validations_of
from warehouse.observations import parquet_of
from warehouse.records import Identity, Place, Problem, Reading
from warehouse.reference import Reference
from warehouse.texts import Texts, observations_of, texts_of_columns

_PROBLEMS = {problem: problem.value for problem in Problem}


@dataclass(frozen=True, slots=True)
class PackedReading:
    """What one workbook said, packed. `counted` is what the rules look at; `content` is the whole reading.

    `parquet` is the file of its observations; empty where they are kept together with others, or not at all, as of a
    workbook with personal data.
    """

    identity: Identity | None
    layout_hash: str
    values_hash: str
    observation_count: int
    has_personal_data: bool
    was_searched: bool
    counted: Counted
    content: bytes
    parquet: bytes

    @property
    def size(self) -> int:
        """Bytes, of all that is more than a few."""
        return len(self.content) + len(self.parquet)

    def texts(self) -> Texts:
        """The observations, as columns of text."""
        texts: Texts = self._opened()[0]
        return texts

    def reading(self) -> Reading:
        """The reading that was packed."""
        texts, places, required, survey, said_by = self._opened()
        told = [Place._make((*shown, Problem(problem))) for *shown, problem in zip(*places, strict=True)]
        return Reading(self.identity, observations_of(texts), told, required, survey, self.layout_hash, said_by)

    def _opened(self) -> Any:
        return pickle.loads(self.content)


def pack(reading: Reading, reference: Reference, file_sha256: str) -> PackedReading:
    """Pack the reading of a file, with what the rules look at in it."""
    *places, problems = reading.place_columns.values()
    places.append(tuple(map(_PROBLEMS.__getitem__, problems)))
    texts = texts_of_columns(reading.columns)
    content = texts, places, reading.required, reading.survey, reading.said_by
    has_persons = has_personal_data(reading)
    return PackedReading(
        reading.identity,
        reading.layout_hash,
        reading.values_hash,
        len(reading.observations),
        has_persons,
        was_searched(reading),
        count(frames_of(reading, reference)),
        pickle.dumps(content, pickle.HIGHEST_PROTOCOL),
        parquet_of(file_sha256, texts) if _is_kept_alone(reading.identity) and not has_persons else b"",
    )


def _is_kept_alone(identity: Identity | None) -> bool:
    """Whether the observations of such a return have a file of their own."""
    return identity is not None and identity.employer_code is None and not is_collection(identity)


def validate_packed(readings: Sequence[PackedReading], reference: Reference) -> list[Validation]:
    """Evaluate every rule within a return over these; only those in which something is found are opened."""

    @lru_cache(maxsize=1)
    def frames(number: int) -> dict[str, Frame]:
        return frames_of(readings[number].reading(), reference)

    return validations_of([one.counted for one in readings], frames, rules_within())
