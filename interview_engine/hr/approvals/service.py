"""The door of the approvals: start, decide, withdraw, delegate, pending_for; flows and substitutes.

A decision and its effects are one transaction. What the effects are, the area says that hands over the kind of request
(`hr.area.RequestKind`).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.approvals import absence, chores, requests
from interview_engine.hr.approvals.about import About, about_approvals
from interview_engine.hr.approvals.absence import absences_of, end_substitute
from interview_engine.hr.approvals.flows import end_flow, flows_in_force, has_flow, kinds_within, set_flow
from interview_engine.hr.approvals.parts import delegate
from interview_engine.hr.approvals.preview import planned_steps
from interview_engine.hr.approvals.requests import (
    PendingApproval,
    all_of_subject,
    cancel_for,
    of_subject,
    pending_for,
    start,
    steps_of,
    takes_part,
)
from interview_engine.hr.approvals.standing import deciders_of
from interview_engine.hr.approvals.tables import Approval, ApprovalFlow, ApprovalStep, ApprovalSubstitute
from interview_engine.hr.approvals.times import DecisionTime, decision_times
from interview_engine.hr.approvals.verdict import Decision

__all__ = [
    "About",
    "Approval",
    "ApprovalFlow",
    "ApprovalStep",
    "ApprovalSubstitute",
    "Decision",
    "DecisionTime",
    "PendingApproval",
    "about_approvals",
    "absences_of",
    "all_of_subject",
    "cancel_for",
    "decide",
    "deciders_of",
    "decision_times",
    "delegate",
    "end_flow",
    "end_substitute",
    "flows_in_force",
    "has_flow",
    "kinds_within",
    "of_subject",
    "pending_for",
    "planned_steps",
    "set_flow",
    "set_substitute",
    "start",
    "steps_of",
    "takes_part",
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
    requests.take_effect(session, actor, approval, clock)
    return approval


def set_substitute(
    session: Session, actor: Actor, substitute_account_id: str, first_day: date, last_day: date, clock: Clock
) -> ApprovalSubstitute:
    """Name a substitute; where the absence begins today, parts that already wait are handed over.

    Raises:
        See `absence.set_substitute`.
    """
    row = absence.set_substitute(session, actor, substitute_account_id, first_day, last_day, clock)
    chores.hand_over(session, clock)
    return row


def withdraw(session: Session, actor: Actor, approval_id: str, clock: Clock) -> Approval:
    """Withdraw one's own pending request, with its effect."""
    approval = requests.withdraw(session, actor, approval_id, clock)
    requests.take_effect(session, actor, approval, clock)
    return approval
