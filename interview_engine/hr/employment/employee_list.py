"""The list of employees, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from interview_engine.hr.employment.employee_sheet import FORM
from interview_engine.hr.employment.tables import EmployeeNumber, Employment
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.spec import Asked, Column, Filter, ListSpec, Place
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = {
    "pending": msg("Not begun"),
    "probation": msg("On probation"),
    "active": msg("At work"),
    "notice": msg("Leaving"),
    "left": msg("Left", context="employee"),
}

_MANAGER = aliased(Person)


def _rows() -> Select[Any]:
    return (
        select(Employment.id)
        .select_from(Employment)
        .join(Person, Person.id == Employment.person_id)
        .join(Department, Department.id == Employment.department_id)
        .join(LegalEntity, LegalEntity.id == Employment.legal_entity_id)
        .outerjoin(
            EmployeeNumber,
            (EmployeeNumber.person_id == Employment.person_id)
            & (EmployeeNumber.legal_entity_id == Employment.legal_entity_id),
        )
        .outerjoin(_MANAGER, _MANAGER.id == func.coalesce(Person.manager_person_id, Department.manager_person_id))
        .where(or_(Employment.last_day.is_(None), Employment.last_day >= Employment.start_date))  # not who never came
    )


def _with_leavers(asked: Asked) -> Any:
    return None if asked.value else Employment.state != "left"


EMPLOYEES = ListSpec(
    name="employees",
    title=msg("Employees"),
    about=msg("Who works here, where and since when."),
    thing=msg("employee"),
    empty=msg("Nobody works here yet: add somebody, import a list, or hire a candidate."),
    field_class="contact",
    rows=_rows,
    key=Employment.id,
    place=Place(Employment.department_id, Employment.legal_entity_id, Employment.person_id),
    href=lambda _, row_id, __: f"/console/employees/{row_id}",
    custom=True,
    tags=True,
    form=FORM,
    whole=True,
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text", EmployeeNumber.number, searched=True, under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, counts=True),
        Column("title", msg("Job title"), "text", Employment.title, filters=True, searched=True),
        Column("level", msg("Level"), "whole", Person.level, filters=True),
        Column("state", msg("State"), "choice", Employment.state, choices=STATES, filters=True, counts=True,
               tones={"probation": "look", "notice": "look"}),
        Column("start_date", msg("First day of work"), "day", Employment.start_date, filters=True),
        Column("phone", msg("Phone"), "text", Person.phone, searched=True),
        Column("email", msg("Mail"), "text", Person.email, searched=True, shown=False),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, counts=True, shown=False),
        Column("manager", msg("Reports to"), "text", _MANAGER.name, shown=False),
        Column("probation_end", msg("Last day of probation"), "day", Employment.probation_end, filters=True,
               shown=False),
        Column("last_day", msg("Last day of work"), "day", Employment.last_day, filters=True, shown=False),
    ),
    filters=(Filter(Field("leavers", msg("With those who left"), "flag"), _with_leavers),),
)  # fmt: skip
