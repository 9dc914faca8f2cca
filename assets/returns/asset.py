"""The Dagster assets of the returns stage: one for each kind of period, made by one function. Wiring only."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from assets.intake.ledger import DUPLICATE, LedgerFile, LedgerSubmission, State, now
from assets.metadata import column_schema, plot
from assets.returns.kept import KeptContributions, found_in, pending
from assets.workspace import Workspace
from expectations.catalogue import Rule, rules_within
from expectations.validate import Validation
from warehouse.observations import count_observations, largest_employers, observation_columns
from warehouse.periods import Period, PeriodKind
from warehouse.records import Finding, Outcome, RuleResult, Severity, SubmissionStatus
from warehouse.storage import Storage

ASSET_NAMES = {
    PeriodKind.YEAR: "yearly_returns",
    PeriodKind.HALF_YEAR: "half_yearly_returns",
    PeriodKind.QUARTER: "quarterly_returns",
}
_COVERAGE_RULE = "employers_returned"
_SHOWN_FINDINGS = 50
_GONE = {DUPLICATE, SubmissionStatus.SUPERSEDED, SubmissionStatus.WITHDRAWN}


class ReturnsConfig(dg.Config):
    """Whether files that were read before are read again, with today's layouts and rules."""

    reread: bool = False


def build_returns_asset(kind: PeriodKind, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of all returns per year, half-year or quarter, partitioned by sector and period.

    A partition without a file is left unmaterialised, so that the partition view shows what is missing.
    """
    name = ASSET_NAMES[kind]
    checks = [dg.AssetCheckSpec(f"{name}_accepted", asset=name, description="Every return in force is accepted")]
    checks += [
        dg.AssetCheckSpec(rule.id, asset=name, description=rule.title, metadata={"source": rule.source})
        for rule in rules_within()
    ]
    spec = dg.AssetSpec(
        name,
        description=f"Returns per {kind.value.replace('_', '-')}: cells read through their layout into observations.",
        deps=["intake"],
        skippable=True,
        group_name="returns",
        owners=["team:data-engineering"],
        kinds={"excel", "parquet"},
        partitions_def=partitions,
        metadata=column_schema(observation_columns()),
    )

    @dg.multi_asset(name=name, specs=[spec], check_specs=checks, can_subset=True)
    def returns(
        context: dg.AssetExecutionContext, config: ReturnsConfig, workspace: Workspace
    ) -> Iterator[dg.MaterializeResult[None]]:
        storage, state = workspace.storage, workspace.ledger.state()
        files = [file for key in context.partition_keys for file in _files(state, key, kind)]
        to_reread = [file for file in files if file.can_be_reread]
        chosen = to_reread if config.reread else pending(storage, state, files)
        workspace.read_files(state, chosen)
        files = [file for key in context.partition_keys for file in _files(state, key, kind)]
        if not files:
            context.log.info("No return has been received for this sector and period: nothing to materialise.")
            return
        context.log.info(f"{len(files)} files, {len(chosen)} read now")
        kept = KeptContributions(storage)
        standing = [file for file in files if _status(state, file) not in _GONE]
        waivers, today = workspace.waivers, now().date()
        found = {file.sha256: waivers.cover(found_in(storage, kept, file), file.identity, today) for file in standing}
        for key in context.partition_keys:
            of_partition = _files(state, key, kind)
            metadata = _metadata(storage, state, of_partition, found, with_plot=not context.instance.is_ephemeral)
            context.add_asset_metadata(metadata, asset_key=name, partition_key=key)
        yield dg.MaterializeResult(asset_key=name, check_results=_checks(name, standing, list(found.values())))

    return returns


def _files(state: State, partition_key: str, kind: PeriodKind) -> list[LedgerFile]:
    month, sector_code = partition_key.split("|")
    return state.of_partition(sector_code, str(Period.starting(month, kind)))


def _metadata(
    storage: Storage, state: State, files: Sequence[LedgerFile], found: Mapping[str, Validation], *, with_plot: bool
) -> dict[str, Any]:
    """What stands for the files of one partition now: submissions, rows, coverage, findings, and the figures drawn."""
    statuses = {file.sha256: _status(state, file) for file in files}
    standing = [found[file.sha256] for file in files if file.sha256 in found]
    failures = [finding for validation in standing for finding in validation.failures]
    metadata: dict[str, Any] = {
        "submissions": {f.submission_id or f.file_name: statuses[f.sha256] for f in files if f.employer_code is None},
        "employers_own_returns": dict(Counter(statuses[file.sha256] for file in files if file.employer_code)),
        "awaiting_acceptance": [
            f.submission_id for f in files if statuses[f.sha256] == SubmissionStatus.AWAITING_ACCEPTANCE
        ],
        "coverage": _coverage([result for validation in standing for result in validation.rule_results]),
        "findings": len(failures),
        "findings_shown": _table(failures),
    }
    in_force = next(
        (s for f in files if (s := state.submissions.get(f.submission_id or "")) and _counts(state, s)), None
    )
    if in_force is not None:
        path = storage.observations(*in_force.partition, in_force.submission_id)
        metadata["dagster/row_count"] = count_observations(path)
        if with_plot:
            metadata["goal_and_realisation"] = plot(largest_employers(path), in_force.submission_id)
    return metadata


def _counts(state: State, submission: LedgerSubmission) -> bool:
    return state.in_force(*submission.partition) is submission


def _coverage(results: Sequence[RuleResult]) -> str:
    """Employers with a known realisation out of those in the returns; empty when nobody counted them."""
    of_rule = [result for result in results if result.rule == _COVERAGE_RULE]
    expected = sum(result.places_checked for result in of_rule)
    return f"{expected - sum(result.places_failed for result in of_rule)}/{expected}" if expected else ""


def _checks(name: str, standing: Sequence[LedgerFile], found: Sequence[Validation]) -> list[dg.AssetCheckResult]:
    """What the rules came to over all files that stand, of all partitions of this run together."""
    failures = [finding for validation in found for finding in validation.failures]
    results = [result for validation in found for result in validation.rule_results]
    rejected = [file.file_name for file in standing if file.status == SubmissionStatus.REJECTED]
    accepted = dg.AssetCheckResult(
        check_name=f"{name}_accepted",
        passed=not rejected,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"rejected": rejected},
    )
    return [accepted, *(rule_check(rule, results, failures) for rule in rules_within())]


def _status(state: State, file: LedgerFile) -> str:
    submission = state.submissions.get(file.submission_id or "")
    return file.status if submission is None or file.status == DUPLICATE else state.status_of(submission).value


def rule_check(rule: Rule, results: Sequence[RuleResult], failures: Sequence[Finding]) -> dg.AssetCheckResult:
    """What a rule came to over these results, as the result of its asset check."""
    of_rule = [result for result in results if result.rule == rule.id]
    waived = [f for f in failures if f.rule == rule.id and f.waiver is not None]
    failed = [f for f in failures if f.rule == rule.id and f.outcome is Outcome.FAILS and f.waiver is None]
    evaluated = any(result.outcome is not Outcome.NOT_EVALUABLE for result in of_rule)
    is_error = rule.severity is Severity.ERROR
    return dg.AssetCheckResult(
        check_name=rule.id,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=None if evaluated else "Could not be evaluated: there was nothing to check it on.",
        metadata={
            "places_checked": sum(result.places_checked for result in of_rule),
            "places_failed": sum(result.places_failed for result in of_rule),
            "places_not_evaluable": sum(result.places_not_evaluable for result in of_rule),
            "places_waived": len(waived),
            "places": [f"{finding.sheet or ''}!{finding.cell or ''}" for finding in failed[:_SHOWN_FINDINGS]],
        },
    )


def _table(failures: Sequence[Finding]) -> dg.TableMetadataValue:
    names = ("severity", "rule", "sheet", "cell", "message")
    records = [dg.TableRecord({n: str(getattr(f, n) or "") for n in names}) for f in failures[:_SHOWN_FINDINGS]]
    return dg.MetadataValue.table(records, dg.TableSchema([dg.TableColumn(name, "string") for name in names]))
