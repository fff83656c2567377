"""A promotion, from a day on: grade, place and pay, beside how the person stands against the target profile (M1).

A gate that is missed does not forbid it: who asks says why, and the flow may ask a further approver ("gate" is a fact
of its conditions). Pay that is proposed is decided by somebody who may decide on pay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Fact, Facts, Post
from interview_engine.hr.competency.gates import Bar, bars_of, verdict
from interview_engine.hr.competency.tables import RoleProfile
from interview_engine.hr.employment import service as employment
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Line, in_force
from interview_engine.i18n import LocalizedText, Text, joined, msg
from interview_engine.store.money import from_fen

EARLIEST_DAYS = 31
GATE: Mapping[str, Text] = MappingProxyType(
    {
        "met": msg("met", context="gate"),
        "missed": msg("missed", context="gate"),
        "none": msg("no target profile", context="gate"),
    }
)


def _offers(session: Session, post: Post) -> Mapping[str, Mapping[str, Text]]:
    own = or_(RoleProfile.legal_entity_id.is_(None), RoleProfile.legal_entity_id == post.legal_entity_id)
    rows = session.scalars(select(RoleProfile).where(RoleProfile.state == "published", own).order_by(RoleProfile.code))
    profiles = {row.id: LocalizedText(row.name["zh"], row.name["en"]) for row in rows}
    return {"profile": profiles, **employment.departments(session, post)}


def _bars(session: Session, asked: Ask) -> tuple[Bar, ...]:
    return bars_of(session, asked.text("profile"), asked.person_id)


def _monthly(asked: Ask) -> int | None:
    value = asked.values.get("monthly")
    return value if isinstance(value, int) else None


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    employment.one_move_at_a_time(session, asked, clock)
    if _monthly(asked) is not None and not asked.id and in_force(session, asked, ("pay_change",)):
        raise conflict(
            "pay_change.twice",
            msg("A change of pay from that day on was asked for already."),
            msg("Withdraw or cancel that one first, or choose another day."),
        )
    missed = [one.name for one in _bars(session, asked) if not one.met]
    if missed and not asked.text("reason").strip():
        raise invalid(
            "reason",
            "promotion.gate",
            msg("The gate of the target profile is missed: {listed}.", listed=joined(missed)),
            msg("Say in the reason why the promotion is right all the same."),
        )


def _lines(session: Session, asked: Ask) -> Sequence[Line]:
    """Whether the gate is met and what is missing; and, to who may read interviews, each score with its evidence."""
    bars = _bars(session, asked)
    if not bars:
        return ()
    missed = [one.name for one in bars if not one.met]
    said = msg("missed: {listed}", listed=joined(missed)) if missed else GATE["met"]
    return [
        Line(msg("Gate of the target profile"), said, "contact"),
        *(Line(one.name, one.said(), "interview") for one in bars),
    ]


def _before(session: Session, asked: Ask) -> Mapping[str, Value]:
    held = employment.held_on(session, asked)
    before: dict[str, Value] = {"title": held.title}
    if asked.values.get("level") is not None:
        before["level"] = held.level
    if asked.text("department"):
        before["department"] = held.department_id
    if _monthly(asked) is not None:
        before["monthly"] = employment.pay_on(session, asked.post.employment_id, asked.day("from_day"))
    return before


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    held = employment.held_on(session, asked)
    level, department = asked.values.get("level"), asked.text("department")
    moved = bool(department) and department != held.department_id
    new = employment.NewPlace(
        department or held.department_id,
        asked.text("title"),
        level if isinstance(level, int) else held.level,
        None if moved else held.manager_person_id,
    )
    effects = list(employment.move(session, actor, asked, new, "promotion", clock))
    monthly = _monthly(asked)
    if monthly is not None:
        ref = f"request:{asked.id}"
        row = employment.set_pay(
            session, actor, asked.post.employment_id, monthly, asked.day("from_day"), clock, ref=ref
        )
        effects.append(Effect("pay_rate", row.id, row.monthly_fen))
    return effects


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    found: list[Effect] = []
    for one in done:
        if one.table == "pay_rate":
            row = employment.call_off_pay(session, actor, one.row_id, clock, ref=f"request:{asked.id}")
            found.append(Effect("pay_rate", row.id, -row.monthly_fen))
        else:
            found += employment.call_off_move(session, actor, asked, [one], clock)
    return found


def _facts(asked: Ask) -> Facts:
    facts: dict[str, Decimal | str] = {}
    level, monthly = asked.values.get("level"), _monthly(asked)
    if isinstance(level, int):
        facts["level"] = Decimal(level)
    if monthly is not None:
        facts["monthly_pay"] = from_fen(monthly)
    return facts


PROMOTION = AskedKind(
    name="promotion",
    title=msg("Promotion"),
    about=msg("A more senior job, from a day on, beside the competencies that it needs."),
    fields=(
        Field("title", msg("New job title"), required=True, most=120),
        Field("level", msg("New level"), "whole", low=Decimal(0), high=Decimal(99)),
        Field("department", msg("New department", context="move"), help=msg("Left empty: as it is.")),
        Field("profile", msg("Target profile"), help=msg("What the new job needs; it is shown to who decides.")),
        Field("from_day", msg("From day"), "day", required=True),
        Field("monthly", msg("Proposed monthly pay in yuan"), "money", low=Decimal(0),
              help=msg("Somebody who may see pay decides on it.")),
        Field("reason", msg("Reason"), "area", most=1000, help=msg("Needed where the gate of the profile is missed.")),
    ),
    days=("from_day",),
    classes={"monthly": "pay"},
    by_oneself=False,
    for_others=("contact", "read"),
    facts=(
        Fact("level", msg("New level")),
        Fact("gate", msg("Gate of the target profile"), GATE),
        Fact("monthly_pay", msg("New monthly pay in yuan")),
    ),
    facts_of=_facts,
    facts_in=lambda session, asked: {"gate": verdict(_bars(session, asked))},
    decided_by=lambda asked: None if _monthly(asked) is None else ("pay", "decide"),
    earliest_days=EARLIEST_DAYS,
    offers=_offers,
    check=_check,
    before=_before,
    lines=_lines,
    previews=("profile",),
    apply=_apply,
    reverse=_reverse,
)  # fmt: skip
