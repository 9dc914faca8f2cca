"""What goes back to a sender and to auditors: the annotated copy, the report, and never a number of a person.

How a copy looks inside is `tests/returns/test_annotate.py`; what the pages say is `tests/expectations/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.pipelines.runs import (
    DataFolders,
    Said,
    banenafspraak,
    corrected,
    files,
    files_with_times,
    once,
    put,
    wrong,
)
from tests.returns.workbooks import MBO, book_of, saved

# Numbers that pass the eleven-test: 9×1+8×1+7×1+6×2+5×2+4×2+3×3+2×3-3 = 66, and 9+16+21+24+25+24+21+16-2 = 154.
BSN, OTHER_BSN = "111222333", "123456782"


# -- the annotated copy ------------------------------------------------------------------------------------------------


def test_an_annotated_copy_is_written_in_the_folder_named_and_nothing_else_is_touched(
    police: DataFolders, tmp_path: Path
) -> None:
    given = put(tmp_path / "given", {"fout.xlsx": wrong(), "goed.xlsx": corrected()})
    before = {**police.on_disk(), **files_with_times(given)}
    said = banenafspraak(
        "check", "--annotate", given / "fout.xlsx", given / "goed.xlsx", "--output", tmp_path / "terug"
    )
    assert said.code == 1
    assert {**police.on_disk(), **files_with_times(given)} == before
    names = ["fout - bevindingen.xlsx", "goed - bevindingen.xlsx"]
    assert sorted(path.name for path in (tmp_path / "terug").iterdir()) == names
    assert all(name in said.out for name in names)
    book = openpyxl.load_workbook(tmp_path / "terug" / names[0])
    assert book.sheetnames[0] == "Bevindingen"
    told = [str(cell.value) for row in book["Bevindingen"].iter_rows() for cell in row if cell.value is not None]
    assert [text for text in told if "C10" in text] != []
    assert [text for text in told if "Streefgetal" in text] != []
    comment = book["Overzicht"]["C10"].comment
    assert comment is not None
    assert "Streefgetal" in comment.text


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("kwaad\x1b[31m\n.xlsx", "kwaad_[31m_ - bevindingen.xlsx"),
        ("opgave\N{RIGHT-TO-LEFT OVERRIDE}.xlsx", "opgave_ - bevindingen.xlsx"),
        ("x" * 250 + ".xlsx", "x" * 150 + " - bevindingen.xlsx"),
        ("-rf ..xlsx", "-rf - bevindingen.xlsx"),
    ],
)
def test_a_copy_has_a_name_that_a_file_system_takes(data: DataFolders, tmp_path: Path, name: str, copy: str) -> None:
    given = put(tmp_path / "given", {name: wrong()})
    checked = banenafspraak("check", "--annotate", given / name, "--output", tmp_path / "terug", *data.options)
    assert checked.code == 1
    assert [path.name for path in (tmp_path / "terug").iterdir()] == [copy]
    assert "\x1b" not in checked.out


def test_copies_of_files_with_one_name_are_both_there(data: DataFolders, tmp_path: Path) -> None:
    given = [put(tmp_path / folder, {"opgave.xlsx": wrong()}) / "opgave.xlsx" for folder in ("een", "twee")]
    assert banenafspraak("check", "--annotate", *given, "--output", tmp_path / "terug", *data.options).code == 1
    names = ["opgave - bevindingen (2).xlsx", "opgave - bevindingen.xlsx"]
    assert sorted(path.name for path in (tmp_path / "terug").iterdir()) == names


def test_without_a_folder_the_copy_is_written_here_and_without_asking_there_is_none(
    data: DataFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, here = put(tmp_path / "given", {"fout.xlsx": wrong()}), put(tmp_path / "here", {})
    monkeypatch.chdir(here)
    banenafspraak("check", given / "fout.xlsx")
    assert list(here.iterdir()) == []
    banenafspraak("check", "--annotate", "--json", given / "fout.xlsx")
    assert [path.name for path in here.iterdir()] == ["fout - bevindingen.xlsx"]
    assert [path.name for path in given.iterdir()] == ["fout.xlsx"]
    assert not data.raw.exists()


def test_the_copy_once_corrected_can_be_sent_in(police: DataFolders, tmp_path: Path) -> None:
    given = put(tmp_path / "given", {"fout.xlsx": wrong()})
    banenafspraak("check", "--annotate", given / "fout.xlsx", "--output", given)
    book = openpyxl.load_workbook(given / "fout - bevindingen.xlsx")
    book["Overzicht"]["C10"].value = "Doel"
    result = police.take({"fout - bevindingen.xlsx": saved(book), "zelf verbeterd.xlsx": corrected()})
    assert {file.file_name: file.status for file in result.files}["zelf verbeterd.xlsx"] == "duplicate"
    police.accept("politie-2024-v2")
    assert police.realised() == {("politie", "2024"): 490}


def test_a_file_that_is_no_workbook_comes_back_with_findings_too(data: DataFolders, tmp_path: Path) -> None:
    given = put(tmp_path / "given", {"brief.xlsx": b"%PDF-1.7 een brief"})
    said = banenafspraak("check", "--annotate", given / "brief.xlsx", "--output", given)
    assert (said.code, "Traceback" in said.err) == (1, False)
    assert openpyxl.load_workbook(given / "brief - bevindingen.xlsx").sheetnames[0] == "Bevindingen"


# -- persons -----------------------------------------------------------------------------------------------------------


def _in_a_remark(book: openpyxl.Workbook) -> None:
    book["mbo-scholen"]["G5"].value = f"zie BSN {BSN}"
    book["mbo-scholen"]["G6"].value = int(OTHER_BSN)


def _beside_an_unknown_header(book: openpyxl.Workbook) -> None:
    """The numbers are also what other rules would say they found."""
    sheet = book["mbo-scholen"]
    sheet["D4"].value = f"Banen van {BSN}"
    sheet["D5"].value = f"geen opgave ({OTHER_BSN})"


def _on_another_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Personen")["B2"].value = BSN
    book["Toelichting"]["A5"].value = f"Contact: {OTHER_BSN[:3]}.{OTHER_BSN[3:6]}.{OTHER_BSN[6:]}"


def _in_the_title_that_tells_the_period(book: openpyxl.Workbook) -> None:
    book["mbo-scholen"]["A1"].value = f"Banenafspraak mbo 2024 {BSN}"
    book["mbo-scholen"]["A2"].value = f"bron: {OTHER_BSN}"


def _in_the_name_of_a_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet(f"Werknemer {BSN}")["A1"].value = "x"


PERSONS = [
    _in_a_remark,
    _beside_an_unknown_header,
    _on_another_sheet,
    _in_the_title_that_tells_the_period,
    _in_the_name_of_a_sheet,
]


def _with_persons(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = book_of(MBO)
    change(book)
    return saved(book)


def _told(said: Said) -> bytes:
    return f"{said.out}{said.err}".encode()


def _told_places(data: DataFolders, *extra: bytes) -> list[str]:
    """Where a number of a person stands, outside the archive: in any file, any published row, or what was said."""
    places = {
        str(path): path.read_bytes() for path in [*data.raw.rglob("*"), *data.warehouse.rglob("*")] if path.is_file()
    }
    outside = {name: content for name, content in places.items() if "/archive/" not in name or name.endswith(".json")}
    assert len(outside) < len(places)
    said = {**outside, "tables": repr(data.tables()).encode(), "said": b"".join(extra)}
    numbers = re.compile("|".join(r"\D?".join(number) for number in (BSN, OTHER_BSN)).encode())
    return [name for name, content in said.items() if numbers.search(content)]


@pytest.mark.parametrize("change", PERSONS)
def test_a_number_of_a_person_is_refused_and_told_nowhere(
    police: DataFolders, tmp_path: Path, change: Callable[[openpyxl.Workbook], None]
) -> None:
    given = put(tmp_path / "given", {"mbo.xlsx": _with_persons(change)})
    checked = banenafspraak("check", "--annotate", given / "mbo.xlsx", "--output", given)
    assert checked.code == 1
    assert [path.name for path in given.iterdir()] == ["mbo.xlsx"]
    run = banenafspraak("run", given)
    assert run.code == 1
    assert police.query("SELECT outcome FROM audit.file WHERE file_name = 'mbo.xlsx'") == [("rejected",)]
    found = police.query("SELECT DISTINCT rule FROM audit.finding WHERE file_name = 'mbo.xlsx' AND severity = 'error'")
    assert found == [("no_personal_data",)]
    assert _told_places(police, _told(checked), _told(run)) == []


def test_a_number_of_a_person_is_not_in_the_full_report_either(police: DataFolders) -> None:
    police.take({"mbo.xlsx": _with_persons(_in_a_remark)})
    said = banenafspraak("report", "validation")
    assert said.code == 0, said.err
    assert _told_places(police, _told(said)) == []


# -- the report for auditors -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def reported_once(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The police return and what followed, with the full report. Look, don't change."""

    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        data.take({"verbeterd.xlsx": corrected(), "fout.xlsx": wrong(), **files(MBO)})
        said = banenafspraak("report", "validation", "--raw-dir", data.raw, "--warehouse-dir", data.warehouse)
        assert said.code == 0, said.err
        (data.warehouse / "said.txt").write_text(said.out, encoding="utf-8")

    return once(tmp_path_factory, "reported", make)


def _site(data: DataFolders) -> Path:
    """The folder of the report that the command named."""
    said = (data.warehouse / "said.txt").read_text(encoding="utf-8")
    (page,) = re.findall(r"\S+index\.html", said)
    return Path(page).parent


def test_the_report_is_a_site_with_the_data_docs_linked(reported_once: DataFolders) -> None:
    folder = _site(reported_once)
    assert folder.is_relative_to(reported_once.warehouse)
    assert (folder / "great_expectations" / "index.html").exists()
    assert 'href="great_expectations/index.html"' in (folder / "index.html").read_text(encoding="utf-8")


def test_every_link_of_the_report_leads_somewhere(reported_once: DataFolders) -> None:
    folder = _site(reported_once)
    pages = [path for path in folder.rglob("*.html") if "great_expectations" not in path.parts]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r'href="([^"#]+)', page.read_text(encoding="utf-8"))
        if not link.startswith(("data:", "mailto:"))
    ]
    assert len(links) > len(pages)
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_report_tells_what_waits_and_what_was_rejected(reported_once: DataFolders) -> None:
    folder = _site(reported_once)
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
    for told in ("politie-2024-v2", "verbeterd.xlsx", "fout.xlsx", "Streefgetal"):
        assert told in text


def test_a_report_without_a_snapshot_says_what_to_do(data: DataFolders) -> None:
    said = banenafspraak("report", "validation")
    assert (said.code, "banenafspraak run" in said.err, "Traceback" in said.err) == (3, True, False)
