"""The job that tells the owners of the contact with senders which returns are late or due soon.

Who is told on which day follows from the calendar; how an alert is sent is `alerts.py`.
"""

import dagster as dg

from assets.calendar.status import partition_statuses
from assets.intake.ledger import now
from assets.workspace import Workspace
from pipelines.alerts import AlertSettings, late_returns_alert, send


@dg.op
def remind(context: dg.OpExecutionContext, workspace: Workspace) -> None:
    """Send one alert about every return of which the owner is told today; fails when it can't be delivered."""
    today = now().date()
    statuses = partition_statuses(workspace.ledger.state(), workspace.reader.reference, today)
    told = [status for status in statuses if status.is_told(today)]
    if not told:
        context.log.info("Nothing to remind anybody of today.")
        return
    alert, settings = late_returns_alert(told, today), AlertSettings.from_environment()
    context.log.info("\n".join([alert.subject, *alert.lines]))
    if not settings.destinations:
        context.log.warning("Sent to nobody: alerts are off. See docs/operators.md.")
    if problems := send(alert, settings):
        raise dg.Failure("Not everybody got the reminder: " + "; ".join(problems))


@dg.job(description="Remind owners of returns that are late or due soon, by the calendar.")
def remind_owners() -> None:
    """See `remind`."""
    remind()
