"""An interview and its answers as the workers read them, to measure and to score: whole, and locked where asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Kit
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.reach import kit_of
from interview_engine.hr.recruiting.tables import Answer, Application, Invitation
from interview_engine.store.rows import find


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview that still stands: whose it is and what it is measured with."""

    invitation: Invitation
    application: Application
    person: Person
    kit: Kit


def interview_to_score(session: Session, invitation_id: str) -> Interview | None:
    """The interview; None when it is gone or was taken back."""
    row = session.execute(
        select(Invitation, Application, Person)
        .join(Application, Application.id == Invitation.application_id)
        .join(Person, Person.id == Application.person_id)
        .where(Invitation.id == invitation_id, Invitation.state != "revoked")
    ).one_or_none()
    if row is None:
        return None
    invitation, application, person = row
    return Interview(invitation, application, person, kit_of(session, invitation))


def answer_to_measure(session: Session, answer_id: str, *, lock: bool = False) -> Answer | None:
    """The answer; None when it is gone, discarded or taken back."""
    answer = find(session, Answer, answer_id, lock=lock)
    return None if answer is None or answer.state == "discarded" else answer


def answers_to_score(session: Session, invitation_id: str, *, lock: bool = False) -> list[Answer]:
    """The answers that count, oldest first.

    Args:
        lock: keep the invitation and its answers from changing until the transaction ends.
    """
    chosen = select(Answer).where(Answer.invitation_id == invitation_id, Answer.state == "chosen").order_by(Answer.id)
    if lock:
        find(session, Invitation, invitation_id, lock=True)
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(chosen))
