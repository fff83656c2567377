"""An employee with invoices, claims and advances, and finance that pays them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import made_invoices
from request_staff import Staff
from sqlalchemy import select

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.expense import advances, claims, lines, payouts
from interview_engine.hr.expense.invoices import of_fields
from interview_engine.hr.expense.tables import ExpenseAdvance, ExpenseClaim, ExpensePayout
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.tables import Request


def number(place: int) -> str:
    """A number of a fully digital invoice."""
    return f"2611{place:016d}"


@dataclass(frozen=True)
class Spender:
    """Each step is a transaction of its own, as people do them."""

    staff: Staff

    @property
    def me(self) -> Actor:
        return self.staff.me

    @property
    def finance(self) -> Actor:
        return self.staff.world.actor("hr")

    def draft(self, amount: str = "500.00", invoice: str = "", *, key: str = "", kind: str = "lodging") -> str:
        """A draft with one invoice; the id."""
        world = self.staff.world
        with world.database.transaction() as session:
            claim = claims.begin(session, self.me, key, world.clock)
            claims.describe(session, self.me, claim, "去上海见客户", "P-7", world.clock)
            given = made_invoices.given(number=invoice or made_invoices.NUMBER, total=amount, net="", tax="", words="")
            line = lines.add(session, claim, of_fields(given, "xml"), None, self.me.id, world.clock)
            line.kind = kind
            claims.count_up(session, claim)
            return claim.id

    def send(self, claim_id: str) -> str:
        """Ask for it as the phone does; the request's id."""
        world = self.staff.world
        with world.database.transaction() as session:
            claim = session.get_one(ExpenseClaim, claim_id)
            values = {"claim": claim_id, "purpose": claim.purpose, "project": claim.project,
                      "amount": int(claim.total * 100)}  # fmt: skip
            row = requests.ask(session, self.me, "expense_claim", values, world.clock, key=f"claim:{claim_id}")
            return row.id

    def decide(self, request_id: str, decision: str = "approve") -> None:
        with self.staff.world.database.transaction() as session:
            self.staff.decide(session, session.get_one(Request, request_id), decision)

    def cancel(self, request_id: str) -> None:
        """Called off, and the approver agrees."""
        world = self.staff.world
        with world.database.transaction() as session:
            requests.cancel(session, self.me, request_id, "行程取消", world.clock)
        self.decide(request_id)

    def claimed(self, amount: str, invoice: str) -> str:
        """A claim that was approved; the request's id."""
        request_id = self.send(self.draft(amount, invoice))
        self.decide(request_id)
        return request_id

    def advance(self, amount: str) -> str:
        """An advance that was approved and paid; its id."""
        world = self.staff.world
        with world.database.transaction() as session:
            row = self.staff.ask(session, "advance", amount=int(Decimal(amount) * 100), purpose="差旅备用金")
            request_id = row.id
        self.decide(request_id)
        self.pay()
        with world.database.reading() as session:
            return session.scalars(select(ExpenseAdvance.id).where(ExpenseAdvance.request_id == request_id)).one()

    def pay(self) -> str:
        """Finance makes a list of what waits and marks it as paid; the list's id."""
        world = self.staff.world
        with world.database.transaction() as session:
            made = payouts.make(session, self.finance, world.entity_id, world.clock)
            payouts.mark_paid(session, self.finance, made.id, world.clock.now().date(), world.clock)
            return made.id

    def give_back(self, advance_id: str, amount: str, day: date = date(2026, 11, 2)) -> None:
        world = self.staff.world
        with world.database.transaction() as session:
            advances.give_back(session, self.finance, advance_id, Decimal(amount), day, "", world.clock)

    def claim_of(self, request_id: str) -> ExpenseClaim:
        with self.staff.world.database.reading() as session:
            return session.scalars(select(ExpenseClaim).where(ExpenseClaim.request_id == request_id)).one()

    def open(self, advance_id: str) -> Decimal:
        with self.staff.world.database.reading() as session:
            row = session.get_one(ExpenseAdvance, advance_id)
            assert row.open == sum((one.amount for one in advances.entries_of(session, advance_id)), Decimal(0))
            return row.open

    def payout(self, payout_id: str) -> ExpensePayout:
        with self.staff.world.database.reading() as session:
            return session.get_one(ExpensePayout, payout_id)
