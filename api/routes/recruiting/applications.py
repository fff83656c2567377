"""Applications: listed, added, moved, ranked, with their whole history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import (
    Cursor,
    Id,
    In,
    Limit,
    Out,
    PageOut,
    ReadingLanguage,
    Words,
    list_out,
    new_router,
    page_out,
)
from interview_engine.assessment.comparing.ranking import EntryCompetency, Remark, Section
from interview_engine.hr.recruiting.applying import applications as service
from interview_engine.hr.recruiting.applying import lists
from interview_engine.hr.recruiting.reviewing import shortlist
from interview_engine.hr.recruiting.reviewing.shortlist_page import ListWanted, list_page
from interview_engine.hr.recruiting.rules import Stage

router = new_router("applications")


class NewApplication(In):
    """A candidate added by a recruiter or another system. Mail or phone is needed."""

    name: str = Field(min_length=1, max_length=120, examples=["王小明"])
    email: str = Field(default="", max_length=254, examples=["wang@example.com"])
    phone: str = Field(default="", max_length=40, examples=["+86 138 0000 0000"])
    language: ReadingLanguage = "zh"


class Move(In):
    """The stage to move an application to."""

    to_stage: Stage
    reason: str = Field(default="", max_length=2000, description="Needed to reject or to reopen.")


class ApplicationOut(Out):
    """An application with its person. Scores are in its assessment."""

    id: str
    requisition_id: str
    requisition: str = Field(description="Its title.")
    person_id: str
    name: str
    email: str
    phone: str
    language: str
    synthetic: bool
    posting_id: str | None
    channel: str
    stage: Stage
    stage_since: datetime
    resume_id: str | None
    assessment_id: str | None
    created_at: datetime
    updated_at: datetime


class AppliedOut(Out):
    """The application: the same person twice is the same application."""

    id: str
    requisition_id: str
    person_id: str
    stage: Stage
    channel: str
    created_at: datetime


class ApplicationRow(Out):
    """One line of a list. Names need contact data, scores need interviews: what the token may not see is null or a
    dash."""

    id: str
    requisition_id: str
    person_id: str
    name: str
    synthetic: bool
    stage: Stage
    stage_since: datetime
    channel: str
    section: Section | None
    score_value: float | None
    score_low: float | None
    score_high: float | None
    match_percent: float | None
    human_score: float | None
    prefilter_share: float | None
    created_at: datetime


class EventOut(Out):
    """An event in the history of an application."""

    id: str
    kind: str
    from_stage: Stage | None
    to_stage: Stage | None
    reason: str
    detail: dict[str, Any]
    actor: str = Field(description="account:<id>, candidate:<invitation id> or system")
    created_at: datetime


class RemarkOut(Out):
    """A reason as code with its sentence in Chinese and English."""

    code: str
    text: Words


class CompetencyPlace(Out):
    """One competency of a ranked candidate."""

    id: str
    name: Words
    weight: float
    required_level: float
    is_delivery: bool
    score: float | None
    low: float | None
    high: float | None
    human_score: float | None = Field(description="Given by a person; the engine's stays in score.")
    reason: RemarkOut | None


class RankedRow(Out):
    """One candidate in the ranked list."""

    application_id: str
    person_id: str
    name: str
    synthetic: bool
    stage: Stage
    channel: str
    assessment_id: str
    section: Section
    group: int | None = Field(description="Tie group: bands that overlap share one.")
    above_bar: bool | None
    human_score: float | None
    score: float | None
    low: float | None
    high: float | None
    match_percent: float | None
    assessed_weight: float
    competencies: list[CompetencyPlace]
    reasons: list[RemarkOut]


class RulerOut(Out):
    """The kit version and scorer of one list: only scores of the same ones are compared."""

    kit_version_id: str
    kit_id: str
    kit_version: int
    scorer: str
    role: Words


class RankingOut(Out):
    """A page of the shortlist: who needs a person first, then tie groups."""

    requisition_id: str
    rulers: list[RulerOut] = Field(description="Usually one; `ruler` says which this list is of.")
    ruler: int
    candidates: list[RankedRow]
    page: int
    pages: int
    matching: int = Field(description="Candidates on all pages.")
    total: int = Field(description="Candidates of this list before narrowing.")
    above: int = Field(description="With a score at or above the bar.")
    below: int
    waiting: int = Field(description="Applications without an assessment; list them with `section=waiting`.")


class TalentRow(Out):
    """A person in the talent pool."""

    person_id: str
    name: str
    synthetic: bool
    applications: int
    last_applied_at: datetime | None
    competencies: dict[str, float]


Sections = Literal["cannot_assess", "needs_review", "ranked", "waiting"]
Text = Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")]


@router.get("/applications")
def list_all_applications(
    call: Annotated[Call, needs("contact", "read", ("interview", "read"))],
    stage: Annotated[list[Stage] | None, Query()] = None,
    name: Text = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ApplicationRow]:
    """Applications of all requisitions within reach, newest first."""
    filters = lists.ApplicationFilters(stages=tuple(stage or ()), name=name)
    with call.reading() as session:
        page = lists.list_applications(session, call.actor, None, filters, cursor, limit)
    return page_out(page, ApplicationRow.model_validate)


@router.get("/requisitions/{requisition_id}/applications")
def list_applications(
    requisition_id: Id,
    call: Annotated[Call, needs("public", "read", ("contact", "read"))],
    stage: Annotated[list[Stage] | None, Query()] = None,
    channel: Text | None = None,
    section: Sections | None = None,
    name: Text = "",
    least_score: Annotated[float | None, Query(ge=0, le=10)] = None,
    sort: lists.Sort = "recent",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ApplicationRow]:
    """Applications of a requisition, newest or best first."""
    filters = lists.ApplicationFilters(tuple(stage or ()), channel, section, name, least_score)
    with call.reading() as session:
        page = lists.list_applications(session, call.actor, requisition_id, filters, cursor, limit, sort=sort)
    return page_out(page, ApplicationRow.model_validate)


@router.post("/requisitions/{requisition_id}/applications", status_code=201)
def add_application(
    requisition_id: Id, body: NewApplication, call: Annotated[Call, needs("contact", "write")]
) -> AppliedOut:
    """Add a candidate. The same person twice is the same application; no message is sent."""
    new = service.NewPerson(body.name, body.email, body.phone, body.language)
    return call.once(lambda s: AppliedOut.model_validate(service.apply(s, call.actor, requisition_id, new, call.clock)))


@router.get("/requisitions/{requisition_id}/ranking")
def rank_applications(
    requisition_id: Id,
    call: Annotated[Call, needs("interview", "read")],
    section: Section | None = None,
    stage: Stage | None = None,
    with_over: Annotated[bool, Query(description="Also those who were rejected or withdrew.")] = False,
    ruler: Annotated[int, Query(ge=0, le=1000)] = 0,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    limit: Limit = 50,
) -> RankingOut:
    """The ranked list: who needs a person first, then groups of equals, each place with its reasons. Places change as
    interviews are scored, so pages are numbered, not marked by cursors."""
    wanted = ListWanted(section=section or "", stage=stage or "", with_over=with_over, ruler=ruler)
    with call.reading() as session:
        found = list_page(session, call.actor, requisition_id, wanted, page=page, size=limit)
    return RankingOut(
        requisition_id=requisition_id,
        rulers=[RulerOut.model_validate(one) for one in found.rulers],
        ruler=found.ruler,
        candidates=[_ranked_row(row) for row in found.rows],
        page=found.page,
        pages=found.pages,
        matching=found.matching,
        total=found.total,
        above=found.above,
        below=found.below,
        waiting=found.waiting,
    )


@router.get("/applications/{application_id}")
def get_application(application_id: Id, call: Annotated[Call, needs("contact", "read")]) -> ApplicationOut:
    """One application with its person."""
    with call.reading() as session:
        view = service.get_application(session, call.actor, application_id)
    row, person = view.application, view.person
    return ApplicationOut(
        id=row.id,
        requisition_id=row.requisition_id,
        requisition=view.requisition.title,
        person_id=row.person_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        synthetic=person.synthetic,
        posting_id=row.posting_id,
        channel=row.channel,
        stage=row.stage,  # type: ignore[arg-type]  # the column holds nothing else
        stage_since=row.stage_since,
        resume_id=row.resume_id,
        assessment_id=row.assessment_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


@router.post("/applications/{application_id}/move")
def move_application(application_id: Id, body: Move, call: Annotated[Call, needs("interview", "write")]) -> AppliedOut:
    """Move it to another stage, as the rules allow. To reject or to advance after an interview, record a decision."""

    def work(session: Session) -> AppliedOut:
        row = service.move(session, call.actor, application_id, body.to_stage, body.reason, call.clock)
        return AppliedOut.model_validate(row)

    return call.once(work)


@router.get("/applications/{application_id}/history")
def list_history(application_id: Id, call: Annotated[Call, needs("interview", "read")]) -> PageOut[EventOut]:
    """The history of an application, oldest first."""
    with call.reading() as session:
        return list_out(service.history(session, call.actor, application_id), EventOut.model_validate)


@router.get("/talent-pool")
def list_talents(
    call: Annotated[Call, needs("contact", "read")],
    competency: Text | None = None,
    least_score: Annotated[float, Query(ge=0, le=10)] = 0.0,
    name: Text = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[TalentRow]:
    """Persons in the talent pool. Filtering by competency needs interviews, too."""
    with call.reading() as session:
        page = lists.talent_pool(
            session,
            call.actor,
            competency=competency,
            least_score=least_score,
            name=name,
            cursor=cursor,
            limit=limit,
        )
    return page_out(page, TalentRow.model_validate)


def _ranked_row(row: shortlist.RankedRow) -> RankedRow:
    entry = row.place.entry
    score = entry.score
    return RankedRow(
        application_id=row.application_id,
        person_id=row.person_id,
        name=row.name,
        synthetic=row.synthetic,
        stage=row.stage,  # type: ignore[arg-type]  # the column holds nothing else
        channel=row.channel,
        assessment_id=row.assessment_id,
        section=row.place.section,
        group=row.place.group,
        above_bar=row.above_bar,
        human_score=row.human_score,
        score=None if score is None else score.value,
        low=None if score is None else score.low,
        high=None if score is None else score.high,
        match_percent=entry.match_percent,
        assessed_weight=entry.assessed_weight,
        competencies=[_competency(one, row.human_scores) for one in entry.competencies],
        reasons=[_remark(one) for one in row.reasons],
    )


def _competency(one: EntryCompetency, people: Mapping[str, float]) -> CompetencyPlace:
    score = one.score
    return CompetencyPlace(
        id=one.competency_id,
        name=Words(zh=one.name.zh, en=one.name.en),
        weight=one.weight,
        required_level=one.required_level,
        is_delivery=one.is_delivery,
        score=None if score is None else score.value,
        low=None if score is None else score.low,
        high=None if score is None else score.high,
        human_score=people.get(one.competency_id),
        reason=None if one.reason is None else _remark(one.reason),
    )


def _remark(one: Remark) -> RemarkOut:
    return RemarkOut(code=one.code, text=Words(zh=one.text.zh, en=one.text.en))
