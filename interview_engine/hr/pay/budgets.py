"""What the pay of departments may cost, month by month: the list with its form and sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_row
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Bulk, Column, FormSpec, ListSpec, Place
from interview_engine.hr.months import bounds
from interview_engine.hr.org.service import company_meant, legal_entities
from interview_engine.hr.pay.tables import PayBudget, PayCost
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.money import from_fen, to_fen
from interview_engine.store.rows import find, stamp, touch


def set_budget(
    session: Session, actor: Actor, department_id: str, month: date, amount: Decimal, clock: Clock
) -> PayBudget:
    """Set what the pay of a department may cost in a month, instead of what was set before; the same again changes
    nothing. Needs "payroll" write there.

    Raises:
        NotFoundError, PermissionDenied.
    """
    department = find(session, Department, department_id)
    if department is None:
        raise missing("department", msg("department"))
    _check(session, actor, department_id, department.legal_entity_id, "write")
    first = bounds(month)[0]
    row = session.scalars(
        select(PayBudget)
        .where(PayBudget.department_id == department_id, PayBudget.month == first)
        .with_for_update()
    ).one_or_none()  # fmt: skip
    if row is None:
        row = PayBudget(
            **stamp(actor.id, clock), legal_entity_id=department.legal_entity_id, department_id=department_id,
            month=first, amount=amount,
        )  # fmt: skip
        session.add(row)
    elif row.amount == amount:
        return row
    else:
        row.amount = amount
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "pay_budget.set", f"pay_budget:{row.id}", {"month": f"{first:%Y-%m}"}, clock)
    return row


def _check(session: Session, actor: Actor, department_id: str, legal_entity_id: str, action: str) -> None:
    check_row(session, actor, "payroll", action, department_id=department_id, legal_entity_id=legal_entity_id)


def _department(session: Session, actor: Actor, values: Mapping[str, Value]) -> str:
    company = company_meant(session, str(values["company"] or ""))
    name = str(values["department"] or "").strip()
    found = session.scalars(
        select(Department.id).where(Department.legal_entity_id == company.id, Department.name == name)
    ).all()
    if len(found) != 1:
        # what a company calls its departments is for who reaches it
        check_owner(session, actor, "payroll", "write", company.id)
        raise invalid(
            "department", "pay.department",
            msg("{count} departments of the company are called {name}.", count=len(found), name=name),
            msg("Write the name as it stands in the organisation; rename one where two are called the same."),
        )  # fmt: skip
    return found[0]


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    month = values["month"]
    assert isinstance(month, date)
    amount = from_fen(int(str(values["amount"])))
    return set_budget(session, actor, _department(session, actor, values), month, amount, clock).id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    """Another department or month is another budget: what is changed here is the amount."""
    row = _row(session, actor, row_id, "write")
    set_budget(session, actor, row.department_id, row.month, from_fen(int(str(values["amount"]))), clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = _row(session, actor, row_id, "read")
    return {
        "company": session.get_one(LegalEntity, row.legal_entity_id).name,
        "department": session.get_one(Department, row.department_id).name,
        "month": row.month,
        "amount": to_fen(row.amount),
    }


def _find(session: Session, _: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    rows = session.execute(
        select(PayBudget.id, LegalEntity.name, Department.name, PayBudget.month)
        .join(LegalEntity, LegalEntity.id == PayBudget.legal_entity_id)
        .join(Department, Department.id == PayBudget.department_id)
        .where(PayBudget.month.in_({bounds(key[2])[0] for key in keys if isinstance(key[2], date)}))
    ).tuples()
    known = {(company, department, month): row_id for row_id, company, department, month in rows}
    companies = legal_entities(session)
    only = companies[0].name if len(companies) == 1 else ""
    found = {
        key: known.get((str(key[0] or only), str(key[1]), bounds(key[2])[0]))
        for key in keys
        if isinstance(key[2], date)
    }
    return {key: row_id for key, row_id in found.items() if row_id is not None}


def _drop(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> None:
    row = _row(session, actor, row_id, "write")
    detail = {"month": f"{row.month:%Y-%m}"}
    audit.record(session, actor.id, "pay_budget.drop", f"pay_budget:{row.id}", detail, clock)
    session.delete(row)


def _row(session: Session, actor: Actor, row_id: str, action: str) -> PayBudget:
    row = find(session, PayBudget, row_id, lock=action == "write")
    if row is None:
        raise missing("pay_budget", msg("budget of pay"))
    _check(session, actor, row.department_id, row.legal_entity_id, action)
    return row


_COST = (
    select(func.sum(PayCost.cost))
    .where(PayCost.department_id == PayBudget.department_id, PayCost.month == PayBudget.month)
    .correlate(PayBudget)
    .scalar_subquery()
)

PAY_BUDGETS = ListSpec(
    name="pay_budgets",
    title=msg("Budgets of pay"),
    about=msg("What the pay of a department may cost in a month: gross pay and what the employer bears besides."),
    thing=msg("budget of pay"),
    empty=msg("No budget yet: enter one, or import the year's table."),
    field_class="payroll",
    rows=lambda: (
        select(PayBudget.id)
        .select_from(PayBudget)
        .join(LegalEntity, LegalEntity.id == PayBudget.legal_entity_id)
        .join(Department, Department.id == PayBudget.department_id)
    ),
    key=PayBudget.id,
    place=Place(PayBudget.department_id, PayBudget.legal_entity_id),
    columns=(
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, opens=True),
        Column("month", msg("Month"), "month", PayBudget.month, filters=True),
        Column("amount", msg("Budget"), "money", PayBudget.amount),
        Column("cost", msg("Cost of closed runs"), "money", _COST),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
    ),
    bulk=(Bulk("drop", msg("Drop"), ("payroll", "write"), _drop, msg("{count} budgets were dropped.")),),
    form=FormSpec(
        (
            Field("company", msg("Company"), most=120, help=msg("May be left empty where there is one company only."),
                  also=("公司",)),
            Field("department", msg("Department"), required=True, most=120, also=("部门",)),
            Field("month", msg("Month"), "month", required=True, help=msg("Year and month, like 2026-09."),
                  also=("月份",)),
            Field("amount", msg("Budget in yuan"), "money", required=True, low=Decimal(0),
                  also=("预算", "人工成本预算")),
        ),
        _create, ("payroll", "write"), _update, _load, key=("company", "department", "month"), find=_find,
    ),
)  # fmt: skip
