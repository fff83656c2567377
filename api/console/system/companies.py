"""What a company sets for itself: modules on and off, with what that would affect, and what people are told (L8)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from api.switches import switches_of
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings

router = APIRouter()
HOME = "/console/company-settings"


@router.get(HOME)
def listed(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The companies whose settings the reader may change."""
    with context.database.reading() as session:
        found = companies.companies_for(session, actor)
    return console_page(request, actor, "system/companies.html", found=found, modules=companies.modules(), home=HOME)


@router.get(f"{HOME}/{{legal_entity_id}}")
def shown(legal_entity_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One company's settings."""
    return _page(legal_entity_id, request, context, actor)


@router.post(f"{HOME}/{{legal_entity_id}}")
def change(legal_entity_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Change time zone, province and what people are told."""

    def work(session: Session) -> Settings:
        new = Settings(
            form.text("time_zone"),
            form.text("province"),
            form.text("birthdays") == "1",
            form.text("anniversaries") == "1",
            form.text("holidays") == "1",
        )
        return companies.change(session, actor, legal_entity_id, new, context.clock)

    return act(
        context,
        work,
        lambda _: done(f"{HOME}/{legal_entity_id}", "saved"),
        lambda problem: _page(legal_entity_id, request, context, actor, problem),
    )


@router.get(f"{HOME}/{{legal_entity_id}}/modules/{{module}}")
def before(legal_entity_id: str, module: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """What is under way in a module, to be read before it is switched off."""
    with context.database.reading() as session:
        found = companies.named(module)
        affected = companies.affected(session, actor, legal_entity_id, module)
        company = companies.company_for(session, actor, legal_entity_id)
    return console_page(
        request, actor, "system/module_off.html", module=found, affected=affected, company=company[0], home=HOME
    )


@router.post(f"{HOME}/{{legal_entity_id}}/modules/{{module}}")
def switch(legal_entity_id: str, module: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Switch it on or off."""
    on = form.text("on") == "1"

    def work(session: Session) -> None:
        companies.switch(session, actor, legal_entity_id, module, on, context.clock)

    def after(_: None) -> Response:
        switches_of(request).forget()
        return done(f"{HOME}/{legal_entity_id}", "module_on" if on else "module_off")

    return act(context, work, after)


def _page(
    legal_entity_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        company, settings = companies.company_for(session, actor, legal_entity_id)
    return console_page(
        request,
        actor,
        "system/company.html",
        problem=problem,
        company=company,
        settings=settings,
        modules=companies.modules(),
        home=HOME,
    )
