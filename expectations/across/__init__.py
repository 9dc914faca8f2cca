"""Rules across returns, across periods and about the nation.

They are evaluated on a built warehouse, because only there all returns in force stand side by side. Each frame is one
SQL file; a finding from here never changes what became of a return.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from expectations.frames import across_frame
from expectations.limits import LIMITS_PATH
from expectations.validate import Validation, evaluate
from warehouse.presentation import dutch_number
from warehouse.queries import run_query
from warehouse.records import Scope
from warehouse.reference import Reference
from warehouse.storage import quoted

_FOLDER = Path(__file__).parent
_IN_FORCE = """
    SELECT submission_id, file_sha256, file_name, sector_code, period FROM core.submission
    WHERE status IN ('accepted', 'accepted_with_findings') ORDER BY submission_id
"""


def validate_across(connection: duckdb.DuckDBPyConnection, reference: Reference) -> list[tuple[Scope, Validation]]:
    """Evaluate the rules that have a SQL file here on a warehouse file.

    Returns a Validation for every return in force, and for every return that a row says is not there.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE change_limit AS FROM read_csv({quoted(LIMITS_PATH)})")
    scopes = [Scope(sha, name, one, sector, period) for one, sha, name, sector, period in _fetch(connection, _IN_FORCE)]
    by_submission = {scope.submission_id: scope for scope in scopes}
    number = {scope: index for index, scope in enumerate(scopes)}
    frames = {}
    for path in sorted(_FOLDER.glob("*.sql")):
        rows = run_query(connection, path)
        for row in rows:
            scope = by_submission.get(row["submission_id"]) or Scope(
                None, None, None, row["sector_code"], row["period"]
            )
            row["reading"] = number.setdefault(scope, len(number))
            if row["excess"] != 0:
                _tell(row, reference)
        frames[path.stem] = across_frame(path.stem, rows)
    return list(zip(number, evaluate(frames, len(number)), strict=True))


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _tell(row: dict[str, Any], reference: Reference) -> None:
    """Put a row as the sender reads it: figures the Dutch way, or what the cell holds where there is none.

    Of rows that hold, which are nearly all, nothing is told.
    """
    row["found"] = _shown(row["found"]) or row["literal"] or "leeg"
    row["expected"] = _shown(row["expected"])
    row["measure_nl"] = reference.measures[row["measure"]].dutch_term


def _shown(value: Any) -> Any:
    return dutch_number(value) if isinstance(value, Decimal) else value
