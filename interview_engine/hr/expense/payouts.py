"""Lists that are paid by the bank: made of what is approved, exported, marked as paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_persons
from interview_engine.hr.employment import service as employments
from interview_engine.hr.expense import advances, budgets
from interview_engine.hr.expense.rules import ZERO
from interview_engine.hr.expense.tables import ExpenseAdvance, ExpenseClaim, ExpensePayout, ExpensePayoutItem
from interview_engine.hr.files import service as files
from interview_engine.hr.people.names import person_names
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import Text, joined, msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "made": msg("Made, not paid yet"),
        "paid": msg("Paid", context="expense"),
        "dropped": msg("Dropped", context="expense"),
    }
)
MOST = 2000
"""Payments of one list; a bank's files hold more, a page does not."""
AT_ONCE = 500
TITLE, PURPOSE = "报销付款", "报销 {number}"
"""What the bank's file is called and what it says of each payment; banks here read Chinese."""


@dataclass(frozen=True, slots=True)
class Item:
    """A payment of a list: to whom, how much, for which claim or advance."""

    person_id: str
    name: str
    number: str
    amount: Decimal
    claim_id: str | None


def make(session: Session, actor: Actor, legal_entity_id: str, clock: Clock) -> ExpensePayout:
    """Put everything of a company that is approved and on no list yet on a new one. Needs "payroll" write.

    Raises:
        PermissionDenied. ConflictError: `expense.nothing`, nothing is to be paid.
    """
    check_owner(session, actor, "payroll", "write", legal_entity_id)
    budgets.lock_company(session, legal_entity_id)
    on_list = select(ExpensePayoutItem.claim_id).where(ExpensePayoutItem.claim_id.is_not(None))
    claims = session.scalars(
        select(ExpenseClaim)
        .where(ExpenseClaim.legal_entity_id == legal_entity_id, ExpenseClaim.state == "approved",
               ExpenseClaim.id.not_in(on_list))
        .order_by(ExpenseClaim.id)
        .limit(MOST)
    ).all()  # fmt: skip
    listed = select(ExpensePayoutItem.advance_id).where(ExpensePayoutItem.advance_id.is_not(None))
    owed = session.scalars(
        select(ExpenseAdvance)
        .where(ExpenseAdvance.legal_entity_id == legal_entity_id, ExpenseAdvance.state == "approved",
               ExpenseAdvance.id.not_in(listed))
        .order_by(ExpenseAdvance.id)
        .limit(MOST - len(claims))
    ).all()  # fmt: skip
    if not claims and not owed:
        raise conflict("expense.nothing", msg("Nothing is approved that waits to be paid."),
                       msg("What is on a list already is paid by that list."))  # fmt: skip
    made = stamp(actor.id, clock)
    total = sum((one.payable for one in claims), ZERO) + sum((one.amount for one in owed), ZERO)
    row = ExpensePayout(
        **made, number=advances.number_of("FK", made["id"], clock), legal_entity_id=legal_entity_id, state="made",
        total=total, count=len(claims) + len(owed),
    )  # fmt: skip
    session.add(row)
    session.flush()
    for claim in claims:
        session.add(ExpensePayoutItem(**stamp(actor.id, clock), payout_id=row.id, person_id=claim.person_id,
                                      claim_id=claim.id, amount=claim.payable))  # fmt: skip
    for advance in owed:
        session.add(ExpensePayoutItem(**stamp(actor.id, clock), payout_id=row.id, person_id=advance.person_id,
                                      advance_id=advance.id, amount=advance.amount))  # fmt: skip
    session.flush()
    audit.record(session, actor.id, "expense_payout.make", f"expense_payout:{row.id}", {"count": row.count}, clock)
    return row


def mark_paid(session: Session, actor: Actor, payout_id: str, day: date, clock: Clock) -> ExpensePayout:
    """Say that a list was paid on a day: its claims are paid, its advances are open. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `expense.future`. ConflictError: `expense.state`.
    """
    row = get_for(session, actor, payout_id, "write", lock=True)
    if row.state == "paid":
        return row
    if row.state != "made":
        raise conflict("expense.state", msg("This list was dropped."))
    if day > china_day(clock):
        raise invalid("day", "expense.future", msg("The day lies in the future."), msg("Choose the day of payment."))
    for item in _items(session, row.id):
        if item.claim_id is not None:
            claim = find(session, ExpenseClaim, item.claim_id, lock=True)
            assert claim is not None
            claim.state, claim.paid_on = "paid", day
            touch(claim, actor.id, clock)
        if item.advance_id is not None:
            advance = find(session, ExpenseAdvance, item.advance_id, lock=True)
            assert advance is not None
            advance.state, advance.paid_on = "paid", day
            advances.enter(session, advance, "paid", advance.amount, f"paid:{advance.id}", actor.id, clock, day=day)
    row.state, row.paid_on = "paid", day
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "expense_payout.pay", f"expense_payout:{row.id}", {"count": row.count}, clock)
    return row


def drop(session: Session, actor: Actor, payout_id: str, clock: Clock) -> ExpensePayout:
    """Drop a list that was not paid: its payments move to the next one.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `expense.state`, it was paid.
    """
    row = get_for(session, actor, payout_id, "write", lock=True)
    if row.state == "paid":
        raise conflict("expense.state", msg("This list was paid already."))
    session.execute(delete(ExpensePayoutItem).where(ExpensePayoutItem.payout_id == row.id))
    row.state = "dropped"
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "expense_payout.drop", f"expense_payout:{row.id}", {}, clock)
    return row


def get_for(session: Session, actor: Actor, payout_id: str, action: str, *, lock: bool = False) -> ExpensePayout:
    """A list within reach.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, ExpensePayout, payout_id, lock=lock)
    if row is None:
        raise missing("expense_payout", msg("payment list"))
    check_owner(session, actor, "payroll", action, row.legal_entity_id)
    return row


def items_of(session: Session, row: ExpensePayout) -> list[Item]:
    """The payments of a list, in order. The caller has checked."""
    rows = _items(session, row.id)
    names = person_names(session, {one.person_id for one in rows})
    claims = dict(_numbers(session, ExpenseClaim, [one.claim_id for one in rows if one.claim_id]))
    owed = dict(_numbers(session, ExpenseAdvance, [one.advance_id for one in rows if one.advance_id]))
    return [
        Item(one.person_id, names.get(one.person_id, ""),
             claims.get(one.claim_id or "", "") or owed.get(one.advance_id or "", ""), one.amount, one.claim_id)
        for one in rows
    ]  # fmt: skip


def bank_list(
    session: Session, actor: Actor, payout_id: str, name: str, form: str, clock: Clock, *, without: bool = False
) -> tuple[ExpensePayout, files.Made]:
    """The list as the bank takes it, one line a person, in the formats that pay uses too. Accounts are opened for it
    alone; the trail keeps who had it. Needs "payroll" export, and "pay" decide of everybody on it.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `expense.state`, it was dropped; `expense.left_out`, who has no
        account, unless `without`.
    """
    if form not in files.BANK_FORMS.get(name, ()):
        raise missing("expense_payout", msg("payment list"))
    row = get_for(session, actor, payout_id, "export")
    if row.state == "dropped":
        raise conflict("expense.state", msg("This list was dropped."))
    made = files.bank_file(name, TITLE, _payees(session, actor, row))
    if made.left_out and not without:
        raise conflict(
            "expense.left_out",
            msg("{count} people cannot stand in this file: {names}.", count=len(made.left_out),
                names=joined([f"{one.name} {one.number}".strip() for one in made.left_out[:5]])),
            msg("Complete their files, or export it without them and pay them another way."),
        )  # fmt: skip
    detail = {"file": name, "form": form, "rows": len(made.rows), "left_out": len(made.left_out)}
    audit.record(session, actor.id, "expense_payout.export", f"expense_payout:{row.id}", detail, clock)
    return row, made


def _payees(session: Session, actor: Actor, row: ExpensePayout) -> list[files.BankPayee]:
    """Everybody on a list with the sum of what they are paid."""
    sums: dict[str, Decimal] = {}
    for one in _items(session, row.id):
        sums[one.person_id] = sums.get(one.person_id, ZERO) + one.amount
    need = files.BY_NAME["bank"].reads
    for part in batched(sorted(sums), AT_ONCE):
        check_persons(session, actor, *need, part)
    accounts = files.opened_of(session, "bank", sorted(sums))
    names = person_names(session, set(sums))
    held = {one: employments.of_person(session, one) for one in sums}
    numbers = {one: employments.number_for(session, found) or "" for one, found in held.items() if found is not None}
    last = {one: found[-1] for one, found in accounts.items() if found}
    purpose = PURPOSE.format(number=row.number)
    return [
        files.BankPayee(names.get(one, ""), numbers.get(one, ""), last.get(one), amount, purpose)
        for one, amount in sorted(sums.items(), key=lambda each: (numbers.get(each[0], ""), each[0]))
    ]


def _items(session: Session, payout_id: str) -> Sequence[ExpensePayoutItem]:
    statement = select(ExpensePayoutItem).where(ExpensePayoutItem.payout_id == payout_id)
    return session.scalars(statement.order_by(ExpensePayoutItem.id)).all()


def _numbers(
    session: Session, table: type[ExpenseClaim] | type[ExpenseAdvance], ids: Sequence[str]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in batched(ids, AT_ONCE):
        found += session.execute(select(table.id, table.number).where(table.id.in_(part))).tuples()
    return found
