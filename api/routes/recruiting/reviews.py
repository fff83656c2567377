"""Decisions and reviews by people: decisions, overrides, notes, re-ratings, blind ratings (A18). Only people decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Id, In, Out, PageOut, Reason, list_out, new_router
from interview_engine.hr.recruiting.reviewing import reviews as service
from interview_engine.hr.recruiting.rules import Decision
from interview_engine.hr.recruiting.tables import HumanReview

router = new_router("reviews")

Level = Annotated[float, Field(ge=1, le=5, multiple_of=0.5)]


class NewDecision(In):
    """A decision and its reason."""

    decision: Decision
    reason: Reason = Field(min_length=service.LEAST_REASON)


class NewOverride(In):
    """A person's own score beside the engine's."""

    competency_code: str | None = Field(default=None, max_length=80, description="Null for the whole interview.")
    score: float = Field(ge=0, le=10)
    reason: Reason = Field(min_length=service.LEAST_REASON)


class Text(In):
    """What a person says."""

    text: Reason = Field(min_length=service.LEAST_REASON)


class NewRatings(In):
    """Levels 1..5, in halves, of the kit's competencies; delivery is not rated."""

    levels: dict[str, Level] = Field(min_length=1, max_length=40, examples=[{"communication": 3.5}])
    text: str = Field(default="", max_length=2000)


class ReviewOut(Out):
    """A review of an application by a person."""

    id: str
    application_id: str
    assessment_id: str | None
    account_id: str | None
    kind: Literal["decision", "override", "rerating_request", "rerating", "note"]
    decision: Decision | Literal["taken_back"] | None
    competency_code: str | None
    score: float | None
    reason: str
    created_at: datetime
    resolved_at: datetime | None


class RatingOut(Out):
    """The level that one rater gave to a competency without seeing the score."""

    assessment_id: str
    competency_code: str
    account_id: str
    level: float
    created_at: datetime


@router.get("/applications/{application_id}/reviews")
def list_reviews(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[ReviewOut]:
    """All reviews of an application, oldest first."""
    with call.reading() as session:
        rows = service.reviews_of(session, call.actor, application_id)
    return list_out(rows, ReviewOut.model_validate)


@router.post("/applications/{application_id}/decisions", status_code=201)
def decide(application_id: Id, body: NewDecision, call: Annotated[Call, needs("interview", "decide")]) -> ReviewOut:
    """Record a person's decision: advance to an offer, hold, or reject. The token's account answers for it."""
    return call.once(
        lambda s: _out(service.decide(s, call.actor, application_id, body.decision, body.reason, call.clock))
    )


@router.post("/applications/{application_id}/overrides", status_code=201)
def override_score(
    application_id: Id, body: NewOverride, call: Annotated[Call, needs("interview", "decide")]
) -> ReviewOut:
    """Record a person's own score; the engine's stays beside it."""

    def work(session: Session) -> ReviewOut:
        row = service.override(
            session, call.actor, application_id, body.competency_code, body.score, body.reason, call.clock
        )
        return _out(row)

    return call.once(work)


@router.post("/applications/{application_id}/notes", status_code=201)
def add_note(application_id: Id, body: Text, call: Annotated[Call, needs("interview", "write")]) -> ReviewOut:
    """Record that a person has reviewed the interview, with a note; open review flags are settled."""
    return call.once(lambda s: _out(service.note(s, call.actor, application_id, body.text, call.clock)))


@router.post("/reviews/{review_id}/answer")
def answer_rerating(review_id: Id, body: Text, call: Annotated[Call, needs("interview", "decide")]) -> ReviewOut:
    """Answer a candidate's request for a human re-rating."""
    return call.once(lambda s: _out(service.answer_rerating(s, call.actor, review_id, body.text, call.clock)))


@router.post("/assessments/{assessment_id}/ratings", status_code=201)
def rate_blind(
    assessment_id: Id, body: NewRatings, call: Annotated[Call, needs("interview", "write")]
) -> PageOut[RatingOut]:
    """Rate an interview without having seen the engine's scores; 409 when the account has read the report."""

    def work(session: Session) -> PageOut[RatingOut]:
        levels: dict[str, float] = dict(body.levels)
        rows = service.rate_blind(session, call.actor, assessment_id, levels, call.clock, text=body.text)
        return list_out(rows, RatingOut.model_validate)

    return call.once(work)


def _out(row: HumanReview) -> ReviewOut:
    return ReviewOut.model_validate(row)
