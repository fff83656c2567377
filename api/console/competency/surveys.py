"""Surveys: the list, a designer whose questions are added, moved and removed, sending, and what came back (B2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.charts import position
from api.console.forms import Fields, Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.survey_rules import MAX_QUESTIONS, QUESTION_KINDS
from interview_engine.hr.competency.tables import Survey
from interview_engine.hr.employment import service as employment
from interview_engine.hr.people.names import person_names
from interview_engine.i18n import LocalizedText, mark

router = APIRouter()
HOME = "/console/surveys"

QUESTION_WORDS = {"open": mark("Open answer"), "scale": mark("Scale 1–5"), "top3": mark("Three most important")}
SURVEY_WORDS = {"draft": mark("Draft"), "sent": mark("Sent"), "closed": mark("Closed")}


@dataclass(frozen=True, slots=True)
class Block:
    """One question as it stands in the designer."""

    kind: str
    zh: str = ""
    en: str = ""
    competency: str = ""


STARTERS = (
    Block(
        "open",
        "过去6个月，请讲一次你与同事合作完成的具体工作：你做了什么，结果怎样？",
        "In the last 6 months, which piece of work did you do with colleagues? What did you do, what came of it?",
    ),
    Block(
        "top3",
        "做好你的岗位，最核心的3项专业技能是什么？",
        "Which 3 professional skills matter most for doing your job well?",
    ),
    Block("scale", "我会主动把进展告诉需要知道的人。", "I tell those who need to know how far things are."),
)
"""A new survey begins with these (B2); each can be changed or removed."""


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """All surveys."""
    with context.database.reading() as session:
        rows = competency.list_surveys(session, actor)
        whose = owners(session, actor)
    return console_page(request, actor, "competency/surveys.html", owners=whose, rows=rows, survey_words=SURVEY_WORDS)


@router.get(f"{HOME}/new")
def new(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The designer with the questions that a survey begins with."""
    return _designer(request, context, actor, STARTERS, {})


@router.post(HOME)
def save(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Save a draft; or change the list of questions, as the button says, and show the designer again."""
    blocks = _blocks(form)
    what, _, place = form.text("do", "save").partition(":")
    if what != "save":
        at = int(place) if place.isdigit() else len(blocks)
        changed, shown = _changed(blocks, what, at)
        return _designer(request, context, actor, changed, form.values(), shown=shown)
    questions = [
        {
            "id": f"q{number}",
            "kind": one.kind,
            "text": {"zh": one.zh, "en": one.en},
            "competency": one.competency or None,
        }
        for number, one in enumerate(blocks, start=1)
        if one.zh or one.en
    ]

    def change(session: Session) -> Survey:
        return competency.create_survey(
            session,
            actor,
            LocalizedText(form.text("title_zh"), form.text("title_en")),
            questions,
            context.clock,
            closes_at=form.moment("closes_at"),
            legal_entity_id=form.optional("owner"),
        )

    return act(
        context,
        change,
        lambda row: done(f"{HOME}/{row.id}", "created"),
        lambda problem: _designer(request, context, actor, blocks, form.values(), problem),
    )


@router.get(f"{HOME}/{{survey_id}}")
def survey(survey_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One survey: to whom it goes, and what came back."""
    return _survey(survey_id, request, context, actor)


@router.post(f"{HOME}/{{survey_id}}/send")
def send(survey_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Send it to the chosen people; links are shown this once."""

    def change(session: Session) -> list[tuple[str, str]]:
        issued = competency.send_survey(session, actor, survey_id, form.many("person"), context.clock)
        names = person_names(session, [one.response.person_id for one in issued])
        return [(names[one.response.person_id], f"{context.service.public_url}/s/{one.token}") for one in issued]

    return act(
        context,
        change,
        lambda links: _survey(survey_id, request, context, actor, links),
        lambda problem: _survey(survey_id, request, context, actor, problem=problem),
    )


@router.post(f"{HOME}/{{survey_id}}/close")
def close(survey_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Take no more answers."""
    return act(
        context,
        lambda session: competency.close_survey(session, actor, survey_id, context.clock),
        lambda _: done(f"{HOME}/{survey_id}", "closed"),
        lambda problem: _survey(survey_id, request, context, actor, problem=problem),
    )


def _blocks(form: Fields) -> list[Block]:
    columns = [form.many(f"question_{name}") for name in ("kind", "zh", "en", "competency")]
    return [Block(*cells) for cells in zip(*columns, strict=False)]


def _changed(blocks: Sequence[Block], what: str, at: int) -> tuple[list[Block], int | None]:
    """The questions after one was added at the end, removed, or moved up or down by one, and which is to be shown."""
    rows = list(blocks)
    if what == "add" and len(rows) < MAX_QUESTIONS:
        rows.append(Block("scale"))
        return rows, len(rows) - 1
    if what == "remove" and at < len(rows):
        del rows[at]
        return rows, min(at, len(rows) - 1) if rows else None
    to = at - 1 if what == "up" else at + 1
    if what in ("up", "down") and 0 <= to < len(rows) and at < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
        return rows, to
    return rows, None


def _designer(
    request: Request,
    context: Context,
    actor: Actor,
    blocks: Sequence[Block],
    typed: Mapping[str, str],
    problem: InterviewEngineError | None = None,
    shown: int | None = None,
) -> Response:
    with context.database.reading() as session:
        require(actor, "public", "manage")
        model = competency.competency_model(session, actor)
        whose = owners(session, actor)
    return console_page(
        request,
        actor,
        "competency/survey_new.html",
        problem=problem,
        owners=whose,
        typed=typed,
        blocks=blocks,
        shown=shown,
        most=MAX_QUESTIONS,
        model=model,
        question_kinds={kind: QUESTION_WORDS[kind] for kind in QUESTION_KINDS},
    )


def _survey(
    survey_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    links: list[tuple[str, str]] | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        results = competency.survey_results(session, actor, survey_id)
        people = employment.within_reach(session, actor)
        asked = competency.asked_by(session, actor, survey_id)
        names = {row.code: row.name for row in competency.competency_model(session, actor)}
    lines = [
        {"result": one, "chart": None if one.scale is None or one.scale.low is None else _scale_chart(one.scale)}
        for one in results.questions
    ]
    return console_page(
        request,
        actor,
        "competency/survey.html",
        problem=problem,
        results=results,
        lines=lines,
        people=people,
        asked=asked,
        links=links or [],
        names=names,
        question_kinds=QUESTION_WORDS,
        survey_words=SURVEY_WORDS,
    )


def _scale_chart(scale: Any) -> dict[str, float]:
    low, high = scale.low, scale.high
    return {"value": position(scale.mean, 1, 5), "low": position(low, 1, 5), "high": position(high, 1, 5)}
