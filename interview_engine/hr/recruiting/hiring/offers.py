"""Offers, and the hire that makes a candidate an employee with the interview's evidence in the file (A16).

What an offer pays is of the field class "pay": it is in no message, no history and no audit detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import GoneError, NotFoundError
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Approval
from interview_engine.hr.area import Facts
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.hiring.entry import ask_for_entry
from interview_engine.hr.recruiting.hiring.evidence import evidence_of, record_competencies
from interview_engine.hr.recruiting.jobs.closing import filled_by_hire
from interview_engine.hr.recruiting.reach import application_for, change_stage, note_event
from interview_engine.hr.recruiting.rules import OFFER_MOVES, OfferState
from interview_engine.hr.recruiting.tables import Application, Offer, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.money import rounded
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token

KIND = "offer"
"""The approvals' name for it."""
MAX_DAYS = 60


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be written: pay in yuan a month before tax, valid for `days` from the day it is sent."""

    title: str
    monthly_pay: Decimal
    start_date: date
    note: str = ""
    days: int = 7


@dataclass(frozen=True, slots=True)
class IssuedOffer:
    """A sent offer. `token` is in the link and nowhere else."""

    offer: Offer
    token: str


@dataclass(frozen=True, slots=True)
class OpenedOffer:
    """What the candidate's offer page shows."""

    offer: Offer
    application: Application
    requisition: Requisition
    person: Person


def draft_offer(session: Session, actor: Actor, application_id: str, new: NewOffer, clock: Clock) -> Offer:
    """Draft an offer for an approved application; it replaces an earlier draft.

    Raises:
        ConflictError: `offer.stage` (no decision for an offer yet), `offer.open` (one is under way).
        InvalidInput: title, `offer.pay`, `offer.days`, `offer.start`.
    """
    application, _ = application_for(session, actor, application_id, "pay", "write", lock=True)
    if application.stage != "offer":
        raise conflict(
            "offer.stage",
            msg("There is no decision to make this candidate an offer."),
            msg("Record the decision to advance first."),
        )
    for other in session.scalars(select(Offer).where(Offer.application_id == application_id).with_for_update()):
        if other.state in ("pending", "approved", "sent", "accepted"):
            raise conflict("offer.open", msg("An offer is already under way."))
        if other.state == "draft":
            _set_state(session, other, "expired", actor, clock)
    if not (new.monthly_pay.is_finite() and 0 < new.monthly_pay < Decimal("1e8")):
        raise invalid(
            "monthly_pay",
            "offer.pay",
            msg("The pay is above 0."),
            msg("Enter it in yuan per month."),
        )
    if not 1 <= new.days <= MAX_DAYS:
        raise invalid(
            "days",
            "offer.days",
            msg("It is valid for 1 to {max_days} days.", max_days=MAX_DAYS),
            msg("Change it."),
        )
    if new.start_date < china_day(clock):
        raise invalid(
            "start_date",
            "offer.start",
            msg("The start date has passed."),
            msg("Choose today or later."),
        )
    offer = Offer(
        **stamp(actor.id, clock),
        application_id=application_id,
        token_hash=digest(token()),  # of no link: the link is made when it is sent
        title=text_within(new.title, "title", msg("title", context="job"), 120),
        monthly_pay=rounded(new.monthly_pay),
        start_date=new.start_date.isoformat(),
        note=text_within(new.note, "note", msg("note"), 2000, least=0),
        state="draft",
        expires_at=clock.now() + timedelta(days=new.days),
    )
    session.add(offer)
    session.flush()
    audit.record(session, actor.id, "offer.draft", f"offer:{offer.id}", {"application": application_id}, clock)
    return offer


def submit_offer(session: Session, actor: Actor, offer_id: str, clock: Clock) -> Approval:
    """Ask for approval of a draft."""
    offer, _, requisition = _for_write(session, actor, offer_id)
    _set_state(session, offer, "pending", actor, clock)
    return approvals.start(session, actor, KIND, f"{KIND}:{offer.id}", requisition.department_id, clock)


def facts_of(session: Session, offer_id: str) -> Facts:
    """What conditions of approval flows ask about an offer."""
    offer = find(session, Offer, offer_id)
    return {} if offer is None else {"monthly_pay": offer.monthly_pay}


def approval_closed(session: Session, actor: Actor, subject: str, state: str, clock: Clock) -> None:
    """The effect of an approval's end, in its transaction: approved, or a draft again."""
    offer = find(session, Offer, subject.removeprefix(f"{KIND}:"), lock=True)
    if offer is not None and offer.state == "pending":
        _set_state(session, offer, "approved" if state == "approved" else "draft", actor, clock)


def send_offer(session: Session, actor: Actor, offer_id: str, clock: Clock) -> IssuedOffer:
    """Send it with a link of its own.

    Raises:
        ConflictError: `offer.state`; `offer.not_approved` where the company approves offers.
    """
    offer, application, requisition = _for_write(session, actor, offer_id)
    if offer.state == "draft" and approvals.has_flow(session, KIND, requisition.department_id):
        raise conflict(
            "offer.not_approved",
            msg("Offers need approval here."),
            msg("Submit it for approval first."),
        )
    valid_for = offer.expires_at - offer.created_at
    _set_state(session, offer, "sent", actor, clock)
    secret = token()
    offer.token_hash = digest(secret)
    offer.sent_at = clock.now()
    offer.expires_at = clock.now() + valid_for
    note_event(session, actor, application, "offer_sent", clock, detail={"offer": offer.id})
    notices.offer_sent(session, offer, application, requisition, secret, clock)
    return IssuedOffer(offer, secret)


def open_offer(session: Session, link_token: str, clock: Clock) -> OpenedOffer:
    """What the candidate sees behind the link, also after answering.

    Raises:
        NotFoundError: `offer.unknown`. GoneError: `offer.expired`.
    """
    offer = session.scalar(select(Offer).where(Offer.token_hash == digest(link_token), Offer.sent_at.is_not(None)))
    application = find(session, Application, offer.application_id) if offer is not None else None
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    person = find(session, Person, application.person_id) if application is not None else None
    if offer is None or application is None or requisition is None or person is None:
        raise NotFoundError(
            "offer.unknown",
            msg("This link is not valid."),
            msg("Check that the link is complete, or ask the recruiter."),
        )
    if offer.state == "expired" or (offer.state == "sent" and offer.expires_at <= clock.now()):
        raise GoneError(
            "offer.expired",
            msg("This offer has expired."),
            msg("Please ask the recruiter."),
        )
    return OpenedOffer(offer, application, requisition, person)


def answer_offer(session: Session, link_token: str, accept: bool, clock: Clock) -> Offer:
    """The candidate's answer; the same answer again changes nothing.

    Raises:
        NotFoundError, GoneError: see `open_offer`. ConflictError: `offer.answered` the other way already.
    """
    opened = open_offer(session, link_token, clock)
    offer = find(session, Offer, opened.offer.id, lock=True)
    application = find(session, Application, opened.application.id, lock=True)
    if offer is None or application is None:
        raise missing("offer", msg("offer"))
    answer: OfferState = "accepted" if accept else "declined"
    if offer.state == answer:
        return offer
    if offer.state != "sent":
        raise conflict(
            "offer.answered",
            msg("You have answered already."),
            msg("To change it, ask the recruiter."),
        )
    actor_id = f"candidate:offer:{offer.id}"
    candidate = Actor(actor_id, None, application.person_id, "candidate", (), opened.person.language)
    _set_state(session, offer, answer, candidate, clock)
    offer.answered_at = clock.now()
    note_event(session, candidate, application, f"offer_{answer}", clock, detail={"offer": offer.id})
    if not accept:
        change_stage(session, candidate, application, "review", "", clock, kind="offer_declined")
    else:
        ask_for_entry(session, actor_id, offer, application, opened.requisition, clock)
    notices.offer_answered(session, offer, opened.requisition, clock)
    notices.wipe_token(session, f"offer.sent:{offer.id}")
    return offer


def cancel_offer(session: Session, actor: Actor, offer_id: str, reason: str, clock: Clock) -> Offer:
    """Withdraw an offer that was not accepted; the application returns to review."""
    offer, application, _ = _for_write(session, actor, offer_id)
    clean = text_within(reason, "reason", msg("reason"), 2000, least=3)
    if offer.state == "pending":
        approvals.cancel_for(session, actor, KIND, f"{KIND}:{offer.id}", clock)
        _set_state(session, offer, "draft", actor, clock)
    _set_state(session, offer, "expired", actor, clock)
    notices.wipe_token(session, f"offer.sent:{offer.id}")
    if application.stage == "offer":
        change_stage(session, actor, application, "review", clean, clock, kind="offer_cancelled")
    return offer


def expire(session: Session, clock: Clock) -> int:
    """Job: mark lapsed offers as expired; returns how many."""
    rows = session.scalars(
        select(Offer).where(Offer.state == "sent", Offer.expires_at <= clock.now()).with_for_update(skip_locked=True)
    ).all()
    for offer in rows:
        _set_state(session, offer, "expired", SYSTEM, clock)
        notices.wipe_token(session, f"offer.sent:{offer.id}")
    return len(rows)


def offers_of(session: Session, actor: Actor, application_id: str) -> tuple[Offer, ...]:
    """Every offer of an application, newest first; needs "pay" read."""
    application_for(session, actor, application_id, "pay", "read")
    statement = select(Offer).where(Offer.application_id == application_id)
    return tuple(session.scalars(statement.order_by(Offer.id.desc())))


def hire(session: Session, actor: Actor, application_id: str, clock: Clock) -> Employment:
    """Make the candidate an employee: employment from the accepted offer, with scores, bands and rubric version of
    the interview copied into the file and into the competency record (A16). Twice gives the same employment.

    The first day is that of the offer, or the one that it was moved to since. The approval of the entry form hires too.

    Raises:
        ConflictError: `hire.no_offer`, nothing has been accepted.
    """
    application, requisition = application_for(session, actor, application_id, "interview", "decide", lock=True)
    there = employments.of_application(session, application_id)
    if there is not None:
        return there
    offer = session.scalars(
        select(Offer).where(Offer.application_id == application_id, Offer.state == "accepted")
    ).first()
    if offer is None:
        raise conflict(
            "hire.no_offer",
            msg("The candidate has not accepted an offer."),
            msg("Send an offer first and wait for the answer."),
        )
    change_stage(session, actor, application, "hired", "", clock, kind="hired")
    joining = ask_for_entry(session, actor.id, offer, application, requisition, clock)
    employment = employments.begin(
        session,
        actor,
        application.person_id,
        employments.Place(requisition.legal_entity_id, requisition.department_id),
        offer.title,
        joining.first_day,
        evidence_of(session, application),
        clock,
    )
    record_competencies(session, actor, application, employment, clock)
    filled_by_hire(session, requisition, actor, clock)
    onboarding.employed(session, joining, employment)
    if joining.state != "approved":  # then the whole welcome follows
        notices.onboarding_sent(session, application, requisition, joining.first_day.isoformat(), clock)
    return employment


def _for_write(session: Session, actor: Actor, offer_id: str) -> tuple[Offer, Application, Requisition]:
    offer = find(session, Offer, offer_id, lock=True)
    if offer is None:
        raise missing("offer", msg("offer"))
    application, requisition = application_for(session, actor, offer.application_id, "pay", "write", lock=True)
    return offer, application, requisition


def _set_state(session: Session, offer: Offer, to: OfferState, actor: Actor, clock: Clock) -> None:
    if to not in OFFER_MOVES[cast(OfferState, offer.state)]:
        raise conflict(
            "offer.state",
            msg("The offer is “{state}”; this cannot be done now.", state=offer.state),
        )
    before, offer.state = offer.state, to
    touch(offer, actor.id, clock)
    audit.record(session, actor.id, "offer.state", f"offer:{offer.id}", {"from": before, "to": to}, clock)
