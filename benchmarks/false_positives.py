"""How often what is no one's is taken for a citizen service number: `python -m benchmarks.false_positives`.

The kinds of numbers that stand in returns are made here, the same each time, and counted; what is seen is
`assets/returns/personal.py`, and the table is in `docs/personal-data.md`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from assets.returns.personal import has_number, personal_places
from assets.returns.workbook import open_workbook
from warehouse.reference import Reference

_SAMPLES = Path(__file__).parent.parent / "raw" / "samples"
_EACH = 100_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LISTED = [f"{code:09}" for code in random.Random(9).sample(range(1_000_000_000), 1000)]


def _digits(random_: random.Random, count: int) -> str:
    return "".join(random_.choices("0123456789", k=count))


def _dutch(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _amount(random_: random.Random) -> int:
    """A whole amount of one to twelve digits: small ones are as common as large ones."""
    return int(10 ** random_.uniform(0, 12))


def _mobile(random_: random.Random) -> str:
    number = _digits(random_, 8)
    return random_.choice(["06-{0}", "06 {0}", "06{0}", "+31 6 {0}", "+316{0}", "(06) {0}", "0031 6 {0}"]).format(
        number
    )


def _landline(random_: random.Random) -> str:
    area, number = random_.choice(["070", "020", "0172", "0591"]), _digits(random_, 7)
    number = number[: 10 - len(area)]
    return random_.choice(["{0}-{1}", "{0} {1}", "({0}) {1}", "{0}{1}"]).format(area, number)


def _telephone_in_groups(random_: random.Random) -> str:
    groups = random_.choice(["06 2 2 2 2", "06 4 4", "06 3 3 2", "070 3 2 2", "070 3 4", "0172 2 2 2", "0172 3 3"])
    area, *sizes = groups.split()
    rest = random_.choice(" .-").join(_digits(random_, int(size)) for size in sizes)
    return random_.choice(["{0} {1}", "{0}-{1}", "({0}) {1}", "{0} / {1}", "{0}\N{EN DASH}{1}"]).format(area, rest)


def _beside_each_other(random_: random.Random, count: int, highest: int) -> str:
    """Some amounts with nothing but a separator between them."""
    amounts = [_dutch(int(10 ** random_.uniform(0, highest))) for _ in range(count)]
    return random_.choice([" ", " - ", "/", " / ", "\N{EN DASH}"]).join(amounts)


def _day(random_: random.Random) -> str:
    day = date(2013, 1, 1) + timedelta(days=random_.randrange(6000))
    return f"{day:{random_.choice(['%d-%m-%Y', '%Y-%m-%d', '%Y%m%d'])}}"


def _account(random_: random.Random) -> str:
    return f"NL{_digits(random_, 2)}{''.join(random_.choices(_LETTERS, k=4))}{_digits(random_, 10)}"


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "amounts, 1 to 12 digits, as a number in a cell": lambda r: str(_amount(r)),
    "amounts with dots (123.456.789)": lambda r: _dutch(_amount(r)),
    "amounts with cents (€ 123.456.789,01)": lambda r: f"€ {_dutch(_amount(r))},{_digits(r, 2)}",
    "amounts of exactly nine digits": lambda r: str(r.randrange(100_000_000, 1_000_000_000)),
    "mobile telephone numbers": _mobile,
    "landline telephone numbers": _landline,
    "telephone numbers in groups (06 12 34 56 78)": _telephone_in_groups,
    "two amounts beside each other (12.345 / 678.901)": lambda r: _beside_each_other(r, 2, 7),
    "three amounts beside each other (120/1.300/140)": lambda r: _beside_each_other(r, 3, 5),
    "BRIN codes (21QA), with a location (21QA00)": lambda r: (
        f"{_digits(r, 2)}{''.join(r.choices(_LETTERS, k=2))}" + r.choice(["", _digits(r, 2)])
    ),
    "KvK numbers (8 digits)": lambda r: _digits(r, 8),
    "KvK establishment numbers (12 digits)": lambda r: _digits(r, 12),
    "OIN (20 digits)": lambda r: f"0000000{r.choice('1234')}{_digits(r, 9)}000",
    "codes of departments and municipalities (GM0363, 1200)": lambda r: r.choice(["GM", "PV", ""]) + _digits(r, 4),
    "dates": _day,
    "a date and a figure (31-12-2024 123)": lambda r: _day(r) + r.choice([" ", ": "]) + _digits(r, 3),
    "bank accounts (IBAN)": _account,
    "employer codes of nine digits, not on our list": lambda r: _digits(r, 9),
    "employer codes of nine digits, on our list": lambda r: r.choice(_LISTED),
}


def main() -> None:
    """Print a line for each kind: how many there were, and how many are taken for a citizen service number."""
    for name, count, found in [*_samples(), *_made()]:
        print(f"| {name} | {count:,} | {found:,} | {100 * found / count if count else 0:.1f} % |")  # noqa: T201


def _made() -> Iterator[tuple[str, int, int]]:
    listed = frozenset(_LISTED)
    for name, make in _KINDS.items():
        random_ = random.Random(name)
        yield name, _EACH, sum(has_number(make(random_), listed) for _ in range(_EACH))


def _samples() -> Iterator[tuple[str, int, int]]:
    contents = [path.read_bytes() for path in sorted(_SAMPLES.rglob("*.*")) if path.suffix != ".md"]
    books = [open_workbook(content) for content in contents]
    beside = [beside.text for book in books for beside in book.beside]
    cells = [cell.literal or "" for book in books for sheet in book.sheets for cell in sheet.filled_cells]
    codes = sorted(Reference().employer_codes)
    places = [place for book in books for place in personal_places(book, ()) if place.cell]
    yield "filled cells of our sample returns", len(cells), len(places)
    yield "texts beside the cells of our sample returns", len(beside), sum(map(has_number, beside))
    yield "codes on our list of employers", len(codes), sum(map(has_number, codes))


if __name__ == "__main__":
    main()
