"""The list of succession, its form and its sheet, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.competency import service as competency
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Fill, Filter, FormSpec, ListSpec, Place
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.succession import service
from interview_engine.hr.succession.rules import CLASS, READINESS
from interview_engine.hr.succession.service import NewPlan
from interview_engine.hr.succession.tables import Succession
from interview_engine.i18n import joined, msg

FIELDS = (
    Field("title", msg("Key post"), required=True, most=120, also=("关键岗位", "岗位", "职位")),
    Field("department", msg("Department"), required=True, most=250, also=("部门", "所属部门"),
          help=msg("Its name, or with those above it: headquarters/sales/east.")),
    Field("holder", msg("Employee number of the holder"), most=20, also=("现任工号", "在任者工号"),
          help=msg("Empty: the post is vacant.")),
    Field("successor", msg("Employee number of the successor"), most=20, also=("继任者工号", "后备人选工号"),
          help=msg("Empty: nobody is planned yet.")),
    Field("readiness", msg("Readiness"), "choice", choices=READINESS, also=("准备度", "就绪程度")),
    Field("profile", msg("Role profile"), most=80, also=("岗位画像",),
          help=msg("Code of the published role profile. The evidence is compared with it.")),
    Field("note", msg("Note"), most=300, also=("备注",)),
)  # fmt: skip

_HOLDER, _SUCCESSOR = aliased(Person), aliased(Person)


def _rows() -> Select[Any]:
    return (
        select(Succession.id)
        .select_from(Succession)
        .join(Department, Department.id == Succession.department_id)
        .outerjoin(_HOLDER, _HOLDER.id == Succession.holder_person_id)
        .outerjoin(_SUCCESSOR, _SUCCESSOR.id == Succession.successor_person_id)
    )


def _new(values: Mapping[str, Value]) -> NewPlan:
    return NewPlan(**{one.name: str(values.get(one.name) or "") for one in FIELDS})


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return service.plan(session, actor, _new(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return service.change(session, actor, row_id, _new(values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = service.get_for(session, actor, row_id, "read")
    number = (
        session.scalar(select(employments.number_column(person, row.legal_entity_id)))
        for person in (row.holder_person_id, row.successor_person_id)
    )
    holder, successor = number
    return {
        "title": row.title,
        "department": session.get_one(Department, row.department_id).name,
        "holder": holder,
        "successor": successor,
        "readiness": row.readiness,
        "profile": None if row.profile_id is None else competency.profile(session, row.profile_id).code,
        "note": row.note,
    }


def _remove(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return service.remove(session, actor, row_id, clock)


def _evidence(session: Session, actor: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    found: dict[str, Mapping[str, Shown]] = {}
    for row_id, bars in service.bars(session, actor, ids).items():
        missed = [one.name for one in bars if not one.met]
        gate = msg("missed: {listed}", listed=joined(missed)) if missed else msg("met", context="gate")
        said = joined([msg("{name}: {text}", name=one.name, text=one.said()) for one in bars])
        found[row_id] = {"gate": gate, "evidence": said}
    return found


def _open(asked: Asked) -> Any:
    return Succession.successor_person_id.is_(None) if asked.value else None


SUCCESSIONS = ListSpec(
    name="succession",
    title=msg("Succession"),
    about=msg("Key posts, who is planned for them and how ready they are, beside the evidence. Nobody sees who is "
              "planned after them."),
    thing=msg("line of succession"),
    empty=msg("No key post is named yet: add the first, with or without a successor."),
    field_class=CLASS,
    rows=_rows,
    key=Succession.id,
    place=Place(Succession.department_id, Succession.legal_entity_id, Succession.holder_person_id,
                hidden_from=(Succession.holder_person_id, Succession.successor_person_id)),
    form=FormSpec(FIELDS, _create, (CLASS, "write"), _update, _load, blames={"succession.twice": ("title",)}),
    columns=(
        Column("title", msg("Key post"), "text", Succession.title, searched=True, opens=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, under="title"),
        Column("holder", msg("Holder"), "text", _HOLDER.name, searched=True),
        Column("successor", msg("Successor"), "text", _SUCCESSOR.name, searched=True),
        Column("readiness", msg("Readiness"), "choice", Succession.readiness, choices=READINESS, filters=True,
               counts=True, tones={"now": "go"}),
        Column("judged_on", msg("Judged on"), "day", Succession.judged_on, filters=True, under="readiness"),
        Column("gate", msg("Gate of the profile"), "text"),
        Column("evidence", msg("Evidence of competencies"), "text"),
        Column("note", msg("Note"), "text", Succession.note, shown=False),
    ),
    filters=(Filter(Field("open", msg("Nobody planned"), "flag"), _open),),
    fills=(Fill(("gate", "evidence"), _evidence),),
    bulk=(Bulk("remove", msg("Take out"), (CLASS, "write"), _remove, msg("{count} lines were taken out."),
               ask=msg("Take {count} lines out of the succession?")),),
)  # fmt: skip
