"""How work in the data folders starts: alone, and after picking up what an earlier run could not finish.

Taking the lock and putting right what a crash left belong here; each piece is put right by the module that made it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from assets.intake.ledger import Ledger, check_clock, now
from assets.intake.quarantine import settle
from assets.open_data.package import remove_written_aside
from assets.snapshot.publication import check_continuity, resume
from warehouse.lock import exclusive
from warehouse.storage import Storage, leftovers, remove_building

PATIENCE = timedelta(minutes=10)
"""How long a run waits for another one: longer than one takes, and short enough to hear of one that hangs."""
_log = logging.getLogger(__name__)


@contextmanager
def alone(storage: Storage) -> Iterator[None]:
    """Be the only one at work in the data folders, from a sound state on; what had to be put right is logged.

    Raises BusyError when another run is at work and stays so, ClockError when the clock can't be right, LedgerError
    when the ledger can't be read, and PublicationError when lines of it are gone.
    """
    with exclusive(storage.lock, PATIENCE) as held:
        if held.is_outermost:
            for told in _put_right(storage, held.broken_off):
                _log.warning(told)
        yield


def _put_right(storage: Storage, broken_off: str) -> Iterator[str]:
    """Put right what a crash left; gives what was found and done, a sentence each."""
    if broken_off:
        yield f"A run was broken off; what it had to do is done now. It was {broken_off}."
        yield from _clear_away(storage)
    ledger = Ledger(storage.ledger)
    if ledger.set_torn_line_aside():
        yield "The last line of the ledger was not written to its end: it is now in ledger.torn."
    state = ledger.state()
    check_clock(state, now())
    check_continuity(storage, state)
    yield from resume(storage, state)
    settle(storage, state)


def _clear_away(storage: Storage) -> Iterator[str]:
    """Remove what a run that was broken off left half-written; it is made again."""
    aside = leftovers(storage)
    for path in aside:
        path.unlink()
    if aside:
        yield f"Half-written files were removed: {len(aside)}."
    if remove_written_aside(storage):
        yield "Open data that were not in their place were removed."
    if storage.building.exists():
        remove_building(storage)
        yield "A warehouse that was not built to its end was removed."
