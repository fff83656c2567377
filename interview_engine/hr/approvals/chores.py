"""Periodic work on approvals: substitutes take over, steps escalate, requests expire."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.service import open_accounts
from interview_engine.hr.approvals import parts, requests
from interview_engine.hr.approvals.absence import away_today
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.store.rows import find

AT_ONCE = 500
"""Requests of one round; the next round takes the others."""


def hand_over(session: Session, clock: Clock) -> int:
    """Reassign parts of absent approvers to their substitutes, and of those who left to the next head above; parts that
    were handed to who may not use them go back.

    Returns how many requests changed.
    """
    waiting = (
        select(Approval.id)
        .join(ApprovalStep, (ApprovalStep.approval_id == Approval.id) & (ApprovalStep.step == Approval.step))
        .where(
            Approval.state == "pending",
            ApprovalStep.decision.is_(None),
            or_(
                ApprovalStep.account_id.in_(away_today(clock)),
                ApprovalStep.account_id.not_in(open_accounts()),
                ApprovalStep.delegated_from.is_not(None),
            ),
        )
        .distinct()
        .limit(AT_ONCE)
    )
    changed = 0
    for approval in _locked(session, session.scalars(waiting).all()):
        moved = parts.hand_back(session, approval, clock)
        moved = parts.hand_over_absent(session, approval, clock) or moved
        if parts.hand_over_gone(session, approval, clock) or moved:
            parts.tell_approvers(session, approval, clock)
            changed += 1
    return changed


def end_and_escalate(session: Session, clock: Clock) -> int:
    """Expire overdue requests, with their effects, and escalate steps that nobody decided; returns how many."""
    now = clock.now()
    due = (
        select(Approval.id)
        .where(Approval.state == "pending", or_(Approval.expires_at <= now, Approval.escalate_at <= now))
        .order_by(Approval.id)
        .limit(AT_ONCE)
    )
    changed = 0
    for approval in _locked(session, session.scalars(due).all()):
        if approval.expires_at is not None and approval.expires_at <= now:
            requests.expire(session, approval, clock)
            requests.take_effect(session, SYSTEM, approval, clock)
            changed += 1
        elif approval.escalate_at is not None and approval.escalate_at <= now:
            changed += parts.escalate(session, approval, clock)
    return changed


def _locked(session: Session, ids: Sequence[str]) -> list[Approval]:
    """The requests of these ids, locked and still pending."""
    rows = (find(session, Approval, one, lock=True) for one in ids)
    return [row for row in rows if row is not None and row.state == "pending"]
