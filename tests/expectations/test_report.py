"""The auditors' report of a small warehouse: what it names, that nothing foreign is in it, how a browser sees it."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from assets.workspace import Workspace
from expectations.catalogue import load_catalogue
from pipelines.main_job import run
from tests.conftest import SAMPLES
from warehouse.records import SubmissionStatus

CHROMIUM = shutil.which("chromium")
WATER, POLICE, SCHOOLS = (
    "UvW banenafspraak 2023.xlsx",
    "Politie - Blauwe Baan stand 31-12-2024.xlsx",
    "MBO Raad <i>2023<i>.xlsx",
)
REJECTED = "kapot <b>vet<b> & meer.xlsx"
MARKUP = "<img src=x onerror=alert(1)> \"quoted\" & 'so'"
HEADINGS = ["Validatierapport banenafspraak", "Bestanden", "Bevindingen", "Wat is gecontroleerd", "Dekking"]


class Page(HTMLParser):
    """A page as text: rows of tables by caption, headings, and the names of all elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._text = ""
        self._rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action"}]
        if tag in {"h1", "h2", "caption", "td", "th", "table"}:
            self._text = ""
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag == "br":
            self._text += "\n"

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = self._text.strip()
        if tag in {"h1", "h2"}:
            self.headings.append(text)
        elif tag == "caption":
            self.tables[text] = self._rows
        elif tag in {"td", "th"}:
            self._rows[-1].append(text)

    def table(self, caption: str) -> list[list[str]]:
        """The rows of the table whose caption begins so, without its header."""
        return next(rows for text, rows in self.tables.items() if text.startswith(caption))[1:]


class Report(NamedTuple):
    """A report: the file, what it says, and that as a page."""

    path: Path
    html: str
    page: Page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of four files: three returns, one with a stray text full of markup, and one that is no workbook."""
    folder = tmp_path_factory.mktemp("report")
    inbox, warehouse = folder / "in", folder / "warehouse"
    inbox.mkdir()
    shutil.copy(SAMPLES / "2023" / WATER, inbox)
    shutil.copy(SAMPLES / "2024" / POLICE, inbox)
    schools = openpyxl.load_workbook(SAMPLES / "2023" / "MBO Raad - banenafspraak 2023.xlsx")
    schools["mbo-scholen"]["B66"] = MARKUP
    schools.save(inbox / SCHOOLS)
    (inbox / REJECTED).write_bytes(b"<html><script>alert(2)</script></html>")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        done = run(Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(warehouse)), inbox)
    assert {file.file_name for file in done.files if file.status == SubmissionStatus.REJECTED} == {REJECTED}
    [path] = (warehouse / "reports").glob("*.html")
    html = path.read_text(encoding="utf-8")
    return Report(path, html, Page(html))


def test_the_report_has_its_parts(report: Report) -> None:
    assert report.page.headings == HEADINGS


def test_it_names_every_file_and_what_became_of_it_the_rejected_first(report: Report) -> None:
    rows = report.page.table("Ontvangen bestanden")
    assert rows[0][0] == REJECTED
    assert {row[0]: (row[1], row[2], row[3]) for row in rows} == {
        REJECTED: ("niet herkend", "–", "afgewezen"),
        WATER: ("waterschappen", "2023", "aanvaard met bevindingen"),
        POLICE: ("politie", "2024", "aanvaard met bevindingen"),
        SCHOOLS: ("mbo", "2023", "aanvaard met bevindingen"),
    }


def _findings(report: Report, file: str) -> dict[str, str]:
    """What the report says of one file, by rule."""
    rows = report.page.table("Wat niet standhield")
    return {row[2].splitlines()[-1]: row[3] for row in rows if row[1] == file}


def test_every_finding_names_sheet_and_cell_and_speaks_dutch(report: Report) -> None:
    water = _findings(report, WATER)
    assert water["stated_percentage_follows"].startswith("Waterschappen 2023!H31 Sectortotaal: opgegeven is 56,6%")
    police = _findings(report, POLICE)
    assert police["stated_percentage_follows"].startswith("Overzicht!P15 ")


def test_one_fault_in_many_cells_is_one_entry_with_all_its_cells(report: Report) -> None:
    missing = _findings(report, SCHOOLS)["employers_returned"]
    assert missing.splitlines()[0].strip().startswith("16 plaatsen")
    assert len(re.findall(r"mbo-scholen!D\d+ Voorbeeldcollege \d\d", missing)) == 16


def test_faults_come_before_warnings_and_these_before_information(report: Report) -> None:
    severities = [row[0] for row in report.page.table("Wat niet standhield")]
    assert severities == sorted(severities, key=["fout", "waarschuwing", "mededeling"].index)
    assert severities[0] == "fout"
    assert severities[-1] == "mededeling"


def test_it_says_how_many_findings_there_are(report: Report) -> None:
    counted = sum(int(row[5]) for row in report.page.table("Ontvangen bestanden"))
    # H31, P15, the file that can't be read, the stray text, sixteen missing schools and nine approximate figures
    assert counted == 1 + 1 + 1 + 1 + 16 + 9
    assert f"{counted} bevindingen" in report.html


def test_it_says_what_held_for_every_rule(report: Report) -> None:
    rules = {row[0].splitlines()[-1]: row for row in report.page.table("Per regel")}
    assert set(rules) == {rule.id for rule in load_catalogue()}
    assert rules["cells_without_error"][2:4] == ["3", "0"]
    assert rules["file_readable"][2:4] == ["3", "1"]
    assert rules["stated_percentage_follows"][2:4] == ["1", "2"]


def test_it_says_what_held_for_every_file(report: Report) -> None:
    results = {row[0]: row[1:3] for row in report.page.table(f"Regels bij {WATER}")}
    assert results["stated_percentage_follows"] == ["houdt geen stand", "22"]  # 21 water boards and their total
    assert results["rows_equal_total"][0] == "houdt stand"
    assert results["survey_sums"] == ["niet te beoordelen", "0"]


def test_it_says_how_complete_every_return_is(report: Report) -> None:
    coverage = {row[2]: row[3:] for row in report.page.table("Werkgevers met een bekende realisatie")}
    assert coverage["waterschappen-2023-v1"] == ["21", "21", "329"]
    assert coverage["mbo-2023-v1"][:2] == ["35", "51"]
    assert coverage["politie-2024-v1"] == ["12", "12", "489"]


def test_what_a_sender_wrote_is_shown_and_never_becomes_markup(report: Report) -> None:
    assert not report.page.elements & {"script", "img", "i", "b", "iframe", "object", "link"}
    assert MARKUP in _findings(report, SCHOOLS)["texts_known"]
    assert "onerror=alert(1)&gt;" in report.html


def test_it_needs_and_names_nothing_outside(report: Report) -> None:
    assert not re.search(r"https?:|//\w|@import|url\(", report.html)
    assert all(address.startswith("#") for address in report.page.addresses)


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_shows_it(report: Report, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path}", "--dump-dom", report.path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    page = Page(done.stdout)
    assert page.headings == HEADINGS
    assert page.table("Ontvangen bestanden")[0][0] == REJECTED
    assert page.tables.keys() == report.page.tables.keys()
