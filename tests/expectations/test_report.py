"""The auditors' site of real runs: what each page says, that every link leads somewhere, how a browser sees it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import duckdb
import openpyxl
import pytest

from assets.snapshot.publication import report_name
from expectations.catalogue import Rule, load_catalogue
from expectations.report import write_report
from expectations.report.lineage import FIGURES
from expectations.report.words import dutch, signed
from expectations.waivers import WaiverState
from pipelines import main_job
from tests.conftest import SAMPLES
from tests.pipelines.runs import POLITIE_2023, DataFolders, SamplesRun, corrected, files, wrong
from warehouse.presentation import dutch_number
from warehouse.publish import input_hash_of
from warehouse.records import Level, Outcome, Severity, Status, SubmissionStatus
from warehouse.trace import trace_national

CHROMIUM = shutil.which("chromium")
WATER, POLICE, SCHOOLS = (
    "UvW banenafspraak 2023.xlsx",
    "Politie - Blauwe Baan stand 31-12-2024.xlsx",
    "MBO Raad <i>2023<i>.xlsx",
)
REJECTED = "<script>alert(1)<script> & meer.xlsx"
MARKUP = "<img src=x onerror=alert(2)> \"quoted\" & 'so'"
WAIVERS = """\
waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on
W001,stated_percentage_follows,politie,2024,Overzicht,P15,"68,4%",A. Vrager,B. Baas,Afgekapt,2024-12-31,9999-12-31
W002,stated_percentage_follows,waterschappen,2023,Waterschappen 2023,H31,"56,6%",A,<b>B<b>,Tikfout,2024-01-01,2024-06-30
"""


class Page(HTMLParser):
    """A page as its parts: elements, ids, addresses, text of headings and of tables by caption."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._texts: list[str] = []
        self._rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"h1", "h2", "h3", "caption", "td", "th"}:
            self._texts = []
        elif tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])

    def handle_data(self, data: str) -> None:
        self._texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._texts).split())
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(text)
        elif tag == "caption":
            self.tables[text] = self._rows
        elif tag in {"td", "th"}:
            self._rows[-1].append(text)

    def table(self, caption: str) -> list[list[str]]:
        """The rows of the table whose caption begins so, without its header."""
        return next(rows for text, rows in self.tables.items() if text.startswith(caption))[1:]

    def row(self, caption: str, first: str) -> list[str]:
        """The row of that table that begins so."""
        return next(row for row in self.table(caption) if row[0].startswith(first))

    def having(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [attrs[attribute] or "" for _, attrs in self.elements if attribute in attrs]

    @property
    def text(self) -> str:
        """What a reader can read, white space folded."""
        reader = _Text()
        reader.feed(self.html)
        return " ".join("".join(reader.texts).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"dt", "dd"}:
            self.texts.append(" ")


class Site:
    """The pages of a site by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = {path.name: Page(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}

    def __getitem__(self, name: str) -> Page:
        return self.pages[name]


def _published_site(data: DataFolders) -> Site:
    """The site that the main job wrote about the published snapshot."""
    return Site(data.storage.report(report_name(input_hash_of(data.storage.snapshot))))


@pytest.fixture(scope="module")
def site(samples_run: SamplesRun) -> Site:
    """The site of the whole sample folder."""
    return _published_site(samples_run.data)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of four files and two waivers: markup in names, in a cell, and in place of a workbook."""
    folder = tmp_path_factory.mktemp("hostile")
    data, inbox = DataFolders(folder / "raw", folder / "warehouse"), folder / "in"
    inbox.mkdir()
    shutil.copy(SAMPLES / "2023" / WATER, inbox)
    shutil.copy(SAMPLES / "2024" / POLICE, inbox)
    schools = openpyxl.load_workbook(SAMPLES / "2023" / "MBO Raad - banenafspraak 2023.xlsx")
    schools["mbo-scholen"]["B66"] = MARKUP
    schools.save(inbox / SCHOOLS)
    (inbox / REJECTED).write_bytes(b"<html><script>alert(3)</script></html>")
    (folder / "waivers.csv").write_text(WAIVERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANENAFSPRAAK_WAIVERS_FILE", str(folder / "waivers.csv"))
        data.run(inbox)
    return _published_site(data)


@pytest.fixture(params=["site", "hostile"])
def either(request: pytest.FixtureRequest) -> Site:
    """One site and the other."""
    found: Site = request.getfixturevalue(request.param)
    return found


def _broken_links(site: Site) -> Iterator[str]:
    """Every link that leads to no file or to no anchor."""
    for name, page in site.pages.items():
        for address in page.having("href"):
            target, _, anchor = address.partition("#")
            if not (site.folder / (target or name)).is_file():
                yield f"{name}: {address}"
            elif anchor and anchor not in site[target or name].having("id"):
                yield f"{name}: {address} (anchor)"


def test_every_link_leads_to_a_file_and_an_anchor(either: Site) -> None:
    assert list(_broken_links(either)) == []


def test_every_page_is_reached_from_the_index(either: Site) -> None:
    reached, ahead = set(), {"index.html"}
    while ahead:
        reached |= ahead
        linked = {address.partition("#")[0] for name in ahead for address in either[name].having("href")}
        ahead = {name for name in linked if name in either.pages} - reached
    assert reached == set(either.pages)


def test_no_page_needs_or_names_anything_outside(either: Site) -> None:
    style = (either.folder / "style.css").read_text(encoding="utf-8")
    for page in either.pages.values():
        assert not re.search(r"https?:|//\w|@import|url\(", page.html + style)
        assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "object", "style", "form", "i", "b"}
        assert not page.having("src")
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on") or name == "style"]


def test_every_page_is_fit_for_a_screen_reader(either: Site) -> None:
    for name, page in either.pages.items():
        tags = [tag for tag, _ in page.elements]
        assert ("html", {"lang": "nl"}) in page.elements, name
        assert [tags.count(tag) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1], name
        first_link = next(attrs for tag, attrs in page.elements if tag == "a")
        assert first_link["href"] == "#inhoud", name
        assert all(attrs.get("aria-label") for tag, attrs in page.elements if tag == "nav"), name
        assert tags.count("table") == tags.count("caption"), name
        assert all("scope" in attrs for tag, attrs in page.elements if tag == "th"), name
        assert len(page.having("id")) == len(set(page.having("id"))), name


def test_every_status_is_a_word_and_not_only_a_colour(either: Site) -> None:
    for page in either.pages.values():
        said = re.findall(r'<span class="status (\w+)"><span aria-hidden="true">.</span> ([^<]*)</span>', page.html)
        assert said == [(code, dutch(code)) for code, _ in said]
        assert len(said) == page.html.count('class="status')


def test_every_code_that_a_reader_meets_has_a_dutch_word() -> None:
    codes = [*SubmissionStatus, *Severity, *Outcome, *Status, *Level, *WaiverState, "received", "duplicate", *FIGURES]
    codes += get_args(Rule.model_fields["scope"].annotation)
    codes += ["up", "down", "row", "status", "text", "value_to_missing", "zero_to_missing", "missing_to_value"]
    assert [code for code in codes if dutch(code) == code and code not in {"sector", "status"}] == []


# -- the index --------------------------------------------------------------------------------------------------------


def test_the_index_counts(site: Site) -> None:
    text = site["index.html"].text
    assert "Bestanden 35 Inzendingen 35 waarvan 35 in werking Afgewezen 0 Wacht op aanvaarding 0" in text
    assert "0 werken niet meer" in text


def test_the_index_names_the_build(site: Site, samples_run: SamplesRun) -> None:
    [(build_hash, lines)] = samples_run.data.query("SELECT input_hash, ledger_lines FROM audit.snapshot")
    assert f"Controlegetal van de bouw {build_hash} Regels in het register {lines} " in site["index.html"].text


def test_the_index_says_per_sector_and_period_what_is_in_force_and_how_complete(site: Site) -> None:
    index = site["index.html"]
    assert [row[0] for row in index.table("Jaaropgaven")][:2] == ["Rijk", "Defensie"]
    assert len(index.table("Jaaropgaven")) == 13 + 1  # the sectors and the national monitor
    assert index.row("Jaaropgaven", "Waterschappen")[1:] == [
        "! aanvaard met bevindingen 21 van 21",
        "✓ aanvaard 21 van 21",
    ]
    assert index.row("Jaaropgaven", "Middelbaar")[2] == "! aanvaard met bevindingen 37 van 51"
    assert index.row("Jaaropgaven", "Landelijk")[1] == "–"
    assert index.row("Kwartalen", "Provincies")[2:4] == ["✓ aanvaard 12 van 12"] * 2
    assert "opgave-politie-2024-v1.html" in index.having("href")


def test_the_index_names_files_nobody_recognised(hostile: Site) -> None:
    [row] = hostile["index.html"].table("Bestanden waarvan")
    assert row[:2] == [REJECTED, "✗ afgewezen"]


def test_the_index_says_which_return_is_not_there(hostile: Site) -> None:
    absent = {row[0] for row in hostile["index.html"].table("Bevindingen die niet bij")}
    assert "Gemeenten 2024 (geen opgave)" in absent
    assert "Politie 2024 (geen opgave)" not in absent


def test_both_national_series_stand_side_by_side_with_their_own_basis(site: Site) -> None:
    index = site["index.html"]
    assert index.row("Opgaven van de sectoren", "2024")[1:3] == ["32.920,3", "17.933"]
    assert index.row("Landelijke monitor", "2023")[1:3] == ["25.000", "11.634"]
    assert "niet gelijk te stellen" in index.text


# -- a return ---------------------------------------------------------------------------------------------------------


def test_every_file_has_a_page_that_says_what_was_received(site: Site, samples_run: SamplesRun) -> None:
    received = samples_run.data.query("SELECT submission_id, file_name, file_sha256, size_bytes FROM audit.file")
    assert len([name for name in site.pages if name.startswith(("opgave-", "bestand-"))]) == len(received) == 35
    for submission_id, file_name, sha256, size in received:
        text = site[f"opgave-{submission_id}.html"].text
        assert f"Bestand {file_name} Ontvangen" in text
        assert f"Grootte {dutch_number(Decimal(size))} bytes Controlegetal (sha256) {sha256}" in text


def test_a_return_says_what_was_understood(site: Site) -> None:
    page = site["opgave-mbo-2024-v1.html"]
    assert "Dekking 37 van 51 verwachte werkgevers" in page.text
    stated = "Wat de opgave voor de sector als geheel zegt"
    assert page.row(stated, "realisatie") == [
        "realisatie",
        "706",
        "banen",
        "bij benadering",
        "mbo-scholen!D57",
        "+/- 706",
    ]
    assert page.row(stated, "inkoop")[1:] == ["onbekend", "banen", "onbekend", "mbo-scholen!D59", "niet bekend"]


def test_a_finding_names_the_cell_what_stood_there_and_what_to_do(site: Site) -> None:
    page = site["opgave-politie-2024-v1.html"]
    assert page.table("Waar «Het opgegeven percentage") == [["Overzicht!P15", "68,4%", "68,6%"]]
    assert "! waarschuwing: Het opgegeven percentage volgt uit realisatie en doel" in page.headings
    assert "Wat te doen. Controleer het percentage, het doel en de realisatie." in page.text


def test_one_fault_in_many_cells_is_one_entry_with_all_its_cells(hostile: Site) -> None:
    page = hostile["opgave-mbo-2023-v1.html"]
    title = "Elke werkgever heeft een realisatie opgegeven"
    assert [heading for heading in page.headings if title in heading] == [f"! waarschuwing: {title}"]
    assert "Op 16 plaatsen; de eerste: Voorbeeldcollege" in page.text
    assert len(page.table(f"Waar «{title}")) == 16
    assert "<summary>Alle 16 plaatsen</summary>" in page.html


def test_the_gravest_come_first(site: Site) -> None:
    for page in site.pages.values():
        graver = [heading.split(":")[0] for heading in page.headings if re.match(r"[✗!i] \w+:", heading)]
        assert graver == sorted(graver, key=["✗ fout", "! waarschuwing", "i mededeling"].index)


def test_a_return_says_of_every_rule_what_it_came_to(site: Site) -> None:
    page = site["opgave-waterschappen-2023-v1.html"]
    checked = {row[0]: row[1:] for row in page.table("Elke regel waarvoor")}
    assert checked["Het opgegeven percentage volgt uit realisatie en doel"] == ["✗ houdt geen stand", "22", "1", "0"]
    assert checked["Er staat geen getal buiten de tabellen"][0] == "✓ houdt stand"
    assert re.search(r"\d+ regels waarvoor er in deze opgave niets was om na te gaan .*De antwoorden tellen", page.text)


def test_a_return_says_who_decided(site: Site, hostile: Site) -> None:
    assert "Automatisch, door de regels" in site["opgave-politie-2024-v1.html"].text
    [name] = [name for name in hostile.pages if name.startswith("bestand-")]
    assert re.fullmatch(r"bestand-[0-9a-f]{12}\.html", name)
    assert "De regels wijzen het bestand af: 1 fout." in hostile[name].text


# -- rules and waivers ------------------------------------------------------------------------------------------------


def test_every_rule_of_the_catalogue_has_a_page(site: Site) -> None:
    for rule in load_catalogue():
        text = site[f"regel-{rule.id}.html"].text
        assert f"Code {rule.id} Ernst {dutch(rule.severity)} Kijkt naar {dutch(rule.scope)}" in text
        assert " ".join(f"Waarom {rule.source} Wat te doen {rule.action}".split()) in text
    assert [row[0] for row in site["regels.html"].table("Alle regels")[1:]] == [rule.title for rule in load_catalogue()]


def test_a_rule_says_where_it_holds_and_where_not(hostile: Site) -> None:
    rule = hostile["regel-stated_percentage_follows.html"]
    assert (
        "houdt stand bij 1 opgave, geen stand bij 2, niet te beoordelen bij 0, niets om na te gaan bij 1" in rule.text
    )
    assert rule.headings[2:4] == ["Waterschappen 2023: 1 van 22 plaatsen", "Politie 2024: 1 van 13 plaatsen"]
    assert hostile["regels.html"].row("Alle regels", "Het bestand is een werkmap")[1:] == [
        "fout", "3", "1", "0", "0", "4", "1", "0",
    ]  # fmt: skip


def test_waivers_that_stopped_working_come_first(hostile: Site) -> None:
    page = hostile["ontheffingen.html"]
    assert page.headings[1:] == ["W002: Waterschappen 2023 – ✗ verlopen", "W001: Politie 2024 – ✓ werkt"]
    assert "Geldig tot en met 30-06-2024 (182 dagen) Aangevraagd door A Goedgekeurd door <b>B<b>" in page.text
    assert page.table("Bevindingen waarover W001")[0][-1] == "ja"
    assert page.table("Bevindingen waarover W002")[0][-1] == "nee"
    [place] = hostile["opgave-politie-2024-v1.html"].table("Waar «Het opgegeven percentage")
    assert place == ["Overzicht!P15", "68,4%", "68,6%", "gedekt door W001"]


# -- lineage ----------------------------------------------------------------------------------------------------------


def test_the_national_figure_leads_to_its_thirteen_cells(site: Site) -> None:
    assert "herkomst-2024-sector_returns.html#realised_jobs" in site["index.html"].having("href")
    page = site["herkomst-2024-sector_returns.html"]
    figure = page.row("De cijfers", "Realisatie")
    assert figure[1:] == [
        "17.933",
        "som van de realisaties die de sectoren opgeven; inkoop telt niet mee",
        "realisaties",
    ]
    [*cells, total] = page.table("Realisaties die de sectoren opgeven: 13 cellen")
    assert len(cells) == 13
    assert ["Politie", "politie-2024-v1", POLICE, "Overzicht!P14", "489", "opgegeven", "489"] in cells
    assert total == ["Som van de cellen", "17.933"]


@pytest.mark.parametrize("basis", FIGURES)
def test_lineage_names_every_cell_that_a_trace_names(site: Site, samples_run: SamplesRun, basis: str) -> None:
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        for figure in FIGURES[basis]:
            trace = trace_national(connection, "2023", basis, figure.column)
            page = site[f"herkomst-2023-{basis}.html"]
            assert page.row("De cijfers", figure.title)[1] == dutch_number(trace.value)
            places = {(row[1], row[3]) for rows in page.tables.values() for row in rows if len(row) == 7}
            assert {(source.submission_id, f"{source.sheet}!{source.cell}") for source in trace.sources} <= places


def test_an_unknown_year_is_unknown_and_not_zero(site: Site) -> None:
    page = site["herkomst-2020-official_monitor.html"]
    assert page.row("De cijfers", "Nog te realiseren")[1] == "onbekend"
    assert "De realisatie van 2020 is onbekend en telt niet als nul." in page.text
    assert page.table("Extra banen volgens de monitor")[0][3:] == [
        "Banenafspraak totaal!E11",
        "n.b.",
        "onbekend",
        "onbekend",
    ]
    assert site["index.html"].row("Landelijke monitor", "2020")[2] == "onbekend"


# -- revisions --------------------------------------------------------------------------------------------------------


def test_a_version_that_awaits_acceptance_comes_with_its_differences_and_how_to_accept_it(police: DataFolders) -> None:
    police.take({"verbeterd.xlsx": corrected()})
    site = _published_site(police)
    page = site["revisies.html"]
    assert page.headings[:3] == ["Revisies", "Wacht op aanvaarding", "Politie 2024, versie 2 – … wacht op aanvaarding"]
    assert 'banenafspraak accept politie-2024-v2 --name "…" --reason "…"' in page.text
    assert page.row("Nieuwe versie, tegenover politie-2024-v1", "Politie") == [
        "Politie", "realisatie", "2024", "489", "490", "+1", "▲ omhoog", "Overzicht!P14", "Overzicht!P14",
    ]  # fmt: skip
    in_sight = site["index.html"].row("Jaaropgaven", "Politie")[1]
    assert in_sight == "! aanvaard met bevindingen 12 van 12 … wacht op aanvaarding (versie 2)"
    assert "In werking blijft politie-2024-v1" in site["opgave-politie-2024-v2.html"].text
    assert list(_broken_links(site)) == []


def test_a_version_that_was_accepted_says_by_whom_and_what_it_replaces(police: DataFolders) -> None:
    police.take({"verbeterd.xlsx": corrected()})
    main_job.accept(police.workspace, "politie-2024-v2", "R. Rechter", "Nagevraagd")
    site = _published_site(police)
    assert site["revisies.html"].headings[1:] == [
        "Wacht op aanvaarding",
        "Overige",
        "Politie 2024, versie 2 – ✓ aanvaard",
    ]
    assert re.search(r"Aanvaard door R\. Rechter op .* UTC, omdat: Nagevraagd", site["revisies.html"].text)
    assert "Aanvaard door R. Rechter" in site["opgave-politie-2024-v2.html"].text
    assert "De versie die nu in werking is, is politie-2024-v2" in site["opgave-politie-2024-v1.html"].text


def test_a_sector_with_only_a_rejected_version_has_nothing_in_force(data: DataFolders) -> None:
    data.take(files(POLITIE_2023) | {"fout.xlsx": wrong()})
    site = _published_site(data)
    assert site["index.html"].row("Jaaropgaven", "Politie")[1:] == [
        "✓ aanvaard 12 van 12",
        "✗ afgewezen niets in werking",
    ]
    assert "Voor deze sector en periode is er niets in werking." in site["opgave-politie-2024-v1.html"].text
    assert list(_broken_links(site)) == []


def test_differences_are_signed() -> None:
    assert [signed(Decimal(text)) for text in ("1", "-1207.5", "0")] == ["+1", "−1.207,5", "0"]
    assert signed(None) == "–"


# -- what senders wrote, and the site as a whole ----------------------------------------------------------------------


def test_what_a_sender_wrote_is_shown_and_never_becomes_markup(hostile: Site) -> None:
    received = hostile["bestanden.html"]
    assert received.table("Ontvangen bestanden")[0][1] == REJECTED
    assert {row[1] for row in received.table("Ontvangen bestanden")} == {REJECTED, WATER, POLICE, SCHOOLS}
    assert MARKUP in hostile["opgave-mbo-2023-v1.html"].text
    assert not any("<script" in page.html or "<img" in page.html for page in hostile.pages.values())


def test_data_docs_are_linked_to_when_they_are_there(samples_run: SamplesRun, tmp_path: Path) -> None:
    database = Path(shutil.copy(samples_run.data.storage.snapshot, tmp_path / "copy.duckdb"))
    folder = tmp_path / "report"
    write_report(database, folder)
    assert "Great Expectations" not in Site(folder)["regels.html"].text
    (folder / "great_expectations").mkdir()
    (folder / "great_expectations" / "index.html").write_text("<title>docs</title>")
    write_report(database, folder)
    assert "great_expectations/index.html" in Site(folder)["regels.html"].having("href")
    assert list(_broken_links(Site(folder))) == []


def test_the_same_warehouse_gives_the_same_site(site: Site, samples_run: SamplesRun, tmp_path: Path) -> None:
    database = Path(shutil.copy(samples_run.data.storage.snapshot, tmp_path / "copy.duckdb"))
    write_report(database, tmp_path / "again")
    again = Site(tmp_path / "again")
    assert again.pages.keys() == site.pages.keys()
    docs = '<li><a href="great_expectations/index.html">Great Expectations</a></li>\n'
    assert all(page.html.replace(docs, "") == again[name].html for name, page in site.pages.items())


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_shows_it(hostile: Site, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}", "--dump-dom",
        (hostile.folder / "index.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    page = Page(done.stdout)
    assert page.headings == hostile["index.html"].headings
    assert page.tables == hostile["index.html"].tables
