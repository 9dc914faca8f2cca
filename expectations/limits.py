"""The limits that differ per sector: how complete a return must be, and how much may change without an explanation.

Reading `limits.csv` belongs here; what is done with a limit is in the frames and in `across/`.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

LIMITS_PATH = Path(__file__).parent / "limits.csv"


@cache
def least_coverage() -> dict[str, Decimal]:
    """The least share of the employers expected that must have a realisation, in percent, by sector code."""
    with LIMITS_PATH.open(encoding="utf-8", newline="") as file:
        return {row["sector_code"]: Decimal(row["coverage_min_pct"]) for row in csv.DictReader(file)}
