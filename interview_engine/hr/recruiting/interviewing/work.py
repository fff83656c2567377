"""Which measuring and scoring may begin: answers as they come, an interview when the last of its answers is measured or
given up; and what nobody asked for although it should have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from interview_engine.hr.area import Found
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.store.tables import WorkItem

ANSWER, INTERVIEW = "answer", "interview"
"""Kinds of durable work: an answer to measure, an interview to score (the invitation's id)."""


def answer_ready(_: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """An answer may be measured as soon as it is stored."""
    return true()


def interview_ready(invitation_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
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
        ~_item_exists(ANSWER, Answer.id, ("done", "given_up")),
    )
    return and_(submitted, ~open_answer)


def interviews_without_work(session: Session, limit: int) -> Sequence[str]:
    """Submitted interviews to be assessed that nobody asked for."""
    return session.scalars(
        select(Invitation.id)
        .where(Invitation.state == "submitted", Invitation.automated.is_(True), ~_item_exists(INTERVIEW, Invitation.id))
        .limit(limit)
    ).all()


def answers_without_work(session: Session, limit: int) -> Sequence[str]:
    """Chosen answers of such interviews that were neither measured nor asked for."""
    return session.scalars(
        select(Answer.id)
        .join(Invitation, Invitation.id == Answer.invitation_id)
        .where(
            Invitation.state == "submitted",
            Invitation.automated.is_(True),
            Answer.state == "chosen",
            Answer.measured_blob.is_(None),
            ~_item_exists(ANSWER, Answer.id),
        )
        .limit(limit)
    ).all()


def pages_of_answers(session: Session, answer_ids: Sequence[str]) -> Mapping[str, Found]:
    """The application of each answer."""
    rows = session.execute(
        select(Answer.id, Invitation.application_id)
        .join(Invitation, Invitation.id == Answer.invitation_id)
        .where(Answer.id.in_(answer_ids))
    )
    return {row_id: _page(application_id) for row_id, application_id in rows.tuples()}


def pages_of_interviews(session: Session, invitation_ids: Sequence[str]) -> Mapping[str, Found]:
    """The application of each interview."""
    rows = session.execute(select(Invitation.id, Invitation.application_id).where(Invitation.id.in_(invitation_ids)))
    return {row_id: _page(application_id) for row_id, application_id in rows.tuples()}


def _page(application_id: str) -> Found:
    return Found(f"#{application_id[-6:]}", f"/console/applications/{application_id}")


def _item_exists(kind: str, subject_id: object, states: tuple[str, ...] = ()) -> ColumnElement[bool]:
    other = aliased(WorkItem)
    found = exists().where(other.kind == kind, other.subject_id == subject_id)
    return found.where(other.state.in_(states)) if states else found
