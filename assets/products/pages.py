"""The products of the cadence: of one period of a published snapshot a page with a chart, its table as CSV and Excel.

Which products there are and what their page is made of belongs here; the figures are the marts', the words are in
`templates/`, drawing is `chart.py`. The same snapshot gives the same bytes, whenever they are made.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from assets.open_data.package import columns_of_mart, csv_of, workbook_of
from assets.products.chart import CAPTION_ID, chart
from expectations.report import words
from warehouse.periods import Period, PeriodKind
from warehouse.presentation import dutch_number
from warehouse.published import published_marts
from warehouse.queries import ask, run_query
from warehouse.storage import write_atomically

_QUESTIONS = Path(__file__).parent / "questions"
_MADE_FROM = "made_from.json"
_KINDS = {PeriodKind.YEAR: "2024", PeriodKind.HALF_YEAR: "2024H1", PeriodKind.QUARTER: "2024Q4"}
_QUARTERS_BACK = 4
_ORDINALS = ("", "eerste", "tweede", "derde", "vierde")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Product:
    """What is made of a mart for one kind of period; `goal` and `realised` are the columns (jobs) of its chart."""

    name: str
    mart: str
    period_kind: PeriodKind
    title: str
    sector_code: str
    goal: str = "target_jobs"
    realised: str = "realised_jobs"


PRODUCTS = {
    product.name: product
    for product in (
        Product("icbr", "ministry_quarters", PeriodKind.QUARTER, "Kwartaalvoortgang voor de ICBR", "rijk"),
        Product(
            "jbr",
            "jbr_position",
            PeriodKind.YEAR,
            "Stand voor de Jaarrapportage Bedrijfsvoering Rijk",
            "rijk",
            "q3_target_jobs",
            "q3_realised_jobs",
        ),
        Product("stoplicht", "traffic_light", PeriodKind.HALF_YEAR, "Stoplicht van de provincies", "provincies"),
    )
}


class ProductError(Exception):
    """A product can't be made of this period or snapshot; the message says of which it can."""


def write_product(snapshot: Path, product: Product, period: Period, folder: Path) -> Path:
    """Write page, CSV, workbook and what they were made from into `<folder>/<product>-<period>`; returns the page.

    Raises ProductError when the period is of another kind, or the snapshot holds nothing about it.
    """
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        rows = _rows(connection, product, period)
        page = _page(connection, product, period, rows)
        (made_from,) = ask(connection, "built_snapshot")
        tables = _tables(connection, product, rows)
    target = _folder_of(folder, product, period)
    for ending, content in tables.items():
        write_atomically(target / f"{target.name}.{ending}", content)
    write_atomically(target / "index.html", page.encode())
    said = {"snapshot_id": made_from["snapshot_id"], "published_at": made_from["published_at"].isoformat() + "Z"}
    write_atomically(target / _MADE_FROM, json.dumps(said).encode())
    return target / "index.html"


def product_made_from(folder: Path, product: Product, period: Period) -> str | None:
    """The snapshot that the product in this folder was made from; None when it was never made."""
    path = _folder_of(folder, product, period) / _MADE_FROM
    return str(json.loads(path.read_bytes())["snapshot_id"]) if path.exists() else None


def remove_product(folder: Path, product: Product, period: Period) -> None:
    """Remove the product of a period of which nothing is published any more."""
    shutil.rmtree(_folder_of(folder, product, period), ignore_errors=True)


def _folder_of(folder: Path, product: Product, period: Period) -> Path:
    return folder / f"{product.name}-{period}"


def _rows(connection: duckdb.DuckDBPyConnection, product: Product, period: Period) -> list[Row]:
    if period.kind is not product.period_kind:
        raise ProductError(f"'{product.name}' is about periods such as {_KINDS[product.period_kind]}, not {period}.")
    about = partial(run_query, connection, mart=f"mart.{product.mart}")
    try:
        rows = about(_QUESTIONS / "rows.sql", period=str(period))
    except duckdb.CatalogException as error:
        raise ProductError(f"This snapshot is from before '{product.name}' was made: choose a later one.") from error
    if not rows:
        known = ", ".join(row["period"] for row in about(_QUESTIONS / "periods.sql"))
        raise ProductError(
            f"This snapshot has nothing for '{product.name}' about {period}; it has: {known or 'nothing'}."
        )
    return rows


def _tables(connection: duckdb.DuckDBPyConnection, product: Product, rows: Sequence[Row]) -> dict[str, bytes]:
    """The rows as they stand in the mart: file ending to content."""
    (mart,) = (mart for mart in published_marts() if mart.name == product.mart)
    columns = columns_of_mart(connection, mart)
    values = [tuple(row[column.name] for column in columns) for row in rows]
    (snapshot,) = ask(connection, "built_snapshot")
    workbook = workbook_of([(product.name, columns, values)], snapshot["published_at"])
    return {"csv": csv_of(columns, values), "xlsx": workbook}


def _page(connection: duckdb.DuckDBPyConnection, product: Product, period: Period, rows: Sequence[Row]) -> str:
    about = partial(run_query, connection)
    (snapshot,) = ask(connection, "built_snapshot")
    asked = _quarters(product, period)
    quarters = about(_QUESTIONS / "whole_of_rijk.sql", periods=asked) if asked else []
    employers = [row for row in rows if row["employer_code"] is not None]
    line = [(row["period"], row["target_jobs"], row["realised_jobs"]) for row in quarters]
    drawn = [(row["employer_name"], row[product.goal], row[product.realised]) for row in employers]
    return (
        _environment()
        .get_template(f"{product.name}.html.j2")
        .render(
            product=product,
            period=period,
            snapshot=snapshot,
            employers=employers,
            whole=next((row for row in rows if row["employer_code"] is None), None),
            returns=about(
                _QUESTIONS / "returns.sql", sector_code=product.sector_code, periods=_returns_of(product, period)
            ),
            quarters=quarters,
            caption_id=CAPTION_ID,
            thresholds=about(_QUESTIONS / "thresholds.sql", sector_code=product.sector_code, day=period.end),
            chart=chart(drawn, line) if any(realised is not None for _, _, realised in drawn) else None,
        )
    )


def _returns_of(product: Product, period: Period) -> list[str]:
    """The periods of the returns that a page rests on, the one it is about first."""
    if product.period_kind is PeriodKind.YEAR:
        return [f"{period}Q3", f"{period}Q4", str(period)]
    return _quarters(product, period) or [str(period)]


def _quarters(product: Product, period: Period) -> list[str]:
    """A quarter and those before it that its trend can be taken over; nothing for other periods."""
    quarters = [period]
    while len(quarters) <= _QUARTERS_BACK:
        quarters.append(quarters[-1].previous())
    return list(map(str, quarters)) if product.period_kind is PeriodKind.QUARTER else []


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("assets.products"), PackageLoader("expectations.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {
        "jobs": _jobs,
        "signed": _signed,
        "number": dutch_number,
        "period": _period,
        "moment": words.moment,
        "day": words.day,
    }
    environment.filters.update(filters)
    return environment


def _jobs(value: Decimal | None) -> str:
    """Jobs or a percentage with one decimal, as `1.207,5` or `−1,8`."""
    return dutch_number(value, 1).replace("-", "−")


def _signed(difference: Decimal | None) -> str:
    """A difference with its sign, as `+1.207,5` or `−1,8`."""
    text = _jobs(difference)
    return f"+{text}" if difference is not None and difference > 0 else text


def _period(period: Period | str) -> str:
    """A period in words, as `vierde kwartaal 2024`."""
    one = Period.parse(period) if isinstance(period, str) else period
    kinds = {PeriodKind.YEAR: "jaar", PeriodKind.HALF_YEAR: "halfjaar", PeriodKind.QUARTER: "kwartaal"}
    ordinal = "" if one.kind is PeriodKind.YEAR else f"{_ORDINALS[one.number]} "
    return f"{ordinal}{kinds[one.kind]} {one.year}"
