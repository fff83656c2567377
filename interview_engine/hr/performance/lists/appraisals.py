"""The list of appraisals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, ListSpec, Place
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.performance import appraisals
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle
from interview_engine.hr.performance.words import BANDS, GRADES, REOPENS, STEPS
from interview_engine.i18n import LocalizedText, msg

_MANAGER = aliased(Person)


def _rows() -> Select[Any]:
    return (
        select(Appraisal.id)
        .select_from(Appraisal)
        .join(PerformanceCycle, PerformanceCycle.id == Appraisal.cycle_id)
        .join(Person, Person.id == Appraisal.person_id)
        .join(Department, Department.id == Appraisal.department_id)
        .outerjoin(_MANAGER, _MANAGER.id == Appraisal.manager_person_id)
    )


def _published(column: Any) -> Any:
    """Results before publication stand on the board alone: whoever reads their own row reads nothing earlier."""
    return case((Appraisal.published_at.is_not(None), column))


def _pass_over(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return appraisals.pass_over(session, actor, row_id, str(values["reason"] or ""), clock)


APPRAISALS = ListSpec(
    name="appraisals",
    title=msg("Appraisals"),
    about=msg("Who waits for which review, and what was published. Every score shows its basis."),
    thing=msg("appraisal"),
    empty=msg("Appraisals begin when a cycle comes to the self-review."),
    field_class="performance",
    rows=_rows,
    key=Appraisal.id,
    place=Place(Appraisal.department_id, Appraisal.legal_entity_id, Appraisal.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(Appraisal.person_id, Appraisal.legal_entity_id), searched=True, under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        Column("cycle", msg("Cycle", context="performance"), "text", PerformanceCycle.name, filters=True),
        Column("manager", msg("Manager", context="review"), "text", _MANAGER.name, shown=False),
        Column("step", msg("Waits for"), "choice", Appraisal.step, choices=STEPS, filters=True, counts=True,
               tones={"done": "go"}),
        Column("score", msg("Score"), "number", _published(Appraisal.score), places=2),
        Column("band", msg("Band", context="appraisal"), "choice", _published(Appraisal.band),
               choices=BANDS, filters=True),
        Column("grade", msg("Grade"), "choice", _published(Appraisal.grade),
               choices={one: LocalizedText(one, one) for one in GRADES}, filters=True),
        Column("top", msg("Priority for promotion"), "flag", _published(Appraisal.top), filters=True),
        Column("published_at", msg("Published at"), "moment", Appraisal.published_at, shown=False),
        Column("confirmed_at", msg("Confirmed by the employee"), "moment", Appraisal.confirmed_at, filters=True),
        Column("reopened", msg("Opened by an appeal"), "choice", Appraisal.reopened, choices=REOPENS, filters=True,
               tones={"*": "look"}),
    ),
    href=lambda _, row_id, __: f"/console/appraisals/{row_id}",
    bulk=(
        Bulk("pass_over", msg("Leave the next review out"), ("performance", "decide"), _pass_over,
             msg("{count} reviews were left out."), fields=(Field("reason", msg("Reason"), required=True, most=300),)),
    ),
)  # fmt: skip
