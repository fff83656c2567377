"""Who joins: how far they are, what they filled in (masked), their tasks, and what HR can do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.buttons import Button, Pressed, add_buttons
from api.console.employees.sections import lines_of
from api.console.frame import console_page
from api.context import Context
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals.service import of_subject
from interview_engine.hr.approvals.standing import deciders_of
from interview_engine.hr.assets import rules as asset_rules
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.onboarding import asked_sections, entry_form, no_shows, rules, service
from interview_engine.hr.onboarding.service import Onboarding
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.names import person_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict
from interview_engine.hr.tasks import rules as task_rules
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.service import Task
from interview_engine.i18n import Text, msg
from interview_engine.store import audit

HOME = "/console/joining"

router = APIRouter()


@router.get(f"{HOME}/{{onboarding_id}}")
def joining(onboarding_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page. The reading is recorded."""
    return _page(onboarding_id, request, context, actor)


def _hand_out(session: Session, by: Pressed) -> object:
    """Hand a thing out, with the task that asks for it."""
    row = service.get_for(session, by.actor, by.row_id, "read")
    if row.employment_id is None:
        raise conflict("onboarding.employment", msg("This person is not employed yet."),
                       msg("Hand things out once the entry form is approved."))  # fmt: skip
    new = NewHolding(by.form.text("kind"), by.form.text("name"), china_day(by.clock), by.form.text("tag"),
                     task_id=by.form.text("task"))  # fmt: skip
    return assets.hand_out(session, by.actor, row.employment_id, new, by.clock)


def _page(
    onboarding_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.transaction() as session:
        row = service.get_for(session, actor, onboarding_id, "read")
        audit.record(session, actor.id, "onboarding.read", f"onboarding:{row.id}", {}, context.clock)
        approval = of_subject(session, service.KIND, service.ref_of(row))
        own = list(tasks.of_ref(session, service.ref_of(row)))
        values: dict[str, Any] = {
            "row": row,
            "person": session.get_one(Person, row.person_id),
            "department": department_names(session).get(row.department_id, ""),
            "deciders": [] if approval is None else deciders_of(session, approval.id),
            "approval": approval,
            "tasks": [(one, tasks.title_of(one), who) for one, who in with_owners(session, own)],
            "assets": [] if row.employment_id is None else assets.of_employment(session, row.employment_id),
            "mine": {one.id for one in own if tasks.is_mine(session, actor, one)},
            "sees_pay": bool(reached_persons(session, actor, "pay", "read", (row.person_id,))),
        }
        entry = entry_form.entry_of(context.blobs, row) if may_at_all(actor, "contact", "write") else None
        values |= {"entry": entry, "asked": _asked(session, actor, row, entry, language_of(request))}
    return console_page(
        request,
        actor,
        "joining/person.html",
        problem=problem,
        states=rules.STATES,
        documents=rules.DOCUMENTS,
        relations=rules.RELATIONS,
        sources=rules.SOURCES,
        filed=row.entry_sha256 is None and row.state in ("approved", "joined"),
        task_states=task_rules.STATES,
        asset_kinds=asset_rules.KINDS,
        asset_states=asset_rules.STATES,
        under_way=row.state in rules.UNDER_WAY,
        may_undo=no_shows.may_be_taken_back(row, context.clock),
        today=china_day(context.clock),
        **values,
    )


def _asked(
    session: Session, actor: Actor, row: Onboarding, entry: rules.Entry | None, language: str
) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    """(title, entries as lines, masked as the file shows them) of the sections that the form asks for as they are; of
    those that the actor would read in the file."""
    if entry is None:
        return []
    return [
        (
            one.title.get(language),
            [lines_of(one, asked_sections.seen(one, given), language) for given in getattr(entry, one.name)],
        )
        for one in asked_sections.ASKED
        if reached_persons(session, actor, *one.reads, (row.person_id,))
    ]


def with_owners(session: Session, own: list[Task]) -> list[tuple[Task, Text | str]]:
    """Each with the name of whose it is, else what the owner is called."""
    persons = person_names(session, {one.owner_person_id for one in own if one.owner_person_id})
    accounts = names_of(session, {one.account_id for one in own if one.account_id})
    return [
        (
            one,
            persons.get(one.owner_person_id or "")
            or accounts.get(one.account_id or "")
            or task_rules.OWNERS[one.owner],
        )
        for one in own
    ]


add_buttons(
    router,
    HOME,
    "onboarding_id",
    {
        "first-day": Button(
            lambda session, by: service.change_first_day(
                session, by.actor, by.row_id, by.form.day("first_day"), by.clock
            ),
            "first_day_moved",
        ),
        "come": Button(lambda session, by: service.has_come(session, by.actor, by.row_id, by.clock), "has_come"),
        "not-come": Button(
            lambda session, by: service.does_not_come(session, by.actor, by.row_id, by.form.text("reason"), by.clock),
            "does_not_come",
        ),
        "come-after-all": Button(
            lambda session, by: no_shows.take_back(session, by.actor, by.row_id, by.clock), "comes_after_all"
        ),
        "send": Button(lambda session, by: service.send_again(session, by.actor, by.row_id, by.clock), "link_sent"),
        "phone": Button(lambda session, by: service.free_phone(session, by.actor, by.row_id, by.clock), "phone_freed"),
        "assets": Button(_hand_out, "asset_out"),
        "ask": Button(
            lambda session, by: entry_form.ask_again(session, by.actor, by.row_id, by.clock), "approval_asked"
        ),
    },
    _page,
)
