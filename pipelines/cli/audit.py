"""The commands of people who judge: accept, withdraw, waive, verify, and the report for auditors."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from assets.intake.ledger import Ledger, now
from assets.returns.read import ReturnReader
from assets.start import alone
from expectations.waivers import Waiver, Waivers, add_waiver
from pipelines import console as show
from pipelines.cli.common import (
    FAILURE,
    Json,
    RawDir,
    WarehouseDir,
    print_json,
    snapshot_of,
    tell,
    tell_unpublished,
    workspace_of,
)
from warehouse.queries import ask
from warehouse.records import Finding, Outcome
from warehouse.storage import Storage

app = typer.Typer()
report_app = typer.Typer(no_args_is_help=True, help="Write reports.")

Submission = Annotated[str, typer.Argument(help="Submission, such as mbo-2024-v2.")]
Name = Annotated[str, typer.Option("--name", help="Who decides; declared, not authenticated.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command()
def accept(
    submission: Submission,
    name: Name,
    reason: Reason,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Accept a version that changes figures, so that it comes in force, and publish the totals."""
    from pipelines import main_job

    workspace = workspace_of(raw_dir, warehouse_dir)
    tell(workspace.storage, main_job.accept(workspace, submission, name, reason), as_json)


@app.command()
def withdraw(
    submission: Submission,
    name: Name,
    reason: Reason,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Take a version back: the accepted one before it is in force again; and publish the totals."""
    from pipelines import main_job

    workspace = workspace_of(raw_dir, warehouse_dir)
    tell(workspace.storage, main_job.withdraw(workspace, submission, name, reason), as_json)


@app.command()
def purge(
    file: Annotated[str, typer.Argument(help="File in quarantine: its sha256, or the name it came in under.")],
    by: Annotated[str, typer.Option(help="Who has it removed; declared, not authenticated.")],
    reason: Reason,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Remove a file with personal data for good; its hash, and who had it removed, when and why, stay."""
    from pipelines import main_job

    workspace = workspace_of(raw_dir, warehouse_dir)
    result = main_job.purge(workspace, file, by, reason)
    (purged,) = result.files
    if as_json:
        told = asdict(purged.purge) if purged.purge else {}
        print_json({"sha256": purged.sha256, "file_name": purged.file_name, **told})
    else:
        show.show_purged(show.person_console(), purged)
    tell_unpublished(workspace.storage, result)


@app.command()
def waive(
    rule: Annotated[str, typer.Argument(help="Rule, such as employers_returned.")],
    sector: Annotated[str, typer.Argument(help="Sector code, such as mbo.")],
    period: Annotated[str, typer.Argument(help="2024, 2024H1 or 2024Q4.")],
    requested_by: Annotated[str, typer.Option(help="Who asks for it.")],
    approved_by: Annotated[str, typer.Option(help="Who approves it: another person.")],
    reason: Reason,
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day it works.")],
    sheet: Annotated[str, typer.Option(help="Sheet; left out: every place where the rule fails.")] = "",
    cell: Annotated[str, typer.Option(help="Cell.")] = "",
    expect: Annotated[str, typer.Option(help="The value it expects; left out: what is found now.")] = "",
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
) -> None:
    """Waive a finding until a day, as long as the value stays what it is: a line in the file of waivers."""
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    with snapshot_of(raw_dir, warehouse_dir) as connection:
        rows = ask(connection, "findings_of_rule", rule=rule, sector_code=sector, period=period)
    findings = [Finding(**{**row, "outcome": Outcome(row["outcome"])}) for row in rows]
    today = now().date()
    wanted = Waiver(
        "", rule, sector, period, sheet, cell, expect, requested_by, approved_by, reason, today, expires.date()
    )
    with alone(storage):
        waiver = add_waiver(storage.waivers, wanted, findings)
    console = show.person_console()
    console.print(f"{waiver.waiver}: {waiver.rule} of {sector} {period}, expecting «{waiver.expect}»", markup=False)
    console.print(f"Written to {storage.waivers}: commit it. It works from the next `banenafspraak run` on;")
    console.print("for a return that was rejected, run `banenafspraak reread`.")


@app.command()
def verify(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None, as_json: Json = False) -> None:
    """Check archive, ledger and published figures against each other; writes nothing."""
    from assets.snapshot import verify as check

    storage = Storage.from_environment(raw_dir, warehouse_dir)
    found = check.verify(storage, ReturnReader(), Waivers.load(storage.waivers), now())
    if as_json:
        print_json(asdict(found))
    else:
        show.show_verification(show.person_console(), found)
    if found.problems:
        raise typer.Exit(FAILURE)


@report_app.command("validation")
def report_validation(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None) -> None:
    """Write the auditors' site about the published snapshot, with Great Expectations' Data Docs beside it."""
    from pipelines.validation_report import write_validation_report

    storage = Storage.from_environment(raw_dir, warehouse_dir)
    with alone(storage):
        path = write_validation_report(storage, ReturnReader(), Ledger(storage.ledger).state())
    show.person_console().print(f"report for auditors: {path}", soft_wrap=True)
