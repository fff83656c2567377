"""Gathers what a run works with: everything of a company in a few statements, then one person's canonical inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.calendar.service import Calendar
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment, PayRate
from interview_engine.hr.months import add_months, bounds
from interview_engine.hr.pay import old_months as sheet
from interview_engine.hr.pay.allowances import ALLOWANCES
from interview_engine.hr.pay.entering import book_now
from interview_engine.hr.pay.given import Readings, kept_parameter, parameter_of
from interview_engine.hr.pay.parameters import Book, Parameter
from interview_engine.hr.pay.rules.lines import Group, Line, line_of
from interview_engine.hr.pay.settlement_lines import CODES, COMPENSATION, is_due
from interview_engine.hr.pay.settling import (
    Leaving,
    TakenBack,
    counter_lines,
    leavings,
    settlement_inputs,
    settlement_rows,
    taken_back,
)
from interview_engine.hr.pay.slip import compute
from interview_engine.hr.pay.tables import PayAttendance, PayProfile, PayRun, Payslip
from interview_engine.hr.time import service as time
from interview_engine.hr.time.service import ClosedMonth
from interview_engine.store import dated

FORM = 1
"""Of the inputs' layout; another layout is another hash."""
BACK_MONTHS = 12
"""How far back a change is followed: backdated changes of pay reach a year back at most."""
AMOUNTS = ("commission", "addition", "bonus", "damage", "deduction")
ADJUSTED = ("earning", "contribution", "employer")
CORE = ("parts", "attendance", "allowances", "extra", "base", "month_days", "service_years", "kind", "parameters")


@dataclass(frozen=True, slots=True)
class Material:
    """What a company's runs work with.

    Args:
        back: by employment, settlements that were taken back after they were paid.
        old: by employment, the month before as another system paid it.
        closed: by employment, the payslips of closed runs with their run, in the order of payment; of those employments
            that are at work now (`load_closed`), since a year of everybody's is gigabytes.
        kept: by ref, parameter rows as inputs hold them; counted: by first and last day, the days that are paid;
            readings: of those rows. They are the same for everybody, and made once.
    """

    legal_entity_id: str
    month: date
    employments: Sequence[Employment]
    rates: Mapping[str, Sequence[PayRate]]
    profiles: Mapping[str, Sequence[PayProfile]]
    attendance: Mapping[tuple[str, date], PayAttendance]
    worked: Mapping[tuple[str, date], ClosedMonth]
    book: Book
    calendar: Calendar
    leavings: Mapping[str, Leaving]
    back: Mapping[str, Sequence[TakenBack]]
    old: Mapping[str, Mapping[str, Decimal]]
    closed: dict[str, list[tuple[PayRun, Payslip]]] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    counted: dict[tuple[date, date], int] = field(default_factory=dict)
    readings: Readings = field(default_factory=Readings)


def material(session: Session, legal_entity_id: str, month: date, only: str | None = None) -> Material:
    """Load it. `only`: one employment."""
    first = add_months(month, -BACK_MONTHS)
    everybody = [
        one
        for one in employments.of_company(session, legal_entity_id)
        if (only is None or one.id == only)
        and one.start_date <= bounds(month)[1]
        and (one.last_day is None or one.last_day >= max(first, one.start_date))
    ]
    mine = select(PayProfile).where(PayProfile.legal_entity_id == legal_entity_id)
    sheets = select(PayAttendance).where(
        PayAttendance.legal_entity_id == legal_entity_id, PayAttendance.month >= first, PayAttendance.month <= month
    )
    if only is not None:
        mine = mine.where(PayProfile.employment_id == only)
        sheets = sheets.where(PayAttendance.employment_id == only)
    profiles: dict[str, list[PayProfile]] = {}
    for row in session.scalars(mine):
        profiles.setdefault(row.employment_id, []).append(row)
    return Material(
        legal_entity_id,
        month,
        everybody,
        employments.pay_rates_of(session, legal_entity_id),
        profiles,
        {(row.employment_id, row.month): row for row in session.scalars(sheets)},
        time.closed_months(session, legal_entity_id, first, month),
        book_now(session),
        calendars.calendar(session, (calendars.COUNTRY, calendars.company_region(legal_entity_id))),
        leavings(session, legal_entity_id, only),
        taken_back(session, legal_entity_id, only),
        sheet.of_month(session, legal_entity_id, add_months(month, -1), only),
    )


def load_closed(session: Session, given: Material, employment_ids: Sequence[str]) -> None:
    """Have the closed payslips of some employments at hand, instead of those before."""
    given.closed.clear()
    paid = (
        select(PayRun, Payslip)
        .join(Payslip, Payslip.run_id == PayRun.id)
        .where(
            PayRun.legal_entity_id == given.legal_entity_id,
            PayRun.state == "closed",
            PayRun.month >= add_months(given.month, -BACK_MONTHS),
            Payslip.employment_id.in_(employment_ids),
        )
        .order_by(PayRun.month, PayRun.number)
    )
    for run, slip in session.execute(paid).tuples():
        given.closed.setdefault(slip.employment_id, []).append((run, slip))


def gather(given: Material, employment: Employment, run: PayRun) -> dict[str, Any] | None:
    """The canonical inputs of one person; None where the run has nothing for them.

    Raises:
        ConflictError: `pay.parameter_missing`, it is named.
    """
    inputs = _core(given, employment, run.month, run.method, run.pay_day, supplementary=run.number > 0)
    adjustments = [*_adjustments(given, employment, run), *counter_lines(given.back.get(employment.id, ()))]
    settled = _settlement(given, employment, run)
    # who works here and has no monthly pay is no silent gap: the payslip says so and blocks
    outside = run.number > 0 or _left(employment, run.month)
    if outside and not adjustments and not is_due(settled):
        return None
    inputs["adjustments"] = adjustments
    inputs["only_adjustments"] = outside
    inputs["tax"] = _tax(given, employment, run)
    on_probation = _probation(given, employment, run) if inputs["parts"] and inputs["kind"] == "employee" else None
    if on_probation is not None:
        inputs["probation"] = on_probation
        row = given.book.get("probation", bounds(run.month)[1])
        inputs["parameters"].append(_kept(given, row))
    if settled is not None:
        inputs["settlement"] = settled
        had = [parameter_of(one) for one in inputs["parameters"]]
        more = settlement_rows(given.book, settled, date.fromisoformat(settled["last_day"]), had)
        inputs["parameters"] += [_kept(given, one) for one in more]
    return inputs


def _settlement(given: Material, employment: Employment, run: PayRun) -> dict[str, Any] | None:
    last = employment.last_day
    if last is None:
        return None
    rate = dated.as_of(given.rates.get(employment.id, ()), last)
    profile = _profile(given, employment, last)
    monthly = Decimal("0.00") if rate is None else Decimal(rate.monthly_fen).scaleb(-2)
    place = "" if profile is None else profile.place
    return settlement_inputs(given.leavings.get(employment.id), employment, run, monthly, place)


def _probation(given: Material, employment: Employment, run: PayRun) -> dict[str, str] | None:
    """What is paid a month on probation and agreed for afterwards; None without probation in the month."""
    first, last = bounds(run.month)
    end = employment.probation_end
    if end is None or end < max(first, employment.start_date):
        return None
    rates = given.rates.get(employment.id, ())
    now, later = dated.as_of(rates, min(last, end)), dated.as_of(rates, end + timedelta(days=1))
    if now is None or later is None:
        return None
    return {
        "until": end.isoformat(),
        "monthly": f"{Decimal(now.monthly_fen).scaleb(-2):.2f}",
        "agreed": f"{Decimal(later.monthly_fen).scaleb(-2):.2f}",
    }


def _left(employment: Employment, month: date) -> bool:
    return employment.last_day is not None and employment.last_day < bounds(month)[0]


def _core(
    given: Material, employment: Employment, month: date, method: str, pay_day: date, *, supplementary: bool = False
) -> dict[str, Any]:
    first, last = bounds(month)
    here = max(first, employment.start_date), min(last, employment.last_day or last)
    profile = _profile(given, employment, min(last, max(here[0], here[1])))
    sheet = None if supplementary else given.attendance.get((employment.id, month))
    parts = [] if supplementary else _parts(given, employment, here)
    worked = None if supplementary else given.worked.get((employment.id, month))
    attendance = _attendance(sheet, worked)
    working = bool(parts)
    amounts = {} if sheet is None else sheet.amounts
    kind = "employee" if profile is None else profile.kind
    inputs: dict[str, Any] = {
        "form": FORM,
        "employment": employment.id,
        "month": f"{month:%Y-%m}",
        "paid_on": pay_day.isoformat(),
        "kind": kind,
        "profile": "" if profile is None else profile.id,
        "method": method,
        "month_days": {"workdays": str(_workdays(given, first, last)),
                       "calendar": str((last - first).days + 1)},
        "parts": parts,
        "attendance": attendance,
        "allowances": _allowances(profile) if working else [],
        "extra": {**{name: str(amounts.get(name, "0")) for name in AMOUNTS},
                  "bonus_way": "best" if sheet is None else sheet.bonus_way},
        "base": _bases(profile) if working else {"social": None, "fund": None, "source": ""},
        "special": "0" if profile is None else str(profile.special),
        "other": "0" if profile is None else str(profile.other),
        "service_years": _years(employment.start_date, last),
        "adjustments": [],
        "only_adjustments": False,
    }  # fmt: skip
    inputs["parameters"] = [_kept(given, one) for one in _parameters(given.book, inputs, profile, last, pay_day)]
    return inputs


def _profile(given: Material, employment: Employment, day: date) -> PayProfile | None:
    return dated.as_of(given.profiles.get(employment.id, ()), day)


def _workdays(given: Material, first: date, last: date) -> int:
    """Days that are paid: worked ones and statutory holidays."""
    found = given.counted.get((first, last))
    if found is None:
        found = sum(given.calendar.day(day).kind in ("workday", "statutory") for day in calendars.days(first, last))
        given.counted[first, last] = found
    return found


def _kept(given: Material, row: Parameter) -> dict[str, Any]:
    """A row as the inputs hold it."""
    found = given.kept.get(row.ref)
    if found is None:
        found = given.kept[row.ref] = kept_parameter(row)
    return found


def _parts(given: Material, employment: Employment, here: tuple[date, date]) -> list[dict[str, str]]:
    begin, end = here
    found = []
    for span in dated.history(given.rates.get(employment.id, ())):
        first, last = max(begin, span.first), min(end, span.last or end)
        if first <= last:
            found.append(
                {
                    "monthly": f"{Decimal(span.row.monthly_fen).scaleb(-2):.2f}",
                    "workdays": str(_workdays(given, first, last)),
                    "calendar": str((last - first).days + 1),
                    "source": f"pay_rate:{span.row.id}",
                }
            )
    return found


def _attendance(sheet: PayAttendance | None, worked: ClosedMonth | None) -> dict[str, Any]:
    """The closed month of attendance, or a sheet where there is none or where a person said that it wins."""
    if worked is not None and (sheet is None or not sheet.wins):
        return {
            "source": f"attendance_month:{worked.id}",
            "unpaid_days": f"{worked.unpaid_days.normalize():f}",
            "sick_days": f"{worked.sick_days.normalize():f}",
            "held_days": 0,
            "overtime_minutes": dict(worked.overtime),
            "counts": {} if sheet is None else dict(sheet.counts),
        }
    if sheet is None:
        return {
            "source": "",
            "unpaid_days": "0",
            "sick_days": "0",
            "held_days": 0,
            "overtime_minutes": {},
            "counts": {},
        }
    return {
        "source": f"pay_attendance:{sheet.id}",
        "unpaid_days": sheet.unpaid_days,
        "sick_days": sheet.sick_days,
        "held_days": sheet.held_days,
        "overtime_minutes": {name: int(value) for name, value in sheet.minutes.items()},
        "counts": dict(sheet.counts),
    }


def _allowances(profile: PayProfile | None) -> list[dict[str, Any]]:
    if profile is None:
        return []
    return [
        {"code": code, "amount": str(amount), "unit": ALLOWANCES[code].unit,
         "in_minimum": int(ALLOWANCES[code].in_minimum), "source": f"pay_profile:{profile.id}"}
        for code, amount in sorted(profile.allowances.items())
    ]  # fmt: skip


def _bases(profile: PayProfile | None) -> dict[str, Any]:
    if profile is None or profile.kind != "employee":
        return {"social": None, "fund": None, "source": ""}
    return {
        "social": None if profile.social_base is None else str(profile.social_base),
        "fund": None if profile.fund_base is None else str(profile.fund_base),
        "source": f"pay_profile:{profile.id}",
    }


def _years(first: date, last: date) -> str:
    return str((last.year * 12 + last.month - first.year * 12 - first.month) // 12)


def _parameters(
    book: Book, inputs: Mapping[str, Any], profile: PayProfile | None, day: date, pay_day: date
) -> list[Parameter]:
    """The rows that the lines will need; a row that is missing is named, and nothing is worked out."""
    found = [book.get("paid_days", day), book.get("overtime", day), book.get("income_tax", pay_day)]
    kind, place = inputs["kind"], "" if profile is None else profile.place
    if kind == "labour_service":
        found.append(book.get("labour_service", pay_day))
    elif kind in ("non_resident", "non_resident_service"):
        found.append(book.get("non_resident", pay_day))
    else:
        found.append(book.get("basic_deduction", pay_day))
        bonus = book.find("bonus", pay_day)
        found += [] if bonus is None else [bonus]
    if profile is None:
        return found
    for name, of in (("social", "social_insurance"), ("fund", "housing_fund")):
        if inputs["base"][name] is not None:
            found += book.items(of, day, place)
    if (
        (kind == "employee" and inputs["parts"])
        or Decimal(inputs["extra"]["damage"])
        or Decimal(inputs["extra"]["deduction"])
        or Decimal(inputs["attendance"]["sick_days"])  # its floor is a share of the minimum wage, whoever is ill
    ):
        found += [book.get("minimum_wage", day, place), book.get("damage_deduction", day)]
    if Decimal(inputs["attendance"]["sick_days"]):
        found += [book.get("sick_pay_rate", day, place), book.get("sick_pay_floor", day)]
    return found


# The tax year ----------------------------------------------------------------------------------------------------


def _tax(given: Material, employment: Employment, run: PayRun) -> dict[str, Any]:
    day = run.pay_day
    profile = _profile(given, employment, day)
    sums = dict.fromkeys(("income", "contributions", "special", "other", "withheld"), Decimal(0))
    opening = {} if profile is None else profile.opening
    if opening.get("year") == str(day.year):
        sums = {name: Decimal(opening.get(name, "0")) for name in sums}
    apart = False
    for paid, slip in given.closed.get(employment.id, ()):
        if paid.pay_day.year == day.year:
            sums = {name: value + Decimal(slip.year[name]) for name, value in sums.items()}
            apart = apart or slip.bonus_apart
    begin = max(date(day.year, 1, 1), employment.start_date)
    end = min(day, employment.last_day or day)
    here = max(1, end.month - begin.month + 1) if end.year == day.year and begin.year == day.year else 1
    found: dict[str, Any] = {
        "start": "months" if profile is None else profile.start,
        "month": day.month,
        "months_here": min(day.month, here),
        "year": {name: str(value) for name, value in sums.items()},
        "bonus_apart_before": int(apart),
    }
    if day.month == 1:
        found["last_year"] = _last_year(given, employment, day.year - 1)
    return found


def _last_year(given: Material, employment: Employment, year: int) -> dict[str, str]:
    """In how many months of the year before wages were paid here, and how much: the 60,000 rule asks for both."""
    paid = [(run.pay_day.month, slip) for run, slip in given.closed.get(employment.id, ()) if run.pay_day.year == year]
    gross = sum(
        (line.amount for _, slip in paid for line in map(line_of, slip.lines)
         if line.group == "earning" and line.code not in COMPENSATION),
        Decimal("0.00"),
    )  # fmt: skip
    return {"months": str(len({month for month, _ in paid})), "gross": str(gross)}


# What later changes make of closed months ------------------------------------------------------------------------


def _adjustments(given: Material, employment: Employment, run: PayRun) -> list[dict[str, Any]]:
    """For every closed month, what it would be now less what was paid for it, by line."""
    found = []
    slips = given.closed.get(employment.id, ())
    for paid, slip in slips:
        if paid.number or paid.month > run.month or (paid.month == run.month and not run.number):
            continue
        inputs = _core(given, employment, paid.month, paid.method, paid.pay_day)
        inputs["tax"] = slip.inputs["tax"]
        if all(inputs[name] == slip.inputs[name] for name in CORE):
            now = [line_of(one) for one in slip.lines if not one["month"]]
        else:
            now = list(compute(inputs, given.readings).lines)
        month = f"{paid.month:%Y-%m}"
        before = _sums(
            line_of(one)
            for other, kept in slips
            for one in kept.lines
            if one["month"] == month or (not one["month"] and other.month == paid.month)
        )
        after = _sums(now)
        sources = {(one.code, one.group): one.sources for one in now}
        for key in sorted({*before, *after}):
            was, due = before.get(key, Decimal(0)), after.get(key, Decimal(0))
            if was != due:
                found.append(
                    {"month": month, "code": key[0], "group": key[1], "amount": str(due - was), "before": str(was),
                     "after": str(due), "sources": list(sources.get(key, ()))}
                )  # fmt: skip
    return found


def _sums(lines: Iterable[Line]) -> dict[tuple[str, Group], Decimal]:
    found: dict[tuple[str, Group], Decimal] = {}
    for line in lines:
        if line.group in ADJUSTED and line.code not in CODES:
            key = (line.code, line.group)
            found[key] = found.get(key, Decimal(0)) + line.amount
    return found
