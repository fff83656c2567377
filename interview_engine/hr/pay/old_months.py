"""A month as another system paid it: the columns that its sheet may have, and the rows that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.months import bounds
from interview_engine.hr.pay.allowances import ALLOWANCES
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.profiles import check_pay
from interview_engine.hr.pay.rules.lines import Line, net
from interview_engine.hr.pay.rules.overtime import KINDS as OVERTIME
from interview_engine.hr.pay.tables import PayOldMonth
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

_OVERTIME = tuple(f"overtime_{kind}" for kind in OVERTIME)
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "base": ("base",),
        "unpaid_leave": ("unpaid_leave",),
        "sick_leave": ("sick_leave",),
        "overtime": _OVERTIME,
        **{code: (code,) for code in (*_OVERTIME, *ALLOWANCES, "commission", "addition", "bonus")},
        "social": tuple(code for code in ITEMS if code != "fund"),
        **{code: (code,) for code in ITEMS},
        "tax": ("tax", "tax_bonus", "tax_severance"),
        **{code: (code,) for code in ("damage", "deduction", "leave_payout", "severance", "notice_pay")},
    }
)
"""By column of a sheet, the lines of a payslip that it stands for. Sheets often have one column for all overtime, or
for all insurances."""
TAKEN = frozenset({"unpaid_leave", "sick_leave", "social", *ITEMS, "tax", "damage", "deduction"})
"""What is taken from people: sheets write it without a sign, payslips below zero."""
SUMS = ("gross", "own", "net", "employer")
"""Columns that are sums of others: they are compared with what their lines explain."""
ALL = (*COLUMNS, *SUMS)


def set_month(
    session: Session, actor: Actor, employment: Employment, month: date, amounts: Mapping[str, Decimal], clock: Clock
) -> PayOldMonth:
    """Keep what another system paid somebody for a month, instead of what was kept before; the same again changes
    nothing. Needs "payroll" write.

    Args:
        amounts: yuan by name of `COLUMNS` and `SUMS`; a minus before what is taken from people is dropped.

    Raises:
        PermissionDenied. InvalidInput: `pay.old_empty`, no amount at all.
    """
    check_pay(session, actor, employment, "write")
    if not amounts:
        raise invalid(
            "net", "pay.old_empty", msg("The line says no amount."), msg("Fill in what was paid, the net at least.")
        )
    first = bounds(month)[0]
    kept = {name: f"{abs(amount) if name in TAKEN or name == 'own' else amount:.2f}"
            for name, amount in sorted(amounts.items())}  # fmt: skip
    row = session.scalars(
        select(PayOldMonth)
        .where(PayOldMonth.employment_id == employment.id, PayOldMonth.month == first)
        .with_for_update()
    ).one_or_none()
    if row is None:
        row = PayOldMonth(
            **stamp(actor.id, clock), employment_id=employment.id, person_id=employment.person_id,
            legal_entity_id=employment.legal_entity_id, department_id=employment.department_id, month=first,
            amounts=kept,
        )  # fmt: skip
        session.add(row)
    elif row.amounts == kept:
        return row
    else:
        row.amounts = kept
        touch(row, actor.id, clock)
    session.flush()
    detail = {"month": f"{first:%Y-%m}"}
    audit.record(session, actor.id, "pay_old_month.set", f"pay_old_month:{row.id}", detail, clock)
    return row


def get(session: Session, actor: Actor, row_id: str, action: str) -> tuple[PayOldMonth, Employment]:
    """A month of the other system with its employment; needs "payroll".

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PayOldMonth, row_id)
    held = None if row is None else find(session, Employment, row.employment_id, lock=action == "write")
    if row is None or held is None:
        raise missing("pay_old_month", msg("month of the other system"))
    check_pay(session, actor, held, action)
    return row, held


def of_month(
    session: Session, legal_entity_id: str, month: date, only: str | None = None
) -> dict[str, Mapping[str, Decimal]]:
    """By employment, what another system paid for a month. `only`: one employment. The caller has checked."""
    rows = select(PayOldMonth.employment_id, PayOldMonth.amounts).where(
        PayOldMonth.legal_entity_id == legal_entity_id, PayOldMonth.month == month
    )
    if only is not None:
        rows = rows.where(PayOldMonth.employment_id == only)
    return {
        held: {name: Decimal(text) for name, text in amounts.items()}
        for held, amounts in session.execute(rows).tuples()
    }


def as_sheet(lines: Sequence[Line], columns: Sequence[str]) -> dict[str, Decimal]:
    """The lines of a payslip in the columns of a sheet, with the sheet's signs. Adjustments of other months count in
    the column of their line."""
    found = dict.fromkeys(columns, Decimal("0.00"))
    for name in columns:
        codes = COLUMNS.get(name)
        if codes is not None:
            amount = sum((one.amount for one in lines if one.code in codes and one.group != "employer"), Decimal(0))
            found[name] += -amount if name in TAKEN else amount
        elif name == "net":
            found[name] = net(lines)
        else:
            group, sign = {"gross": ("earning", 1), "own": ("contribution", -1), "employer": ("employer", 1)}[name]
            found[name] += sign * sum((one.amount for one in lines if one.group == group), Decimal(0))
    return found
