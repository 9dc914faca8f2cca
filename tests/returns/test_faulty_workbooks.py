"""Every fault of `faults.yaml`: what becomes of the file, and exactly which rules fail at which cells."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl.utils import get_column_letter, range_boundaries

from pipelines.check import FileOutcome, check_files
from tests.returns import faulty_contents, faulty_files, faulty_kinds, faulty_parts
from tests.returns.packages import POLITIE
from tests.returns.workbooks import READER, with_cells
from warehouse.storage import Storage

FAULTS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text(encoding="utf-8"))

MODULES = (faulty_kinds, faulty_files, faulty_parts, faulty_contents)


def content_of(fault: str) -> bytes:
    """The file that has a fault."""
    if "cells" in FAULTS[fault]:
        return with_cells(FAULTS[fault].get("of", POLITIE), FAULTS[fault]["cells"])
    (module,) = (module for module in MODULES if hasattr(module, fault))
    made: bytes = getattr(module, fault)()
    return made


def expected_findings(fault: str) -> Iterator[tuple[str, str | None]]:
    """Rule and cell of each finding, areas written out."""
    for told in FAULTS[fault]["findings"]:
        rule, _, area = told.partition(" ")
        if not area or area.startswith("×"):
            yield from [(rule, None)] * int(area[1:] or 1)
            continue
        first_column, first_row, last_column, last_row = map(int, range_boundaries(area))  # type: ignore[arg-type]
        for row in range(first_row, last_row + 1):
            for column in range(first_column, last_column + 1):
                yield rule, f"{get_column_letter(column)}{row}"


def _ending(fault: str, content: bytes) -> str:
    """How the name of a faulty file ends: as its kind does, unless that is what is wrong with it."""
    if "_named_" in fault:
        return f".{fault.rpartition('_')[2]}"
    if content.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        return ".xls"
    return ".ods" if "ods" in fault.split("_") else ".xlsx"


@cache
def outcomes() -> dict[str, FileOutcome]:
    """What every file comes to, checked together: Great Expectations costs by the call."""
    with tempfile.TemporaryDirectory() as folder:
        contents = {fault: content_of(fault) for fault in FAULTS}
        paths = [Path(folder) / f"{fault}{_ending(fault, content)}" for fault, content in contents.items()]
        for path, content in zip(paths, contents.values(), strict=True):
            path.write_bytes(content)
        return dict(zip(FAULTS, check_files(paths, READER, Storage(Path(folder), Path(folder))), strict=True))


def test_every_way_to_make_a_fault_has_its_entry_in_the_table() -> None:
    made = {name for module in MODULES for name, one in vars(module).items() if getattr(one, "__module__", "") ==
            module.__name__ and not name.startswith("_")}  # fmt: skip
    assert made == {fault for fault in FAULTS if "cells" not in FAULTS[fault]} | {"below_the_table"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_workbook_comes_to_exactly_what_the_table_says(fault: str) -> None:
    outcome = outcomes()[fault]
    assert outcome.outcome == FAULTS[fault]["outcome"]
    found = [(finding.rule, finding.cell) for finding in outcome.findings]
    assert sorted(found, key=repr) == sorted(expected_findings(fault), key=repr)
    for finding in outcome.findings:
        if finding.rule.startswith("file_"):
            assert re.search(r"stuur|verwijder", finding.message, re.IGNORECASE), "it says what the sender can do"
