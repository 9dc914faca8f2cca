"""Open a spreadsheet file and give its cells with their coordinates, whatever the format.

The one door: which reader a file needs, and how a file that can't be read is refused. How a format is read stands in
the reader of that format, what they all give in `cells.py`; what a cell means is not here.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache

from assets.returns.workbook.cells import Cell, CellKind, Sheet, Workbook, WorkbookError, damaged, normalise
from assets.returns.workbook.ods import is_ods, read_ods
from assets.returns.workbook.xls import read_xls
from assets.returns.workbook.xlsx import read_xlsx
from assets.returns.workbook.xlsx_openpyxl import read_with_openpyxl

__all__ = ["Cell", "CellKind", "Sheet", "Workbook", "WorkbookError", "normalise", "open_workbook"]

_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@lru_cache(maxsize=8)
def open_workbook(content: bytes) -> Workbook:
    """Read the bytes of a spreadsheet file, by what they are and not by the file's name.

    Raises WorkbookError when they are no workbook, are encrypted, damaged or too large.
    """
    try:
        return _open(content)
    except WorkbookError:
        raise
    except Exception as error:  # the readers document no exceptions: a damaged file raises almost any
        raise damaged(error) from error


def _open(content: bytes) -> Workbook:
    if _ENCRYPTED in content and content.startswith(_OLE_MAGIC):
        raise WorkbookError("De werkmap is beveiligd met een wachtwoord. Sla haar zonder wachtwoord op en stuur die.")
    if content.startswith(_OLE_MAGIC):
        return read_xls(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        return read_ods(content) if is_ods(content) else read_xlsx(content) or read_with_openpyxl(content)
    raise WorkbookError("Dit bestand is geen Excel- of ODS-werkmap. Sla de opgave op als .xlsx en stuur die.")
