"""Claims: begun on the phone, filled, sent for approval; what their approval and its cancellation do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.area import Post
from interview_engine.hr.employment import service as employments
from interview_engine.hr.expense import advances, budgets, lines, rules
from interview_engine.hr.expense.advances import number_of
from interview_engine.hr.expense.invoices import key_of
from interview_engine.hr.expense.kinds import PER_DIEM, Kind, kinds_of
from interview_engine.hr.expense.rules import ZERO
from interview_engine.hr.expense.tables import ExpenseClaim, ExpenseEntry, ExpenseLine, ExpensePayoutItem
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "draft": msg("Draft", context="expense"),
        "pending": msg("Waiting for a decision"),
        "approved": msg("Approved, not paid yet"),
        "paid": msg("Paid", context="expense"),
        "rejected": msg("Not approved, or withdrawn"),
        "cancelled": msg("Cancelled"),
    }
)
IN_USE = ("pending", "approved", "paid")
"""States in which a claim's invoices cannot be used again."""
MOST_DRAFTS = 20


def begin(session: Session, actor: Actor, key: str, clock: Clock) -> ExpenseClaim:
    """Begin a claim of one's own; the same key again gives the claim that there is.

    Raises:
        PermissionDenied: the actor is nobody. ConflictError: `expense.not_here`, `expense.drafts` (too many).
    """
    if actor.person_id is None or find(session, Person, actor.person_id, lock=True) is None:
        raise denied()
    clean = key[:80] or None
    mine = ExpenseClaim.person_id == actor.person_id
    if clean is not None:
        there = session.scalar(select(ExpenseClaim).where(mine, ExpenseClaim.idempotency_key == clean))
        if there is not None:
            return there
    post = house().post_of(session, actor.person_id)
    if post is None or post.state == "pending":
        raise conflict(
            "expense.not_here",
            msg("Only who works here has expenses to claim."),
            msg("Ask HR: the first day of work is not reached, or the employment has ended."),
        )
    if len(session.scalars(select(ExpenseClaim.id).where(mine, ExpenseClaim.state == "draft")).all()) >= MOST_DRAFTS:
        raise conflict("expense.drafts", msg("You have {most} drafts.", most=MOST_DRAFTS),
                       msg("Send or delete one of them first."))  # fmt: skip
    made = stamp(actor.id, clock)
    row = ExpenseClaim(
        **made, number=number_of("BX", made["id"], clock), person_id=actor.person_id,
        employment_id=post.employment_id, department_id=post.department_id, legal_entity_id=post.legal_entity_id,
        state="draft", idempotency_key=clean,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "expense_claim.begin", f"expense_claim:{row.id}", {}, clock)
    return row


def own(session: Session, actor: Actor, claim_id: str, *, lock: bool = False) -> ExpenseClaim:
    """A claim of the actor's own.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = find(session, ExpenseClaim, claim_id, lock=lock)
    if row is None or actor.person_id is None or row.person_id != actor.person_id:
        raise missing("expense_claim", msg("claim"))
    return row


def own_draft(session: Session, actor: Actor, claim_id: str) -> ExpenseClaim:
    """A draft of the actor's own, locked.

    Raises:
        NotFoundError. ConflictError: `expense.sent`.
    """
    row = own(session, actor, claim_id, lock=True)
    if row.state != "draft":
        raise conflict("expense.sent", msg("This claim was sent already."),
                       msg("Withdraw its request first, or begin another claim."))  # fmt: skip
    return row


def mine(session: Session, actor: Actor) -> list[ExpenseClaim]:
    """The actor's claims, the newest first, at most 100."""
    statement = select(ExpenseClaim).where(ExpenseClaim.person_id == (actor.person_id or ""))
    return list(session.scalars(statement.order_by(ExpenseClaim.id.desc()).limit(100)))


def describe(session: Session, actor: Actor, claim: ExpenseClaim, purpose: str, project: str, clock: Clock) -> None:
    """Say what a draft is for.

    Raises:
        InvalidInput: purpose or project too long.
    """
    claim.purpose = text_within(purpose, "purpose", msg("purpose"), 120, least=0)
    claim.project = text_within(project, "project", msg("project"), 80, least=0)
    touch(claim, actor.id, clock)
    session.flush()


def count_up(session: Session, claim: ExpenseClaim) -> Decimal:
    """The sum of a draft's lines, kept in its row."""
    claim.total = sum((one.total for one in lines.of_claim(session, claim.id) if one.total is not None), ZERO)
    session.flush()
    return claim.total


def drop(session: Session, actor: Actor, claim_id: str, clock: Clock) -> None:
    """Delete a draft with its lines.

    Raises:
        NotFoundError. ConflictError: `expense.sent`.
    """
    claim = own_draft(session, actor, claim_id)
    for line in lines.of_claim(session, claim.id):
        session.delete(line)
    session.flush()
    session.delete(claim)
    session.flush()
    audit.record(session, actor.id, "expense_claim.drop", f"expense_claim:{claim_id}", {}, clock)


def again(session: Session, actor: Actor, claim_id: str, clock: Clock) -> ExpenseClaim:
    """A new draft with the lines of a claim that was not approved; asked for twice it is one draft.

    Raises:
        NotFoundError. ConflictError: `expense.state`; as `begin`.
    """
    old = own(session, actor, claim_id)
    if old.state not in ("rejected", "cancelled"):
        raise conflict("expense.state", msg("Only a claim that was not approved is begun again."))
    made = begin(session, actor, f"again:{old.id}", clock)
    if made.state != "draft" or lines.of_claim(session, made.id):
        return made
    made.purpose, made.project = old.purpose, old.project
    kept = [one.name for one in ExpenseLine.__table__.columns
            if one.name not in ("id", "created_at", "updated_at", "actor", "claim_id", "invoice_key")]  # fmt: skip
    for line in lines.of_claim(session, old.id):
        copied = {name: getattr(line, name) for name in kept}
        session.add(ExpenseLine(**stamp(actor.id, clock), **copied, claim_id=made.id, invoice_key=None))
    session.flush()
    count_up(session, made)
    return made


# Sending ----------------------------------------------------------------------------------------------------------


def check_whole(session: Session, claim: ExpenseClaim, clock: Clock) -> None:
    """Refuse a claim that cannot be sent as it is.

    Raises:
        InvalidInput: what is missing, over a limit, dated in the future. ConflictError: an invoice is in use.
    """
    rows = lines.of_claim(session, claim.id)
    if not rows:
        raise invalid("lines", "expense.empty", msg("There is no line in the claim."),
                      msg("Upload an invoice, or add a per diem."))  # fmt: skip
    if not claim.purpose:
        raise required("purpose", msg("purpose"))
    kinds = kinds_of(session, claim.legal_entity_id)
    for row in rows:
        _check_line(row, kinds, clock)
        others = [one for one in rows if one.id != row.id]
        lines.check_unused(session, claim, key_of(row.invoice_code, row.invoice_number), others)


def _check_line(row: ExpenseLine, kinds: Mapping[str, Kind], clock: Clock) -> None:
    place = row.position
    if row.day is None or row.total is None:
        raise invalid("lines", "expense.incomplete", msg("Line {place}: date or amount is missing.", place=place),
                      msg("Fill it in from the invoice."))  # fmt: skip
    if row.total <= 0:
        raise invalid("lines", "expense.amount", msg("Line {place}: the amount is not more than 0.", place=place),
                      msg("A red invoice is not claimed: remove it."))  # fmt: skip
    if row.day > china_day(clock):
        raise invalid("lines", "expense.future", msg("Line {place} is dated in the future.", place=place),
                      msg("Correct the date, or claim it when the day has come."))  # fmt: skip
    if row.kind == PER_DIEM and row.rule_id is not None:
        return
    kind = kinds.get(row.kind)
    if kind is None:
        raise invalid("lines", "expense.kind", msg("Line {place}: choose a kind of expense.", place=place),
                      lines.CORRECT)  # fmt: skip
    if kind.needs_invoice and row.currency == "CNY" and not row.invoice_number:
        raise invalid("lines", "expense.number", msg("Line {place}: the invoice number is missing.", place=place),
                      msg("“{kind}” needs an invoice: type in its number.", kind=kind.word))  # fmt: skip
    if kind.most is not None and row.total > kind.most:
        raise invalid(
            "lines", "expense.limit",
            msg("Line {place}: “{kind}” is paid up to ¥{most}.", place=place, kind=kind.word, most=f"{kind.most:,.2f}"),
            msg("Lower the amount to what is paid, and say why in the note."),
        )  # fmt: skip


def take_invoices(session: Session, claim: ExpenseClaim) -> None:
    """Take the claim's invoices into use; of two claims that take one at once, the second is refused.

    Raises:
        ConflictError: `expense.invoice_used`.
    """
    rows = lines.of_claim(session, claim.id)
    for row in rows:
        lines.check_unused(session, claim, key_of(row.invoice_code, row.invoice_number), ())
    try:
        with session.begin_nested():
            for row in rows:
                row.invoice_key = key_of(row.invoice_code, row.invoice_number)
            session.flush()
    except IntegrityError as error:
        raise lines.used_already("") from error


def release(session: Session, claim: ExpenseClaim) -> None:
    """Let the claim's invoices be used again."""
    for row in lines.of_claim(session, claim.id):
        row.invoice_key = None
    session.flush()


def sent(session: Session, claim: ExpenseClaim, request_id: str, post: Post, actor_id: str, clock: Clock) -> None:
    """The claim is asked for: its invoices are in use, and it belongs where its person works now."""
    take_invoices(session, claim)
    claim.state, claim.request_id = "pending", request_id
    claim.department_id, claim.employment_id = post.department_id, post.employment_id
    touch(claim, actor_id, clock)
    session.flush()


def refused(session: Session, claim: ExpenseClaim, actor_id: str, clock: Clock) -> None:
    """It was rejected, withdrawn, or nobody decided."""
    release(session, claim)
    claim.state = "rejected"
    touch(claim, actor_id, clock)
    session.flush()


# Approved, and cancelled ------------------------------------------------------------------------------------------


def approve(session: Session, claim: ExpenseClaim, actor_id: str, clock: Clock) -> dict[str, Decimal]:
    """What an approval does: advances are settled, the budget is charged, what is left is to be paid out.

    Returns by id of an advance what was taken of it.
    """
    employments.locked(session, claim.employment_id)
    budgets.lock_company(session, claim.legal_entity_id)
    held = advances.open_of(session, claim.person_id, claim.legal_entity_id, lock=True)
    settled = rules.settle(claim.total, [one.open for one in held])
    advances.settle_by(session, claim, held, settled.taken, actor_id, clock)
    claim.month = budgets.month_now(session, claim.legal_entity_id, clock)
    claim.settled, claim.payable = claim.total - settled.payable, settled.payable
    claim.state = "approved" if settled.payable else "paid"
    claim.paid_on = None if settled.payable else china_day(clock)
    _charge(session, claim, 1, claim.month, actor_id, clock)
    touch(claim, actor_id, clock)
    session.flush()
    return {row.id: amount for row, amount in zip(held, settled.taken, strict=True) if amount}


def cancel(session: Session, claim: ExpenseClaim, actor_id: str, clock: Clock) -> None:
    """The counter-entries of an approval: advances are open again, the budget gets its money back in the first open
    month, and what was paid out already is owed.

    Raises:
        ConflictError: `expense.on_list`, it stands on a list that is being paid.
    """
    employments.locked(session, claim.employment_id)
    budgets.lock_company(session, claim.legal_entity_id)
    listed = session.scalar(select(ExpensePayoutItem.id).where(ExpensePayoutItem.claim_id == claim.id))
    if claim.state == "approved" and listed is not None:
        raise conflict("expense.on_list", msg("This claim stands on a list that is being paid."),
                       msg("Drop the list first, or wait until it is marked as paid."))  # fmt: skip
    advances.unsettle(session, claim, actor_id, clock)
    if claim.state == "paid":
        advances.owe(session, claim, actor_id, clock)
    _charge(session, claim, -1, budgets.month_now(session, claim.legal_entity_id, clock), actor_id, clock)
    release(session, claim)
    claim.state = "cancelled"
    touch(claim, actor_id, clock)
    session.flush()


def _charge(session: Session, claim: ExpenseClaim, sign: int, month: date, actor_id: str, clock: Clock) -> None:
    """Entries of the claim in a month, one a kind; below 0 of a cancellation."""
    sums: dict[str, Decimal] = {}
    for line in lines.of_claim(session, claim.id):
        sums[line.kind] = sums.get(line.kind, ZERO) + (line.total or ZERO)
    word = "approved" if sign > 0 else "cancelled"
    for kind, amount in sorted(sums.items()):
        session.add(
            ExpenseEntry(
                **stamp(actor_id, clock), claim_id=claim.id, person_id=claim.person_id,
                department_id=claim.department_id, legal_entity_id=claim.legal_entity_id, month=month,
                kind=kind, amount=sign * amount, source=f"{word}:{claim.id}:{kind}",
            )
        )  # fmt: skip
    session.flush()
