"""The main job: run the Dagster assets in-process, from a folder of returns to the published snapshot.

What to materialise, and in which order, belongs here; everything that is computed is the assets'.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets.intake import decisions, quarantine
from assets.intake.asset import intake
from assets.intake.ledger import ClockError, LedgerError, LedgerFile, State
from assets.intake.take_in import contents_of
from assets.returns import apart
from assets.returns.asset import ASSET_NAMES
from assets.returns.kept import pending
from assets.returns.side_by_side import get_ready
from assets.snapshot.asset import open_data
from assets.snapshot.publication import report_name
from assets.workspace import Workspace
from pipelines.definitions import RETURNS, SNAPSHOT_ASSETS
from pipelines.partitions import range_tags
from pipelines.refusal import advice, in_short
from pipelines.work import must_publish, must_write_open_data, rectangles, wanted_input_hash
from warehouse.build import PUBLICATION_CHECKS, BuildError
from warehouse.lock import BusyError
from warehouse.publish import PublicationError

_REFUSALS = {error.__name__ for error in (BuildError, BusyError, ClockError, LedgerError, PublicationError)}
_NEW_OBJECTS = 20_000
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class MainJobResult:
    """What a run did: its files as the ledger knows them now, and what stopped publication, if anything.

    `unread` are the names of files that can't be read; nothing is known of them.
    """

    files: Sequence[LedgerFile]
    state: State
    report_name: str
    not_published_because: Sequence[str]
    unread: Sequence[str] = ()


def run(workspace: Workspace, folder: Path | None) -> MainJobResult:
    """Take in a folder (or the inbox), read what is new, and publish when anything changed."""
    chosen = folder or workspace.storage.inbox
    apart.start()
    with _at_work(workspace) as instance:
        given, unread = contents_of(chosen, workspace.reader.reference.employer_codes)
        known = set(workspace.ledger.state().files)
        get_ready(workspace.reader, len(given - known))
        _intake(workspace, instance, folder=str(chosen))
        state = _read_pending(workspace, instance)
        result = _finish(workspace, instance, given | (set(state.files) - known))
        return replace(result, unread=unread)


def reread(workspace: Workspace) -> MainJobResult:
    """Read every archived file again with today's layouts and rules, and publish when anything changed."""
    with _at_work(workspace) as instance:
        _intake(workspace, instance, reread=True)
        files = [file for file in workspace.ledger.state().files.values() if file.can_be_reread]
        _read(workspace, instance, files, reread=True)
        return _finish(workspace, instance, {file.sha256 for file in files})


def accept(workspace: Workspace, submission_id: str, decided_by: str, reason: str) -> MainJobResult:
    """Accept a submission that awaits acceptance, and publish; raises DecisionError when that can't be."""
    with _at_work(workspace) as instance:
        state = _read_pending(workspace, instance)
        decisions.accept(workspace.ledger, state, submission_id, decided_by, reason)
        return _finish(workspace, instance, {state.submissions[submission_id].file.sha256})


def withdraw(workspace: Workspace, submission_id: str, decided_by: str, reason: str) -> MainJobResult:
    """Take a submission back, and publish; raises DecisionError when that can't be."""
    with _at_work(workspace) as instance:
        state = _read_pending(workspace, instance)
        decisions.withdraw(workspace.ledger, state, submission_id, decided_by, reason)
        return _finish(workspace, instance, {state.submissions[submission_id].file.sha256})


def purge(workspace: Workspace, which: str, purged_by: str, reason: str) -> MainJobResult:
    """Remove a file in quarantine for good, and publish; raises DecisionError when that can't be."""
    with _at_work(workspace) as instance:
        state = _read_pending(workspace, instance)
        file = quarantine.purge(workspace.storage, workspace.ledger, state, which, purged_by, reason)
        return _finish(workspace, instance, {file.sha256})


@contextmanager
def _at_work(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """Be the only one at work in the data folders; gives the Dagster instance of `DAGSTER_HOME`, or one in memory."""
    _look_for_garbage_seldom()
    with (
        workspace.alone(),
        dg.DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else _in_memory() as instance,
    ):
        yield instance


def _in_memory() -> dg.DagsterInstance:
    """An instance that is gone with this run. Its events are not kept: nobody can look at them, and they are dear."""
    instance = dg.DagsterInstance.ephemeral()
    instance.event_log_storage.store_event = _forget  # type: ignore[method-assign]
    return instance


def _forget(event: dg.EventLogEntry) -> None:
    """Do with an event what an instance does that keeps none."""


@cache
def _look_for_garbage_seldom() -> None:
    """Have Python look for cycles of garbage seldom, and not in what was imported, which stays.

    A run makes millions of objects and hardly a cycle: looking for them took an eighth of its processor time.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _intake(workspace: Workspace, instance: dg.DagsterInstance, **config: str | bool) -> None:
    _materialize(workspace, instance, [intake], run_config={"ops": {"intake": {"config": config}}})


def _read_pending(workspace: Workspace, instance: dg.DagsterInstance) -> State:
    """Read what was never read, or is read no longer because the warehouse was lost; returns what holds then."""
    state = workspace.ledger.state()
    _read(workspace, instance, pending(workspace.storage, state, list(state.files.values())), reread=False)
    return workspace.ledger.state()


def _read(workspace: Workspace, instance: dg.DagsterInstance, files: Iterable[LedgerFile], *, reread: bool) -> None:
    for kind, first_key, last_key in rectangles(workspace, files):
        config = {"ops": {ASSET_NAMES[kind]: {"config": {"reread": reread}}}}
        _materialize(workspace, instance, [RETURNS[kind]], run_config=config, tags=range_tags(first_key, last_key))


def _finish(workspace: Workspace, instance: dg.DagsterInstance, sha256s: set[str]) -> MainJobResult:
    state = workspace.ledger.state()
    problems: list[str] = []
    if must_publish(workspace, state):
        result = _materialize(workspace, instance, SNAPSHOT_ASSETS, raise_on_error=False)
        problems = _problems(result)
    elif must_write_open_data(workspace, state):
        _materialize(workspace, instance, [open_data])
    files = [file for sha256, file in state.files.items() if sha256 in sha256s]
    return MainJobResult(files, state, report_name(wanted_input_hash(workspace, state)), problems)


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """Why a snapshot run did not publish; a failure that is not a check's is raised again."""
    problems = [
        f"{check.check_name}: {problem}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.check_name in PUBLICATION_CHECKS
        for problem in _texts(check.metadata["problems"])
    ]
    if not result.success and not problems:
        failure = next(event for event in result.all_events if event.is_step_failure)
        error = failure.step_failure_data.error
        cause = error.cause if error and error.cause else error
        _raise_refusal(failure.step_key, cause)
        raise MainJobError(f"step {failure.step_key} failed: {cause.message.strip() if cause else 'no error given'}")
    return problems


def _raise_refusal(step: str | None, cause: SerializableErrorInfo | None) -> None:
    """Raise again what a step refused, or the machine refused it; Dagster only tells its name and message."""
    name, told = (cause.cls_name or "", cause.message) if cause else ("", "")
    message = in_short(told).partition(": ")[2]
    if step == "open_data":
        raise PublicationError(f"The figures are published, but their open data are not written: {message}")
    if name in _REFUSALS:
        raise PublicationError(message)
    if advice(message):
        raise PublicationError(f"Nothing was published: {message}")


def _texts(metadata: Any) -> list[str]:
    return [str(text) for text in metadata.value]


class MainJobError(Exception):
    """A step of the main job failed: our own failure."""


def _materialize(
    workspace: Workspace,
    instance: dg.DagsterInstance,
    assets: Sequence[dg.AssetsDefinition],
    run_config: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
    *,
    raise_on_error: bool = True,
) -> dg.ExecuteInProcessResult:
    """Materialise in this process."""
    return dg.materialize(
        assets,
        run_config={**_QUIET, **(run_config or {})},
        instance=instance,
        resources={"workspace": workspace},
        tags=tags,
        raise_on_error=raise_on_error,
    )
