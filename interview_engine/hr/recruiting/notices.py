"""Notifications of recruiting: each is written once, in the transaction of the event it reports.

Payloads hold identifiers and titles, no names, answers or pay: a chat window shows "open to see".
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.messaging.service import tell_account, tell_person
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Offer, Requisition
from interview_engine.store.tables import OutboxMessage


def invitation_sent(
    session: Session,
    invitation: Invitation,
    application: Application,
    requisition: Requisition,
    token: str,
    language: str,
    clock: Clock,
) -> None:
    """To the candidate, with the link's token, which is wiped once the link has been opened (`wipe_token`).

    Args:
        language: of the message, which need not be the interview's.
    """
    tell_person(
        session,
        application.person_id,
        f"invitation.sent:{invitation.id}",
        "invitation.sent",
        {
            "invitation": invitation.id,
            "title": requisition.title,
            "token": token,
            "expires_at": invitation.expires_at.isoformat(),
            "language": language,
        },
        clock,
    )


def application_received(session: Session, application: Application, title: str, token: str, clock: Clock) -> None:
    """To the candidate at the stored contact, never at one that a form gave; at most once a day.

    Args:
        token: signs in to the person's own applications; wiped once it was sent.
    """
    key = f"application.received:{application.id}:{china_day(clock)}"
    payload = {"application": application.id, "title": title, "token": token}
    tell_person(session, application.person_id, key, "application.received", payload, clock)


def candidate_written_to(
    session: Session,
    key: str,
    application: Application,
    title: str,
    text: str,
    token: str,
    due_at: datetime,
    clock: Clock,
) -> None:
    """To the candidate: what a colleague wrote, not before `due_at`.

    Args:
        key: of the message, unique. token: signs in to the person's own applications, where the words stand as well.
    """
    payload = {"application": application.id, "title": title, "text": text, "token": token}
    tell_person(session, application.person_id, key, "application.message", payload, clock, due_at=due_at)


def wipe_token(session: Session, dedupe_key: str) -> None:
    """Remove the secret of a link from the message that carried it."""
    message = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe_key == dedupe_key))
    if message is not None and "token" in message.payload:
        message.payload = {key: value for key, value in message.payload.items() if key != "token"}
        if message.state == "queued":
            message.state = "suppressed"


def interview_submitted(session: Session, invitation: Invitation, requisition: Requisition, clock: Clock) -> None:
    """To the owner when no assessment will follow: the candidate refused it, a person reads the answers."""
    tell_account(
        session,
        requisition.owner_account_id,
        f"interview.to_read:{invitation.id}",
        "interview.to_read",
        {"application": invitation.application_id, "title": requisition.title},
        clock,
    )


def assessment_ready(
    session: Session, assessment: Assessment, application: Application, requisition: Requisition, clock: Clock
) -> None:
    """To the owner: a report can be read (A21)."""
    tell_account(
        session,
        requisition.owner_account_id,
        f"assessment.ready:{assessment.id}",
        "assessment.ready",
        {
            "application": application.id,
            "assessment": assessment.id,
            "requisition": requisition.id,
            "title": requisition.title,
            "status": assessment.status,
        },
        clock,
    )


def rerating_requested(
    session: Session, review_id: str, requisition: Requisition, application_id: str, clock: Clock
) -> None:
    """To the owner: a candidate requests a review by a person."""
    tell_account(
        session,
        requisition.owner_account_id,
        f"rerating.requested:{review_id}",
        "rerating.requested",
        {"application": application_id, "title": requisition.title},
        clock,
    )


def rerating_answered(session: Session, review_id: str, person_id: str, requisition: Requisition, clock: Clock) -> None:
    """To the candidate: a person has reviewed the result."""
    key = f"rerating.answered:{review_id}"
    tell_person(session, person_id, key, "rerating.answered", {"title": requisition.title}, clock)


def offer_sent(
    session: Session, offer: Offer, application: Application, requisition: Requisition, token: str, clock: Clock
) -> None:
    """To the candidate, with the link's token; nothing of the pay."""
    tell_person(
        session,
        application.person_id,
        f"offer.sent:{offer.id}",
        "offer.sent",
        {"offer": offer.id, "title": requisition.title, "token": token, "expires_at": offer.expires_at.isoformat()},
        clock,
    )


def onboarding_sent(
    session: Session, application: Application, requisition: Requisition, start: str, clock: Clock
) -> None:
    """Welcome message to the new hire, with the start date."""
    tell_person(
        session,
        application.person_id,
        f"onboarding.sent:{application.id}",
        "onboarding.sent",
        {"title": requisition.title, "start": start},
        clock,
    )


def offer_answered(session: Session, offer: Offer, requisition: Requisition, clock: Clock) -> None:
    """To the owner: accepted or declined."""
    tell_account(
        session,
        requisition.owner_account_id,
        f"offer.answered:{offer.id}:{offer.state}",
        "offer.answered",
        {"application": offer.application_id, "offer": offer.id, "title": requisition.title, "state": offer.state},
        clock,
    )


def candidate_withdrew(session: Session, invitation: Invitation, requisition: Requisition, clock: Clock) -> None:
    """To the owner: a candidate has withdrawn."""
    tell_account(
        session,
        requisition.owner_account_id,
        f"application.withdrawn:{invitation.id}",
        "application.withdrawn",
        {"application": invitation.application_id, "title": requisition.title},
        clock,
    )
