"""Kinds of requests that a company makes without code (F7): a name, who decides, the fields of the form."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.console.lists.own_fields import CLASSES, read_new
from api.console.lists.own_fields import FORM as FIELD_FORM
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.lists.custom import CUSTOM_KINDS, retire_field
from interview_engine.hr.lists.views import home_company
from interview_engine.hr.requests import own_kinds
from interview_engine.i18n import LocalizedText, msg

HOME = "/console/request-kinds"

FORM: tuple[Field, ...] = (
    Field("name_zh", msg("Name in Chinese"), required=True, most=60),
    Field("name_en", msg("Name in English"), most=60, help=msg("Left empty, the Chinese name stands in both.")),
    Field("about_zh", msg("Explanation in Chinese"), most=300),
    Field("about_en", msg("Explanation in English"), most=300),
    Field("flow", msg("Who decides"), "choice", required=True, choices={k: v[0] for k, v in own_kinds.FLOWS.items()}),
    Field("field_class", msg("Who may see it"), "choice", required=True, choices=own_kinds.CLASSES),
)

router = APIRouter()


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The company's own kinds, and a form for another."""
    return _page(request, context, actor)


@router.post(HOME)
def make(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Make a kind; its fields are added on its page."""
    require(actor, "public", "manage")

    def change(session: Session) -> str:
        values = {name: str(value or "") for name, value in read_fields(FORM, form).items()}
        company = form.optional("legal_entity_id") or home_company(session, actor)
        return own_kinds.make_kind(session, actor, company, own_kinds.NewKind(**values), context.clock).id

    return act(
        context,
        change,
        lambda kind_id: done(f"{HOME}/{kind_id}", "created"),
        lambda problem: _page(request, context, actor, form.values(), problem),
    )


@router.get(f"{HOME}/{{kind_id}}")
def shown(kind_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The fields of a kind's form, and a form for another field."""
    return _kind_page(kind_id, request, context, actor)


@router.post(f"{HOME}/{{kind_id}}/fields")
def add_field(kind_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add a field to the form."""
    require(actor, "public", "manage")
    return act(
        context,
        lambda session: own_kinds.add_kind_field(session, actor, kind_id, read_new(form), context.clock),
        lambda _: done(f"{HOME}/{kind_id}", "added"),
        lambda problem: _kind_page(kind_id, request, context, actor, form.values(), problem),
    )


@router.post(f"{HOME}/{{kind_id}}/fields/{{kind_field_id}}/retire")
def retire_one(kind_id: str, kind_field_id: str, context: Ctx, actor: PageActor) -> Response:
    """Ask for the field no longer; requests that have it show it."""
    return act(
        context,
        lambda session: retire_field(session, actor, kind_field_id, context.clock),
        lambda _: done(f"{HOME}/{kind_id}", "removed"),
    )


@router.post(f"{HOME}/{{kind_id}}/retire")
def retire(kind_id: str, context: Ctx, actor: PageActor) -> Response:
    """Let nobody ask for it any more."""
    return act(
        context,
        lambda session: own_kinds.retire_kind(session, actor, kind_id, context.clock),
        lambda _: done(HOME, "removed"),
    )


def _page(
    request: Request,
    context: Context,
    actor: Actor,
    given: Mapping[str, str] | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        rows = own_kinds.kinds_made(session, actor)
        companies = [(key, name) for key, name in owners(session, actor).choices if key is not None]
    return console_page(
        request,
        actor,
        "requests/own_kinds.html",
        problem=problem,
        rows=rows,
        fields=FORM,
        given=given or {"field_class": "contact", "flow": "manager"},
        companies=companies,
        company_names=dict(companies),
        words=lambda text: text.get(language),
    )


def _kind_page(
    kind_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    given: Mapping[str, str] | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    language = language_of(request)
    with context.database.reading() as session:
        row, fields = own_kinds.kind_made(session, actor, kind_id)
    return console_page(
        request,
        actor,
        "requests/own_kind.html",
        problem=problem,
        row=row,
        rows=fields,
        kinds=CUSTOM_KINDS,
        classes=CLASSES,
        fields=FIELD_FORM,
        given=given or {"field_class": row.field_class},
        name=LocalizedText(row.name_zh, row.name_en).get(language),
        words=lambda text: text.get(language),
    )
