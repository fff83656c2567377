"""The list of months as another system paid them, with its form and sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.months import bounds
from interview_engine.hr.pay import old_months as sheet
from interview_engine.hr.pay import profiles, words
from interview_engine.hr.pay.tables import PayOldMonth
from interview_engine.hr.people.tables import Department, Person
from interview_engine.i18n import msg
from interview_engine.store.money import from_fen, to_fen

HEADS: Mapping[str, tuple[str, ...]] = {
    "base": ("基本工资", "月薪", "岗位工资"), "unpaid_leave": ("事假扣款", "缺勤扣款"), "sick_leave": ("病假扣款",),
    "overtime": ("加班费", "加班工资"), "overtime_workday": ("平日加班费", "工作日加班费"),
    "overtime_restday": ("周末加班费", "休息日加班费"), "overtime_statutory": ("节假日加班费", "法定节假日加班费"),
    "commission": ("提成", "业绩提成"), "addition": ("其他应发", "补发"), "bonus": ("年终奖", "全年一次性奖金"),
    "social": ("社保个人", "社保个人合计", "代扣社保"), "pension": ("养老保险个人", "养老个人", "养老保险"),
    "medical": ("医疗保险个人", "医疗个人", "医疗保险"), "unemployment": ("失业保险个人", "失业个人", "失业保险"),
    "fund": ("公积金个人", "住房公积金", "代扣公积金", "公积金"), "tax": ("个税", "代扣个税", "个人所得税"),
    "damage": ("赔偿扣款",), "deduction": ("其他扣款", "代扣其他"), "severance": ("经济补偿金",),
    "leave_payout": ("未休年假工资",), "gross": ("应发合计", "应发工资", "税前工资"),
    "own": ("代扣合计", "五险一金个人", "社保公积金个人合计"), "net": ("实发合计", "实发工资", "实发"),
    "employer": ("公司承担", "单位缴纳合计"),
}  # fmt: skip
"""What sheets of other systems call their columns."""
FIELDS = (
    Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
          also=("工号", "员工编号", "人员编号")),
    Field("month", msg("Month"), "month", required=True, help=msg("Year and month, like 2026-09."),
          also=("月份", "所属月份", "工资月份")),
    *(Field(name, words.column_word(name), "money", also=HEADS.get(name, ())) for name in sheet.ALL),
)  # fmt: skip


def _amounts(values: Mapping[str, Value]) -> dict[str, Decimal]:
    return {name: from_fen(int(str(found))) for name in sheet.ALL if (found := values[name]) is not None}


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    held = profiles.employment_for(session, actor, str(values["employee_number"]), "write")
    month = values["month"]
    assert isinstance(month, date)
    return sheet.set_month(session, actor, held, month, _amounts(values), clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row, held = sheet.get(session, actor, row_id, "write")
    sheet.set_month(session, actor, held, row.month, _amounts(values), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row, held = sheet.get(session, actor, row_id, "read")
    found: dict[str, Value] = {"employee_number": employments.number_for(session, held), "month": row.month}
    found.update({
        name: to_fen(Decimal(row.amounts[name])) if name in row.amounts else None for name in sheet.ALL
    })  # fmt: skip
    return found


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    held = employments.of_numbers(
        session, actor, sorted({str(key[0]).strip().upper() for key in keys}), "payroll", "read"
    )
    months = {bounds(day)[0] for _, day in keys if isinstance(day, date)}
    rows = session.execute(
        select(PayOldMonth.employment_id, PayOldMonth.month, PayOldMonth.id).where(PayOldMonth.month.in_(months))
    ).tuples()
    known = {(employment_id, month): row_id for employment_id, month, row_id in rows}
    found: dict[tuple[Value, ...], str] = {}
    for key in keys:
        number, day = key
        if isinstance(day, date):
            row_id = known.get((held.get(str(number).strip().upper(), ""), bounds(day)[0]))
            if row_id is not None:
                found[key] = row_id
    return found


def _rows() -> Select[Any]:
    return (
        select(PayOldMonth.id)
        .select_from(PayOldMonth)
        .join(Person, Person.id == PayOldMonth.person_id)
        .join(Department, Department.id == PayOldMonth.department_id)
    )


def _amount(name: str) -> Any:
    """Fen of an amount that is kept as a text with two places; nothing where the sheet said nothing."""
    return cast(func.replace(PayOldMonth.amounts[name].as_string(), ".", ""), BigInteger)


PAY_OLD_MONTHS = ListSpec(
    name="pay_old_months",
    title=msg("Pay of the other system"),
    about=msg("What another system paid, month by month: a run is compared with it line by line."),
    thing=msg("month of the other system"),
    empty=msg("Nothing yet: import the sheet of the other system, with employee numbers."),
    field_class="payroll",
    rows=_rows,
    key=PayOldMonth.id,
    place=Place(PayOldMonth.department_id, PayOldMonth.legal_entity_id, PayOldMonth.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(PayOldMonth.person_id, PayOldMonth.legal_entity_id), searched=True,
               under="name"),
        Column("month", msg("Month"), "month", PayOldMonth.month, filters=True),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        *(Column(name, words.column_word(name), "money", _amount(name)) for name in ("gross", "own", "tax", "net")),
    ),
    form=FormSpec(
        FIELDS, _create, ("payroll", "write"), _update, _load, key=("employee_number", "month"), find=_find
    ),
)  # fmt: skip
