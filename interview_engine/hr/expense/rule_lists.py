"""The lists of what finance enters: kinds with limits, per diems, budgets, buyers, months that are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.expense import budgets, company
from interview_engine.hr.expense.company import NewKind, NewPerDiem
from interview_engine.hr.expense.kinds import SHIPPED, WORDS
from interview_engine.hr.expense.lists import COMPANY, kind_column, yuan
from interview_engine.hr.expense.tables import (
    ExpenseBudget,
    ExpenseBuyer,
    ExpenseEntry,
    ExpenseKind,
    ExpensePerDiem,
    ExpensePeriod,
)
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import company_called
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store.money import to_fen
from interview_engine.store.rows import find

WRITES = ("payroll", "write")
AMOUNT = Field("amount", msg("Amount in yuan"), "money", required=True, low=Decimal(0), also=("金额", "标准", "预算"))
_COMPANY_COLUMN = Column("company", msg("Company"), "text", LegalEntity.name, filters=True)

Owned = type[ExpenseKind] | type[ExpensePerDiem] | type[ExpenseBuyer] | type[ExpensePeriod]


def _rows(table: Owned) -> Select[Any]:
    return select(table.id).select_from(table).join(LegalEntity, LegalEntity.id == table.legal_entity_id)


def _fen(amount: Decimal | None) -> int | None:
    return None if amount is None else to_fen(amount)


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None


def _owner(session: Session, values: Mapping[str, Value]) -> str:
    return company_called(session, str(values["company"])).id


def _company_of(session: Session, row_id: str) -> str:
    return session.get_one(LegalEntity, row_id).name


# Kinds ------------------------------------------------------------------------------------------------------------

KIND_FIELDS = (
    COMPANY,
    Field("kind", msg("Kind of expense"), "choice", choices=SHIPPED, also=("费用类型", "类别"),
          help=msg("Left empty: a kind of the company's own, with a name.")),
    Field("name_zh", msg("Name in Chinese"), most=40, also=("名称",)),
    Field("name_en", msg("Name in English"), most=40),
    Field("most", msg("Limit of one line in yuan"), "money", low=Decimal(0), also=("限额",)),
    Field("without", msg("Needs no invoice"), "flag"),
    Field("closed", msg("Cannot be chosen any more"), "flag"),
)  # fmt: skip


def _new_kind(values: Mapping[str, Value]) -> NewKind:
    most = None if values.get("most") is None else yuan(values["most"])
    return NewKind(
        str(values.get("kind") or ""), str(values.get("name_zh") or ""), str(values.get("name_en") or ""), most,
        not values.get("without"), bool(values.get("closed")),
    )  # fmt: skip


def _create_kind(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    owner = _owner(session, values)
    return company.set_kind(session, actor, owner, _new_kind(values), clock).id


def _update_kind(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    owner = _owner(session, values)
    company.set_kind(session, actor, owner, _new_kind(values), clock, row_id)


def _load_kind(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = find(session, ExpenseKind, row_id)
    if row is None:
        raise missing("expense_kind", msg("kind of expense"))
    check_row(session, actor, "public", "read", legal_entity_id=row.legal_entity_id)
    return {
        "company": _company_of(session, row.legal_entity_id), "kind": row.code if row.code in SHIPPED else None,
        "name_zh": row.name_zh, "name_en": row.name_en, "most": _fen(row.most), "without": not row.needs_invoice,
        "closed": row.closed,
    }  # fmt: skip


EXPENSE_KINDS = ListSpec(
    name="expense_kinds",
    title=msg("Kinds of expense"),
    about=msg("Limits of the kinds that ship, and kinds of the company's own. Without a row a kind has no limit."),
    thing=msg("kind of expense"),
    empty=msg("No limits yet: every kind that ships can be chosen, and needs an invoice."),
    field_class="public",
    rows=lambda: _rows(ExpenseKind),
    key=ExpenseKind.id,
    place=Place(legal_entity=ExpenseKind.legal_entity_id),
    columns=(
        Column("kind", msg("Kind of expense"), "choice", func.coalesce(func.nullif(ExpenseKind.name_zh, ""),
               ExpenseKind.code), choices=WORDS, filters=True, opens=True),
        _COMPANY_COLUMN,
        Column("most", msg("Limit of one line"), "money", ExpenseKind.most),
        Column("needs_invoice", msg("Needs an invoice"), "flag", ExpenseKind.needs_invoice, filters=True),
        Column("closed", msg("Cannot be chosen any more"), "flag", ExpenseKind.closed, filters=True),
    ),
    form=FormSpec(KIND_FIELDS, _create_kind, WRITES, _update_kind, _load_kind),
)  # fmt: skip


# Per diems --------------------------------------------------------------------------------------------------------

PER_DIEM_FIELDS = (
    COMPANY,
    Field("city_class", msg("Class of cities"), required=True, most=40, also=("城市类别", "地区类别")),
    Field("cities", msg("Its cities"), "area", most=500, also=("城市",)),
    Field("level", msg("Level"), "whole", low=Decimal(0), high=Decimal(99), also=("职级", "级别"),
          help=msg("Left empty: every level without a row of its own.")),
    Field("first_day", msg("From day"), "day", required=True, also=("开始日期", "生效日期")),
    Field("last_day", msg("To day"), "day", also=("结束日期", "失效日期")),
    AMOUNT,
    Field("source", msg("Title and number of the document"), required=True, most=300, also=("依据", "文件", "来源")),
)  # fmt: skip
PER_DIEM_KEY = ("company", "city_class", "level", "first_day")


def _create_per_diem(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    level, first = values.get("level"), _day(values["first_day"])
    assert first is not None
    new = NewPerDiem(
        str(values["city_class"]), str(values.get("cities") or ""), None if level is None else int(str(level)), first,
        _day(values.get("last_day")), yuan(values["amount"]), str(values["source"]),
    )  # fmt: skip
    owner = _owner(session, values)
    return company.set_per_diem(session, actor, owner, new, clock).id


def _update_per_diem(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    if _create_per_diem(session, actor, values, clock) != row_id:
        raise invalid("first_day", "expense.new_row", msg("Class, level and first day tell rows apart."),
                      msg("Add a row for another class, level or day."))  # fmt: skip


def _load_per_diem(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = find(session, ExpensePerDiem, row_id)
    if row is None:
        raise missing("expense_per_diem", msg("per diem"))
    check_row(session, actor, "public", "read", legal_entity_id=row.legal_entity_id)
    return {
        "company": _company_of(session, row.legal_entity_id), "city_class": row.city_class, "cities": row.cities,
        "level": row.level, "first_day": row.first_day, "last_day": row.last_day, "amount": _fen(row.amount),
        "source": row.source,
    }  # fmt: skip


def _find_per_diems(session: Session, _: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    rows = session.execute(
        select(LegalEntity.name, ExpensePerDiem.city_class, ExpensePerDiem.level, ExpensePerDiem.first_day,
               ExpensePerDiem.id)
        .join(LegalEntity, LegalEntity.id == ExpensePerDiem.legal_entity_id)
        .where(ExpensePerDiem.city_class.in_({str(key[1]) for key in keys}))
    ).tuples()  # fmt: skip
    there: dict[tuple[Value, ...], str] = {tuple(row[:4]): row[4] for row in rows}
    return {key: there[key] for key in keys if key in there}


PER_DIEMS = ListSpec(
    name="expense_per_diems",
    title=msg("Per diems"),
    about=msg("What a day away is paid, by class of cities and level, with the document that says so. None ships."),
    thing=msg("per diem"),
    empty=msg("No rule yet: enter the company's own, or import its table."),
    field_class="public",
    rows=lambda: _rows(ExpensePerDiem),
    key=ExpensePerDiem.id,
    place=Place(legal_entity=ExpensePerDiem.legal_entity_id),
    columns=(
        Column("city_class", msg("Class of cities"), "text", ExpensePerDiem.city_class, searched=True, opens=True),
        Column("cities", msg("Its cities"), "text", ExpensePerDiem.cities, searched=True, under="city_class"),
        _COMPANY_COLUMN,
        Column("level", msg("Level"), "whole", ExpensePerDiem.level, filters=True),
        Column("amount", msg("A day in yuan"), "money", ExpensePerDiem.amount),
        Column("first_day", msg("From day"), "day", ExpensePerDiem.first_day),
        Column("last_day", msg("To day"), "day", ExpensePerDiem.last_day),
        Column("source", msg("Title and number of the document"), "text", ExpensePerDiem.source, searched=True),
    ),
    form=FormSpec(PER_DIEM_FIELDS, _create_per_diem, WRITES, _update_per_diem, _load_per_diem, key=PER_DIEM_KEY,
                  find=_find_per_diems),
)  # fmt: skip


# Budgets ----------------------------------------------------------------------------------------------------------

BUDGET_FIELDS = (
    COMPANY,
    Field("department", msg("Department"), required=True, most=120, also=("部门",)),
    Field("month", msg("Month"), "month", required=True, also=("月份",)),
    Field("kind", msg("Kind of expense"), "choice", choices=SHIPPED, help=msg("Left empty: all kinds together."),
          also=("费用类型", "类别")),
    AMOUNT,
)  # fmt: skip


def _create_budget(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    owner, month = _owner(session, values), _day(values["month"])
    assert month is not None
    found = session.scalars(
        select(Department.id).where(Department.legal_entity_id == owner, Department.name == str(values["department"]))
    ).all()
    if len(found) != 1:
        raise invalid("department", "expense.department", msg("The company has no one department of this name."),
                      msg("Write it as the list of departments has it."))  # fmt: skip
    kind = str(values.get("kind") or "")
    return budgets.set_budget(session, actor, found[0], month, kind, yuan(values["amount"]), clock).id


def _update_budget(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    if _create_budget(session, actor, values, clock) != row_id:
        raise invalid("month", "expense.new_row", msg("Department, month and kind tell rows apart."),
                      msg("Add a row for another department, month or kind."))  # fmt: skip


def _load_budget(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = find(session, ExpenseBudget, row_id)
    if row is None:
        raise missing("expense_budget", msg("budget"))
    check_row(session, actor, "contact", "read", department_id=row.department_id, legal_entity_id=row.legal_entity_id)
    return {
        "company": _company_of(session, row.legal_entity_id), "month": row.month, "kind": row.kind or None,
        "department": session.get_one(Department, row.department_id).name, "amount": _fen(row.amount),
    }  # fmt: skip


def _find_budgets(session: Session, _: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    rows = session.execute(
        select(LegalEntity.name, Department.name, ExpenseBudget.month, ExpenseBudget.kind, ExpenseBudget.id)
        .join(LegalEntity, LegalEntity.id == ExpenseBudget.legal_entity_id)
        .join(Department, Department.id == ExpenseBudget.department_id)
        .where(ExpenseBudget.month.in_({day for key in keys if (day := _day(key[2])) is not None}))
    ).tuples()
    there: dict[tuple[Value, ...], str] = {(row[0], row[1], row[2], row[3] or None): row[4] for row in rows}
    return {key: there[key] for key in keys if key in there}


def _spent() -> Any:
    """What the month's entries of the budget's kinds come to."""
    return (
        select(func.coalesce(func.sum(ExpenseEntry.amount), 0))
        .where(
            ExpenseEntry.department_id == ExpenseBudget.department_id, ExpenseEntry.month == ExpenseBudget.month,
            (ExpenseBudget.kind == "") | (ExpenseEntry.kind == ExpenseBudget.kind),
        )
        .correlate(ExpenseBudget)
        .scalar_subquery()
    )  # fmt: skip


EXPENSE_BUDGETS = ListSpec(
    name="expense_budgets",
    title=msg("Budgets of expenses"),
    about=msg("What a department may spend in a month. Claims show what is left; more is marked, not refused."),
    thing=msg("budget"),
    empty=msg("No budget yet: enter one, or import the year's table."),
    field_class="contact",
    rows=lambda: select(ExpenseBudget.id).select_from(ExpenseBudget)
    .join(LegalEntity, LegalEntity.id == ExpenseBudget.legal_entity_id)
    .join(Department, Department.id == ExpenseBudget.department_id),
    key=ExpenseBudget.id,
    place=Place(ExpenseBudget.department_id, ExpenseBudget.legal_entity_id),
    columns=(
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, opens=True),
        _COMPANY_COLUMN,
        Column("month", msg("Month"), "month", ExpenseBudget.month, filters=True),
        Column("kind", msg("Kind of expense"), "choice", kind_column(ExpenseBudget.kind), choices=WORDS, filters=True),
        Column("amount", msg("Budget"), "money", ExpenseBudget.amount),
        Column("spent", msg("Spent"), "money", _spent()),
    ),
    form=FormSpec(BUDGET_FIELDS, _create_budget, WRITES, _update_budget, _load_budget,
                  key=("company", "department", "month", "kind"), find=_find_budgets),
)  # fmt: skip


# Buyers and months ------------------------------------------------------------------------------------------------


def _create_buyer(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    owner = _owner(session, values)
    return company.set_buyer(session, actor, owner, str(values["buyer"]), str(values["tax_number"]), clock).id


EXPENSE_BUYERS = ListSpec(
    name="expense_buyers",
    title=msg("Whom invoices are made out to"),
    about=msg("The company's name and tax number as invoices must have them; every invoice is compared with these."),
    thing=msg("buyer"),
    empty=msg("Nothing is entered: invoices are compared with the company's name alone, not with its tax number."),
    field_class="public",
    rows=lambda: _rows(ExpenseBuyer),
    key=ExpenseBuyer.id,
    place=Place(legal_entity=ExpenseBuyer.legal_entity_id),
    columns=(
        Column("buyer", msg("Name on invoices"), "text", ExpenseBuyer.name, searched=True),
        Column("tax_number", msg("Tax number"), "text", ExpenseBuyer.tax_number, searched=True),
        _COMPANY_COLUMN,
    ),
    form=FormSpec(
        (COMPANY, Field("buyer", msg("Name on invoices"), required=True, most=200),
         Field("tax_number", msg("Tax number"), required=True, most=30)),
        _create_buyer, WRITES,
    ),
    href=lambda _, __, ___: "",
)  # fmt: skip


def _close(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    month = _day(values["month"])
    assert month is not None
    owner = _owner(session, values)
    return budgets.close_month(session, actor, owner, month, clock).id


EXPENSE_PERIODS = ListSpec(
    name="expense_periods",
    title=msg("Closed months of expenses"),
    about=msg("What is approved or cancelled after its month was closed counts in the next open one."),
    thing=msg("closed month"),
    empty=msg("No month is closed."),
    field_class="payroll",
    rows=lambda: _rows(ExpensePeriod),
    key=ExpensePeriod.id,
    place=Place(legal_entity=ExpensePeriod.legal_entity_id),
    columns=(
        Column("month", msg("Month"), "month", ExpensePeriod.month, filters=True),
        _COMPANY_COLUMN,
        Column("closed_at", msg("Closed at"), "moment", ExpensePeriod.closed_at),
    ),
    form=FormSpec((COMPANY, Field("month", msg("Month"), "month", required=True)), _close, WRITES),
    href=lambda _, __, ___: "",
)  # fmt: skip
