"""Offers and the hire that follows an accepted one (A16). The pay of an offer is of the field class "pay"."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Cursor, Id, In, Limit, Out, PageOut, Reason, list_out, new_router, page_out
from api.routes.recruiting.asked import ApprovalStarted, started
from interview_engine.hr.employment import service as employment
from interview_engine.hr.recruiting.hiring import offers as service
from interview_engine.hr.recruiting.rules import OfferState
from interview_engine.hr.recruiting.tables import Offer

router = new_router("offers")


class NewOffer(In):
    """Title, monthly pay in yuan and first day of work."""

    title: str = Field(min_length=1, max_length=120, examples=["Maintenance engineer"])
    monthly_pay: Decimal = Field(
        gt=0, lt=Decimal("1e8"), decimal_places=2, max_digits=10, description="Yuan a month before tax.",
        examples=["18500.00"],
    )  # fmt: skip
    start_date: date = Field(examples=["2027-03-01"])
    note: str = Field(default="", max_length=2000)
    days: int = Field(default=7, ge=1, le=service.MAX_DAYS, description="It is valid for so many days once sent.")


class Cancelling(In):
    """The reason for withdrawing an offer."""

    reason: Reason = Field(min_length=3)


class OfferOut(Out):
    """An offer with its pay in yuan a month, its state and its times."""

    id: str
    application_id: str
    title: str
    monthly_pay: Decimal
    start_date: date
    note: str
    state: OfferState
    expires_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    created_at: datetime


class SentOffer(OfferOut):
    """A sent offer with its link, which is given here and in the message to the candidate only."""

    link: str = Field(examples=["https://hire.example.com/o/7Qk…"])


class EmploymentRow(Out):
    """An employment in a list."""

    id: str
    person_id: str
    application_id: str | None
    legal_entity_id: str
    department_id: str
    title: str
    start_date: date
    state: str
    created_at: datetime


class EmploymentOut(EmploymentRow):
    """An employment. `interview` is what hiring copied into the file; null after withdrawal or erasure."""

    interview: dict[str, Any] | None


@router.get("/applications/{application_id}/offers")
def list_offers(application_id: Id, call: Annotated[Call, needs("pay", "read")]) -> PageOut[OfferOut]:
    """Every offer of an application, newest first."""
    with call.reading() as session:
        rows = service.offers_of(session, call.actor, application_id)
    return list_out(rows, OfferOut.model_validate)


@router.post("/applications/{application_id}/offers", status_code=201)
def draft_offer(application_id: Id, body: NewOffer, call: Annotated[Call, needs("pay", "write")]) -> OfferOut:
    """Draft an offer for an application that a person decided to advance; it replaces an earlier draft."""
    new = service.NewOffer(body.title, body.monthly_pay, body.start_date, body.note, body.days)
    return call.once(lambda s: _out(service.draft_offer(s, call.actor, application_id, new, call.clock)))


@router.post("/offers/{offer_id}/submit")
def submit_offer(offer_id: Id, call: Annotated[Call, needs("pay", "write")]) -> ApprovalStarted:
    """Submit a draft for approval."""
    return call.once(lambda s: started(service.submit_offer(s, call.actor, offer_id, call.clock)))


@router.post("/offers/{offer_id}/send")
def send_offer(offer_id: Id, call: Annotated[Call, needs("pay", "write")]) -> SentOffer:
    """Send an offer to the candidate with a link of its own."""

    def work(session: Session) -> SentOffer:
        sent = service.send_offer(session, call.actor, offer_id, call.clock)
        link = f"{call.context.service.public_url}/o/{sent.token}"
        return SentOffer(**_out(sent.offer).model_dump(), link=link)

    return call.once(work)


@router.post("/offers/{offer_id}/cancel")
def cancel_offer(offer_id: Id, body: Cancelling, call: Annotated[Call, needs("pay", "write")]) -> OfferOut:
    """Withdraw an offer that is not accepted; the application returns to review."""
    return call.once(lambda s: _out(service.cancel_offer(s, call.actor, offer_id, body.reason, call.clock)))


@router.post("/applications/{application_id}/hire", status_code=201)
def hire(application_id: Id, call: Annotated[Call, needs("interview", "decide")]) -> EmploymentOut:
    """Make the candidate an employee, with the interview's evidence in the file. Twice gives the same employment."""
    return call.once(lambda s: EmploymentOut.model_validate(service.hire(s, call.actor, application_id, call.clock)))


@router.get("/employments")
def list_employments(
    call: Annotated[Call, needs("contact", "read")], cursor: Cursor = None, limit: Limit = 50
) -> PageOut[EmploymentRow]:
    """Employments within reach, newest first."""
    with call.reading() as session:
        page = employment.list_employments(session, call.actor, cursor=cursor, limit=limit)
    return page_out(page, EmploymentRow.model_validate)


@router.get("/employments/{employment_id}")
def get_employment(
    employment_id: Id, call: Annotated[Call, needs("contact", "read", ("interview", "read"))]
) -> EmploymentOut:
    """One employment with the interview's evidence in its file."""
    with call.reading() as session:
        return EmploymentOut.model_validate(employment.get_employment(session, call.actor, employment_id))


def _out(row: Offer) -> OfferOut:
    return OfferOut.model_validate(row)
