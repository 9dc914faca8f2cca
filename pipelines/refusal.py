"""What the machine refuses (room, or leave to write), and what a person can do about it.

The system, DuckDB and Dagster each pass it on as an error of their own, with the system's words in it.
"""

from __future__ import annotations

import errno
import os

_NO_ROOM = "Make room on that disk and run again: what was published still stands, and nothing is lost."
_NO_LEAVE = "Give the user that runs this leave to write there and run again: nothing is lost."
_ADVICE = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: _NO_ROOM,
    errno.EACCES: _NO_LEAVE,
    errno.EPERM: _NO_LEAVE,
    errno.EROFS: _NO_LEAVE,
}


def advice(message: str) -> str:
    """What to do about an error with this message; empty when it is no refusal of the machine."""
    return next((told for number, told in _ADVICE.items() if os.strerror(number) in message), "")


def in_short(message: str) -> str:
    """A message without the trace of its own calls that DuckDB puts behind it."""
    return message.partition("\n\nStack Trace")[0].strip()


def with_advice(message: str) -> str:
    """A message in short, and what to do about it when the machine refused."""
    short, told = in_short(message), advice(message)
    return f"{short.rstrip('.')}. {told}" if told else short
