"""Publications: the ledger remembers each before analysts can see it, and old files are let go by the policy.

The order of publishing, picking it up after a crash, and which snapshots are kept belong here; moving files is the
warehouse's.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from assets.intake.ledger import Ledger, State, published_event
from warehouse.publish import (
    PublicationError,
    built_publication,
    input_hash_of,
    is_intact,
    keep,
    make_ready,
    put_in_place,
    ready_snapshot,
    snapshot_id_of,
)
from warehouse.records import Publication
from warehouse.storage import Storage

KEPT_LATEST = 12
"""The latest twelve snapshots keep their file, and the last one of every calendar quarter, for good. Manifests and
published figures stay for good anyhow."""
_LONGEST_BUILD = timedelta(hours=1)
"""What was built longer ago is not published: its moment would be one at which nobody could see it."""


def report_name(build_hash: str | None) -> str:
    """The name of the report about a build: the same build has the same report."""
    return f"validatierapport-{(build_hash or 'onbekend')[:12]}"


def snapshot_name(state: State, build_hash: str, moment: datetime) -> tuple[str, datetime]:
    """The name and moment (UTC) of a build: those of the last publication when it is that one made again.

    Moments always go on, also when the clock goes back, so that no two publications share a name.
    """
    last = state.publications[-1] if state.publications else None
    if last and last.input_hash == build_hash:
        return last.snapshot_id, last.published_at
    at = moment.replace(tzinfo=None)
    if last:
        at = max(at, last.published_at + timedelta(seconds=1))
    return f"{at:%Y%m%dT%H%M%SZ}-{build_hash[:8]}", at


def publications_before(state: State, snapshot_id: str) -> list[Publication]:
    """The publications before a snapshot."""
    names = [publication.snapshot_id for publication in state.publications]
    return state.publications[: names.index(snapshot_id) if snapshot_id in names else None]


def check_continuity(storage: Storage, state: State) -> None:
    """Raise PublicationError when the ledger does not know a published snapshot: lines of it are gone."""
    known = {one.snapshot_id for one in state.publications}
    kept = {path.parent.name for path in storage.snapshots.glob("*/manifest.json")}
    published = {snapshot_id_of(storage.snapshot)} - {None}
    unknown = sorted(str(name) for name in (kept | published) - known)
    if unknown:
        raise PublicationError(
            f"The ledger {storage.ledger} does not know the published snapshot {', '.join(unknown)}: lines of it are "
            f"gone, or it is another ledger. Restore it from a backup. Only when there is none: move "
            f"{storage.snapshot} and {storage.snapshots} away and run again."
        )


def publish_built(storage: Storage, ledger: Ledger, state: State, moment: datetime) -> Path:
    """Publish the file aside; returns the path that always holds the latest.

    The file is made ready, the ledger remembers it, it is kept under its name, and put in place: a crash in between is
    picked up by `resume`. Raises PublicationError when it can't be published.
    """
    check_continuity(storage, state)
    publication = built_publication(storage)
    known = {one.snapshot_id: one for one in state.publications}
    if publication.snapshot_id in known:
        _check_made_again(publication, known[publication.snapshot_id])
        if _is_kept(storage, publication.snapshot_id):
            storage.building.unlink()
            return put_in_place(storage, publication.snapshot_id)
    elif moment.replace(tzinfo=None) - publication.published_at > _LONGEST_BUILD:
        raise PublicationError(
            f"{storage.building} was built at {publication.published_at} UTC: too long ago to say that it was "
            "published then. Materialise the warehouse and the marts again."
        )
    make_ready(storage)
    if publication.snapshot_id not in known:
        ledger.append(state, [published_event(publication)])
    keep(storage, publication.snapshot_id)
    path = put_in_place(storage, publication.snapshot_id)
    _let_go(storage, state)
    return path


def _check_made_again(again: Publication, before: Publication) -> None:
    """Raise PublicationError when a snapshot made again has other figures than the ledger says were published."""
    if list(again.changes) != list(before.changes):
        raise PublicationError(
            f"Made again, {before.snapshot_id} does not give the figures that the ledger says it published: that line "
            "of the ledger was changed. Restore the ledger from a backup."
        )


def resume(storage: Storage, state: State) -> list[str]:
    """Finish what the ledger says was published last, when a crash came in between; let go of what it never was.

    Returns what was found and done, a sentence each.
    """
    last = state.publications[-1].snapshot_id if state.publications else None
    ready, done = ready_snapshot(storage), []
    if last is not None and ready == last:
        keep(storage, last)
        done.append(f"The snapshot {last} was in the ledger but not kept yet: it is now.")
    elif storage.to_publish.exists():
        done.append("A snapshot that was not in the ledger yet was let go: what holds now is published anew.")
    shutil.rmtree(storage.to_publish, ignore_errors=True)
    if last is not None and snapshot_id_of(storage.snapshot) != last and _is_kept(storage, last):
        put_in_place(storage, last)
        done.append(f"The snapshot {last} was not where analysts read: it is now.")
    return done


def _is_kept(storage: Storage, snapshot_id: str) -> bool:
    return is_intact(storage.kept_snapshot(snapshot_id), storage.manifest(snapshot_id))


def kept_publications(publications: Sequence[Publication]) -> list[Publication]:
    """The publications whose file is kept: the latest ones, and the last one of every calendar quarter."""
    last_of_quarter = {(one.published_at.year, (one.published_at.month - 1) // 3): one for one in publications}
    kept = {one.snapshot_id for one in [*publications[-KEPT_LATEST:], *last_of_quarter.values()]}
    return [one for one in publications if one.snapshot_id in kept]


def _let_go(storage: Storage, state: State) -> None:
    """Remove the files and reports of snapshots that the policy does not keep; their manifests stay.

    Those that may tell what a file said in which personal data were seen since are not kept either.
    """
    publications = state.publications
    told = {snapshot_id for file in state.files.values() for snapshot_id in file.told_in}
    kept = [one for one in kept_publications(publications) if one.snapshot_id not in told]
    reports = {report_name(one.input_hash) for one in kept} | {report_name(input_hash_of(storage.building))}
    for publication in publications:
        if publication not in kept:
            storage.kept_snapshot(publication.snapshot_id).unlink(missing_ok=True)
            report = storage.report(report_name(publication.input_hash))
            if report.name not in reports:
                shutil.rmtree(report, ignore_errors=True)
