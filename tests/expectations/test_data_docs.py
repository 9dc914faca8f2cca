"""Data Docs of two samples: what they say of a rule, and that pages and browser need nothing from outside."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from expectations.catalogue import load_catalogue
from expectations.data_docs import build_data_docs, looked_at, offline, stacked_frames
from expectations.validate import validate
from tests.expectations.readings import REFERENCE, employer, reading
from tests.returns.workbooks import POLITIE, UNL, read_sample
from warehouse.records import Reading

CHROMIUM = shutil.which("chromium")
STATIC = Path(offline.__file__).parent / "static"
MARKUP = "<img src=x onerror=alert(1)> \"quoted\" & 'so'"
FAILING, HOLDING = "stated_percentage_follows", "numbers_mapped"
RESOURCE = re.compile(r'<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)="([^"]*)"')
LINK = re.compile(r"""<a\b[^>]*?\bhref="([^"]*)"|'_table_row_link_path': (?:'([^']*)'|"([^"]*)")""")
ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")\s]+)")


def _build(folder: Path, *readings: Reading, names: tuple[str, ...] = ()) -> Path:
    return build_data_docs(stacked_frames(readings, REFERENCE), folder, names)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages about two samples, built where an earlier site was."""
    folder = tmp_path_factory.mktemp("docs")
    _build(folder, reading())
    (folder / "validations").mkdir()
    (folder / "validations" / "stale.html").write_text("of an earlier build")
    return _build(folder, read_sample(POLITIE), read_sample(UNL), names=(POLITIE, UNL)).parent


def _pages(site: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def _results(site: Path) -> str:
    """All pages of results, as text."""
    return "".join(text for path, text in _pages(site).items() if "validations" in path.parts)


def _row(site: Path, rule: str) -> str:
    """What stands from the icon of a rule's row to the icon of the next."""
    (row,) = (part for part in re.split(r'(?=<i class="fas )', _results(site)) if f", {rule})" in part)
    return row


def _result_page(site: Path, suite: str) -> Path:
    (page,) = (site / "validations" / suite).rglob("*.html")
    return page


def test_a_rule_that_fails_is_shown_with_its_cell(site: Path) -> None:
    row = _row(site, FAILING)
    assert "fa-times text-danger" in row
    assert "Het opgegeven percentage volgt uit realisatie en doel (waarschuwing, " in row
    assert f"{POLITIE} › Overzicht!P15 (68,4%, verwacht 68,6%)" in row


def test_a_rule_that_holds_is_shown_as_such(site: Path) -> None:
    row = _row(site, HOLDING)
    assert "fa-check-circle text-success" in row
    assert "unexpected values found" not in row


def test_every_suite_has_a_page_and_every_suite_with_rows_a_result(site: Path) -> None:
    frames = stacked_frames([read_sample(POLITIE), read_sample(UNL)], REFERENCE)
    looked = looked_at(frames)
    assert len(list((site / "expectations").iterdir())) == len(looked)
    assert len(list((site / "validations").iterdir())) == sum(not rows.empty for rows in looked.values())
    suites = "".join(text for path, text in _pages(site).items() if path.parent.name == "expectations")
    for rule in load_catalogue():
        if rule.frame in frames:
            assert f"{rule.title} (" in suites
            assert f", {rule.id})" in suites


def test_an_earlier_site_is_replaced(site: Path) -> None:
    assert not (site / "validations" / "stale.html").exists()


def test_a_build_that_is_broken_off_leaves_the_earlier_site_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> str:
        raise KeyboardInterrupt

    folder = tmp_path / "docs"
    index = _build(folder, reading())
    before = index.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(offline, "_offline", break_off)
        with pytest.raises(KeyboardInterrupt):
            _build(folder, reading())
    assert index.read_bytes() == before
    assert _build(folder, reading()).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="holds other files"):
        _build(tmp_path, reading())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_findings_stay_the_same_after_a_build(tmp_path: Path) -> None:
    said = reading(employer("1", "realised_jobs", "-3"))
    before = validate([said], REFERENCE)
    _build(tmp_path / "docs", said)
    assert before[0].failures
    assert validate([said], REFERENCE) == before


def test_no_page_refers_to_anything_outside(site: Path) -> None:
    for path, text in _pages(site).items():
        addresses = RESOURCE.findall(text) + ADDRESS.findall(text)
        assert not [address for address in addresses if re.match(r"(\w+:)?//", address)], path
        assert "http" not in text, path


def test_every_local_reference_exists(site: Path) -> None:
    for path, text in _pages(site).items():
        links = ["".join(found).replace("\\'", "'") for found in LINK.findall(text)]  # a text in a script
        references = [found for found in RESOURCE.findall(text) + links if not found.startswith("#")]
        assert references, path
        for reference in references:
            assert (path.parent / unquote(html.unescape(reference))).is_file(), (path, reference)


def test_every_vendored_file_is_used_by_a_page_and_explained(site: Path) -> None:
    vendored = {path.name for path in STATIC.iterdir()} - {"README.md", "LICENSES.txt"}
    used = {Path(reference).name for text in _pages(site).values() for reference in RESOURCE.findall(text)}
    assert used == vendored
    assert {path.name for path in (site / "static").iterdir()} == vendored | {"LICENSES.txt"}
    assert all(f"`{name}`" in (STATIC / "README.md").read_text() for name in vendored)
    styles = [ADDRESS.findall(path.read_text(encoding="utf-8")) for path in (site / "static").glob("*.css")]
    assert all(address.startswith("data:") for addresses in styles for address in addresses)


def test_what_a_sender_wrote_never_becomes_markup(tmp_path: Path) -> None:
    twice = [employer("1", "realised_jobs", "3", employer_name=MARKUP, sheet=MARKUP, group_name=MARKUP)] * 2
    site = _build(tmp_path / "docs", reading(*twice), names=(MARKUP,)).parent
    results = _results(site)
    assert "Elke werkgever komt één keer voor" in results
    assert html.escape(MARKUP) in results
    assert "<img" not in results


def _browse(page: Path, folder: Path) -> tuple[str, list[str]]:
    """What a browser makes of a page, and the addresses outside that the page, not the browser itself, asked for."""
    assert CHROMIUM is not None
    log = folder / "net.json"
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--log-net-log={log}", f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=5000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    requests = [event["params"] for event in events if "initiator" in event.get("params", {})]
    asked = {request["url"] for request in requests if request["initiator"] != "not an origin"}
    return done.stdout, sorted(asked)


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_the_browser_test_sees_what_a_page_asks_for(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<script src="https://example.org/outside.js"></script>')
    assert _browse(page, tmp_path)[1] == ["https://example.org/outside.js"]


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_draws_the_index_and_asks_nothing_of_the_network(site: Path, tmp_path: Path) -> None:
    document, asked = _browse(site / "index.html", tmp_path)
    assert asked == []
    assert document.count('class="clickable-row"') > 10
    assert "Showing 1 to 10 of " in document
    assert "date-filter-control" in document


@pytest.mark.chromium
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH: apt-get install chromium")
def test_a_browser_draws_a_result_and_asks_nothing_of_the_network(site: Path, tmp_path: Path) -> None:
    document, asked = _browse(_result_page(site, "percentages"), tmp_path)
    assert asked == []
    assert re.search(r'<tr data-index="0"', document)
    assert "Overzicht!P15" in document
