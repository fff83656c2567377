"""Tables of expenses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row
from interview_engine.store.money import Yuan


class ExpenseClaim(Row, Base):
    """What somebody spent and wants back. `state` see `claims.STATES`.

    Department and company are those of the sending. `settled` is what its approval took from advances, `payable` what
    is still to be paid out; both 0 before. `month` is that of its entries: of the approval, or the first open month
    after it. `idempotency_key` is the phone's: begun twice, it is one claim.
    """

    __tablename__ = "expense_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "idempotency_key"),
        Index("ix_expense_claim_state", "legal_entity_id", "state"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    purpose: Mapped[str] = mapped_column(String(120), default="")
    project: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    total: Mapped[Decimal] = mapped_column(Yuan, default=Decimal("0.00"))
    settled: Mapped[Decimal] = mapped_column(Yuan, default=Decimal("0.00"))
    payable: Mapped[Decimal] = mapped_column(Yuan, default=Decimal("0.00"))
    month: Mapped[date | None]
    paid_on: Mapped[date | None]
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"), unique=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))


class ExpenseLine(Row, Base):
    """One invoice, receipt or per diem of a claim.

    `invoice_key` is there while the invoice is in use (sent, approved or paid): the same one cannot be used a second
    time, by nobody and in no year. `sources` by name where each value is from, `looks` what a person must look at
    (codes of `invoices.FINDINGS`). `currency` CNY, or another one with `foreign_amount` and the stated `rate`: `total`
    is their product. A per diem has `rule_id` and `days` and no invoice.
    """

    __tablename__ = "expense_line"
    __table_args__ = (UniqueConstraint("invoice_key"), Index("ix_expense_line_claim", "claim_id", "position"))

    claim_id: Mapped[str] = mapped_column(ForeignKey("expense_claim.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date | None]
    invoice_number: Mapped[str] = mapped_column(String(40), default="", index=True)
    invoice_code: Mapped[str] = mapped_column(String(40), default="")
    invoice_key: Mapped[str | None] = mapped_column(String(90))
    net: Mapped[Decimal | None] = mapped_column(Yuan)
    tax: Mapped[Decimal | None] = mapped_column(Yuan)
    total: Mapped[Decimal | None] = mapped_column(Yuan)
    words: Mapped[str] = mapped_column(String(120), default="")
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    foreign_amount: Mapped[str] = mapped_column(String(24), default="")
    rate: Mapped[str] = mapped_column(String(24), default="")
    seller: Mapped[str] = mapped_column(String(200), default="")
    seller_tax: Mapped[str] = mapped_column(String(30), default="")
    buyer: Mapped[str] = mapped_column(String(200), default="")
    buyer_tax: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    sources: Mapped[dict[str, Any]]
    looks: Mapped[list[Any]]
    rule_id: Mapped[str | None] = mapped_column(ForeignKey("expense_per_diem.id"))
    days: Mapped[int | None]
    file_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    file_type: Mapped[str] = mapped_column(String(40), default="")


@protect
class ExpenseEntry(Row, Base):
    """What an approved claim costs a department in a month, by kind; a cancellation adds the same below 0.

    `source` says what made it and is there once. What is left of a budget is the budget less these.
    """

    __tablename__ = "expense_entry"
    __table_args__ = (UniqueConstraint("source"), Index("ix_expense_entry_budget", "department_id", "month", "kind"))

    claim_id: Mapped[str] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(40))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    source: Mapped[str] = mapped_column(String(160))


class ExpenseAdvance(Row, Base):
    """Money that somebody gets before they spend it. `state` approved, paid, cancelled.

    `open` is the sum of its entries, for lists: what is neither settled nor returned. `origin` request; claim: money of
    a claim that was paid and then cancelled, which its person owes.
    """

    __tablename__ = "expense_advance"
    __table_args__ = (
        CheckConstraint("open >= 0 AND open <= amount", name="open_within"),
        Index("ix_expense_advance_state", "legal_entity_id", "state"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    purpose: Mapped[str] = mapped_column(String(120))
    project: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(12), default="request")
    amount: Mapped[Decimal] = mapped_column(Yuan)
    open: Mapped[Decimal] = mapped_column(Yuan, default=Decimal("0.00"))
    paid_on: Mapped[date | None]
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"), unique=True)
    claim_id: Mapped[str | None] = mapped_column(ForeignKey("expense_claim.id"), unique=True)


@protect
class AdvanceEntry(Row, Base):
    """What happened to an advance: `kind` paid (+), settled (-, by a claim), returned (-), unsettled (+, the claim was
    cancelled). Never changed; `source` says what made it and is there once."""

    __tablename__ = "expense_advance_entry"
    __table_args__ = (UniqueConstraint("source"),)

    advance_id: Mapped[str] = mapped_column(ForeignKey("expense_advance.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    claim_id: Mapped[str | None] = mapped_column(ForeignKey("expense_claim.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Yuan)
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(160))


class ExpenseKind(Row, Base):
    """A kind of expense as a company has it: one that ships (`kinds.SHIPPED`) with a limit, or one of its own.

    `most` is the limit in yuan of one line, None for none. `needs_invoice`: a line without a number is refused.
    """

    __tablename__ = "expense_kind"
    __table_args__ = (UniqueConstraint("legal_entity_id", "code"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    code: Mapped[str] = mapped_column(String(40))
    name_zh: Mapped[str] = mapped_column(String(40), default="")
    name_en: Mapped[str] = mapped_column(String(40), default="")
    most: Mapped[Decimal | None] = mapped_column(Yuan)
    needs_invoice: Mapped[bool] = mapped_column(default=True)
    closed: Mapped[bool] = mapped_column(default=False)


class ExpensePerDiem(Row, Base):
    """What a company pays for a day in a class of cities, by level, from a day on, with the paper that says so.

    `cities` the cities of the class in words. `level` None is every level that has no row of its own.
    """

    __tablename__ = "expense_per_diem"
    __table_args__ = (UniqueConstraint("legal_entity_id", "city_class", "level", "first_day"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    city_class: Mapped[str] = mapped_column(String(40))
    cities: Mapped[str] = mapped_column(String(500), default="")
    level: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    amount: Mapped[Decimal] = mapped_column(Yuan)
    source: Mapped[str] = mapped_column(String(300))


class ExpenseBudget(Row, Base):
    """What a department may spend in a month; `kind` "" for all kinds together."""

    __tablename__ = "expense_budget"
    __table_args__ = (UniqueConstraint("department_id", "month", "kind"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(40), default="")
    amount: Mapped[Decimal] = mapped_column(Yuan)


class ExpenseBuyer(Row, Base):
    """Whom invoices of a company must be made out to: its name as the tax office has it, and its tax number."""

    __tablename__ = "expense_buyer"
    __table_args__ = (UniqueConstraint("legal_entity_id", "name"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    name: Mapped[str] = mapped_column(String(200))
    tax_number: Mapped[str] = mapped_column(String(30))


class ExpensePeriod(Row, Base):
    """A month of a company that is closed for expenses: what is approved later counts in the next open month."""

    __tablename__ = "expense_period"
    __table_args__ = (UniqueConstraint("legal_entity_id", "month"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    month: Mapped[date]
    closed_at: Mapped[datetime]


class ExpensePayout(Row, Base):
    """A list that is paid by the bank. `state` made, paid, dropped."""

    __tablename__ = "expense_payout"

    number: Mapped[str] = mapped_column(String(24), unique=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="made")
    total: Mapped[Decimal] = mapped_column(Yuan)
    count: Mapped[int]
    paid_on: Mapped[date | None]


class ExpensePayoutItem(Row, Base):
    """A claim or an advance on such a list. `claim_id` and `advance_id` are there once among lists that count."""

    __tablename__ = "expense_payout_item"
    __table_args__ = (UniqueConstraint("claim_id"), UniqueConstraint("advance_id"))

    payout_id: Mapped[str] = mapped_column(ForeignKey("expense_payout.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    claim_id: Mapped[str | None] = mapped_column(ForeignKey("expense_claim.id"))
    advance_id: Mapped[str | None] = mapped_column(ForeignKey("expense_advance.id"))
    amount: Mapped[Decimal] = mapped_column(Yuan)
