"""The lists of requests, one for each field class: who may not read pay does not see that pay is to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from interview_engine.hr.access.service import owned
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.fields import Shown as Cell
from interview_engine.hr.forms.spec import Asked, Column, Fill, Filter, ListSpec, Place
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.requests.deciding import page_of
from interview_engine.hr.requests.kinds import STATES
from interview_engine.hr.requests.rows import kinds_of_house
from interview_engine.hr.requests.tables import Request
from interview_engine.i18n import Text, msg

_ASKER = aliased(Person)


def _rows(field_class: str) -> Select[Any]:
    return (
        select(Request.id)
        .select_from(Request)
        .join(Person, Person.id == Request.person_id)
        .join(_ASKER, _ASKER.id == Request.asked_by_person_id)
        .join(Department, Department.id == Request.department_id)
        .join(LegalEntity, LegalEntity.id == Request.legal_entity_id)
        .where(Request.field_class == field_class)
    )


def _named(session: Session, _: Any, ids: Sequence[str]) -> Mapping[str, Mapping[str, Cell]]:
    rows = session.execute(select(Request.id, Request.kind).where(Request.id.in_(ids))).tuples()
    words = {name: kind.title for name, kind in kinds_of_house(session).items()}
    return {row_id: {"what": words.get(kind, kind)} for row_id, kind in rows}


def _of_kind(asked: Asked) -> Any:
    return Request.kind == asked.value


def _waiting(asked: Asked) -> Any:
    return Request.state.in_(("pending", "cancelling")) if asked.value else None


def _choices(field_class: str) -> Callable[[Session, Any], Mapping[str, Text]]:
    def choices(session: Session, actor: Any) -> Mapping[str, Text]:
        """The kinds of the product, and those of companies in which the actor reads something."""
        asked = kinds_of_house(session).values()
        made = {kind.legal_entity_id for kind in asked if kind.legal_entity_id is not None}
        within = set(
            session.scalars(select(LegalEntity.id).where(LegalEntity.id.in_(made), owned(actor, LegalEntity.id)))
        )
        return {
            kind.name: kind.title
            for kind in asked
            if kind.field_class == field_class and (kind.legal_entity_id is None or kind.legal_entity_id in within)
        }

    return choices


def _list(name: str, field_class: str, title: Text, about: Text) -> ListSpec:
    return ListSpec(
        name=name,
        title=title,
        about=about,
        thing=msg("request"),
        empty=msg("Nobody has asked for anything yet."),
        field_class=field_class,
        rows=lambda: _rows(field_class),
        key=Request.id,
        place=Place(Request.department_id, Request.legal_entity_id, Request.person_id),
        href=lambda _, row_id, __: page_of(row_id),
        columns=(
            Column("person", msg("For whom"), "text", Person.name, searched=True, opens=True, filters=True),
            Column("what", msg("What is asked for")),
            Column("state", msg("State"), "choice", Request.state, choices=STATES, filters=True, counts=True,
                   tones={"pending": "look", "cancelling": "look", "done": "go", "approved": "go"}),
            Column("first_day", msg("First day", context="days"), "day", Request.day_from, filters=True),
            Column("last_day", msg("Last day", context="days"), "day", Request.day_to, filters=True),
            Column("asked_at", msg("Asked on"), "moment", Request.created_at, filters=True),
            Column("asked_by", msg("Asked by"), "text", _ASKER.name, shown=False),
            Column("department", msg("Department"), "text", Department.name, filters=True, counts=True),
            Column("company", msg("Company"), "text", LegalEntity.name, filters=True, shown=False),
        ),
        filters=(
            Filter(Field("kind", msg("What is asked for"), most=40), _of_kind, choices=_choices(field_class)),
            Filter(Field("waiting", msg("Waiting for a decision"), "flag"), _waiting),
        ),
        fills=(Fill(("what",), _named),),
        whole=True,
        long=True,
    )  # fmt: skip


REQUESTS = _list(
    "requests",
    "contact",
    msg("Requests"),
    msg("What people ask for: leave, papers, changes and moves, with what came of it."),
)
PAY_REQUESTS = _list("pay_requests", "pay", msg("Requests about pay"), msg("Changes of pay that were asked for."))
HEALTH_REQUESTS = _list(
    "health_requests", "health", msg("Requests about health"), msg("What people ask for where health is the reason.")
)
