"""The lists of pay profiles and of months of attendance, with their forms and sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Column, Fill, FormSpec, ListSpec, Place
from interview_engine.hr.months import bounds
from interview_engine.hr.pay import profiles
from interview_engine.hr.pay.allowances import ALLOWANCES, TIMED
from interview_engine.hr.pay.gathering import AMOUNTS
from interview_engine.hr.pay.profiles import NewAttendance, NewProfile
from interview_engine.hr.pay.retiring import RETIRES, retirements
from interview_engine.hr.pay.rules.overtime import KINDS as OVERTIME
from interview_engine.hr.pay.tables import PayAttendance, PayProfile
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import Text, msg

_NUMBER = Field(
    "employee_number",
    msg("Employee number"),
    required=True,
    most=20,
    tidy=plain_number,
    also=("工号", "员工编号", "人员编号"),
)
_NONE = Decimal(0)
WAYS: Mapping[str, Text] = {
    "best": msg("the way with less tax"),
    "apart": msg("taxed apart"),
    "merged": msg("with the wages"),
}
HOURS = {kind: f"hours_{kind}" for kind in OVERTIME}
COUNTS = {code: f"times_{code}" for code in TIMED}


def _fen(text: object) -> int:
    return int(Decimal(str(text)) * 100)


def _yuan(value: Value) -> str:
    return f"{Decimal(str(value or 0)).scaleb(-2):.2f}"


def _money(value: Value) -> Decimal | None:
    return None if value is None else Decimal(_yuan(value))


# Profiles ---------------------------------------------------------------------------------------------------------

PROFILE = (
    _NUMBER,
    Field("first_day", msg("From day"), "day", required=True, also=("生效日期", "开始日期")),
    Field("kind", msg("Paid as"), "choice", required=True, choices=profiles.KINDS, also=("人员类别",)),
    Field("monthly", msg("Monthly pay in yuan, where none is known yet"), "money", low=_NONE,
          help=msg("From that day on. Where it is known already, a change goes by a request."),
          also=("月薪", "基本工资", "月工资")),
    Field("place", msg("City or province"), most=40, also=("参保地", "城市", "地区")),
    Field("social_base", msg("Social insurance base in yuan"), "money", low=_NONE, also=("社保基数",),
          help=msg("Empty: nothing is contributed.")),
    Field("fund_base", msg("Housing fund base in yuan"), "money", low=_NONE, also=("公积金基数",),
          help=msg("Empty: nothing is contributed.")),
    Field("special", msg("Special additional deductions a month in yuan"), "money", low=_NONE, also=("专项附加扣除",)),
    Field("other", msg("Other deductions from taxable income a month in yuan"), "money", low=_NONE,
          also=("其他扣除",)),
    Field("start", msg("Basic deduction counts"), "choice", choices=profiles.STARTS),
    Field("retires", msg("A woman's job, for her retirement"), "choice", choices=RETIRES,
          help=msg("Which of the two it is follows from the job, not from the person."), also=("退休类别",)),
    *(Field(f"allowance_{code}", one.word, "money", low=_NONE) for code, one in ALLOWANCES.items()),
    Field("opening_year", msg("Tax year that began elsewhere"), "whole", low=Decimal(2019), high=Decimal(2099),
          help=msg("With this employer, before the first run here."), also=("期初年度",)),
    Field("opening_income", msg("Income of it so far in yuan"), "money", low=_NONE, also=("期初累计收入",)),
    Field("opening_contributions", msg("Own contributions of it so far in yuan"), "money", low=_NONE,
          also=("期初累计专项扣除",)),
    Field("opening_special", msg("Special additional deductions of it so far in yuan"), "money", low=_NONE,
          also=("期初累计专项附加扣除",)),
    Field("opening_other", msg("Other deductions of it so far in yuan"), "money", low=_NONE,
          also=("期初累计其他扣除",)),
    Field("opening_withheld", msg("Tax withheld of it so far in yuan"), "money", low=_NONE,
          also=("期初累计已预扣税额",)),
)  # fmt: skip


def _new_profile(values: Mapping[str, Value]) -> NewProfile:
    allowances = {code: _yuan(found) for code in ALLOWANCES if (found := values[f"allowance_{code}"])}
    opening: dict[str, str] = {}
    if values["opening_year"] is not None:
        opening = {name: _yuan(values[f"opening_{name}"]) for name in profiles.OPENING}
        opening["year"] = str(values["opening_year"])
    return NewProfile(
        str(values["kind"]), str(values["place"] or ""), _money(values["social_base"]), _money(values["fund_base"]),
        Decimal(_yuan(values["special"])), Decimal(_yuan(values["other"])), str(values["start"] or "months"),
        allowances, opening, str(values["retires"] or ""),
    )  # fmt: skip


def _create_profile(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    held = profiles.employment_for(session, actor, str(values["employee_number"]), "write")
    day = values["first_day"]
    assert isinstance(day, date)
    _first_pay(session, actor, held, day, values, clock)
    return profiles.set_profile(session, actor, held, day, _new_profile(values), clock).id


def _update_profile(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row, held = profiles.profile(session, actor, row_id, "write")
    _first_pay(session, actor, held, row.valid_from, values, clock)
    profiles.set_profile(session, actor, held, row.valid_from, _new_profile(values), clock)


def _first_pay(
    session: Session, actor: Actor, held: Employment, day: date, values: Mapping[str, Value], clock: Clock
) -> None:  # fmt: skip
    monthly = values["monthly"]
    if monthly is not None:
        assert isinstance(monthly, int)
        profiles.set_first_pay(session, actor, held, day, monthly, clock)


def _load_profile(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row, held = profiles.profile(session, actor, row_id, "read")
    found: dict[str, Value] = {
        "employee_number": employments.number_for(session, held), "first_day": row.valid_from, "kind": row.kind,
        "monthly": profiles.pay_for(session, actor, held, row.valid_from),
        "place": row.place, "start": row.start, "retires": row.retires or None,
        "social_base": None if row.social_base is None else _fen(row.social_base),
        "fund_base": None if row.fund_base is None else _fen(row.fund_base),
        "special": _fen(row.special), "other": _fen(row.other),
        "opening_year": int(row.opening["year"]) if row.opening else None,
    }  # fmt: skip
    found.update({f"allowance_{code}": None for code in ALLOWANCES})
    found.update({f"allowance_{code}": _fen(amount) for code, amount in row.allowances.items()})
    found.update({f"opening_{name}": _fen(row.opening[name]) if row.opening else None for name in profiles.OPENING})
    return found


def _find_profiles(
    session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]
) -> Mapping[tuple[Value, ...], str]:
    held = employments.of_numbers(
        session, actor, sorted({str(key[0]).strip().upper() for key in keys}), "payroll", "read"
    )
    found: dict[tuple[Value, ...], str] = {}
    for key in keys:
        employment_id = held.get(str(key[0]).strip().upper())
        if employment_id is not None and isinstance(key[1], date):
            rows = [one for one in profiles.profiles_of(session, employment_id) if one.valid_from == key[1]]
            if rows:
                found[key] = rows[-1].id
    return found


def _of_persons(table: Any) -> Select[Any]:
    return (
        select(table.id)
        .select_from(table)
        .join(Employment, Employment.id == table.employment_id)
        .join(Person, Person.id == table.person_id)
    )


PAY_PROFILES = ListSpec(
    name="pay_profiles",
    title=msg("Pay profiles"),
    about=msg("How people are paid besides their monthly pay, from which day on. A change is a further row."),
    thing=msg("pay profile"),
    empty=msg("No pay profile yet."),
    field_class="payroll",
    rows=lambda: _of_persons(PayProfile),
    key=PayProfile.id,
    place=Place(Employment.department_id, PayProfile.legal_entity_id, PayProfile.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(PayProfile.person_id, PayProfile.legal_entity_id), searched=True,
               under="name"),
        Column("first_day", msg("From day"), "day", PayProfile.valid_from, filters=True),
        Column("kind", msg("Paid as"), "choice", PayProfile.kind, choices=profiles.KINDS, filters=True, counts=True),
        Column("place", msg("City or province"), "text", PayProfile.place, filters=True),
        Column("social_base", msg("Social insurance base in yuan"), "money", PayProfile.social_base),
        Column("fund_base", msg("Housing fund base in yuan"), "money", PayProfile.fund_base),
        Column("special", msg("Special additional deductions a month in yuan"), "money", PayProfile.special),
        Column("retirement", msg("Statutory retirement"), "day", field_class="identity"),
        Column("retirement_span", msg("By choice, from and to"), field_class="identity", shown=False),
    ),
    fills=(Fill(("retirement", "retirement_span"), retirements),),
    form=FormSpec(
        PROFILE, _create_profile, ("payroll", "write"), _update_profile, _load_profile,
        key=("employee_number", "first_day"), find=_find_profiles,
    ),
)  # fmt: skip


# Attendance -------------------------------------------------------------------------------------------------------

_DAYS = Decimal(31)
ATTENDANCE = (
    _NUMBER,
    Field("month", msg("Month"), "month", required=True, help=msg("Year and month, like 2026-09."),
          also=("月份", "所属月份", "工资月份")),
    Field("unpaid_days", msg("Days of unpaid leave"), "number", low=_NONE, high=_DAYS, also=("事假天数", "事假")),
    Field("sick_days", msg("Days of sick leave"), "number", low=_NONE, high=_DAYS, also=("病假天数", "病假")),
    Field("held_days", msg("Abnormal days that wait for a person"), "whole", low=_NONE, high=_DAYS,
          help=msg("While there are any, the payslip is held and nothing is cut."), also=("异常天数", "待处理天数")),
    Field("hours_workday", msg("Overtime hours on workdays"), "number", low=_NONE, high=Decimal(400),
          also=("平日加班", "工作日加班小时")),
    Field("hours_restday", msg("Overtime hours on rest days"), "number", low=_NONE, high=Decimal(400),
          also=("周末加班", "休息日加班小时")),
    Field("hours_statutory", msg("Overtime hours on statutory holidays"), "number", low=_NONE, high=Decimal(400),
          also=("节假日加班", "法定节假日加班小时")),
    Field("wins", msg("Instead of the closed month of attendance"), "flag",
          help=msg("Days and overtime of this line count, and those of the attendance kept here do not.")),
    *(Field(name, msg("Times: {allowance}", allowance=ALLOWANCES[code].word), "number", low=_NONE,
            high=Decimal(ALLOWANCES[code].most)) for code, name in COUNTS.items()),
    Field("commission", msg("Commission in yuan"), "money", low=_NONE, also=("提成",)),
    Field("addition", msg("Other pay in yuan"), "money", low=_NONE, also=("其他应发",)),
    Field("bonus", msg("Annual bonus in yuan"), "money", low=_NONE, also=("年终奖", "全年一次性奖金")),
    Field("bonus_way", msg("Annual bonus taxed"), "choice", choices=WAYS, also=("年终奖计税方式",)),
    Field("damage", msg("Compensation for damage in yuan"), "money", low=_NONE, also=("赔偿扣款",)),
    Field("deduction", msg("Other deduction in yuan"), "money", low=_NONE, also=("其他扣款",)),
)  # fmt: skip


def _number(value: Value) -> Decimal:
    return Decimal(str(value or 0))


def _new_attendance(values: Mapping[str, Value]) -> NewAttendance:
    month = values["month"]
    assert isinstance(month, date)
    minutes: dict[str, int] = {kind: int(_number(values[name]) * 60) for kind, name in HOURS.items() if values[name]}
    counts = {code: f"{_number(values[name]).normalize():f}" for code, name in COUNTS.items() if values[name]}
    amounts = {name: _yuan(values[name]) for name in AMOUNTS if values[name]}
    return NewAttendance(
        month, _number(values["unpaid_days"]), _number(values["sick_days"]), int(_number(values["held_days"])),
        minutes, counts, amounts, str(values["bonus_way"] or "best"), bool(values["wins"]),
    )  # fmt: skip


def _create_attendance(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    held = profiles.employment_for(session, actor, str(values["employee_number"]), "write")
    return profiles.set_attendance(session, actor, held, _new_attendance(values), clock).id


def _update_attendance(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = profiles.attendance(session, actor, row_id, "write")
    held = employments.locked(session, row.employment_id)
    profiles.set_attendance(session, actor, held, _new_attendance({**values, "month": row.month}), clock)


def _load_attendance(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = profiles.attendance(session, actor, row_id, "read")
    held = employments.locked(session, row.employment_id)
    found: dict[str, Value] = {
        "employee_number": employments.number_for(session, held), "month": row.month,
        "unpaid_days": Decimal(row.unpaid_days), "sick_days": Decimal(row.sick_days), "held_days": row.held_days,
        "bonus_way": row.bonus_way, "wins": row.wins,
    }  # fmt: skip
    found.update(
        {name: Decimal(row.minutes[kind]) / 60 if kind in row.minutes else None for kind, name in HOURS.items()}
    )
    found.update({name: Decimal(row.counts[code]) if code in row.counts else None for code, name in COUNTS.items()})
    found.update({name: _fen(row.amounts[name]) if name in row.amounts else None for name in AMOUNTS})
    return found


def _find_attendance(
    session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]
) -> Mapping[tuple[Value, ...], str]:
    held = employments.of_numbers(
        session, actor, sorted({str(key[0]).strip().upper() for key in keys}), "payroll", "read"
    )
    months = {bounds(day)[0] for _, day in keys if isinstance(day, date)}
    rows = session.scalars(select(PayAttendance).where(PayAttendance.month.in_(months)))
    by_key = {(row.employment_id, row.month): row.id for row in rows}
    found: dict[tuple[Value, ...], str] = {}
    for key in keys:
        number, day = key
        if isinstance(day, date):
            row_id = by_key.get((held.get(str(number).strip().upper(), ""), bounds(day)[0]))
            if row_id is not None:
                found[key] = row_id
    return found


PAY_ATTENDANCE = ListSpec(
    name="pay_attendance",
    title=msg("Attendance for pay"),
    about=msg("What a month's pay takes from attendance, by form or sheet. A correction after closing is paid as an "
              "adjustment."),
    thing=msg("attendance"),
    empty=msg("No attendance for pay yet."),
    field_class="payroll",
    rows=lambda: _of_persons(PayAttendance),
    key=PayAttendance.id,
    place=Place(PayAttendance.department_id, PayAttendance.legal_entity_id, PayAttendance.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(PayAttendance.person_id, PayAttendance.legal_entity_id), searched=True,
               under="name"),
        Column("month", msg("Month"), "month", PayAttendance.month, filters=True),
        Column("unpaid_days", msg("Days of unpaid leave"), "text", PayAttendance.unpaid_days),
        Column("sick_days", msg("Days of sick leave"), "text", PayAttendance.sick_days, field_class="health"),
        Column("held_days", msg("Abnormal days that wait for a person"), "whole", PayAttendance.held_days,
               filters=True, tones={"*": "look"}),
    ),
    form=FormSpec(
        ATTENDANCE, _create_attendance, ("payroll", "write"), _update_attendance, _load_attendance,
        key=("employee_number", "month"), find=_find_attendance,
    ),
)  # fmt: skip
