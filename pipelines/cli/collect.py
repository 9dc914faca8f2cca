"""The command that takes in the workbooks of all employers of a sector; what they come to is the main job's."""

from __future__ import annotations

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from assets.intake.ledger import LedgerFile
from assets.returns.collection import is_collection
from assets.returns.read import ReturnReader
from assets.returns.response import response_workbook, responses
from assets.returns.workbook.file_limits import FILE_LIMITS
from pipelines import console as show
from pipelines.cli.common import (
    REJECTED,
    Json,
    RawDir,
    WarehouseDir,
    exit_for,
    outcomes_of,
    print_json,
    show_progress,
    tell_unpublished,
    workspace_of,
)
from warehouse.periods import Period
from warehouse.storage import safe_name, write_atomically

app = typer.Typer()
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError, NotImplementedError
)  # fmt: skip
"""What unpacking a zip file that is not whole, or not as it says, can end in."""


class CollectError(Exception):
    """The workbooks can't be collected as asked; the message says why."""


@app.command()
def collect(
    source: Annotated[Path, typer.Argument(help="Folder or zip file of employers' workbooks.", exists=True)],
    sector: Annotated[str, typer.Option(help="Sector code, such as po.")],
    period: Annotated[str, typer.Option(help="Period they should be about, such as 2025.")],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Take in the workbooks of a sector's employers, publish what they add up to, and write who is missing."""
    from pipelines import main_job

    about = _period(sector, period)
    workspace = workspace_of(raw_dir, warehouse_dir)
    show_progress(as_json)
    path = workspace.storage.response_list(sector, str(about))
    with workspace.alone(), _folder_of(source) as folder:
        result = main_job.run(workspace, folder)
        found = responses(result.state, workspace.reader.reference, sector, about)
        write_atomically(path, response_workbook(found))
    outcomes = outcomes_of(workspace.storage, result)
    elsewhere = [file.file_name for file in result.files if _is_elsewhere(file, (sector, str(about)))]
    if as_json:
        print_json({"responses": [asdict(one) for one in found], "elsewhere": elsewhere, "response_list": str(path)})
    else:
        console = show.person_console()
        show.show_findings_in_short(console, outcomes)
        show.show_responses(console, found, elsewhere)
        console.print(f"response list: {path}", soft_wrap=True, highlight=False)
    tell_unpublished(workspace.storage, result)
    exit_for(outcomes)
    if elsewhere:
        raise typer.Exit(REJECTED)


def _is_elsewhere(file: LedgerFile, partition: tuple[str, str]) -> bool:
    """Whether a workbook is about another sector or period, or about a sector as a whole."""
    identity = file.identity
    if identity is None or is_collection(identity):
        return False
    return identity.partition != partition or identity.employer_code is None


def _period(sector: str, period: str) -> Period:
    known = ReturnReader().sectors_with_returns
    if sector not in known:
        raise CollectError(f"There is no sector '{sector}'. There are: {', '.join(known)}.")
    try:
        return Period.parse(period)
    except ValueError as error:
        raise CollectError(str(error)) from error


@contextmanager
def _folder_of(source: Path) -> Iterator[Path]:
    """The folder itself, or one in which the files of a zip file stand for as long as it is needed."""
    if source.is_dir():
        yield source
        return
    if not zipfile.is_zipfile(source):
        raise CollectError(f"{source} is no folder and no zip file. Give one of these.")
    with tempfile.TemporaryDirectory(prefix="banenafspraak-collect-") as folder:
        try:
            with zipfile.ZipFile(source) as archive:
                _unpack(archive, Path(folder))
        except _DAMAGED as error:
            raise CollectError(
                f"{source} can't be unpacked: {error}. Unpack it yourself and give the folder."
            ) from error
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the files of a zip file to a folder each: their names need not differ, and may point anywhere."""
    members = [one for one in archive.infolist() if not one.is_dir()]
    size = sum(one.file_size for one in members)
    if len(members) > FILE_LIMITS.collected_files or size > FILE_LIMITS.collected_bytes:
        raise CollectError(
            f"{archive.filename} holds {len(members):,} files of {size:,} bytes; at most "
            f"{FILE_LIMITS.collected_files:,} files of {FILE_LIMITS.collected_bytes:,} bytes are unpacked. Give the "
            "workbooks in smaller zip files."
        )
    for number, member in enumerate(members):
        path = folder / f"{number:06d}" / safe_name(PurePosixPath(member.filename.replace("\\", "/")).name)
        path.parent.mkdir()
        with archive.open(member) as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
