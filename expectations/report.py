"""The validation report for auditors: one plain HTML page about everything a warehouse file holds.

Gathering and rendering belongs here, with the SQL and the page in `report/`; the rules and their outcomes are in the
file already.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.presentation import dutch_number
from warehouse.queries import run_query

_FOLDER = Path(__file__).parent / "report"
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


def render_report(database: Path) -> str:
    """The report about a warehouse file, as HTML that needs nothing from outside."""
    with duckdb.connect(str(database)) as connection:
        tables = {path.stem: run_query(connection, path) for path in sorted(_FOLDER.glob("*.sql"))}
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dutch"] = lambda code: _DUTCH.get(code, code)
    environment.filters["number"] = dutch_number
    return environment.get_template("page.html.j2").render(**tables, groups=_grouped(tables["findings"]))


def _grouped(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per file and rule, with all its cells: the same fault in forty cells is one fault."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for finding in findings:
        groups[finding["file_name"], finding["rule"]].append(finding)
    return [{**members[0], "members": members} for members in groups.values()]
