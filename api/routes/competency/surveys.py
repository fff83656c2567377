"""Surveys to people: designed, sent as links, counted (B2)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.competency.competencies import OWNER
from api.routes.frame import Id, IdField, In, NewWords, Out, PageOut, Words, list_out, new_router
from interview_engine.hr.competency import service
from interview_engine.hr.competency.tables import Survey
from interview_engine.i18n import LocalizedText

router = new_router("competencies")

Kind = Literal["open", "scale", "top3"]


class SurveyQuestion(In):
    """One question: open, a scale 1..5 (of a competency or not), or the three most important things."""

    id: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$", examples=["teamwork"])
    kind: Kind
    text: NewWords
    competency: str | None = Field(default=None, max_length=80)


class NewSurvey(In):
    """A survey to be sent."""

    title: NewWords
    questions: list[SurveyQuestion] = Field(min_length=1, max_length=60)
    closes_at: AwareDatetime | None = None
    legal_entity_id: IdField | None = Field(default=None, description=OWNER)


class Recipients(In):
    """The persons to send it to."""

    person_ids: list[IdField] = Field(min_length=1, max_length=1000)


class SurveyOut(Out):
    """A survey: its questions, its state and its deadline."""

    id: str
    legal_entity_id: str | None = Field(description="Whose it is; null is the group's.")
    title: Words
    questions: list[dict[str, Any]]
    state: Literal["draft", "sent", "closed"]
    closes_at: datetime | None
    created_at: datetime


class SurveyLink(Out):
    """One person's link, which is given here and in the message to them only."""

    person_id: str
    link: str


class ScaleOut(Out):
    """Mean of a scale question on 1..5 with its 95 % interval."""

    n: int
    mean: float
    low: float | None
    high: float | None


class CountedOut(Out):
    """One thing that people named, and by how many."""

    item: str
    people: int


class QuestionResultOut(Out):
    """What was answered to one question: distribution of a scale, counts of choices, or free texts."""

    question: dict[str, Any]
    answers: int
    scale: ScaleOut | None
    items: list[CountedOut]
    texts: list[str]


class SurveyResultsOut(Out):
    """The results, without names."""

    sent: int
    answered: int
    questions: list[QuestionResultOut]


@router.get("/surveys")
def list_surveys(call: Annotated[Call, needs("public", "manage")]) -> PageOut[SurveyOut]:
    """All surveys, newest first."""
    with call.reading() as session:
        return list_out(service.list_surveys(session, call.actor), _survey)


@router.post("/surveys", status_code=201)
def create_survey(body: NewSurvey, call: Annotated[Call, needs("public", "manage")]) -> SurveyOut:
    """Create a survey as a draft."""
    title = LocalizedText(body.title.zh, body.title.en)
    questions = [one.model_dump() for one in body.questions]
    return call.once(
        lambda s: _survey(
            service.create_survey(
                s,
                call.actor,
                title,
                questions,
                call.clock,
                closes_at=body.closes_at,
                legal_entity_id=body.legal_entity_id,
            )
        )
    )


@router.post("/surveys/{survey_id}/send")
def send_survey(
    survey_id: Id, body: Recipients, call: Annotated[Call, needs("public", "manage")]
) -> PageOut[SurveyLink]:
    """Send a survey to people, each with a link of their own; those who have answered are left out."""

    def work(session: Session) -> PageOut[SurveyLink]:
        issued = service.send_survey(session, call.actor, survey_id, body.person_ids, call.clock)
        return list_out(
            issued,
            lambda one: SurveyLink(
                person_id=one.response.person_id, link=f"{call.context.service.public_url}/s/{one.token}"
            ),
        )

    return call.once(work)


@router.post("/surveys/{survey_id}/close")
def close_survey(survey_id: Id, call: Annotated[Call, needs("public", "manage")]) -> SurveyOut:
    """Close a survey to further answers."""
    return call.once(lambda s: _survey(service.close_survey(s, call.actor, survey_id, call.clock)))


@router.get("/surveys/{survey_id}/results")
def get_survey_results(
    survey_id: Id, call: Annotated[Call, needs("public", "manage", ("interview", "read"))]
) -> SurveyResultsOut:
    """The results so far: counts, and open answers in full, without names."""
    with call.reading() as session:
        return SurveyResultsOut.model_validate(service.survey_results(session, call.actor, survey_id))


def _survey(row: Survey) -> SurveyOut:
    return SurveyOut.model_validate(row)
