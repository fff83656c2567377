"""The lists of goals and of work reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import find_department
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.performance import cycles, goals, progress
from interview_engine.hr.performance.goals import NewGoal
from interview_engine.hr.performance.tables import PerformanceCycle, PerformanceGoal, WorkReport
from interview_engine.hr.performance.words import COUNTS, GOAL_KINDS, GOAL_STATES, LEVELS, REPORT_STATES
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

MOST = Decimal(10) ** 9
FIELDS = (
    Field("cycle", msg("Cycle", context="performance"), required=True, most=60),
    Field("employee_number", msg("Employee number"), most=20,
          help=msg("Whose goal it is. Empty: of the department or of the company.")),
    Field("department", msg("Department"), most=200, help=msg("Empty with no employee number: of the company.")),
    Field("kind", msg("Kind of goal"), "choice", required=True, choices=GOAL_KINDS),
    Field("title", msg("Goal"), required=True, most=120),
    Field("parent", msg("Serves the goal"), most=120, help=msg("Title of a goal of the same cycle above it.")),
    Field("measure", msg("What is counted"), most=40,
          help=msg("As reports name it (customers, satisfaction): numbers of reports are read by it.")),
    Field("unit", msg("Unit"), most=20, help=msg("People, orders, %, …")),
    Field("base", msg("From", context="goal"), "number", low=-MOST, high=MOST, places=2,
          help=msg("Where it stands now; empty: 0.")),
    Field("target", msg("To", context="goal"), "number", required=True, low=-MOST, high=MOST, places=2,
          help=msg("A rated competency goes to 100 whatever is written.")),
    Field("contribution", msg("Brings to the goal it serves"), "number", low=-MOST, high=MOST, places=2,
          help=msg("In the unit of that goal. Empty: its own way, where both count the same.")),
    Field("weight", msg("Weight, %"), "number", low=Decimal(0), high=Decimal(100), places=2,
          help=msg("Of a person's goals: all of them sum to 100 before they are sent.")),
    Field("counts", msg("Entries"), "choice", choices=COUNTS),
    Field("competency", msg("Code of the competency"), most=80),
    Field("due_on", msg("Due on"), "day", help=msg("Empty: the last day of the cycle.")),
)  # fmt: skip


def _new(session: Session, actor: Actor, values: Mapping[str, Value]) -> NewGoal:
    cycle = cycles.named(session, actor, str(values["cycle"]))
    number, department = str(values["employee_number"] or "").strip(), str(values["department"] or "").strip()
    person_id, department_id, due = None, None, values["due_on"]
    if number:
        employment_id = employments.of_number(session, actor, number, "performance", "write")
        person_id = employments.persons_of(session, [employment_id])[employment_id]
    elif department:
        department_id = find_department(session, actor, department, "performance", "write").id
    target = values["target"]
    assert isinstance(target, Decimal)
    return NewGoal(
        cycle.id, str(values["kind"]), str(values["title"]), target, str(values["measure"] or ""),
        str(values["unit"] or ""), _number(values["base"]) or Decimal(0), _number(values["weight"]),
        _number(values["contribution"]), str(values["counts"] or "sum"), str(values["competency"] or "") or None,
        due if isinstance(due, date) else None, _parent(session, cycle.id, str(values["parent"] or "").strip()),
        department_id, person_id,
    )  # fmt: skip


def _number(value: Value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _parent(session: Session, cycle_id: str, title: str) -> str | None:
    if not title:
        return None
    found = [key for key, named in goals.titles(session, cycle_id, tuple(LEVELS)).items() if named == title]
    if len(found) != 1:
        raise invalid("parent", "performance.no_parent", msg("No goal, or more than one, is called “{title}”.",
                      title=title), msg("Write the title of one goal of the same cycle."))  # fmt: skip
    return found[0]


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return goals.add(session, actor, _new(session, actor, values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return goals.change(session, actor, row_id, _new(session, actor, values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = goals.get_for(session, actor, row_id)
    held = None if row.person_id is None else employments.of_person(session, row.person_id)
    named = row.person_id is None and row.department_id is not None
    return {
        "cycle": session.get_one(PerformanceCycle, row.cycle_id).name,
        "employee_number": None if held is None else employments.number_for(session, held),
        "department": session.get_one(Department, row.department_id).name if named else None,
        "kind": row.kind, "title": row.title,
        "parent": None if row.parent_id is None else session.get_one(PerformanceGoal, row.parent_id).title,
        "measure": row.measure, "unit": row.unit, "base": row.base, "target": row.target,
        "contribution": row.contribution, "weight": row.weight, "counts": row.counts,
        "competency": row.competency_code, "due_on": row.due_on,
    }  # fmt: skip


def _send(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return goals.send(session, actor, row_id, clock)


def _enter(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    value = values["value"]
    assert isinstance(value, Decimal)
    return progress.enter(session, actor, row_id, value, str(values["note"] or ""), clock)


_PARENT = aliased(PerformanceGoal)


def _rows() -> Select[Any]:
    return (
        select(PerformanceGoal.id)
        .select_from(PerformanceGoal)
        .join(PerformanceCycle, PerformanceCycle.id == PerformanceGoal.cycle_id)
        .outerjoin(Person, Person.id == PerformanceGoal.person_id)
        .outerjoin(Department, Department.id == PerformanceGoal.department_id)
        .outerjoin(_PARENT, _PARENT.id == PerformanceGoal.parent_id)
    )


GOALS = ListSpec(
    name="goals",
    title=msg("Goals"),
    about=msg("From the company to departments and persons. A person's goals are sent together and confirmed on the "
              "phone."),
    thing=msg("goal"),
    empty=msg("No goal yet: add the company's first, then what serves it."),
    field_class="performance",
    rows=_rows,
    key=PerformanceGoal.id,
    place=Place(PerformanceGoal.department_id, PerformanceGoal.legal_entity_id, PerformanceGoal.person_id),
    columns=(
        Column("title", msg("Goal"), "text", PerformanceGoal.title, searched=True, opens=True),
        Column("level", msg("Of the", context="goal"), "choice", PerformanceGoal.level, choices=LEVELS, filters=True),
        Column("person", msg("Name"), "text", Person.name, searched=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, under="person"),
        Column("cycle", msg("Cycle", context="performance"), "text", PerformanceCycle.name, filters=True),
        Column("kind", msg("Kind of goal"), "choice", PerformanceGoal.kind, choices=GOAL_KINDS, filters=True,
               shown=False),
        Column("serves", msg("Serves the goal"), "text", _PARENT.title),
        Column("weight", msg("Weight, %"), "number", PerformanceGoal.weight),
        Column("actual", msg("Reached", context="goal"), "number", PerformanceGoal.actual),
        Column("target", msg("To", context="goal"), "number", PerformanceGoal.target),
        Column("unit", msg("Unit"), "text", PerformanceGoal.unit),
        Column("progress", msg("Progress, %"), "number", PerformanceGoal.progress, filters=True),
        Column("due_on", msg("Due on"), "day", PerformanceGoal.due_on, filters=True),
        Column("reached_on", msg("Reached on"), "day", PerformanceGoal.reached_on, shown=False),
        Column("state", msg("State"), "choice", PerformanceGoal.state, choices=GOAL_STATES, filters=True, counts=True,
               tones={"returned": "look", "confirmed": "go"}),
        Column("remark", msg("Why it was sent back"), "text", PerformanceGoal.remark, sorts=False),
    ),
    form=FormSpec(FIELDS, _create, ("performance", "write"), _update, _load),
    bulk=(
        Bulk("send", msg("Send to be confirmed"), ("performance", "write"), _send, msg("{count} goals were sent.")),
        Bulk("enter", msg("Enter progress"), ("performance", "write"), _enter, msg("Entered for {count} goals."),
             fields=(
                 Field("value", msg("Value"), "number", required=True, low=-MOST, high=MOST, places=2),
                 Field("note", msg("Note"), most=300),
             )),
    ),
)  # fmt: skip

WORK_REPORTS = ListSpec(
    name="work_reports",
    title=msg("Work reports"),
    about=msg("What people wrote on the phone about their day; numbers count once they have confirmed them."),
    thing=msg("report", context="work"),
    empty=msg("Nobody has written a report yet."),
    field_class="performance",
    rows=lambda: (
        select(WorkReport.id)
        .select_from(WorkReport)
        .join(Person, Person.id == WorkReport.person_id)
        .join(Department, Department.id == WorkReport.department_id)
    ),
    key=WorkReport.id,
    place=Place(WorkReport.department_id, WorkReport.legal_entity_id, WorkReport.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(WorkReport.person_id, WorkReport.legal_entity_id), searched=True,
               under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        Column("day", msg("Day"), "day", WorkReport.day, filters=True),
        Column("text", msg("Report"), "area", WorkReport.text, searched=True, sorts=False),
        Column("state", msg("State"), "choice", WorkReport.state, choices=REPORT_STATES, filters=True, counts=True,
               tones={"proposed": "look"}),
    ),
)  # fmt: skip
