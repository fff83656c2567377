"""Which work may begin: answers as they come, an interview when the last of its answers is measured or given up."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.store.tables import WorkItem
from interview_engine.store.work import Kind, enqueue_work

LOOKED_AT = 50
"""Items that are put forward at a time: more than a worker has hands, so that racing workers find another one."""

MENDED = 100


def next_items(session: Session, clock: Clock, limit: int = LOOKED_AT) -> list[str]:
    """Ids of items that may begin now: interviews first, because somebody waits for their report, then the oldest."""
    due = or_(WorkItem.due_at.is_(None), WorkItem.due_at <= clock.now())
    ready = or_(WorkItem.kind == "answer", and_(WorkItem.kind == "interview", _complete(WorkItem.subject_id)))
    first = case((WorkItem.kind == "interview", 0), else_=1)
    return list(
        session.scalars(
            select(WorkItem.id).where(WorkItem.state == "waiting", due, ready).order_by(first, WorkItem.id).limit(limit)
        )
    )


def mend(session: Session, clock: Clock) -> list[tuple[Kind, str]]:
    """Ask for work that nobody asked for: a safety net under the transactions that should have. Empty in health.

    Submitted interviews without an item, and chosen answers of submitted interviews that were neither measured nor
    asked for.
    """
    interviews = session.scalars(
        select(Invitation.id)
        .where(
            Invitation.state == "submitted", Invitation.automated.is_(True), ~_item_exists("interview", Invitation.id)
        )
        .limit(MENDED)
    ).all()
    answers = session.scalars(
        select(Answer.id)
        .join(Invitation, Invitation.id == Answer.invitation_id)
        .where(
            Invitation.state == "submitted",
            Invitation.automated.is_(True),
            Answer.state == "chosen",
            Answer.measured_blob.is_(None),
            ~_item_exists("answer", Answer.id),
        )
        .limit(MENDED)
    ).all()
    missing: list[tuple[Kind, str]] = [("interview", found) for found in interviews]
    missing += [("answer", found) for found in answers]
    for kind, subject_id in missing:
        enqueue_work(session, kind, subject_id, clock)
    return missing


def _complete(invitation_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Submitted, and no chosen answer is still to be measured. What is gone or taken back is complete: it ends at
    once."""
    submitted = or_(
        exists().where(Invitation.id == invitation_id, Invitation.state == "submitted"),
        ~exists().where(Invitation.id == invitation_id, Invitation.state != "revoked"),
    )
    open_answer = exists().where(
        Answer.invitation_id == invitation_id,
        Answer.state == "chosen",
        Answer.measured_blob.is_(None),
        ~_item_exists("answer", Answer.id, ("done", "given_up")),
    )
    return and_(submitted, ~open_answer)


def _item_exists(kind: Kind, subject_id: object, states: tuple[str, ...] = ()) -> ColumnElement[bool]:
    other = aliased(WorkItem)
    found = exists().where(other.kind == kind, other.subject_id == subject_id)
    return cast("ColumnElement[bool]", found.where(other.state.in_(states)) if states else found)
