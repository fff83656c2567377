"""Overtime is asked for, before or after it is worked, and paid or taken as time off.

Each hour has the kind of its own calendar date. On statutory holidays it must be paid (Labour Law, article 44); a month
has a most (article 41; `law.json`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.leave import service as leave
from interview_engine.hr.leave.service import hours_text
from interview_engine.hr.months import last_of
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line, in_force
from interview_engine.hr.time import plans, punching
from interview_engine.hr.time.policy import OVERTIME, policy_of
from interview_engine.hr.time.rules.days import presence
from interview_engine.hr.time.rules.overtime import LIMIT_LAW, MOST_MONTH_MINUTES, Kind, minutes_by_kind, over_limit
from interview_engine.hr.time.rules.shifts import Shift, instant, overlap, read_time, spans, zone_of
from interview_engine.hr.time.tables import OvertimeEntry
from interview_engine.hr.time.typed import time_field
from interview_engine.i18n import Text, msg
from interview_engine.store.rows import stamp

NAME = "overtime"
PAID_BY: Mapping[str, Text] = {"pay": msg("Pay", context="overtime"), "time_off": msg("Time off")}
KINDS: Mapping[str, Text] = {
    "workday": msg("On workdays"),
    "restday": msg("On days off"),
    "statutory": msg("On statutory holidays"),
}
EARLIEST_DAYS = 31
MOST_MINUTES = 16 * 60


def span_of(session: Session, asked: Ask) -> tuple[datetime, datetime]:
    """The moments between which it is worked, in the zone of the shift of its day, the company's where there is none;
    an end that is not after the beginning is of the next day."""
    day = asked.day("day")
    shift = _shift(session, asked, day)
    zone = punching.zone_of_company(session, asked.post.legal_entity_id) if shift is None else zone_of(shift)
    begin, end = read_time(asked.text("begin")), read_time(asked.text("end"))
    return instant(day, begin, zone), instant(day, end + (1440 if end <= begin else 0), zone)


def minutes_of(session: Session, asked: Ask) -> dict[Kind, int]:
    """Its minutes by the kind of the calendar date of each."""
    begin, end = span_of(session, asked)
    zone = punching.zone_of_company(session, asked.post.legal_entity_id)
    return minutes_by_kind(begin, end, _kinds(session, asked), zone)


def _kinds(session: Session, asked: Ask) -> Callable[[date], Kind]:
    calendar = calendars.calendar(session, companies.regions_of(session, asked.post.legal_entity_id))

    def kind_of(day: date) -> Kind:
        kind = calendar.day(day).kind
        return "restday" if kind == "substitute" else kind

    return kind_of


def _shift(session: Session, asked: Ask, day: date) -> Shift | None:
    found = plans.plans_of(session, asked.post.legal_entity_id, [asked.post.employment_id], day, day)
    return found.on(asked.post.employment_id, day).shift


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    begin, end = span_of(session, asked)
    if end - begin > timedelta(minutes=MOST_MINUTES):
        raise invalid("end", "overtime.too_long", msg("This is more than {hours} hours.", hours=MOST_MINUTES // 60),
                      msg("Correct it and send again."))  # fmt: skip
    policy = policy_of(session, asked.post.legal_entity_id)
    if not asked.id and policy.overtime != "both" and (end <= clock.now()) != (policy.overtime == "after"):
        raise invalid(
            "day", "overtime.when",
            msg("Your company takes overtime {when}.", when=OVERTIME[policy.overtime]),
            msg("Ask HR."),
        )  # fmt: skip
    found = minutes_of(session, asked)
    if asked.text("paid_by") == "time_off" and set(found) - {"restday"}:
        raise invalid(
            "paid_by", "overtime.must_be_paid",
            msg("Only overtime on days off may be taken as time off; that of workdays and statutory holidays is paid."),
            msg("Choose pay, or ask for the hours of the day off alone."),
        )  # fmt: skip
    _check_shift(session, asked, begin, end)
    _check_overlap(session, asked, begin, end)
    _check_limit(session, asked, found)


def _check_shift(session: Session, asked: Ask, begin: datetime, end: datetime) -> None:
    """Work within one's shift is no overtime."""
    for number in (-1, 0, 1):
        day = asked.day("day") + timedelta(days=number)
        shift = _shift(session, asked, day)
        if shift is not None and any(overlap(begin, end, part) for part in spans(shift, day)):
            raise conflict("overtime.shift", msg("Part of this time is in your shift {code}.", code=shift.code),
                           msg("Ask for the time before or after it."))  # fmt: skip


def _check_overlap(session: Session, asked: Ask, begin: datetime, end: datetime) -> None:
    day = asked.day("day")
    around = Ask(asked.id, asked.person_id, asked.post, {}, day - timedelta(days=1), day + timedelta(days=1))
    for other in in_force(session, around, (NAME,)):
        if overlap(begin, end, span_of(session, other)):
            raise conflict("overtime.twice", msg("Part of this time has been asked for already."),
                           msg("Change the times, or withdraw or cancel that request first."))  # fmt: skip


def _check_limit(session: Session, asked: Ask, found: Mapping[Kind, int]) -> None:
    month = asked.day("day").replace(day=1)
    window = Ask(asked.id, asked.person_id, asked.post, {}, month, last_of(month))
    held = sum(sum(minutes_of(session, one).values()) for one in in_force(session, window, (NAME,)))
    beyond = over_limit(held + sum(found.values()), MOST_MONTH_MINUTES)
    if beyond:
        raise conflict(
            "overtime.limit",
            msg("With this, the month has {hours} hours of overtime; the law allows {most} ({law}).",
                hours=hours_text(MOST_MONTH_MINUTES + beyond), most=hours_text(MOST_MONTH_MINUTES), law=LIMIT_LAW),
            msg("Ask for less, or plan it for another month."),
        )  # fmt: skip


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    found = minutes_of(session, asked)
    lines = [
        Line(KINDS[kind], msg("{hours} hours", hours=hours_text(minutes)), "contact") for kind, minutes in found.items()
    ]
    begin, end = span_of(session, asked)
    margin = timedelta(hours=18)
    rows = punching.standing(session, [asked.post.employment_id], begin - margin, end + margin)
    there = presence([one.at for one in rows.get(asked.post.employment_id, ())], (begin, end))
    lines.append(Line(msg("Present by punches"), msg("{hours} hours", hours=hours_text(there)), "contact"))
    return lines


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    employment = employments.locked(session, asked.post.employment_id)
    begin, end = span_of(session, asked)
    zone = punching.zone_of_company(session, employment.legal_entity_id)
    paid_by, done = asked.text("paid_by"), []
    by_day = _by_day(begin, end, zone, _kinds(session, asked))
    for (day, kind), minutes in by_day.items():
        source = f"request:{asked.id}:{day}:{kind}"
        row = session.scalar(select(OvertimeEntry).where(OvertimeEntry.source == source))
        if row is None:
            row = OvertimeEntry(
                **stamp(actor.id, clock), employment_id=employment.id, person_id=employment.person_id,
                legal_entity_id=employment.legal_entity_id, month=day.replace(day=1), day=day, kind=kind,
                minutes=minutes, paid_by=paid_by, request_id=asked.id, source=source,
            )  # fmt: skip
            session.add(row)
            session.flush()
        done.append(Effect("overtime_entry", row.id, minutes))
    if paid_by == "time_off":
        total = sum(by_day.values())
        account_id = leave.credit(
            session, actor.id, employment.id, "time_off", asked.id, asked.day("day"), total, clock
        )
        done.append(Effect("leave_account", account_id, total))
    return done


def _by_day(
    begin: datetime, end: datetime, zone: ZoneInfo, kind_of: Callable[[date], Kind]
) -> dict[tuple[date, Kind], int]:
    found: dict[tuple[date, Kind], int] = {}
    day = begin.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        minutes = overlap(begin, end, (instant(day, 0, zone), instant(day, 1440, zone)))
        if minutes:
            found[day, kind_of(day)] = minutes
        day += timedelta(days=1)
    return found


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    found = []
    for one in done:
        if one.table == "leave_account":
            back = leave.give_back(session, actor.id, asked.id, clock)
            found.append(Effect("leave_account", one.row_id, back))
            continue
        row = session.get_one(OvertimeEntry, one.row_id)
        source = f"{row.source}:back"
        held = session.scalar(select(OvertimeEntry).where(OvertimeEntry.source == source))
        if held is None:
            held = OvertimeEntry(
                **stamp(actor.id, clock), employment_id=row.employment_id, person_id=row.person_id,
                legal_entity_id=row.legal_entity_id, month=row.month, day=row.day, kind=row.kind, minutes=-row.minutes,
                paid_by=row.paid_by, request_id=asked.id, source=source,
            )  # fmt: skip
            session.add(held)
            session.flush()
        found.append(Effect("overtime_entry", held.id, held.minutes))
    return found


OVERTIME_REQUEST = AskedKind(
    name=NAME,
    title=msg("Overtime"),
    about=msg("Each hour counts as what its own date is: workday, day off or statutory holiday."),
    fields=(
        Field("day", msg("Day on which it begins"), "day", required=True),
        time_field("begin", msg("From", context="time"), required=True, help=msg("As 18:30.")),
        time_field("end", msg("Until", context="time"), required=True,
              help=msg("A time that is not later is of the next day.")),
        Field("paid_by", msg("In return"), "choice", required=True, choices=PAID_BY),
        Field("reason", msg("Reason"), "area", required=True, most=300),
    ),
    days=("day",),
    earliest_days=EARLIEST_DAYS,
    check=_check,
    lines=_lines,
    previews=("day", "begin", "end"),
    apply=_apply,
    reverse=_reverse,
    line=lambda asked: f"{asked.text('begin')} – {asked.text('end')}",
)  # fmt: skip
