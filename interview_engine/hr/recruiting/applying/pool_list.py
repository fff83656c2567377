"""The talent pool, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.competency import service as competency
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Fill, Filter, ListSpec, Place, Undo
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.lists import set_talent_pool
from interview_engine.hr.recruiting.tables import Application
from interview_engine.i18n import LocalizedText, Text, joined, msg


def _rows() -> Select[Any]:
    return select(Person.id).select_from(Person).where(Person.talent_pool, Person.erased_at.is_(None))


def _of_person(value: ColumnElement[Any]) -> Any:
    return select(value).select_from(Application).where(Application.person_id == Person.id).scalar_subquery()


def _with_competency(asked: Asked) -> ColumnElement[bool]:
    least = asked.others.get("least")
    return Person.id.in_(competency.people_with(str(asked.value), float(least) if isinstance(least, Decimal) else 0.0))


def _competencies(session: Session, actor: Actor) -> Mapping[str, Text]:
    return {
        row.code: LocalizedText(row.name["zh"], row.name["en"]) for row in competency.competency_model(session, actor)
    }


def _scores(session: Session, actor: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    names = _competencies(session, actor) if may_at_all(actor, "public", "read") else {}
    return {
        person_id: {
            "scores": joined(
                (msg("{competency} {score}", competency=names.get(code, code), score=f"{score:.1f}")
                 for code, score in scores.items()),
                msg(" · "),
            )
        }
        for person_id, scores in competency.newest_scores(session, ids).items()
    }  # fmt: skip


def _no_longer(session: Session, actor: Actor, person_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return set_talent_pool(session, actor, person_id, False, clock)


def _pooled(session: Session, _: Actor, ids: Sequence[str], __: Mapping[str, Value]) -> dict[str, bool]:
    return dict(session.execute(select(Person.id, Person.talent_pool).where(Person.id.in_(ids))).tuples().all())


def _back(session: Session, actor: Actor, person_id: str, before: bool, _: Mapping[str, Value], clock: Clock) -> object:
    return set_talent_pool(session, actor, person_id, before, clock)


TALENT_POOL = ListSpec(
    name="talent_pool",
    title=msg("Talent pool"),
    about=msg("People who agreed to be considered for other jobs, and their results."),
    thing=msg("person"),
    empty=msg("Nobody in the pool"),
    field_class="contact",
    rows=_rows,
    key=Person.id,
    place=Place(Person.department_id, person=Person.id, own=True),
    href=lambda _, person_id, __: f"/console/people/{person_id}",
    custom=True,
    tags=True,
    columns=(
        Column("name", msg("Person"), "text", Person.name, searched=True, opens=True),
        Column("synthetic", msg("Demo"), "flag", Person.synthetic, under="name", sorts=False),
        Column("applications", msg("Applications"), "whole", _of_person(func.count())),
        Column("last_applied", msg("Last applied"), "moment", _of_person(func.max(Application.created_at)),
               filters=True),
        Column("scores", msg("Newest scores"), field_class="interview"),
        Column("mail", msg("Mail"), "text", Person.email, shown=False),
        Column("phone", msg("Phone"), "text", Person.phone, shown=False),
    ),
    fills=(Fill(("scores",), _scores),),
    filters=(
        Filter(Field("competency_code", msg("Competency"), most=80), _with_competency, "interview", _competencies),
        Filter(Field("least", msg("at least"), "number", low=Decimal(0), high=Decimal(10)), lambda _: None,
               "interview"),
    ),
    bulk=(
        Bulk("leave", msg("Take out of the pool"), ("contact", "write"), _no_longer,
             msg("{count} people are no longer in the pool."), msg("Take {count} people out of the pool?"),
             undo=Undo(_pooled, _back)),
    ),
)  # fmt: skip
