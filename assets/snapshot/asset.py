"""The Dagster assets of the snapshot stage: warehouse, marts, validation report, published snapshot. Wiring only."""

from collections.abc import Iterator

import dagster as dg

from assets.returns.asset import ASSET_NAMES, rule_check
from assets.snapshot.inputs import build_input, current_input_hash, report_name
from assets.workspace import Workspace
from expectations.across import validate_across
from expectations.catalogue import rules_across
from expectations.report import render_report
from warehouse.build import PUBLICATION_CHECKS, add_findings, build_core, build_marts, publication_problems
from warehouse.publish import publish
from warehouse.storage import write_atomically

_OWNERS = ["team:data-engineering"]


@dg.asset(
    group_name="snapshot",
    deps=list(ASSET_NAMES.values()),
    owners=_OWNERS,
    kinds={"duckdb"},
    check_specs=[dg.AssetCheckSpec(r.id, asset="warehouse", description=r.title) for r in rules_across()],
)
def warehouse(workspace: Workspace) -> Iterator[dg.MaterializeResult[None]]:
    """All accepted observations in force, the reference data and the audit trail, in one DuckDB file built aside.

    The rules across returns are evaluated here, on all returns in force together.
    """
    storage, reference = workspace.storage, workspace.reader.reference
    build = build_input(storage, workspace.ledger.state(), reference)
    rows = build_core(storage, build, reference)
    validations = validate_across(storage.building, reference)
    files = {file.file_sha256: file for file in build.files}
    findings = [(files[sha], finding) for (sha, _), v in validations.items() for finding in v.findings]
    results = [(files[sha], result) for (sha, _), v in validations.items() for result in v.rule_results]
    add_findings(storage, findings, results)
    yield dg.MaterializeResult(
        metadata={"rows": rows, "dagster/row_count": rows["core.observation"]},
        check_results=[rule_check(r, [x for _, x in results], [x for _, x in findings]) for r in rules_across()],
    )


@dg.asset(group_name="snapshot", deps=[warehouse], owners=_OWNERS, kinds={"html"})
def validation_report(workspace: Workspace) -> dg.MaterializeResult[None]:
    """One HTML page for auditors: files, outcomes, what was checked and held, findings with cells, coverage."""
    storage = workspace.storage
    state = workspace.ledger.state()
    path = storage.report(report_name(current_input_hash(state, workspace.reader.reference)))
    write_atomically(path, render_report(storage.building).encode())
    return dg.MaterializeResult(metadata={"report": dg.MetadataValue.path(str(path))})


@dg.asset(
    group_name="snapshot",
    deps=[warehouse],
    owners=_OWNERS,
    kinds={"duckdb", "sql"},
    check_specs=[dg.AssetCheckSpec(check, asset="marts", blocking=True) for check in PUBLICATION_CHECKS],
)
def marts(workspace: Workspace) -> Iterator[dg.MaterializeResult[None]]:
    """The questions of analysts and of the letter, answered in SQL; checked before anything is published."""
    rows = build_marts(workspace.storage)
    problems = {check: publication_problems(workspace.storage, check) for check in PUBLICATION_CHECKS}
    yield dg.MaterializeResult(
        metadata={"rows": rows},
        check_results=[
            dg.AssetCheckResult(check_name=check, passed=not found, metadata={"problems": found})
            for check, found in problems.items()
        ],
    )


@dg.asset(group_name="snapshot", deps=[marts, validation_report], owners=_OWNERS, kinds={"duckdb"})
def snapshot(workspace: Workspace) -> dg.MaterializeResult[None]:
    """The file that analysts read, swapped in whole."""
    path = publish(workspace.storage)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path)), "bytes": path.stat().st_size})
