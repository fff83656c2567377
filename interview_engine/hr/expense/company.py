"""What finance enters for a company: kinds with limits, per diems, whom invoices are made out to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.expense.kinds import SHIPPED
from interview_engine.hr.expense.tables import ExpenseBuyer, ExpenseKind, ExpensePerDiem
from interview_engine.hr.problems import invalid, missing, required
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

CORRECT = msg("Correct it and send again.")


@dataclass(frozen=True, slots=True)
class NewKind:
    """A kind as a company has it. `code` one that ships, or "" for one of its own, which has a name."""

    code: str
    name_zh: str
    name_en: str
    most: Decimal | None
    needs_invoice: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class NewPerDiem:
    """A rule of what a day away is paid; see `tables.ExpensePerDiem`."""

    city_class: str
    cities: str
    level: int | None
    first_day: date
    last_day: date | None
    amount: Decimal
    source: str


def set_kind(
    session: Session, actor: Actor, legal_entity_id: str, new: NewKind, clock: Clock, row_id: str | None = None
) -> ExpenseKind:
    """Set a limit of a kind that ships, or make a kind of the company's own. Needs "payroll" write.

    Args:
        row_id: of the row that is changed; None adds one, or changes that of the same kind.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: the name of an own kind is missing.
    """
    check_row(session, actor, "payroll", "write", legal_entity_id=legal_entity_id)
    row = _own(session, legal_entity_id, row_id) if row_id else None
    code = new.code if row is None else row.code
    if code not in SHIPPED and not (new.name_zh or new.name_en):
        raise required("name_zh", msg("name in Chinese"))
    if row is None and code:
        row = session.scalar(
            select(ExpenseKind).where(ExpenseKind.legal_entity_id == legal_entity_id, ExpenseKind.code == code)
        )
    if row is None:
        made = stamp(actor.id, clock)
        row = ExpenseKind(**made, legal_entity_id=legal_entity_id, code=code or f"own_{made['id']}")
        session.add(row)
    else:
        touch(row, actor.id, clock)
    row.name_zh, row.name_en, row.most = new.name_zh, new.name_en, new.most
    row.needs_invoice, row.closed = new.needs_invoice, new.closed
    session.flush()
    audit.record(session, actor.id, "expense_kind.set", f"expense_kind:{row.id}", {}, clock)
    return row


def _own(session: Session, legal_entity_id: str, row_id: str) -> ExpenseKind:
    row = find(session, ExpenseKind, row_id, lock=True)
    if row is None or row.legal_entity_id != legal_entity_id:
        raise missing("expense_kind", msg("kind of expense"))
    return row


def set_per_diem(session: Session, actor: Actor, legal_entity_id: str, new: NewPerDiem, clock: Clock) -> ExpensePerDiem:
    """Enter a per diem with the paper that says so; of the same class, level and first day it is corrected. Needs
    "payroll" write.

    Raises:
        PermissionDenied. InvalidInput: `expense.amount`, `expense.days`.
    """
    check_row(session, actor, "payroll", "write", legal_entity_id=legal_entity_id)
    if new.amount <= 0:
        raise invalid("amount", "expense.amount", msg("The amount is more than 0."), CORRECT)
    if new.last_day is not None and new.last_day < new.first_day:
        raise invalid("last_day", "expense.days", msg("The last day is before the first."), CORRECT)
    level = ExpensePerDiem.level.is_(None) if new.level is None else ExpensePerDiem.level == new.level
    row = session.scalar(
        select(ExpensePerDiem).where(
            ExpensePerDiem.legal_entity_id == legal_entity_id, ExpensePerDiem.city_class == new.city_class,
            ExpensePerDiem.first_day == new.first_day, level,
        )
    )  # fmt: skip
    if row is None:
        row = ExpensePerDiem(
            **stamp(actor.id, clock), legal_entity_id=legal_entity_id, city_class=new.city_class, level=new.level,
            first_day=new.first_day, amount=new.amount, source=new.source,
        )  # fmt: skip
        session.add(row)
    else:
        touch(row, actor.id, clock)
    row.cities, row.last_day, row.amount, row.source = new.cities, new.last_day, new.amount, new.source
    session.flush()
    audit.record(session, actor.id, "expense_per_diem.set", f"expense_per_diem:{row.id}", {}, clock)
    return row


def set_buyer(
    session: Session, actor: Actor, legal_entity_id: str, name: str, tax_number: str, clock: Clock
) -> ExpenseBuyer:
    """Enter whom invoices of a company are made out to; of the same name the number is corrected. Needs "payroll"
    write.

    Raises:
        PermissionDenied. InvalidInput: `expense.tax_number`.
    """
    check_row(session, actor, "payroll", "write", legal_entity_id=legal_entity_id)
    clean = tax_number.strip().upper()
    if not (15 <= len(clean) <= 20 and clean.isascii() and clean.isalnum()):
        raise invalid("tax_number", "expense.tax_number", msg("A tax number has 15 to 20 letters and digits."), CORRECT)
    said = name.strip()
    row = session.scalar(
        select(ExpenseBuyer).where(ExpenseBuyer.legal_entity_id == legal_entity_id, ExpenseBuyer.name == said)
    )
    if row is None:
        row = ExpenseBuyer(**stamp(actor.id, clock), legal_entity_id=legal_entity_id, name=said, tax_number=clean)
        session.add(row)
    else:
        row.tax_number = clean
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "expense_buyer.set", f"expense_buyer:{row.id}", {}, clock)
    return row
