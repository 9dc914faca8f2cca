"""Where a submission stands: by the rules, by the versions around it, and by what a named person decides.

The way from a file to a submission, with real workbooks, and decisions over a ledger made by hand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.intake.decisions import DecisionError, accept, withdraw
from assets.intake.ledger import Ledger, State
from assets.intake.take_in import take_in
from assets.returns.judge import JudgedFile, judge_files
from assets.returns.submissions import Registrar
from expectations.waivers import Waivers
from tests.intake.events import IDENTITY, read_as, received, standings, submit
from tests.returns.workbooks import MBO, POLITIE, READER, with_cells
from warehouse.records import Finding, Outcome, Severity, SubmissionStatus
from warehouse.storage import Storage

IN_FORCE = {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}
NAME, WHY = "A. de Vries", "nagevraagd bij de politie"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


# -- from a file to where it stands, with real workbooks ---------------------------------------------------------------

# One more permanent job in the first police unit, through to the totals; by which the stated percentage is right too.
ONE_MORE = {"D11": 10, "P11": 250, "D14": 20, "P14": 490, "D15": "50,0%", "P15": "68,7%"}
TITLE = "De Blauwe Baan"
FILES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "as sent": (POLITIE, {}),  # 68,4% where 489 ÷ 713 gives 68,6: a warning
    "one more": (POLITIE, ONE_MORE),
    "one more, saved anew": (POLITIE, {**ONE_MORE, "C5": f"{TITLE} "}),
    "one more, saved again": (POLITIE, {**ONE_MORE, "C5": f" {TITLE}"}),
    "unknown header": (POLITIE, {**ONE_MORE, "C10": "Streefgetal"}),
    "school 01 of 49": (MBO, {}),
    "school 01 of 50": (MBO, {"C5": 50}),
    "school 01 by its annual report": (MBO, {"E5": "jaarverslag"}),
}


@dataclass
class Story:
    """What becomes of the files, entered one at a time in an order that a test chooses."""

    storage: Storage
    judged: Mapping[str, JudgedFile]
    ledger: Ledger
    state: State

    def enter(self, name: str) -> str:
        """Enter a file; what became of it."""
        return str(Registrar(self.storage, self.ledger, self.state).enter(self.judged[name]).status)

    def standings(self) -> list[str]:
        """Where the submissions stand, also for a program that reads the ledger now."""
        assert self.ledger.state() == self.state
        return standings(self.state)

    def in_force(self, sector_code: str = "politie") -> str | None:
        """The file of the submission in force."""
        found = self.state.in_force(sector_code, "2024")
        return found.file.file_name.removesuffix(".xlsx") if found else None


@pytest.fixture(scope="module")
def received_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Storage, Mapping[str, JudgedFile]]:
    """The files, taken in and judged together."""
    folder = tmp_path_factory.mktemp("received")
    storage = Storage(folder / "raw", folder / "warehouse", folder / "waivers.csv")
    storage.inbox.mkdir(parents=True)
    for name, (original, cells) in FILES.items():
        (storage.inbox / f"{name}.xlsx").write_bytes(with_cells(original, dict(cells)))
    ledger = Ledger(storage.ledger)
    state = ledger.state()
    take_in(storage, ledger, state, READER, storage.inbox)
    [judged] = judge_files(storage, READER, Waivers(), list(state.files.values()))
    return storage, {one.file.file_name.removesuffix(".xlsx"): one for one in judged}


@pytest.fixture
def story(received_files: tuple[Storage, Mapping[str, JudgedFile]], tmp_path: Path) -> Story:
    """The files, received and not yet read, in data folders of this test."""
    taken, judged = received_files
    storage = Storage(taken.raw, tmp_path / "warehouse", taken.waivers)
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(taken.ledger.read_bytes())
    state = ledger.state()
    fresh = {
        name: JudgedFile(state.files[one.file.sha256], one.reading, one.validation) for name, one in judged.items()
    }
    return Story(storage, fresh, ledger, state)


def test_a_file_is_received_before_it_is_anything_else(story: Story) -> None:
    assert {file.status for file in story.state.files.values()} == {"received"}
    assert story.standings() == []
    assert story.state.current() == {}


@pytest.mark.parametrize(
    ("name", "status"),
    [("as sent", "accepted_with_findings"), ("one more", "accepted"), ("unknown header", "rejected")],
)
def test_of_a_first_version_the_rules_alone_decide(story: Story, name: str, status: str) -> None:
    assert story.enter(name) == status
    assert story.standings() == [status]
    assert story.in_force() == (name if status != "rejected" else None)


def test_a_version_that_changes_figures_waits_for_a_person_and_is_in_force_from_then_on(story: Story) -> None:
    story.enter("as sent")
    assert story.enter("one more") == "awaiting_acceptance"
    assert story.standings() == ["accepted_with_findings", "awaiting_acceptance"]
    assert story.in_force() == "as sent"
    accept(story.ledger, story.state, "politie-2024-v2", NAME, WHY)
    assert story.standings() == ["superseded", "accepted"]
    assert story.in_force() == "one more"
    before = story.state.accepted_before("politie", "2024", 2)
    assert before is not None
    assert before.file.file_name == "as sent.xlsx"


def test_a_version_that_lowers_figures_waits_too(story: Story) -> None:
    story.enter("one more")
    assert story.enter("as sent") == "awaiting_acceptance"
    assert story.in_force() == "one more"


def test_a_version_after_a_rejected_one_waits_for_nobody(story: Story) -> None:
    story.enter("unknown header")
    assert story.enter("one more") == "accepted"
    assert story.standings() == ["rejected", "accepted"]


def test_a_rejected_version_displaces_nothing_and_can_be_corrected(story: Story) -> None:
    story.enter("as sent")
    assert story.enter("unknown header") == "rejected"
    assert story.in_force() == "as sent"
    assert story.enter("one more") == "awaiting_acceptance"
    assert story.standings() == ["accepted_with_findings", "rejected", "awaiting_acceptance"]


def test_the_version_before_is_in_force_again_when_one_is_withdrawn(story: Story) -> None:
    story.enter("as sent")
    story.enter("one more")
    accept(story.ledger, story.state, "politie-2024-v2", NAME, WHY)
    withdraw(story.ledger, story.state, "politie-2024-v2", NAME, WHY)
    assert story.standings() == ["accepted_with_findings", "withdrawn"]
    assert story.in_force() == "as sent"


def test_values_that_wait_or_are_in_force_are_a_duplicate_and_withdrawn_ones_a_new_version(story: Story) -> None:
    story.enter("as sent")
    story.enter("one more")
    assert story.enter("one more, saved anew") == "duplicate"
    assert len(story.state.submissions) == 2
    withdraw(story.ledger, story.state, "politie-2024-v2", NAME, WHY)
    assert story.enter("one more, saved again") == "awaiting_acceptance"
    assert story.standings() == ["accepted_with_findings", "withdrawn", "awaiting_acceptance"]


def test_a_version_that_changes_only_a_text_waits_for_nobody(story: Story) -> None:
    """What it is set against is the version in force, and not the one that waits and that it supersedes."""
    story.enter("school 01 of 49")
    assert story.enter("school 01 of 50") == "awaiting_acceptance"
    assert story.enter("school 01 by its annual report") == "accepted_with_findings"
    assert story.standings() == ["superseded", "superseded", "accepted_with_findings"]
    assert story.in_force("mbo") == "school 01 by its annual report"


def test_a_new_reading_of_an_accepted_version_stays_accepted(story: Story) -> None:
    story.enter("as sent")
    story.enter("one more")
    accept(story.ledger, story.state, "politie-2024-v2", NAME, WHY)
    lines = story.ledger.path.read_bytes()
    assert story.enter("as sent") == "superseded"
    assert story.enter("one more") == "accepted"
    assert story.ledger.path.read_bytes() == lines, "nothing is new, so nothing is written"


def test_a_rejected_version_that_passes_when_read_again_waits_when_it_changes_figures(story: Story) -> None:
    """As after a change of the rules or the layout: the values are the same, and nobody accepted them yet."""
    story.enter("as sent")
    changed = story.judged["one more"]
    fault = Finding("texts_known", Severity.ERROR, Outcome.FAILS, "Overzicht", "R20", "12", None, "Onbekend.")
    rejected = replace(changed.validation, findings=[*changed.validation.findings, fault])
    story.judged = {"at first": replace(changed, validation=rejected), "read again": changed}
    assert story.enter("at first") == "rejected"
    assert story.enter("read again") == "awaiting_acceptance"
    assert story.in_force() == "as sent"


# -- what a person may decide ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decide", [accept, withdraw])
def test_a_decision_is_remembered_with_its_name_reason_and_time(
    ledger: Ledger, decide: Callable[[Ledger, State, str, str, str], None]
) -> None:
    state = submit(ledger, ["accepted", "changing accepted_with_findings"])
    decide(ledger, state, "mbo-2024-v2", "  A. de\tVries ", "correctie,\n telefonisch bevestigd ")
    assert ledger.state() == state
    (decision,) = state.decisions
    assert decision.submission_id == "mbo-2024-v2"
    assert decision.decided_by == "A. de Vries"
    assert decision.reason == "correctie, telefonisch bevestigd"
    assert datetime.fromisoformat(decision.decided_at).tzinfo is not None
    submission = state.submissions["mbo-2024-v2"]
    assert decision in {submission.acceptance, submission.withdrawal}


@pytest.mark.parametrize(
    ("readings", "decided", "submission", "told"),
    [
        (["accepted"], [], 1, "accepted"),
        (["accepted_with_findings"], [], 1, "accepted with findings"),
        (["rejected"], [], 1, "rejected"),
        (["accepted", "accepted"], [], 1, "superseded"),
        (["accepted", "changing accepted", "accepted"], [], 2, "superseded"),
        (["accepted", "changing accepted"], [(accept, 2)], 2, "accepted"),
        (["accepted", "changing accepted"], [(withdraw, 2)], 2, "withdrawn"),
    ],
)
def test_only_what_waits_can_be_accepted(
    ledger: Ledger,
    readings: list[str],
    decided: list[tuple[Callable[..., None], int]],
    submission: int,
    told: str,
) -> None:
    state = submit(ledger, readings)
    for decide, version in decided:
        decide(ledger, state, f"mbo-2024-v{version}", NAME, WHY)
    lines = ledger.path.read_bytes()
    with pytest.raises(DecisionError, match=rf"^mbo-2024-v{submission} does not await acceptance: it is {told}\."):
        accept(ledger, state, f"mbo-2024-v{submission}", NAME, WHY)
    assert ledger.path.read_bytes() == lines


def test_a_refusal_names_what_does_wait(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted", "changing accepted", "changing accepted"])
    with pytest.raises(DecisionError, match=r"Awaiting acceptance: mbo-2024-v2, mbo-2024-v3\."):
        accept(ledger, state, "mbo-2024-v1", NAME, WHY)
    with pytest.raises(
        DecisionError, match=r"no submission mbo-2042-v1.*Awaiting acceptance: mbo-2024-v2, mbo-2024-v3"
    ):
        accept(ledger, state, "mbo-2042-v1", NAME, WHY)


@pytest.mark.parametrize("decide", [accept, withdraw])
def test_nothing_can_be_decided_about_what_does_not_exist(
    ledger: Ledger, decide: Callable[[Ledger, State, str, str, str], None]
) -> None:
    with pytest.raises(DecisionError, match=r"no submission mbo-2024-v1.*Awaiting acceptance: nothing"):
        decide(ledger, ledger.state(), "mbo-2024-v1", NAME, WHY)
    assert not ledger.path.exists()


@pytest.mark.parametrize("decide", [accept, withdraw])
@pytest.mark.parametrize(("name", "why"), [("", WHY), (" \t", WHY), (NAME, ""), (NAME, "\n ")])
def test_a_decision_without_name_or_reason_is_refused(
    ledger: Ledger, decide: Callable[[Ledger, State, str, str, str], None], name: str, why: str
) -> None:
    state = submit(ledger, ["accepted", "changing accepted"])
    lines = ledger.path.read_bytes()
    with pytest.raises(DecisionError, match="name"):
        decide(ledger, state, "mbo-2024-v2", name, why)
    assert ledger.path.read_bytes() == lines
    assert standings(state) == ["accepted", "awaiting_acceptance"]


@pytest.mark.parametrize(("reading", "told"), [("rejected", "rejected"), ("accepted", "withdrawn")])
def test_what_is_rejected_or_withdrawn_cannot_be_withdrawn(ledger: Ledger, reading: str, told: str) -> None:
    state = submit(ledger, [reading])
    if told == "withdrawn":
        withdraw(ledger, state, "mbo-2024-v1", NAME, WHY)
    lines = ledger.path.read_bytes()
    with pytest.raises(DecisionError, match=f"mbo-2024-v1 is {told} already"):
        withdraw(ledger, state, "mbo-2024-v1", NAME, WHY)
    assert ledger.path.read_bytes() == lines


def test_withdrawing_the_only_version_leaves_nothing_in_force(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted"])
    withdraw(ledger, state, "mbo-2024-v1", NAME, WHY)
    assert state.current() == {}
    assert state.in_force("mbo", "2024") is None


def test_a_version_that_was_waiting_waits_again_when_the_one_after_it_is_withdrawn(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted", "changing accepted", "accepted"])
    assert standings(state) == ["superseded", "superseded", "accepted"]
    withdraw(ledger, state, "mbo-2024-v3", NAME, WHY)
    assert standings(state) == ["accepted", "awaiting_acceptance", "withdrawn"]


def test_a_superseded_version_that_is_withdrawn_is_never_in_force_again(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted", "accepted", "accepted"])
    withdraw(ledger, state, "mbo-2024-v2", NAME, WHY)
    withdraw(ledger, state, "mbo-2024-v3", NAME, WHY)
    assert standings(state) == ["accepted", "withdrawn", "withdrawn"]


# -- whatever happens, in whatever order -------------------------------------------------------------------------------

JUDGED = st.sampled_from(["accepted", "accepted_with_findings", "rejected"])
WHICH = st.integers(0, 9)
STEP = st.one_of(
    st.tuples(st.just("version"), JUDGED, st.booleans()),
    st.tuples(st.just("reread"), JUDGED, WHICH),
    st.tuples(st.just("refused"), JUDGED, WHICH),
    st.tuples(st.sampled_from(["accept", "withdraw"]), st.just(""), WHICH),
)
PLACES = ("2023", "2024")


@dataclass
class Told:
    """What a test knows of a version: what the rules said, and what persons decided."""

    judged: str
    changing: bool
    accepted: bool = False
    withdrawn: bool = False

    @property
    def may_be_in_force(self) -> bool:
        return self.judged != "rejected" and not self.withdrawn and (self.accepted or not self.changing)

    def stands(self, version: int, in_force: int) -> str:
        if self.judged == "rejected" or self.withdrawn:
            return "rejected" if self.judged == "rejected" else "withdrawn"
        if version < in_force:
            return "superseded"
        return self.judged if version == in_force else "awaiting_acceptance"


def highest(versions: list[Told]) -> int:
    return max((number for number, told in enumerate(versions, start=1) if told.may_be_in_force), default=0)


@settings(deadline=None, max_examples=200)
@given(steps=st.lists(st.tuples(st.sampled_from(PLACES), STEP), max_size=25))
@example(
    steps=[
        ("2024", ("version", "accepted", False)),
        ("2024", ("version", "accepted", True)),
        ("2024", ("version", "rejected", False)),
        ("2024", ("accept", "", 1)),
        ("2024", ("reread", "accepted_with_findings", 1)),
        ("2024", ("withdraw", "", 1)),
    ]
)
def test_at_most_one_version_is_in_force_and_it_is_the_highest_accepted_one(
    steps: list[tuple[str, tuple[str, str, bool | int]]],
) -> None:
    """Versions, files read again with another outcome, and decisions of which some can't be taken."""
    known: dict[str, list[Told]] = {place: [] for place in PLACES}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.jsonl")
        state = ledger.state()
        for place, (kind, judged, detail) in steps:
            _take(ledger, state, known, place, (kind, judged, detail))
            _compare(state, known)
        assert ledger.state() == state


def _take(
    ledger: Ledger, state: State, known: dict[str, list[Told]], place: str, step: tuple[str, str, bool | int]
) -> None:
    """Do one step, in the ledger and in what the test knows; one that is about no version is passed over."""
    kind, judged, detail = step
    versions, identity = known[place], type(IDENTITY)("mbo", "mbo_raad", "mbo", place)
    if kind == "version":
        number, version = len(state.files), len(versions) + 1
        assert state.next_version(identity) == version
        event = {**read_as(number, version, judged, identity), "changes_figures": detail}
        ledger.append(state, [received(number, identity), event])
        versions.append(Told(judged, bool(detail)))
        return
    if not versions:
        return
    index = detail % len(versions)
    submission_id, told = f"mbo-{place}-v{index + 1}", versions[index]
    stands = told.stands(index + 1, highest(versions))
    if kind == "accept":
        told.accepted |= _decided(partial(accept, ledger, state, submission_id), stands == "awaiting_acceptance")
    elif kind == "withdraw":
        told.withdrawn |= _decided(
            partial(withdraw, ledger, state, submission_id), stands not in {"rejected", "withdrawn"}
        )
    else:
        file = state.submissions[submission_id].file
        event = {"event": "refused", "sha256": file.sha256, "layout_hash": "new", "at": "2025-11-18T12:00:00+00:00"}
        if kind == "reread":
            number = int(file.sha256.removeprefix("file"))
            event = {**read_as(number, index + 1, judged, identity), "changes_figures": told.changing}
            told.judged = judged
        ledger.append(state, [event])


def _decided(decide: Callable[[str, str], None], possible: bool) -> bool:
    """Take a decision, which must be refused when it isn't possible; whether it was taken."""
    if possible:
        decide(NAME, WHY)
    else:
        with pytest.raises(DecisionError):
            decide(NAME, WHY)
    return possible


def _compare(state: State, known: Mapping[str, list[Told]]) -> None:
    for place, versions in known.items():
        in_force = highest(versions)
        found = state.versions("mbo", place)
        assert [submission.version for submission in found] == list(range(1, len(versions) + 1))
        stands = [state.status_of(submission) for submission in found]
        assert stands == [told.stands(number, in_force) for number, told in enumerate(versions, start=1)]
        assert [n for n, status in enumerate(stands, start=1) if status in IN_FORCE] == ([in_force] if in_force else [])
        current = state.current().get(("mbo", place))
        assert (current.version if current else 0) == in_force
        assert state.in_force("mbo", place) == current
