"""Withdrawal of an interview by the candidate.

Withdrawal takes effect at once: nothing is used any more, the evidence leaves the employee file and the competency
record, and a deletion is asked for (`privacy.erasure`).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.service import (
    ErasureRequest,
    end_consents,
    latest_request,
    may_be_kept,
    request_erasure,
    request_for_all,
)
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.hiring.evidence import remove_evidence
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reach import change_stage, invitation_of, note_event
from interview_engine.hr.recruiting.rules import LIVE_INVITATION, may_move
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch


def withdraw(session: Session, actor: Actor, invitation: Invitation, clock: Clock) -> ErasureRequest:
    """The candidate takes everything back: consents end, the application is withdrawn, evidence leaves file and
    record at once, and the deletion of the rest is asked for. Twice gives the same request.

    A hired person stays hired; only the interview's evidence goes.
    """
    row = invitation_of(session, actor, invitation.id, lock=True)
    application = find(session, Application, row.application_id, lock=True)
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    if application is None or requisition is None:
        raise missing("application", msg("application"))
    end_consents(session, actor, clock, invitation_id=row.id)
    _leave_pool(session, actor, application.person_id, clock)
    remove_evidence(session, application.id, _assessment_ids(session, row.id))
    if row.state in (*LIVE_INVITATION, "expired"):
        invitations.revoke_open(session, actor, application.id, clock)
    if may_move(application.stage, "withdrawn", "candidate"):  # type: ignore[arg-type]
        change_stage(session, actor, application, "withdrawn", "", clock)
        onboarding.call_off_application(session, actor, application.id, clock)
        notices.candidate_withdrew(session, row, requisition, clock)
    else:
        note_event(session, actor, application, "evidence_withdrawn", clock)
    audit.record(session, actor.id, "interview.withdraw", f"invitation:{row.id}", {}, clock)
    return request_erasure(session, actor, clock, person_id=application.person_id, invitation_id=row.id)


def receipt_of(session: Session, actor: Actor, invitation: Invitation) -> ErasureRequest | None:
    """The request for this interview, or for everything of the candidate, with its receipt once it is done."""
    row = invitation_of(session, actor, invitation.id)
    return _deletion(session, row)


def retention_receipt_of(session: Session, actor: Actor, invitation: Invitation) -> ErasureRequest | None:
    """The receipt of recordings that were deleted at the end of their retention; None while they are stored."""
    row = invitation_of(session, actor, invitation.id)
    found = latest_request(session, row.id, "retention")
    return found if found is not None and found.done_at is not None else None


def is_deleted(session: Session, invitation: Invitation) -> bool:
    """Whether the interview is deleted, alone or with all data of the candidate."""
    found = _deletion(session, invitation)
    return found is not None and found.done_at is not None


def _deletion(session: Session, invitation: Invitation) -> ErasureRequest | None:
    """The deletion to show: a finished one before a requested one, of the interview before of the whole person."""
    person_id = session.get_one(Application, invitation.application_id).person_id
    found = (latest_request(session, invitation.id), request_for_all(session, person_id))
    there = [one for one in found if one is not None]
    return next((one for one in there if one.done_at is not None), there[0] if there else None)


def _leave_pool(session: Session, actor: Actor, person_id: str, clock: Clock) -> None:
    """Remove a person from the talent pool once their consent to it has ended."""
    person = find(session, Person, person_id, lock=True)
    session.flush()
    if person is not None and person.talent_pool and not may_be_kept(session, person_id):
        person.talent_pool = False
        touch(person, actor.id, clock)


def _assessment_ids(session: Session, invitation_id: str) -> list[str]:
    return list(session.scalars(select(Assessment.id).where(Assessment.invitation_id == invitation_id)))
