"""Open a spreadsheet file and give its cells with their coordinates, whatever the format.

The one door: which reader a file needs. What a file is from outside stands in `container.py`, how a format is read in
the reader of that format, what they all give in `cells.py`; what a cell means is not here.
"""

from __future__ import annotations

from dataclasses import replace

from assets.returns.workbook.beside import texts_beside
from assets.returns.workbook.cells import Cell, CellKind, Sheet, Workbook, WorkbookError, damaged, normalise
from assets.returns.workbook.container import companions, companions_of_xls, is_ods, package_of
from assets.returns.workbook.ods import read_ods
from assets.returns.workbook.package import Package
from assets.returns.workbook.xls import read_xls
from assets.returns.workbook.xlsx import read_xlsx
from assets.returns.workbook.xlsx_openpyxl import read_with_openpyxl
from warehouse.records import Problem

__all__ = ["Cell", "CellKind", "Sheet", "Workbook", "WorkbookError", "normalise", "open_workbook"]

_XLSX, _ODS, _XLS = (".xlsx", ".xlsm", ".xltx", ".xltm"), (".ods",), (".xls",)


def open_workbook(content: bytes) -> Workbook:
    """Read the bytes of a spreadsheet file, by what they are and not by the file's name.

    Raises WorkbookError when they are no workbook, are encrypted, damaged or too large; and MemoryError.
    """
    try:
        package = package_of(content)
        workbook = _read(content, package)
        _refuse_equal_names(workbook)
        if package is None:
            found = _reaching_out(workbook) | companions_of_xls(content)
            return replace(workbook, companions=found, endings=_XLS)
        found, endings = _reaching_out(workbook) | companions(package), _ODS if is_ods(package) else _XLSX
        return replace(workbook, companions=found, beside=tuple(texts_beside(package)), endings=endings)
    except (WorkbookError, MemoryError):
        raise
    except Exception as error:  # the readers document no exceptions: a damaged file raises almost any
        raise damaged(error) from error


def _refuse_equal_names(workbook: Workbook) -> None:
    names = [sheet.name.casefold() for sheet in workbook.sheets]
    for sheet in workbook.sheets:
        if names.count(sheet.name.casefold()) > 1:
            raise WorkbookError(
                Problem.UNREADABLE,
                f"De werkmap is beschadigd: twee bladen heten «{sheet.name}». Geef elk blad een eigen naam en "
                "stuur haar nog eens.",
            )


def _reaching_out(workbook: Workbook) -> dict[Problem, str]:
    """What a reader found that is taken from outside: by the sheets themselves, else by a formula."""
    reaching = [(sheet, sheet.reaching_out) for sheet in workbook.sheets]
    cells = (f"{sheet.name}!{sheet.cell(*place).address}" for sheet, place in reaching if place)
    first = next(cells, None)
    return ({Problem.EXTERNAL_LINKS: first} if first else {}) | dict(workbook.companions)


def _read(content: bytes, package: Package | None) -> Workbook:
    if package is None:
        return read_xls(content)
    if is_ods(package):
        return read_ods(package)
    return read_xlsx(package) or read_with_openpyxl(content)
