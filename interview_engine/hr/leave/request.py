"""Leave that is asked for: counted in workdays of the company's calendar, against the balance, in minutes of the day.

Whoever decides sees the days, not the kind of leave and not the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts, Post
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.house import house
from interview_engine.hr.leave import counting, entering, ledger
from interview_engine.hr.leave.balances import Moved
from interview_engine.hr.leave.types import PAPERS, WORDS, LeaveType, days_text, hours_text
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line, in_force
from interview_engine.i18n import LocalizedText, Text, joined, msg

NAME = "leave"
PARTS = MappingProxyType({"whole": msg("Whole days"), "morning": msg("The morning"), "afternoon": msg("The afternoon")})
HALVES = ("morning", "afternoon")
EARLIEST_DAYS = 31
"""Who fell ill asks afterwards; what is older HR enters."""
HALF = Decimal("0.5")


def days_of(asked: Ask) -> Decimal:
    """Days of the calendar from the first to the last, both counted; half a day is 0.5."""
    first, last = asked.day("first_day"), asked.day("last_day")
    return HALF if asked.values.get("part") in HALVES else Decimal((last - first).days + 1)


def workdays_of(session: Session, asked: Ask) -> tuple[Decimal, bool]:
    """(days that are worked by the calendar of the person's company, whether a notice has confirmed all of them)."""
    calendar = _calendar(session, asked)
    first, last = asked.day("first_day"), asked.day("last_day")
    count = Decimal(calendar.workdays(first, last))
    half = asked.values.get("part") in HALVES
    return min(count, HALF) if half else count, not calendar.tentative_days(first, last)


def minutes_of(session: Session, asked: Ask, leave_type: LeaveType) -> list[Moved]:
    """What a leave takes, less than 0, one entry a day that counts."""
    calendar = _calendar(session, asked)
    first, last = asked.day("first_day"), asked.day("last_day")
    worked = [day for day in calendars.days(first, last) if calendar.is_workday(day)]
    a_day = ledger.minutes_a_day(session, asked.post.employment_id)
    hours = asked.values.get("hours")
    minutes = a_day
    if asked.values.get("part") in HALVES:
        minutes = a_day // 2
    elif hours is not None:
        minutes = int(Decimal(str(hours)) * 60)
    return [Moved(day, -minutes) for day in counting.counted(worked, leave_type.counts)]


def _calendar(session: Session, asked: Ask) -> calendars.Calendar:
    return calendars.calendar(session, companies.regions_of(session, asked.post.legal_entity_id))


def _type(session: Session, asked: Ask) -> LeaveType:
    return ledger.type_of(session, asked.post.legal_entity_id, asked.text("leave_type"), asked.day("first_day"))


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    return {"leave_type": entering.words_of(session, post.legal_entity_id)}


def _thing(asked: Ask, leave_type: LeaveType) -> Text:
    """The kind, to who asks. Whoever decides reads a refusal too, and not what kind of leave it is."""
    return msg("this leave") if asked.id else leave_type.word


def _check(session: Session, asked: Ask, _: Clock) -> None:
    leave_type = _type(session, asked)
    _check_parts(session, asked, leave_type)
    others = in_force(session, asked, (NAME,))
    _check_overlap(session, asked, leave_type, others)
    if leave_type.limited_by in ("each", "year"):
        _check_days(session, asked, leave_type)
    elif leave_type.kept and not leave_type.negative:
        _check_balance(session, asked, leave_type)


def _check_parts(session: Session, asked: Ask, leave_type: LeaveType) -> None:
    part, hours = asked.values.get("part") or "whole", asked.values.get("hours")
    if part != "whole" and asked.day("first_day") != asked.day("last_day"):
        raise invalid(
            "part", "leave.part", msg("Half a day is of one day."), msg("Choose the same day twice, or whole days.")
        )
    if part != "whole" and hours is not None:
        raise invalid("hours", "leave.part", msg("Half a day and hours are both filled in."),
                      msg("Leave one of them empty."))  # fmt: skip
    if (part != "whole" and leave_type.unit == "day") or (hours is not None and leave_type.unit != "hour"):
        raise invalid(
            "hours" if hours is not None else "part",
            "leave.unit",
            msg("“{thing}” is not taken in parts so small.", thing=_thing(asked, leave_type)),
            msg("Ask for half days or whole days.") if leave_type.unit == "half_day" else msg("Ask for whole days."),
        )
    a_day = ledger.minutes_a_day(session, asked.post.employment_id)
    if hours is not None and int(Decimal(str(hours)) * 60) > a_day:
        raise invalid("hours", "leave.hours", msg("A day of leave has {hours} hours.", hours=hours_text(a_day)),
                      msg("Write fewer hours, or ask for whole days."))  # fmt: skip


def _check_overlap(session: Session, asked: Ask, leave_type: LeaveType, others: Sequence[Ask]) -> None:
    """Refuse leave on a time that has leave already: a half that is taken, or more than the day holds."""
    part, a_day = asked.values.get("part") or "whole", ledger.minutes_a_day(session, asked.post.employment_id)
    hours = asked.values.get("hours")
    mine = {one.day: -one.minutes for one in minutes_of(session, asked, leave_type)}
    taken: dict[date, int] = {}
    for other in others:
        theirs, of_other = other.values.get("part") or "whole", other.values.get("hours")
        whole = (part == "whole" and hours is None) or (theirs == "whole" and of_other is None)
        if whole or (part == theirs and part in HALVES):
            raise _overlaps(other)
        for one in minutes_of(session, other, _type(session, other)):
            taken[one.day] = taken.get(one.day, 0) - one.minutes
            if taken[one.day] + mine.get(one.day, 0) > a_day:
                raise _overlaps(other)


def _overlaps(other: Ask) -> Exception:
    return conflict(
        "leave.overlaps",
        msg("There is a leave on {day} already.", day=str(other.values.get("first_day"))),
        msg("Choose other days, or withdraw or cancel that one first."),
    )


def _check_days(session: Session, asked: Ask, leave_type: LeaveType) -> None:
    """Refuse more than the days that the law of the region gives, and leave of which nobody has confirmed them."""
    if leave_type.days is None:
        region = entering.regions_of(session, asked.post.legal_entity_id)[:-1][-1]
        raise _days_missing(_thing(asked, leave_type), region)
    a_day = ledger.minutes_a_day(session, asked.post.employment_id)
    wanted = minutes_of(session, asked, leave_type)
    held: list[Moved] = []
    if leave_type.limited_by == "year":
        year = asked.day("first_day").year
        window = Ask(asked.id, asked.person_id, asked.post, {}, date(year, 1, 1), date(year, 12, 31))
        for other in in_force(session, window, (NAME,)):
            if other.text("leave_type") == leave_type.name:
                held += minutes_of(session, other, leave_type)
    left = leave_type.days * a_day + sum(one.minutes for one in held)
    if -sum(one.minutes for one in wanted) > left:
        raise invalid(
            "last_day",
            "leave.too_many",
            msg("There are {days} days of “{thing}”, and {left} of them are left.", days=leave_type.days,
                thing=_thing(asked, leave_type), left=days_text(max(0, left), a_day)),
            msg("Ask for fewer days, or for another kind of leave for the rest."),
        )  # fmt: skip


def _days_missing(thing: Text, region: str) -> Exception:
    """Leave whose days nobody has confirmed for the region."""
    return conflict(
        "leave.rule_missing",
        msg("How many days of “{thing}” there are in {place} has not been confirmed.", thing=thing, place=region),
        msg("Ask HR to enter the row with its source (Rules of leave) and to have a colleague check it."),
    )  # fmt: skip


def _check_balance(session: Session, asked: Ask, leave_type: LeaveType) -> None:
    """Refuse more than is left; where nothing is kept of the person yet, nothing can be said and nothing is refused."""
    book = _book(session, asked, leave_type)
    if book.kept and book.lacks(minutes_of(session, asked, leave_type)) > 0:
        free, a_day = book.free(asked.day("first_day")), book.given.minutes_a_day
        raise invalid(
            "last_day",
            "leave.balance",
            msg("Only {days} days ({hours} hours) of “{thing}” are left on {day}.", days=days_text(free, a_day),
                hours=hours_text(free), thing=_thing(asked, leave_type), day=asked.day("first_day").isoformat()),
            msg("Ask for fewer days, or for another kind of leave for the rest."),
        )  # fmt: skip


def _book(session: Session, asked: Ask, leave_type: LeaveType) -> ledger.Book:
    """The balance with what the person has asked for besides, of which nothing is decided."""
    employment = employments.of_person(session, asked.person_id)
    if employment is None or employment.id != asked.post.employment_id:
        employment = next(
            one for one in employments.all_of(session, asked.person_id) if one.id == asked.post.employment_id
        )
    also = [] if asked.id else _pending(session, asked, leave_type)
    return ledger.book_of(session, employment, leave_type.name, asked.day("last_day"), also=also)


def _pending(session: Session, asked: Ask, leave_type: LeaveType) -> list[Moved]:
    window = Ask("", asked.person_id, asked.post, {}, asked.day("first_day") - timedelta(days=366),
                 asked.day("last_day") + timedelta(days=366))  # fmt: skip
    decided = {one.id for one in in_force(session, window, (NAME,), decided=True)}
    return [
        moved
        for other in in_force(session, window, (NAME,))
        if other.id not in decided and other.text("leave_type") == leave_type.name
        for moved in minutes_of(session, other, leave_type)
    ]


def _facts(session: Session, asked: Ask) -> Facts:
    return {
        "days": workdays_of(session, asked)[0],
        "calendar_days": days_of(asked),
        "leave_type": asked.text("leave_type"),
    }


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    if asked.day_from is None or asked.day_to is None:
        return ()
    workdays, confirmed = workdays_of(session, asked)
    said: Text | str = f"{workdays:f}"
    if not confirmed:
        said = msg("{days}, by a calendar that is not confirmed yet", days=f"{workdays:f}")
    lines = [
        Line(msg("Workdays"), said, "contact"),
        Line(msg("Days of the calendar"), f"{days_of(asked):f}", "contact"),
    ]
    if not asked.text("leave_type"):
        return lines
    # what follows tells which kind of leave it is: of the class of the kind
    leave_type = _type(session, asked)
    wanted = -sum(one.minutes for one in minutes_of(session, asked, leave_type))
    a_day = ledger.minutes_a_day(session, asked.post.employment_id)
    if leave_type.kept or leave_type.counts != "workdays" or asked.values.get("hours") is not None:
        lines.append(Line(msg("Counted"), _amount(wanted, a_day), "health"))
    if leave_type.kept and not asked.id:
        lines.append(Line(msg("Left before it"), _left(session, asked, leave_type), "health"))
    if leave_type.papers:
        papers = joined([PAPERS[one] if one in PAPERS else LocalizedText(one, one) for one in leave_type.papers])
        lines.append(Line(msg("Submit to HR"), papers, "health"))
    return lines


def _left(session: Session, asked: Ask, leave_type: LeaveType) -> Text:
    book = _book(session, asked, leave_type)
    if not book.kept:
        return msg("not kept here yet: HR knows")
    return _amount(book.free(asked.day("first_day")), book.given.minutes_a_day)


def _amount(minutes: int, a_day: int) -> Text:
    return msg("{days} days ({hours} hours)", days=days_text(minutes, a_day), hours=hours_text(minutes))


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    leave_type = _type(session, asked)
    taken = minutes_of(session, asked, leave_type)
    if not taken:
        return ()
    account = ledger.use(session, actor.id, asked.post.employment_id, leave_type.name, asked.id, taken, clock)
    _days_changed(session, asked, clock)
    return (Effect("leave_account", account.id, sum(one.minutes for one in taken)),)


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    back = ledger.give_back(session, actor.id, asked.id, clock)
    _days_changed(session, asked, clock)
    return [Effect(one.table, one.row_id, back) for one in done]


def _days_changed(session: Session, asked: Ask, clock: Clock) -> None:
    days = [(asked.post.employment_id, asked.day("first_day"), asked.day("last_day"))]
    house().days_changed(session, days, clock)


LEAVE = AskedKind(
    name=NAME,
    title=msg("Leave"),
    about=msg("Days off. Only HR reads what kind of leave it is and why."),
    fields=(
        Field("leave_type", msg("Kind of leave"), "choice", required=True, choices=WORDS),
        Field("first_day", msg("First day", context="days"), "day", required=True),
        Field("last_day", msg("Last day", context="days"), "day", required=True),
        Field("part", msg("Of the day"), "choice", choices=PARTS, help=msg("Left empty: whole days.")),
        Field("hours", msg("Hours of each day"), "number", low=HALF, high=Decimal(24), places=1,
              help=msg("Only for kinds of leave that are taken by the hour; otherwise leave it empty.")),
        Field("reason", msg("Reason"), "area", most=500),
    ),
    days=("first_day", "last_day"),
    classes={"leave_type": "health", "reason": "health"},
    facts=(
        Fact("days", msg("Workdays")),
        Fact("calendar_days", msg("Days of the calendar")),
        Fact("leave_type", msg("Kind of leave"), WORDS),
    ),
    facts_in=_facts,
    earliest_days=EARLIEST_DAYS,
    offers=_offers,
    check=_check,
    lines=_lines,
    apply=_apply,
    reverse=_reverse,
)  # fmt: skip
