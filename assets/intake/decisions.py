"""What a person decides about a submission: accept a version that changes figures, or withdraw one.

The decision is entered in the ledger here; what it does to the totals follows when they are built again.
"""

from __future__ import annotations

from assets.intake.ledger import Ledger, LedgerSubmission, State, now
from assets.returns.personal import has_number
from warehouse.records import SubmissionStatus


class DecisionError(Exception):
    """The decision can't be taken; the message says why and what is possible."""


def accept(ledger: Ledger, state: State, submission_id: str, decided_by: str, reason: str) -> None:
    """Accept a submission that awaits acceptance, so that it comes in force.

    Raises DecisionError when it does not await acceptance, or when name or reason is empty.
    """
    submission = _submission(state, submission_id)
    status = state.status_of(submission)
    if status is not SubmissionStatus.AWAITING_ACCEPTANCE:
        raise DecisionError(f"{submission_id} does not await acceptance: it is {_told(status)}. {_waiting(state)}")
    _enter(ledger, state, SubmissionStatus.ACCEPTED, submission_id, decided_by, reason)


def withdraw(ledger: Ledger, state: State, submission_id: str, decided_by: str, reason: str) -> None:
    """Take a submission back: it is no longer in force, and the accepted version before it is again.

    Raises DecisionError when it was rejected or withdrawn already, or when name or reason is empty.
    """
    status = state.status_of(_submission(state, submission_id))
    if status in {SubmissionStatus.REJECTED, SubmissionStatus.WITHDRAWN}:
        raise DecisionError(f"{submission_id} is {_told(status)} already: there is nothing to withdraw.")
    _enter(ledger, state, SubmissionStatus.WITHDRAWN, submission_id, decided_by, reason)


def signed(decided_by: str, reason: str) -> tuple[str, str]:
    """The name of the person who decides, and the reason, as the ledger keeps them for good.

    Raises DecisionError when one is empty, or holds what may be a citizen service number.
    """
    name, why = " ".join(decided_by.split()), " ".join(reason.split())
    if not name or not why:
        raise DecisionError("A decision needs the name of the person who takes it, and a reason.")
    if has_number(name) or has_number(why):
        raise DecisionError(
            "The name or the reason holds what may be a citizen service number, and the ledger keeps it for good: "
            "write it without."
        )
    return name, why


def _submission(state: State, submission_id: str) -> LedgerSubmission:
    if submission_id not in state.submissions:
        raise DecisionError(f"There is no submission {submission_id}. {_waiting(state)}")
    return state.submissions[submission_id]


def _waiting(state: State) -> str:
    waiting = [
        submission_id
        for submission_id, submission in state.submissions.items()
        if state.status_of(submission) is SubmissionStatus.AWAITING_ACCEPTANCE
    ]
    return f"Awaiting acceptance: {', '.join(sorted(waiting)) or 'nothing'}."


def _told(status: SubmissionStatus) -> str:
    return status.value.replace("_", " ")


def _enter(
    ledger: Ledger, state: State, decision: SubmissionStatus, submission_id: str, decided_by: str, reason: str
) -> None:
    name, why = signed(decided_by, reason)
    event = {
        "event": decision.value,
        "at": now().isoformat(),
        "submission_id": submission_id,
        "decided_by": name,
        "reason": why,
    }
    ledger.append(state, [event])
