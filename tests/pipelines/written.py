"""Everything that was written into a folder, as text: what is in compressed files and databases too.

What may or may not be there does not belong here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file under a folder, with its name and all that can be read in it."""
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder)), path.name
        if path.is_file():
            yield from ((str(path.relative_to(folder)), text) for text in _texts_of(path))


def _texts_of(path: Path) -> Iterator[str]:
    if path.suffix == ".duckdb":
        yield from _tables(path)
    elif path.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield repr(connection.execute("FROM read_parquet(?)", [str(path)]).fetchall())
    else:
        yield from _unzipped(path.read_bytes())


def _unzipped(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("utf-8", "replace")


def _tables(path: Path) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal")
        for (name,) in names.fetchall():
            yield repr(connection.execute(f"FROM {name}").fetchall())
