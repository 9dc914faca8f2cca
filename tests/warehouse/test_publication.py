"""Publishing a snapshot: one step, kept for good with its manifest, remembered, and never in the way of a reader.

What is in the file is `test_warehouse.py`; what was ever published is `test_published.py`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.intake.ledger import Ledger, State, published_event
from assets.snapshot import asset, publication
from assets.snapshot.publication import KEPT_LATEST, kept_publications, report_name
from tests.pipelines.runs import (
    MARCH,
    POLITIE_2023,
    DataFolders,
    banenafspraak,
    clock,
    corrected,
    files,
    once,
    unlocked,
)
from tests.returns.workbooks import POLITIE, sample
from warehouse.publish import PublicationError, checksums
from warehouse.records import Publication, PublishedFigure

STOPLIGHT = "IPO_stoplicht_2024H1.xlsx"
BOTH_FILES = {"banenafspraak.duckdb", "manifest.json"}


def _files_in(folder: Path) -> list[str]:
    """The files in a folder that are not in one of its folders."""
    return [path.name for path in folder.iterdir() if path.is_file()]


# -- the stable path ---------------------------------------------------------------------------------------------------


def test_publication_leaves_one_file_and_nothing_beside_it(history_once: DataFolders) -> None:
    assert _files_in(history_once.warehouse) == ["banenafspraak.duckdb"]


def test_readers_keep_what_they_have_open_and_a_new_program_sees_the_new_figures(police: DataFolders) -> None:
    query = "SELECT realised_jobs FROM mart.sector_progress"
    with duckdb.connect(str(police.storage.snapshot), read_only=True) as reader:
        police.take({"verbeterd.xlsx": corrected()})
        police.accept("politie-2024-v2")
        assert reader.execute(query).fetchall() == [(Decimal("489.0"),)]
        program = (
            f"import duckdb; c = duckdb.connect({str(police.storage.snapshot)!r}, read_only=True);"
            f"print(c.execute({query!r}).fetchall())"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "490" in done.stdout
    assert police.realised() == {("politie", "2024"): Decimal(490)}


def test_a_build_that_was_broken_off_is_no_obstacle(police: DataFolders) -> None:
    police.storage.building.write_bytes(b"half a database")
    police.storage.building.with_name("building.duckdb.wal").write_bytes(b"half a log")
    police.take(files(POLITIE_2023))
    assert police.realised() == {("politie", "2023"): Decimal(387), ("politie", "2024"): Decimal(489)}
    assert _files_in(police.warehouse) == ["banenafspraak.duckdb"]


def test_a_published_file_that_another_program_writes_in_is_not_replaced(police: DataFolders) -> None:
    police.storage.snapshot.with_name("banenafspraak.duckdb.wal").write_bytes(b"")
    police.drop(files(POLITIE_2023))
    before = police.storage.snapshot.read_bytes()
    said = banenafspraak("run")
    assert police.storage.snapshot.read_bytes() == before
    assert len(police.publications()) == 1
    assert (said.code, "write-ahead log" in said.err) == (3, True)
    assert "Traceback" not in said.err


def test_a_lost_or_damaged_stable_path_is_put_back_as_it_was(history: DataFolders) -> None:
    ledger, snapshot = history.storage.ledger.read_bytes(), history.storage.snapshot.read_bytes()
    history.storage.snapshot.unlink()
    history.run()
    assert history.storage.snapshot.read_bytes() == snapshot
    unlocked(history.storage.snapshot).write_bytes(b"this is no database")
    history.run()
    assert history.storage.snapshot.read_bytes() == snapshot
    assert history.storage.ledger.read_bytes() == ledger


def test_a_published_file_that_was_written_in_can_be_made_again_as_verify_advises(history: DataFolders) -> None:
    """Who takes away the write protection and writes in the one file writes in the kept one too: they are one file."""
    kept = history.storage.kept_snapshot(history.publications()[-1].snapshot_id)
    history.storage.snapshot.unlink()
    history.storage.snapshot.hardlink_to(kept)
    kept.chmod(0o644)
    with duckdb.connect(str(history.storage.snapshot)) as connection:
        connection.execute("ALTER TABLE mart.coverage ADD COLUMN extra INTEGER")
    said = banenafspraak("verify")
    assert (said.code, "after moving the snapshot away" in " ".join(said.out.split())) == (3, True)
    history.storage.snapshot.rename(history.raw / "weg.duckdb")
    assert banenafspraak("run").code == 0
    said = banenafspraak("verify")
    assert said.code == 0, said.out


# -- kept for good, with a manifest ------------------------------------------------------------------------------------


def test_every_publication_is_kept_read_only_under_its_own_name_with_a_manifest(history_once: DataFolders) -> None:
    publications = history_once.publications()
    assert history_once.kept() == {one.snapshot_id: BOTH_FILES for one in publications}
    for one in publications:
        kept = history_once.storage.kept_snapshot(one.snapshot_id)
        assert kept.stat().st_mode & 0o222 == 0
        file = history_once.manifest(one.snapshot_id)["file"]
        content = kept.read_bytes()
        assert file == {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        with duckdb.connect(str(kept), read_only=True) as connection:
            assert connection.execute("SELECT snapshot_id FROM audit.snapshot").fetchall() == [(one.snapshot_id,)]


def test_the_stable_path_is_a_copy_of_the_kept_file_of_the_last_publication(history_once: DataFolders) -> None:
    stable = history_once.storage.snapshot
    kept = history_once.storage.kept_snapshot(history_once.publications()[-1].snapshot_id)
    assert stable.read_bytes() == kept.read_bytes()
    assert not stable.samefile(kept), "who damages the one must not damage the other"
    assert stable.stat().st_mode & 0o222 == 0


def test_a_manifest_says_what_the_file_was_made_from(history_once: DataFolders) -> None:
    last = history_once.publications()[-1]
    manifest = history_once.manifest()
    state = history_once.workspace.ledger.state()
    assert (manifest["snapshot_id"], manifest["published_at"]) == (last.snapshot_id, "2026-03-15T12:00:01Z")
    assert (manifest["input_hash"], manifest["ledger_lines"]) == (last.input_hash, 11)
    lines = history_once.storage.ledger.read_bytes().splitlines()
    assert manifest["ledger_head"] == hashlib.sha256(lines[10]).hexdigest() == state.content_head
    assert manifest["submissions"] == [
        {
            "submission_id": "politie-2024-v2",
            "file_name": "verbeterd.xlsx",
            "file_sha256": state.submissions["politie-2024-v2"].file.sha256,
        }
    ]
    assert manifest["program"]["duckdb"] == duckdb.__version__
    assert {"banenafspraak", "code_sha256", "python"} < manifest["program"].keys()
    first = history_once.manifest(history_once.publications()[0].snapshot_id)
    assert [one["file_sha256"] for one in first["submissions"]] == [hashlib.sha256(sample(POLITIE)).hexdigest()]


def test_a_manifest_has_the_rows_and_checksum_of_every_table(history_once: DataFolders) -> None:
    tables = history_once.manifest()["tables"]
    assert {name: table["rows"] for name, table in tables.items()} == {
        name: len(rows) for name, rows in history_once.tables().items()
    }
    before = history_once.manifest(history_once.publications()[-2].snapshot_id)["tables"]
    changed = {name for name, table in tables.items() if table != before[name]}
    assert {"core.submission", "mart.sector_progress", "audit.publication", "audit.published_figure"} <= changed
    assert not {"core.sector", "core.measure", "audit.rule"} & changed


def test_a_checksum_does_not_look_at_the_order_of_rows_and_sees_every_value() -> None:
    def checksum(rows: str) -> dict[str, dict[str, Any]]:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE figures AS FROM (VALUES {rows}) AS t(name, jobs)")
            return checksums(connection)

    one = checksum("('a', 1), ('b', NULL), ('b', NULL)")
    assert one["main.figures"]["rows"] == 3
    assert one == checksum("('b', NULL), ('a', 1), ('b', NULL)")
    others = ("('a', 2), ('b', NULL), ('b', NULL)", "('a', NULL), ('b', 1), ('b', NULL)", "('a', 1), ('b', NULL)")
    assert one not in [checksum(rows) for rows in others]


# -- a publication that broke off --------------------------------------------------------------------------------------

APRIL, LATER = "2026-04-01 09:00:00", "2026-04-01 09:01:00"


@pytest.fixture(scope="session")
def undisturbed_once(history_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The history, and a half-yearly return that was published without trouble. Look, don't change."""

    def make(data: DataFolders) -> None:
        history_once.copy_to(data)
        with clock(APRIL):
            data.take(files(STOPLIGHT))

    return once(tmp_path_factory, "undisturbed", make)


def _no_room(*_: object) -> None:
    raise OSError("No space left on device")


def _not_made_ready(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publication, "make_ready", _no_room)


def _not_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publication, "keep", _no_room)


def _manifest_only(patch: pytest.MonkeyPatch) -> None:
    chmod = Path.chmod

    def but_not_the_file(self: Path, mode: int) -> None:
        if self.name == "building.duckdb":
            _no_room()
        chmod(self, mode)

    patch.setattr(Path, "chmod", but_not_the_file)


def _not_remembered(patch: pytest.MonkeyPatch) -> None:
    append = Ledger.append

    def but_no_publication(self: Ledger, state: State, events: Iterable[dict[str, Any]]) -> None:
        events = list(events)
        if any(event["event"] == "published" for event in events):
            _no_room()
        append(self, state, events)

    patch.setattr(Ledger, "append", but_no_publication)


def _not_put_in_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(publication, "put_in_place", _no_room)


BROKEN_OFF = {
    "the file could not be made ready": (_not_made_ready, 4),
    "the manifest was written and the file not made ready": (_manifest_only, 4),
    "the ledger could not be written": (_not_remembered, 4),
    "the file could not be kept": (_not_kept, 5),
    "it was not put in place": (_not_put_in_place, 5),
}


@pytest.mark.parametrize(("break_off", "remembered"), BROKEN_OFF.values(), ids=BROKEN_OFF.keys())
def test_a_publication_that_broke_off_leaves_the_one_before_and_the_next_run_finishes_it(
    history: DataFolders,
    undisturbed_once: DataFolders,
    break_off: Callable[[pytest.MonkeyPatch], None],
    remembered: int,
) -> None:
    before, tables = history.storage.snapshot.read_bytes(), history.tables()
    history.drop(files(STOPLIGHT))
    with pytest.MonkeyPatch.context() as patch, clock(APRIL):
        break_off(patch)
        assert banenafspraak("run").code == 3
    assert history.storage.snapshot.read_bytes() == before
    assert history.tables() == tables
    assert len(history.publications()) == remembered
    with clock(LATER):
        assert banenafspraak("run").code == 0
    published = history.publications()
    assert len(published) == 5
    assert _without_moments(history) == _without_moments(undisturbed_once)
    assert history.manifest()["snapshot_id"] == published[-1].snapshot_id
    assert _files_in(history.warehouse) == ["banenafspraak.duckdb"]
    assert (history.storage.open_data / "datapackage.json").exists()
    assert history.kept() == {one.snapshot_id: BOTH_FILES for one in published}
    on_disk = history.on_disk()
    with clock(LATER):
        history.run()
    assert history.on_disk() == on_disk


def _without_moments(data: DataFolders) -> dict[str, list[str]]:
    """The tables of a snapshot, but for the name and moment of its own publication."""
    tables = data.tables()
    for name in ("audit.snapshot", "audit.publication", "audit.published_figure"):
        del tables[name]
    figures = "SELECT mart, row_key, column_name, value, publication, replaced_by FROM audit.published_figure"
    return {**tables, "figures": sorted(map(repr, data.query(figures)))}


def test_open_data_that_could_not_be_written_leave_the_publication_whole_and_are_made_by_the_next_run(
    history: DataFolders, undisturbed_once: DataFolders
) -> None:
    package = history.storage.open_data / "datapackage.json"
    earlier = package.read_bytes()
    history.drop(files(STOPLIGHT))
    with pytest.MonkeyPatch.context() as patch, clock(APRIL):
        patch.setattr(asset, "write_open_data", _no_room)
        said = banenafspraak("run")
    assert said.code == 3
    assert history.tables() == undisturbed_once.tables()
    assert package.read_bytes() == earlier
    ledger, written = history.storage.ledger.read_bytes(), history.storage.snapshot.stat().st_mtime_ns
    assert banenafspraak("run").code == 0
    assert (history.storage.ledger.read_bytes(), history.storage.snapshot.stat().st_mtime_ns) == (ledger, written)
    assert package.read_bytes() == (undisturbed_once.storage.open_data / "datapackage.json").read_bytes()
    assert "Nothing was published" not in said.err, "the snapshot was published"


def test_half_a_publication_of_a_process_that_was_killed_does_not_stay(history: DataFolders) -> None:
    """What is left when the power goes between making the file's second name and moving it over the first."""
    aside = history.storage.snapshot.with_name(".banenafspraak.duckdb.99999")
    aside.hardlink_to(history.storage.snapshot)
    history.take(files(STOPLIGHT))
    assert _files_in(history.warehouse) == ["banenafspraak.duckdb"]


# -- the ledger remembers ----------------------------------------------------------------------------------------------


def test_the_ledger_remembers_exactly_the_figures_that_changed(history_once: DataFolders) -> None:
    """The accepted correction: one job more in the first unit, and what follows from that; all by hand."""
    january, february, accepted, withdrawn = history_once.publications()
    changed = {figure[:3]: figure.value for figure in accepted.changes}
    assert len(changed) == len(accepted.changes)
    sector = {key[2]: value for key, value in changed.items() if key[:2] == ("sector_progress", "politie|2024")}
    assert sector == {
        "realised_jobs": "490.0000000000",
        "gap_jobs": "223.0000000000",
        "rows_total": "490.0000000000",
        "change_jobs": "103.0000000000",  # 490 - 387
        "realised_pct": "68.7237",  # 490 / 713
        "change_pct_points": "14.4460",  # 68.7237 - 54.2777
        "stated_pct": "68.7000",
        "submission_id": "politie-2024-v2",
    }
    assert {key[:2] for key in changed} == {
        (mart, "politie|2024") for mart in ("sector_progress", "contract_forms", "procurement", "coverage")
    } | {("national_progress", "2024|sector_returns"), ("letter_table", "2024|6"), ("letter_table", "2024|14")}
    assert {figure[:3]: figure.value for figure in january.changes}["sector_progress", "politie|2024", "gap_jobs"] == (
        "224.0000000000"
    )
    assert {figure.row_key for figure in february.changes if figure.mart == "contract_forms"} == {"politie|2023"}
    gone = {figure for figure in withdrawn.changes if figure.mart == "contract_forms"}
    assert {(figure.row_key, figure.value) for figure in gone} == {("politie|2023", None)}


def test_running_again_publishes_nothing_and_writes_no_line(history: DataFolders) -> None:
    before = history.on_disk()
    assert banenafspraak("run").code == 0
    assert history.on_disk() == before


def test_a_lost_warehouse_is_made_again_as_the_same_snapshot(history: DataFolders) -> None:
    manifest, tables, ledger = history.manifest(), history.tables(), history.storage.ledger.read_bytes()
    shutil.rmtree(history.warehouse)
    history.run()
    again = history.manifest()
    assert history.storage.ledger.read_bytes() == ledger
    assert (again["snapshot_id"], again["published_at"]) == (manifest["snapshot_id"], manifest["published_at"])
    assert again["tables"] == manifest["tables"]
    assert history.tables() == tables
    assert history.kept() == {manifest["snapshot_id"]: BOTH_FILES}


@pytest.mark.parametrize("lines", [1, 3])
def test_a_ledger_that_was_cut_off_is_refused_by_every_command_that_writes_and_nothing_changes(
    history: DataFolders, lines: int
) -> None:
    kept = history.storage.ledger.read_bytes().splitlines(keepends=True)[:-lines]
    history.storage.ledger.write_bytes(b"".join(kept))
    history.drop(files(STOPLIGHT))
    before = history.on_disk()
    decision = ("politie-2024-v2", "--name", "A", "--reason", "b")
    for words in (("run",), ("reread",), ("accept", *decision), ("withdraw", *decision), ("verify",)):
        said = banenafspraak(*words)
        told = " ".join((said.out + said.err).split())
        assert (said.code, "Traceback" in told) == (3, False), words
        assert "ledger.jsonl does not know the published snapshot 20260" in told, words
        assert "Restore it from a backup" in told, words
        assert history.on_disk() == before, words


def test_a_ledger_that_was_lost_is_refused_until_the_snapshot_is_moved_away(history: DataFolders) -> None:
    history.storage.ledger.unlink()
    with pytest.raises(PublicationError, match="does not know the published snapshot"):
        history.take(files(STOPLIGHT))
    assert (history.storage.inbox / STOPLIGHT).exists()
    history.storage.snapshot.rename(history.raw / "vorige.duckdb")
    history.storage.snapshots.rename(history.raw / "vorige")
    history.run()
    assert history.realised() == {("provincies", "2024H1"): Decimal("408.6")}


def test_a_clock_that_goes_back_takes_no_publication_back(history: DataFolders) -> None:
    """The clock stands an hour behind; a waiver comes and goes, so that the last build is the same as one before."""
    waiver = (
        "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on\n"
        "W001,values_exact,politie,2024,,,x,A,B,c,2026-01-01,2099-12-31\n"
    )
    with clock("2026-03-15 11:00:00"):
        history.storage.waivers.write_text(waiver, encoding="utf-8")
        history.run()
        published = history.publications()
        assert len(published) == 5
        assert published[4].published_at >= datetime.fromisoformat(MARCH)
        history.storage.waivers.unlink()
        history.run()
        published = history.publications()
        assert [one.published_at for one in published] == sorted(one.published_at for one in published)
        assert len({one.snapshot_id for one in published}) == len(published) == 6
        assert history.query("SELECT count(*) FROM audit.publication") == [(6,)]
        before = history.on_disk()
        history.run()
        assert history.on_disk() == before


# -- which files are kept ----------------------------------------------------------------------------------------------


def _published_on(*days: str) -> list[Publication]:
    return [Publication(f"{number} {day}", datetime.fromisoformat(day), day, []) for number, day in enumerate(days)]


def test_the_latest_twelve_and_the_last_of_every_calendar_quarter_are_kept() -> None:
    old = _published_on(
        "2024-12-31 23:59:59", "2025-01-01", "2025-03-30", "2025-03-31 23:59:59", "2025-04-01", "2025-06-30",
        "2025-06-30", "2025-11-01", "2026-01-02", "2026-03-01",
    )  # fmt: skip
    latest = _published_on(*[f"2026-03-{day:02}" for day in range(2, 2 + KEPT_LATEST)])
    kept = [one.input_hash for one in kept_publications([*old, *latest])]
    quarters = ["2024-12-31 23:59:59", "2025-03-31 23:59:59", "2025-06-30", "2025-11-01"]
    assert kept == [*quarters, *(one.input_hash for one in latest)]
    assert KEPT_LATEST == 12
    assert [one.snapshot_id for one in kept_publications([*old, *latest])][2] == "6 2025-06-30"
    assert kept_publications(old) == old
    assert kept_publications([]) == []


def test_files_that_are_not_kept_go_with_their_report_and_their_figures_and_manifests_stay(
    history: DataFolders,
) -> None:
    """Fourteen publications of April and May behind those of the first quarter, and one more by a run in July."""
    april = datetime.fromisoformat(APRIL)
    later = [
        Publication(
            f"snapshot {number}",
            april + timedelta(days=number),
            # the third was built from the same as the ninth, so their report is one
            f"{8 if number == 2 else number:012}",
            [PublishedFigure("sector_progress", "politie|2020", "realised_jobs", str(number))],
        )
        for number in range(14)
    ]
    for one in later:
        for path in (history.storage.kept_snapshot(one.snapshot_id), history.storage.manifest(one.snapshot_id)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"{}")
        history.storage.report(report_name(one.input_hash)).mkdir(exist_ok=True)
    history.storage.kept_snapshot(later[-1].snapshot_id).unlink()  # else the run begins with putting it in place
    ledger = history.workspace.ledger
    ledger.append(ledger.state(), [published_event(one) for one in later])
    old = history.publications()[:4]
    with clock("2026-07-01 12:00:00"):
        history.take(files(STOPLIGHT))
    (new,) = history.publications()[18:]
    # of the first quarter the last one; of the next the last twelve but for the one of July: 11, from snapshot 3 on
    kept = {old[3].snapshot_id, *(one.snapshot_id for one in later[3:13]), new.snapshot_id}
    found = history.kept()
    assert {name for name, names in found.items() if "banenafspraak.duckdb" in names} == kept
    assert set(found) == {one.snapshot_id for one in [*old, *later, new]}
    assert all("manifest.json" in names for names in found.values())
    reports = {path.name for path in (history.warehouse / "reports").iterdir()}
    gone = {report_name(one.input_hash) for one in [*old[:3], *later[:2]]}
    stays = {report_name(one.input_hash) for one in [old[3], *later[2:], new]}
    assert (gone & reports, stays - reports) == (set(), set())
    assert history.query("SELECT count(*) FROM audit.publication") == [(19,)]
    figures = history.query("SELECT value, replaced_by FROM audit.published_figure WHERE row_key = 'politie|2020'")
    assert Counter(value for value, _ in figures) == Counter([*(str(number) for number in range(14)), None])
    moment = april + timedelta(days=1, hours=1)
    assert history.query(f"SELECT realised_jobs FROM mart.sector_progress_as_of('{moment}') WHERE period IS NULL") == [
        (Decimal(1),)
    ]
    assert history.realised() == {("politie", "2024"): Decimal(490), ("provincies", "2024H1"): Decimal("408.6")}
