"""The auditors' site about a small warehouse: what its pages say, where they lead, and how a browser sees them."""

from __future__ import annotations

import re
import shutil
import subprocess
from decimal import Decimal
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from expectations.catalogue import load_catalogue
from pipelines.main_job import accept
from tests.conftest import SAMPLES, letter_figures
from tests.pipelines.runs import DataFolders, SamplesRun, corrected, files, wrong
from tests.returns.workbooks import POLITIE, saved

CHROMIUM = shutil.which("chromium")
SCHOOLS = "MBO Raad <i>2023<i>.xlsx"
NO_WORKBOOK = "kapot <b>vet<b> & meer.xlsx"
MARKUP = "<img src=x onerror=alert(1)> \"quoted\" & 'so'"


class Page(HTMLParser):
    """A page: its text, where it leads, the names of its elements, and the rows of its tables by caption."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.html = path, path.read_text(encoding="utf-8")
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._rows: list[list[str]] = []
        self._begins = 0
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action"}]
        self.anchors |= {value or "" for name, value in attrs if name == "id"}
        if tag in {"td", "th", "caption"}:
            self._begins = len(self.text)
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        said = " ".join(self.text[self._begins :].split())
        if tag == "caption":
            self.tables[said] = self._rows
        elif tag in {"td", "th"} and self._rows:
            self._rows[-1].append(said)


class Site:
    """The pages of a site, by name."""

    def __init__(self, data: DataFolders) -> None:
        [self.folder] = sorted(data.storage.report("x").parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)[-1:]

    @cached_property
    def pages(self) -> dict[str, Page]:
        return {path.name: Page(path) for path in sorted(self.folder.glob("*.html"))}

    def text(self, name: str) -> str:
        return " ".join(self.pages[name].text.split())


@pytest.fixture(scope="module")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """Police returns of two years' findings, a rejected and a waiting version, schools with markup, and no workbook."""
    folder = tmp_path_factory.mktemp("report")
    data = DataFolders(folder / "raw", folder / "warehouse")
    book = openpyxl.load_workbook(SAMPLES / "2023" / "MBO Raad - banenafspraak 2023.xlsx")
    book["mbo-scholen"]["B66"] = MARKUP
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        data.take({**files(POLITIE), SCHOOLS: saved(book), NO_WORKBOOK: b"<script>alert(2)</script>"})
        data.take({"1 verbeterd.xlsx": corrected(), "2 fout.xlsx": wrong()})
    return data


@pytest.fixture(scope="module")
def small(small_data: DataFolders) -> Site:
    return Site(small_data)


@pytest.fixture(scope="module")
def whole(samples_run: SamplesRun) -> Site:
    """The site about all samples."""
    return Site(samples_run.data)


@pytest.mark.parametrize("which", ["small", "whole"])
def test_every_link_leads_somewhere_within_the_site(which: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(which)
    assert len(site.pages) > len(load_catalogue())
    broken = []
    for page in site.pages.values():
        for address in page.addresses:
            name, _, anchor = address.partition("#")
            target = site.pages.get(name or page.path.name)
            there = (site.folder / name).exists() if target is None else not anchor or anchor in target.anchors
            if not there:
                broken.append((page.path.name, address))
    assert broken == []


@pytest.mark.parametrize("which", ["small", "whole"])
def test_no_page_needs_or_names_anything_outside(which: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(which)
    for page in site.pages.values():
        assert not re.search(r"https?:|[\"'(]//\w|@import|<script", page.html), page.path.name
    assert not re.search(r"https?:|url\(|@import", (site.folder / "style.css").read_text(encoding="utf-8"))


def test_every_rule_has_a_page_that_says_what_it_is_and_why(whole: Site) -> None:
    for rule in load_catalogue():
        text = whole.text(f"regel-{rule.id}.html")
        for part in (rule.id, rule.title, rule.action, rule.source):
            assert " ".join(part.split()) in text, rule.id


def test_the_national_figure_of_2024_leads_to_the_thirteen_cells_it_is_made_of(whole: Site) -> None:
    """The realisations of the letter, and no other, add up to the figure at the head of the page."""
    page = whole.pages["herkomst-2024-sector_returns.html"]
    assert "17.933" in page.text
    told = [row for caption, rows in page.tables.items() if "ealisatie" in caption for row in rows]
    expected = [f for f in letter_figures() if f.period == "2024"]
    assert sum(figure.realised_jobs for figure in expected) == Decimal(17933)
    for figure in expected:
        shown = f"{figure.realised_jobs.normalize():,f}".translate(str.maketrans(",.", ".,"))
        assert any(shown in row for row in told), figure.sector_code
    sources = {address for address in page.addresses if address.startswith("opgave-")}
    assert {address.partition("#")[0] for address in sources} == {
        f"opgave-{figure.sector_code}-2024-v1.html" for figure in expected
    }


def test_every_national_figure_has_a_page_also_one_that_is_not_known(whole: Site) -> None:
    pages = [name for name in whole.pages if name.startswith("herkomst-")]
    assert len(pages) == 2 + 11  # two years of returns, and the agreed path of 2015 to 2025
    index = whole.pages["index.html"]
    assert set(pages) <= {address.partition("#")[0] for address in index.addresses}


def test_a_return_shows_what_was_received_understood_found_checked_and_decided(whole: Site) -> None:
    text = whole.text("opgave-politie-2024-v1.html")
    for part in (POLITIE, "politie-2024-v1", "713", "489", "12 van 12", "Overzicht", "P15", "68,4%", "68,6%",
                 "aanvaard met bevindingen"):  # fmt: skip
        assert part in text, part
    assert "regel-stated_percentage_follows.html" in whole.pages["opgave-politie-2024-v1.html"].addresses


def test_the_same_fault_in_many_cells_is_one_entry(whole: Site) -> None:
    """Sixteen schools of which nothing is known, in one entry that opens."""
    html = whole.pages["opgave-mbo-2023-v1.html"].html
    assert html.count("<summary") >= 1
    text = whole.text("opgave-mbo-2023-v1.html")
    assert len(re.findall(r"Voorbeeldcollege \d\d \([0-9A-Z]{4}\) heeft geen realisatie opgegeven", text)) >= 16
    assert re.search(r"\b16 (?:plaatsen|×|keer)", text)


def test_warnings_come_before_what_is_only_told(small: Site) -> None:
    """The markup beside the table and the missing schools, then the approximate figures."""
    addresses = small.pages["opgave-mbo-2023-v1.html"].addresses
    rules = ("texts_known", "employers_returned", "values_exact")
    places = [addresses.index(f"regel-{rule}.html") for rule in rules]
    assert places == sorted(places)


def test_a_version_that_awaits_acceptance_is_told_with_its_differences_and_the_command(small: Site) -> None:
    text = small.text("revisies.html")
    assert "banenafspraak accept politie-2024-v2" in text
    assert "+1" in text
    assert "489" in text
    assert "490" in text
    assert "wacht op aanvaarding" in small.text("index.html").lower()


def test_who_accepted_it_and_why_is_told_after_that(small_data: DataFolders, tmp_path: Path) -> None:
    data = DataFolders(tmp_path / "raw", tmp_path / "warehouse")
    small_data.copy_to(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        accept(data.workspace, "politie-2024-v2", "A. <b>Jansen", "bevestigd door de korpsleiding")
    site = Site(data)
    for page in ("revisies.html", "opgave-politie-2024-v2.html"):
        assert "A. <b>Jansen" in site.text(page)
        assert "bevestigd door de korpsleiding" in site.text(page)
    assert "vervangen" in site.text("opgave-politie-2024-v1.html")


def test_what_a_sender_wrote_is_shown_and_never_becomes_markup(small: Site) -> None:
    for page in small.pages.values():
        assert not page.elements & {"script", "img", "i", "b", "iframe", "object"}, page.path.name
    assert MARKUP in small.text("opgave-mbo-2023-v1.html")
    assert SCHOOLS in small.text("index.html") + small.text("bestanden.html")
    assert NO_WORKBOOK in small.text("index.html")


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_shows_it_without_a_network(whole: Site, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}", "--dump-dom",
        (whole.folder / "index.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    (tmp_path / "dom.html").write_text(done.stdout, encoding="utf-8")
    shown = Page(tmp_path / "dom.html")
    assert shown.tables.keys() == whole.pages["index.html"].tables.keys()
    assert "17.933" in shown.text
