"""The list of who leaves, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.assets import service as assets
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Filter, FormSpec, ListSpec, Place
from interview_engine.hr.offboarding import rules, service
from interview_engine.hr.offboarding.following import PREFIX
from interview_engine.hr.offboarding.separations import NewSeparation
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import msg


def _rows() -> Select[Any]:
    return (
        select(Separation.id)
        .select_from(Separation)
        .join(Person, Person.id == Separation.person_id)
        .join(Department, Department.id == Separation.department_id)
    )


def _with_past(asked: Asked) -> Any:
    return None if asked.value else Separation.state.in_(rules.UNDER_WAY)


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    last, notice = values["last_day"], values["notice_on"]
    assert isinstance(last, date)
    new = NewSeparation(
        str(values["kind"]), last, str(values["reason"]), notice if isinstance(notice, date) else None,
        bool(values["article_42_checked"]),
    )  # fmt: skip
    return service.enter(session, actor, employment_id, new, clock).id


def _settle(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return service.settle(session, actor, row_id, clock)


SEPARATIONS = ListSpec(
    name="separations",
    title=msg("Leaving", context="list"),
    about=msg("Who leaves and when, what is still to do, and whether the settlement has gone to pay."),
    thing=msg("leaving", context="record"),
    empty=msg("Nobody is leaving: an approved resignation brings the person here, or enter a leaving."),
    field_class="contact",
    rows=_rows,
    key=Separation.id,
    place=Place(Separation.department_id, Separation.legal_entity_id, Separation.person_id),
    href=lambda _, row_id, __: f"/console/leaving/{row_id}",
    form=FormSpec(
        (
            Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number),
            Field("kind", msg("Why", context="separation"), "choice", required=True, choices=rules.CHOSEN_KINDS),
            Field("last_day", msg("Last day of work"), "day", required=True,
                  help=msg("A day in the past ends the employment immediately.")),
            Field("notice_on", msg("Notice given on"), "day", help=msg("The day of notice; left empty, today.")),
            Field("reason", msg("Reason"), "area", required=True, most=300),
            Field("article_42_checked", msg("Article 42 was checked: nothing protects this person"), "flag",
                  help=msg("Asked for where approved leave may forbid a dismissal by notice.")),
        ),
        _create,
        ("public", "manage"),
    ),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(Separation.person_id, Separation.legal_entity_id), searched=True,
               under="name"),
        Column("last_day", msg("Last day of work"), "day", Separation.last_day, filters=True),
        Column("kind", msg("Why", context="separation"), "choice", Separation.kind, choices=rules.KINDS, filters=True,
               counts=True, field_class="identity"),
        Column("state", msg("State"), "choice", Separation.state, choices=rules.STATES, filters=True, counts=True,
               tones={"requested": "look", "settled": "go", "closed": "go"}),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, counts=True),
        Column("open_tasks", msg("Tasks to do"), "whole", tasks.open_count(literal(PREFIX) + Separation.employment_id),
               tones={"*": "look"}),
        Column("open_assets", msg("Items to return"), "whole", assets.open_count(Separation.employment_id),
               tones={"*": "look"}),
        Column("notice_on", msg("Notice given on"), "day", Separation.notice_on, shown=False),
        Column("reason", msg("Reason"), "text", Separation.reason, shown=False, field_class="identity"),
    ),
    filters=(Filter(Field("past", msg("Include closed"), "flag"), _with_past),),
    bulk=(
        Bulk("settle", msg("Hand the settlement over"), ("public", "manage"), _settle,
             msg("{count} settlements were handed over to pay."),
             msg("Hand the settlements of {count} people over to pay? Their facts are fixed then.")),
    ),
)  # fmt: skip
