"""Two to four candidates side by side: why each stands there, one question's recordings, scores, quotes (A18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.console.frame import console_page
from api.console.recruiting import words
from api.console.recruiting.report import Told, told_answers
from api.console.recruiting.requisitions import HOME, requisition_head
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.assessment.comparing.ranking import EntryCompetency
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.reviewing import assessments
from interview_engine.hr.recruiting.reviewing.shortlist_page import compared_rows
from pipelines.reports.format import in_language
from pipelines.reports.quoting import marked

router = APIRouter()

MAX_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Side:
    """What one candidate's interview shows beside the others'.

    Args:
        quotes: by competency the first quote for and the first against, with their numbers on the report's page.
        answers: by question the answer that counts.
        questions: the text of each question, in the order of the interview.
    """

    quotes: Mapping[str, list[dict[str, Any]]]
    answers: Mapping[str, Told]
    questions: Mapping[str, str]


@router.get(f"{HOME}/{{requisition_id}}/compare")
def compare(
    requisition_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    id: Annotated[list[str] | None, Query()] = None,
    question: str = "",
) -> Response:
    """Side by side, with the recordings of one question. Counts as reading their reports."""
    wanted = list(dict.fromkeys(id or []))[:MAX_COMPARED]
    if len(wanted) < 2:
        return RedirectResponse(f"{HOME}/{requisition_id}", 303)
    with context.database.transaction() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        rows = compared_rows(session, actor, requisition_id, wanted)
        sides = {
            one.application_id: _side(session, context, actor, one.application_id, language_of(request)) for one in rows
        }
        head = requisition_head(session, actor, row)
    columns: dict[str, EntryCompetency] = {}
    questions: dict[str, str] = {}
    for one in rows:
        for competency in one.place.entry.competencies:
            columns.setdefault(competency.competency_id, competency)
        for key, text in sides[one.application_id].questions.items():
            questions.setdefault(key, text)
    cells = {one.application_id: {entry.competency_id: entry for entry in one.place.entry.competencies} for one in rows}
    return console_page(
        request,
        actor,
        "recruiting/compare.html",
        head=head,
        rows=rows,
        columns=columns,
        cells=cells,
        sides=sides,
        questions=questions,
        chosen=question if question in questions else next(iter(questions), ""),
        stages=words.STAGES,
    )


def _side(session: Session, context: Context, actor: Actor, application_id: str, language: str) -> Side:
    document = assessments.report_document(session, actor, context.blobs, application_id, context.clock)
    row = assessments.current_assessment(session, actor, application_id)
    told = [] if row is None else told_answers(session, context, actor, row.invitation_id, document)
    keys = [answer["question"] for answer in document["answers"]]
    return Side(
        _quotes(document),
        {key: one for key, one in zip(keys, told, strict=False) if one is not None},
        {answer["question"]: in_language(answer["question_text"], language) for answer in document["answers"]},
    )


def _quotes(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The first quote for and against of each competency, with its number on the report's page."""
    numbers = {answer["question"]: place for place, answer in enumerate(document["answers"], start=1)}
    transcripts = {answer["question"]: answer["transcript"] for answer in document["answers"]}
    found: dict[str, list[dict[str, Any]]] = {}
    count = 0
    for competency in document["competencies"]:
        first: dict[str, dict[str, Any]] = {}
        for at, evidence in enumerate(competency["evidence"], start=count):
            told = {
                "number": at,
                "question": numbers[evidence["answer"]],
                "against": evidence["polarity"] == "against",
                **marked(evidence, transcripts[evidence["answer"]]),
            }
            first.setdefault(evidence["polarity"], told)
        count += len(competency["evidence"])
        found[competency["id"]] = list(first.values())
    return found
