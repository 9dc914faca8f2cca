"""`banenafspraak verify`: it says all is well when it is, names what is not, and writes nothing.

Each kind of damage is done to a copy of the same folders, by hand and behind the ledger's back.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.pipelines.runs import DataFolders, Said, banenafspraak, corrected, once, unlocked
from tests.returns.workbooks import POLITIE, sample

SENT = hashlib.sha256(sample(POLITIE)).hexdigest()


@pytest.fixture(scope="session")
def accepted_once(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The police return and a correction that a person accepted: eight lines, three of them publications."""

    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        data.take({"verbeterd.xlsx": corrected()})
        data.accept("politie-2024-v2")

    return once(tmp_path_factory, "accepted", make)


@pytest.fixture
def accepted(data: DataFolders, accepted_once: DataFolders) -> DataFolders:
    accepted_once.copy_to(data)
    return data


def _told(said: Said) -> str:
    """What was said, without the line breaks of the screen."""
    return " ".join(said.out.split())


def test_when_all_is_well_it_says_so_and_writes_nothing(accepted: DataFolders) -> None:
    before = accepted.on_disk()
    said = banenafspraak("verify")
    assert (said.code, said.err) == (0, "")
    assert "everything is as it should be" in said.out
    found = banenafspraak("verify", "--json").json
    assert (found["files"], found["ledger_lines"], found["problems"]) == (2, 8, [])
    tables = accepted.query("SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() WHERE NOT internal")
    rows = [accepted.query(f"SELECT count(*) FROM {name}")[0][0] for (name,) in tables]  # of views too
    assert (found["tables"], found["rows"]) == (len(rows), sum(rows))
    assert accepted.on_disk() == before


def test_nothing_received_yet_is_well(data: DataFolders) -> None:
    assert banenafspraak("verify").code == 0
    assert not data.raw.exists()
    assert not data.warehouse.exists()


# -- archive and ledger ------------------------------------------------------------------------------------------------


def _change_a_byte(data: DataFolders) -> None:
    path = data.storage.archived(SENT)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def _remove_from_archive(data: DataFolders) -> None:
    data.storage.archived(SENT).unlink()


def _put_in_archive(data: DataFolders) -> None:
    data.storage.archived(hashlib.sha256(b"stiekem").hexdigest()).write_bytes(b"stiekem")


def _put_in_archive_under_a_name(data: DataFolders) -> None:
    data.storage.archived("stiekem.xlsx").write_bytes(sample(POLITIE))


def _lines(data: DataFolders) -> list[str]:
    lines = data.storage.ledger.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        "received", "read", "published", "received", "read", "published", "accepted", "published",
    ]  # fmt: skip
    return lines


def _keep(data: DataFolders, lines: list[str]) -> None:
    data.storage.ledger.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _remove_a_line(data: DataFolders) -> None:
    lines = _lines(data)
    _keep(data, [*lines[:2], *lines[3:]])


def _remove_the_last_line(data: DataFolders) -> None:
    _keep(data, _lines(data)[:-1])


def _remove_the_last_three_lines(data: DataFolders) -> None:
    _keep(data, _lines(data)[:-3])


def _remove_all_lines(data: DataFolders) -> None:
    data.storage.ledger.unlink()


def _edit_a_line(data: DataFolders) -> None:
    lines = _lines(data)
    assert '"changes_figures": true' in lines[4]
    lines[4] = lines[4].replace('"changes_figures": true', '"changes_figures": false')
    _keep(data, lines)


def _edit_a_decision(data: DataFolders) -> None:
    lines = _lines(data)
    assert "A. Vermeer" in lines[6]
    lines[6] = lines[6].replace("A. Vermeer", "A. Jansen")
    _keep(data, lines)


def _edit_a_figure_in_the_last_line(data: DataFolders) -> None:
    """No line comes after it: only what is published can tell."""
    lines = _lines(data)
    assert '"politie|2024", "realised_jobs", "490.0000000000"' in lines[-1]
    lines[-1] = lines[-1].replace('"realised_jobs", "490.0000000000"', '"realised_jobs", "480.0000000000"')
    _keep(data, lines)


def _edit_the_moment_of_the_last_line(data: DataFolders) -> None:
    lines = _lines(data)
    at = json.loads(lines[-1])["at"]
    lines[-1] = lines[-1].replace(f'"at": "{at}"', '"at": "2099-12-31T00:00:00+00:00"')
    _keep(data, lines)


# -- what is published -------------------------------------------------------------------------------------------------


def _write(data: DataFolders, sql: str) -> None:
    with duckdb.connect(str(unlocked(data.storage.snapshot))) as connection:
        connection.execute(sql)


def _edit_the_national_total(data: DataFolders) -> None:
    _write(data, "UPDATE mart.national_progress SET realised_jobs = 491 WHERE realised_jobs = 490")


def _edit_an_observation(data: DataFolders) -> None:
    _write(data, "UPDATE core.observation SET value = 11 WHERE cell = 'D11' AND value = 10")


def _remove_a_revision(data: DataFolders) -> None:
    _write(data, "DELETE FROM mart.revisions WHERE level = 'sector' AND measure = 'realised_jobs'")


def _remove_a_table(data: DataFolders) -> None:
    _write(data, "DROP TABLE mart.revisions")


def _edit_a_view(data: DataFolders) -> None:
    _write(
        data,
        "CREATE OR REPLACE VIEW core.coverage AS SELECT 'politie-2024-v2' AS submission_id, 'politie' AS sector_code, "
        "'2024' AS period, 99 AS employers_expected, 99 AS employers_returned, 490.0 AS rows_total",
    )


def _edit_a_published_figure(data: DataFolders) -> None:
    _write(data, "UPDATE audit.published_figure SET value = '488' WHERE value = '489.0000000000'")


def _edit_a_macro(data: DataFolders) -> None:
    _write(data, "CREATE OR REPLACE MACRO mart.sector_progress_as_of(ts) AS TABLE FROM mart.sector_progress")


def _add_a_column(data: DataFolders) -> None:
    _write(data, "ALTER TABLE mart.coverage ADD COLUMN extra INTEGER")


def _edit_a_comment(data: DataFolders) -> None:
    _write(data, "COMMENT ON TABLE mart.coverage IS 'Iets anders'")


def _remove_the_manifest(data: DataFolders) -> None:
    (snapshot_id,) = data.query("SELECT snapshot_id FROM audit.snapshot")[0]
    data.storage.manifest(snapshot_id).unlink()


def _edit_a_kept_snapshot(data: DataFolders) -> None:
    first = data.publications()[0].snapshot_id
    path = unlocked(data.storage.kept_snapshot(first))
    path.write_bytes(path.read_bytes() + b"x")


def _edit_a_parquet_file(data: DataFolders) -> None:
    path = data.storage.observations("politie", "2024", "politie-2024-v2")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE kept AS FROM read_parquet('{path}')")
        connection.execute("UPDATE kept SET value = 11 WHERE cell = 'D11'")
        connection.execute(f"COPY kept TO '{path}' (FORMAT parquet)")


DAMAGE: dict[str, tuple[Callable[[DataFolders], None], tuple[str, ...]]] = {
    "a byte of an archived file": (_change_a_byte, (SENT, "changed")),
    "an archived file is gone": (_remove_from_archive, (SENT, "gone")),
    "a file put in the archive": (_put_in_archive, (hashlib.sha256(b"stiekem").hexdigest(), "not in the ledger")),
    "a named file put in the archive": (_put_in_archive_under_a_name, ("stiekem.xlsx",)),
    "a line of the ledger is gone": (_remove_a_line, ("ledger.jsonl", "line 3")),
    "the last line of the ledger is gone": (_remove_the_last_line, ("ledger.jsonl", "does not know", "backup")),
    "the last lines of the ledger are gone": (_remove_the_last_three_lines, ("ledger.jsonl", "does not know")),
    "the ledger is gone": (_remove_all_lines, ("ledger.jsonl", SENT)),
    "a line of the ledger is edited": (_edit_a_line, ("ledger.jsonl", "line 6")),
    "a decision in the ledger is edited": (_edit_a_decision, ("ledger.jsonl", "line 8")),
    "a figure in the last line is edited": (_edit_a_figure_in_the_last_line, ("realised_jobs", "480", "490")),
    "the moment in the last line is edited": (_edit_the_moment_of_the_last_line, ("published_at", "2099-12-31")),
    "a published total": (_edit_the_national_total, ("mart.national_progress", "realised_jobs is 491", "490")),
    "a published observation": (_edit_an_observation, ("core.observation", "politie-2024-v2", "value is 11")),
    "a published revision is gone": (_remove_a_revision, ("mart.revisions", "a row is gone", "politie-2024-v2")),
    "a published table is gone": (_remove_a_table, ("revisions",)),
    "an earlier published figure": (_edit_a_published_figure, ("audit.published_figure", "value is 488", "489")),
    "a published macro": (_edit_a_macro, ("macros", "sector_progress_as_of")),
    "a column of a published table": (_add_a_column, ("mart.coverage", "extra INTEGER")),
    "a comment in the published file": (_edit_a_comment, ("banenafspraak.duckdb", "checksum", "manifest.json")),
    "an earlier snapshot": (_edit_a_kept_snapshot, ("snapshots", "checksum")),
    "the manifest is gone": (_remove_the_manifest, ("manifest.json", "is gone")),
    "a published view": (_edit_a_view, ("core.coverage",)),
    "an observation file": (_edit_a_parquet_file, ("politie-2024-v2.parquet", "value is 11")),
}


@pytest.mark.parametrize(("damage", "names"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_named_with_exit_code_3_and_left_as_it_is(
    accepted: DataFolders, damage: Callable[[DataFolders], None], names: tuple[str, ...]
) -> None:
    damage(accepted)
    before = accepted.on_disk()
    said = banenafspraak("verify")
    assert (said.code, "Traceback" in said.err) == (3, False)
    told = _told(said) + said.err
    assert [name for name in names if name not in told] == []
    assert "everything is as it should be" not in told
    assert accepted.on_disk() == before


def test_everything_wrong_is_in_the_whole_list(accepted: DataFolders) -> None:
    _change_a_byte(accepted)
    _put_in_archive(accepted)
    _remove_the_last_line(accepted)
    assert len(banenafspraak("verify", "--json").json["problems"]) == 3


def test_a_warehouse_that_was_lost_is_said_and_verifies_once_it_is_made_again(accepted: DataFolders) -> None:
    shutil.rmtree(accepted.warehouse)
    said = banenafspraak("verify")
    assert (said.code, "banenafspraak run" in said.out) == (3, True)
    assert banenafspraak("run").code == 0
    assert banenafspraak("verify").code == 0


def test_a_snapshot_of_before_the_reference_or_waivers_changed_is_not_called_wrong_but_old(
    accepted: DataFolders, tmp_path: Path
) -> None:
    header = (
        "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on\n"
        "W001,values_exact,politie,2024,,,x,A,B,c,2026-01-01,2099-12-31\n"
    )
    accepted.storage.waivers.write_text(header, encoding="utf-8")
    said = banenafspraak("verify")
    assert said.code == 3
    assert "not built from what holds now" in _told(said)
