"""The Dagster assets of the returns stage: one for each kind of period, made by one function. Wiring only."""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets.intake.ledger import LedgerFile, State, now
from assets.returns.submissions import DUPLICATE, pending
from assets.workspace import Workspace
from expectations.catalogue import Rule, rules_within
from expectations.validate import Validation
from expectations.waivers import Waivers
from warehouse.observations import read_findings
from warehouse.periods import Period, PeriodKind
from warehouse.records import Finding, Outcome, RuleResult, Severity, SubmissionStatus
from warehouse.storage import Storage

ASSET_NAMES = {
    PeriodKind.YEAR: "yearly_returns",
    PeriodKind.HALF_YEAR: "half_yearly_returns",
    PeriodKind.QUARTER: "quarterly_returns",
}
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
    )

    @dg.multi_asset(name=name, specs=[spec], check_specs=checks, can_subset=True)
    def returns(
        context: dg.AssetExecutionContext, config: ReturnsConfig, workspace: Workspace
    ) -> Iterator[dg.MaterializeResult[None]]:
        storage, state = workspace.storage, workspace.ledger.state()
        files = [file for key in context.partition_keys for file in _files(state, key, kind)]
        to_reread = [file for file in files if file.status != DUPLICATE]
        chosen = to_reread if config.reread else pending(storage, state, files)
        workspace.read_files(state, chosen)
        if files:
            context.log.info(f"{len(files)} files, {len(chosen)} read now")
            yield _result(name, storage, state, files, workspace.waivers)
        else:
            context.log.info("No return has been received for this sector and period: nothing to materialise.")

    return returns


def _files(state: State, partition_key: str, kind: PeriodKind) -> list[LedgerFile]:
    month, sector_code = partition_key.split("|")
    return state.of_partition(sector_code, str(Period.starting(month, kind)))


def _result(
    name: str, storage: Storage, state: State, files: Sequence[LedgerFile], waivers: Waivers
) -> dg.MaterializeResult[None]:
    """What stands for these files now, as the materialisation and its checks."""
    statuses = {file.sha256: _status(state, file) for file in files}
    standing = [file for file in files if statuses[file.sha256] not in _GONE]
    found = [_found(storage, file, waivers) for file in standing]
    failures = [finding for validation in found for finding in validation.failures]
    results = [result for validation in found for result in validation.rule_results]
    rejected = [file for file in standing if file.status == SubmissionStatus.REJECTED]
    checks = [
        dg.AssetCheckResult(
            check_name=f"{name}_accepted",
            passed=not rejected,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"rejected": [file.file_name for file in rejected]},
        )
    ]
    checks += [rule_check(rule, results, failures) for rule in rules_within()]
    waiting = [f.submission_id for f in files if statuses[f.sha256] == SubmissionStatus.AWAITING_ACCEPTANCE]
    return dg.MaterializeResult(
        asset_key=name,
        metadata={
            "submissions": {file.submission_id or file.file_name: statuses[file.sha256] for file in files},
            "awaiting_acceptance": waiting,
            "findings": len(failures),
            "findings_shown": _table(failures),
        },
        check_results=checks,
    )


def _found(storage: Storage, file: LedgerFile, waivers: Waivers) -> Validation:
    """What was found in a file, as the waivers stand today."""
    return waivers.cover(Validation(*read_findings(storage.findings(file.sha256))), file.identity, now().date())


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
