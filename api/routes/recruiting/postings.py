"""Postings: one requisition in one channel, each with its own link (C4)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Id, In, Out, PageOut, list_out, new_router
from interview_engine.hr.recruiting.jobs import postings as service
from interview_engine.hr.recruiting.tables import Posting

router = new_router("postings")

Yuan = Annotated[Decimal, Field(ge=0, lt=Decimal("1e9"), decimal_places=2, max_digits=12, examples=["1200.00"])]


class NewPosting(In):
    """A channel to publish in."""

    channel: str = Field(min_length=1, max_length=60, examples=["job board A"])
    cost: Yuan = Field(default=Decimal(0), description="In yuan, all that is spent on it.")
    automatic_invitation: bool = Field(
        default=True, description="Applicants are invited to the interview as soon as they apply."
    )


class Cost(In):
    """What a posting has cost so far, in yuan."""

    cost: Yuan


class PostingOut(Out):
    """A posting. `link` is what candidates open."""

    id: str
    requisition_id: str
    channel: str
    code: str
    link: str = Field(examples=["https://hire.example.com/p/k3m9w2x7qa"])
    cost: Decimal
    automatic_invitation: bool
    closed_at: datetime | None
    created_at: datetime


class PostingRow(PostingOut):
    """A posting in a list."""

    applications: int


@router.get("/requisitions/{requisition_id}/postings")
def list_postings(requisition_id: Id, call: Annotated[Call, needs("public", "read")]) -> PageOut[PostingRow]:
    """The postings of a requisition, oldest first."""
    with call.reading() as session:
        found = service.postings_of(session, call.actor, requisition_id)
    return list_out(
        found, lambda one: PostingRow(**_out(call, one.posting).model_dump(), applications=one.applications)
    )


@router.post("/requisitions/{requisition_id}/postings", status_code=201)
def create_posting(requisition_id: Id, body: NewPosting, call: Annotated[Call, needs("public", "write")]) -> PostingOut:
    """Publish an open requisition in a channel."""

    def work(session: Session) -> PostingOut:
        row = service.create_posting(
            session,
            call.actor,
            requisition_id,
            body.channel,
            body.cost,
            call.clock,
            automatic_invitation=body.automatic_invitation,
        )
        return _out(call, row)

    return call.once(work)


@router.patch("/postings/{posting_id}")
def set_posting_cost(posting_id: Id, body: Cost, call: Annotated[Call, needs("public", "write")]) -> PostingOut:
    """Correct the cost of a posting."""
    with call.writing() as session:
        return _out(call, service.set_cost(session, call.actor, posting_id, body.cost, call.clock))


@router.post("/postings/{posting_id}/close")
def close_posting(posting_id: Id, call: Annotated[Call, needs("public", "write")]) -> PostingOut:
    """Close a posting to applications."""
    return call.once(lambda s: _out(call, service.close_posting(s, call.actor, posting_id, call.clock)))


def _out(call: Call, row: Posting) -> PostingOut:
    link = f"{call.context.service.public_url}/p/{row.code}"
    return PostingOut.model_validate(
        {name: getattr(row, name) for name in PostingOut.model_fields if name != "link"} | {"link": link}
    )
