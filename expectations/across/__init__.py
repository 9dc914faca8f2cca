"""Rules across returns, across periods and about the nation.

They are evaluated on a built warehouse, because only there all returns in force stand side by side. Each frame is one
SQL file; a finding from here never changes what became of a return. DuckDB counts the rows of a frame by what the rules
look at in them: of a million figures that are set beside others, only those that differ are made rows of here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from expectations.catalogue import rules_across
from expectations.frames import Row, columns_of
from expectations.limits import LIMITS_PATH
from expectations.validate import Counted, Looks, Rows, RuleError, Validation, validations_of
from warehouse.presentation import dutch_number
from warehouse.queries import rows_of
from warehouse.records import Scope
from warehouse.reference import Reference
from warehouse.storage import quoted

_FOLDER = Path(__file__).parent
_IN_FORCE = """
    SELECT submission_id, file_sha256, file_name, sector_code, period FROM core.submission
    WHERE status IN ('accepted', 'accepted_with_findings') ORDER BY submission_id
"""
_KINDS = """
    SELECT COLUMNS(name -> name IN ('submission_id', 'sector_code', 'period', 'excess')), count(*) AS places
    FROM compared GROUP BY ALL ORDER BY min(rowid)
"""
_TO_TELL = "FROM compared WHERE excess IS DISTINCT FROM 0 ORDER BY rowid"


def validate_across(connection: duckdb.DuckDBPyConnection, reference: Reference) -> list[tuple[Scope, Validation]]:
    """Evaluate the rules that have a SQL file here on a warehouse file.

    Returns a Validation for every return in force, and for every return that a row says is not there.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE change_limit AS FROM read_csv({quoted(LIMITS_PATH)})")
    in_force = {row["submission_id"]: Scope(**row) for row in rows_of(connection, _IN_FORCE)}
    tallies: dict[Scope, dict[Rows, Counter[Looks]]] = {scope: {} for scope in in_force.values()}
    told: dict[Scope, dict[Rows, list[tuple[Looks, Row]]]] = defaultdict(dict)
    names = [path.stem for path in sorted(_FOLDER.glob("*.sql"))]
    for name in names:
        query = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {query}")
        for row in rows_of(connection, _KINDS):
            tally = tallies.setdefault(_scope(in_force, row), {}).setdefault((name, None), Counter())
            tally[row["excess"],] += row["places"]
        tell = partial(_told, reference, dict.fromkeys(columns_of(name)))
        for scope, rows in groupby(rows_of(connection, _TO_TELL), partial(_scope, in_force)):
            told[scope].setdefault((name, None), []).extend(((row["excess"],), tell(row)) for row in rows)
    counted = [Counted(tally, told[scope]) for scope, tally in tallies.items()]
    validations = validations_of(counted, _not_told, [rule for rule in rules_across() if rule.frame in names])
    return list(zip(tallies, validations, strict=True))


def _scope(in_force: Mapping[str, Scope], row: Row) -> Scope:
    """The return that a row is about: one in force, or one that is not there."""
    return in_force.get(row["submission_id"]) or Scope(None, None, None, row["sector_code"], row["period"])


def _not_told(_: int) -> NoReturn:
    """Rows in which nothing exceeds anything are not kept, so no rule can tell of them."""
    raise RuleError("a rule across returns fails where excess is 0: let its SQL file give another excess there")


def _told(reference: Reference, gaps: Row, row: Row) -> Row:
    """A row as the sender reads it: figures the Dutch way, or what the cell holds where there is none.

    Of a row that can't be evaluated only its place is told.
    """
    place = {
        "sheet": row["sheet"],
        "cell": row["cell"],
        "found": _shown(row["found"]) or row["literal"] or "leeg",
        "expected": _shown(row["expected"]),
    }
    if row["excess"] is None:
        return place
    return {**gaps, **row, **place, "measure_nl": reference.measures[row["measure"]].dutch_term}


@lru_cache(maxsize=4_096, typed=True)
def _shown(value: Any) -> Any:
    return dutch_number(value) if isinstance(value, Decimal) else value
