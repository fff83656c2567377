"""An advance as it is asked for: its approval makes it payable, its cancellation takes it back before it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts
from interview_engine.hr.expense import advances
from interview_engine.hr.expense.rules import ZERO, yuan_text
from interview_engine.hr.expense.tables import ExpenseAdvance, ExpensePayoutItem
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line
from interview_engine.i18n import msg
from interview_engine.store.money import from_fen, to_fen
from interview_engine.store.rows import find, stamp, touch

NAME = "advance"


def _amount(asked: Ask) -> Decimal:
    return from_fen(int(str(asked.values.get("amount") or 0)))


def _open(session: Session, asked: Ask) -> Decimal:
    held = advances.open_of(session, asked.person_id, asked.post.legal_entity_id)
    return sum((one.open for one in held), ZERO)


def _facts(session: Session, asked: Ask) -> Facts:
    return {"amount": _amount(asked), "open": _open(session, asked)}


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    return (Line(msg("Open of earlier advances"), yuan_text(_open(session, asked)), "contact"),)


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    made = stamp(actor.id, clock)
    row = ExpenseAdvance(
        **made, number=advances.number_of("JK", made["id"], clock), person_id=asked.person_id,
        employment_id=asked.post.employment_id, department_id=asked.post.department_id,
        legal_entity_id=asked.post.legal_entity_id, purpose=asked.text("purpose"), project=asked.text("project"),
        state="approved", amount=_amount(asked), open=ZERO, request_id=asked.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return (Effect(ExpenseAdvance.__tablename__, row.id, to_fen(row.amount)),)


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    for one in done:
        row = find(session, ExpenseAdvance, one.row_id, lock=True)
        assert row is not None
        listed = session.scalar(select(ExpensePayoutItem.id).where(ExpensePayoutItem.advance_id == row.id))
        if row.state != "approved" or listed is not None:
            raise conflict(
                "expense.advance_paid",
                msg("This advance was paid out, or stands on a list that is being paid."),
                msg("Settle it with a claim, or pay it back: finance writes that down."),
            )
        row.state = "cancelled"
        touch(row, actor.id, clock)
    session.flush()
    return [Effect(one.table, one.row_id, -one.quantity) for one in done]


ADVANCE = AskedKind(
    name=NAME,
    title=msg("Advance"),
    about=msg("Money before you spend it; claims are settled with it."),
    fields=(
        Field("amount", msg("Amount in yuan"), "money", required=True, low=Decimal("0.01"), high=Decimal(10_000_000)),
        Field("purpose", msg("Purpose"), required=True, most=120),
        Field("project", msg("Project"), most=80),
    ),
    for_others=None,
    facts=(Fact("amount", msg("Amount in yuan")), Fact("open", msg("Open of earlier advances, in yuan"))),
    facts_in=_facts,
    lines=_lines,
    previews=("amount",),
    apply=_apply,
    reverse=_reverse,
    line=lambda asked: f"{yuan_text(_amount(asked))} · {asked.text('purpose')}",
)
