"""One person's competencies: radar, dated history, growth with its error, behavioural events (B3, B4, B7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import act
from api.console.charts import Axis, intervals, radar
from api.console.competency import words
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.recruiting.words import STAGES
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency import service as competency
from interview_engine.hr.employment import service as employment
from interview_engine.hr.performance import feedback
from interview_engine.hr.recruiting.applying import lists, own
from interview_engine.hr.recruiting.jobs.lists import profile_of
from interview_engine.store import audit

router = APIRouter()


@router.get("/console/people/{person_id}")
def person(person_id: str, request: Request, context: Ctx, actor: PageActor, profile: str = "") -> Response:
    """The portrait, beside a role profile when one is chosen. The reading is recorded."""
    return _page(person_id, request, context, actor, profile)


@router.post("/console/people/{person_id}/pool")
def pool(person_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add to the talent pool, or remove from it."""
    keep = form.checked("keep")
    return act(
        context,
        lambda session: lists.set_talent_pool(session, actor, person_id, keep, context.clock),
        lambda _: done(f"/console/people/{person_id}", "added" if keep else "removed"),
        lambda problem: _page(person_id, request, context, actor, "", problem),
    )


def _page(
    person_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    profile: str,
    problem: InterviewEngineError | None = None,
) -> Response:
    language = language_of(request)
    with context.database.transaction() as session:
        applied = own.applications_of(session, person_id, limit=200)
        beside = profile or (profile_of(session, applied[0][0].requisition_id) if applied else None)
        found = competency.portrait(session, actor, person_id, profile_id=beside)
        audit.record(session, actor.id, "portrait.read", f"person:{person_id}", {}, context.clock)
        episodes = competency.episodes_of(session, actor, person_id)
        profiles = competency.list_profiles(session, actor, state="published")
        model = {row.code: row.name[language] for row in competency.competency_model(session, actor)}
        kits = {f"{one.kit_id} v{one.version}": one.name.get(language) for one in competency.list_kits(session, actor)}
        hired = employment.of_person(session, person_id)
        praise = feedback.read_by(session, actor, person_id)
    axes = [
        Axis(
            one.name.get(language),
            one.latest.score,
            one.latest.low,
            one.latest.high,
            None if one.required_level is None else (one.required_level - 1) / 0.4,
        )
        for one in found.competencies
    ]
    axes += [Axis(model.get(code, code), None, required=(found.required[code] - 1) / 0.4) for code in found.missing]
    return console_page(
        request,
        actor,
        "competency/person.html",
        problem=problem,
        found=found,
        figure=radar(axes) if len(axes) >= 3 else None,
        rows=[_row(one, language) for one in found.competencies],
        missing=[(model.get(code, code), found.required[code]) for code in found.missing],
        episodes=[{"row": one, "name": model.get(one.competency_code, one.competency_code)} for one in episodes],
        profiles=profiles,
        profile=beside or "",
        ruler_words=partial(_ruler_words, kits),
        applied=applied,
        employment=hired,
        praise=praise,
        stages=STAGES,
        sources=words.SOURCES,
        kinds=words.COMPETENCY_KINDS,
    )


def _ruler_words(kits: Mapping[str, str], ruler: str) -> str:
    """What a measure was taken with, in words: the kit's name and version; as it is where that is no kit known here."""
    parts = ruler.split()
    name = kits.get(" ".join(parts[:2]))
    return ruler if name is None else f"{name} {parts[1]}"


def _row(one: competency.CompetencyPortrait, language: str) -> dict[str, Any]:
    drawn = intervals([(measure.score, measure.low, measure.high) for measure in one.history], 0, 10)
    return {
        "one": one,
        "name": one.name.get(language),
        "history": [{"measure": measure, "drawn": place} for measure, place in zip(one.history, drawn, strict=True)],
        "required": None if one.required_level is None else 25 * (one.required_level - 1),
    }
