"""What pay costs: a company or a department over a period, by month, by department and by what it is made of (G5).

It reads the sums that closing a run keeps (`costs.py`), never payslips: years of ten thousand people are a few
thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.months import add_months
from interview_engine.hr.pay import words
from interview_engine.hr.pay.rules.lines import Group
from interview_engine.hr.pay.tables import PayCost, PayCostPart
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

Ts = TypeVarTuple("Ts")

ZERO = Decimal("0.00")
MONTHS = 12
"""Shown where no period is chosen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; "" for everything within reach. Months as "2026-03"."""

    company: str = ""
    department: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class MonthCost:
    """A month: how many payslips, gross and employer's share, and both together."""

    month: date
    people: int
    gross: Decimal
    employer: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class DepartmentCost:
    """A department in the period; `share` of the whole cost in per cent, None where the whole is not above zero."""

    id: str
    name: str
    company: str
    cost: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class PartCost:
    """A line of payslips in the period, as a part of the cost."""

    group: Group
    word: Text
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class CostReport:
    """The report; `first` and `last` None while no run is closed within reach."""

    first: date | None
    last: date | None
    months: tuple[MonthCost, ...]
    departments: tuple[DepartmentCost, ...]
    parts: tuple[PartCost, ...]

    @property
    def cost(self) -> Decimal:
        """Of the whole period."""
        return sum((one.cost for one in self.months), ZERO)

    @property
    def a_head(self) -> Decimal | None:
        """A payslip's cost on average; None without any."""
        people = sum(one.people for one in self.months)
        return (self.cost / people).quantize(ZERO) if people else None


def cost_report(session: Session, actor: Actor, asked: Asked) -> CostReport:
    """The costs within the actor's reach ("payroll" read) that are asked for.

    Raises:
        InvalidInput: `pay.month`, `pay.period`.
    """
    first, last = _month(asked.first, "first"), _month(asked.last, "last")
    newest = session.scalar(_mine(select(func.max(PayCost.month)), actor, asked, PayCost))
    if newest is None:
        return CostReport(None, None, (), (), ())
    last = last or newest
    first = first or add_months(last, 1 - MONTHS)
    if first > last:
        raise invalid(
            "first", "pay.period", msg("The period ends before it begins."), msg("Correct one of the two months.")
        )
    months = session.execute(
        _within(
            select(PayCost.month, func.sum(PayCost.people), func.sum(PayCost.gross), func.sum(PayCost.employer)),
            actor, asked, PayCost, first, last,
        )
        .group_by(PayCost.month)
        .order_by(PayCost.month)
    ).tuples()  # fmt: skip
    return CostReport(
        first,
        last,
        tuple(MonthCost(month, int(people), gross, employer, gross + employer)
              for month, people, gross, employer in months),
        _departments(session, actor, asked, first, last),
        _parts(session, actor, asked, first, last),
    )  # fmt: skip


def departments_within(session: Session, actor: Actor) -> Sequence[tuple[str, str, str]]:
    """Departments that have costs within reach: id, name, company."""
    statement = (
        select(Department.id, Department.name, LegalEntity.name)
        .select_from(PayCost)
        .join(Department, Department.id == PayCost.department_id)
        .join(LegalEntity, LegalEntity.id == PayCost.legal_entity_id)
        .distinct()
        .order_by(LegalEntity.name, Department.name)
    )
    return session.execute(_mine(statement, actor, Asked(), PayCost)).tuples().all()


def _departments(
    session: Session, actor: Actor, asked: Asked, first: date, last: date
) -> tuple[DepartmentCost, ...]:  # fmt: skip
    rows = session.execute(
        _within(
            select(PayCost.department_id, Department.name, LegalEntity.name, func.sum(PayCost.cost))
            .select_from(PayCost)
            .join(Department, Department.id == PayCost.department_id)
            .join(LegalEntity, LegalEntity.id == PayCost.legal_entity_id),
            actor, asked, PayCost, first, last,
        ).group_by(PayCost.department_id, Department.name, LegalEntity.name)
    ).tuples()  # fmt: skip
    found = sorted(rows, key=lambda row: (-row[3], row[1]))
    whole = sum((row[3] for row in found), ZERO)
    return tuple(DepartmentCost(*row, _share(row[3], whole)) for row in found)


def _parts(session: Session, actor: Actor, asked: Asked, first: date, last: date) -> tuple[PartCost, ...]:
    rows = session.execute(
        _within(
            select(PayCostPart.kind, PayCostPart.code, func.sum(PayCostPart.amount)),
            actor, asked, PayCostPart, first, last,
        ).group_by(PayCostPart.kind, PayCostPart.code)
    ).tuples()  # fmt: skip
    found = sorted(rows, key=lambda row: (row[0] != "earning", -row[2], row[1]))
    whole = sum((amount for *_, amount in found), ZERO)
    return tuple(
        PartCost("earning" if kind == "earning" else "employer", words.line_word(code), amount, _share(amount, whole))
        for kind, code, amount in found
        if amount
    )


def _share(amount: Decimal, whole: Decimal) -> Decimal | None:
    return (amount / whole * 100).quantize(Decimal("0.1")) if whole > 0 else None


def _within(
    statement: Select[*Ts], actor: Actor, asked: Asked, table: Any, first: date, last: date
) -> Select[*Ts]:  # fmt: skip
    return _mine(statement, actor, asked, table).where(table.month >= first, table.month <= last)


def _mine(statement: Select[*Ts], actor: Actor, asked: Asked, table: Any) -> Select[*Ts]:
    if asked.company:
        statement = statement.where(table.legal_entity_id == asked.company)
    if asked.department:
        statement = statement.where(table.department_id == asked.department)
    return scoped(
        statement, actor, "payroll", "read", department=table.department_id, legal_entity=table.legal_entity_id
    )  # fmt: skip


def _month(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise invalid(
            name, "pay.month", msg("“{text}” is no month.", text=text[:20]), msg("Write it like 2026-09.")
        ) from error
