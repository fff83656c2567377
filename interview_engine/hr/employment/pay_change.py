"""A change of pay from a day on: asked for by who may write pay, kept as a dated row once it is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, in_force
from interview_engine.i18n import msg
from interview_engine.store.money import from_fen

NAME = "pay_change"
EARLIEST_DAYS = 366
"""A raise that was agreed late holds back to its day; pay runs make the difference an adjustment."""


def _fen(asked: Ask) -> int:
    value = asked.values["monthly"]
    assert isinstance(value, int)
    return value


def _check(session: Session, asked: Ask, _: Clock) -> None:
    if in_force(session, asked, (NAME,)):
        raise conflict(
            "pay_change.twice",
            msg("A change of pay from that day on was asked for already."),
            msg("Withdraw or cancel that one first, or choose another day."),
        )


def _before(session: Session, asked: Ask) -> Mapping[str, Value]:
    held = pay_rates.pay_on(session, asked.post.employment_id, asked.day("from_day"))
    return {} if held is None else {"monthly": held}


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    ref = f"request:{asked.id}"
    first = asked.day("from_day")
    row = pay_rates.set_pay(session, actor, asked.post.employment_id, _fen(asked), first, clock, ref=ref)
    return [Effect("pay_rate", row.id, row.monthly_fen)]


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    rows = [pay_rates.call_off_pay(session, actor, one.row_id, clock, ref=f"request:{asked.id}") for one in done]
    return [Effect("pay_rate", row.id, -row.monthly_fen) for row in rows]


def _facts(asked: Ask) -> Facts:
    return {"monthly_pay": from_fen(_fen(asked))}


PAY_CHANGE = AskedKind(
    name=NAME,
    title=msg("Change of pay"),
    about=msg("Another monthly pay from a day on."),
    fields=(
        Field("monthly", msg("New monthly pay in yuan"), "money", required=True, low=Decimal(0)),
        Field("from_day", msg("From day"), "day", required=True),
        Field("reason", msg("Reason"), "area", most=1000),
    ),
    days=("from_day",),
    field_class="pay",
    by_oneself=False,
    for_others=("pay", "write"),
    facts=(Fact("monthly_pay", msg("New monthly pay in yuan")),),
    facts_of=_facts,
    decided_by=lambda _: ("pay", "decide"),
    earliest_days=EARLIEST_DAYS,
    check=_check,
    before=_before,
    apply=_apply,
    reverse=_reverse,
)
