"""The validation report for auditors: one plain HTML page about everything a warehouse file holds.

Gathering and rendering belongs here; the rules and their outcomes are in the file already.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.presentation import dutch_number

_HERE = Path(__file__).parent
_DUTCH = {
    "accepted": "aanvaard",
    "accepted_with_findings": "aanvaard met bevindingen",
    "rejected": "afgewezen",
    "superseded": "vervangen door een latere versie",
    "duplicate": "doublure",
    "received": "ontvangen",
    "error": "fout",
    "warning": "waarschuwing",
    "info": "mededeling",
    "holds": "houdt stand",
    "fails": "houdt geen stand",
    "not_evaluable": "niet te beoordelen",
}
_QUERIES = {
    "files": """
        SELECT f.*, (SELECT count(*) FROM audit.finding AS x
                     WHERE x.file_sha256 = f.file_sha256 AND x.outcome = 'fails') AS findings
        FROM audit.file AS f
        ORDER BY f.outcome = 'rejected' DESC, f.period, f.sector_code, f.file_name
    """,
    "findings": """
        SELECT x.*, r.title, r.action
        FROM audit.finding AS x JOIN audit.rule AS r USING (rule)
        WHERE x.outcome = 'fails'
        ORDER BY x.severity = 'error' DESC, x.severity = 'warning' DESC, x.file_name, x.rule, x.sheet, length(x.cell), x.cell
    """,
    "rules": """
        SELECT r.rule, r.title, r.severity, r.source,
               count(*) FILTER (x.outcome = 'holds') AS held,
               count(*) FILTER (x.outcome = 'fails') AS failed,
               count(*) FILTER (x.outcome = 'not_evaluable') AS not_evaluable,
               CAST(sum(x.places_checked) AS BIGINT) AS places_checked,
               CAST(sum(x.places_failed) AS BIGINT) AS places_failed,
               CAST(sum(x.places_not_evaluable) AS BIGINT) AS places_not_evaluable
        FROM audit.rule AS r JOIN audit.rule_result AS x USING (rule)
        GROUP BY ALL
        ORDER BY failed DESC, r.rule
    """,
    "results": """
        SELECT f.file_name, x.rule, x.outcome, x.places_checked, x.places_failed, x.places_not_evaluable
        FROM audit.rule_result AS x JOIN audit.file AS f USING (file_sha256)
        ORDER BY f.file_name, x.rule
    """,
    "coverage": """
        SELECT c.*, s.name
        FROM core.coverage AS c JOIN core.sector AS s USING (sector_code)
        ORDER BY c.period DESC, s.name
    """,
}


def render_report(database: Path) -> str:
    """The report about a warehouse file, as HTML that needs nothing from outside."""
    with duckdb.connect(str(database)) as connection:
        tables = {name: _rows(connection, query) for name, query in _QUERIES.items()}
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["dutch"] = lambda code: _DUTCH.get(code, code)
    environment.filters["number"] = dutch_number
    return environment.get_template("report.html.j2").render(**tables, groups=group_findings(tables["findings"]))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def group_findings(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per file and rule, with all its cells: the same fault in forty cells is one fault."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for finding in findings:
        groups[finding["file_name"], finding["rule"]].append(finding)
    return [{**members[0], "members": members} for members in groups.values()]
