"""The Dagster assets of the snapshot stage: warehouse, marts, validation report, published snapshot. Wiring only."""

from collections.abc import Iterator

import dagster as dg

from assets.intake.ledger import now
from assets.open_data.package import write_open_data
from assets.returns.asset import ASSET_NAMES, rule_check
from assets.snapshot.inputs import build_warehouse
from assets.snapshot.publication import publications_before, publish_built, report_name
from assets.snapshot.verify import verify
from assets.workspace import Workspace
from expectations.catalogue import rules_across
from expectations.report import write_report
from warehouse.build import PUBLICATION_CHECKS, build_marts, has_marts, publication_problems
from warehouse.publish import input_hash_of, snapshot_id_of
from warehouse.published import add_published_figures

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

    The rules across returns, across periods and about the nation are evaluated here, on all returns in force together.
    """
    storage, state, reference = workspace.storage, workspace.ledger.state(), workspace.reader.reference
    rows, judgement = build_warehouse(storage, state, reference, workspace.waivers, now())
    results, findings = [x for _, x in judgement.rule_results], [x for _, x in judgement.findings]
    yield dg.MaterializeResult(
        metadata={"rows": rows, "dagster/row_count": rows["core.observation"]},
        check_results=[rule_check(rule, results, findings) for rule in rules_across()],
    )


@dg.asset(group_name="snapshot", deps=[warehouse], owners=_OWNERS, kinds={"html"})
def validation_report(workspace: Workspace) -> dg.MaterializeResult[None]:
    """The site for auditors: per return, per rule, waivers, revisions, and the lineage of each national figure."""
    storage = workspace.storage
    if not has_marts(storage):  # the site shows the figures, even those whose checks stop their publication
        build_marts(storage)
    folder = storage.report(report_name(input_hash_of(storage.building)))
    write_report(storage.building, folder)
    return dg.MaterializeResult(metadata={"report": dg.MetadataValue.path(str(folder / "index.html"))})


@dg.asset(
    group_name="snapshot",
    deps=[warehouse],
    owners=_OWNERS,
    kinds={"duckdb", "sql"},
    check_specs=[dg.AssetCheckSpec(check, asset="marts", blocking=True) for check in PUBLICATION_CHECKS],
)
def marts(workspace: Workspace) -> Iterator[dg.MaterializeResult[None]]:
    """The questions of analysts and of the letter, answered in SQL; checked before anything is published."""
    storage, state = workspace.storage, workspace.ledger.state()
    rows = build_marts(storage)
    earlier = publications_before(state, str(snapshot_id_of(storage.building)))
    changes = add_published_figures(storage.building, earlier)
    problems = {check: publication_problems(storage, check) for check in PUBLICATION_CHECKS}
    yield dg.MaterializeResult(
        metadata={"rows": rows, "published_figures_changed": len(changes)},
        check_results=[
            dg.AssetCheckResult(check_name=check, passed=not found, metadata={"problems": found})
            for check, found in problems.items()
        ],
    )


@dg.asset(group_name="snapshot", deps=[marts, validation_report], owners=_OWNERS, kinds={"duckdb"})
def snapshot(workspace: Workspace) -> dg.MaterializeResult[None]:
    """The file that analysts read, swapped in whole."""
    path = publish_built(workspace.storage, workspace.ledger, workspace.ledger.state(), now())
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path)), "bytes": path.stat().st_size})


@dg.asset(group_name="snapshot", deps=[snapshot], owners=_OWNERS, kinds={"csv", "parquet", "excel"})
def open_data(workspace: Workspace) -> dg.MaterializeResult[None]:
    """The public marts of the snapshot as a data package: CSV, Parquet and a workbook, without figures of employers."""
    path = write_open_data(workspace.storage)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path))})


@dg.asset(group_name="audit", deps=[snapshot], owners=_OWNERS, kinds={"python"})
def verification(workspace: Workspace) -> dg.MaterializeResult[None]:
    """Archive, ledger and all that is published, made again from the archived bytes; a difference fails the run."""
    found = verify(workspace.storage, workspace.reader, workspace.waivers, now())
    if found.problems:
        raise dg.Failure("\n".join(found.problems), metadata={"problems": found.problems}, allow_retries=False)
    return dg.MaterializeResult(
        metadata={
            "files": found.files,
            "ledger_lines": found.ledger_lines,
            "tables": found.tables,
            "dagster/row_count": found.rows,
        }
    )
