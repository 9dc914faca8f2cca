"""What a file from outside may cost: the limits of `file_limits.yaml`, each with its reason.

Only the numbers belong here; holding a file to them is done by whoever counts what they are about.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

LIMITS_PATH = Path(__file__).parent / "file_limits.yaml"


class FileLimits(BaseModel):
    """The limit of each thing; bytes are bytes, `seconds` are of the clock, the others are counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_bytes: int
    expanded_bytes: int
    expansion_ratio: int
    expansion_counts_from_bytes: int
    parts: int
    xml_elements: int
    shared_texts: int
    rows: int
    columns: int
    cells: int
    merged_cells: int
    faulty_places: int
    told_characters: int
    collected_files: int
    collected_bytes: int
    seconds: int
    memory_bytes: int


class _Limit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int
    largest: int
    why: str


def load(path: Path = LIMITS_PATH) -> FileLimits:
    """The limits in a file; raises ValidationError when one is missing, unknown or no whole number."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return FileLimits(**{name: _Limit(**entry).limit for name, entry in told.items()})


FILE_LIMITS = load()
