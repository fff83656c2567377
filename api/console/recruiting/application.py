"""One application: report and recording, what people decided and why, invitation, offer, history (A15, A18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.candidate.media import media_address
from api.console.actors import ACTORS, account_names
from api.console.frame import console_page
from api.console.recruiting import words
from api.console.recruiting.report import Told, told_answers
from api.context import Context
from api.deps import Ctx
from api.i18n import export_languages
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.service import kit
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying import applications, lists, own
from interview_engine.hr.recruiting.applying.candidates import flags_of
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reach import allowed as may
from interview_engine.hr.recruiting.reach import application_for
from interview_engine.hr.recruiting.reviewing import assessments, reviews
from interview_engine.hr.recruiting.reviewing.episodes import episodes_of_assessment
from interview_engine.hr.recruiting.reviewing.same_answers import same_answers
from interview_engine.hr.recruiting.rules import next_stages
from interview_engine.hr.recruiting.tables import Application, Invitation, Requisition, Resume
from interview_engine.i18n import joined, mark
from interview_engine.store.rows import find
from pipelines.reports.format import shown
from pipelines.reports.page import said
from pipelines.reports.view import report_view

router = APIRouter()

CLOSED = ("hired", "withdrawn", "not_started")
FLAG_WORDS = {
    "two_persons": mark("Mail and phone belong to two persons we know. Are they one?"),
    "contact_differs": mark("The form gave other contact data than we have."),
    "name_differs": mark("The form gave another name than we have."),
    "resume_given": mark("The public form brought another résumé. Ask the candidate before you use it."),
    "": mark("Please check who this is."),
}


@router.get("/console/applications/{application_id}")
def application(application_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page. Reading a report is in the audit trail."""
    return application_page(application_id, request, context, actor)


def application_page(
    application_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    link: str = "",
    offer_link: str = "",
) -> Response:
    """The page, also after something was refused, and once with the link of an invitation or an offer."""
    with context.database.transaction() as session:
        row, requisition = application_for(session, actor, application_id, "interview", "read")
        values = _values(session, context, actor, row, requisition)
        asked_in = kit(session, requisition.kit_version_id).languages if requisition.kit_version_id else ()
    near, others = export_languages(request, asked_in)
    return console_page(
        request,
        actor,
        "recruiting/application.html",
        problem=problem,
        link=link,
        offer_link=offer_link,
        stages=words.STAGES,
        decision_words=words.DECISIONS,
        invitation_words=words.INVITATION_STATES,
        offer_words=words.OFFER_STATES,
        event_words=words.EVENT_KINDS,
        actors=ACTORS,
        shown=shown,
        said=said,
        report_languages=near,
        other_languages=others,
        **values,
    )


def _values(
    session: Session, context: Context, actor: Actor, row: Application, requisition: Requisition
) -> dict[str, Any]:
    def allowed(field_class: FieldClass, action: Action) -> bool:
        return may(session, actor, requisition, field_class, action, row.person_id)

    assessment = assessments.current_assessment(session, actor, row.id)
    sent = invitations.invitations_of(session, actor, row.id)
    submitted = next((one for one in sent if one.submitted_at is not None), None)
    document = None
    if assessment is not None:
        document = assessments.report_document(session, actor, context.blobs, row.id, context.clock)
    person = find(session, Person, row.person_id) if allowed("contact", "read") else None
    told = _answers(session, context, actor, assessment, document, submitted)
    said = reviews.reviews_of(session, actor, row.id)
    events = applications.history(session, actor, row.id)
    names = account_names(session, [one.account_id for one in said], [event.actor for event in events])
    people_said: list[dict[str, Any]] = [
        {"row": one, "name": names.get(f"account:{one.account_id}", "")} for one in said
    ]
    pay = allowed("pay", "read")
    return {
        "application": row,
        "requisition": requisition,
        "person": person,
        "name": person.name if person is not None else _candidate(document, row),
        "synthetic": bool(document and document["interview"]["synthetic"]),
        "channel": row.channel,
        "submitted_at": submitted.submitted_at if submitted is not None else None,
        **_report(context, actor, assessment, document, told),
        "answers": told,
        "waiting": submitted is not None and assessment is None and submitted.automated is not False,
        "to_read": submitted is not None and assessment is None and submitted.automated is False,
        "neighbours": dict(zip(("before", "after"), lists.neighbours(session, row), strict=True)),
        "flags": _flags(session, actor, row, person),
        "rerating": next((one for one in said if one.kind == "rerating_request" and one.resolved_at is None), None),
        "decisions": [one for one in people_said if one["row"].kind == "decision"],
        "overrides": [one for one in people_said if one["row"].kind == "override"],
        "human_scores": {one.competency_code or "": one.score for one in said if one.kind == "override"},
        "open_choices": _choices(row),
        "may_decide": allowed("interview", "decide"),
        "may_write": allowed("interview", "write"),
        "may_invite": allowed("interview", "write") and row.stage not in (*CLOSED, "rejected", "offer"),
        "may_offer": row.stage == "offer" and allowed("pay", "write") and not _open_offer(session, actor, row, pay),
        "may_hire": allowed("interview", "decide"),
        "may_portrait": competency.may_read_portrait(session, actor, row.person_id),
        "may_export": allowed("interview", "export"),
        "invitations": sent,
        "offers": offers.offers_of(session, actor, row.id) if pay else (),
        "offers_approved": approvals.has_flow(session, offers.KIND, requisition.department_id),
        "same_answers": _same_answers(session, actor, row, document),
        "told_quotes": _quotes(document),
        "episodes_told": _episodes(session, assessment, document),
        "events": [{"row": event, "who": names.get(event.actor, "")} for event in events],
        "next_stages": _next(row.stage),
        "others": _others(session, row) if person is not None else (),
        **_resume(session, context, actor, row, person),
    }


def _report(
    context: Context, actor: Actor, assessment: Any, document: dict[str, Any] | None, told: Sequence[Told | None]
) -> dict[str, Any]:
    """What the shared parts of the report draw from."""
    if document is None or assessment is None:
        return {"view": None, "media": [], "frames": {}, "first": 0, "producer": ""}
    view = report_view(document)
    answered = [place for place, answer in enumerate(view["answers"]) if not answer["missing"]]
    return {
        "view": view,
        "media": [_source(one) for one in told],
        "frames": {
            path: media_address(context, actor.id, sha256, "image/jpeg", f"assessment:{assessment.id}")
            for path, sha256 in assessment.frames.items()
        },
        "first": answered[0] if answered else 0,
        "producer": document["generated_by_ai"]["producer"],
    }


def _source(one: Told | None) -> dict[str, Any] | None:
    """Where the shared player finds an answer's recording; None when there is none."""
    if one is None or not one.src:
        return None
    return {"kind": one.kind, "mime": one.mime, "embedded": None, "src": one.src}


def _answers(
    session: Session,
    context: Context,
    actor: Actor,
    assessment: Any,
    document: dict[str, Any] | None,
    submitted: Invitation | None,
) -> list[Told | None]:
    interview_id = assessment.invitation_id if assessment is not None else (submitted.id if submitted else None)
    if interview_id is None:
        return []
    return told_answers(session, context, actor, interview_id, document)


def _candidate(document: dict[str, Any] | None, row: Application) -> str:
    """Without the right to contact data the report's own name of the candidate, else a short number."""
    return str(document["interview"]["candidate"]) if document is not None else f"#{row.id[-6:]}"


def _choices(row: Application) -> list[str]:
    if row.stage in (*CLOSED, "rejected"):
        return []
    choices = ["hold", "reject"]
    return ["advance", *choices] if row.stage == "review" else choices


def _open_offer(session: Session, actor: Actor, row: Application, pay: bool) -> bool:
    return pay and any(
        one.state in ("pending", "approved", "sent", "accepted") for one in offers.offers_of(session, actor, row.id)
    )


def _same_answers(
    session: Session, actor: Actor, row: Application, document: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Answers that are nearly another candidate's, each with the number of its question in the report."""
    if document is None:
        return []
    numbers = {answer["question"]: place for place, answer in enumerate(document["answers"], start=1)}
    return [
        {"number": numbers.get(one.question_id), "percent": round(100 * one.share), "told": one}
        for one in same_answers(session, actor, row.id)
    ]


def _quotes(document: dict[str, Any] | None) -> list[dict[str, str]]:
    """Every quote of the report once, in the order of the answers: what an event can be told with."""
    if document is None:
        return []
    order = {answer["question"]: place for place, answer in enumerate(document["answers"], start=1)}
    found = {
        (order[one["answer"]], one["char_start"], one["quote"]): one["answer"]
        for competency in document["competencies"]
        for one in competency["evidence"]
    }
    return [
        {"value": f"{answer}|{text}", "number": str(number), "text": text}
        for (number, _, text), answer in sorted(found.items())
    ]


def _flags(session: Session, actor: Actor, row: Application, person: Person | None) -> list[dict[str, Any]]:
    if person is None:
        return []
    return [
        {
            "id": one.id,
            "words": FLAG_WORDS.get(one.kind, FLAG_WORDS[""]),
            "given": " · ".join(str(value) for key, value in one.given.items() if value and key != "resume"),
            "other": one.other_person_id,
        }
        for one in flags_of(session, actor, row.person_id)
    ]


def _episodes(session: Session, assessment: Any, document: dict[str, Any] | None) -> list[dict[str, Any]]:
    if assessment is None or document is None:
        return []
    answers = {one["question"]: (place, one["transcript"]) for place, one in enumerate(document["answers"])}
    names = {one["id"]: one["name"] for one in document["competencies"]}
    rows = episodes_of_assessment(session, assessment.id)
    return [
        {
            "row": row,
            "name": names.get(row.competency_code),
            "quotes": [
                {
                    **quote,
                    "index": answers[quote["answer"]][0],
                    "language": (answers[quote["answer"]][1] or {}).get("language", "und"),
                }
                for quote in row.quotes
                if quote["answer"] in answers
            ],
        }
        for row in rows
    ]


def _next(stage: str) -> list[str]:
    """Where a person moves an application by hand; offers, hires and no-shows have a page of their own."""
    return [one for one in next_stages(stage, "person") if one not in ("offer", "hired", "not_started")]  # type: ignore[arg-type]


def _others(session: Session, row: Application) -> list[dict[str, str]]:
    """The person's other applications: one person is one person (C5)."""
    others = own.applications_of(session, row.person_id, without=row.id)
    return [{"id": one.id, "title": title} for one, title in others]


def _resume(
    session: Session, context: Context, actor: Actor, row: Application, person: Person | None
) -> dict[str, Any]:
    resume = find(session, Resume, row.resume_id) if row.resume_id and person is not None else None
    address = ""
    if resume is not None:
        address = media_address(
            context, actor.id, resume.blob_sha256, resume.media_type, f"resume:{resume.id}", filename=resume.filename
        )
    return {
        "resume_row": resume,
        "resume_address": address,
        "resume_fields": [] if resume is None else _fields(resume.fields),
        "prefilter": row.prefilter if person is not None else None,
    }


def _fields(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """What was read from a résumé, one line a field."""
    lines = []
    for name, found in fields.items():
        values = found if isinstance(found, list) else [found]
        shown_values = [str(one.get("value", "")) if isinstance(one, dict) else str(one) for one in values]
        listed = [value for value in shown_values if value]
        if listed:
            lines.append({"name": name, "value": joined(listed)})
    return lines
