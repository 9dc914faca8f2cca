"""The Dagster assets of the snapshot stage: warehouse, marts, validation report, published snapshot. Wiring only."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import dagster as dg
import duckdb

from assets.intake.ledger import now
from assets.metadata import column_lineage, column_schema, plot, table
from assets.open_data.package import write_open_data
from assets.returns.asset import ASSET_NAMES, rule_check
from assets.shown import first_rows
from assets.snapshot.inputs import build_warehouse
from assets.snapshot.publication import publications_before, publish_built, report_name
from assets.snapshot.verify import verify
from assets.workspace import Workspace
from expectations.catalogue import rules_across
from expectations.report import write_report
from warehouse.build import (
    MART_NAMES,
    PUBLICATION_CHECKS,
    build_marts,
    columns_of,
    has_marts,
    open_building,
    publication_problems,
    question_of,
)
from warehouse.lineage import load_lineage
from warehouse.publish import input_hash_of
from warehouse.published import add_published_figures
from warehouse.queries import ask

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
    with duckdb.connect(str(storage.building), read_only=True):  # opened once for all that look at it now
        folder = storage.report(report_name(input_hash_of(storage.building)))
        write_report(storage.building, folder)
    return dg.MaterializeResult(metadata={"report": dg.MetadataValue.path(str(folder / "index.html"))})


def _mart_spec(name: str) -> dg.AssetSpec:
    sources = load_lineage().get(name, {}).values()  # a mart that was just added has none until `make docs`
    others = {source.split(".")[1] for found in sources for source in found if source.startswith("mart.")}
    return dg.AssetSpec(
        _mart_key(name),
        deps=["warehouse", *map(_mart_key, sorted(others))],
        description=question_of(name),
        group_name="marts",
        owners=_OWNERS,
        kinds={"duckdb", "sql"},
    )


def _mart_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["mart", name])


@dg.multi_asset(
    specs=[_mart_spec(name) for name in MART_NAMES],
    check_specs=[
        dg.AssetCheckSpec(check, asset=_mart_key("national_progress"), blocking=True) for check in PUBLICATION_CHECKS
    ],
)
def marts(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult[None]]:
    """The questions of analysts and of the letter, answered in SQL; checked before anything is published."""
    storage, state = workspace.storage, workspace.ledger.state()
    with open_building(storage) as connection:
        rows = build_marts(storage)
        [built] = ask(connection, "built_snapshot")
        earlier = publications_before(state, built["snapshot_id"])
        changes = Counter(change.mart for change in add_published_figures(storage.building, earlier))
        checks = [
            dg.AssetCheckResult(check_name=check, passed=not found, metadata={"problems": found})
            for check, found in publication_problems(storage).items()
        ]
        plots = {} if context.instance.is_ephemeral else _plots(connection)
        for name in MART_NAMES:
            yield dg.MaterializeResult(
                asset_key=_mart_key(name),
                metadata={
                    "dagster/row_count": rows[name],
                    "published_figures_changed": changes[name],
                    "first_rows": table(first_rows(connection, f"mart.{name}")),
                    **column_schema(columns_of(connection, f"mart.{name}")),
                    **column_lineage(load_lineage().get(name, {})),
                    **plots.get(name, {}),
                },
                check_results=checks if name == "national_progress" else [],
            )


def _plots(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dg.MarkdownMetadataValue]]:
    """The latest goals and realisations of the marts that have them, drawn; by mart."""
    rows: dict[str, list[tuple[str, Decimal | None, Decimal | None]]] = {}
    for row in ask(connection, "goals_and_realisations"):
        rows.setdefault(row["mart"], []).append((row["label"], row["target_jobs"], row["realised_jobs"]))
    return {name: {"goal_and_realisation": plot(found, name)} for name, found in rows.items()}


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
            "purged": found.purged,
            "ledger_lines": found.ledger_lines,
            "tables": found.tables,
            "dagster/row_count": found.rows,
        }
    )
