"""Who leaves: how far it is, what is to do, what they have in hand, what they said, what goes to pay (D6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.buttons import Button, add_buttons
from api.console.frame import console_page
from api.console.joining.person import with_owners
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.assets import rules as asset_rules
from interview_engine.hr.assets import service as assets
from interview_engine.hr.leave import service as leave
from interview_engine.hr.offboarding import interviews, rules, service, settlement
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.org.service import department_names
from interview_engine.hr.people.tables import Person
from interview_engine.hr.tasks import rules as task_rules
from interview_engine.hr.tasks import service as tasks
from interview_engine.store import audit

HOME = "/console/leaving"

router = APIRouter()


@router.get(f"{HOME}/{{separation_id}}")
def leaving(separation_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page. The reading is recorded."""
    return _page(separation_id, request, context, actor)


def around_list(session: Session, actor: Actor, _: Clock) -> Mapping[str, Any]:
    """What the list shows besides: what leavers answered, counted."""
    counts = interviews.counts(session, actor)
    fields = [one for one in interviews.FIELDS if one.kind == "choice"]
    return {"exit_counts": counts, "exit_fields": fields}


def _page(
    separation_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.transaction() as session:
        row = service.get_for(session, actor, separation_id, "read")
        audit.record(session, actor.id, "separation.read", f"separation:{row.id}", {}, context.clock)
        own = list(tasks.of_ref(session, service.ref_of(row.employment_id)))
        person = session.get_one(Person, row.person_id)
        values: dict[str, Any] = {
            "row": row,
            "person": person,
            "department": department_names(session).get(row.department_id, ""),
            "tasks": [(one, tasks.title_of(one), who) for one, who in with_owners(session, own)],
            "mine": {one.id for one in own if tasks.is_mine(session, actor, one)},
            "assets": assets.of_employment(session, row.employment_id),
            "leave_kinds": leave.words_of(session, row.legal_entity_id),
            "others": [one for one in service.of_person(session, row.person_id) if one.id != row.id],
            "hr": bool(reached_persons(session, actor, "identity", "write", (row.person_id,))),
            "interview": interviews.of_separation(session, row.id),
            "reads_answers": interviews.may_read(session, actor, row.person_id),
            **_settlement(session, actor, row),
        }
    return console_page(
        request,
        actor,
        "leaving/person.html",
        problem=problem,
        kinds=rules.KINDS,
        chosen_kinds=rules.CHOSEN_KINDS,
        states=rules.STATES,
        severance=rules.SEVERANCE,
        asset_states=asset_rules.STATES,
        interview_states=rules.INTERVIEW_STATES,
        fields=interviews.FIELDS,
        settlement_states=settlement.STATES,
        names=settlement.NAMES,
        source_of=settlement.words_of_source,
        task_states=task_rules.STATES,
        agreed=row.state in rules.AGREED,
        today=china_day(context.clock),
        **values,
    )


def _settlement(session: Session, actor: Actor, row: Separation) -> dict[str, Any]:
    """The facts, to who reads pay."""
    sees = bool(reached_persons(session, actor, "pay", "read", (row.person_id,)))
    return {"sees_pay": sees, "settlement": settlement.of_separation(session, row.id) if sees else None}


add_buttons(
    router,
    HOME,
    "separation_id",
    {
        "last-day": Button(
            lambda session, by: service.move(session, by.actor, by.row_id, by.form.day("last_day"), by.clock),
            "last_day_moved",
        ),
        "kind": Button(
            lambda session, by: service.correct_kind(
                session,
                by.actor,
                by.row_id,
                by.form.text("kind"),
                by.clock,
                article_42_checked=by.form.checked("article_42_checked"),
            ),
            "kind_corrected",
        ),
        # what a resignation did waits for whoever decides on resignations
        "withdraw": Button(
            lambda session, by: service.withdraw(session, by.actor, by.row_id, by.form.text("reason"), by.clock).state,
            lambda state: "leaving_called_off" if state == "withdrawn" else "leaving_asked_off",
        ),
        "settle": Button(lambda session, by: service.settle(session, by.actor, by.row_id, by.clock), "settled"),
        "take-back": Button(
            lambda session, by: service.take_back(session, by.actor, by.row_id, by.form.text("reason"), by.clock),
            "settlement_back",
        ),
        "assets": Button(
            lambda session, by: assets.end(
                session, by.actor, by.form.text("asset"), by.form.text("state"), by.form.text("reason"), by.clock
            ),
            "asset_ended",
        ),
    },
    _page,
)
