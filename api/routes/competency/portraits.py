"""A person's competencies over time, and the behavioural events they told of (B3, B4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Done, Id, IdQuery, In, Out, PageOut, Words, list_out, new_router
from interview_engine.hr.competency import service
from interview_engine.hr.competency.episodes import MAX_TEXT
from interview_engine.hr.recruiting.reviewing import episodes
from interview_engine.hr.recruiting.reviewing.episodes import MAX_QUOTES

router = new_router("competencies")

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class MeasureOut(Out):
    """One dated measure, 0..10 with its band. Only measures with one ruler can be compared."""

    at: datetime
    source: str = Field(examples=["interview"])
    score: float
    low: float
    high: float
    level: float
    ruler: str
    reference: str


class GrowthOut(Out):
    """Change between two measures with one ruler."""

    difference: float
    low: float
    high: float
    percent: float | None
    percent_low: float | None
    percent_high: float | None
    told_apart: bool = Field(description="More than the measures' own error.")


class CompetencyPortraitOut(Out):
    """One competency of a person."""

    code: str
    name: Words
    kind: str
    latest: MeasureOut
    history: list[MeasureOut]
    growth: GrowthOut | None
    required_level: float | None


class PortraitOut(Out):
    """A person's competencies; `missing` are those that the profile asks for without a measure."""

    person_id: str
    competencies: list[CompetencyPortraitOut]
    missing: list[str]


class QuoteFields(In):
    """Words of an answer, verbatim."""

    answer: str = Field(min_length=1, max_length=80, description="The question's id.", examples=["q1"])
    quote: str = Field(min_length=1, max_length=2000)


class NewEpisode(In):
    """An event that the interview tells of."""

    competency_code: str = Field(min_length=1, max_length=80, examples=["communication"])
    situation: Text
    action: Text
    result: Text
    quotes: list[QuoteFields] = Field(min_length=1, max_length=MAX_QUOTES)


class QuoteOut(Out):
    """Words of an answer and where they stand."""

    answer: str
    quote: str
    char_start: int
    start_s: float | None
    end_s: float | None


class EpisodeOut(Out):
    """A behavioural event held by quotes."""

    id: str
    person_id: str
    competency_code: str
    situation: str
    action: str
    result: str
    quotes: list[QuoteOut]
    reference: str
    created_at: datetime


@router.get("/persons/{person_id}/portrait")
def get_portrait(
    person_id: Id, call: Annotated[Call, needs("interview", "read")], profile_id: IdQuery | None = None
) -> PortraitOut:
    """The newest measure of each competency, with history, beside a role profile when one is given."""
    with call.reading() as session:
        found = service.portrait(session, call.actor, person_id, profile_id=profile_id)
    return PortraitOut(
        person_id=found.person.id,
        competencies=[CompetencyPortraitOut.model_validate(one) for one in found.competencies],
        missing=list(found.missing),
    )


@router.get("/persons/{person_id}/episodes")
def list_episodes(person_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[EpisodeOut]:
    """Every behavioural event of a person, newest first."""
    with call.reading() as session:
        return list_out(service.episodes_of(session, call.actor, person_id), EpisodeOut.model_validate)


@router.post("/applications/{application_id}/episodes", status_code=201)
def add_episode(application_id: Id, body: NewEpisode, call: Annotated[Call, needs("interview", "write")]) -> EpisodeOut:
    """Store an event from the current assessment; each quote must stand in its transcript verbatim."""
    new = service.NewEpisode(
        body.competency_code,
        body.situation,
        body.action,
        body.result,
        tuple(service.Quote(one.answer, one.quote) for one in body.quotes),
    )
    return call.once(
        lambda s: EpisodeOut.model_validate(
            episodes.add_episode(s, call.actor, call.context.blobs, application_id, new, call.clock)
        )
    )


@router.delete("/episodes/{episode_id}")
def remove_episode(episode_id: Id, call: Annotated[Call, needs("interview", "write")]) -> Done:
    """Remove a wrong event from the record."""
    with call.writing() as session:
        service.remove_episode(session, call.actor, episode_id, call.clock)
    return Done()
