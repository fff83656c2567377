"""A punch that is missing is asked for (补签), within the company's limits; approved, it is a punch like any other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.months import last_of
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line, in_force
from interview_engine.hr.time import plans, punching
from interview_engine.hr.time.attendance import month_row
from interview_engine.hr.time.policy import policy_of
from interview_engine.hr.time.rules.shifts import instant, read_time, zone_of
from interview_engine.hr.time.typed import time_field
from interview_engine.i18n import msg

NAME = "punch_correction"
EARLIEST_DAYS = 366


def moments(session: Session, asked: Ask) -> list[datetime]:
    """The moments that are asked for: in the zone of the day's shift, the company's where there is none. A time of
    leaving before that of coming, or before the shift begins, is of the next day."""
    day = asked.day("day")
    planned = plans.plans_of(session, asked.post.legal_entity_id, [asked.post.employment_id], day, day)
    shift = planned.on(asked.post.employment_id, day).shift
    if shift is None:
        zone, _ = punching.local_day(
            session, asked.post.legal_entity_id, datetime(day.year, day.month, day.day, tzinfo=UTC)
        )
    else:
        zone = zone_of(shift)
    came, left = asked.text("came"), asked.text("left")
    found = []
    if came:
        found.append(
            instant(day, _shifted(read_time(came), None if shift is None else shift.begin - shift.before), zone)
        )
    if left:
        low = read_time(came) if came else (0 if shift is None else shift.begin - shift.before)
        found.append(instant(day, _shifted(read_time(left), low), zone))
    return found


def _shifted(minutes: int, low: int | None) -> int:
    return minutes + 1440 if low is not None and minutes < low else minutes


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    if not asked.text("came") and not asked.text("left"):
        raise invalid(
            "came", "correction.nothing", msg("Neither time is filled in."), msg("Fill in the one that is missing.")
        )
    wanted = moments(session, asked)
    if max(wanted) > clock.now():
        raise invalid("left", "punch.when", msg("This moment is in the future."), msg("Correct it and send again."))
    policy = policy_of(session, asked.post.legal_entity_id)
    day = asked.day("day")
    if not asked.id and day < clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(
        days=policy.correction_days
    ):
        raise invalid("day", "correction.too_old",
                      msg("A correction can be asked for {days} days back.", days=policy.correction_days),
                      msg("Ask HR, who can write the punch down with a reason."))  # fmt: skip
    held = month_row(session, asked.post.employment_id, day.replace(day=1))
    if held is not None and held.state == "locked":
        raise conflict("attendance.locked", msg("This month is closed."),
                       msg("What changes now is adjusted in the next month's pay. Ask HR."))  # fmt: skip
    used = len(_others(session, asked))
    if used >= policy.corrections:
        raise conflict("correction.limit", msg("{count} corrections of this month are used up.", count=used),
                       msg("Ask HR, who can write the punch down with a reason."))  # fmt: skip


def _others(session: Session, asked: Ask) -> list[Ask]:
    """Corrections of the same month that wait or hold."""
    first = asked.day("day").replace(day=1)
    return in_force(session, Ask(asked.id, asked.person_id, asked.post, {}, first, last_of(first)), (NAME,))


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    policy = policy_of(session, asked.post.legal_entity_id)
    used = len(_others(session, asked))
    day: date = asked.day("day")
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=12)
    found = punching.standing(session, [asked.post.employment_id], begin, begin + timedelta(hours=48))
    zone, _ = punching.local_day(session, asked.post.legal_entity_id, begin)
    said = [
        f"{one.at.astimezone(zone):%H:%M}"
        for one in found.get(asked.post.employment_id, ())
        if one.at.astimezone(zone).date() == day
    ]
    return [
        Line(msg("Corrections this month"), msg("{used} of {most}", used=used, most=policy.corrections), "contact"),
        Line(msg("Punches of that day"), ", ".join(said) or msg("none"), "contact"),
    ]


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    made = punching.correct(session, actor.id, asked.post.employment_id, moments(session, asked), asked.id, clock)
    return [Effect("punch", row.id) for row in made]


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    rows = [punching.void(session, actor.id, one.row_id, f"request:{asked.id}", clock) for one in done]
    return [Effect("punch", row.id, -1) for row in rows]


CORRECTION = AskedKind(
    name=NAME,
    title=msg("Missing punch"),
    about=msg("You were there and the punch is missing. Approved, it counts like any other."),
    fields=(
        Field("day", msg("Day of the shift"), "day", required=True),
        time_field("came", msg("Came at"), help=msg("As 09:00. Left empty: that punch is there.")),
        time_field("left", msg("Left at"), help=msg("After a night, the time of the next morning.")),
        Field("reason", msg("Reason"), "area", required=True, most=300),
    ),
    days=("day",),
    earliest_days=EARLIEST_DAYS,
    check=_check,
    lines=_lines,
    apply=_apply,
    reverse=_reverse,
    line=lambda asked: " – ".join(one for one in (asked.text("came"), asked.text("left")) if one),
)  # fmt: skip
