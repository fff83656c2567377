"""The state of an approval for one approver: the answer to a decision that was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.store.rows import find

StandingState = Literal[
    "unknown", "approved", "rejected", "withdrawn", "expired", "delegated", "given", "not_yours", "yours"
]


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an approval as one approver is shown it.

    Args:
        state: "unknown" there is none (any more); "approved", "rejected", "withdrawn", "expired" it has ended;
            "delegated" this approver handed their part to a colleague; "given" they have decided, others have not;
            "yours" it waits for them; "not_yours" it waits for others.
        by: the name of the colleague who decided or who decides instead; None where that is nobody else.
        at: when it ended, aware; None while it is pending.
    """

    state: StandingState
    by: str | None = None
    at: datetime | None = None


def standing_for(session: Session, account_id: str, approval_id: str) -> Standing:
    """The state of the approval for the account."""
    approval = find(session, Approval, approval_id)
    if approval is None:
        return Standing("unknown")
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval_id).order_by(ApprovalStep.decided_at)
    ).all()
    if approval.state != "pending":
        decided = [row for row in rows if row.decided_at is not None]
        last = decided[-1] if decided and approval.state in ("approved", "rejected") else None
        return Standing(approval.state, _name(session, last, account_id), approval.decided_at)  # type: ignore[arg-type]
    now = [row for row in rows if row.step == approval.step]
    mine = next((row for row in now if row.account_id == account_id), None)
    if mine is not None and mine.decision is None:
        return Standing("yours")
    if any(row.account_id == account_id and row.decision is not None for row in rows):
        return Standing("given")
    handed_on = next((row for row in reversed(rows) if row.delegated_from == account_id), None)
    if handed_on is not None:
        return Standing("delegated", _name(session, handed_on, account_id))
    return Standing("not_yours")


def deciders_of(session: Session, approval_id: str) -> tuple[tuple[ApprovalStep, str], ...]:
    """Every part of an approval in order, with the name of whose it is. The caller has checked that its subject may be
    read: who decides about it is no secret to its readers."""
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval_id).order_by(ApprovalStep.step, ApprovalStep.id)
    ).all()
    names = names_of(session, [row.account_id for row in rows])
    return tuple((row, names.get(row.account_id, "")) for row in rows)


def _name(session: Session, step: ApprovalStep | None, reader: str) -> str | None:
    if step is None or step.account_id == reader:
        return None
    return names_of(session, [step.account_id]).get(step.account_id)
