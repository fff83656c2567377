"""Lines of a draft: from invoices that were read, corrected by their person, and per diems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.expense import rules
from interview_engine.hr.expense.invoices import NAMES, Buyer, Invoice, findings, key_of
from interview_engine.hr.expense.kinds import PER_DIEM, kinds_of
from interview_engine.hr.expense.tables import ExpenseBuyer, ExpenseClaim, ExpenseLine, ExpensePerDiem
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import Text, msg
from interview_engine.store.blobs import BlobStore, Owner, register
from interview_engine.store.rows import find, stamp, touch

PART = "expenses"
"""The part of a person whose key opens their invoices."""
MOST_LINES = 50
MOST_DAYS = 366
CORRECT = msg("Correct it and send again.")
CURRENCIES: Mapping[str, Text] = MappingProxyType(
    {
        "CNY": msg("Yuan (CNY)"), "USD": msg("US dollar (USD)"), "EUR": msg("Euro (EUR)"), "JPY": msg("Yen (JPY)"),
        "HKD": msg("Hong Kong dollar (HKD)"), "GBP": msg("Pound (GBP)"), "SGD": msg("Singapore dollar (SGD)"),
        "KRW": msg("Won (KRW)"), "TWD": msg("New Taiwan dollar (TWD)"), "MOP": msg("Pataca (MOP)"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are stored under a key of its person."""

    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Given:
    """A line as its person leaves it after looking at what was read.

    Args:
        kind: a code of `kinds.kinds_of`. invoice: its values; their sources are worked out by what was changed.
        currency, foreign, rate: of a receipt in another currency; "CNY", None, None for yuan.
    """

    kind: str
    invoice: Invoice
    currency: str = "CNY"
    foreign: Decimal | None = None
    rate: Decimal | None = None
    note: str = ""


def store_file(blobs: BlobStore, person_id: str, data: bytes, media_type: str) -> StoredFile:
    """Store an invoice under a key of the person, before the transaction that names it."""
    return StoredFile(blobs.put(data, media_type, owner=Owner(person_id, PART)), media_type, len(data))


def buyers_of(session: Session, legal_entity_id: str) -> list[Buyer]:
    """Whom invoices of a company may be made out to; its own name, without a number, where nobody has entered any."""
    rows = session.scalars(select(ExpenseBuyer).where(ExpenseBuyer.legal_entity_id == legal_entity_id)).all()
    if rows:
        return [Buyer(row.name, row.tax_number) for row in rows]
    return [Buyer(session.get_one(LegalEntity, legal_entity_id).name)]


def of_claim(session: Session, claim_id: str) -> list[ExpenseLine]:
    """The lines of a claim in order. The caller has checked."""
    statement = select(ExpenseLine).where(ExpenseLine.claim_id == claim_id)
    return list(session.scalars(statement.order_by(ExpenseLine.position)))


def add(
    session: Session, claim: ExpenseClaim, invoice: Invoice, file: StoredFile | None, actor_id: str, clock: Clock
) -> ExpenseLine:
    """Add a line of what was read to a draft; the same file again is the line that there is.

    Raises:
        ConflictError: `expense.lines`, there are too many; `expense.invoice_used`, `expense.invoice_twice`.
    """
    there = of_claim(session, claim.id)
    if file is not None and (same := next((one for one in there if one.file_sha256 == file.sha256), None)):
        return same
    if len(there) >= MOST_LINES:
        raise conflict(
            "expense.lines",
            msg("A claim has {most} lines at most.", most=MOST_LINES),
            msg("Send this one and begin another."),
        )
    check_unused(session, claim, key_of(invoice.code, invoice.number), there)
    row = ExpenseLine(
        **stamp(actor_id, clock), claim_id=claim.id, person_id=claim.person_id,
        position=1 + max((one.position for one in there), default=0), sources={}, looks=[],
    )  # fmt: skip
    if file is not None:
        register(session, file.sha256, file.size, file.media_type, clock)
        row.file_sha256, row.file_type = file.sha256, file.media_type
    _fill(session, claim, row, invoice, clock)
    session.add(row)
    session.flush()
    return row


def change(session: Session, claim: ExpenseClaim, line_id: str, given: Given, actor_id: str, clock: Clock) -> None:
    """Correct a line of a draft; a value that differs from what was read is marked as typed in.

    Raises:
        NotFoundError. InvalidInput: `expense.kind`, `expense.rate`, `expense.amount`. ConflictError: as `add`.
    """
    row = in_claim(session, claim, line_id)
    if row.rule_id is not None:
        raise conflict("expense.per_diem", msg("A per diem follows from its rule."), msg("Remove it and add another."))
    if given.kind and given.kind not in kinds_of(session, claim.legal_entity_id):
        raise invalid("kind", "expense.kind", msg("There is no such kind of expense."), msg("Choose one of the list."))
    there = [one for one in of_claim(session, claim.id) if one.id != row.id]
    invoice = given.invoice
    if given.currency != "CNY":
        if given.foreign is None or given.rate is None or given.foreign <= 0 or given.rate <= 0:
            raise invalid("rate", "expense.rate", msg("Another currency needs its amount and the rate in yuan."),
                          CORRECT)  # fmt: skip
        invoice = replace(invoice, total=rules.in_yuan(given.foreign, given.rate))
    check_unused(session, claim, key_of(invoice.code, invoice.number), there)
    before = as_invoice(row)
    sources = {name: row.sources[name] for name in NAMES if getattr(invoice, name) == getattr(before, name)
               and name in row.sources}  # fmt: skip
    typed = {name: "typed" for name in NAMES if name not in sources and getattr(invoice, name) not in (None, "")}
    row.kind, row.note = given.kind, given.note[:200]
    row.currency = given.currency
    foreign = given.currency != "CNY"
    row.foreign_amount = f"{given.foreign:f}" if foreign else ""
    row.rate = f"{given.rate:f}" if foreign else ""
    _fill(session, claim, row, replace(invoice, sources={**sources, **typed}), clock)
    touch(row, actor_id, clock)
    session.flush()


def add_per_diem(
    session: Session, claim: ExpenseClaim, rule_id: str, first: date, days: int, note: str, actor_id: str, clock: Clock
) -> ExpenseLine:
    """Add the per diem of a number of days from the first on, by the rule that the person chose.

    Raises:
        InvalidInput: `expense.rule` (none of the person's), `expense.days`. ConflictError: `expense.lines`.
    """
    rule = next((one for one in per_diems_for(session, claim.person_id, claim.legal_entity_id, first)
                 if one.id == rule_id), None)  # fmt: skip
    if rule is None:
        raise invalid("rule", "expense.rule", msg("No such per diem holds for you on that day."),
                      msg("Choose one of the list."))  # fmt: skip
    if not 1 <= days <= MOST_DAYS or first > china_day(clock):
        raise invalid("days", "expense.days", msg("The days are 1 or more, and the first is not to come."), CORRECT)
    there = of_claim(session, claim.id)
    if len(there) >= MOST_LINES:
        raise conflict("expense.lines", msg("A claim has {most} lines at most.", most=MOST_LINES),
                       msg("Send this one and begin another."))  # fmt: skip
    row = ExpenseLine(
        **stamp(actor_id, clock), claim_id=claim.id, person_id=claim.person_id, kind=PER_DIEM, day=first,
        position=1 + max((one.position for one in there), default=0), total=rule.amount * days, rule_id=rule.id,
        days=days, note=note[:200], sources={}, looks=[],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def per_diems_for(session: Session, person_id: str, legal_entity_id: str, day: date) -> list[ExpensePerDiem]:
    """The rules that hold for somebody on a day: one a class of cities, of their level where it has a row of its own,
    the newest of several."""
    level = session.get_one(Person, person_id).level
    rows = session.scalars(
        select(ExpensePerDiem)
        .where(
            ExpensePerDiem.legal_entity_id == legal_entity_id,
            ExpensePerDiem.first_day <= day,
            or_(ExpensePerDiem.last_day.is_(None), ExpensePerDiem.last_day >= day),
            or_(ExpensePerDiem.level.is_(None), ExpensePerDiem.level == level),
        )
        .order_by(ExpensePerDiem.city_class, ExpensePerDiem.first_day, ExpensePerDiem.id)
    )
    best: dict[str, ExpensePerDiem] = {}
    for row in rows:
        held = best.get(row.city_class)
        if held is None or (row.level is not None, row.first_day) >= (held.level is not None, held.first_day):
            best[row.city_class] = row
    return list(best.values())


def remove(session: Session, claim: ExpenseClaim, line_id: str) -> None:
    """Take a line out of a draft.

    Raises:
        NotFoundError.
    """
    session.delete(in_claim(session, claim, line_id))
    session.flush()


def in_claim(session: Session, claim: ExpenseClaim, line_id: str) -> ExpenseLine:
    """A line of the claim.

    Raises:
        NotFoundError.
    """
    row = find(session, ExpenseLine, line_id)
    if row is None or row.claim_id != claim.id:
        raise missing("expense_line", msg("line"))
    return row


def as_invoice(row: ExpenseLine) -> Invoice:
    """What a line says of its invoice."""
    return Invoice(
        row.invoice_number, row.invoice_code, row.day, row.net, row.tax, row.total, row.words, row.seller,
        row.seller_tax, row.buyer, row.buyer_tax, row.sources,
    )  # fmt: skip


def check_unused(session: Session, claim: ExpenseClaim, key: str | None, there: Sequence[ExpenseLine]) -> None:
    """Refuse an invoice that is in use, in this claim or in any other; by whom is said to nobody but themselves.

    Raises:
        ConflictError: `expense.invoice_twice`, `expense.invoice_used`.
    """
    if key is None:
        return
    if any(key_of(one.invoice_code, one.invoice_number) == key for one in there):
        raise conflict(
            "expense.invoice_twice", msg("This invoice is in the claim already."), msg("Leave it out the second time.")
        )
    used = session.execute(
        select(ExpenseLine.person_id, ExpenseClaim.number)
        .join(ExpenseClaim, ExpenseClaim.id == ExpenseLine.claim_id)
        .where(ExpenseLine.invoice_key == key, ExpenseClaim.id != claim.id)
    ).tuples().first()  # fmt: skip
    if used is not None:
        raise used_already(used[1] if used[0] == claim.person_id else "")


def used_already(own_claim: str) -> Exception:
    """What is said of an invoice in use; only its own person is told where."""
    if own_claim:
        said = msg("This invoice is in your claim {number} already.", number=own_claim)
    else:
        said = msg("This invoice has been used already.")
    return conflict(
        "expense.invoice_used", said, msg("Each invoice is paid once. Ask finance if you believe that this is wrong.")
    )


def _fill(session: Session, claim: ExpenseClaim, row: ExpenseLine, invoice: Invoice, clock: Clock) -> None:
    row.invoice_number, row.invoice_code, row.day = invoice.number, invoice.code, invoice.day
    row.net, row.tax, row.total, row.words = invoice.net, invoice.tax, invoice.total, invoice.words[:120]
    row.seller, row.seller_tax = invoice.seller[:200], invoice.seller_tax
    row.buyer, row.buyer_tax = invoice.buyer[:200], invoice.buyer_tax
    row.sources = dict(invoice.sources)
    found = findings(invoice, buyers_of(session, claim.legal_entity_id), china_day(clock))
    if row.currency != "CNY":
        # of a foreign receipt the sum is another currency's, and it has no Chinese number and buyer
        found = [one for one in found if one.code in ("future", "negative", "typed")]
    row.looks = [one.code for one in found]
