"""The list of cycles and its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import company_meant
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.performance import cycles
from interview_engine.hr.performance.cycles import NewCycle
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle
from interview_engine.hr.performance.words import GRADES, PARTS, TIES
from interview_engine.i18n import msg

WHOLE, NONE = Decimal(100), Decimal(0)
WEIGHTS = {
    "goals": msg("Weight of the goals, %"),
    "around": msg("Weight of the 360, %"),
    "manager": msg("Weight of the manager's review, %"),
    "self": msg("Weight of the self-review, %"),
    "hr": msg("Weight of HR's review, %"),
    "gm": msg("Weight of the general manager's review, %"),
}
SHARES = {"A": msg("Share of grade A, %"), "B": msg("Share of grade B, %"), "C": msg("Share of grade C, %"),
          "D": msg("Share of grade D, %")}  # fmt: skip
BONUS = {"A": msg("Bonus of grade A, %"), "B": msg("Bonus of grade B, %"), "C": msg("Bonus of grade C, %")}


def _new(session: Session, actor: Actor, values: Mapping[str, Value], legal_entity_id: str) -> NewCycle:
    first, last = values["first_day"], values["last_day"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    number = str(values["gm_number"] or "").strip()
    gm = None
    if number:
        employment_id = employments.of_number(session, actor, number, "contact", "read")
        gm = employments.persons_of(session, [employment_id])[employment_id]
    return NewCycle(
        legal_entity_id, str(values["name"]), str(values["kind"]), first, last,
        {one: _number(values[f"weight_{one}"]) for one in PARTS},
        {one: _number(values[f"share_{one.lower()}"]) for one in GRADES},
        {one: _number(values[f"bonus_{one.lower()}"]) for one in BONUS},
        str(values["ties"] or "in"), _number(values["excellent"], "85"), _number(values["good"], "80"),
        int(_number(values["step_days"], "5")), gm,
    )  # fmt: skip


def _number(value: Value, otherwise: str = "0") -> Decimal:
    return Decimal(otherwise) if value is None else Decimal(str(value))


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = company_meant(session, str(values["company"] or ""))
    return cycles.begin(session, actor, _new(session, actor, values, company.id), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    row = cycles.get_for(session, actor, row_id, "decide")
    return cycles.change(session, actor, row_id, _new(session, actor, values, row.legal_entity_id), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = cycles.get_for(session, actor, row_id, "read")
    found: dict[str, Value] = {
        "company": session.get_one(LegalEntity, row.legal_entity_id).name, "name": row.name, "kind": row.kind,
        "first_day": row.first_day, "last_day": row.last_day, "ties": row.ties, "excellent": row.excellent,
        "good": row.good, "step_days": row.step_days, "gm_number": None,
    }  # fmt: skip
    if row.gm_person_id is not None:
        held = employments.of_person(session, row.gm_person_id)
        found["gm_number"] = None if held is None else employments.number_for(session, held)
    found |= {f"weight_{one}": _kept(row.weights.get(one)) for one in PARTS}
    found |= {f"share_{one.lower()}": _kept(row.shares.get(one)) for one in GRADES}
    return found | {f"bonus_{one.lower()}": _kept(row.bonus.get(one)) for one in BONUS}


def _kept(value: Any) -> Value:
    return None if value is None else Decimal(value)


def _percent(name: str, label: Any, **more: Any) -> Field:
    return Field(name, label, "number", low=NONE, high=WHOLE, places=2, **more)


FIELDS = (
    Field("company", msg("Company"), most=120, help=msg("May be left empty where there is one company only.")),
    Field("name", msg("Name of the cycle"), required=True, most=60, help=msg("Like “2026 Q4”.")),
    Field("kind", msg("Kind of cycle"), "choice", required=True, choices=steps.KINDS,
          help=msg("The next cycle may be of the other kind.")),
    Field("first_day", msg("First day", context="days"), "day", required=True),
    Field("last_day", msg("Last day", context="days"), "day", required=True),
    *(_percent(f"weight_{one}", label, help=msg("All weights sum to 100. Empty: not a part of the score.")
               if one == "goals" else None) for one, label in WEIGHTS.items()),
    *(_percent(f"share_{one.lower()}", label, help=msg("All shares sum to 100.") if one == "A" else None)
      for one, label in SHARES.items()),
    *(_percent(f"bonus_{one.lower()}", label) for one, label in BONUS.items()),
    Field("ties", msg("Equal scores at a limit"), "choice", required=True, choices=TIES),
    _percent("excellent", msg("Excellent from"), help=msg("Empty: 85.")),
    _percent("good", msg("Good from"), help=msg("Empty: 80.")),
    Field("step_days", msg("Days for each step"), "whole", low=Decimal(1), high=Decimal(60), help=msg("Empty: 5.")),
    Field("gm_number", msg("Employee number of the general manager"), most=20,
          help=msg("Writes the last review. Empty: somebody of HR who did not write HR's.")),
)  # fmt: skip


def _rows() -> Select[Any]:
    return (
        select(PerformanceCycle.id)
        .select_from(PerformanceCycle)
        .join(LegalEntity, LegalEntity.id == PerformanceCycle.legal_entity_id)
    )


_PEOPLE = (
    select(func.count())
    .select_from(Appraisal)
    .where(Appraisal.cycle_id == PerformanceCycle.id)
    .correlate(PerformanceCycle)
    .scalar_subquery()
)

PERFORMANCE_CYCLES = ListSpec(
    name="performance_cycles",
    title=msg("Performance cycles"),
    about=msg("Quarters and months: goals, reviews in their order, calibration, publication."),
    thing=msg("cycle"),
    empty=msg("No cycle yet: add one with its weights and shares."),
    field_class="performance",
    rows=_rows,
    key=PerformanceCycle.id,
    place=Place(legal_entity=PerformanceCycle.legal_entity_id),
    columns=(
        Column("name", msg("Name of the cycle"), "text", PerformanceCycle.name, searched=True, opens=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("kind", msg("Kind of cycle"), "choice", PerformanceCycle.kind, choices=steps.KINDS, filters=True),
        Column("first_day", msg("First day", context="days"), "day", PerformanceCycle.first_day, filters=True),
        Column("last_day", msg("Last day", context="days"), "day", PerformanceCycle.last_day),
        Column("state", msg("State"), "choice", PerformanceCycle.state, choices=steps.STATES, filters=True, counts=True,
               tones={"published": "go"}),
        Column("due_on", msg("Step due on"), "day", PerformanceCycle.due_on),
        Column("people", msg("Appraisals"), "whole", _PEOPLE),
    ),
    href=lambda _, row_id, __: f"/console/performance-cycles/{row_id}",
    form=FormSpec(FIELDS, _create, ("performance", "decide"), _update, _load),
)  # fmt: skip
