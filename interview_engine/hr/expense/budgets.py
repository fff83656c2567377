"""Budgets of departments by month, what is left of them, and which months are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.expense.rules import ZERO, first_open
from interview_engine.hr.expense.tables import ExpenseBudget, ExpenseClaim, ExpenseEntry, ExpenseLine, ExpensePeriod
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class Left:
    """A budget and what is left of it. `kind` "" is all kinds together; `waiting` is sent and not decided yet."""

    kind: str
    amount: Decimal
    spent: Decimal
    waiting: Decimal

    @property
    def left(self) -> Decimal:
        """Below 0 where more is spent and waits than there is."""
        return self.amount - self.spent - self.waiting


def left_of(session: Session, department_id: str, month: date) -> list[Left]:
    """Every budget of a department in a month, all kinds together first; none where none was set."""
    budgets = session.scalars(
        select(ExpenseBudget)
        .where(ExpenseBudget.department_id == department_id, ExpenseBudget.month == month)
        .order_by(ExpenseBudget.kind)
    ).all()
    if not budgets:
        return []
    spent = dict(
        session.execute(
            select(ExpenseEntry.kind, func.sum(ExpenseEntry.amount))
            .where(ExpenseEntry.department_id == department_id, ExpenseEntry.month == month)
            .group_by(ExpenseEntry.kind)
        ).tuples().all()
    )  # fmt: skip
    waiting = dict(
        session.execute(
            select(ExpenseLine.kind, func.sum(ExpenseLine.total))
            .join(ExpenseClaim, ExpenseClaim.id == ExpenseLine.claim_id)
            .where(ExpenseClaim.department_id == department_id, ExpenseClaim.state == "pending")
            .group_by(ExpenseLine.kind)
        ).tuples().all()
    )  # fmt: skip

    def of(amounts: Mapping[str, Decimal | None], kind: str) -> Decimal:
        return sum((amount or ZERO for code, amount in amounts.items() if kind in ("", code)), ZERO)

    return [Left(one.kind, one.amount, of(spent, one.kind), of(waiting, one.kind)) for one in budgets]


def month_now(session: Session, legal_entity_id: str, clock: Clock) -> date:
    """The month in which an approval of today counts, see `month_of`."""
    return month_of(session, legal_entity_id, clock.now())


def month_of(session: Session, legal_entity_id: str, at: datetime) -> date:
    """The month in which an approval of that moment counts: its own in China, or the first open one after it."""
    closed = session.scalars(select(ExpensePeriod.month).where(ExpensePeriod.legal_entity_id == legal_entity_id)).all()
    return first_open(at.astimezone(CHINA).date().replace(day=1), frozenset(closed))


def lock_company(session: Session, legal_entity_id: str) -> None:
    """Hold the company's months: an approval does not count in a month that is being closed."""
    if find(session, LegalEntity, legal_entity_id, lock=True) is None:
        raise missing("legal_entity", msg("company"))


def set_budget(
    session: Session, actor: Actor, department_id: str, month: date, kind: str, amount: Decimal, clock: Clock
) -> ExpenseBudget:
    """Set what a department may spend in a month, instead of what was set before. Needs "payroll" write there.

    Raises:
        NotFoundError: department. PermissionDenied. InvalidInput: `expense.amount`.
    """
    department = find(session, Department, department_id)
    if department is None:
        raise missing("department", msg("department"))
    check_row(session, actor, "payroll", "write", department_id=department_id,
              legal_entity_id=department.legal_entity_id)  # fmt: skip
    if amount < 0:
        raise invalid("amount", "expense.amount", msg("A budget is 0 or more."), msg("Correct it and send again."))
    first = month.replace(day=1)
    row = session.scalar(
        select(ExpenseBudget).where(
            ExpenseBudget.department_id == department_id, ExpenseBudget.month == first, ExpenseBudget.kind == kind
        )
    )
    if row is None:
        row = ExpenseBudget(
            **stamp(actor.id, clock), legal_entity_id=department.legal_entity_id, department_id=department_id,
            month=first, kind=kind, amount=amount,
        )  # fmt: skip
        session.add(row)
    else:
        row.amount = amount
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "expense_budget.set", f"expense_budget:{row.id}", {}, clock)
    return row


def close_month(session: Session, actor: Actor, legal_entity_id: str, month: date, clock: Clock) -> ExpensePeriod:
    """Close a month for expenses: what is approved or cancelled later counts in the next open one. Needs "payroll"
    write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `expense.closed`, it is closed already; `expense.month`, it is
        not over.
    """
    check_row(session, actor, "payroll", "write", legal_entity_id=legal_entity_id)
    lock_company(session, legal_entity_id)
    first = month.replace(day=1)
    if first >= china_day(clock).replace(day=1):
        raise conflict("expense.month", msg("This month is not over."), msg("Close it on the first of the next one."))
    taken = select(ExpensePeriod.id).where(
        ExpensePeriod.legal_entity_id == legal_entity_id, ExpensePeriod.month == first
    )
    if session.scalar(taken) is not None:
        raise conflict("expense.closed", msg("This month is closed already."))
    row = ExpensePeriod(**stamp(actor.id, clock), legal_entity_id=legal_entity_id, month=first, closed_at=clock.now())
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "expense_period.close", f"expense_period:{row.id}", {}, clock)
    return row
