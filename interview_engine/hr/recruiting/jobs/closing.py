"""Closing of a job and its links: hold, filled, cancelled, and undoing that for a while (C1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.recruiting.jobs.requisitions import KIND, change_state, wrong_state
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.hr.recruiting.rules import TAKE_BACK, RequisitionState
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch

UNDONE: tuple[RequisitionState, ...] = ("on_hold", "filled", "cancelled")
"""States that close links, which can be undone for a while."""


def hold_requisition(session: Session, actor: Actor, requisition_id: str, clock: Clock) -> Requisition:
    """Put an open requisition on hold: it takes no applications until it is opened again."""
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    _remember_state(row, row.state, clock)
    change_state(session, row, "on_hold", actor, clock)
    return row


def close_requisition(
    session: Session, actor: Actor, requisition_id: str, state: RequisitionState, clock: Clock
) -> Requisition:
    """Close as "filled" or "cancelled". Its applications stay where they are: people decide on them.

    Raises:
        ConflictError: `requisition.state`. InvalidInput: another state.
    """
    if state not in ("filled", "cancelled"):
        said = msg("It can be closed as filled or cancelled.")
        raise invalid("state", "requisition.close", said, msg("Choose one of them."))
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    before = "draft" if row.state == "pending" else row.state
    if row.state == "pending":
        approvals.cancel_for(session, actor, KIND, f"{KIND}:{row.id}", clock)
        session.refresh(row)
    change_state(session, row, state, actor, clock)
    _remember_state(row, before, clock)
    row.closed_at = row.state_since
    if state == "cancelled" and row.closed_at is not None:
        _close_postings(session, row, row.closed_at, actor, clock)
    return row


def take_back_closing(session: Session, actor: Actor, requisition_id: str, clock: Clock) -> Requisition:
    """Make a requisition that was paused, filled or cancelled what it was before, with the postings that were closed
    with it.

    Raises:
        ConflictError: `requisition.state`, none of the three; `requisition.too_late`, longer ago than
            `rules.TAKE_BACK`.
    """
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    if row.state not in UNDONE or row.state_before is None:
        raise wrong_state(row)
    if not may_be_taken_back(row, clock):
        raise conflict(
            "requisition.too_late",
            msg("It was closed more than a day ago."),
            msg("Open it again, or make another requisition."),
        )
    at, row.closed_at = row.closed_at, None
    was, row.state = row.state, row.state_before
    row.state_before = row.state_since = None
    touch(row, actor.id, clock)
    detail = {"from": was, "to": row.state, "undone": True}
    audit.record(session, actor.id, "requisition.state", f"requisition:{row.id}", detail, clock)
    closed_with_it = (Posting.requisition_id == row.id, Posting.closed_at.is_not(None), Posting.closed_at == at)
    for posting in session.scalars(select(Posting).where(*closed_with_it)):
        posting.closed_at = None
        touch(posting, actor.id, clock)
    return row


def may_be_taken_back(row: Requisition, clock: Clock) -> bool:
    """Whether a requisition was paused, filled or cancelled a short time ago, by somebody's own hand."""
    if row.state not in UNDONE or row.state_before is None:
        return False
    since = row.state_since or row.closed_at  # cancelled ones of before say only when they closed
    return since is not None and clock.now() - since <= TAKE_BACK


def _remember_state(row: Requisition, before: str, clock: Clock) -> None:
    row.state_before, row.state_since = before, clock.now()


def filled_by_hire(session: Session, requisition: Requisition, actor: Actor, clock: Clock) -> None:
    """Close an open requisition when as many were hired as it has places."""
    hired = session.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.requisition_id == requisition.id, Application.stage == "hired")
    )
    if requisition.state in ("open", "on_hold") and (hired or 0) >= requisition.headcount:
        change_state(session, requisition, "filled", actor, clock)
        requisition.closed_at = clock.now()
        requisition.state_before = requisition.state_since = None


def _close_postings(session: Session, row: Requisition, at: datetime, actor: Actor, clock: Clock) -> None:
    for posting in session.scalars(
        select(Posting).where(Posting.requisition_id == row.id, Posting.closed_at.is_(None))
    ):
        posting.closed_at = at
        touch(posting, actor.id, clock)
