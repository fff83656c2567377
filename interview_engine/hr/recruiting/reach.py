"""Access to rows of recruiting: found, checked against the actor's reach, and locked on request."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Kit
from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.access.service import check_row
from interview_engine.hr.competency.service import kit
from interview_engine.hr.messaging.service import settle_keys
from interview_engine.hr.problems import conflict, missing, required, text_within
from interview_engine.hr.recruiting.rules import Stage, may_move, mover, needs_reason
from interview_engine.hr.recruiting.tables import (
    Application,
    ApplicationEvent,
    Assessment,
    HumanReview,
    Invitation,
    Requisition,
)
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


class Place(Protocol):
    """Where a requisition is or would be: its department and its company."""

    @property
    def department_id(self) -> str:
        """Id of the department that a scope is checked against."""
        ...

    @property
    def legal_entity_id(self) -> str:
        """Id of the company that a scope is checked against."""
        ...


def check_place(
    session: Session,
    actor: Actor,
    place: Place,
    field_class: FieldClass,
    action: Action,
    person_id: str | None = None,
) -> None:
    """Refuse unless the actor may do this to a requisition there, or to the application of one person.

    Raises:
        PermissionDenied: out of reach.
    """
    check_row(
        session,
        actor,
        field_class,
        action,
        department_id=place.department_id,
        legal_entity_id=place.legal_entity_id,
        person_id=person_id,
    )


def requisition_for(
    session: Session, actor: Actor, requisition_id: str, field_class: FieldClass, action: Action, *, lock: bool = False
) -> Requisition:
    """The requisition, if the actor may do this to it.

    Raises:
        NotFoundError: there is none. PermissionDenied: out of reach.
    """
    requisition = find(session, Requisition, requisition_id, lock=lock)
    if requisition is None:
        raise missing("requisition", msg("requisition"))
    check_place(session, actor, requisition, field_class, action)
    return requisition


def application_for(
    session: Session, actor: Actor, application_id: str, field_class: FieldClass, action: Action, *, lock: bool = False
) -> tuple[Application, Requisition]:
    """The application and its requisition, if the actor may do this to them.

    Raises:
        NotFoundError: there is none. PermissionDenied: out of reach.
    """
    application = find(session, Application, application_id, lock=lock)
    if application is None:
        raise missing("application", msg("application"))
    requisition = find(session, Requisition, application.requisition_id)
    if requisition is None:
        raise missing("requisition", msg("requisition"))
    check_place(session, actor, requisition, field_class, action, application.person_id)
    return application, requisition


def invitation_of(session: Session, actor: Actor, invitation_id: str, *, lock: bool = False) -> Invitation:
    """The candidate's own invitation; the system may open any. Locking takes its application too, see `locked`.

    Raises:
        NotFoundError, PermissionDenied: it is another's.
    """
    invitation = locked(session, invitation_id) if lock else find(session, Invitation, invitation_id)
    if invitation is None:
        raise missing("invitation", msg("invitation"))
    if actor.id not in (f"candidate:{invitation.id}", "system"):
        raise PermissionDenied(
            "access.denied",
            msg("This is not your interview."),
            msg("Open it from your own invitation link."),
        )
    return invitation


def locked(session: Session, invitation_id: str) -> Invitation | None:
    """The invitation, locked after its application. Everybody who needs both locks them in this order, so that a
    recruiter who decides and a candidate who answers never wait for each other in a circle."""
    application_id = session.scalar(select(Invitation.application_id).where(Invitation.id == invitation_id))
    if application_id is None:
        return None
    find(session, Application, application_id, lock=True)
    return find(session, Invitation, invitation_id, lock=True)


def kit_of(session: Session, invitation: Invitation) -> Kit:
    """The kit version of the invitation."""
    return kit(session, invitation.kit_version_id)


def change_stage(
    session: Session,
    actor: Actor,
    application: Application,
    to_stage: Stage,
    reason: str,
    clock: Clock,
    *,
    kind: str = "stage",
    detail: dict[str, object] | None = None,
) -> None:
    """Move a locked application to another stage, with its event and its audit record.

    Raises:
        ConflictError: `application.move`, the rules do not allow it (to this hand). InvalidInput: no reason given.
    """
    from_stage = cast(Stage, application.stage)
    by = mover(actor.id)
    if not may_move(from_stage, to_stage, by):
        raise conflict(
            "application.move",
            msg(
                "An application cannot go from “{from_stage}” to “{to_stage}” this way.",
                from_stage=from_stage,
                to_stage=to_stage,
            ),
        )
    if by == "person" and needs_reason(from_stage, to_stage) and not reason.strip():
        raise required("reason", msg("reason"))
    now = clock.now()
    in_stage_s = (now - application.stage_since).total_seconds()
    application.stage = to_stage
    application.stage_since = now
    touch(application, actor.id, clock)
    note_event(session, actor, application, kind, clock, from_stage, to_stage, reason, detail, in_stage_s)
    if from_stage == "review":
        settle_messages(session, application.id, clock)
    audit.record(
        session,
        actor.id,
        "application.move",
        f"application:{application.id}",
        {"from": from_stage, "to": to_stage},
        clock,
    )


def settle_messages(session: Session, application_id: str, clock: Clock) -> None:
    """What colleagues were told of an interview asks for nothing any more: somebody has judged it, or it is over."""
    reports = session.scalars(select(Assessment.id).where(Assessment.application_id == application_id))
    interviews = session.scalars(select(Invitation.id).where(Invitation.application_id == application_id))
    answered = session.scalars(
        select(HumanReview.id).where(
            HumanReview.application_id == application_id,
            HumanReview.kind == "rerating_request",
            HumanReview.resolved_at.is_not(None),
        )
    )
    keys = [
        *(f"assessment.ready:{one}" for one in reports),
        *(f"interview.to_read:{one}" for one in interviews),
        *(f"rerating.requested:{one}" for one in answered),
    ]
    settle_keys(session, keys, clock)


def restore_stage(
    session: Session, actor: Actor, application: Application, stage: Stage, since: datetime, clock: Clock
) -> None:
    """Give a locked application the stage that it had before a move, since when it had it, with event and audit record.

    No rule is asked: it was there.
    """
    from_stage = cast(Stage, application.stage)
    in_stage_s = (clock.now() - application.stage_since).total_seconds()
    application.stage, application.stage_since = stage, since
    touch(application, actor.id, clock)
    note_event(session, actor, application, "undone", clock, from_stage, stage, in_stage_s=in_stage_s)
    detail = {"from": from_stage, "to": stage, "undone": True}
    audit.record(session, actor.id, "application.move", f"application:{application.id}", detail, clock)


def note_event(
    session: Session,
    actor: Actor,
    application: Application,
    kind: str,
    clock: Clock,
    from_stage: str | None = None,
    to_stage: str | None = None,
    reason: str = "",
    detail: dict[str, object] | None = None,
    in_stage_s: float | None = None,
) -> None:
    """One line of the application's history; `in_stage_s` are the seconds it had been in `from_stage`."""
    session.add(
        ApplicationEvent(
            **stamp(actor.id, clock),
            application_id=application.id,
            kind=kind,
            from_stage=from_stage,
            to_stage=to_stage,
            stage_s=in_stage_s,
            total_s=(clock.now() - application.created_at).total_seconds(),
            reason=text_within(reason, "reason", msg("reason"), 2000, least=0),
            detail=detail or {},
        )
    )


def allowed(
    session: Session,
    actor: Actor,
    requisition: Requisition,
    field_class: FieldClass,
    action: Action,
    person_id: str | None = None,
) -> bool:
    """Whether the actor may do that with the applications of this requisition, or with one person's, as a question."""
    try:
        check_place(session, actor, requisition, field_class, action, person_id)
    except PermissionDenied:
        return False
    return True
