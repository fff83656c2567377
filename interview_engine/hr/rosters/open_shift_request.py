"""A place that a published roster leaves open is taken: the rules are asked when it is sent and when it is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Post
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect
from interview_engine.hr.rosters import trading
from interview_engine.hr.rosters.board import covers_of
from interview_engine.hr.rosters.laying import lay
from interview_engine.hr.rosters.making import days_of
from interview_engine.hr.rosters.standing import line_of
from interview_engine.hr.rosters.tables import Roster
from interview_engine.hr.rosters.trading import Held
from interview_engine.i18n import LocalizedText, Text, msg

NAME = "open_shift"
ROSTERS = 3
"""Published rosters, the latest, whose open places are offered."""
Open = tuple[date, str, str]
"""Day, shift and post."""


def open_places(session: Session, department_id: str) -> dict[Open, str]:
    """Places without anybody in the published rosters of a department and of those above it, with what they are
    called; the latest rosters, days in order."""
    rows = session.scalars(
        select(Roster)
        .where(Roster.department_id.in_(line_of(session, department_id)), Roster.state == "published")
        .order_by(Roster.last_day.desc(), Roster.id)
        .limit(ROSTERS)
    ).all()
    found: dict[Open, str] = {}
    for row in rows:
        laid = lay(session, row)
        days = days_of(row)
        for cover in covers_of(laid):
            words = f"{cover.shift.code} {cover.shift.name}{f' · {cover.post}' if cover.post else ''}"
            for day, (needed, there) in zip(days, cover.cells, strict=True):
                if there < needed:
                    found[day, cover.shift.id, cover.post] = f"{day.isoformat()} {words}"
    return dict(sorted(found.items()))


def _key(place: Open) -> str:
    return f"{place[0].isoformat()}:{place[1]}:{place[2]}"


def _place(asked: Ask) -> Open:
    day, shift_id, post = asked.text("place").split(":", 2)
    return date.fromisoformat(day), shift_id, post


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    places = open_places(session, post.department_id)
    return {"place": {_key(place): LocalizedText(words, words) for place, words in places.items()}}


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    if not asked.text("place"):
        raise conflict("open_shift.none", msg("No shift is open in your department."),
                       msg("Ask who makes the roster."))  # fmt: skip
    place = _place(asked)
    if place[0] < china_day(clock):
        raise invalid("place", "swap.past", msg("This day is over."), msg("Choose a day from today on."))
    if place not in open_places(session, asked.post.department_id):
        raise conflict("open_shift.taken", msg("This shift is not open any more."), msg("Choose another one."))
    key = (asked.post.employment_id, place[0])
    if trading.standing(session, asked.post.legal_entity_id, [key])[key].shift_id is not None:
        raise conflict("open_shift.busy", msg("You have a shift on this day."), msg("Choose another one."))
    trading.check(session, asked.post.legal_entity_id, {key: Held(place[1], place[2])})


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    day, shift_id, post = _place(asked)
    return trading.write(session, actor, {(asked.post.employment_id, day): Held(shift_id, post)}, clock)


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    day, _, _ = _place(asked)
    trading.write(session, actor, {(asked.post.employment_id, day): Held(None)}, clock)
    return [Effect(one.table, one.row_id, -1) for one in done]


OPEN_SHIFT = AskedKind(
    name=NAME,
    title=msg("Take an open shift"),
    about=msg("A shift that the roster of your department leaves open."),
    fields=(
        Field("place", msg("Open shift"), required=True, most=140),
        Field("reason", msg("Remark"), "area", most=300),
    ),
    offers=_offers,
    check=_check,
    apply=_apply,
    reverse=_reverse,
    line=lambda asked: asked.text("place").split(":", 1)[0],
)
