"""The list of praise among colleagues; advice is between the two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.spec import Column, ListSpec, Place
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.performance.tables import Feedback
from interview_engine.i18n import msg

_GIVER = aliased(Person)


def _rows() -> Select[Any]:
    return (
        select(Feedback.id)
        .select_from(Feedback)
        .join(Person, Person.id == Feedback.person_id)
        .join(_GIVER, _GIVER.id == Feedback.giver_person_id)
        .join(Department, Department.id == Feedback.department_id)
        .where(Feedback.kind == "praise", Feedback.state == "given")
    )


PRAISE = ListSpec(
    name="praise",
    title=msg("Praise"),
    about=msg("What colleagues wrote to each other on the phone. Advice stays between the two."),
    thing=msg("praise"),
    empty=msg("Nobody has praised a colleague yet: it is written on the phone, under “Feedback”."),
    field_class="performance",
    rows=_rows,
    key=Feedback.id,
    place=Place(Feedback.department_id, Feedback.legal_entity_id, Feedback.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(Feedback.person_id, Feedback.legal_entity_id), searched=True, under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True, counts=True),
        Column("giver", msg("From", context="feedback"), "text", _GIVER.name, searched=True),
        Column("day", msg("Day"), "day", Feedback.day, filters=True),
        Column("text", msg("Praise"), "area", Feedback.text, searched=True, sorts=False),
    ),
)  # fmt: skip
