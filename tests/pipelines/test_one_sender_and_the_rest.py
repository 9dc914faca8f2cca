"""What one sender, or one moment, can do to everybody else's figures: nothing.

Each of these once took a figure away, kept a wrong one, or stopped every later build.
"""

from __future__ import annotations

from decimal import Decimal

from tests.pipelines.runs import DataFolders, banenafspraak, files
from tests.returns.workbooks import MBO, POLITIE, with_cells

SZW = "SZW Landelijke monitor banenafspraak 2015-2024.xlsx"
PO = "PO-Raad_rapportage_banenafspraak_2024.xlsx"
WVOI = "WVOI opgave onderzoeksinstellingen 2024.xlsx"
POLICE = ("politie", "2024")


def test_a_correction_in_a_column_nobody_knows_is_rejected_and_no_duplicate(police: DataFolders) -> None:
    result = police.take({"correctie.xlsx": with_cells(POLITIE, {"C17": "Gecorrigeerd", "D17": 25})})
    assert [file.status for file in result.files] == ["rejected"]
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings", "politie-2024-v2": "rejected"}
    assert police.realised()[POLICE] == 489


def test_the_june_position_does_not_stand_in_for_a_missing_year_total(data: DataFolders) -> None:
    data.take(files(WVOI))
    data.take({"later.xlsx": with_cells(WVOI, {"B33": "n.b."})})
    assert data.submissions()["onderzoeksinstellingen-2024-v2"] == "rejected"
    assert data.realised()["onderzoeksinstellingen", "2024"] == Decimal("51.4")


def test_a_later_monitor_that_revises_downward_is_followed_once_it_is_accepted_and_told(data: DataFolders) -> None:
    revised = with_cells(SZW, {"A16": 2025, "D16": 25000, "E16": 12000, "G16": 95000, "E14": 11000})
    data.take({**files(SZW), "monitor 2025.xlsx": revised})
    assert data.submissions()["landelijk-2025-v1"] == "awaiting_acceptance"
    assert _official(data) == [("2022", Decimal(10004)), ("2023", Decimal(11634)), ("2025", None)]
    waiting = data.query(
        "SELECT kind, submission_id, before_id, sector_code, period, measure, value_before, value_after, difference, "
        "cell_after, accepted_by FROM mart.revisions ORDER BY sector_code"
    )
    assert waiting == [
        ("restatement", "landelijk-2025-v1", "landelijk-2024-v1", "overheid", "2023", "extra_jobs_official",
         11634, 11000, -634, "E14", None),
    ]  # fmt: skip
    data.accept("landelijk-2025-v1", "B. de Wit", "herziening van het CBS")
    assert _official(data) == [("2022", Decimal(10004)), ("2023", Decimal(11000)), ("2025", Decimal(12000))]
    assert data.query("SELECT DISTINCT accepted_by, accepted_because FROM mart.revisions") == [
        ("B. de Wit", "herziening van het CBS")
    ]
    told = data.query(
        "SELECT submission_id, cell, found FROM audit.finding "
        "WHERE rule = 'repeated_equals_source' AND outcome = 'fails'"
    )
    assert told == [("landelijk-2025-v1", "E14", "11.000")]
    assert (
        banenafspraak("trace", "national", "2023", "official_monitor", "realised_jobs", "--json").json["value"]
        == "11000"
    )


def _official(data: DataFolders) -> list[tuple[str, Decimal | None]]:
    """The official figures of three years."""
    rows = data.query(
        "SELECT period, realised_jobs FROM mart.national_progress "
        "WHERE basis = 'official_monitor' AND period IN ('2022', '2023', '2025') ORDER BY period"
    )
    return [(period, value) for period, value in rows]


def test_an_impossible_population_or_year_stops_nobody(police: DataFolders) -> None:
    absurd = with_cells(PO, {"B4": 9999999999})
    someday = with_cells(MBO, {"A1": "Banenafspraak mbo 9999"})
    result = police.take({"po.xlsx": absurd, "ooit.xlsx": someday})
    assert {file.status for file in result.files} == {"rejected"}
    assert result.not_published_because == []
    assert police.realised() == {POLICE: Decimal(489)}


def test_a_run_without_anything_in_is_no_failure(data: DataFolders) -> None:
    said = banenafspraak("run")
    assert (said.code, data.storage.snapshot.exists()) == (0, False)
