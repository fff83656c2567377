"""Applications: one a person and requisition, moved through the pipeline with its whole history kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.recruiting.applying.candidates import NewPerson, find_or_add, raise_flag
from interview_engine.hr.recruiting.applying.lists import (
    ApplicationFilters,
    ApplicationSummary,
    list_applications,
    set_talent_pool,
    talent_pool,
)
from interview_engine.hr.recruiting.blob_owners import RESUMES
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs.job_description import prefilter, requirements_of
from interview_engine.hr.recruiting.jobs.postings import by_code, closed
from interview_engine.hr.recruiting.reach import application_for, change_stage, note_event, requisition_for
from interview_engine.hr.recruiting.rules import Stage
from interview_engine.hr.recruiting.tables import Application, ApplicationEvent, Posting, Requisition, Resume
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blob_format import DraftKey
from interview_engine.store.blob_keys import keep_draft
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import find, stamp, touch

__all__ = [
    "ApplicationFilters",
    "ApplicationSummary",
    "ApplicationView",
    "Applied",
    "NewPerson",
    "NewResume",
    "apply",
    "apply_with_form",
    "attach_resume",
    "get_application",
    "history",
    "list_applications",
    "move",
    "set_talent_pool",
    "talent_pool",
]


@dataclass(frozen=True, slots=True)
class NewResume:
    """A résumé that lies in the blob store, and what was read from it (see tables.Resume).

    Args:
        key: what it is encrypted with; kept with the row, since the person may be made only then.
    """

    filename: str
    media_type: str
    blob_sha256: str
    text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    parser: str = ""
    reason: Mapping[str, Any] | None = None
    key: DraftKey | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of a public form. Only a `new_person` may go on from the form: the others are known, and
    anybody who knows their address could have sent it."""

    application: Application
    new_person: bool


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application with everything its page shows that is not the interview."""

    application: Application
    person: Person
    requisition: Requisition
    posting: Posting | None
    resume: Resume | None


def apply(
    session: Session,
    actor: Actor,
    posting_code_or_requisition_id: str,
    new: NewPerson,
    clock: Clock,
    *,
    resume: NewResume | None = None,
) -> Application:
    """Apply through a posting's link, or have a recruiter add a candidate to a requisition.

    The same person twice is the same application (C5); an applicant who had withdrawn may apply again. It does not
    invite: the caller goes on with `invitations.invite_automatically`, the one moment when the link's token is known.

    Raises:
        NotFoundError, GoneError: `posting.closed`. InvalidInput: see candidates.find_or_add.
    """
    return apply_with_form(session, actor, posting_code_or_requisition_id, new, clock, resume=resume).application


def apply_with_form(
    session: Session,
    actor: Actor,
    posting_code_or_requisition_id: str,
    new: NewPerson,
    clock: Clock,
    *,
    resume: NewResume | None = None,
) -> Applied:
    """As `apply`, and say whether the person was new. Anybody's résumé for an application that a known person has
    already is kept beside it under a flag: it replaces nothing until a colleague says so."""
    posting, requisition = _target(session, actor, posting_code_or_requisition_id, clock)
    companies.check_on(session, "recruiting", requisition.legal_entity_id)
    known = find_or_add(session, actor, new, clock, legal_entity_id=requisition.legal_entity_id)
    application = _of(session, requisition, known.person)
    there = application is not None
    if application is None:
        application = _add(session, actor, requisition, known.person, posting, clock)
    elif application.stage == "withdrawn":
        change_stage(session, actor, application, "new", "", clock, kind="applied")
    else:
        note_event(session, actor, application, "applied_again", clock)
    if resume is not None and there and actor.is_anybody:
        kept = _keep(session, actor, application.person_id, resume, clock)
        raise_flag(session, actor, known.person, "resume_given", {"filename": kept.filename, "resume": kept.id}, clock)
    elif resume is not None:
        _attach(session, actor, application, requisition, resume, clock)
    session.flush()
    return Applied(application, known.is_new)


def attach_resume(session: Session, actor: Actor, application_id: str, resume: NewResume, clock: Clock) -> Resume:
    """Add a résumé to an application; the newest counts, earlier ones stay with the person."""
    application, requisition = application_for(session, actor, application_id, "contact", "write", lock=True)
    return _attach(session, actor, application, requisition, resume, clock)


def move(
    session: Session, actor: Actor, application_id: str, to_stage: Stage, reason: str, clock: Clock
) -> Application:
    """Move an application to another stage, as the rules allow it (rules.STAGE_MOVES).

    To reject or to make an offer after an interview use `reviews.decide`, which keeps the decision with its reason.
    Moving to where it is changes nothing.

    Raises:
        ConflictError: `application.move`. InvalidInput: the move needs a reason.
    """
    application, _ = application_for(session, actor, application_id, "interview", "write", lock=True)
    if application.stage == to_stage:
        return application
    if "not_started" in (application.stage, to_stage):
        raise conflict(
            "application.move",
            msg("Whether somebody came on the first day is noted where they join."),
            msg("Open their onboarding and note it there."),
        )
    if to_stage in ("rejected", "withdrawn"):
        invitations.revoke_open(session, actor, application.id, clock)
    change_stage(session, actor, application, to_stage, reason, clock)
    return application


def get_application(session: Session, actor: Actor, application_id: str) -> ApplicationView:
    """One application with its person, posting and newest résumé; contact data needs "contact" read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    application, requisition = application_for(session, actor, application_id, "contact", "read")
    person = find(session, Person, application.person_id)
    if person is None:
        raise missing("person", msg("candidate"))
    posting = find(session, Posting, application.posting_id) if application.posting_id else None
    resume = find(session, Resume, application.resume_id) if application.resume_id else None
    return ApplicationView(application, person, requisition, posting, resume)


def history(session: Session, actor: Actor, application_id: str) -> tuple[ApplicationEvent, ...]:
    """Everything that happened to an application, oldest first."""
    application_for(session, actor, application_id, "interview", "read")
    return tuple(
        session.scalars(
            select(ApplicationEvent)
            .where(ApplicationEvent.application_id == application_id)
            .order_by(ApplicationEvent.id)
        )
    )


def _target(session: Session, actor: Actor, key: str, clock: Clock) -> tuple[Posting | None, Requisition]:
    if not (len(key) == 32 and find(session, Requisition, key) is not None):
        return by_code(session, key, clock)
    requisition = requisition_for(session, actor, key, "contact", "write")
    if requisition.state != "open":
        raise closed()
    return None, requisition


def _of(session: Session, requisition: Requisition, person: Person) -> Application | None:
    return session.scalar(
        select(Application)
        .where(Application.requisition_id == requisition.id, Application.person_id == person.id)
        .with_for_update()
    )


def _add(
    session: Session, actor: Actor, requisition: Requisition, person: Person, posting: Posting | None, clock: Clock
) -> Application:
    fresh = Application(
        **stamp(actor.id, clock),
        requisition_id=requisition.id,
        person_id=person.id,
        posting_id=None if posting is None else posting.id,
        channel="direct" if posting is None else posting.channel,
        stage="new",
        stage_since=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:  # the same form was sent twice at once
        there = _of(session, requisition, person)
        if there is None:
            raise
        return there
    note_event(session, actor, fresh, "applied", clock, None, "new")
    detail = {"requisition": requisition.id, "channel": fresh.channel}
    audit.record(session, actor.id, "application.create", f"application:{fresh.id}", detail, clock)
    return fresh


def _attach(
    session: Session, actor: Actor, application: Application, requisition: Requisition, resume: NewResume, clock: Clock
) -> Resume:
    row = _keep(session, actor, application.person_id, resume, clock)
    application.resume_id = row.id
    share, found = prefilter(requirements_of(requisition.requirements), resume.text)
    application.prefilter = {"share": share, "rows": [asdict(one) for one in found]}
    touch(application, actor.id, clock)
    audit.record(session, actor.id, "resume.attach", f"resume:{row.id}", {"application": application.id}, clock)
    return row


def _keep(session: Session, actor: Actor, person_id: str, resume: NewResume, clock: Clock) -> Resume:
    row = Resume(
        **stamp(actor.id, clock),
        person_id=person_id,
        filename=resume.filename[:200],
        media_type=resume.media_type[:80],
        blob_sha256=resume.blob_sha256,
        text=resume.text,
        fields=dict(resume.fields),
        parser=resume.parser,
        reason=None if resume.reason is None else dict(resume.reason),
    )
    session.add(row)
    if resume.key is not None:
        keep_draft(session, resume.key, Owner(person_id, RESUMES), clock)
    session.flush()
    return row
