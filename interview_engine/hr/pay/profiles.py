"""Pay profiles, effective-dated, and what a month takes from attendance: written by forms and sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.months import bounds
from interview_engine.hr.pay.tables import PayAttendance, PayProfile
from interview_engine.hr.problems import invalid, missing, required
from interview_engine.i18n import Text, msg
from interview_engine.store import audit, dated
from interview_engine.store.rows import find, stamp, touch

KINDS: Mapping[str, Text] = {
    "employee": msg("Employee"),
    "labour_service": msg("Labour service"),
    "non_resident": msg("Not resident for tax"),
    "non_resident_service": msg("Labour service, not resident for tax"),
}
STARTS: Mapping[str, Text] = {
    "months": msg("for each month employed here"),
    "first_wage": msg("for each month of the year: the first wage of the year"),
    "whole_year": msg("for the whole year from January: last year's gross was small"),
}
OPENING = ("income", "contributions", "special", "other", "withheld")


@dataclass(frozen=True, slots=True)
class NewProfile:
    """What holds from a day on; see `tables.PayProfile`."""

    kind: str
    place: str
    social_base: Decimal | None
    fund_base: Decimal | None
    special: Decimal
    other: Decimal
    start: str
    allowances: Mapping[str, str]
    opening: Mapping[str, str]
    retires: str = ""


def employment_for(session: Session, actor: Actor, number: str, action: Action) -> Employment:
    """The employment of an employee number whose pay the actor may read or write.

    Raises:
        InvalidInput: `employee.unknown`. PermissionDenied.
    """
    held = employments.of_number(session, actor, number, "payroll", action)
    row = find(session, Employment, held, lock=action == "write")
    assert row is not None
    check_pay(session, actor, row, action)
    return row


def check_pay(session: Session, actor: Actor, row: Employment | PayAttendance, action: str) -> None:
    """Refuse who may not read or write the pay of an employment.

    Raises:
        PermissionDenied.
    """
    check_row(
        session, actor, "payroll", action, department_id=row.department_id, legal_entity_id=row.legal_entity_id,
        person_id=row.person_id,
    )  # fmt: skip


def set_profile(
    session: Session, actor: Actor, employment: Employment, day: date, new: NewProfile, clock: Clock
) -> PayProfile:
    """Say how somebody is paid from a day on; the same again changes nothing. Needs "payroll" write.

    Raises:
        PermissionDenied. InvalidInput: `pay.day`, outside the employment; place.
    """
    check_pay(session, actor, employment, "write")
    if day < employment.start_date or (employment.last_day is not None and day > employment.last_day):
        raise invalid(
            "first_day",
            "pay.day",
            msg("The day is outside the employment."),
            msg("Choose a day from the first day of work to the last."),
        )
    if new.kind == "employee" and not new.place.strip():
        raise required("place", msg("city or province"))
    values: dict[str, Any] = {
        "kind": new.kind, "place": new.place.strip(), "social_base": new.social_base, "fund_base": new.fund_base,
        "special": new.special, "other": new.other, "start": new.start, "allowances": dict(new.allowances),
        "opening": dict(new.opening), "retires": new.retires,
    }  # fmt: skip
    rows = profiles_of(session, employment.id)
    held = next((span.row for span in dated.history(rows) if span.first == day), None)
    if held is not None and all(getattr(held, name) == value for name, value in values.items()):
        return held
    row = dated.write(
        session,
        PayProfile,
        ("employment_id", employment.id),
        day,
        {"person_id": employment.person_id, "legal_entity_id": employment.legal_entity_id, **values},
        actor.id,
        clock,
    )
    detail = {"from": day.isoformat()}
    audit.record(session, actor.id, "pay_profile.set", f"pay_profile:{row.id}", detail, clock)
    return row


def set_first_pay(
    session: Session, actor: Actor, employment: Employment, day: date, monthly_fen: int, clock: Clock
) -> None:  # fmt: skip
    """Say what somebody is paid a month where nothing is known of it yet; the same again changes nothing. Needs "pay"
    write.

    Raises:
        PermissionDenied. InvalidInput: `pay.by_request`, another monthly pay is known: a change is approved by others.
    """
    known = employments.pay_on(session, employment.id, day)
    if known is None:
        employments.set_pay(session, actor, employment.id, monthly_fen, day, clock)
    elif known != monthly_fen:
        raise invalid(
            "monthly", "pay.by_request", msg("Another monthly pay is known from that day."),
            msg("Leave it empty here, and ask for a change of pay: it is approved, and then holds."),
        )  # fmt: skip


def pay_for(session: Session, actor: Actor, employment: Employment, day: date) -> int | None:
    """Fen a month on a day; None where nothing is known, or where the actor may not read what was agreed."""
    try:
        check_row(
            session, actor, "pay", "read", department_id=employment.department_id,
            legal_entity_id=employment.legal_entity_id, person_id=employment.person_id,
        )  # fmt: skip
    except PermissionDenied:
        return None
    return employments.pay_on(session, employment.id, day)


def profiles_of(session: Session, employment_id: str) -> Sequence[PayProfile]:
    """Every row of an employment. The caller has checked that pay may be read."""
    return dated.of_subject(session, PayProfile, ("employment_id", employment_id))


@dataclass(frozen=True, slots=True)
class NewAttendance:
    """A month's attendance; see `tables.PayAttendance`."""

    month: date
    unpaid_days: Decimal
    sick_days: Decimal
    held_days: int
    minutes: Mapping[str, int]
    counts: Mapping[str, str]
    amounts: Mapping[str, str]
    bonus_way: str
    wins: bool = False


def set_attendance(
    session: Session, actor: Actor, employment: Employment, new: NewAttendance, clock: Clock
) -> PayAttendance:
    """Enter a month's attendance or correct it; the same again changes nothing. Needs "payroll" write.

    A correction of a closed month changes no payslip: the next run makes the difference an adjustment.

    Raises:
        PermissionDenied. InvalidInput: `pay.days_of_month`, more days than the month has.
    """
    check_pay(session, actor, employment, "write")
    first, last = bounds(new.month)
    if new.unpaid_days + new.sick_days + new.held_days > (last - first).days + 1:
        raise invalid(
            "unpaid_days", "pay.days_of_month", msg("These are more days than the month has."),
            msg("Correct the days and send again."),
        )  # fmt: skip
    values: dict[str, Any] = {
        "unpaid_days": f"{new.unpaid_days.normalize():f}", "sick_days": f"{new.sick_days.normalize():f}",
        "held_days": new.held_days, "minutes": dict(new.minutes), "counts": dict(new.counts),
        "amounts": dict(new.amounts), "bonus_way": new.bonus_way, "wins": new.wins,
    }  # fmt: skip
    row = session.scalars(
        select(PayAttendance)
        .where(PayAttendance.employment_id == employment.id, PayAttendance.month == first)
        .with_for_update()
    ).one_or_none()
    if row is None:
        row = PayAttendance(
            **stamp(actor.id, clock), employment_id=employment.id, person_id=employment.person_id,
            legal_entity_id=employment.legal_entity_id, department_id=employment.department_id, month=first, **values,
        )  # fmt: skip
        session.add(row)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return row
    else:
        for name, value in values.items():
            setattr(row, name, value)
        touch(row, actor.id, clock)
    session.flush()
    detail = {"month": f"{first:%Y-%m}"}
    audit.record(session, actor.id, "pay_attendance.set", f"pay_attendance:{row.id}", detail, clock)
    return row


def attendance(session: Session, actor: Actor, row_id: str, action: str) -> PayAttendance:
    """A month's attendance; needs "payroll".

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PayAttendance, row_id)
    if row is None:
        raise missing("pay_attendance", msg("attendance"))
    check_pay(session, actor, row, action)
    return row


def profile(session: Session, actor: Actor, row_id: str, action: str) -> tuple[PayProfile, Employment]:
    """A profile's row and its employment; needs "payroll".

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PayProfile, row_id)
    held = None if row is None else find(session, Employment, row.employment_id, lock=action == "write")
    if row is None or held is None:
        raise missing("pay_profile", msg("pay profile"))
    check_pay(session, actor, held, action)
    return row, held
