"""Rules across returns, across periods and about the nation.

They are evaluated on a built warehouse, because only there all returns in force stand side by side. Each frame is one
SQL file; a finding from here never changes what became of a return.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from expectations.catalogue import rules_across
from expectations.frames import Frame, Row, each, without_gaps
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
    rows: dict[Scope, dict[str, list[Row]]] = {scope: {} for scope in scopes}
    names = [path.stem for path in sorted(_FOLDER.glob("*.sql"))]
    for name in names:
        for row in run_query(connection, _FOLDER / f"{name}.sql"):
            scope = by_submission.get(row["submission_id"]) or Scope(
                None, None, None, row["sector_code"], row["period"]
            )
            rows.setdefault(scope, {}).setdefault(name, []).append(row)
    frames = [
        {name: Frame(found, _EXCESS, partial(_told, reference, name)) for name, found in by_name.items()}
        for by_name in rows.values()
    ]
    validations = evaluate(frames, [rule for rule in rules_across() if rule.frame in names])
    return list(zip(rows, validations, strict=True))


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


_EXCESS = {"excess": each(itemgetter("excess"))}


def _told(reference: Reference, frame: str, row: Row) -> Row:
    """A row as the sender reads it: figures the Dutch way, or what the cell holds where there is none."""
    told = {
        **row,
        "found": _shown(row["found"]) or row["literal"] or "leeg",
        "expected": _shown(row["expected"]),
        "measure_nl": reference.measures[row["measure"]].dutch_term,
    }
    return without_gaps(frame, told)


def _shown(value: Any) -> Any:
    return dutch_number(value) if isinstance(value, Decimal) else value
