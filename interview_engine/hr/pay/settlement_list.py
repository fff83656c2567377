"""What payroll says about a leaver's last pay where the facts of leaving leave something open: list, form and sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.pay import profiles
from interview_engine.hr.pay.tables import PaySettlement
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

SEVERANCE: Mapping[str, Text] = {
    "facts": msg("as the grounds of leaving say"),
    "no": msg("not due"),
    "yes": msg("due"),
    "twice": msg("due twice: the termination was unlawful"),
}
_NONE = Decimal(0)
_EMPTY = msg("Empty: as leaving has handed it over.")
FIELDS = (
    Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
          also=("工号", "员工编号", "人员编号")),
    Field("severance", msg("Severance"), "choice", choices=SEVERANCE, also=("经济补偿",)),
    Field("severance_months", msg("Months of severance"), "number", low=_NONE, high=Decimal(60), help=_EMPTY,
          also=("补偿月数",)),
    Field("notice_months", msg("Months of pay in place of notice"), "number", low=_NONE, high=Decimal(12), help=_EMPTY,
          also=("代通知金月数",)),
    Field("leave_days", msg("Unused days of annual leave"), "number", low=_NONE, high=Decimal(100), help=_EMPTY,
          also=("未休年假天数",)),
    Field("work_years", msg("Years of work with all employers"), "whole", low=_NONE, high=Decimal(70),
          help=msg("With it, the law gives the days of leave of the year up to the last day."), also=("累计工作年限",)),
    Field("leave_taken", msg("Days of annual leave taken this year"), "number", low=_NONE, high=Decimal(100),
          also=("本年已休年假",)),
    Field("leave_declined", msg("Declined the leave in writing, for reasons of their own"), "flag"),
    Field("average", msg("Average monthly pay of the twelve months before, in yuan"), "money", low=_NONE,
          help=msg("Only where not all of them were paid here."), also=("前十二个月平均工资",)),
    Field("lost_assets", msg("Owed for lost things in yuan"), "money", low=_NONE,
          help=msg("At most a fifth of the month's wage is set off, and the minimum wage is left."),
          also=("物品赔偿",)),
    Field("advances", msg("Advances not settled, in yuan"), "money", low=_NONE, also=("未结借款", "预支款")),
)  # fmt: skip
_TEXTS = ("severance_months", "notice_months", "leave_days", "leave_taken")
_MONEY = ("average", "lost_assets", "advances")


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    held = profiles.employment_for(session, actor, str(values["employee_number"]), "write")
    return _say(session, actor, held, values, clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = _row(session, row_id)
    held = find(session, Employment, row.employment_id, lock=True)
    assert held is not None
    _say(session, actor, held, values, clock)


def _say(
    session: Session, actor: Actor, held: Employment, values: Mapping[str, Value], clock: Clock
) -> PaySettlement:  # fmt: skip
    """Say it; the same again changes nothing. Needs "payroll" write.

    Raises:
        PermissionDenied. ConflictError: `pay.not_leaving`. InvalidInput: `pay.leave_twice`.
    """
    profiles.check_pay(session, actor, held, "write")
    if held.last_day is None:
        raise conflict(
            "pay.not_leaving",
            msg("No last day of work is known of this person."),
            msg("Enter the leaving first, then its settlement."),
        )
    if values["leave_days"] is not None and values["work_years"] is not None:
        raise invalid(
            "leave_days",
            "pay.leave_twice",
            msg("The days of leave are given twice: as days, and by the years of work."),
            msg("Keep one of the two."),
        )
    new: dict[str, Any] = {name: _text(values[name]) for name in _TEXTS}
    new |= {name: None if (found := values[name]) is None else Decimal(str(found)).scaleb(-2) for name in _MONEY}
    years = values["work_years"]
    new |= {
        "severance": str(values["severance"] or "facts"),
        "work_years": None if years is None else int(str(years)),
        "leave_declined": bool(values["leave_declined"]),
    }
    row = session.scalars(
        select(PaySettlement).where(PaySettlement.employment_id == held.id).with_for_update()
    ).one_or_none()
    if row is None:
        row = PaySettlement(
            **stamp(actor.id, clock), employment_id=held.id, person_id=held.person_id,
            legal_entity_id=held.legal_entity_id, department_id=held.department_id, **new,
        )  # fmt: skip
        session.add(row)
    elif all(getattr(row, name) == value for name, value in new.items()):
        return row
    else:
        for name, value in new.items():
            setattr(row, name, value)
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "pay_settlement.set", f"pay_settlement:{row.id}", {}, clock)
    return row


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = _row(session, row_id)
    held = find(session, Employment, row.employment_id)
    assert held is not None
    profiles.check_pay(session, actor, held, "read")
    found: dict[str, Value] = {
        "employee_number": employments.number_for(session, held), "severance": row.severance,
        "work_years": row.work_years, "leave_declined": row.leave_declined,
    }  # fmt: skip
    found |= {name: None if (text := getattr(row, name)) is None else Decimal(text) for name in _TEXTS}
    found |= {name: None if (sum_ := getattr(row, name)) is None else int(sum_ * 100) for name in _MONEY}
    return found


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    numbers = {key: str(key[0]).strip().upper() for key in keys}
    held = employments.of_numbers(session, actor, sorted(set(numbers.values())), "payroll", "read")
    by_employment: dict[str, str] = {}
    for part in employments.parts(sorted(set(held.values()))):
        rows = session.execute(
            select(PaySettlement.employment_id, PaySettlement.id).where(PaySettlement.employment_id.in_(part))
        ).tuples()
        by_employment.update(rows.all())
    return {
        key: by_employment[held[number]]
        for key, number in numbers.items()
        if number in held and held[number] in by_employment
    }


def _row(session: Session, row_id: str) -> PaySettlement:
    row = find(session, PaySettlement, row_id)
    if row is None:
        raise missing("pay_settlement", msg("settlement"))
    return row


def _text(value: Value) -> str | None:
    return None if value is None else f"{Decimal(str(value)).normalize():f}"


def _rows() -> Select[Any]:
    return (
        select(PaySettlement.id)
        .select_from(PaySettlement)
        .join(Employment, Employment.id == PaySettlement.employment_id)
        .join(Person, Person.id == PaySettlement.person_id)
    )


PAY_SETTLEMENTS = ListSpec(
    name="pay_settlements",
    title=msg("Last pay of leavers"),
    about=msg("What payroll decides where leaving leaves it open: severance, notice, unused leave, what is owed. The "
              "facts stand on the page of the leaving; the run pays a settlement once it was handed over, and once."),
    thing=msg("settlement"),
    empty=msg("Nothing was decided yet. What leaving hands over is paid without it."),
    field_class="payroll",
    rows=_rows,
    key=PaySettlement.id,
    place=Place(Employment.department_id, PaySettlement.legal_entity_id, PaySettlement.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(PaySettlement.person_id, PaySettlement.legal_entity_id), searched=True,
               under="name"),
        Column("last_day", msg("Last day of work"), "day", Employment.last_day, filters=True),
        Column("severance", msg("Severance"), "choice", PaySettlement.severance, choices=SEVERANCE, filters=True,
               counts=True),
        Column("severance_months", msg("Months of severance"), "text", PaySettlement.severance_months),
        Column("notice_months", msg("Months of pay in place of notice"), "text", PaySettlement.notice_months),
        Column("leave_days", msg("Unused days of annual leave"), "text", PaySettlement.leave_days),
        Column("average", msg("Average monthly pay of the twelve months before, in yuan"), "money",
               PaySettlement.average, shown=False),
        Column("lost_assets", msg("Owed for lost things in yuan"), "money", PaySettlement.lost_assets),
        Column("advances", msg("Advances not settled, in yuan"), "money", PaySettlement.advances),
    ),
    form=FormSpec(
        FIELDS, _create, ("payroll", "write"), _update, _load, key=("employee_number",), find=_find
    ),
)  # fmt: skip
