"""What the commands share: options, progress, and how the result of a run is told.

Words that name a command belong in the modules beside this one; laying tables out is `pipelines/console.py`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.markup import escape

from assets.intake.ledger import LedgerFile, State
from assets.returns.kept import KeptContributions, found_in
from pipelines import console as show
from pipelines.check import PURGED, FileOutcome
from warehouse.presentation import in_one_line, printable
from warehouse.queries import ask
from warehouse.records import Outcome, SubmissionStatus
from warehouse.storage import Storage
from warehouse.trace import TraceError

REJECTED, USAGE, FAILURE = 1, 2, 3
RawDir = Annotated[
    Path | None, typer.Option("--raw-dir", help="Inbox, archive and ledger.", envvar="BANENAFSPRAAK_RAW_DIR")
]
WarehouseDir = Annotated[
    Path | None,
    typer.Option("--warehouse-dir", help="The DuckDB file and reports.", envvar="BANENAFSPRAAK_WAREHOUSE_DIR"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def workspace_of(raw_dir: Path | None, warehouse_dir: Path | None) -> Any:
    """The workspace over the data folders; Dagster is only imported here, because that takes seconds."""
    from assets.workspace import Workspace

    return Workspace(raw_dir=str(raw_dir or ""), warehouse_dir=str(warehouse_dir or ""))


class Harmless(logging.Formatter):
    """Lines in which no name that a sender chose can steer the terminal, or pass for a line of ours."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - its name in the library
        """A line of the log; a traceback, if there is one, comes below it."""
        return in_one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """What is logged at once."""
        return printable(super().format(record))


def show_progress(as_json: bool) -> None:
    """Show each return as it is read; on standard error, so that standard output stays the result."""
    if not as_json:
        logger = logging.getLogger("assets")
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Harmless())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def snapshot_of(raw_dir: Path | None, warehouse_dir: Path | None) -> duckdb.DuckDBPyConnection:
    """The published snapshot, read-only; raises TraceError when there is none."""
    path = Storage.from_environment(raw_dir, warehouse_dir).snapshot
    if not path.exists():
        raise TraceError(f"There is no published snapshot at {path}. Run `banenafspraak run` first.")
    return duckdb.connect(str(path), read_only=True)


def tell(storage: Storage, result: Any, as_json: bool) -> None:
    """Tell what a run came to, and leave with the exit code for it."""
    outcomes = outcomes_of(storage, result)
    published = _published(storage)
    report = storage.report(result.report_name) / "index.html"
    if as_json:
        print_json(
            {
                "files": [file_json(outcome) for outcome in outcomes],
                "sectors": published["sector_progress"],
                "national": published["national_progress"],
                "awaiting_acceptance": published["awaiting_revisions"],
                "findings_across_returns": published["findings_across"],
                "snapshot": str(storage.snapshot),
                "report": str(report),
                "not_published_because": list(result.not_published_because),
                "unread": list(result.unread),
            }
        )
    else:
        _show_result(storage, outcomes, published, report)
    tell_unpublished(storage, result)
    exit_for(outcomes)
    if result.not_published_because:
        raise typer.Exit(FAILURE)
    if result.unread:
        raise typer.Exit(REJECTED)


def outcomes_of(storage: Storage, result: Any) -> list[FileOutcome]:
    """What became of each file of a run."""
    kept = KeptContributions(storage)
    return [_outcome(storage, kept, result.state, file) for file in result.files]


def tell_unpublished(storage: Storage, result: Any) -> None:
    """Say on standard error what stopped publication, if anything did."""
    for problem in result.not_published_because:
        stands = " The snapshot published before still stands." if storage.snapshot.exists() else ""
        show.error_console().print(f"[red]Not published[/red]: {escape(problem)}.{stands}")


def _show_result(
    storage: Storage, outcomes: Sequence[FileOutcome], published: dict[str, list[dict[str, Any]]], report: Path
) -> None:
    console = show.person_console()
    if published["sector_progress"]:
        show.show_sectors(console, published["sector_progress"])
        show.show_national(console, published["national_progress"])
    show.show_findings_in_short(console, outcomes)
    show.show_findings_across(console, published["findings_across"])
    show.show_awaiting(console, published["awaiting_revisions"])
    for name, path in (("report for auditors", report), ("warehouse", storage.snapshot)):
        if path.exists():
            console.print(f"{name}: {path}", soft_wrap=True)


def _outcome(storage: Storage, kept: KeptContributions, state: State, file: LedgerFile) -> FileOutcome:
    findings = found_in(storage, kept, file).findings
    submission = state.submissions.get(file.submission_id or "")
    known = state.status_of(submission) if submission and not file.duplicate_of else file.status
    outcome = PURGED if file.purge else SubmissionStatus.REJECTED if file.refused else known
    return FileOutcome(
        file.file_name,
        file.identity.sector_code if file.identity else None,
        file.identity.period if file.identity else None,
        outcome,
        [finding for finding in findings if finding.outcome is Outcome.FAILS],
    )


def _published(storage: Storage) -> dict[str, list[dict[str, Any]]]:
    """What the snapshot answers to the questions of a run; empty when nothing was ever published."""
    questions = ("sector_progress", "national_progress", "findings_across", "awaiting_revisions")
    if not storage.snapshot.exists():
        return {question: [] for question in questions}
    with duckdb.connect(str(storage.snapshot), read_only=True) as connection:
        return {question: ask(connection, question) for question in questions}


def file_json(outcome: FileOutcome) -> dict[str, Any]:
    """What became of a file, for JSON."""
    shown = ("rule", "severity", "sheet", "cell", "found", "expected", "message")
    findings = [{name: getattr(finding, name) for name in shown} for finding in outcome.findings]
    return {**asdict(outcome), "findings": findings}


def print_json(content: dict[str, Any]) -> None:
    """Print JSON with decimals as strings, and with what could steer a terminal written as an escape."""
    text = json.dumps(content, ensure_ascii=False, indent=2, default=show.plain)
    typer.echo("\n".join(line if line.isprintable() else _escaped(line) for line in text.split("\n")))


def _escaped(text: str) -> str:
    return "".join(one if printable(one) == one else json.dumps(one)[1:-1] for one in text)


def exit_for(outcomes: Sequence[FileOutcome]) -> None:
    """Leave with the exit code of a rejection when anything was rejected, or was purged before."""
    if any(outcome.outcome in {SubmissionStatus.REJECTED, PURGED} for outcome in outcomes):
        raise typer.Exit(REJECTED)
