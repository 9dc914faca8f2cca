"""The Dagster assets of the products: one for each, partitioned by period. Wiring only: `pages.py` computes."""

import dagster as dg

from assets.products.pages import Product, ProductError, product_made_from, remove_product, write_product
from assets.workspace import Workspace
from warehouse.periods import Period


def build_product_asset(product: Product, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of a product; its runs fail when the published snapshot has nothing about the period (any more)."""

    @dg.asset(
        name=f"product_{product.name}",
        group_name="products",
        deps=["snapshot", ["mart", product.mart]],
        owners=["team:data-engineering"],
        kinds={"html", "csv", "excel"},
        partitions_def=partitions,
        description=f"{product.title}: page, CSV and workbook of one period, from the published snapshot.",
    )
    def made(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult[None]:
        storage, period = workspace.storage, Period.starting(context.partition_key, product.period_kind)
        try:
            page = write_product(storage.snapshot, product, period, storage.products)
        except ProductError:
            remove_product(storage.products, product, period)  # what it says is no longer published
            raise
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.path(str(page)),
                "period": str(period),
                "snapshot": product_made_from(storage.products, product, period),
            }
        )

    return made
