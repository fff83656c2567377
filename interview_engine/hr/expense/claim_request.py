"""A claim as it is asked for: the cards name its sum and purpose, the flow may ask for the amount, and its approval
settles advances, charges the budget and makes it payable in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts, Post
from interview_engine.hr.expense import advances, budgets, claims, lines, rules
from interview_engine.hr.expense.invoices import FINDINGS
from interview_engine.hr.expense.kinds import words_of
from interview_engine.hr.expense.rules import yuan_text
from interview_engine.hr.expense.tables import ExpenseAdvance, ExpenseClaim, ExpenseLine
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line
from interview_engine.i18n import LocalizedText, Text, joined, msg
from interview_engine.store.money import from_fen, to_fen
from interview_engine.store.rows import find

NAME = "expense_claim"
YES_NO: Mapping[str, Text] = {"yes": msg("yes"), "no": msg("no")}
MOST_OFFERED = 60


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    mine = ExpenseClaim.employment_id == post.employment_id
    rows = session.scalars(
        select(ExpenseClaim)
        .where(mine, or_(ExpenseClaim.state == "draft", ExpenseClaim.request_id.is_not(None)))
        .order_by(ExpenseClaim.id.desc())
        .limit(MOST_OFFERED)
    )
    return {"claim": {row.id: LocalizedText(row.number, row.number) for row in rows}}


def _claim(session: Session, asked: Ask, *, lock: bool = False) -> ExpenseClaim:
    row = find(session, ExpenseClaim, asked.text("claim"), lock=lock)
    if row is None or row.person_id != asked.person_id:
        raise missing("expense_claim", msg("claim"))
    return row


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    claim = _claim(session, asked, lock=True)
    if not asked.id and claim.state != "draft":
        raise conflict("expense.sent", msg("This claim was sent already."),
                       msg("Withdraw its request first, or begin another claim."))  # fmt: skip
    if asked.id and (claim.state != "pending" or claim.request_id != asked.id):
        raise conflict("expense.state", msg("The claim does not wait for a decision any more."))
    if not asked.id:
        claims.count_up(session, claim)
        claim.purpose, claim.project = asked.text("purpose"), asked.text("project")
    if rules.ZERO + _amount(asked) != claim.total:
        raise conflict("expense.changed", msg("The claim has been changed: its sum is {sum} now.",
                       sum=yuan_text(claim.total)), msg("Look at it and send it again."))  # fmt: skip
    if not asked.id:
        claims.check_whole(session, claim, clock)


def _amount(asked: Ask) -> Decimal:
    return from_fen(int(str(asked.values.get("amount") or 0)))


def _facts(session: Session, asked: Ask) -> Facts:
    claim = _claim(session, asked)
    rows = lines.of_claim(session, claim.id)
    over = any(one.left < 0 for one in _budgets(session, claim))
    return {
        "amount": claim.total,
        "looks": "yes" if any(row.looks for row in rows) else "no",
        "over_budget": "yes" if over else "no",
    }


def _budgets(session: Session, claim: ExpenseClaim) -> list[budgets.Left]:
    """What is left of the month in which the claim counts, or would if it were approved when it was last changed."""
    month = claim.month or budgets.month_of(session, claim.legal_entity_id, claim.updated_at)
    return budgets.left_of(session, claim.department_id, month)


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    claim = find(session, ExpenseClaim, asked.text("claim"))
    if claim is None or claim.person_id != asked.person_id:
        return ()
    return claim_lines(session, claim)


def claim_lines(session: Session, claim: ExpenseClaim) -> list[Line]:
    """What who decides should know of a claim, beside its form."""
    words = words_of(session, claim.legal_entity_id)
    shown = [
        Line(msg("Line {place}", place=row.position), _line_text(row, words), "contact")
        for row in lines.of_claim(session, claim.id)
    ]
    return [*shown, *sums(session, claim)]


def sums(session: Session, claim: ExpenseClaim) -> list[Line]:
    """What of a claim is settled and paid out, and what is left of the budgets."""
    words = words_of(session, claim.legal_entity_id)
    shown: list[Line] = []
    settled, payable = claim.settled, claim.payable
    if claim.state in ("draft", "pending"):
        held = advances.open_of(session, claim.person_id, claim.legal_entity_id)
        planned = rules.settle(claim.total, [one.open for one in held])
        settled, payable = claim.total - planned.payable, planned.payable
    if claim.state not in ("rejected", "cancelled"):
        if settled:
            shown.append(Line(msg("Settled with advances"), yuan_text(settled), "contact"))
        shown.append(Line(msg("To be paid out"), yuan_text(payable), "contact"))
    for one in _budgets(session, claim):
        label = msg("Budget left, {kind}", kind=words.get(one.kind, one.kind)) if one.kind else msg("Budget left")
        left = one.left if claim.state != "draft" else one.left - _of_kind(session, claim, one.kind)
        said: Text | str = yuan_text(left)
        if left < 0:
            said = msg("{amount} over the budget", amount=yuan_text(-left))
        shown.append(Line(label, said, "contact"))
    return shown


def _of_kind(session: Session, claim: ExpenseClaim, kind: str) -> Decimal:
    rows = lines.of_claim(session, claim.id)
    return sum((row.total for row in rows if row.total is not None and kind in ("", row.kind)), rules.ZERO)


def _line_text(row: ExpenseLine, words: Mapping[str, Text]) -> Text:
    parts: list[object] = [words.get(row.kind, row.kind)]
    parts += [one for one in (row.day.isoformat() if row.day else "", row.seller, row.invoice_number, row.note) if one]
    if row.days:
        parts.append(msg("{count} days", count=row.days))
    if row.currency != "CNY":
        parts.append(f"{row.currency} {row.foreign_amount} × {row.rate}")
    parts.append(yuan_text(row.total or rules.ZERO))
    parts += [FINDINGS[code] for code in row.looks if code in FINDINGS]
    return joined(parts, msg(" · "))


def _started(session: Session, asked: Ask, actor_id: str, clock: Clock) -> None:
    claims.sent(session, _claim(session, asked, lock=True), asked.id, asked.post, actor_id, clock)


def _refused(session: Session, asked: Ask, actor_id: str, clock: Clock) -> None:
    claims.refused(session, _claim(session, asked, lock=True), actor_id, clock)


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    claim = _claim(session, asked, lock=True)
    taken = claims.approve(session, claim, actor.id, clock)
    effects = [Effect(ExpenseClaim.__tablename__, claim.id, to_fen(claim.total))]
    table = ExpenseAdvance.__tablename__
    return [*effects, *(Effect(table, row_id, -to_fen(amount)) for row_id, amount in taken.items())]


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    claims.cancel(session, _claim(session, asked, lock=True), actor.id, clock)
    return [Effect(one.table, one.row_id, -one.quantity) for one in done]


def _line(asked: Ask) -> str:
    return f"{yuan_text(_amount(asked))} · {asked.text('purpose')}"


CLAIM = AskedKind(
    name=NAME,
    title=msg("Expense claim"),
    about=msg("Upload your invoices, look at what was read, and send them for approval."),
    fields=(
        Field("claim", msg("Claim number"), required=True, most=32),
        Field("purpose", msg("Purpose"), required=True, most=120),
        Field("project", msg("Project"), most=80),
        Field("amount", msg("Sum in yuan"), "money", required=True, low=Decimal("0.01"), high=Decimal(10_000_000)),
    ),
    for_others=None,
    facts=(
        Fact("amount", msg("Sum in yuan")),
        Fact("looks", msg("Something on an invoice must be checked"), YES_NO),
        Fact("over_budget", msg("Over the department's budget"), YES_NO),
    ),
    facts_in=_facts,
    offers=_offers,
    check=_check,
    lines=_lines,
    previews=("claim",),
    started=_started,
    refused=_refused,
    apply=_apply,
    reverse=_reverse,
    line=_line,
)
