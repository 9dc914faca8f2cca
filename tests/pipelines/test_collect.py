"""Employers' own workbooks, from inbox to published totals of their sector: what is collected, and what is not."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from assets.intake.ledger import LedgerFile
from assets.intake.take_in import take_in
from assets.returns.judge import judge_files
from assets.returns.read import ReturnReader
from assets.returns.response import Answer, responses
from assets.returns.side_by_side import Document, read_side_by_side
from assets.returns.submissions import Registrar
from assets.snapshot.verify import verify
from tests.conftest import sample_files
from tests.pipelines.runs import DataFolders, banenafspraak, clock, once
from tests.returns.filled import employer_workbooks, filled
from tests.returns.workbooks import READER, TODAY, saved, zipped
from warehouse.periods import Period
from warehouse.storage import sha256_of_file

_UMCS = {f"UMC-{letter}": f"Voorbeeld-umc {letter}" for letter in "ABCDEFG"}
_EMPTY = employer_workbooks("umc", "2025", _UMCS)
_PROGRESS = (
    "SELECT target_jobs, realised_jobs, employers_returned, employers_expected, submission_id FROM mart.sector_progress"
)


def _of(code: str, hours: str | Decimal = Decimal(51), target: int = 4) -> dict[str, bytes]:
    """The workbook of one umc: 51 hours permanent and half as many temporary are 3 jobs."""
    return {f"{code}.xlsx": filled(_EMPTY[code], hours, target)}


def _all(*, unknown: str = "UMC-G") -> dict[str, bytes]:
    """The workbooks of all seven umc's, of which one does not know its hours."""
    return {
        name: content
        for code in _UMCS
        for name, content in _of(code, "niet bekend" if code == unknown else Decimal(51)).items()
    }


@pytest.fixture(scope="session")
def umcs_once(tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The umc's collected, once."""

    def _make(data: DataFolders) -> None:
        with clock("2026-03-01T12:00:00"):
            data.take(_all())

    return once(tmp_path_factory, "umcs", _make)


@pytest.fixture
def umcs(umcs_once: DataFolders, data: DataFolders) -> Iterator[DataFolders]:
    """The umc's collected, to go on with the next day."""
    umcs_once.copy_to(data)
    with clock("2026-03-02T12:00:00"):
        yield data


def test_workbooks_of_employers_are_one_return_of_their_sector(umcs_once: DataFolders) -> None:
    # Seven goals of 4; six realisations of (51 + 25.5) / 25.5 = 3: unknown is not zero.
    assert umcs_once.query(_PROGRESS) == [(28, 18, 6, 7, "umc-2025-v1")]
    assert umcs_once.query(
        "SELECT source_level, permanent_jobs, temporary_jobs, hired_jobs FROM mart.contract_forms"
    ) == [("employer", 12, 6, 0)]
    assert umcs_once.query("SELECT procurement_jobs FROM mart.procurement") == [(14,)]


def test_every_figure_leads_to_the_cell_of_the_workbook_that_holds_it(umcs_once: DataFolders) -> None:
    found = umcs_once.query(
        "SELECT file_sha256, sheet, cell, literal FROM core.observation WHERE level = 'employer' AND role = 'own'"
    )
    assert {sha256 for sha256, *_ in found} == {file.sha256 for file in _contributions(umcs_once)}
    archived = {sha256: umcs_once.storage.archived(sha256).read_bytes() for sha256, *_ in found}
    books = {sha256: openpyxl.load_workbook(io.BytesIO(content)) for sha256, content in archived.items()}
    for sha256, sheet, cell, literal in found:
        assert _plain(books[sha256][sheet][cell].value) == literal


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _contributions(data: DataFolders) -> list[LedgerFile]:
    return list(data.workspace.ledger.state().contributions("umc", "2025").values())


def test_a_sum_leads_to_the_employers_it_is_made_of(umcs_once: DataFolders) -> None:
    told = json.loads(
        banenafspraak("trace", "sector", "umc", "2025", "realised_jobs", *umcs_once.options, "--json").out
    )
    assert told["value"] == "18"
    assert told["formula"] == "sum of realised_jobs over the employers' own returns"
    assert [row["file_name"] for row in told["rows"]] == [f"{code}.xlsx" for code in _UMCS]
    assert sum(Decimal(row["value"] or 0) for row in told["rows"]) == 18


def test_what_was_collected_is_made_again_from_the_archive(umcs: DataFolders) -> None:
    workspace = umcs.workspace
    found = verify(umcs.storage, workspace.reader, workspace.waivers, datetime(2026, 3, 2, 12))
    assert found.problems == []
    assert found.files == 8  # seven workbooks and the list of them


def test_the_list_of_a_collection_is_json_with_a_line_for_each_value(umcs_once: DataFolders) -> None:
    """A list is known by its bytes: those that were archived before must stay what the same workbooks give."""
    state = umcs_once.workspace.ledger.state()
    (file,) = (file for file in state.files.values() if file.file_name.endswith(".json"))
    content = umcs_once.storage.archived(file.sha256).read_bytes()
    assert json.dumps(json.loads(content), ensure_ascii=False, indent=0).encode() == content


def test_reading_everything_again_changes_nothing(umcs: DataFolders) -> None:
    before = umcs.workspace.ledger.state().heads
    umcs.reread()
    assert umcs.workspace.ledger.state().heads == before


def test_a_lost_warehouse_comes_back_from_the_archive(umcs: DataFolders) -> None:
    for path in umcs.storage.observation_folder.rglob("*.parquet"):
        path.unlink()
    umcs.take(_of("UMC-G", Decimal(51)))
    assert umcs.query(_PROGRESS)[0][:2] == (28, 18)
    umcs.accept("umc-2025-v2")
    assert umcs.query(_PROGRESS) == [(28, 21, 7, 7, "umc-2025-v2")]


def test_a_correction_by_one_employer_waits_for_a_person(umcs: DataFolders) -> None:
    umcs.take({"UMC-A opnieuw.xlsx": filled(_EMPTY["UMC-A"], Decimal(102), 4)})
    assert umcs.query(_PROGRESS) == [(28, 18, 6, 7, "umc-2025-v1")]
    revised = umcs.query(
        "SELECT level, employer_code, value_before, value_after FROM mart.revisions "
        "WHERE submission_id = 'umc-2025-v2' AND measure = 'realised_jobs' ORDER BY level"
    )
    assert revised == [("employer", "UMC-A", 3, 6), ("sector", None, 18, 21)]
    umcs.accept("umc-2025-v2")
    assert umcs.query(_PROGRESS) == [(28, 21, 6, 7, "umc-2025-v2")]
    assert umcs.query(
        "SELECT message FROM audit.finding WHERE rule = 'employer_returned_once' AND outcome = 'fails'"
    ) == [("Van deze werkgever kwam eerder al UMC-A.xlsx; de laatst ontvangen opgave telt: UMC-A opnieuw.xlsx.",)]


def test_a_workbook_that_fails_takes_nothing_away(umcs: DataFolders) -> None:
    bad = openpyxl.load_workbook(io.BytesIO(_of("UMC-A")["UMC-A.xlsx"]))
    bad["Opgave"]["B26"] = "veel"
    result = umcs.take({"UMC-A fout.xlsx": saved(bad)})
    assert [file.status for file in result.files] == ["rejected"]
    assert umcs.query(_PROGRESS) == [(28, 18, 6, 7, "umc-2025-v1")]
    assert umcs.query(
        "SELECT employer_code, cell FROM audit.finding JOIN audit.file USING (file_sha256) "
        "WHERE severity = 'error' AND audit.finding.outcome = 'fails'"
    ) == [("UMC-A", "B26")]


def test_the_same_values_in_other_bytes_are_a_duplicate(umcs: DataFolders) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_of("UMC-B")["UMC-B.xlsx"]))
    book.properties.title = "kopie"
    result = umcs.take({"UMC-B kopie.xlsx": saved(book)})
    assert [(file.status, file.duplicate_of) for file in result.files] == [
        ("duplicate", next(file.sha256 for file in _contributions(umcs) if file.employer_code == "UMC-B"))
    ]
    assert umcs.query(_PROGRESS) == [(28, 18, 6, 7, "umc-2025-v1")]


def test_too_few_employers_are_no_figure_of_the_sector(data: DataFolders) -> None:
    few = {name: content for name, content in _all().items() if name < "UMC-D"}
    result = data.take(few)
    assert Counter(file.status for file in result.files) == {"accepted": 3, "rejected": 1}
    assert result.not_published_because
    answers = Counter(one.answer for one in responses(result.state, READER.reference, "umc", Period.parse("2025")))
    assert answers == {Answer.RETURNED: 3, Answer.MISSING: 4}


def test_a_collection_that_was_interrupted_is_finished_by_the_next_run(data: DataFolders) -> None:
    data.drop(_all())
    workspace = data.workspace
    state = workspace.ledger.state()
    take_in(data.storage, workspace.ledger, state, workspace.reader, data.storage.inbox)
    registrar = Registrar(data.storage, workspace.ledger, state)
    files = list(state.files.values())
    [judged] = judge_files(data.storage, workspace.reader, workspace.waivers, files)
    registrar.enter_contributions(judged)
    assert data.workspace.ledger.state().submissions == {}
    data.run()
    assert data.query(_PROGRESS) == [(28, 18, 6, 7, "umc-2025-v1")]


def test_collect_takes_a_zip_file_and_says_who_is_missing(data: DataFolders, tmp_path: Path) -> None:
    source = tmp_path / "umc.zip"
    elsewhere = employer_workbooks("wo", "2025", {"UNI-1": "Voorbeelduniversiteit"})["UNI-1"]
    with zipfile.ZipFile(source, "w") as archive:
        for name, content in _all().items():
            if name != "UMC-C.xlsx":
                archive.writestr(f"../../{name}", content)
        archive.writestr("map/..", filled(elsewhere, Decimal(51), 4))
        archive.writestr("map/UMC-A.xlsx", "geen werkmap")
    done = banenafspraak("collect", source, "--sector", "umc", "--period", "2025", *data.options)
    assert done.code == 1
    assert "7 employers: 6 ontvangen, 0 afgekeurd, 1 ontbreekt" in done.out
    assert "ontbreekt: UMC-C Voorbeeld-umc C" in done.out
    assert "about another sector or period: naamloos" in done.out
    sheet = openpyxl.load_workbook(data.storage.response_list("umc", "2025"))["Respons"]
    rows = {row[0]: row[2:7] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["UMC-C"] == ("ontbreekt", None, None, 0, "ja")
    assert (rows["UMC-A"][0], *rows["UMC-A"][2:]) == ("ontvangen", "UMC-A.xlsx", 1, "ja")
    assert not (tmp_path.parent / "UMC-A.xlsx").exists()


def _bomb() -> bytes:
    """A zip file that says of a few bytes that they are more than two gigabytes."""
    content = bytearray(zipped({"opgave.xlsx": "x"}))
    size = content.index(b"PK\x01\x02") + 24
    content[size : size + 4] = (2_000_000_001).to_bytes(4, "little")
    return bytes(content)


def _zipped(name: str, how: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.writestr(name, bytes(range(256)) * 40)
    return stream.getvalue()


def _damaged(how: int) -> bytes:
    """A zip file with one file, in the packed bytes of which some are others."""
    content = bytearray(_zipped("a.xlsx", how))
    content[50:60] = b"\xff" * 10
    return bytes(content)


@pytest.mark.parametrize(
    ("source", "sector", "period", "told"),
    [
        ("folder", "umx", "2025", "There is no sector 'umx'"),
        ("folder", "umc", "2025X", "2025X"),
        ("text.zip", "umc", "2025", "is no folder and no zip file"),
        ("bomb.zip", "umc", "2025", "at most 20,000 files of 2,000,000,000 bytes are unpacked"),
        ("crowd.zip", "umc", "2025", "holds 20,001 files"),
        ("deflate.zip", "umc", "2025", "can't be unpacked"),
        ("lzma.zip", "umc", "2025", "can't be unpacked"),
        ("name.zip", "umc", "2025", "can't be unpacked"),
    ],
)
def test_what_can_not_be_collected_is_said(
    data: DataFolders, tmp_path: Path, source: str, sector: str, period: str, told: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.zip").write_text("tekst")
    (tmp_path / "bomb.zip").write_bytes(_bomb())
    (tmp_path / "deflate.zip").write_bytes(_damaged(zipfile.ZIP_DEFLATED))
    (tmp_path / "lzma.zip").write_bytes(_damaged(zipfile.ZIP_LZMA))
    (tmp_path / "name.zip").write_bytes(_zipped("é.xlsx", zipfile.ZIP_STORED).replace("é".encode(), b"\xff\xfe"))
    with zipfile.ZipFile(tmp_path / "crowd.zip", "w") as crowd:
        for number in range(20_001):
            crowd.writestr(zipfile.ZipInfo(str(number)), b"")
    done = banenafspraak("collect", tmp_path / source, "--sector", sector, "--period", period, *data.options)
    assert done.code == 2
    assert told in done.err
    assert not data.storage.ledger.exists()


def test_workbooks_read_side_by_side_say_what_they_say_one_by_one() -> None:
    documents = [Document(path, sha256_of_file(path), TODAY) for path in sample_files()]
    together = read_side_by_side(ReturnReader(), documents)
    assert len(together) > 20
    assert [one.reading() for one in together] == [READER.read(one.path.read_bytes(), TODAY) for one in documents]
