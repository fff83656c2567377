"""A transfer to another department or job, from a day on; and what a promotion shares with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Post
from interview_engine.hr.employment import assignments
from interview_engine.hr.employment.assignments import NewPlace
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, in_force
from interview_engine.i18n import LocalizedText, Text, msg

EARLIEST_DAYS = 31
"""A move that has happened already is entered by HR beyond that."""
MOVES = ("transfer", "promotion")


def departments(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    """The departments of the company that somebody works in, by id, for a choice."""
    rows = session.execute(
        select(Department.id, Department.name)
        .where(Department.legal_entity_id == post.legal_entity_id)
        .order_by(Department.path)
    ).tuples()
    return {"department": {row_id: LocalizedText(name, name) for row_id, name in rows}}


def one_move_at_a_time(session: Session, asked: Ask, _: Clock) -> None:
    """Refuse a second move that waits for the same day.

    Raises:
        ConflictError: `move.twice`.
    """
    if not asked.id and in_force(session, asked, MOVES):
        raise conflict(
            "move.twice",
            msg("A move from that day on was asked for already."),
            msg("Withdraw or cancel that one first, or choose another day."),
        )


def held_on(session: Session, asked: Ask) -> NewPlace:
    """The place that somebody has on the day from which the request holds."""
    employment = session.get_one(Employment, asked.post.employment_id)
    held = assignments.current(session, employment, asked.day("from_day"))
    if held is None:
        return NewPlace(employment.department_id, employment.title)
    return NewPlace(held.department_id, held.title, held.level, held.manager_person_id)


def call_off_move(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    """The counter-entry of a move: what held before holds on."""
    rows = [assignments.call_off(session, actor, one.row_id, clock, ref=f"request:{asked.id}") for one in done]
    return [Effect("assignment", row.id, -1) for row in rows]


def _before(session: Session, asked: Ask) -> Mapping[str, Value]:
    held = held_on(session, asked)
    before: dict[str, Value] = {"department": held.department_id}
    return before | ({"title": held.title} if asked.text("title") else {})


def move(session: Session, actor: Actor, asked: Ask, new: NewPlace, reason: str, clock: Clock) -> Sequence[Effect]:
    """The effect of a move: the new place from the request's day on."""
    first, ref = asked.day("from_day"), f"request:{asked.id}"
    row = assignments.assign(session, actor, asked.post.employment_id, new, first, reason, clock, ref=ref)
    return [Effect("assignment", row.id)]


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    held = held_on(session, asked)
    new = NewPlace(asked.text("department"), asked.text("title") or held.title, held.level)
    return move(session, actor, asked, new, "transfer", clock)


TRANSFER = AskedKind(
    name="transfer",
    title=msg("Transfer"),
    about=msg("To another department or another job, from a day on."),
    fields=(
        Field("department", msg("New department", context="move"), required=True),
        Field("title", msg("New job title"), most=120, help=msg("Left empty: as it is.")),
        Field("from_day", msg("From day"), "day", required=True),
        Field("reason", msg("Reason"), "area", most=1000),
    ),
    days=("from_day",),
    for_others=("contact", "read"),
    earliest_days=EARLIEST_DAYS,
    offers=departments,
    check=one_move_at_a_time,
    before=_before,
    apply=_apply,
    reverse=call_off_move,
)
