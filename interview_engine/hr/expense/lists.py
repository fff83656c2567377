"""The lists of claims, their lines, advances and their entries, and payment lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.expense import advances, claims, payouts
from interview_engine.hr.expense.kinds import WORDS
from interview_engine.hr.expense.tables import (
    AdvanceEntry,
    ExpenseAdvance,
    ExpenseClaim,
    ExpenseKind,
    ExpenseLine,
    ExpensePayout,
)
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import company_called
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.i18n import msg
from interview_engine.store.money import from_fen

COMPANY = Field("company", msg("Company"), required=True, most=120, also=("公司", "单位"))


def kind_column(code: Any) -> Any:
    """The kind; of a company's own what the company calls it."""
    called = select(func.max(ExpenseKind.name_zh)).where(ExpenseKind.code == code, ExpenseKind.code.like("own%"))
    return func.coalesce(called.scalar_subquery(), code)


def yuan(value: Value) -> Decimal:
    """A money field in yuan; 0 for nothing."""
    return from_fen(int(str(value or 0)))


def _who(person: Any, company_id: Any) -> tuple[Column, Column]:
    return (
        Column("name", msg("Name"), "text", Person.name, searched=True),
        Column("employee_number", msg("Employee number"), "text", employments.number_column(person, company_id),
               searched=True, under="name"),
    )  # fmt: skip


def _claims() -> Select[Any]:
    return (
        select(ExpenseClaim.id)
        .select_from(ExpenseClaim)
        .join(Person, Person.id == ExpenseClaim.person_id)
        .join(Department, Department.id == ExpenseClaim.department_id)
        .where(ExpenseClaim.state != "draft")
    )


EXPENSE_CLAIMS = ListSpec(
    name="expense_claims",
    title=msg("Expense claims"),
    about=msg("What people have asked to be paid back, with what became of it. Drafts are theirs alone."),
    thing=msg("claim"),
    empty=msg("Nobody has sent a claim yet. People send them on the phone."),
    field_class="contact",
    rows=_claims,
    key=ExpenseClaim.id,
    place=Place(ExpenseClaim.department_id, ExpenseClaim.legal_entity_id, ExpenseClaim.person_id),
    columns=(
        Column("claim_number", msg("Claim number"), "text", ExpenseClaim.number, searched=True, opens=True),
        *_who(ExpenseClaim.person_id, ExpenseClaim.legal_entity_id),
        Column("purpose", msg("Purpose"), "text", ExpenseClaim.purpose, searched=True),
        Column("project", msg("Project"), "text", ExpenseClaim.project, searched=True, filters=True, under="purpose"),
        Column("total", msg("Sum"), "money", ExpenseClaim.total, filters=True),
        Column("settled", msg("Settled with advances"), "money", ExpenseClaim.settled, shown=False),
        Column("payable", msg("To be paid out"), "money", ExpenseClaim.payable),
        Column("state", msg("State"), "choice", ExpenseClaim.state, choices=claims.STATES, filters=True, counts=True,
               tones={"pending": "look"}),
        Column("month", msg("Counts in"), "month", ExpenseClaim.month, filters=True),
        Column("paid_on", msg("Paid on"), "day", ExpenseClaim.paid_on, filters=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, shown=False),
    ),
    href=lambda _, row_id, __: f"/console/expense-claims/{row_id}",
)  # fmt: skip


def _lines() -> Select[Any]:
    return (
        select(ExpenseLine.id)
        .select_from(ExpenseLine)
        .join(ExpenseClaim, ExpenseClaim.id == ExpenseLine.claim_id)
        .join(Person, Person.id == ExpenseLine.person_id)
        .where(ExpenseClaim.state != "draft")
    )


EXPENSE_LINES = ListSpec(
    name="expense_lines",
    title=msg("Lines of claims"),
    about=msg("Every invoice and per diem of every claim that was sent."),
    thing=msg("line"),
    empty=msg("Nobody has sent a claim yet. People send them on the phone."),
    field_class="contact",
    rows=_lines,
    key=ExpenseLine.id,
    place=Place(ExpenseClaim.department_id, ExpenseClaim.legal_entity_id, ExpenseClaim.person_id),
    columns=(
        Column("invoice_number", msg("Invoice number"), "text", ExpenseLine.invoice_number, searched=True),
        Column("invoice_code", msg("Invoice code"), "text", ExpenseLine.invoice_code, searched=True,
               under="invoice_number"),
        *_who(ExpenseClaim.person_id, ExpenseClaim.legal_entity_id),
        Column("claim_number", msg("Claim number"), "text", ExpenseClaim.number, searched=True, opens=True),
        Column("state", msg("State"), "choice", ExpenseClaim.state, choices=claims.STATES, filters=True, counts=True),
        Column("kind", msg("Kind of expense"), "choice", kind_column(ExpenseLine.kind), choices=WORDS, filters=True,
               counts=True),
        Column("day", msg("Date", context="expense"), "day", ExpenseLine.day, filters=True),
        Column("net", msg("Amount without tax"), "money", ExpenseLine.net, shown=False),
        Column("tax", msg("Tax"), "money", ExpenseLine.tax),
        Column("total", msg("Total"), "money", ExpenseLine.total, filters=True),
        Column("seller", msg("Seller"), "text", ExpenseLine.seller, searched=True),
        Column("seller_tax", msg("Seller's tax number"), "text", ExpenseLine.seller_tax, searched=True, shown=False),
        Column("currency", msg("Currency"), "text", ExpenseLine.currency, filters=True, shown=False),
        Column("foreign_amount", msg("Amount in the currency"), "text", ExpenseLine.foreign_amount, shown=False),
        Column("rate", msg("Rate in yuan"), "text", ExpenseLine.rate, shown=False),
        Column("note", msg("Note"), "text", ExpenseLine.note, shown=False),
    ),
    href=lambda _, __, ___: "",
)  # fmt: skip


# Advances ---------------------------------------------------------------------------------------------------------

RETURN = (
    Field("amount", msg("Amount returned in yuan"), "money", required=True, low=Decimal("0.01")),
    Field("day", msg("Returned on"), "day", required=True),
    Field("note", msg("Note"), most=200),
)


def _give_back(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    day = values["day"]
    assert isinstance(day, date)
    advances.give_back(session, actor, row_id, yuan(values["amount"]), day, str(values.get("note") or ""), clock)


def _advances() -> Select[Any]:
    return (
        select(ExpenseAdvance.id)
        .select_from(ExpenseAdvance)
        .join(Person, Person.id == ExpenseAdvance.person_id)
        .join(Department, Department.id == ExpenseAdvance.department_id)
    )


EXPENSE_ADVANCES = ListSpec(
    name="expense_advances",
    title=msg("Advances"),
    about=msg("What people have of the company's money, and what of it is neither settled nor returned."),
    thing=msg("advance"),
    empty=msg("No advance has been approved yet."),
    field_class="contact",
    rows=_advances,
    key=ExpenseAdvance.id,
    place=Place(ExpenseAdvance.department_id, ExpenseAdvance.legal_entity_id, ExpenseAdvance.person_id),
    columns=(
        Column("advance_number", msg("Number of the advance"), "text", ExpenseAdvance.number, searched=True),
        *_who(ExpenseAdvance.person_id, ExpenseAdvance.legal_entity_id),
        Column("purpose", msg("Purpose"), "text", ExpenseAdvance.purpose, searched=True),
        Column("amount", msg("Amount"), "money", ExpenseAdvance.amount, filters=True),
        Column("open", msg("Not settled"), "money", ExpenseAdvance.open, filters=True, tones={"*": "look"}),
        Column("state", msg("State"), "choice", ExpenseAdvance.state, choices=advances.STATES, filters=True,
               counts=True),
        Column("origin", msg("Where it is from"), "choice", ExpenseAdvance.origin, choices=advances.ORIGINS,
               filters=True, shown=False),
        Column("paid_on", msg("Paid on"), "day", ExpenseAdvance.paid_on, filters=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, shown=False),
    ),
    bulk=(
        Bulk("returned", msg("Write down a return"), ("payroll", "write"), _give_back,
             msg("{count} returns were written down."), fields=RETURN),
    ),
    href=lambda _, __, ___: "",
)  # fmt: skip


def _entries() -> Select[Any]:
    return (
        select(AdvanceEntry.id)
        .select_from(AdvanceEntry)
        .join(ExpenseAdvance, ExpenseAdvance.id == AdvanceEntry.advance_id)
        .join(Person, Person.id == AdvanceEntry.person_id)
    )


ADVANCE_ENTRIES = ListSpec(
    name="expense_advance_entries",
    title=msg("Ledger of advances"),
    about=msg("Every entry, the newest first; none is ever changed. What is open is their sum."),
    thing=msg("entry"),
    empty=msg("Nothing has been entered yet."),
    field_class="contact",
    rows=_entries,
    key=AdvanceEntry.id,
    place=Place(ExpenseAdvance.department_id, ExpenseAdvance.legal_entity_id, ExpenseAdvance.person_id),
    columns=(
        Column("advance_number", msg("Number of the advance"), "text", ExpenseAdvance.number, searched=True),
        *_who(ExpenseAdvance.person_id, ExpenseAdvance.legal_entity_id),
        Column("kind", msg("Entry"), "choice", AdvanceEntry.kind, choices=advances.ENTRIES, filters=True, counts=True),
        Column("day", msg("Date", context="expense"), "day", AdvanceEntry.day, filters=True),
        Column("amount", msg("Amount"), "money", AdvanceEntry.amount, filters=True),
        Column("note", msg("Note"), "text", AdvanceEntry.note, searched=True),
    ),
    href=lambda _, __, ___: "",
)  # fmt: skip


# Payment lists ----------------------------------------------------------------------------------------------------

PAID = (Field("day", msg("Paid on"), "day", help=msg("Left empty: today.")),)


def _make(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return payouts.make(session, actor, company_called(session, str(values["company"])).id, clock).id


def _paid(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    day = values.get("day")
    payouts.mark_paid(session, actor, row_id, day if isinstance(day, date) else china_day(clock), clock)


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    payouts.drop(session, actor, row_id, clock)


EXPENSE_PAYOUTS = ListSpec(
    name="expense_payouts",
    title=msg("Payment lists"),
    about=msg("A new list takes everything that is approved and on no list yet; the bank pays by it."),
    thing=msg("payment list"),
    empty=msg("No list has been made yet: add one when something is approved."),
    field_class="payroll",
    rows=lambda: select(ExpensePayout.id).select_from(ExpensePayout).join(
        LegalEntity, LegalEntity.id == ExpensePayout.legal_entity_id),
    key=ExpensePayout.id,
    place=Place(legal_entity=ExpensePayout.legal_entity_id),
    columns=(
        Column("list_number", msg("Number of the list"), "text", ExpensePayout.number, searched=True, opens=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("payments", msg("Payments"), "whole", ExpensePayout.count),
        Column("total", msg("Sum"), "money", ExpensePayout.total, filters=True),
        Column("state", msg("State"), "choice", ExpensePayout.state, choices=payouts.STATES, filters=True, counts=True,
               tones={"made": "look"}),
        Column("paid_on", msg("Paid on"), "day", ExpensePayout.paid_on, filters=True),
    ),
    form=FormSpec((COMPANY,), _make, ("payroll", "write")),
    bulk=(
        Bulk("paid", msg("Mark as paid"), ("payroll", "write"), _paid, msg("{count} lists are paid."), fields=PAID),
        Bulk("drop", msg("Drop"), ("payroll", "write"), _drop, msg("{count} lists were dropped.")),
    ),
    href=lambda _, row_id, __: f"/console/expense-payouts/{row_id}",
)  # fmt: skip
