"""The competency model and role profiles (B1, B5, B6)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.competency import words
from api.console.forms import Fields, Form, as_number
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.assessment.kits.kit import LEVELS
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.model import KINDS
from interview_engine.hr.competency.tables import RoleProfile
from interview_engine.i18n import LocalizedText

router = APIRouter()


@router.get("/console/competencies")
def model(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The three dimensions with definitions, levels and behavioural anchors."""
    return _model(request, context, actor)


@router.post("/console/competencies")
def add(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add a company's own competency."""
    new = competency.NewCompetency(
        code=form.text("code"),
        kind=form.text("kind"),  # type: ignore[arg-type]  # add_competency refuses another
        name=_both(form, "name"),
        definition=_both(form, "definition"),
        anchors=tuple(_both(form, f"anchor{level}") for level in LEVELS),
        indicators=tuple(
            LocalizedText(zh, en)
            for zh, en in zip(form.many("indicator_zh"), form.many("indicator_en"), strict=False)
            if zh or en
        ),
        legal_entity_id=form.optional("owner"),
    )
    return act(
        context,
        lambda session: competency.add_competency(session, actor, new, context.clock),
        lambda _: done("/console/competencies", "added"),
        lambda problem: _model(request, context, actor, problem, form.values()),
    )


@router.post("/console/competencies/{code}/retire")
def retire(code: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Retire a competency."""
    return act(
        context,
        lambda session: competency.retire_competency(session, actor, code, context.clock),
        lambda _: done("/console/competencies", "retired"),
        lambda problem: _model(request, context, actor, problem),
    )


@router.get("/console/profiles")
def profiles(request: Request, context: Ctx, actor: PageActor) -> Response:
    """What roles need, in versions."""
    with context.database.reading() as session:
        rows = competency.list_profiles(session, actor)
        kits = [kit for kit in competency.list_kits(session, actor) if kit.latest]
        whose = owners(session, actor)
        named = {row.code: row.name[language_of(request)] for row in competency.competency_model(session, actor)}
    versions: dict[tuple[str, str | None], list[RoleProfile]] = {}
    for row in rows:
        versions.setdefault((row.code, row.legal_entity_id), []).append(row)
    return console_page(
        request, actor, "competency/profiles.html", profiles=list(versions.values()), kits=kits, owners=whose,
        competency_names=named,
        version_states=words.VERSION_STATES,
    )  # fmt: skip


@router.post("/console/profiles/from-kit")
def from_kit(context: Ctx, actor: PageActor, form: Form) -> Response:
    """A profile with a kit's weights and levels."""
    return act(
        context,
        lambda session: competency.profile_from_kit(session, actor, form.text("kit"), context.clock),
        lambda row: done(f"/console/profiles/{row.id}", "published"),
    )


@router.get("/console/profiles/new")
def new_profile(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form of a role profile, with nothing filled in."""
    return _profile(request, context, actor, None, {})


@router.get("/console/profiles/{profile_id}")
def profile(profile_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One version, and the form of the next."""
    with context.database.reading() as session:
        row = competency.profile_within(session, actor, profile_id)
    values = {one.competency: (f"{one.weight:g}", f"{one.required_level:g}") for one in competency.requirements_of(row)}
    return _profile(request, context, actor, row, values)


@router.post("/console/profiles")
def save_profile(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """The next version as a draft, published at once when asked; weights that do not sum to 100 are refused (B6)."""

    def change(session: Session) -> RoleProfile:
        row = competency.create_profile(session, actor, _new_profile(form), context.clock)
        if form.checked("publish"):
            competency.publish_profile(session, actor, row.id, context.clock)
        return row

    def again(problem: InterviewEngineError) -> Response:
        columns = [form.many(name) for name in ("competency", "weight", "level")]
        typed = {code: (weight, level) for code, weight, level in zip(*columns, strict=False)}
        return _profile(request, context, actor, None, typed, problem, form.values())

    return act(context, change, lambda row: done(f"/console/profiles/{row.id}", "saved"), again)


@router.post("/console/profiles/{profile_id}/publish")
def publish_profile(profile_id: str, context: Ctx, actor: PageActor) -> Response:
    """Publish a draft."""
    return act(
        context,
        lambda session: competency.publish_profile(session, actor, profile_id, context.clock),
        lambda _: done(f"/console/profiles/{profile_id}", "published"),
    )


def _model(
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    with context.database.reading() as session:
        require(actor, "public", "read")
        rows = competency.competency_model(session, actor)
        whose = owners(session, actor)
    return console_page(
        request,
        actor,
        "competency/competencies.html",
        owners=whose,
        problem=problem,
        typed=typed or {},
        groups={kind: [row for row in rows if row.kind == kind] for kind in KINDS},
        kinds=words.COMPETENCY_KINDS,
        levels=LEVELS,
    )


def _profile(
    request: Request,
    context: Context,
    actor: Actor,
    row: RoleProfile | None,
    values: dict[str, tuple[str, str]],
    problem: InterviewEngineError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    with context.database.reading() as session:
        model_rows = competency.competency_model(session, actor)
        kits = [kit for kit in competency.list_kits(session, actor) if kit.state == "published"]
        versions = [one for one in competency.list_profiles(session, actor) if row is not None and one.code == row.code]
        whose = owners(session, actor)
    base = {"code": "", "name_zh": "", "name_en": "", "kit": "", "owner": ""}
    if row is not None:
        base = {
            "code": row.code, "name_zh": row.name["zh"], "name_en": row.name["en"], "kit": row.kit_version_id or "",
            "owner": row.legal_entity_id or "",
        }  # fmt: skip
    return console_page(
        request,
        actor,
        "competency/profile.html",
        owners=whose,
        problem=problem,
        row=row,
        versions=versions,
        base={**base, **(typed or {})},
        values=values,
        rows=sorted(model_rows, key=lambda one: one.code not in values),
        kits=kits,
        kinds=words.COMPETENCY_KINDS,
        version_states=words.VERSION_STATES,
        total=sum(as_number(weight, "weight", 0, 100, 0.0) for weight, _ in values.values() if _is_number(weight)),
    )


def _new_profile(form: Fields) -> competency.NewProfile:
    columns = [form.many(name) for name in ("competency", "weight", "level")]
    requirements = tuple(
        competency.Requirement(
            code,
            as_number(weight, f"requirements.{place}.weight", 0, 100),
            as_number(level, f"requirements.{place}.required_level", 1, 5, 3.0),
        )
        for place, (code, weight, level) in enumerate(zip(*columns, strict=False))
        if weight and as_number(weight, f"requirements.{place}.weight", 0, 100) > 0
    )
    return competency.NewProfile(
        form.text("code"),
        LocalizedText(form.text("name_zh"), form.text("name_en")),
        requirements,
        form.optional("kit"),
        form.optional("owner"),
    )


def _is_number(raw: str) -> bool:
    try:
        float(raw)
    except ValueError:
        return False
    return True


def _both(form: Fields, name: str) -> LocalizedText:
    return LocalizedText(form.text(f"{name}_zh"), form.text(f"{name}_en"))
