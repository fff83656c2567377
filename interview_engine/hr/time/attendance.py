"""Attendance of days and months: what a person decided of a day, what the employee confirms, what pay reads.

No day is cut by itself: who was absent without leave is what somebody has decided, with a reason, of a day that was
held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.leave import service as leave
from interview_engine.hr.months import last_of
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.time.days_changed import changed
from interview_engine.hr.time.tables import AttendanceChange, AttendanceDay, AttendanceMonth, OvertimeEntry
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

STATES: Mapping[str, Text] = {
    "fine": msg("As planned"),
    "look": msg("To explain"),
    "held": msg("Waits for a person"),
    "settled": msg("Decided by a person"),
    "off": msg("Not worked"),
}
PROBLEMS: Mapping[str, Text] = {
    "late": msg("late", context="attendance"),
    "early": msg("left early"),
    "away": msg("away in between"),
    "absent": msg("part of the shift missing"),
    "odd_punches": msg("a punch is missing"),
    "no_punch": msg("no punch"),
    "flagged": msg("the place of a punch is in doubt"),
}
VERDICTS: Mapping[str, Text] = {"present": msg("Worked as planned"), "absent": msg("Absent without leave")}
MONTH_STATES: Mapping[str, Text] = {
    "open": msg("Not confirmed"),
    "confirmed": msg("Confirmed by the employee"),
    "locked": msg("Closed", context="attendance"),
    "reopened": msg("Reopened"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """A month of somebody.

    Args:
        days: that were decided. late, early: how often. absent_days: decided by a person to be absent without leave, in
            days of the shift. unpaid_days, sick_days: leave of these kinds in days. held: days that wait.
        overtime: paid minutes by kind of day.
    """

    days: int = 0
    required: int = 0
    worked: int = 0
    night: int = 0
    leave: int = 0
    late: int = 0
    late_minutes: int = 0
    early: int = 0
    held: int = 0
    absent_days: Decimal = Decimal(0)
    unpaid_days: Decimal = Decimal(0)
    sick_days: Decimal = Decimal(0)
    overtime: Mapping[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """As a locked month keeps it."""
        plain = ("days", "required", "worked", "night", "leave", "late", "late_minutes", "early", "held")
        return {
            **{name: getattr(self, name) for name in plain},
            **{name: str(getattr(self, name)) for name in ("absent_days", "unpaid_days", "sick_days")},
            "overtime": dict(self.overtime or {}),
        }


def months_of(session: Session, employment_ids: Sequence[str], month: date) -> dict[str, Month]:
    """What the month of each person is now. The caller has checked."""
    last = last_of(month)
    unpaid = leave.days_by_kind(session, employment_ids, month, last)
    found: dict[str, Month] = {}
    for part in employments.parts(employment_ids):
        rows: dict[str, list[AttendanceDay]] = {}
        for row in session.scalars(
            select(AttendanceDay).where(
                AttendanceDay.employment_id.in_(part), AttendanceDay.day >= month, AttendanceDay.day <= last,
                AttendanceDay.state != "off",
            )
        ):  # fmt: skip
            rows.setdefault(row.employment_id, []).append(row)
        extra: dict[str, dict[str, int]] = {}
        for employment_id, kind, minutes in session.execute(
            select(OvertimeEntry.employment_id, OvertimeEntry.kind, func.sum(OvertimeEntry.minutes))
            .where(OvertimeEntry.employment_id.in_(part), OvertimeEntry.month == month, OvertimeEntry.paid_by == "pay")
            .group_by(OvertimeEntry.employment_id, OvertimeEntry.kind)
        ).tuples():
            extra.setdefault(employment_id, {})[kind] = int(minutes)
        for employment_id in part:
            kinds = unpaid.get(employment_id, {})
            found[employment_id] = _month(rows.get(employment_id, ()), kinds, extra.get(employment_id, {}))
    return found


def _month(rows: Sequence[AttendanceDay], kinds: Mapping[str, Decimal], overtime: Mapping[str, int]) -> Month:
    absent = sum(
        (Decimal(row.required - row.leave) / row.required for row in rows if row.verdict == "absent" and row.required),
        Decimal(0),
    )
    return Month(
        len(rows),
        sum(row.required for row in rows),
        sum(row.worked for row in rows),
        sum(row.night for row in rows),
        sum(row.leave for row in rows),
        sum(row.late > 0 for row in rows),
        sum(row.late for row in rows),
        sum(row.early > 0 for row in rows),
        sum(row.state == "held" for row in rows),
        absent.quantize(Decimal("0.01")),
        kinds.get("personal", Decimal(0)),
        kinds.get("sick", Decimal(0)),
        {kind: minutes for kind, minutes in overtime.items() if minutes},
    )


# One day ----------------------------------------------------------------------------------------------------------


def settle(session: Session, actor: Actor, day_id: str, verdict: str, reason: str, clock: Clock) -> AttendanceDay:
    """Decide of a day what it was, with the reason; the same again changes nothing. Needs "contact" write; nobody for
    themselves.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `attendance.verdict`, reason. ConflictError: `attendance.own`,
        `attendance.locked`.
    """
    row = _locked_day(session, actor, day_id)
    if row.person_id == actor.person_id:
        raise conflict("attendance.own", msg("Nobody decides on days of their own."), msg("Ask HR or your manager."))
    if verdict not in VERDICTS:
        raise invalid("verdict", "attendance.verdict", msg("There is no such value."), msg("Choose one."))
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    if (row.verdict, row.reason) == (verdict, said):
        return row
    row.state, row.verdict, row.reason = "settled", verdict, said
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "attendance.settle", f"attendance_day:{row.id}", {"verdict": verdict}, clock)
    return row


def explain(session: Session, actor: Actor, day_id: str, text: str, clock: Clock) -> AttendanceDay:
    """Say of a day of one's own what happened, for whoever decides.

    Raises:
        NotFoundError. InvalidInput: text. ConflictError: `attendance.locked`.
    """
    row = find(session, AttendanceDay, day_id, lock=True)
    if row is None or row.person_id != actor.person_id:
        raise missing("attendance_day", msg("day of attendance"))
    _check_open(session, row)
    row.explanation = text_within(text, "text", msg("explanation"), 500, least=2)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "attendance.explain", f"attendance_day:{row.id}", {}, clock)
    return row


def own_days(session: Session, actor: Actor, employment_id: str, month: date) -> Sequence[AttendanceDay]:
    """One's own days of a month, in order."""
    return session.scalars(
        select(AttendanceDay)
        .where(
            AttendanceDay.employment_id == employment_id, AttendanceDay.person_id == (actor.person_id or ""),
            AttendanceDay.day >= month, AttendanceDay.day <= last_of(month), AttendanceDay.state != "off",
        )
        .order_by(AttendanceDay.day)
    ).all()  # fmt: skip


def _locked_day(session: Session, actor: Actor, day_id: str) -> AttendanceDay:
    row = find(session, AttendanceDay, day_id, lock=True)
    if row is None:
        raise missing("attendance_day", msg("day of attendance"))
    employments.get_for(session, actor, row.employment_id, "write")
    _check_open(session, row)
    return row


def _check_open(session: Session, row: AttendanceDay) -> None:
    held = month_row(session, row.employment_id, row.day.replace(day=1))
    if held is not None and held.state == "locked":
        raise conflict("attendance.locked", msg("This month is closed."),
                       msg("What changes now is adjusted in the next month's pay. Ask HR."))  # fmt: skip


# The month --------------------------------------------------------------------------------------------------------


def month_row(session: Session, employment_id: str, month: date) -> AttendanceMonth | None:
    """The row of a month; None where nobody has confirmed or closed it."""
    return session.scalar(
        select(AttendanceMonth).where(AttendanceMonth.employment_id == employment_id, AttendanceMonth.month == month)
    )


def confirm(session: Session, actor: Actor, employment_id: str, month: date, clock: Clock) -> AttendanceMonth:
    """Confirm a month of one's own that is over; again changes nothing.

    Raises:
        NotFoundError. ConflictError: `attendance.not_over`, `attendance.held`.
    """
    employment = employments.locked(session, employment_id)
    if employment.person_id != actor.person_id:
        raise missing("employment", msg("employment"))
    if last_of(month) >= china_day(clock):
        raise conflict("attendance.not_over", msg("The month is not over yet."), msg("Confirm it when it is."))
    held = month_row(session, employment_id, month)
    if held is not None and held.state != "open":
        return held
    found = months_of(session, [employment_id], month)[employment_id]
    if found.held:
        raise conflict("attendance.held", msg("{count} days of it wait for a decision.", count=found.held),
                       msg("Explain them or ask for a correction first."))  # fmt: skip
    row = held or _new_month(session, employment, month, actor.id, clock)
    row.state, row.confirmed_at, row.totals = "confirmed", clock.now(), found.as_json()
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "attendance.confirm", f"attendance_month:{row.id}", {}, clock)
    return row


@dataclass(frozen=True, slots=True)
class Closed:
    """How many months were closed, and how many were left because days in them wait."""

    closed: int
    left: int


def lock(session: Session, actor: Actor, legal_entity_id: str, month: date, clock: Clock) -> Closed:
    """Close a month of everybody in a company whose days are all decided; what changes afterwards is adjusted in pay.
    Needs "contact" write of the company. Again closes who was left.

    Raises:
        PermissionDenied. ConflictError: `attendance.not_over`, `attendance.changing`.
    """
    check_row(session, actor, "contact", "write", legal_entity_id=legal_entity_id)
    if last_of(month) >= china_day(clock):
        raise conflict("attendance.not_over", msg("The month is not over yet."), msg("Close it when it is."))
    waiting = select(AttendanceChange.id).where(
        AttendanceChange.legal_entity_id == legal_entity_id, AttendanceChange.first <= last_of(month)
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise conflict("attendance.changing", msg("Days of this month are being worked out again."),
                       msg("Wait a few minutes and try again."))  # fmt: skip
    ids = session.scalars(
        select(AttendanceDay.employment_id)
        .where(AttendanceDay.legal_entity_id == legal_entity_id, AttendanceDay.day >= month,
               AttendanceDay.day <= last_of(month))
        .distinct()
    ).all()  # fmt: skip
    found = months_of(session, ids, month)
    people = employments.many_of(session, ids, lock=True)
    rows: dict[str, AttendanceMonth] = {}
    for part in employments.parts(ids):
        held = select(AttendanceMonth).where(AttendanceMonth.employment_id.in_(part), AttendanceMonth.month == month)
        rows |= {row.employment_id: row for row in session.scalars(held)}
    closed = left = 0
    for employment_id, totals in sorted(found.items()):
        row = rows.get(employment_id)
        if row is not None and row.state == "locked":
            continue
        if totals.held:
            left += 1
            continue
        row = row or _new_month(session, people[employment_id], month, actor.id, clock)
        row.state, row.totals, row.locked_by = "locked", totals.as_json(), actor.id
        touch(row, actor.id, clock)
        closed += 1
    session.flush()
    detail = {"month": f"{month:%Y-%m}", "closed": closed, "left": left}
    audit.record(session, actor.id, "attendance.lock", f"legal_entity:{legal_entity_id}", detail, clock)
    return Closed(closed, left)


def reopen(session: Session, actor: Actor, month_id: str, reason: str, clock: Clock) -> AttendanceMonth:
    """Have the days of a closed month decided again: leave was cancelled or a punch corrected since. Until it is closed
    again, pay takes what it took; afterwards the difference is an adjustment of the next run. Needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `attendance.own`;
        `attendance.not_closed`.
    """
    row = find(session, AttendanceMonth, month_id, lock=True)
    if row is None:
        raise missing("attendance_month", msg("month of attendance"))
    employments.get_for(session, actor, row.employment_id, "write")
    if row.person_id == actor.person_id:
        raise conflict("attendance.own", msg("Nobody decides on days of their own."), msg("Ask HR or your manager."))
    if row.state != "locked":
        raise conflict("attendance.not_closed", msg("This month is not closed."), msg("Its days can be changed now."))
    text_within(reason, "reason", msg("reason"), 300, least=2)
    row.state = "reopened"
    touch(row, actor.id, clock)
    session.flush()
    # what was cancelled or corrected while the month was closed counts from now on
    changed(session, [(row.employment_id, row.month, last_of(row.month))], clock)
    audit.record(session, actor.id, "attendance.reopen", f"attendance_month:{row.id}", {}, clock)
    return row


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """What pay takes of a month that was closed, and of one that is reopened what it took before.

    `unpaid_days` of unpaid leave and absence that somebody has decided; overtime that is paid, in minutes by kind of
    day.
    """

    id: str
    unpaid_days: Decimal
    sick_days: Decimal
    overtime: Mapping[str, int]


def closed_months(
    session: Session, legal_entity_id: str, first: date, last: date
) -> dict[tuple[str, date], ClosedMonth]:
    """By (employment, month), the closed months of a company, for pay. The caller has checked."""
    rows = session.scalars(
        select(AttendanceMonth).where(
            AttendanceMonth.legal_entity_id == legal_entity_id, AttendanceMonth.state.in_(("locked", "reopened")),
            AttendanceMonth.month >= first, AttendanceMonth.month <= last,
        )
    )  # fmt: skip
    return {
        (row.employment_id, row.month): ClosedMonth(
            row.id,
            Decimal(row.totals["unpaid_days"]) + Decimal(row.totals["absent_days"]),
            Decimal(row.totals["sick_days"]),
            {kind: int(minutes) for kind, minutes in row.totals["overtime"].items()},
        )
        for row in rows
    }


def _new_month(session: Session, employment: Employment, month: date, actor_id: str, clock: Clock) -> AttendanceMonth:
    row = AttendanceMonth(
        **stamp(actor_id, clock), employment_id=employment.id, person_id=employment.person_id,
        legal_entity_id=employment.legal_entity_id, month=month, state="open", totals={},
    )  # fmt: skip
    session.add(row)
    return row
