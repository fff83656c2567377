"""What pay costs: a company or a department over a period, by month, by department and by what it is made of (G5).

It reads the sums that closing a run keeps (`costs.py`), never payslips: years of ten thousand people are a few
thousand rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from interview_engine.hr.pay.tables import PayBudget, PayCost, PayCostPart
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
class Budgeted:
    """A budget, and what was spent of it: the cost of just those departments and months that have one, so that a
    department without a budget does not eat another's. Months without a closed run do not count."""

    amount: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """Below zero where more was spent."""
        return self.amount - self.spent

    @property
    def used(self) -> Decimal | None:
        """In per cent; None of a budget of nothing."""
        return _share(self.spent, self.amount)

    def plus(self, more: Budgeted | None) -> Budgeted:
        """Both together."""
        return self if more is None else Budgeted(self.amount + more.amount, self.spent + more.spent)


@dataclass(frozen=True, slots=True)
class MonthCost:
    """A month: how many payslips, gross and employer's share, and both together; the budget where there is one."""

    month: date
    people: int
    gross: Decimal
    employer: Decimal
    cost: Decimal
    budget: Budgeted | None = None


@dataclass(frozen=True, slots=True)
class CompanyCost:
    """A company in the period, with its city, the payslips that it paid and what one of them cost on average."""

    id: str
    name: str
    city: str
    people: int
    cost: Decimal
    a_head: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class DepartmentCost:
    """A department in the period; `share` of the whole cost in per cent, None where the whole is not above zero."""

    id: str
    name: str
    company: str
    cost: Decimal
    share: Decimal | None
    budget: Budgeted | None = None


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
    companies: tuple[CompanyCost, ...] = ()

    @property
    def cities(self) -> tuple[tuple[str, Decimal, Decimal | None], ...]:
        """By city, the cost of the companies there and its share of the whole in per cent, the dearest first."""
        found: dict[str, Decimal] = {}
        for one in self.companies:
            found[one.city] = found.get(one.city, ZERO) + one.cost
        whole = sum(found.values(), ZERO)
        return tuple(
            (city, cost, _share(cost, whole))
            for city, cost in sorted(found.items(), key=lambda each: (-each[1], each[0]))
        )

    @property
    def cost(self) -> Decimal:
        """Of the whole period."""
        return sum((one.cost for one in self.months), ZERO)

    @property
    def budget(self) -> Budgeted | None:
        """Of the whole period; None where no department has one."""
        found: Budgeted | None = None
        for one in self.months:
            found = found if one.budget is None else one.budget.plus(found)
        return found

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
    found = months.all()
    by_month, by_department = _budgets(session, actor, asked, [row[0] for row in found])
    return CostReport(
        first,
        last,
        tuple(MonthCost(month, int(people), gross, employer, gross + employer, by_month.get(month))
              for month, people, gross, employer in found),
        _departments(session, actor, asked, first, last, by_department),
        _parts(session, actor, asked, first, last),
        _companies(session, actor, asked, first, last),
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


def _budgets(
    session: Session, actor: Actor, asked: Asked, months: Sequence[date]
) -> tuple[dict[date, Budgeted], dict[str, Budgeted]]:  # fmt: skip
    """Budgets of some months with what was spent of them, by month and by department."""
    if not months:
        return {}, {}
    spent = (
        select(PayCost.department_id, PayCost.month, func.sum(PayCost.cost).label("cost"))
        .where(PayCost.month >= months[0], PayCost.month <= months[-1])
        .group_by(PayCost.department_id, PayCost.month)
        .subquery()
    )
    rows = session.execute(
        _within(
            select(PayBudget.department_id, PayBudget.month, PayBudget.amount, spent.c.cost).outerjoin(
                spent, (spent.c.department_id == PayBudget.department_id) & (spent.c.month == PayBudget.month)
            ),
            actor, asked, PayBudget, months[0], months[-1],
        )
    ).tuples()  # fmt: skip
    by_month: dict[date, Budgeted] = {}
    by_department: dict[str, Budgeted] = {}
    closed = set(months)
    for department, month, amount, cost in rows:
        if month in closed:
            one = Budgeted(amount, cost or ZERO)
            by_month[month] = one.plus(by_month.get(month))
            by_department[department] = one.plus(by_department.get(department))
    return by_month, by_department


def _departments(
    session: Session, actor: Actor, asked: Asked, first: date, last: date, budgets: Mapping[str, Budgeted]
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
    # who has a budget and no costs has spent nothing of it
    idle = session.execute(
        select(Department.id, Department.name, LegalEntity.name)
        .join(LegalEntity, LegalEntity.id == Department.legal_entity_id)
        .where(Department.id.in_({*budgets} - {row[0] for row in found}))
        .order_by(Department.name)
    ).tuples()
    return (
        *(DepartmentCost(*row, _share(row[3], whole), budgets.get(row[0])) for row in found),
        *(DepartmentCost(*row, ZERO, None, budgets[row[0]]) for row in idle),
    )


def _companies(session: Session, actor: Actor, asked: Asked, first: date, last: date) -> tuple[CompanyCost, ...]:
    rows = session.execute(
        _within(
            select(LegalEntity.id, LegalEntity.name, LegalEntity.city, func.sum(PayCost.people), func.sum(PayCost.cost))
            .select_from(PayCost)
            .join(LegalEntity, LegalEntity.id == PayCost.legal_entity_id),
            actor, asked, PayCost, first, last,
        ).group_by(LegalEntity.id, LegalEntity.name, LegalEntity.city)
    ).tuples()  # fmt: skip
    found = sorted(rows, key=lambda row: (-row[4], row[1]))
    whole = sum((row[4] for row in found), ZERO)
    return tuple(
        CompanyCost(row_id, name, city, int(people), cost, (cost / int(people)).quantize(ZERO), _share(cost, whole))
        for row_id, name, city, people, cost in found
    )


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
