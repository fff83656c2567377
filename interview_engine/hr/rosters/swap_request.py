"""Shifts are swapped with a colleague: the rules are asked when it is sent and again when it is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Post
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.problems import invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line
from interview_engine.hr.rosters import trading
from interview_engine.hr.rosters.laying import Cell
from interview_engine.hr.rosters.trading import Held
from interview_engine.i18n import LocalizedText, Text, msg

NAME = "shift_swap"
MOST_COLLEAGUES = 200
AGREED: Mapping[str, Text] = {"yes": msg("Yes, we have agreed")}


def changes_of(session: Session, asked: Ask) -> dict[Cell, Held]:
    """What both are to work on the days that the request speaks of: on each of them, what the other one works.

    Raises:
        InvalidInput: `swap.colleague`, `swap.no_shift`.
    """
    mine, theirs = asked.post.employment_id, _colleague(session, asked)
    days = _days(asked)
    now = trading.standing(session, asked.post.legal_entity_id, [(who, day) for who in (mine, theirs) for day in days])
    if not asked.id and now[mine, asked.day("day")].shift_id is None:
        raise invalid("day", "swap.no_shift", msg("You have no shift on this day."), msg("Choose one of your shifts."))
    other = asked.values.get("their_day")
    if not asked.id and isinstance(other, date) and now[theirs, other].shift_id is None:
        raise invalid("their_day", "swap.no_shift", msg("Your colleague has no shift on this day."),
                      msg("Ask them which days they work."))  # fmt: skip
    found: dict[Cell, Held] = {}
    for day in days:
        found[mine, day], found[theirs, day] = now[theirs, day], now[mine, day]
    return found


def _days(asked: Ask) -> list[date]:
    other = asked.values.get("their_day")
    return sorted({asked.day("day"), *([other] if isinstance(other, date) else [])})


def _colleague(session: Session, asked: Ask) -> str:
    """The employment of the colleague."""
    person_id = asked.text("colleague")
    post = house().post_of(session, person_id) if person_id != asked.person_id else None
    if post is None or post.legal_entity_id != asked.post.legal_entity_id:
        raise invalid("colleague", "swap.colleague", msg("This colleague does not work here now."),
                      msg("Choose another one."))  # fmt: skip
    return post.employment_id


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    here = employments.names_in(session, post.department_id, limit=MOST_COLLEAGUES)
    own = employments.persons_of(session, [post.employment_id])[post.employment_id]
    return {"colleague": {one: LocalizedText(name, name) for one, name, _ in here if one != own}}


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    today = china_day(clock)
    for name in ("day", "their_day"):
        value = asked.values.get(name)
        if isinstance(value, date) and value < today:
            raise invalid(name, "swap.past", msg("This day is over."), msg("Choose a day from today on."))
    trading.check(session, asked.post.legal_entity_id, changes_of(session, asked))


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    if not asked.text("colleague") or asked.values.get("day") is None:
        return ()
    mine, theirs = asked.post.employment_id, _colleague(session, asked)
    days = _days(asked)
    now = trading.standing(session, asked.post.legal_entity_id, [(who, day) for who in (mine, theirs) for day in days])
    lines = []
    for day in days:
        said = msg(
            "{mine}; the colleague: {theirs}",
            mine=trading.planned_text(session, asked.post.legal_entity_id, now[mine, day]),
            theirs=trading.planned_text(session, asked.post.legal_entity_id, now[theirs, day]),
        )
        lines.append(Line(msg("Planned now, {day}", day=day.isoformat()), said, "contact"))
    return lines


def _tell(session: Session, asked: Ask, template: str, clock: Clock) -> None:
    days = {"days": ", ".join(day.isoformat() for day in _days(asked))}
    tell_person(session, asked.text("colleague"), f"{template}:{asked.id}", template, days, clock)


def _started(session: Session, asked: Ask, _: str, clock: Clock) -> None:
    _tell(session, asked, "roster.swap_asked", clock)


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    done = trading.write(session, actor, changes_of(session, asked), clock)
    _tell(session, asked, "roster.swapped", clock)
    return done


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    """Swapping the same days once more gives back what was."""
    trading.write(session, actor, changes_of(session, asked), clock)
    return [Effect(one.table, one.row_id, -1) for one in done]


SWAP = AskedKind(
    name=NAME,
    title=msg("Swap of shifts"),
    about=msg(
        "You and a colleague swap what you work on the days below. Without a day of theirs they take yours over."
    ),
    fields=(
        Field("day", msg("Day of your shift"), "day", required=True),
        Field("colleague", msg("Colleague"), required=True, most=32),
        Field("their_day", msg("Day of their shift"), "day", help=msg("Left empty: they take your shift over.")),
        Field("agreed", msg("Does your colleague agree?"), "choice", required=True, choices=AGREED),
        Field("reason", msg("Reason"), "area", most=300),
    ),
    days=("day",),
    earliest_days=0,
    offers=_offers,
    check=_check,
    lines=_lines,
    previews=("day", "colleague"),
    apply=_apply,
    reverse=_reverse,
    started=_started,
)
