"""The fields that a company adds to a list, without code: which there are, adding one, retiring one (F7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.area import ListPage
from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import console_page, done
from api.console.lists.row_form import read_fields
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import owners, require
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.lists.custom import (
    CUSTOM_KINDS,
    NewField,
    add_field,
    as_form_field,
    fields_of,
    read_choices,
    retire_field,
)
from interview_engine.hr.lists.tables import CustomField
from interview_engine.hr.lists.views import home_company
from interview_engine.i18n import Text, msg

CLASSES: Mapping[str, Text] = {
    "public": msg("Jobs and public facts"),
    "contact": msg("Names and contact"),
    "identity": msg("Identity and family"),
    "interview": msg("Interviews and scores"),
    "performance": msg("Performance"),
    "pay": msg("Pay"),
    "payroll": msg("Payroll and payslips"),
    "health": msg("Health"),
    "succession": msg("Succession"),
}
"""What each field class is called where one chooses who may see a field."""

FORM: tuple[Field, ...] = (
    Field("label_zh", msg("Name in Chinese"), required=True, most=60),
    Field("label_en", msg("Name in English"), most=60, help=msg("Left empty, the Chinese name stands in both.")),
    Field("kind", msg("Kind"), "choice", required=True, choices=CUSTOM_KINDS),
    Field(
        "choices",
        msg("Choices"),
        "area",
        most=6000,
        help=msg("For a choice: one a line, “Chinese = English”."),
    ),
    Field(
        "field_class",
        msg("Who may see it"),
        "choice",
        required=True,
        choices=CLASSES,
        help=msg("Who may read this group of data sees the field, on pages, in exports and by the API."),
    ),
    Field("low", msg("Smallest value"), "number", help=msg("For numbers.")),
    Field("high", msg("Largest value"), "number"),
    Field("required", msg("Must be filled in"), "flag"),
)


def add_pages(router: APIRouter, page: ListPage) -> None:
    """GET and POST <list>/own-fields, POST <list>/own-fields/<field>/retire."""
    address = f"{page.href}/own-fields"

    @router.get(address)
    def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
        return _page(page, request, context, actor)

    @router.post(address)
    def add(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
        require(actor, "public", "manage")
        return act(
            context,
            lambda session: _added(session, page, actor, form, context),
            lambda _: done(address, "added"),
            lambda problem: _page(page, request, context, actor, form.values(), problem),
        )

    @router.post(f"{address}/{{field_id}}/retire")
    def retire(field_id: str, context: Ctx, actor: PageActor) -> Response:
        return act(
            context,
            lambda session: retire_field(session, actor, field_id, context.clock),
            lambda _: done(address, "removed"),
        )


def read_new(form: Fields) -> NewField:
    """The field that a form of `FORM` describes.

    Raises:
        InvalidInput: the first value that is not right.
    """
    values = read_fields(FORM, form)
    low, high = values["low"], values["high"]
    return NewField(
        str(values["label_zh"]),
        str(values["label_en"] or ""),
        str(values["kind"]),
        str(values["field_class"]),
        read_choices(str(values["choices"] or "")),
        bool(values["required"]),
        low if isinstance(low, Decimal) else None,
        high if isinstance(high, Decimal) else None,
    )


def _added(session: Session, page: ListPage, actor: Actor, form: Fields, context: Context) -> CustomField:
    new = read_new(form)
    company = form.optional("legal_entity_id") or home_company(session, actor)
    return add_field(session, actor, page.spec, company, new, context.clock)


def _page(
    page: ListPage,
    request: Request,
    context: Context,
    actor: Actor,
    given: Mapping[str, str] | None = None,
    problem: InterviewEngineError | None = None,
) -> Response:
    require(actor, "public", "manage")
    language = language_of(request)
    with context.database.reading() as session:
        rows = fields_of(session, actor, page.spec.name)
        companies = [(key, name) for key, name in owners(session, actor).choices if key is not None]
    return console_page(
        request,
        actor,
        "lists/own_fields.html",
        problem=problem,
        spec=page.spec,
        href=page.href,
        rows=[(row, as_form_field(row)) for row in rows],
        kinds=CUSTOM_KINDS,
        classes=CLASSES,
        fields=FORM,
        given=given or {"field_class": page.spec.field_class},
        companies=companies,
        company_names=dict(companies),
        words=lambda text: text.get(language),
    )
