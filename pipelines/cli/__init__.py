"""The command line `banenafspraak`.

Bringing the commands together and turning failures into exit codes belongs here. Exit codes: 0 everything accepted,
1 something rejected, 2 wrong usage, 3 our own failure.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings

import duckdb
import typer
from rich.markup import escape

from assets.intake.archive import ArchiveError
from assets.intake.decisions import DecisionError
from assets.intake.ledger import ClockError, LedgerError
from assets.products.pages import ProductError
from assets.returns.layout import LayoutError
from assets.returns.personal import without_numbers
from assets.returns.template.spec import TemplateError
from expectations.waivers import WaiverError
from pipelines.alerts import AlertSettingsError
from pipelines.cli import analysis, audit, collect, products, returns, template
from pipelines.cli.collect import CollectError
from pipelines.cli.common import FAILURE, USAGE, Harmless
from pipelines.cli.trace import trace_app
from pipelines.console import error_console
from pipelines.refusal import with_advice
from warehouse.diff import DiffError
from warehouse.lock import BusyError
from warehouse.presentation import printable
from warehouse.publish import PublicationError
from warehouse.queries import QueryError
from warehouse.trace import TraceError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From the Excel returns of the sectors to validated, traceable national totals.",
)
app.add_typer(returns.app)
app.add_typer(collect.app)
app.add_typer(audit.app)
app.add_typer(analysis.app)
app.add_typer(products.app)
app.add_typer(template.app)
app.add_typer(audit.report_app, name="report")
app.add_typer(trace_app, name="trace")


def main() -> None:
    """Run the command line; a failure is said in one line, with what to do, and never as a traceback for bad input."""
    warnings.filterwarnings("ignore", module="dagster")
    warnings.filterwarnings("ignore", message=".* is currently in preview")
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Harmless())
    try:
        app()
    except (
        AlertSettingsError,
        CollectError,
        TraceError,
        DecisionError,
        DiffError,
        ProductError,
        QueryError,
        TemplateError,
        WaiverError,
    ) as error:
        _fail(str(error), USAGE)
    except (
        ArchiveError,
        BusyError,
        ClockError,
        LayoutError,
        LedgerError,
        PublicationError,
        duckdb.Error,
        OSError,
    ) as error:
        _fail(with_advice(str(error)), FAILURE)
    except Exception:  # noqa: BLE001 - the last door: whatever is left is our own failure and has its own exit code
        sys.stderr.write(printable(without_numbers(traceback.format_exc())))
        _fail("This is a fault of ours, not of a return. Nothing was published; please report it.", FAILURE)


def _fail(message: str, code: int) -> None:
    told = escape(without_numbers(message))
    error_console().print(f"[red]Error[/red]: {told}", soft_wrap=True, highlight=False)
    sys.exit(code)
