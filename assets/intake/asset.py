"""The Dagster asset of the intake stage. Wiring only: computing is `take_in.py`."""

from pathlib import Path

import dagster as dg

from assets.intake.take_in import take_in
from assets.returns.kept import pending
from assets.workspace import Workspace
from warehouse.records import SubmissionStatus


class IntakeConfig(dg.Config):
    """Which folder to take in (empty is the inbox), and of it which contents, by sha256 (left out: all of it).

    Or to take in nothing and read again what nobody recognised.
    """

    folder: str = ""
    contents: list[str] | None = None
    reread: bool = False


@dg.asset(group_name="intake", owners=["team:data-engineering"], kinds={"python"})
def intake(config: IntakeConfig, workspace: Workspace) -> dg.MaterializeResult[None]:
    """Archive what came in, recognise sender and period, and enter it in the ledger.

    A file whose sender or period nobody recognises is rejected here: there is no partition it belongs to.
    """
    storage, ledger = workspace.storage, workspace.ledger
    state = ledger.state()
    folder = Path(config.folder) if config.folder else storage.inbox
    taken = [] if config.reread else take_in(storage, ledger, state, workspace.reader, folder, config.contents)
    unplaced = [file for file in state.files.values() if not workspace.has_partition(file)]
    chosen = [f for f in unplaced if f.can_be_reread] if config.reread else pending(storage, state, unplaced)
    handled = workspace.read_files(state, chosen)
    rejected = [one for one in handled if one.status == SubmissionStatus.REJECTED]
    return dg.MaterializeResult(
        metadata={
            "folder": dg.MetadataValue.path(str(folder)),
            "files": len(taken),
            "new_files": sum(file.is_new for file in taken),
            "not_recognised": [one.file.file_name for one in rejected],
            "quarantined": [file.sha256 for file in taken if state.files[file.sha256].is_in_quarantine],
            "files_in_ledger": len(state.files),
        }
    )
