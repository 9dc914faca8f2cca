"""The Dagster sensors that send alerts: for a run that failed, and for what a run found.

What an alert is and how it is sent is `alerts.py`.

Dagster's own `make_email_on_run_failure_sensor` does not fit: it demands a login, has no timeout, puts texts unescaped
in the headers and HTML of its mail, knows no webhook, and loses the alert when the mail server is away.

What Dagster 1.13 does once a run status sensor has seen a run:

* An ordinary exception makes the tick fail, but the cursor moves past the run all the same: the alert would be lost.
* A `DagsterError` is not caught there: the tick fails, the cursor stays, and the next tick tries again. So when nobody
  gets an alert, `AlertDeliveryError` is raised, which is one.
* A tick goes through up to five runs, and one that raises saves no cursor at all: the alerts before the one that cannot
  be sent would be sent again at each try. A reaction that is returned ends the tick, so each tick sends one alert at
  most; one with an error makes the tick fail and moves on, which is right when somebody got the alert.

So an alert is sent once for each run; twice only when a process dies between sending and saving. Later ones wait for
the one that cannot be sent. Runs that ended before a sensor first looked get no alert, nor do runs of the command line:
those are not runs of the code location, and have a person who reads their result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import dagster as dg
from dagster._core.definitions.run_request import DagsterRunReaction  # the public name is missing
from dagster_shared.error import SerializableErrorInfo

from assets.returns.asset import ASSET_NAMES
from pipelines.alerts import Alert, AlertSettings, at_most_shown, send

_TELLING = {"intake", "validation_report", *ASSET_NAMES.values()}
_CAUSE_LINES = 5


class AlertDeliveryError(dg.DagsterError):
    """Nobody got an alert; the next tick of the sensor tries again."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run says that a person must look at, by the names that the assets give it in their metadata."""

    rejected: Sequence[str]
    awaiting_acceptance: Sequence[str]
    not_recognised: Sequence[str]
    quarantined: Sequence[str]
    report: Sequence[str]


def build_alert_sensors() -> list[dg.SensorDefinition]:
    """The sensors over all runs of the code location; running when the environment says where alerts go, else stopped.

    Raises AlertSettingsError when the environment says that half or wrongly.
    """
    settings = AlertSettings.from_environment()
    status = dg.DefaultSensorStatus.RUNNING if settings.destinations else dg.DefaultSensorStatus.STOPPED

    @dg.run_failure_sensor(
        name="alert_run_failure", default_status=status, description="Tells people about a run that failed."
    )
    def alert_run_failure(context: dg.RunFailureSensorContext) -> DagsterRunReaction:
        return _deliver(_failure_alert(context), settings, context)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="alert_findings",
        default_status=status,
        description="Tells people about returns that were rejected, not recognised, or wait for acceptance.",
    )
    def alert_findings(context: dg.RunStatusSensorContext) -> DagsterRunReaction | None:
        alert = _findings_alert(context)
        return None if alert is None else _deliver(alert, settings, context)

    return [alert_run_failure, alert_findings]


def _deliver(alert: Alert, settings: AlertSettings, context: dg.RunStatusSensorContext) -> DagsterRunReaction:
    """Send an alert and end the tick: failed when not everybody got it, and to be tried again when nobody did."""
    if not settings.destinations:
        context.log.warning("Not sent: the environment says nowhere that alerts go to. See docs/operators.md.")
    problems = send(alert, settings)
    told = f"the alert “{alert.subject}”: {'; '.join(problems)}"
    if problems and len(problems) == len(settings.destinations):
        raise AlertDeliveryError(f"Nobody got {told}")
    error = SerializableErrorInfo(f"Not everybody got {told}", [], AlertDeliveryError.__name__) if problems else None
    return DagsterRunReaction(context.dagster_run, error)


def _failure_alert(context: dg.RunFailureSensorContext) -> Alert:
    run = context.dagster_run
    return Alert(
        f"Run failed: {_name(run)}",
        [
            f"{_name(run)} failed.",
            *_causes(context),
            "",
            *_to_do(_found(context)),
            "What to do: look at the run in Dagster, take the cause away, and run it again there (Re-execute).",
            f"  /runs/{run.run_id}",
            "Until its step `snapshot` is done, what was published before stands; `banenafspraak verify` checks it.",
        ],
    )


def _findings_alert(context: dg.RunStatusSensorContext) -> Alert | None:
    """The alert about what a run found; None when there is nothing to tell."""
    run, found = context.dagster_run, _found(context)
    counts = {
        "rejected": len(found.rejected),
        "awaiting acceptance": len(found.awaiting_acceptance),
        "not recognised": len(found.not_recognised),
        "in quarantine": len(found.quarantined),
    }
    if not any(counts.values()):
        return None
    told = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    lines = [f"{_name(run)} found returns that need a person.", "", *_to_do(found), f"The run: /runs/{run.run_id}"]
    return Alert(f"{told}: {_name(run)}", lines)


def _name(run: dg.DagsterRun) -> str:
    """The job and its partition, or its first and last one."""
    tags = ("dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
    partitions = list(dict.fromkeys(run.tags[tag] for tag in tags if tag in run.tags))
    return f"{run.job_name} ({' to '.join(partitions)})" if partitions else run.job_name


def _causes(context: dg.RunFailureSensorContext) -> Iterator[str]:
    """The first lines of what each failing step said, without where in the code; else what the run said."""
    failures = context.get_step_failure_events()
    for failure in failures:
        error = failure.step_failure_data.error
        cause = error.cause if error and error.cause else error
        yield f"Step {failure.step_key}:"
        yield from _first_lines(cause.message if cause else failure.message)
    if not failures:
        yield from _first_lines(context.failure_event.message)


def _first_lines(message: str | None) -> list[str]:
    lines = [line for line in (message or "no cause given").splitlines() if line.strip()]
    return [f"  {line}" for line in lines[:_CAUSE_LINES]]


def _to_do(found: _Found) -> Iterator[str]:
    """What a run found, by what a person does about it."""
    if found.rejected:
        yield "Rejected, and in no total:"
        yield from _listed(found.rejected)
        yield "Send it back with the findings in its cells: banenafspraak check --annotate FILE"
        yield ""
    if found.awaiting_acceptance:
        yield "Changes figures, and is in no total until a named person accepts it:"
        yield from _listed([f"banenafspraak accept {name} --name … --reason …" for name in found.awaiting_acceptance])
        yield ""
    if found.not_recognised:
        yield "Nobody recognises the sender or period of:"
        yield from _listed(found.not_recognised)
        yield "See what was looked for: banenafspraak check --annotate FILE; and docs/adding-a-sender.md"
        yield ""
    if found.quarantined:
        yield "Holds personal data, and is kept apart until a named person removes it:"
        yield from _listed([f"banenafspraak purge {sha256} --by … --reason …" for sha256 in found.quarantined])
        yield ""
    yield from (f"Report for auditors: {path}" for path in found.report)


def _listed(names: Sequence[str]) -> list[str]:
    return [f"  {name}" for name in at_most_shown(names)]


def _found(context: dg.RunStatusSensorContext) -> _Found:
    """What the materialisations and checks of a run say; what several partitions say counts once."""
    told: dict[str, dict[str, None]] = {said.name: {} for said in fields(_Found)}
    for asset, metadata in _metadata(context):
        for key in told.keys() & metadata.keys() if asset in _TELLING else ():
            value = metadata[key].value
            told[key].update(dict.fromkeys(value if isinstance(value, list) else [str(value)]))
    return _Found(**{key: list(values) for key, values in told.items()})


def _metadata(context: dg.RunStatusSensorContext) -> Iterator[tuple[str, Mapping[str, dg.MetadataValue[Any]]]]:
    """The metadata of every materialisation and check of a run, with the asset's name."""
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    for entry in context.instance.all_logs(context.dagster_run.run_id, of_type=kinds):
        event = entry.get_dagster_event()
        if event.is_step_materialization:
            materialization = event.step_materialization_data.materialization
            yield materialization.asset_key.to_user_string(), materialization.metadata
        else:
            check = event.asset_check_evaluation_data
            yield check.asset_key.to_user_string(), check.metadata
