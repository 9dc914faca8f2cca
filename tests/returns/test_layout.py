"""Layouts: a wrong one is refused with its file's name, yearly differences, and the shipped ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from assets.returns.layout import Layout, LayoutError, Layouts
from tests.returns.workbooks import READER
from warehouse.reference import Reference

REFERENCE = Reference()
GOOD: dict[str, Any] = {
    "sender": "voorbeeld",
    "name": "Voorbeeldzender",
    "sector": "hbo",
    "period": "year",
    "recognise": {"marks": ["Voorbeeld"], "period": [r"Opgave (?P<year>\d{4})"]},
    "tables": {
        "rows": {
            "sheet": "Blad",
            "anchor": "name",
            "fields": {
                "name": {"header": "Naam", "part": "name"},
                "target": {"header": "Doel", "measure": "target_jobs"},
                "realised": {"header": "Banen", "measure": "realised_jobs"},
            },
            "default_level": "employer",
            "records": [{"label": "Totaal", "level": "sector"}],
        }
    },
}

Edit = Callable[[dict[str, Any]], object]


def field(layout: dict[str, Any], name: str = "realised") -> dict[str, Any]:
    found: dict[str, Any] = layout["tables"]["rows"]["fields"][name]
    return found


def load(folder: Path, **files: dict[str, Any] | str) -> Layouts:
    for name, content in files.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Layouts.load(folder, REFERENCE.sectors, REFERENCE.measures)


def at(layouts: Layouts, period: str) -> Layout:
    return layouts.files["voorbeeld"].at(period)


def changed(*edits: Edit) -> dict[str, Any]:
    layout = copy.deepcopy(GOOD)
    for edit in edits:
        edit(layout)
    return layout


def changing(*changes: dict[str, Any]) -> dict[str, Any]:
    return {**GOOD, "changes": list(changes)}


def of_fields(**fields: Any) -> dict[str, Any]:
    return {"tables": {"rows": {"fields": fields}}}


BAD_LAYOUTS: dict[str, Edit] = {
    "unknown_key": lambda layout: layout.update(sheets=[]),
    "unknown_key_in_a_field": lambda layout: field(layout).update(colour="red"),
    "unknown_key_in_a_change": lambda layout: layout.update(changes=[{"from": "2024", "sheets": []}]),
    "unknown_measure": lambda layout: field(layout).update(measure="banen"),
    "unknown_measure_in_a_change": lambda layout: layout.update(
        changes=[{"from": "2024", **of_fields(realised={"measure": "banen"})}]
    ),
    "unknown_measure_converted_to": lambda layout: field(layout).update(converts_to="banen"),
    "unknown_measure_in_a_pattern": lambda layout: layout["tables"]["rows"]["fields"].update(
        answers={"header": "Respons", "pattern": r"(?P<antwoorden>\d+) van \d+"}
    ),
    "unknown_measure_in_a_row": lambda layout: layout["tables"]["rows"].update(
        records=[{"label": "Inkoop", "level": "sector", "measures": {"realised": "inkoop"}}]
    ),
    "unknown_measure_required": lambda layout: layout.update(required=["banen"]),
    "unknown_measure_in_the_survey": lambda layout: layout.update(
        survey={"sums": [{"total": "banen", "total_level": "sector", "rows": "realised_jobs"}]}
    ),
    "unknown_sector": lambda layout: layout.update(sector="bibliotheken"),
    "unknown_sector_of_a_field": lambda layout: field(layout).update(sector="bibliotheken"),
    "unknown_level": lambda layout: layout["tables"]["rows"].update(default_level="province"),
    "unknown_period_kind": lambda layout: layout.update(period="month"),
    "unknown_status_of_a_token": lambda layout: layout.update(tokens={"statuses": {"vergeten": ["x"]}}),
    "broken_header": lambda layout: field(layout).update(header="Banen ("),
    "broken_text": lambda layout: layout.update(texts=["["]),
    "broken_ignored_sheet": lambda layout: layout.update(ignored_sheets={"*": "leeswijzer"}),
    "broken_mark_of_the_period": lambda layout: layout["recognise"].update(period=["(?P<year"]),
    "versions_that_no_text_tells": lambda layout: layout["recognise"].update(versions=["1"]),
    "no_marks": lambda layout: layout["recognise"].update(marks=[]),
    "anchor_that_is_no_field": lambda layout: layout["tables"]["rows"].update(anchor="code"),
    "field_with_two_meanings": lambda layout: field(layout).update(part="remark"),
    "field_without_meaning": lambda layout: field(layout).pop("measure"),
    "change_from_no_period": lambda layout: layout.update(changes=[{"from": "volgend jaar"}]),
    "change_without_from": lambda layout: layout.update(changes=[of_fields(realised={"header": "Gerealiseerd"})]),
}


@pytest.mark.parametrize("wrong", BAD_LAYOUTS)
def test_a_bad_layout_is_refused_by_name(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=rf"{wrong}\.yaml"):
        load(tmp_path, **{wrong: changed(BAD_LAYOUTS[wrong])})


@pytest.mark.parametrize("text", ["", "- een lijst", "sender: [", "sector: hbo"])
def test_yaml_that_is_no_layout_is_refused_by_name(text: str, tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"voorbeeld\.yaml"):
        load(tmp_path, voorbeeld=text)


def test_two_layouts_for_one_sector_and_kind_of_period_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"tweede\.yaml.*eerste\.yaml|eerste\.yaml.*tweede\.yaml"):
        load(tmp_path, eerste=GOOD, tweede={**GOOD, "sender": "ander"})


def test_one_sector_may_report_per_year_and_per_quarter(tmp_path: Path) -> None:
    layouts = load(tmp_path, jaar=GOOD, kwartaal={**GOOD, "period": "quarter"})
    assert set(layouts.files) == {"jaar", "kwartaal"}


def test_a_change_holds_from_its_period_on_and_keeps_the_rest(tmp_path: Path) -> None:
    change = {"from": "2024", **of_fields(realised={"header": "Gerealiseerd"}, code={"header": "Nr", "part": "code"})}
    layouts = load(tmp_path, voorbeeld=changing(change))
    before, after = (at(layouts, period).tables["rows"].fields for period in ("2023", "2024"))
    assert (before["realised"].header, after["realised"].header) == ("Banen", "Gerealiseerd")
    assert after["realised"].measure == "realised_jobs"
    assert after["name"] == before["name"]
    assert set(after) - set(before) == {"code"}
    assert at(layouts, "2031").tables["rows"].fields == after


def test_null_takes_a_field_out(tmp_path: Path) -> None:
    layouts = load(tmp_path, voorbeeld=changing({"from": "2024", **of_fields(target=None)}))
    assert "target" in at(layouts, "2023").tables["rows"].fields
    assert "target" not in at(layouts, "2024").tables["rows"].fields


def test_changes_build_on_each_other_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    changes = [
        {"from": "2025", **of_fields(realised={"header": "Banen 2025"})},
        {"from": "2024", **of_fields(target=None, realised={"header": "Banen 2024"})},
    ]
    layouts = load(tmp_path, voorbeeld=changing(*changes))
    headers = [at(layouts, year).tables["rows"].fields["realised"].header for year in ("2023", "2024", "2025")]
    assert headers == ["Banen", "Banen 2024", "Banen 2025"]
    assert "target" not in at(layouts, "2025").tables["rows"].fields


def test_the_hash_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    def hashes(name: str, content: dict[str, Any] | str) -> tuple[str, str]:
        (tmp_path / name).mkdir()
        layouts = load(tmp_path / name, voorbeeld=content)
        return at(layouts, "2023").layout_hash, at(layouts, "2024").layout_hash

    base = hashes("base", GOOD)
    assert base[0] == base[1] != ""
    reordered = "# an explanation\n" + yaml.safe_dump(dict(reversed(GOOD.items())), sort_keys=False)
    assert hashes("reordered", reordered) == base
    edited = hashes("edited", changed(lambda layout: field(layout).update(header="Aantal banen")))
    assert edited[0] != base[0]
    differing = hashes("differing", changing({"from": "2024", **of_fields(realised={"header": "Aantal banen"})}))
    assert differing[0] == base[0] != differing[1]


def test_every_shipped_layout_loads() -> None:
    assert set(READER.layouts.files) == {
        *("rijk", "defensie", "gemeenten", "provincies", "waterschappen", "politie", "umc", "po", "vo", "mbo"),
        *("hbo", "wo", "onderzoeksinstellingen", "landelijk"),
        *("rijk_quarter", "provincies_half_year", "landelijk_quarter"),
        *("template_employer", "template_sector"),
    }
