"""What a materialisation shows: the first rows of a table as text, and goal and realisation drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import duckdb
import pytest
from PIL import Image

from assets.metadata import plot
from assets.shown import bar_plot, first_rows

GOAL, REALISED = (0xB3, 0xB3, 0xB3), (0x01, 0x68, 0x9B)
Rows = Sequence[tuple[str, Decimal | None, Decimal | None]]


def colours(rows: Rows) -> dict[tuple[int, ...], int]:
    """How many dots of each colour the plot of these rows has between its labels and its legend."""
    with Image.open(io.BytesIO(bar_plot(rows, "politie"))) as image:
        assert image.format == "PNG"
        counted = image.convert("RGB").getcolors(maxcolors=image.width * image.height)
    return {colour: count for count, colour in counted or [] if isinstance(colour, tuple)}


def test_decimals_lose_the_zeros_behind_them_and_unknown_is_empty() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE figure AS FROM (VALUES "
            "('po', 1200.5000000000::DECIMAL(28, 10), true), ('vo', 1200, false), ('wo', 0, NULL), ('hbo', NULL, NULL)"
            ") AS t (sector, jobs, approximate)"
        )
        assert first_rows(connection, "figure") == [
            {"sector": "po", "jobs": "1200.5", "approximate": "True"},
            {"sector": "vo", "jobs": "1200", "approximate": "False"},
            {"sector": "wo", "jobs": "0", "approximate": ""},
            {"sector": "hbo", "jobs": "", "approximate": ""},
        ]


def test_only_the_first_ten_rows_are_shown() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE number AS SELECT i FROM range(25) AS t (i)")
        assert [row["i"] for row in first_rows(connection, "number")] == [str(i) for i in range(10)]
        connection.execute("DELETE FROM number")
        assert first_rows(connection, "number") == []


def test_what_is_not_known_has_no_bar() -> None:
    both = colours([("a", Decimal(100), Decimal(80)), ("b", Decimal(100), Decimal(80))])
    half = colours([("a", Decimal(100), Decimal(80)), ("b", None, Decimal(80))])
    assert half[GOAL] < 0.7 * both[GOAL]
    assert half[REALISED] == pytest.approx(both[REALISED], rel=0.05)


def test_bars_are_as_long_as_their_figures() -> None:
    found = colours([("a", Decimal(100), Decimal(50)), ("b", Decimal(80), Decimal(40))])
    assert found[GOAL] == pytest.approx(2 * found[REALISED], rel=0.1)


@pytest.mark.parametrize("rows", [[], [("a", None, None)]])
def test_nothing_known_still_draws(rows: Rows) -> None:
    assert bar_plot(rows, "leeg").startswith(b"\x89PNG")


def test_dagster_gets_the_plot_inside_its_markdown() -> None:
    text = plot([("politie", Decimal(713), Decimal(489))], "politie 2024").value
    assert text is not None
    assert text.startswith("![politie 2024](data:image/png;base64,iVBOR")
