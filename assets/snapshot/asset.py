"""The Dagster assets of the snapshot stage: warehouse, marts, validation report, published snapshot. Wiring only."""

from collections.abc import Iterator

import dagster as dg

from assets.returns.asset import ASSET_NAMES
from assets.snapshot.inputs import build_input, current_input_hash, report_name
from assets.workspace import Workspace
from expectations.report import render_report
from warehouse.build import PUBLICATION_CHECKS, build_core, build_marts, publication_problems
from warehouse.publish import publish
from warehouse.storage import write_atomically

_OWNERS = ["team:data-engineering"]


@dg.asset(group_name="snapshot", deps=list(ASSET_NAMES.values()), owners=_OWNERS, kinds={"duckdb"})
def warehouse(workspace: Workspace) -> dg.MaterializeResult:
    """All accepted observations in force, the reference data and the audit trail, in one DuckDB file built aside."""
    state = workspace.ledger.state()
    build = build_input(workspace.storage, state, workspace.reader.reference)
    rows = build_core(workspace.storage, build, workspace.reader.reference)
    return dg.MaterializeResult(metadata={"rows": rows, "dagster/row_count": rows["core.observation"]})


@dg.asset(group_name="snapshot", deps=[warehouse], owners=_OWNERS, kinds={"html"})
def validation_report(workspace: Workspace) -> dg.MaterializeResult:
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
def marts(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
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
def snapshot(workspace: Workspace) -> dg.MaterializeResult:
    """The file that analysts read, swapped in whole."""
    path = publish(workspace.storage)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path)), "bytes": path.stat().st_size})
