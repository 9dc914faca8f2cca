"""Texts of senders that are more than text to some program: none of them is, in anything that is written or told.

One folder of workbooks carries them in every place that is told, all commands are run on it, and every file and every
line that comes of it is looked at. Hostile workbooks that are to be refused belong elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment

from tests.pipelines.runs import DataFolders, Said, banenafspraak, put
from tests.returns.filled import employer_workbooks, filled
from tests.returns.workbooks import MBO, book_of, first_sheet, saved

TEXT = (
    '=HYPERLINK("http://kwaad.example","x")<script>kwaad()</script><img src=x onerror=kwaad()>\'; DROP TABLE '
    "core.observation; --[bold]$\\frac{{{7*7}}}{% kwaad %}\N{RIGHT-TO-LEFT OVERRIDE}\x9b31m_x001B_[31m:smile:"
)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHEET = "=1+1<b>$x$'--kwaad"
CODE = "=1+1<b>kwaad()</b>'\"$x$"
FILE_NAME = "=1+1<img src=x onerror=kwaad()>\x1b]0;kwaad\x07[red]\N{RIGHT-TO-LEFT OVERRIDE}.xlsx"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but the end of a line, and what turns the reading direction."""
OURS = {"Bevindingen", "Alle bevindingen", "Respons"}


def _texts_in(name: str, *addresses: str) -> bytes:
    """A sample with the text in these cells, as text and never as formula."""
    book = book_of(name)
    page = first_sheet(book)
    for address in addresses:
        page[address] = TEXT
        page[address].data_type = "s"
    return saved(book)


def _noted() -> bytes:
    """The return of the schools with an unknown sheet, header, row and note: all of them are told as findings."""
    book = book_of(MBO)
    page = first_sheet(book)
    for address in ("J4", "B6", "J20", "C7", "A80"):
        page[address] = TEXT
        page[address].data_type = "s"
    page["D5"].comment = Comment(TEXT.replace("\x9b", ""), "kwaad")
    book.create_sheet(SHEET)["A1"] = "x"
    return saved(book)


def _of_employer() -> bytes:
    (workbook,) = employer_workbooks("umc", "2025", {CODE: "x"}).values()
    book = openpyxl.load_workbook(io.BytesIO(filled(workbook, Decimal(51), 4)))
    for line in book["Opgave"].iter_rows():
        for cell in line:
            if cell.value == "x":
                cell.value, cell.data_type = TEXT, "s"
    return saved(book)


class Told(NamedTuple):
    """The folders after all commands were run, and what each said."""

    data: DataFolders
    copies: Path
    said: dict[str, Said]

    def written(self, ending: str) -> Iterator[Path]:
        """The files with this ending that were written for somebody: at least one."""
        found = [*self.data.warehouse.rglob(f"*{ending}"), *self.copies.rglob(f"*{ending}")]
        assert found
        yield from found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, apart: None) -> Told:
    root = tmp_path_factory.mktemp("hostile") / "o'brien"  # an apostrophe in the name of a folder is one in SQL too
    data, copies = DataFolders(root / "raw", root / "warehouse"), root / "copies"
    sent = put(root / "sent", {"a.xlsx": _texts_in(MBO, "B5", "G5"), FILE_NAME: _noted()})
    collected = put(root / "collected", {"umc.xlsx": _of_employer()})
    commands: dict[str, tuple[str | Path, ...]] = {
        "run": ("run", sent),
        "collect": ("collect", collected, "--sector", "umc", "--period", "2025"),
        "check": ("check", *sent.iterdir(), "--annotate", "--output", copies),
        "check as JSON": ("check", *sent.iterdir(), "--json"),
        "reread": ("reread",),
        "status": ("status",),
        "sql": ("sql", "SELECT employer_name, remark, literal FROM core.observation"),
        "sql as CSV": ("sql", "SELECT employer_name, remark, value FROM core.observation", "--csv"),
        "sql as JSON": ("sql", "FROM audit.finding", "--json"),
        "findings as CSV": ("sql", "FROM audit.finding", "--csv"),
        "sql that is wrong": ("sql", f'FROM "{TEXT.replace(chr(34), "")}"'),
        "trace": ("trace", "sector", "mbo", "2024", "realised_jobs"),
        "verify": ("verify",),
        "open data": ("open-data",),
        "report": ("report", "validation"),
    }
    return Told(data, copies, {name: banenafspraak(*words, *data.options) for name, words in commands.items()})


def test_every_command_does_its_work_and_the_texts_are_kept_as_they_were_sent(told: Told) -> None:
    codes = {name: said.code for name, said in told.said.items() if said.code}
    refused = dict.fromkeys(("run", "collect", "check", "check as JSON", "reread"), 1)
    assert codes == {**refused, "sql that is wrong": 2}
    assert told.data.query("SELECT DISTINCT remark FROM core.observation WHERE remark LIKE '%kwaad%'") == [(TEXT,)]
    for command in ("check", "check as JSON", "sql", "sql as CSV", "sql as JSON", "trace", "sql that is wrong"):
        assert "kwaad" in told.said[command].out + told.said[command].err


@pytest.mark.parametrize("stream", ["out", "err"])
def test_nothing_steers_a_terminal_and_markup_stays_text(told: Told, stream: str) -> None:
    shown = {name: getattr(said, stream) for name, said in told.said.items()}
    assert {name: found[0] for name, text in shown.items() if (found := STEERING.findall(text))} == {}
    if stream == "out":
        assert "[red]" in shown["check"]
        assert ":smile:" in "".join(shown["sql"].split())


def test_no_name_and_no_cell_makes_a_line_that_passes_for_ours_or_fills_the_screen(
    tmp_path: Path, data: DataFolders
) -> None:
    """Names and cells may hold ends of lines, and a cell 32,767 characters: JSON and the copies have these whole."""
    book = book_of(MBO)
    first_sheet(book)["J4"] = "x\nError: kwaad" + 30_000 * "y"
    sent = put(tmp_path / "sent", {"a\nError: kwaad\nb.xlsx": saved(book), "c\nError: kwaad": b"?"})
    commands: list[tuple[str | Path, ...]] = [("check", *sent.iterdir()), ("run", sent)]
    for words in commands:
        said = banenafspraak(*words, *data.options)
        lines = [*said.out.splitlines(), *said.err.splitlines()]
        assert "c⏎Error: kwaad" in said.out
        assert [line for line in lines if line.strip().startswith("Error")] == []
        assert (said.out.count("y") < 2_000, "yyyy…" in said.out.replace("\n", "")) == (True, True)


def test_json_is_json(told: Told) -> None:
    rows = told.said["sql as JSON"].json["rows"]
    assert any(TEXT in row["message"] for row in rows)
    assert FILE_NAME in {file["file"] for file in told.said["check as JSON"].json["files"]}
    for path in told.written(".json"):
        json.loads(path.read_bytes())


def test_what_no_handler_takes_steers_no_terminal_either() -> None:
    """Of commands that show no progress, such as those that print JSON."""
    banenafspraak("status")
    assert logging.lastResort is not None
    told = logging.lastResort.format(logging.makeLogRecord({"msg": "\x1b]0;kwaad\x07.xlsx"}))
    assert STEERING.findall(told) == []


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def test_no_field_of_a_csv_file_begins_a_formula_and_numbers_are_left_alone(told: Told) -> None:
    texts = {name: told.said[name].out for name in ("sql as CSV", "findings as CSV")}
    texts |= {str(path): path.read_bytes().decode() for path in told.written(".csv")}
    for name, text in texts.items():
        fields = [field for row in csv.reader(io.StringIO(text)) for field in row]
        assert [field for field in fields if field.startswith(STARTS) and not _is_number(field)] == [], name
    values = [row[2] for row in csv.reader(io.StringIO(texts["sql as CSV"]))][1:]
    assert all(_is_number(value) for value in values if value)


def _cells(path: Path) -> Iterator[Cell | MergedCell]:
    book = openpyxl.load_workbook(path)
    yield from (cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line)


def test_no_text_is_a_formula_in_a_workbook_nor_becomes_one_when_it_is_edited(told: Told) -> None:
    marked = 0
    for path in told.written(".xlsx"):
        assert [cell.coordinate for cell in _cells(path) if cell.data_type == "f" and "kwaad" in str(cell.value)] == []
        ours = [cell for cell in _cells(path) if cell.parent.title in OURS or path.parent.name == "open-data"]
        risky = [cell for cell in ours if isinstance(cell.value, str) and cell.value.startswith(STARTS)]
        assert [cell.coordinate for cell in risky if not cell.quotePrefix or cell.data_type != "s"] == []
        marked += len(risky)
    assert marked


class _Page(HTMLParser):
    """What a browser would run or fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{name}={value}" for name, value in attrs if name.startswith("on") and "kwaad" in str(value)]
        self.found += [str(value) for name, value in attrs if name in {"src", "href"} and "kwaad" in str(value)]
        if tag == "b" or (tag == "img" and ("src", "x") in attrs):
            self.found.append(tag)


def test_no_page_runs_or_fetches_what_a_sender_wrote(told: Told) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in told.written(".html")}
    assert any("kwaad()" in text for text in pages.values())
    assert {str(path): found for path, text in pages.items() if (found := _Page(text).found)} == {}
    assert [path for path, text in pages.items() if "<script>kwaad" in text] == []
    assert [path for path, text in pages.items() if "49}" in text] == []


def test_nothing_was_dropped(told: Told) -> None:
    assert told.data.query("SELECT count(*) > 0 FROM core.observation") == [(True,)]
    assert told.said["verify"].code == 0
