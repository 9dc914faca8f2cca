"""The Dagster asset and checks of the calendar stage. Wiring only: `status.py` and `coverage.py` compute."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import dagster as dg

from assets.calendar.coverage import Coverage, provisional_years, published_coverage
from assets.calendar.status import LATE, PartitionStatus, partition_statuses
from assets.intake.ledger import now
from assets.returns.asset import ASSET_NAMES
from assets.workspace import Workspace
from warehouse.periods import Period, PeriodKind
from warehouse.records import SubmissionStatus

CALENDAR_CHECKS = {
    "on_time": "A return is in force, or its deadline has not passed; a partition not due yet has no result.",
    "not_rejected": "What came in was not rejected, or an earlier version stands.",
    "coverage": "Every employer expected has a known realisation, or a waiver covers it.",
}
_MARKS = {
    SubmissionStatus.ACCEPTED.value: "in",
    SubmissionStatus.ACCEPTED_WITH_FINDINGS.value: "in",
    SubmissionStatus.AWAITING_ACCEPTANCE.value: "awaits",
    LATE: "**late**",
    SubmissionStatus.REJECTED.value: "**rejected**",
}


_RESULTS = "results"


class _Result(NamedTuple):
    """What a check of one partition came to, and why in a few words."""

    name: str
    passed: bool
    severity: dg.AssetCheckSeverity
    told: str


def build_calendar(
    partitions: Mapping[PeriodKind, dg.PartitionsDefinition[str]], partition_key: Callable[[str, Period], str]
) -> tuple[dg.AssetsDefinition, list[dg.AssetChecksDefinition]]:
    """The asset `returns_due` and, for each returns asset, checks with a result of their own for every partition.

    A materialisation of `returns_due` brings the results of all partitions up to date; running the checks of one
    partition does so for that one.
    """

    @dg.asset(
        group_name="calendar",
        deps=["snapshot"],
        owners=["team:data-engineering"],
        kinds={"python"},
        check_specs=[
            dg.AssetCheckSpec("returns_on_time", asset="returns_due", description="No return is late today."),
            dg.AssetCheckSpec("years_final", asset="returns_due", description="The sum of every year is final."),
        ],
    )
    def returns_due(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult[None]]:
        """What every sender owes by the calendar, set against what is in: in, missing, late or rejected.

        It goes by periods and deadlines, not by when anything was materialised: an old backfill makes nothing fresh.
        """
        today = now().date()
        statuses = partition_statuses(workspace.ledger.state(), workspace.reader.reference, today)
        coverage = published_coverage(workspace.storage)
        results = {
            (ASSET_NAMES[period.kind], partition_key(status.sector_code, period)): [
                *_results(status, coverage.get((status.sector_code, status.period)), today)
            ]
            for status in statuses
            for period in [Period.parse(status.period)]
        }
        yield dg.MaterializeResult(
            metadata={**_metadata(statuses, coverage, today), _RESULTS: _report(context, results)},
            check_results=[_on_time(statuses, today), _final(provisional_years(workspace.storage))],
        )

    return returns_due, [_partition_checks(kind, definition) for kind, definition in partitions.items()]


def _partition_checks(kind: PeriodKind, partitions: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    asset = ASSET_NAMES[kind]
    specs = [
        dg.AssetCheckSpec(name, asset=asset, description=text, partitions_def=partitions)
        for name, text in CALENDAR_CHECKS.items()
    ]

    @dg.multi_asset_check(name=f"{asset}_by_calendar", specs=specs, can_subset=True)
    def by_calendar(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        today = now().date()
        coverage = published_coverage(workspace.storage)
        month, sector_code = context.partition_key.split("|")
        about = sector_code, str(Period.starting(month, kind))
        for status in partition_statuses(workspace.ledger.state(), workspace.reader.reference, today):
            if (status.sector_code, status.period) == about:
                for result in _results(status, coverage.get(about), today):
                    yield dg.AssetCheckResult(
                        asset_key=asset,
                        check_name=result.name,
                        passed=result.passed,
                        severity=result.severity,
                        description=result.told,
                    )

    return by_calendar


def _results(status: PartitionStatus, coverage: Coverage | None, today: date) -> Iterator[_Result]:
    """The checks of one partition that can be evaluated today."""
    warn, error = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    about = f"{status.status}; deadline {status.deadline}; owner {status.owner}"
    if status.is_in_force or today > status.deadline:
        yield _Result("on_time", status.is_in_force, warn, about)
    if status.received_on is not None:
        rejected = not status.is_in_force and status.status == SubmissionStatus.REJECTED
        yield _Result("not_rejected", not rejected, error, f"{about}; first received {status.received_on}")
    if coverage is not None:
        counted = f"{coverage.employers_returned} of {coverage.employers_expected} employers"
        yield _Result("coverage", coverage.is_complete, warn, f"{counted}; oldest of {coverage.oldest_received_on}")
    elif status.received_on is not None:
        yield _Result("coverage", status.is_in_force, warn, "no coverage is published")


def _report(context: dg.AssetExecutionContext, results: Mapping[tuple[str, str], Sequence[_Result]]) -> dict[str, str]:
    """Report what came out otherwise than the last time, as of the partition it is about; returns all in short."""
    last = context.instance.get_latest_materialization_event(context.asset_key)
    materialization = last.asset_materialization if last else None
    before = materialization.metadata[_RESULTS].value if materialization else {}
    told = {}
    for (asset, partition), of_partition in results.items():
        name = f"{asset} {partition}"
        told[name] = ", ".join(f"{result.name}: {result.passed}, {result.told}" for result in of_partition)
        if before.get(name) == told[name]:
            continue
        for result in of_partition:
            # An event of its own, because a run over more partitions gives a check one result for all of them.
            event = dg.DagsterEvent(
                dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
                context.job_name,
                event_specific_data=_evaluation(asset, partition, result),
            )
            context.instance.report_dagster_event(event, context.run_id)
    return told


def _evaluation(asset: str, partition: str, result: _Result) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(asset),
        check_name=result.name,
        passed=result.passed,
        severity=result.severity,
        metadata={},
        description=result.told,
        partition=partition,
    )


def _on_time(statuses: Sequence[PartitionStatus], today: date) -> dg.AssetCheckResult:
    late = [f"{s.sector_code} {s.period}: {days} days" for s in statuses if (days := s.days_late(today) or 0) > 0]
    return dg.AssetCheckResult(
        check_name="returns_on_time",
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"late": late, "number_late": len(late)},
    )


def _final(provisional: Mapping[str, str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name="years_final",
        passed=not provisional,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**provisional},
    )


def _metadata(
    statuses: Sequence[PartitionStatus], coverage: Mapping[tuple[str, str], Coverage], today: date
) -> dict[str, int | dg.MarkdownMetadataValue]:
    late = [status for status in statuses if (status.days_late(today) or 0) > 0]
    return {
        "dagster/row_count": len(statuses),
        "in_force": sum(status.is_in_force for status in statuses),
        "late": len(late),
        "rejected": sum(status.status == SubmissionStatus.REJECTED for status in statuses),
        "awaiting_acceptance": sum(bool(status.awaiting) for status in statuses),
        "at_a_glance": dg.MetadataValue.md("\n\n".join(_matrix(statuses, kind, coverage) for kind in PeriodKind)),
    }


def _matrix(statuses: Sequence[PartitionStatus], kind: PeriodKind, coverage: Mapping[tuple[str, str], Coverage]) -> str:
    """Sectors down, periods across, newest first: in (with its coverage), missing, late, rejected or awaits."""
    of_kind = [status for status in statuses if Period.parse(status.period).kind is kind]
    periods = sorted({status.period for status in of_kind}, reverse=True)
    cells = {(status.sector_code, status.period): status for status in of_kind}
    lines = [f"| {kind.value} | {' | '.join(periods)} |", f"|---|{'---|' * len(periods)}"]
    for sector_code in dict.fromkeys(status.sector_code for status in of_kind):
        words = [_word(cells.get((sector_code, period)), coverage.get((sector_code, period))) for period in periods]
        lines.append(f"| {sector_code} | {' | '.join(words)} |")
    return "\n".join(lines)


def _word(status: PartitionStatus | None, coverage: Coverage | None) -> str:
    if status is None:
        return ""
    word = _MARKS.get(status.status, status.status)
    return f"{word} {coverage.employers_returned}/{coverage.employers_expected}" if coverage else word
