"""DuckDB in memory, for what is asked of files and written to them, one file at a time.

Only opening it belongs here; what is asked is said where it is asked.
"""

from __future__ import annotations

from functools import cache

import duckdb


def in_memory() -> duckdb.DuckDBPyConnection:
    """A connection with nothing in it, to be closed by who asked for it.

    What is to be gone with it must be temporary: other connections see the rest.
    """
    return _instance().cursor()


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    """Opened once in a process, for that takes 8 ms; with one thread, for more gain nothing on one file."""
    return duckdb.connect(config={"threads": 1})
