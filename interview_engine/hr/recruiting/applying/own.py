"""A person's applications: as the person may see where they stand, and as pages about the person list them (C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.recruiting.rules import MESSAGE_GRACE
from interview_engine.hr.recruiting.tables import Application, ApplicationEvent, Invitation, Offer, Requisition

MAX_LISTED = 20
LIVE = ("sent", "opened", "consented", "in_progress")
OPEN_OFFERS = ("sent", "accepted", "declined")
"""Offers that a candidate has seen."""


@dataclass(frozen=True, slots=True)
class OwnApplication:
    """One application as its person sees it.

    Args:
        interview: "open" can be entered, "submitted" is handed in, "" neither.
        offer: state of the offer that was sent last, "" without one.
        messages: (when, words) that colleagues wrote to several candidates, newest first.
    """

    application: Application
    requisition: Requisition
    interview: Literal["open", "submitted", ""]
    offer: str
    messages: tuple[tuple[datetime, str], ...] = ()


def own_applications(session: Session, person_id: str, clock: Clock) -> tuple[OwnApplication, ...]:
    """A person's own applications, newest first, with the links that can be continued now."""
    rows = session.execute(
        select(Application, Requisition)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(Application.person_id == person_id)
        .order_by(Application.id.desc())
    ).tuples()
    return tuple(
        OwnApplication(
            application,
            requisition,
            _interview(session, application.id, clock),
            _offer(session, application.id),
            _messages(session, application.id, clock),
        )
        for application, requisition in rows.all()
    )


def applications_of(
    session: Session, person_id: str, *, without: str | None = None, limit: int = MAX_LISTED
) -> tuple[tuple[Application, str], ...]:
    """(application, title of its job) of a person, newest first. The caller has checked that they may be seen.

    Args:
        without: an application that is not listed, because its page is open.
    """
    rows = session.execute(
        select(Application, Requisition.title)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(Application.person_id == person_id, Application.id != (without or ""))
        .order_by(Application.id.desc())
        .limit(limit)
    )
    return tuple(rows.tuples())


def _interview(session: Session, application_id: str, clock: Clock) -> Literal["open", "submitted", ""]:
    invitation = session.scalars(
        select(Invitation)
        .where(Invitation.application_id == application_id, Invitation.state != "revoked")
        .order_by(Invitation.id.desc())
        .limit(1)
    ).one_or_none()
    if invitation is None:
        return ""
    if invitation.state == "submitted":
        return "submitted"
    return "open" if invitation.state in LIVE and invitation.expires_at > clock.now() else ""


def _messages(session: Session, application_id: str, clock: Clock) -> tuple[tuple[datetime, str], ...]:
    """Those that went out: not while they can be stopped, and not those that were."""
    events = session.scalars(
        select(ApplicationEvent)
        .where(
            ApplicationEvent.application_id == application_id,
            ApplicationEvent.kind.in_(("message", "message_stopped")),
        )
        .order_by(ApplicationEvent.id.desc())
    ).all()
    stopped = {one.detail.get("action") for one in events if one.kind == "message_stopped"}
    out = clock.now() - MESSAGE_GRACE
    return tuple(
        (one.created_at, one.reason)
        for one in events
        if one.kind == "message" and one.reason and one.created_at <= out and one.detail.get("action") not in stopped
    )


def _offer(session: Session, application_id: str) -> str:
    state = session.scalar(
        select(Offer.state)
        .where(Offer.application_id == application_id, Offer.state.in_(OPEN_OFFERS))
        .order_by(Offer.id.desc())
        .limit(1)
    )
    return state or ""
