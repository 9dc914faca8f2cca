"""The command line `banenafspraak`: run, check, reread, status, trace.

Parsing words and choosing exit codes belongs here. Exit codes: 0 everything accepted, 1 something rejected, 2 wrong
usage, 3 our own failure.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console

from assets.intake.archive import ArchiveError
from assets.intake.ledger import Ledger, LedgerError, LedgerFile, State, now
from assets.returns.layout import LayoutError
from assets.returns.read import ReturnReader
from pipelines import console as show
from pipelines.check import FileOutcome, check_files
from pipelines.status import partition_statuses
from warehouse.observations import read_findings
from warehouse.publish import PublicationError
from warehouse.queries import ask
from warehouse.records import Finding, Outcome, SubmissionStatus
from warehouse.storage import BusyError, Storage
from warehouse.trace import Trace, TraceError, trace_national, trace_sector

REJECTED, USAGE, FAILURE = 1, 2, 3
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From the Excel returns of the sectors to validated, traceable national totals.",
)
trace_app = typer.Typer(no_args_is_help=True, help="Lead a figure back to the cells it comes from.")
app.add_typer(trace_app, name="trace")

RawDir = Annotated[
    Path | None, typer.Option("--raw-dir", help="Inbox, archive and ledger.", envvar="BANENAFSPRAAK_RAW_DIR")
]
WarehouseDir = Annotated[
    Path | None,
    typer.Option("--warehouse-dir", help="The DuckDB file and reports.", envvar="BANENAFSPRAAK_WAREHOUSE_DIR"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command()
def run(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of returns; the inbox when left out.", exists=True, file_okay=False)
    ] = None,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Take in a folder of returns (or the inbox), read and check them, and publish the totals."""
    from pipelines import main_job

    workspace = _workspace(raw_dir, warehouse_dir)
    _show_progress(as_json)
    result = main_job.run(workspace, folder)
    _report(workspace.storage, result, as_json)


@app.command()
def reread(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None, as_json: Json = False) -> None:
    """Read every archived file again with today's layouts and rules, and publish the totals."""
    from pipelines import main_job

    workspace = _workspace(raw_dir, warehouse_dir)
    _show_progress(as_json)
    result = main_job.reread(workspace)
    _report(workspace.storage, result, as_json)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Workbooks to check.", exists=True, dir_okay=False)],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Read and validate files and say what is wrong with them; writes nothing."""
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    outcomes = check_files(files, ReturnReader(), Ledger(storage.ledger))
    if as_json:
        _print_json({"files": [_file_json(outcome) for outcome in outcomes]})
    else:
        show.show_checked(show.person_console(), outcomes)
    _exit_for(outcomes)


@app.command()
def status(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None, as_json: Json = False) -> None:
    """Which sector and period is in, missing or rejected."""
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    statuses = partition_statuses(Ledger(storage.ledger).state(), ReturnReader().layouts, now().date())
    if as_json:
        _print_json({"partitions": [asdict(entry) for entry in statuses]})
    else:
        show.show_status(show.person_console(), statuses)


@trace_app.command("national")
def trace_national_command(
    period: Annotated[str, typer.Argument(help="Year, such as 2024.")],
    basis: Annotated[str, typer.Argument(help="sector_returns or official_monitor.")],
    measure: Annotated[str, typer.Argument(help="Column of mart.national_progress, such as realised_jobs.")],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Trace a national figure."""
    with _snapshot(raw_dir, warehouse_dir) as connection:
        _show_trace(trace_national(connection, period, basis, measure), as_json)


@trace_app.command("sector")
def trace_sector_command(
    sector: Annotated[str, typer.Argument(help="Sector code, such as mbo.")],
    period: Annotated[str, typer.Argument(help="2024, 2024H1 or 2024Q4.")],
    measure: Annotated[str, typer.Argument(help="Measure, such as realised_jobs.")],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Trace a figure of a sector."""
    with _snapshot(raw_dir, warehouse_dir) as connection:
        _show_trace(trace_sector(connection, sector, period, measure), as_json)


def _workspace(raw_dir: Path | None, warehouse_dir: Path | None) -> Any:
    from assets.workspace import Workspace

    return Workspace(raw_dir=str(raw_dir or ""), warehouse_dir=str(warehouse_dir or ""))


def _show_progress(as_json: bool) -> None:
    """Show each return as it is read; on standard error, so that standard output stays the result."""
    if not as_json:
        logger = logging.getLogger("assets")
        logger.addHandler(logging.StreamHandler(sys.stderr))
        logger.setLevel(logging.INFO)


def _snapshot(raw_dir: Path | None, warehouse_dir: Path | None) -> duckdb.DuckDBPyConnection:
    path = Storage.from_environment(raw_dir, warehouse_dir).snapshot
    if not path.exists():
        raise TraceError(f"There is no published snapshot at {path}. Run `banenafspraak run` first.")
    return duckdb.connect(str(path), read_only=True)


def _report(storage: Storage, result: Any, as_json: bool) -> None:
    outcomes = [_outcome(storage, result.state, file) for file in result.files]
    figures = _figures(storage)
    report = storage.report(result.report_name)
    if as_json:
        _print_json(
            {
                "files": [_file_json(outcome) for outcome in outcomes],
                "sectors": figures["sector_progress"],
                "national": figures["national_progress"],
                "snapshot": str(storage.snapshot),
                "report": str(report),
                "not_published_because": list(result.not_published_because),
            }
        )
    else:
        _show_result(storage, outcomes, figures, report)
    for problem in result.not_published_because:
        stands = " The snapshot published before still stands." if storage.snapshot.exists() else ""
        Console(stderr=True).print(f"[red]Not published[/red]: {problem}.{stands}")
    _exit_for(outcomes)
    if result.not_published_because:
        raise typer.Exit(FAILURE)


def _show_result(
    storage: Storage, outcomes: Sequence[FileOutcome], figures: dict[str, list[dict[str, Any]]], report: Path
) -> None:
    console = show.person_console()
    if figures["sector_progress"]:
        show.show_sectors(console, figures["sector_progress"])
        show.show_national(console, figures["national_progress"])
    show.show_findings_in_short(console, outcomes)
    for name, path in (("report for auditors", report), ("warehouse", storage.snapshot)):
        if path.exists():
            console.print(f"{name}: {path}", soft_wrap=True)


def _outcome(storage: Storage, state: State, file: LedgerFile) -> FileOutcome:
    path = storage.findings(file.sha256)
    findings: list[Finding] = read_findings(path)[0] if path.exists() else []
    submission = state.submissions.get(file.submission_id or "")
    known = state.status_of(submission) if submission and not file.duplicate_of else file.status
    return FileOutcome(
        file.file_name,
        file.identity.sector_code if file.identity else None,
        file.identity.period if file.identity else None,
        SubmissionStatus.REJECTED if file.refused else known,
        [finding for finding in findings if finding.outcome is Outcome.FAILS],
    )


def _figures(storage: Storage) -> dict[str, list[dict[str, Any]]]:
    """The published marts; empty when nothing was ever published."""
    marts = ("sector_progress", "national_progress")
    if not storage.snapshot.exists():
        return {mart: [] for mart in marts}
    with duckdb.connect(str(storage.snapshot), read_only=True) as connection:
        return {mart: ask(connection, mart) for mart in marts}


def _file_json(outcome: FileOutcome) -> dict[str, Any]:
    shown = ("rule", "severity", "sheet", "cell", "found", "expected", "message")
    findings = [{name: getattr(finding, name) for name in shown} for finding in outcome.findings]
    return {**asdict(outcome), "findings": findings}


def _show_trace(trace: Trace, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(trace))
    else:
        show.show_trace(show.person_console(), trace)


def _print_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=show.plain))


def _exit_for(outcomes: Sequence[FileOutcome]) -> None:
    if any(outcome.outcome == SubmissionStatus.REJECTED for outcome in outcomes):
        raise typer.Exit(REJECTED)


def main() -> None:
    """Run the command line; a failure is said in one line, with what to do, and never as a traceback for bad input."""
    warnings.filterwarnings("ignore", module="dagster")
    try:
        app()
    except TraceError as error:
        _fail(str(error), USAGE)
    except (ArchiveError, BusyError, LayoutError, LedgerError, PublicationError, duckdb.Error, OSError) as error:
        _fail(str(error), FAILURE)
    except Exception:  # noqa: BLE001 - the last door: whatever is left is our own failure and has its own exit code
        traceback.print_exc()
        _fail("This is a fault of ours, not of a return. Nothing was published; please report it.", FAILURE)


def _fail(message: str, code: int) -> None:
    Console(stderr=True).print(f"[red]Error[/red]: {message}", soft_wrap=True, highlight=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
