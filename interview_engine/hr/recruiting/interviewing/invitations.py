"""Invitations: a link that works for one device, within its time, through consent to the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Kit
from interview_engine.clock import Clock
from interview_engine.errors import GoneError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.interviewing.consents import CONSENT_TEXT, ConsentGiven, give_consent
from interview_engine.hr.recruiting.interviewing.invitation_states import (
    expire,
    is_over,
    revoke_open,
    set_state,
    where_it_was,
    wrong_state,
)
from interview_engine.hr.recruiting.interviewing.submitting import receipt_of, submit
from interview_engine.hr.recruiting.reach import (
    application_for,
    change_stage,
    kit_of,
    locked,
    note_event,
)
from interview_engine.hr.recruiting.rules import LIVE_INVITATION
from interview_engine.hr.recruiting.tables import Application, Invitation, Posting, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token

__all__ = [
    "CONSENT_TEXT",
    "INTERVIEW_LANGUAGES",
    "MAX_DAYS",
    "ConsentGiven",
    "IssuedInvitation",
    "Opened",
    "expire",
    "extend",
    "give_consent",
    "invitations_of",
    "invite",
    "invite_automatically",
    "is_over",
    "move_device",
    "open_invitation",
    "peek",
    "receipt_of",
    "revoke",
    "revoke_open",
    "submit",
]

MAX_DAYS = 90
INTERVIEW_LANGUAGES = ("zh", "en")
"""What an interview can be in: kits are written in them, and answers are understood in them."""


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """A new invitation. `token` is in the link and nowhere else: the database keeps its sha256."""

    invitation: Invitation
    token: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What the candidate's page works with. `new_device_secret` is set on the device's first visit: its cookie."""

    invitation: Invitation
    application: Application
    requisition: Requisition
    person: Person
    kit: Kit
    new_device_secret: str | None


def invite(
    session: Session,
    actor: Actor,
    application_id: str,
    clock: Clock,
    *,
    days: int = 7,
    language: str | None = None,
) -> IssuedInvitation:
    """Invite to the interview of the requisition's kit. An invitation that was still open is revoked.

    Args:
        language: of the interview; None takes the candidate's own, or English where no interview can be in it. The
            message is in the candidate's own where that is neither.

    Raises:
        NotFoundError: also `module.off`: who was invited before the company switched recruiting off goes on to the end.
        ConflictError: `invitation.no_kit`, `application.move` (hired, rejected, withdrawn), `requisition.state`.
        InvalidInput: `invitation.days`, `invitation.language`.
    """
    application, requisition = application_for(session, actor, application_id, "interview", "write", lock=True)
    companies.check_on(session, "recruiting", requisition.legal_entity_id)
    kit_version_id = _kit_to_ask(requisition)
    if not 1 <= days <= MAX_DAYS:
        raise invalid(
            "days",
            "invitation.days",
            msg("It is valid for 1 to {max_days} days.", max_days=MAX_DAYS),
            msg("Change it."),
        )
    person = find(session, Person, application.person_id)
    reading = person.language if person is not None else requisition.language
    spoken = language or (reading if reading in INTERVIEW_LANGUAGES else "en")
    if spoken not in INTERVIEW_LANGUAGES:
        raise invalid(
            "language",
            "invitation.language",
            msg("The language is zh or en."),
            msg("Choose one."),
        )
    revoke_open(session, actor, application.id, clock)
    if application.stage != "invited":
        change_stage(session, actor, application, "invited", "", clock)
    secret = token()
    invitation = Invitation(
        **stamp(actor.id, clock),
        application_id=application.id,
        kit_version_id=kit_version_id,
        token_hash=digest(secret),
        state="sent",
        language=spoken,
        policy=requisition.policy,
        expires_at=clock.now() + timedelta(days=days),
    )
    session.add(invitation)
    session.flush()
    audit.record(
        session, actor.id, "invitation.send", f"invitation:{invitation.id}", {"application": application.id}, clock
    )
    written = spoken if reading in INTERVIEW_LANGUAGES else reading
    notices.invitation_sent(session, invitation, application, requisition, secret, written, clock)
    return IssuedInvitation(invitation, secret)


def _kit_to_ask(requisition: Requisition) -> str:
    """The kit version of a job that still invites."""
    if requisition.kit_version_id is None:
        raise conflict(
            "invitation.no_kit",
            msg("The requisition has no kit."),
            msg("Choose a kit first."),
        )
    if requisition.state not in ("open", "on_hold"):
        raise conflict("requisition.state", msg("The requisition is not open."))
    return requisition.kit_version_id


def invite_automatically(session: Session, application: Application, clock: Clock) -> IssuedInvitation | None:
    """Right after `apply`: invite where the posting does so by itself (C2).

    None when it does not, or when the person has been invited before: a form that is sent again by somebody who only
    knows an address gets no link to somebody's interview.
    """
    posting = find(session, Posting, application.posting_id) if application.posting_id else None
    if posting is None or not posting.automatic_invitation or application.stage != "new":
        return None
    before = select(Invitation.id).where(Invitation.application_id == application.id).limit(1)
    if session.scalars(before).one_or_none() is not None:
        return None
    return invite(session, SYSTEM, application.id, clock)


def peek(session: Session, link_token: str, clock: Clock) -> Opened:
    """What the landing page shows. Binds nothing: chat programs fetch links for a preview before people do.

    Raises:
        NotFoundError: `invitation.unknown`. GoneError: `invitation.expired`, `invitation.revoked`.
    """
    return _view(session, _by_token(session, link_token, clock), None)


def open_invitation(session: Session, link_token: str, device_secret: str | None, clock: Clock) -> Opened:
    """Open the interview on this device; the first that does keeps it.

    Args:
        device_secret: of the device's cookie; None on its first visit.

    Raises:
        NotFoundError: `invitation.unknown`. GoneError: `invitation.expired`, `invitation.revoked`.
        PermissionDenied: `invitation.other_device`.
    """
    invitation = _by_token(session, link_token, clock)
    actor_id = f"candidate:{invitation.id}"
    if invitation.device_hash is not None:
        if device_secret is None or digest(device_secret) != invitation.device_hash:
            raise _other_device()
        return _view(session, invitation, None)
    secret = token()
    bound = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.device_hash.is_(None))
        .values(device_hash=digest(secret))
        .execution_options(synchronize_session=False)
    )
    session.refresh(invitation)
    if bound.rowcount != 1:  # type: ignore[attr-defined]
        raise _other_device()
    if invitation.state == "sent":
        invitation.state = "opened"
        invitation.opened_at = clock.now()
    touch(invitation, actor_id, clock)
    notices.wipe_token(session, f"invitation.sent:{invitation.id}")
    audit.record(
        session, actor_id, "invitation.open", f"invitation:{invitation.id}", {"moves": invitation.device_moves}, clock
    )
    return _view(session, invitation, secret)


def revoke(session: Session, actor: Actor, invitation_id: str, clock: Clock) -> Invitation:
    """Revoke an open invitation; the application returns to screening."""
    row, application = _for_recruiter(session, actor, invitation_id)
    if row.state not in (*LIVE_INVITATION, "expired"):
        raise wrong_state(row)
    set_state(session, row, "revoked", actor, clock)
    if application.stage in ("invited", "interviewing"):
        change_stage(session, actor, application, "screening", "", clock, kind="invitation_revoked")
    return row


def extend(session: Session, actor: Actor, invitation_id: str, days: int, clock: Clock) -> Invitation:
    """Extend an open or expired invitation to `days` from now; the link and the device stay."""
    row, application = _for_recruiter(session, actor, invitation_id)
    if row.state not in (*LIVE_INVITATION, "expired"):
        raise wrong_state(row)
    if not 1 <= days <= MAX_DAYS:
        raise invalid(
            "days",
            "invitation.days",
            msg("It is valid for 1 to {max_days} days.", max_days=MAX_DAYS),
            msg("Change it."),
        )
    row.expires_at = clock.now() + timedelta(days=days)
    if row.state == "expired":
        set_state(session, row, where_it_was(row), actor, clock)
    touch(row, actor.id, clock)
    note_event(session, actor, application, "invitation_extended", clock, detail={"days": days})
    audit.record(session, actor.id, "invitation.extend", f"invitation:{row.id}", {"days": days}, clock)
    return row


def move_device(session: Session, actor: Actor, invitation_id: str, clock: Clock) -> Invitation:
    """Let the next device that opens the link take over (a phone was lost or broken); the old one is locked out."""
    row, application = _for_recruiter(session, actor, invitation_id)
    if row.state == "revoked":
        raise wrong_state(row)
    row.device_hash = None
    row.device_moves += 1
    touch(row, actor.id, clock)
    note_event(session, actor, application, "device_moved", clock)
    audit.record(session, actor.id, "invitation.move_device", f"invitation:{row.id}", {}, clock)
    return row


def invitations_of(session: Session, actor: Actor, application_id: str) -> tuple[Invitation, ...]:
    """Every invitation of an application, newest first."""
    application_for(session, actor, application_id, "interview", "read")
    statement = select(Invitation).where(Invitation.application_id == application_id)
    return tuple(session.scalars(statement.order_by(Invitation.id.desc())))


def _by_token(session: Session, link_token: str, clock: Clock) -> Invitation:
    invitation = session.scalar(select(Invitation).where(Invitation.token_hash == digest(link_token)))
    if invitation is None:
        raise NotFoundError(
            "invitation.unknown",
            msg("This link is not valid."),
            msg("Check that the link is complete, or ask the recruiter."),
        )
    if invitation.state == "revoked":
        raise GoneError(
            "invitation.revoked",
            msg("This invitation was revoked."),
            msg("Please ask the recruiter."),
        )
    if invitation.state != "submitted" and (invitation.state == "expired" or invitation.expires_at <= clock.now()):
        raise GoneError(
            "invitation.expired",
            msg("This invitation has expired."),
            msg("Please ask the recruiter for more time."),
        )
    return invitation


def _view(session: Session, invitation: Invitation, secret: str | None) -> Opened:
    application = find(session, Application, invitation.application_id)
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    person = find(session, Person, application.person_id) if application is not None else None
    if application is None or requisition is None or person is None:
        raise missing("application", msg("application"))
    return Opened(invitation, application, requisition, person, kit_of(session, invitation), secret)


def _for_recruiter(session: Session, actor: Actor, invitation_id: str) -> tuple[Invitation, Application]:
    row = locked(session, invitation_id)
    if row is None:
        raise missing("invitation", msg("invitation"))
    application, _ = application_for(session, actor, row.application_id, "interview", "write", lock=True)
    return row, application


def _other_device() -> PermissionDenied:
    return PermissionDenied(
        "invitation.other_device",
        msg("This interview was opened on another device."),
        msg("Continue on that device and in that browser. If you cannot, ask the recruiter to allow another one."),
    )
