"""The threat model names a test for every threat, and each of them exists."""

from __future__ import annotations

import ast
import re

from tests.conftest import PROJECT

_ROWS = [
    line
    for line in (PROJECT / "docs" / "threat-model.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| what ")
]


def _named(row: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)


def test_every_threat_names_a_test_that_exists() -> None:
    assert len(_ROWS) > 20
    assert [row for row in _ROWS if not _named(row)] == []
    for path, name in {test for row in _ROWS for test in _named(row)}:
        module = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"
