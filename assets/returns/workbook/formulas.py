"""Tell whether a formula takes something from outside its workbook, or starts something.

Only the text of a formula is looked at, as the readers give it; nothing is ever calculated.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TEXT = re.compile(r"\"[^\"]*\"")
_ARRAY = re.compile(r"\{[^{}]*\}")
_CALLS_OUT = re.compile(
    r"\||(?<![\w.])(?:_xl\w+\.)*"
    r"(?:WEBSERVICE|IMAGE|STOCKHISTORY|RTD|DDE|CALL|EXEC|REGISTER(?:\.ID)?|SQL\.REQUEST|IMPORT\w+)\s*\(",
    re.IGNORECASE,
)
"""A program that is spoken to (`name|topic!item`), or a function that fetches or starts something."""
_OTHER_WORKBOOK = re.compile(
    r"'[^'\[\]]*\[[^'\[\]]+\][^'\[\]]*'!"  # '[1]Blad 1'!A1
    r"|(?<![\w\]])\[[^\[\]]+\][\w.]*!(?!\[)"  # [1]Blad!A1 and [1]!naam; no column of a table, nor ! of an .ods
    r"|\['[^'\]]+'#"  # ['file:///x.ods'#$Blad.A1], in an .ods
)
"""A workbook that is referred to; no name of a sheet has square brackets."""


def calls_out(formula: str) -> bool:
    """Whether a formula fetches or starts something as soon as it is calculated."""
    return _CALLS_OUT.search(_ARRAY.sub("", _QUOTED.sub("", formula))) is not None


@lru_cache(maxsize=1024)
def reaches_out(formula: str) -> bool:
    """The same, or whether it refers to another workbook."""
    return calls_out(formula) or _OTHER_WORKBOOK.search(_TEXT.sub("", formula)) is not None
