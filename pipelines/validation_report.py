"""The full report for auditors about the published snapshot: the site, and Great Expectations' Data Docs beside it.

Data Docs show the suites evaluated anew on the archived bytes of every file that still stands; that takes a while, so
it is made on command and not in every run.
"""

from __future__ import annotations

from pathlib import Path

from assets.intake.ledger import State
from assets.returns.judge import document_of
from assets.returns.read import ReturnReader
from assets.returns.side_by_side import read_side_by_side
from assets.snapshot.publication import report_name
from expectations.data_docs import build_data_docs, stacked_frames
from expectations.report import write_report
from warehouse.publish import PublicationError, input_hash_of
from warehouse.storage import Storage


def write_validation_report(storage: Storage, reader: ReturnReader, state: State) -> Path:
    """Write the site and the Data Docs; returns the page to begin with.

    Raises PublicationError when nothing has been published yet.
    """
    build_hash = input_hash_of(storage.snapshot)
    if build_hash is None:
        raise PublicationError(f"There is no published snapshot at {storage.snapshot}. Run `banenafspraak run` first.")
    folder = storage.report(report_name(build_hash))
    files = [file for file in state.files.values() if file.can_be_reread]
    readings = read_side_by_side(reader, [document_of(storage, file) for file in files])
    frames = stacked_frames([reading.reading() for reading in readings], reader.reference)
    build_data_docs(frames, folder / "great_expectations", [file.file_name for file in files])
    write_report(storage.snapshot, folder)
    return folder / "index.html"
