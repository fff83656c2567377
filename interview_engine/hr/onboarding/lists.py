"""The list of who joins, and that of the welcome texts, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Filter, FormSpec, ListSpec, Place
from interview_engine.hr.onboarding import rules, service, welcome
from interview_engine.hr.onboarding.tables import Onboarding, WelcomeText
from interview_engine.hr.org.service import company_called, find_department
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import msg

# Who joins ---------------------------------------------------------------------------------------------------------


def _rows() -> Select[Any]:
    return (
        select(Onboarding.id)
        .select_from(Onboarding)
        .join(Person, Person.id == Onboarding.person_id)
        .join(Department, Department.id == Onboarding.department_id)
    )


def _with_past(asked: Asked) -> Any:
    return None if asked.value else Onboarding.state.in_(rules.UNDER_WAY)


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    return service.begin_by_hand(session, actor, employment_id, clock).id


def _come(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return service.has_come(session, actor, row_id, clock)


def _not_come(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return service.does_not_come(session, actor, row_id, str(values["reason"] or ""), clock)


def _send(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return service.send_again(session, actor, row_id, clock)


def _move(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    day = values["first_day"]
    assert isinstance(day, date)
    return service.change_first_day(session, actor, row_id, day, clock)


JOINING = ListSpec(
    name="joining",
    title=msg("Joining", context="list"),
    about=msg("Who begins and when, who has not filled in the form, and who does not come."),
    thing=msg("onboarding"),
    empty=msg("Nobody is joining: an accepted offer brings the person here, or add a new employee by number."),
    field_class="contact",
    rows=_rows,
    key=Onboarding.id,
    place=Place(Onboarding.department_id, Onboarding.legal_entity_id, Onboarding.person_id),
    href=lambda _, row_id, __: f"/console/joining/{row_id}",
    form=FormSpec(
        (
            Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
                  help=msg("Of a new employee without an application; the form goes to their phone.")),
        ),
        _create,
        ("contact", "write"),
    ),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("title", msg("Job title"), "text", Onboarding.title, searched=True, under="name"),
        Column("first_day", msg("First day of work"), "day", Onboarding.first_day, filters=True),
        Column("state", msg("State"), "choice", Onboarding.state, choices=rules.STATES, filters=True, counts=True,
               tones={"asked": "look", "returned": "look", "approved": "go", "joined": "go"}),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, counts=True),
        Column("open_tasks", msg("Tasks to do"), "whole", tasks.open_count(literal("onboarding:") + Onboarding.id),
               tones={"*": "look"}),
        Column("filled_at", msg("Filled in"), "moment", Onboarding.filled_at),
        Column("phone", msg("Phone"), "text", Person.phone, searched=True, shown=False),
        Column("asked_at", msg("Asked on"), "moment", Onboarding.created_at, shown=False),
    ),
    filters=(Filter(Field("past", msg("Include closed"), "flag"), _with_past),),
    bulk=(
        Bulk("come", msg("Has come"), ("contact", "write"), _come, msg("{count} people have come.")),
        Bulk("send", msg("Send the link again"), ("contact", "write"), _send, msg("{count} links were sent.")),
        Bulk("move", msg("Change the first day"), ("contact", "write"), _move, msg("{count} first days were moved."),
             fields=(Field("first_day", msg("First day of work"), "day", required=True),)),
        Bulk("not_come", msg("Does not come"), ("contact", "write"), _not_come,
             msg("{count} people were taken off."),
             msg("{count} people do not come? Their tasks end and what they filled in is deleted."),
             fields=(Field("reason", msg("Reason"), required=True, most=300),)),
    ),
)  # fmt: skip


# Welcome texts -----------------------------------------------------------------------------------------------------


def _text_rows() -> Select[Any]:
    return (
        select(WelcomeText.id)
        .select_from(WelcomeText)
        .outerjoin(LegalEntity, LegalEntity.id == WelcomeText.legal_entity_id)
        .outerjoin(Department, Department.id == WelcomeText.department_id)
    )


def _place(session: Session, actor: Actor, values: Mapping[str, Value]) -> welcome.Place:
    department = str(values["department"] or "").strip()
    if department:
        found = find_department(session, actor, department, "public", "manage")
        return welcome.Place(found.legal_entity_id, found.id)
    company = str(values["company"] or "").strip()
    return welcome.Place(company_called(session, company).id if company else None)


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    return {
        f"{part}_{language}": str(values[f"{part}_{language}"] or "")
        for part in welcome.PARTS
        for language in ("zh", "en")
    }


def _add_text(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return welcome.keep(session, actor, _place(session, actor, values), _texts(values), clock).id


def _change_text(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    place = _place(session, actor, values)
    return welcome.keep(session, actor, place, _texts(values), clock, text_id=row_id)


def _load_text(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = welcome.get(session, actor, row_id)
    company = None if row.legal_entity_id is None else session.get_one(LegalEntity, row.legal_entity_id).name
    department = None if row.department_id is None else session.get_one(Department, row.department_id).name
    texts = {
        f"{part}_{language}": getattr(row, f"{part}_{language}") or None
        for part in welcome.PARTS
        for language in ("zh", "en")
    }
    return {"company": company, "department": department and f"{company} / {department}", **texts}


def _remove_text(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    welcome.remove(session, actor, row_id, clock)


WELCOME_TEXTS = ListSpec(
    name="welcome_texts",
    title=msg("Welcome texts"),
    about=msg("Where to come, how to get there and what to bring: the nearest place that says it counts."),
    thing=msg("welcome text"),
    empty=msg("No text yet: write at least where to come and what to bring, it stands in every welcome."),
    field_class="public",
    rows=_text_rows,
    key=WelcomeText.id,
    place=Place(WelcomeText.department_id, WelcomeText.legal_entity_id),
    form=FormSpec(
        (
            Field("company", msg("Company"), most=120, help=msg("Left empty, it holds for every company.")),
            Field("department", msg("Department"), most=250,
                  help=msg("Its name; where several have it, company / department. Left empty, for the company.")),
            Field("address_zh", msg("Address"), "area", most=2000),
            Field("address_en", msg("Address in English"), "area", most=2000),
            Field("way_zh", msg("How to get there"), "area", most=2000),
            Field("way_en", msg("How to get there, in English"), "area", most=2000),
            Field("materials_zh", msg("What to bring"), "area", most=2000),
            Field("materials_en", msg("What to bring, in English"), "area", most=2000),
            Field("more_zh", msg("More for the first day"), "area", most=2000),
            Field("more_en", msg("More for the first day, in English"), "area", most=2000),
        ),
        _add_text,
        ("public", "manage"),
        _change_text,
        _load_text,
    ),
    columns=(
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, opens=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True),
        Column("address", msg("Address"), "text", WelcomeText.address_zh, searched=True),
        Column("materials", msg("What to bring"), "text", WelcomeText.materials_zh, searched=True),
    ),
    bulk=(
        Bulk("remove", msg("Remove"), ("public", "manage"), _remove_text, msg("{count} texts were removed."),
             msg("Remove {count} texts?")),
    ),
)  # fmt: skip
