"""The products of the cadence: what their pages and tables say, and that a snapshot always gives the same."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from assets.products.pages import PRODUCTS, ProductError, product_made_from, write_product
from tests.expectations.test_report import CHROMIUM, Page
from tests.pipelines.runs import DataFolders, SamplesRun, banenafspraak, unlocked
from warehouse.periods import Period, PeriodKind

MADE = (
    ("icbr", "2023Q4"),
    ("icbr", "2024Q3"),
    ("icbr", "2024Q4"),
    ("jbr", "2023"),
    ("jbr", "2024"),
    ("stoplicht", "2024H2"),
)
HOSTILE = '=1+1<script>alert(1)</script> --> & "A" $x^2$'


def _write(snapshot: Path, name: str, period: str, folder: Path) -> Path:
    return write_product(snapshot, PRODUCTS[name], Period.parse(period), folder)


def _page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(samples_run: SamplesRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Products of the samples by name and period: where their page is."""
    folder = tmp_path_factory.mktemp("products")
    return {
        f"{name}-{period}": _write(samples_run.data.storage.snapshot, name, period, folder) for name, period in MADE
    }


@pytest.fixture
def changed(samples_run: SamplesRun, tmp_path: Path) -> Path:
    """The samples' snapshot, to change."""
    return unlocked(Path(shutil.copy(samples_run.data.storage.snapshot, tmp_path / "changed.duckdb")))


def _change(snapshot: Path, *statements: str) -> None:
    with duckdb.connect(str(snapshot)) as connection:
        for statement in statements:
            connection.execute(statement)


# Read from the cells of the quarters and divided by hand; see tests/warehouse/test_marts_products.py.
ROWS = [
    ("icbr-2024Q3", "JenV", "1.488,1 908,1 61,0 580,0 +21,2 +17,5 580,0 nee"),
    ("icbr-2024Q3", "BZK", "459,3 610,2 132,9 −150,9 +27,6 +29,1 0,0 ja"),  # (610.2 - 522.8) / 3
    ("icbr-2024Q3", "OCW", "220,0 210,2 95,5 9,8 −5,0 −1,8 9,8 nee"),
    ("icbr-2024Q3", "Heel Rijk", "5.994,0 4.930,0 82,2 1.064,0 +129,0 +137,7 1.064,0 nee"),
    ("icbr-2024Q4", "SZW", "260,0 288,7 111,0 −28,7 +3,9 +7,5 ja"),  # (288.7 - 258.7) / 4
    ("icbr-2023Q4", "JenV", "1.387,1 855,6 61,7 531,5 – – nee"),
    ("jbr-2024", "JenV", "1.488,1 908,1 61,0 1.488,1 936,0 62,9 1.488,1 936,0 62,9 +27,9"),
    ("jbr-2024", "Heel Rijk", "5.994,0 4.930,0 82,2 5.994,0 5.078,0 84,7 5.994,0 5.078,0 84,7 +148,0"),
    ("jbr-2023", "JenV", "– – – 1.387,1 855,6 61,7 1.387,1 855,6 61,7 –"),
    ("stoplicht-2024H2", "Voorbeeldprovincie 06", "39,42 32,10 81,4 oranje oranje"),
]


@pytest.mark.parametrize(("product", "employer", "expected"), ROWS)
def test_figures_stand_in_dutch_notation(made: dict[str, Path], product: str, employer: str, expected: str) -> None:
    found = _page(made[product]).row("Per ", employer)
    assert " ".join(found).replace("● ", "") == f"{employer} {expected}"


SAID = [
    ("icbr-2024Q3", "Kwartaalvoortgang voor de ICBR, derde kwartaal 2024"),
    ("icbr-2024Q3", "Voorlopig. Kwartaalcijfers zijn indicatief: alleen de jaaropgave is officieel."),
    ("icbr-2024Q3", "Dekking: 14 van 14 ministeries"),
    ("icbr-2024Q3", "Op 30-09-2024 had het Rijk 4.930,0 banen van een doel van 5.994,0: 82,2%."),
    ("icbr-2024Q4", "JenV: daarvan DJI en Rechtspraak samen 449,3 banen van een doel van 952,4."),  # 290.2 + 159.1
    ("jbr-2024", "Aan het eind van het derde kwartaal van 2024 had het Rijk 4.930,0 banen"),
    ("jbr-2023", "Over het derde kwartaal van 2023 is geen totaal van het Rijk bekend."),
    ("jbr-2023", "Dekking van het derde kwartaal: 0 van 14 ministeries"),
    ("stoplicht-2024H2", "Op 31-12-2024: 6 provincies op groen, 1 provincie op oranje en 5 provincies op rood."),
    ("stoplicht-2024H2", "Groen vanaf 100%, oranje vanaf 80%, rood vanaf 0%."),
    ("stoplicht-2024H2", "Dekking: 12 van 12 provincies"),
]


@pytest.mark.parametrize(("product", "sentence"), SAID)
def test_what_a_page_says(made: dict[str, Path], product: str, sentence: str) -> None:
    assert sentence in _page(made[product]).text


RESTS_ON = [
    ("icbr-2024Q3", ["rijk-2024Q3-v1", "rijk-2024Q2-v1", "rijk-2024Q1-v1", "rijk-2023Q4-v1", "geen aanvaarde opgave"]),
    ("jbr-2023", ["geen aanvaarde opgave", "rijk-2023Q4-v1", "rijk-2023-v1"]),
    ("stoplicht-2024H2", ["provincies-2024H2-v1"]),
]


@pytest.mark.parametrize(("product", "submissions"), RESTS_ON)
def test_a_page_names_its_returns_and_its_snapshot(
    samples_run: SamplesRun, made: dict[str, Path], product: str, submissions: Sequence[str]
) -> None:
    page = _page(made[product])
    assert [row[1] for row in page.table("Opgaven waarop")] == submissions
    [(snapshot_id,)] = samples_run.data.query("SELECT snapshot_id FROM audit.snapshot")
    assert f"momentopname {snapshot_id}, gepubliceerd op" in page.text
    assert json.loads((made[product].parent / "made_from.json").read_bytes())["snapshot_id"] == snapshot_id


@pytest.mark.parametrize("product", [f"{name}-{period}" for name, period in MADE])
def test_a_page_is_one_accessible_file_that_leads_nowhere_else(made: dict[str, Path], product: str) -> None:
    page = _page(made[product])
    assert ("html", {"lang": "nl"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert not {"script", "link", "img", "iframe", "object"} & set(tags)
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    ids = page.having("id")
    assert len(ids) == len(set(ids))
    drawings = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(drawings) == (product != "jbr-2023")  # no figure of a third quarter, so nothing to draw
    assert all((drawing["role"], drawing["aria-labelledby"] in ids) == ("img", True) for drawing in drawings)
    leads_to = [address for address in page.having("href") if not address.startswith("#")]
    assert leads_to == [f"{product}.csv", f"{product}.xlsx"]
    assert all((made[product].parent / address).exists() for address in leads_to)


def test_only_a_chart_of_quarters_has_their_line(made: dict[str, Path]) -> None:
    with_line = {product for product, path in made.items() if "banen, heel Rijk" in path.read_text(encoding="utf-8")}
    assert with_line == {"icbr-2024Q3", "icbr-2024Q4"}


def test_the_tables_hold_the_rows_of_the_mart(samples_run: SamplesRun, made: dict[str, Path]) -> None:
    folder = made["icbr-2024Q3"].parent
    with (folder / "icbr-2024Q3.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["employer_code"]: line for line in csv.DictReader(file)}
    assert len(lines) == 15
    assert (lines["JENV"]["realised_jobs"], lines["JENV"]["on_course"], lines[""]["gap_jobs"]) == (
        "908.1",
        "false",
        "1064",
    )
    sheet = openpyxl.load_workbook(folder / "icbr-2024Q3.xlsx")["icbr"]
    header, *rows = sheet.iter_rows(values_only=True)
    jenv = next(dict(zip(header, row, strict=True)) for row in rows if row[1] == "JENV")
    assert (Decimal(str(jenv["realised_jobs"])), jenv["on_course"]) == (Decimal("908.1"), False)


def test_the_same_snapshot_gives_the_same_bytes_whenever_it_is_made(
    samples_run: SamplesRun, made: dict[str, Path], tmp_path: Path
) -> None:
    [(snapshot_id,)] = samples_run.data.query("SELECT snapshot_id FROM audit.snapshot")
    kept = samples_run.data.storage.kept_snapshot(snapshot_id)
    for name, period in MADE:
        again, before = _write(kept, name, period, tmp_path), made[f"{name}-{period}"]
        assert again.read_bytes() == before.read_bytes()
        for table in (f"{name}-{period}.csv", f"{name}-{period}.xlsx"):
            assert again.with_name(table).read_bytes() == before.with_name(table).read_bytes()


def test_a_name_of_a_sender_is_never_markup_nor_a_formula(changed: Path, tmp_path: Path) -> None:
    _change(changed, f"UPDATE mart.ministry_quarters SET employer_name = '{HOSTILE}' WHERE employer_code = 'JENV'")
    path = _write(changed, "icbr", "2024Q3", tmp_path)
    page = _page(path)
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.row("Per ministerie", "=1+1")[0] == HOSTILE
    assert page.text.count(HOSTILE) == 3  # in the table, with its units, and in the chart
    assert f"'{HOSTILE}" in path.with_name("icbr-2024Q3.csv").read_text(encoding="utf-8").replace('""', '"')
    cells = openpyxl.load_workbook(path.with_name("icbr-2024Q3.xlsx"))["icbr"]["C"]
    assert [cell.data_type for cell in cells if cell.value == HOSTILE] == ["s"]


def test_what_is_not_known_is_a_dash_and_never_zero(changed: Path, tmp_path: Path) -> None:
    _change(
        changed,
        "UPDATE mart.ministry_quarters SET realised_jobs = NULL, gap_jobs = NULL, realised_pct = NULL, "
        "change_jobs = NULL, trend_jobs_per_quarter = NULL, needed_per_quarter = NULL, on_course = NULL "
        "WHERE (employer_code, period) = ('JENV', '2024Q3')",
    )
    row = _page(_write(changed, "icbr", "2024Q3", tmp_path)).row("Per ministerie", "JenV")
    assert row == ["JenV", "1.488,1", *7 * ["–"]]


# -- what can't be made ------------------------------------------------------------------------------------------------


def test_a_period_that_the_snapshot_does_not_know_names_those_it_does(samples_run: SamplesRun, tmp_path: Path) -> None:
    with pytest.raises(ProductError, match="about 2022Q1; it has: 2023Q4, 2024Q1, 2024Q2, 2024Q3, 2024Q4"):
        _write(samples_run.data.storage.snapshot, "icbr", "2022Q1", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "period"), [("icbr", "2024"), ("jbr", "2024Q3"), ("stoplicht", "2024Q4")])
def test_a_period_of_another_kind_is_refused(samples_run: SamplesRun, tmp_path: Path, name: str, period: str) -> None:
    with pytest.raises(ProductError, match=f"'{name}' is about periods such as .*, not {period}"):
        _write(samples_run.data.storage.snapshot, name, period, tmp_path)


def test_a_snapshot_from_before_the_product_says_so_and_still_makes_the_others(changed: Path, tmp_path: Path) -> None:
    _change(changed, "DROP TABLE mart.ministry_quarters")
    with pytest.raises(ProductError, match="from before 'icbr'"):
        _write(changed, "icbr", "2024Q3", tmp_path)
    assert _write(changed, "stoplicht", "2024H2", tmp_path).exists()


def test_what_a_product_was_made_from_is_known_once_it_is_made(samples_run: SamplesRun, tmp_path: Path) -> None:
    about = PRODUCTS["jbr"], Period(2024, PeriodKind.YEAR)
    assert product_made_from(tmp_path, *about) is None
    write_product(samples_run.data.storage.snapshot, *about, tmp_path)
    assert [(product_made_from(tmp_path, *about),)] == samples_run.data.query("SELECT snapshot_id FROM audit.snapshot")


# -- the command -------------------------------------------------------------------------------------------------------


def test_without_returns_for_it_a_product_is_not_made(history: DataFolders) -> None:
    """The history has police returns only."""
    said = banenafspraak("product", "stoplicht", "2024H1", *history.options)
    assert (said.code, "nothing for 'stoplicht' about 2024H1; it has: nothing" in said.err) == (2, True)


def test_the_command_makes_the_latest_and_puts_a_chosen_snapshot_apart(
    samples_run: SamplesRun, made: dict[str, Path], tmp_path: Path
) -> None:
    storage = samples_run.data.storage
    warehouse = tmp_path / "warehouse"
    shutil.copytree(storage.snapshots, warehouse / storage.snapshots.name)
    shutil.copy(storage.snapshot, warehouse / storage.snapshot.name)
    [(snapshot_id,)] = samples_run.data.query("SELECT snapshot_id FROM audit.snapshot")
    (tmp_path / "raw").mkdir()
    shutil.copy(storage.ledger, tmp_path / "raw")
    where = ("--raw-dir", tmp_path / "raw", "--warehouse-dir", warehouse)
    for options, folder in (((), "products"), (("--snapshot", snapshot_id), f"products/{snapshot_id}")):
        said = banenafspraak("product", "icbr", "2024Q4", *options, *where)
        page = warehouse / folder / "icbr-2024Q4" / "index.html"
        assert (said.code, said.out.strip()) == (0, str(page.resolve()))
        assert page.read_bytes() == made["icbr-2024Q4"].read_bytes()


WRONG = [
    (("letter", "2024"), "There is no product 'letter'. There are: icbr, jbr, stoplicht."),
    (("icbr", "2024-Q4"), "'2024-Q4' is not a period"),
    (("icbr", "2024"), "'icbr' is about periods such as 2024Q4, not 2024."),
    (("icbr", "2024Q4", "--snapshot", "gone"), "No snapshot 'gone' is kept. There are: 2"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_words_are_wrong_usage(samples_run: SamplesRun, words: Sequence[str], message: str) -> None:
    said = banenafspraak("product", *words, *samples_run.data.options)
    assert (said.code, message in said.err) == (2, True)


def test_nothing_published_yet_says_what_to_do(data: DataFolders) -> None:
    said = banenafspraak("product", "icbr", "2024Q4", *data.options)
    assert (said.code, "Run `banenafspraak run` first" in said.err) == (2, True)


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_shows_the_same_tables_and_the_chart(made: dict[str, Path], tmp_path: Path) -> None:
    assert CHROMIUM is not None
    for path in made.values():
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path}", "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        shown, written = Page(done.stdout), _page(path)
        assert shown.tables == written.tables
        assert [tag for tag, _ in shown.elements] == [tag for tag, _ in written.elements]
