"""Rules across returns: evaluated on a built warehouse, because only there all returns in force stand side by side.

Findings from here tell of two returns that disagree; they never change what became of either.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from expectations.frames import comparison_frame
from expectations.validate import Validation, evaluate
from warehouse.presentation import dutch_number
from warehouse.queries import run_query
from warehouse.reference import Reference

_QUERY = Path(__file__).parent / "repeated_figures.sql"


def validate_across(database: Path, reference: Reference) -> dict[tuple[str, str], Validation]:
    """Evaluate the rules across returns on a warehouse file.

    Returns, by (file sha256, submission id), a Validation for every return that repeats a figure of another.
    """
    with duckdb.connect(str(database)) as connection:
        found = run_query(connection, _QUERY)
    keys = sorted({(row["file_sha256"], row["submission_id"]) for row in found})
    number = {key: index for index, key in enumerate(keys)}
    rows = [{"reading": number[row["file_sha256"], row["submission_id"]], **_compared(row, reference)} for row in found]
    validations = evaluate({"across": comparison_frame(rows)}, len(keys))
    return dict(zip(keys, validations, strict=True))


def _compared(row: dict[str, Any], reference: Reference) -> dict[str, Any]:
    tolerance = sum((Decimal("0.5").scaleb(-row[name]) for name in ("decimals", "source_decimals")), Decimal(0))
    known = row["value"] is not None and row["source_value"] is not None
    source = f"{row['source_submission_id']} {row['source_sheet']}!{row['source_cell']}"
    return {
        "sheet": row["sheet"],
        "cell": row["cell"],
        "found": dutch_number(row["value"]) if known else row["literal"] or "leeg",
        "expected": f"{dutch_number(row['source_value'])} ({source})",
        "subject_nl": row["subject_nl"],
        "measure": row["measure"],
        "measure_nl": reference.measures[row["measure"]].dutch_term,
        "excess": max(Decimal(0), abs(row["value"] - row["source_value"]) - tolerance) if known else None,
    }
