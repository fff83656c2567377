"""Templates of contracts in the console: edited with a preview, in versions."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import act
from api.console.actors import account_names
from api.console.forms import Fields, Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.signing import templates, texts
from interview_engine.i18n import Text, msg
from pipelines.papers import paper as papers

HOME = "/console/contract-templates"
LANGUAGES: dict[str, Text] = {"zh": msg("Chinese"), "en": msg("English")}

router = APIRouter()


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Every template within reach."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        rows = templates.list_templates(session, actor)
        return console_page(
            request,
            actor,
            "employees/templates.html",
            rows=rows,
            owners=owners(session, actor),
            languages_of=LANGUAGES,
            makers=account_names(session, [], [one.newest.actor for one in rows]),
        )


@router.get(f"{HOME}/new")
def blank(request: Request, context: Ctx, actor: PageActor) -> Response:
    """A form for a new one."""
    require(actor, "public", "manage")
    return _page(None, request, context, actor, {})


@router.post(f"{HOME}/new")
def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep a new one, or show what it looks like."""
    require(actor, "public", "manage")
    if form.text("do") == "preview":
        return _previewed(None, request, context, actor, form)
    return act(
        context,
        lambda session: (
            templates.create(
                session,
                actor,
                form.text("name"),
                form.text("language"),
                form.text("title"),
                form.raw("body"),
                context.clock,
                owner=form.optional("owner"),
            ).row.id
        ),
        lambda template_id: done(f"{HOME}/{template_id}", "template_published"),
        partial(_page, None, request, context, actor, form.values()),
    )


@router.get(f"{HOME}/{{template_id}}")
def edit(template_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One template with its versions."""
    require(actor, "public", "manage")
    return _page(template_id, request, context, actor, {})


@router.post(f"{HOME}/{{template_id}}")
def publish(template_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Keep the next version, or show what it looks like."""
    if form.text("do") == "preview":
        return _previewed(template_id, request, context, actor, form)
    return act(
        context,
        lambda session: templates.publish(
            session,
            actor,
            template_id,
            form.text("title"),
            form.raw("body"),
            form.text("note"),
            context.clock,
            seen=form.whole("seen", 1, 1_000_000),
        ),
        lambda _: done(f"{HOME}/{template_id}", "template_published"),
        partial(_page, template_id, request, context, actor, form.values()),
    )


@router.post(f"{HOME}/{{template_id}}/retire")
def retire(template_id: str, context: Ctx, actor: PageActor) -> Response:
    """No new contracts of it."""
    return act(
        context,
        lambda session: templates.retire(session, actor, template_id, context.clock),
        lambda _: done(HOME, "template_retired"),
    )


@router.get(f"{HOME}/{{template_id}}/preview.pdf")
def preview(template_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The newest version as paper, with every place shown by its name."""
    require(actor, "public", "manage")
    with context.database.reading() as session:
        found = templates.get_template(session, actor, template_id)
        paper = templates.example(found.newest.title, found.newest.body, found.row.language)
        at = found.newest.created_at
    pdf = papers.contract(paper, made_at=at)
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": "inline; filename=preview.pdf"})


def _previewed(template_id: str | None, request: Request, context: Context, actor: Actor, form: Fields) -> Response:
    typed = form.values()
    language = typed.get("language", "")
    if template_id is not None:
        with context.database.reading() as session:
            language = templates.get_template(session, actor, template_id).row.language
    try:
        paper = templates.example(form.text("title"), form.raw("body"), language if language == "en" else "zh")
    except InterviewEngineError as problem:
        return _page(template_id, request, context, actor, typed, problem)
    return _page(template_id, request, context, actor, typed, shown=paper)


def _page(
    template_id: str | None,
    request: Request,
    context: Context,
    actor: Actor,
    typed: dict[str, str],
    problem: InterviewEngineError | None = None,
    *,
    shown: Any = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        found = None if template_id is None else templates.get_template(session, actor, template_id)
        versions = [] if found is None else templates.versions_of(session, found.row.id)
        return console_page(
            request,
            actor,
            "employees/template.html",
            problem=problem,
            found=found,
            versions=versions,
            makers=account_names(session, [], [one.actor for one in versions]),
            owners=owners(session, actor),
            typed=typed,
            shown=shown,
            language_options=[(key, text.get(language)) for key, text in LANGUAGES.items()],
            places=[(name, text.get(language)) for name, text in texts.PLACES.items()],
            ask_example="{ask." + msg("monthly pay").get(language) + "}",
        )
