"""The open data: the public marts of the published snapshot, exact, described, and without figures of employers.

The command that writes them again is `tests/pipelines/test_analysis.py`; open data that could not be written are
`tests/warehouse/test_publication.py`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pytest

from tests.pipelines.runs import DataFolders, SamplesRun, banenafspraak, corrected, unlocked
from warehouse.published import published_marts

PUBLIC = (
    "sector_progress", "national_progress", "department_progress", "ministry_quarters", "jbr_position",
    "contract_forms", "procurement", "coverage", "letter_table", "register", "series_breaks",
)  # fmt: skip
OF_EMPLOYERS = ("employer_progress", "traffic_light", "goal_check", "revisions")
# The row about the whole has nothing in a column of the key.
WITH_A_TOTAL = ("ministry_quarters", "jbr_position", "register")
# A figure in these can be that of a single employer.
WITHHELD = {
    "procurement": "known_rows_jobs, known_rows, known_rows_approximate",
    "coverage": "approximate_employers, approximate_jobs, approximate_share",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


@pytest.fixture(scope="module")
def folder(samples_run: SamplesRun) -> Path:
    """The open data of the samples."""
    return samples_run.data.storage.open_data


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    """The description of the open data of the samples."""
    content: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return content


@pytest.fixture(scope="module")
def snapshot(samples_run: SamplesRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published snapshot of the samples."""
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        yield connection


def _mart(connection: duckdb.DuckDBPyConnection, mart: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """The columns of a mart that are given out, their types, and its rows."""
    query = f"SELECT * EXCLUDE ({WITHHELD[mart]}) FROM mart.{mart}" if mart in WITHHELD else f"FROM mart.{mart}"
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    rows = connection.execute(query).fetchall()
    return [row[0] for row in described], [row[1] for row in described], rows


def _csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def _tables(package: dict[str, Any]) -> list[dict[str, Any]]:
    return [resource for resource in package["resources"] if resource["type"] == "table"]


# -- the description ---------------------------------------------------------------------------------------------------


def test_frictionless_finds_the_package_valid(folder: Path) -> None:
    report = frictionless.validate(folder / "datapackage.json")
    assert report.flatten(["title", "message"]) == []
    assert report.valid
    assert report.stats["tasks"] == 2 * len(PUBLIC) + 1


def test_frictionless_sees_a_figure_that_was_changed(folder: Path, tmp_path: Path) -> None:
    """Else the test above would not say much."""
    copied = Path(shutil.copytree(folder, tmp_path / "open-data"))
    path = copied / "sector_progress.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("489", "488", 1), encoding="utf-8")
    assert not frictionless.validate(copied / "datapackage.json").valid


def test_the_package_is_of_the_published_snapshot(package: dict[str, Any], snapshot: duckdb.DuckDBPyConnection) -> None:
    (row,) = snapshot.execute("SELECT snapshot_id, strftime(published_at, '%Y-%m-%dT%H:%M:%SZ') FROM audit.snapshot"
                              ).fetchall()  # fmt: skip
    assert (package["version"], package["created"]) == row


def test_every_public_mart_is_described_by_its_columns_key_hash_and_size(
    package: dict[str, Any], folder: Path, snapshot: duckdb.DuckDBPyConnection
) -> None:
    keys = {mart.name: list(mart.key) for mart in published_marts()}
    for name, resource in zip(PUBLIC, _tables(package), strict=True):
        content = (folder / resource["path"]).read_bytes()
        assert resource["path"] == f"{name}.csv"
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert (resource["bytes"], resource["encoding"]) == (len(content), "utf-8")
        columns, types, _ = _mart(snapshot, name)
        expected = {"VARCHAR": "string", "INTEGER": "integer", "BIGINT": "integer", "BOOLEAN": "boolean"}
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == columns
        assert [field["type"] for field in fields] == [expected.get(kind, "number") for kind in types]
        assert [field["name"] for field in fields if not (field["title"] and field["description"])] == []
        assert resource["schema"].get("primaryKey") == (None if name in WITH_A_TOTAL else keys[name])
        assert resource["schema"]["missingValues"] == [""]
        assert resource["description"]


def test_no_column_of_a_primary_key_is_ever_empty(package: dict[str, Any], folder: Path) -> None:
    """By the standard (Table Schema), the fields of a primary key can't be missing."""
    empty = set()
    for resource in _tables(package):
        header, rows = _csv(folder / resource["path"])
        for column in resource["schema"].get("primaryKey", []):
            if not all(row[header.index(column)] for row in rows):
                empty.add((resource["path"], column))
    assert empty == set()


# -- the figures -------------------------------------------------------------------------------------------------------


def test_the_folder_holds_the_public_marts_in_three_forms_and_nothing_else(folder: Path) -> None:
    tables = {f"{name}.{ending}" for name in PUBLIC for ending in ("csv", "parquet")}
    assert {path.name for path in folder.iterdir()} == {*tables, "banenafspraak.xlsx", "datapackage.json"}
    assert openpyxl.load_workbook(folder / "banenafspraak.xlsx", read_only=True).sheetnames == list(PUBLIC)


@pytest.mark.parametrize("mart", PUBLIC)
def test_parquet_holds_the_mart_in_columns_types_and_rows(
    folder: Path, snapshot: duckdb.DuckDBPyConnection, mart: str
) -> None:
    columns, types, rows = _mart(snapshot, mart)
    with duckdb.connect() as connection:
        source = f"read_parquet('{folder / mart}.parquet')"
        described = connection.execute(f"DESCRIBE FROM {source}").fetchall()
        assert [row[:2] for row in described] == list(zip(columns, types, strict=True))
        found = connection.execute(f"FROM {source}").fetchall()
    assert sorted(map(repr, found)) == sorted(map(repr, rows)) != []


@pytest.mark.parametrize("mart", PUBLIC)
def test_csv_holds_the_mart_with_exact_decimals(folder: Path, snapshot: duckdb.DuckDBPyConnection, mart: str) -> None:
    columns, types, rows = _mart(snapshot, mart)
    header, lines = _csv(folder / f"{mart}.csv")
    assert header == columns
    found = [tuple(map(_parsed, line, types)) for line in lines]
    assert sorted(map(repr, found)) == sorted(repr(tuple(map(_plain, row))) for row in rows)


def _parsed(text: str, kind: str) -> object:
    """What a cell of the CSV says; only what is spelled as agreed is understood."""
    if text == "":
        return None
    if kind.startswith("DECIMAL"):
        assert "E" not in text.upper()
        return Decimal(text).normalize() + 0
    if kind == "BOOLEAN":
        return {"true": True, "false": False}[text]
    return int(text) if kind in {"INTEGER", "BIGINT"} else text


def _plain(value: object) -> object:
    return value.normalize() + 0 if isinstance(value, Decimal) else value


@pytest.mark.parametrize("mart", PUBLIC)
def test_the_workbook_holds_the_mart_in_numbers_texts_and_nothing_for_nothing(
    folder: Path, snapshot: duckdb.DuckDBPyConnection, mart: str
) -> None:
    columns, _, rows = _mart(snapshot, mart)
    sheet = openpyxl.load_workbook(folder / "banenafspraak.xlsx")[mart]
    header, *lines = sheet.iter_rows(values_only=True)
    assert list(header) == columns
    found = [tuple(_exact(value) for value in line) for line in lines]
    assert sorted(map(repr, found)) == sorted(repr(tuple(_exact(value) for value in row)) for row in rows)


def _exact(value: object) -> object:
    """A number at the fifteen digits that a workbook holds, whatever its type; the rest as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return Decimal(f"{number:.15g}").normalize() + 0


def test_the_figures_of_the_letter_are_in_the_csv_by_hand(folder: Path) -> None:
    """Police 2024, by the letter: 489 of 713; the half-yearly return of the provinces: 408.6."""
    header, lines = _csv(folder / "sector_progress.csv")
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    (police,) = (row for row in rows if (row["sector_code"], row["period"]) == ("politie", "2024"))
    assert (police["target_jobs"], police["realised_jobs"], police["realised_pct"]) == ("713", "489", "68.5835")
    (provinces,) = (row for row in rows if (row["sector_code"], row["period"]) == ("provincies", "2024H1"))
    assert provinces["realised_jobs"] == "408.6"


# -- what is not given out ---------------------------------------------------------------------------------------------


def test_no_mart_with_rows_of_employers_is_public() -> None:
    assert [mart.name for mart in published_marts() if mart.open_data] == list(PUBLIC)
    assert not set(OF_EMPLOYERS) & set(PUBLIC)


def test_no_municipality_or_other_employer_but_a_ministry_is_named_anywhere(
    folder: Path, snapshot: duckdb.DuckDBPyConnection
) -> None:
    rows = snapshot.execute(
        "SELECT name FROM core.employer WHERE sector_code <> 'rijk' "
        "UNION SELECT employer_name FROM core.observation WHERE sector_code <> 'rijk' AND employer_name IS NOT NULL"
    ).fetchall()
    names = {name for (name,) in rows}
    assert len(names) > 1000
    assert len([name for name in names if "gemeente" in name.lower()]) > 300
    told = " ".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in {".csv", ".json"})
    assert "Politie" in told
    assert [name for name in names if name in told] == []


def test_the_parts_of_ministries_are_not_given_out_as_ministries(
    folder: Path, snapshot: duckdb.DuckDBPyConnection
) -> None:
    units = snapshot.execute("SELECT employer_code FROM core.employer WHERE level = 'unit'").fetchall()
    header, lines = _csv(folder / "department_progress.csv")
    codes = {line[header.index("employer_code")] for line in lines}
    assert {"AZ", "VWS"} <= codes
    assert codes.isdisjoint({code for (code,) in units})


# -- texts that look like formulas -------------------------------------------------------------------------------------


def _with_sectors(data: DataFolders, texts: list[str]) -> list[dict[str, str]]:
    """The rows of a CSV of a snapshot in which sectors are called this, with a figure below zero, in 1999."""
    with duckdb.connect(str(unlocked(data.storage.snapshot))) as connection:
        connection.executemany(
            "INSERT INTO mart.contract_forms (sector_code, period, realised_jobs) VALUES (?, '1999', -1.5)",
            [[text] for text in texts],
        )
    assert banenafspraak("open-data").code == 0
    header, lines = _csv(data.storage.open_data / "contract_forms.csv")
    assert {len(line) for line in lines} == {len(header)}
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    return [row for row in rows if row["period"] == "1999"]


def test_a_text_that_looks_like_a_formula_is_a_text_in_csv_and_workbook(police: DataFolders) -> None:
    texts = [f"{start}1+1|cmd" for start in FORMULA_STARTS]
    rows = _with_sectors(police, texts)
    assert sorted(row["sector_code"] for row in rows) == sorted(f"'{text}" for text in texts)
    assert {row["realised_jobs"] for row in rows} == {"-1.5"}, "a number below zero is a number"
    sheet = openpyxl.load_workbook(police.storage.open_data / "banenafspraak.xlsx")["contract_forms"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}
    header, *lines = sheet.iter_rows(values_only=True)
    found = [dict(zip(header, line, strict=True)) for line in lines]
    assert sorted(str(row["sector_code"]) for row in found if row["period"] == "1999") == sorted(texts)
    assert {row["realised_jobs"] for row in found if row["period"] == "1999"} == {-1.5}


def test_a_formula_behind_what_another_program_takes_for_a_separator_is_a_text_too(police: DataFolders) -> None:
    """A Dutch Excel takes `;` for the end of a field, and then a quote inside it for nothing."""
    _with_sectors(police, ["a;=1+1", 'a;"=1+1"', "a\n=1+1", "a\t@1", "a; -x", "a;+x"])
    text = (police.storage.open_data / "contract_forms.csv").read_bytes().decode()
    for delimiter in ",;\t":
        fields = [field for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for field in row]
        rows = [field for line in text.splitlines() for field in line.split(delimiter)]
        bare = [field.strip(' "') for field in fields + rows]
        assert [field for field in bare if field.startswith(FORMULA_STARTS) and not field.startswith("-1.5")] == []


def test_a_text_of_more_lines_is_one_cell_in_the_csv(police: DataFolders) -> None:
    """As Excel on a Mac, and cells with both characters, have them."""
    texts = ["een\ntwee", "een\rtwee", "een\r\ntwee", 'een "twee", drie']
    assert sorted(row["sector_code"] for row in _with_sectors(police, texts)) == sorted(texts)


# -- kept up to date ---------------------------------------------------------------------------------------------------


def _version(data: DataFolders) -> str:
    return str(json.loads((data.storage.open_data / "datapackage.json").read_bytes())["version"])


def test_after_a_new_publication_the_open_data_are_those_of_the_new_snapshot(police: DataFolders) -> None:
    assert _version(police) == police.publications()[0].snapshot_id
    for leftover in (".open-data.new", ".open-data.before"):
        (police.warehouse / leftover).mkdir()
        (police.warehouse / leftover / "sector_progress.csv").write_bytes(b"half")
    police.take({"verbeterd.xlsx": corrected()})
    police.accept("politie-2024-v2")
    assert _version(police) == police.publications()[-1].snapshot_id
    header, (line,) = _csv(police.storage.open_data / "sector_progress.csv")
    assert line[header.index("realised_jobs")] == "490"
    assert sorted(path.name for path in police.warehouse.iterdir() if "open-data" in path.name) == ["open-data"]


def _ledger_and_snapshot(data: DataFolders) -> tuple[bytes, tuple[int, int]]:
    """The bytes of the one, and which file the other is and when it was written."""
    snapshot = data.storage.snapshot.stat()
    return data.storage.ledger.read_bytes(), (snapshot.st_ino, snapshot.st_mtime_ns)


def _lost(folder: Path) -> None:
    shutil.rmtree(folder)


def _of_an_older_snapshot(folder: Path) -> None:
    path = folder / "datapackage.json"
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, "version": "20240101T000000Z-00000000"}), encoding="utf-8")


def _damaged(folder: Path) -> None:
    (folder / "datapackage.json").write_bytes(b'{"name": "banenaf')


@pytest.mark.parametrize("harm", [_lost, _of_an_older_snapshot, _damaged])
def test_open_data_that_are_not_of_the_snapshot_are_made_again_by_the_next_run(
    police: DataFolders, harm: Callable[[Path], None]
) -> None:
    folder = police.storage.open_data
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".xlsx"}
    kept = _ledger_and_snapshot(police)
    harm(folder)
    said = banenafspraak("run")
    assert (said.code, "Traceback" in said.err) == (0, False)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".xlsx"} == before
    assert (folder / "banenafspraak.xlsx").exists()
    assert _ledger_and_snapshot(police) == kept
