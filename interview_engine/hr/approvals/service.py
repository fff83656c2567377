"""The door of the approvals: start, decide, withdraw, delegate, pending_for. A decision and its effects are one
transaction; what the effects are, the area says that hands over the kind of request (`hr.area.RequestKind`)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.approvals import requests
from interview_engine.hr.approvals.flows import has_flow, set_flow
from interview_engine.hr.approvals.requests import (
    Decision,
    PendingApproval,
    cancel_for,
    delegate,
    of_subject,
    pending_for,
    start,
    steps_of,
)
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.house import house

__all__ = [
    "Approval",
    "Decision",
    "PendingApproval",
    "cancel_for",
    "decide",
    "delegate",
    "has_flow",
    "of_subject",
    "pending_for",
    "set_flow",
    "start",
    "steps_of",
    "withdraw",
]


def decide(
    session: Session, actor: Actor, approval_id: str, decision: Decision, comment: str, clock: Clock
) -> Approval:
    """Decide one's part ("approve" or "reject"); when that ends the approval, its effects happen with it.

    Raises:
        See `requests.record_decision`.
    """
    approval = requests.record_decision(session, actor, approval_id, decision, comment, clock)
    return _with_effect(session, actor, approval, clock)


def withdraw(session: Session, actor: Actor, approval_id: str, clock: Clock) -> Approval:
    """Take back one's own pending request, with what follows from it."""
    return _with_effect(session, actor, requests.withdraw(session, actor, approval_id, clock), clock)


def _with_effect(session: Session, actor: Actor, approval: Approval, clock: Clock) -> Approval:
    if approval.state != "pending":
        house().requests[approval.kind].effect(session, actor, approval.subject, approval.state, clock)
    return approval
