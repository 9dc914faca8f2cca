"""Check files without writing anything: read and validate them, and look at the ledger if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.intake.archive import sha256_of
from assets.intake.ledger import Ledger, State, now
from assets.returns.read import ReturnReader
from assets.returns.submissions import DUPLICATE, says_the_same
from expectations.validate import Validation, validate
from warehouse.records import Finding, Reading, SubmissionStatus

REVISION = "revision"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What a file would come to. `outcome` by precedence: rejected, duplicate, revision, with findings, accepted."""

    file: str
    sector_code: str | None
    period: str | None
    outcome: str
    findings: Sequence[Finding]


def check_files(paths: Sequence[Path], reader: ReturnReader, ledger: Ledger) -> list[FileOutcome]:
    """Read and validate files, each on its own, as a run today would."""
    contents = [path.read_bytes() for path in paths]
    readings = [reader.read(content, now().date()) for content in contents]
    state = ledger.state()
    return [
        FileOutcome(
            path.name,
            reading.identity.sector_code if reading.identity else None,
            reading.identity.period if reading.identity else None,
            _outcome(state, sha256_of(content), reading, validation),
            validation.failures,
        )
        for path, content, reading, validation in zip(
            paths, contents, readings, validate(readings, reader.reference), strict=True
        )
    ]


def _outcome(state: State, sha256: str, reading: Reading, validation: Validation) -> str:
    if validation.status is SubmissionStatus.REJECTED or reading.identity is None:
        return SubmissionStatus.REJECTED
    known = state.files.get(sha256)
    is_a_version = known is not None and known.status in {
        SubmissionStatus.ACCEPTED,
        SubmissionStatus.ACCEPTED_WITH_FINDINGS,
    }
    if is_a_version or says_the_same(state, reading):
        return DUPLICATE
    if (reading.identity.sector_code, reading.identity.period) in state.current():
        return REVISION
    return validation.status
