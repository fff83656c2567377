"""Advances and their ledger: paid, settled by claims, returned; what is open is the sum of the entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.expense.rules import ZERO
from interview_engine.hr.expense.tables import AdvanceEntry, ExpenseAdvance, ExpenseClaim
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "approved": msg("Approved, not paid yet"),
        "paid": msg("Paid out", context="advance"),
        "cancelled": msg("Cancelled"),
    }
)
ORIGINS: Mapping[str, Text] = MappingProxyType(
    {"request": msg("Asked for"), "claim": msg("Owed: its claim was cancelled after it was paid")}
)
ENTRIES: Mapping[str, Text] = MappingProxyType(
    {
        "paid": msg("Paid out", context="advance"),
        "settled": msg("Settled by a claim"),
        "returned": msg("Returned"),
        "unsettled": msg("Open again: the claim was cancelled"),
    }
)


def number_of(prefix: str, row_id: str, clock: Clock) -> str:
    """What people call a claim, an advance or a list: "BX20261102-1F2E3D4C"."""
    return f"{prefix}{china_day(clock):%Y%m%d}-{row_id[-8:].upper()}"


def open_of(session: Session, person_id: str, legal_entity_id: str, *, lock: bool = False) -> list[ExpenseAdvance]:
    """The advances of somebody in a company of which something is open, the oldest first."""
    statement = (
        select(ExpenseAdvance)
        .where(
            ExpenseAdvance.person_id == person_id,
            ExpenseAdvance.legal_entity_id == legal_entity_id,
            ExpenseAdvance.state == "paid",
            ExpenseAdvance.open > ZERO,
        )
        .order_by(ExpenseAdvance.id)
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(statement))


def open_at(session: Session, employment_id: str) -> Decimal:
    """For a settlement: what somebody has of the company's money from advances of an employment. The caller has
    checked."""
    total = session.scalar(
        select(func.sum(ExpenseAdvance.open)).where(
            ExpenseAdvance.employment_id == employment_id, ExpenseAdvance.state == "paid"
        )
    )
    return ZERO if total is None else Decimal(total)


def entries_of(session: Session, advance_id: str) -> list[AdvanceEntry]:
    """The ledger of an advance, in order. The caller has checked."""
    statement = select(AdvanceEntry).where(AdvanceEntry.advance_id == advance_id)
    return list(session.scalars(statement.order_by(AdvanceEntry.id)))


def enter(
    session: Session,
    row: ExpenseAdvance,
    kind: str,
    amount: Decimal,
    source: str,
    actor_id: str,
    clock: Clock,
    *,
    day: date | None = None,
    claim_id: str | None = None,
    note: str = "",
) -> AdvanceEntry:
    """Write an entry and with it what is open. The row is locked by the caller.

    Raises:
        ConflictError: `expense.advance_open`, more would be settled and returned than was paid.
    """
    after = row.open + amount
    if not ZERO <= after <= row.amount:
        raise conflict(
            "expense.advance_open",
            msg("Only ¥{open} of this advance are open.", open=f"{row.open:,.2f}"),
            msg("Write down that much or less."),
        )
    made = AdvanceEntry(
        **stamp(actor_id, clock), advance_id=row.id, person_id=row.person_id, claim_id=claim_id, kind=kind,
        day=day or china_day(clock), amount=amount, note=note, source=source,
    )  # fmt: skip
    session.add(made)
    row.open = after
    touch(row, actor_id, clock)
    session.flush()
    return made


def give_back(
    session: Session, actor: Actor, advance_id: str, amount: Decimal, day: date, note: str, clock: Clock
) -> AdvanceEntry:
    """Write down that somebody returned money of an advance. Needs "payroll" write of them.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `expense.amount`, `expense.future`. ConflictError:
        `expense.advance_open`.
    """
    row = get_for(session, actor, advance_id, "write", lock=True)
    if amount <= 0:
        raise invalid("amount", "expense.amount", msg("The amount is more than 0."), msg("Correct it and send again."))
    if day > china_day(clock):
        raise invalid("day", "expense.future", msg("The day lies in the future."), msg("Choose the day of payment."))
    said = text_within(note, "note", msg("note"), 200, least=0)
    place = len(entries_of(session, row.id))
    made = enter(session, row, "returned", -amount, f"returned:{row.id}:{place}", actor.id, clock, day=day, note=said)
    audit.record(session, actor.id, "expense_advance.return", f"expense_advance:{row.id}", {}, clock)
    return made


def get_for(session: Session, actor: Actor, advance_id: str, action: str, *, lock: bool = False) -> ExpenseAdvance:
    """An advance; its money needs "payroll".

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, ExpenseAdvance, advance_id, lock=lock)
    if row is None:
        raise missing("expense_advance", msg("advance"))
    check_row(session, actor, "payroll", action, department_id=row.department_id,
              legal_entity_id=row.legal_entity_id, person_id=row.person_id)  # fmt: skip
    return row


def settle_by(
    session: Session, claim: ExpenseClaim, rows: Sequence[ExpenseAdvance], taken: Sequence[Decimal], actor_id: str,
    clock: Clock,
) -> None:  # fmt: skip
    """Write what a claim takes of each of the advances."""
    for row, amount in zip(rows, taken, strict=True):
        if amount:
            source = f"settled:{claim.id}:{row.id}"
            enter(session, row, "settled", -amount, source, actor_id, clock, claim_id=claim.id)


def unsettle(session: Session, claim: ExpenseClaim, actor_id: str, clock: Clock) -> None:
    """Give back to each advance what a claim took of it."""
    taken = session.scalars(
        select(AdvanceEntry)
        .where(AdvanceEntry.claim_id == claim.id, AdvanceEntry.kind == "settled")
        .order_by(AdvanceEntry.id)
    ).all()
    for one in taken:
        row = find(session, ExpenseAdvance, one.advance_id, lock=True)
        assert row is not None
        source = f"unsettled:{claim.id}:{row.id}"
        enter(session, row, "unsettled", -one.amount, source, actor_id, clock, claim_id=claim.id)


def owe(session: Session, claim: ExpenseClaim, actor_id: str, clock: Clock) -> ExpenseAdvance | None:
    """What somebody owes whose claim was cancelled after it was paid: open money, as if it had been advanced. None
    where nothing was paid out."""
    if claim.payable <= 0:
        return None
    made = stamp(actor_id, clock)
    row = ExpenseAdvance(
        **made, number=number_of("JK", made["id"], clock), person_id=claim.person_id,
        employment_id=claim.employment_id, department_id=claim.department_id, legal_entity_id=claim.legal_entity_id,
        purpose=claim.purpose, project=claim.project, state="paid", origin="claim", amount=claim.payable, open=ZERO,
        paid_on=claim.paid_on, claim_id=claim.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    enter(session, row, "paid", claim.payable, f"paid:{row.id}", actor_id, clock, day=claim.paid_on)
    return row
