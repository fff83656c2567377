"""Cycles: begun by HR with weights and shares that sum to 100, changed until the reviews begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, companies_of, visible
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.rules.grades import Share, check_shares
from interview_engine.hr.performance.rules.weights import check_weights
from interview_engine.hr.performance.tables import PerformanceCycle
from interview_engine.hr.performance.words import GRADES, PARTS
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

OPEN = ("goals", "executing", "self", "manager", "hr", "gm")
"""States in which progress is entered."""
AGREED = ("draft", "goals", "executing")
"""States in which goals, weights and shares are still changed: reviews rest on them."""
MOST_DAYS = 400
"""Days of a cycle: a year with its rest."""


@dataclass(frozen=True, slots=True)
class NewCycle:
    """What HR states; see `tables.PerformanceCycle`. Parts and grades that are not named have nothing."""

    legal_entity_id: str
    name: str
    kind: str
    first_day: date
    last_day: date
    weights: Mapping[str, Decimal]
    shares: Mapping[str, Decimal]
    bonus: Mapping[str, Decimal]
    ties: str = "in"
    excellent: Decimal = Decimal(85)
    good: Decimal = Decimal(80)
    step_days: int = 5
    gm_person_id: str | None = None


def begin(session: Session, actor: Actor, new: NewCycle, clock: Clock) -> PerformanceCycle:
    """Begin a cycle in preparation; needs "performance" decide in the company.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `performance.weights`, `performance.days`, `performance.bands`.
        ConflictError: `performance.cycle_name`.
    """
    if find(session, LegalEntity, new.legal_entity_id) is None:
        raise missing("legal_entity", msg("company"))
    check_row(session, actor, "performance", "decide", legal_entity_id=new.legal_entity_id)
    values = _clean(new)
    _check_name(session, new.legal_entity_id, str(values["name"]), None)
    row = PerformanceCycle(**stamp(actor.id, clock), legal_entity_id=new.legal_entity_id, **values, state="draft")
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "performance_cycle.begin", f"performance_cycle:{row.id}", {}, clock)
    return row


def change(session: Session, actor: Actor, cycle_id: str, new: NewCycle, clock: Clock) -> PerformanceCycle:
    """Change what a cycle states; the same again changes nothing.

    Raises:
        as `begin`. ConflictError: `performance.begun` once reviews have begun.
    """
    row = get_for(session, actor, cycle_id, "decide", lock=True)
    values = _clean(new)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    if row.state not in AGREED:
        raise conflict("performance.begun", msg("Reviews have begun: weights, shares and days stay as they are."),
                       msg("Change them in the next cycle."))  # fmt: skip
    _check_name(session, row.legal_entity_id, str(values["name"]), row.id)
    for name, value in values.items():
        setattr(row, name, value)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "performance_cycle.change", f"performance_cycle:{row.id}", {}, clock)
    return row


def get_for(
    session: Session, actor: Actor, cycle_id: str, action: str = "read", *, lock: bool = False
) -> PerformanceCycle:
    """A cycle of a company where the actor may do that.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PerformanceCycle, cycle_id, lock=lock)
    if row is None:
        raise missing("performance_cycle", msg("cycle"))
    check_row(session, actor, "performance", action, legal_entity_id=row.legal_entity_id)
    return row


def named(session: Session, actor: Actor, name: str) -> PerformanceCycle:
    """The newest open cycle of that name, of a company whose performance the actor reads or in which they work.

    Raises:
        InvalidInput: `performance.no_cycle`.
    """
    reached = visible(actor, "performance", "read", legal_entity=PerformanceCycle.legal_entity_id)
    own = PerformanceCycle.legal_entity_id.in_(companies_of(session, actor.person_id) if actor.person_id else ())
    statement = select(PerformanceCycle).where(
        PerformanceCycle.name == name.strip(), PerformanceCycle.state != "closed", or_(reached, own)
    )
    row = session.scalars(statement.order_by(PerformanceCycle.id.desc()).limit(1)).first()
    if row is None:
        raise invalid("cycle", "performance.no_cycle", msg("There is no open cycle “{name}”.", name=name.strip()),
                      msg("Check its name in the list of cycles."))  # fmt: skip
    return row


def shares_of(row: PerformanceCycle) -> list[Share]:
    """The shares of its grades, the best first."""
    return [Share(one, Decimal(row.shares[one])) for one in GRADES if Decimal(row.shares.get(one, "0")) > 0]


def bands_of(row: PerformanceCycle) -> list[tuple[str, Decimal]]:
    """Its bands with their least scores."""
    return [("excellent", row.excellent), ("good", row.good)]


def _clean(new: NewCycle) -> dict[str, object]:
    weights = {one: new.weights[one] for one in PARTS if new.weights.get(one)}
    check_weights(list(weights.values()), "weight_goals")
    shares = {one: new.shares[one] for one in GRADES if new.shares.get(one)}
    check_shares([Share(one, value) for one, value in shares.items()])
    if not new.first_day <= new.last_day or (new.last_day - new.first_day).days > MOST_DAYS:
        raise invalid("last_day", "performance.days", msg("A cycle ends after it begins, and within a year."),
                      msg("Correct the days."))  # fmt: skip
    if not 0 < new.good <= new.excellent <= 100:
        raise invalid("good", "performance.bands", msg("“Good” begins at or below “excellent”, both up to 100."),
                      msg("Correct the least scores."))  # fmt: skip
    return {
        "name": text_within(new.name, "name", msg("name"), 60),
        "kind": new.kind if new.kind in steps.KINDS else "quarter",
        "first_day": new.first_day,
        "last_day": new.last_day,
        "weights": {one: f"{value:f}" for one, value in weights.items()},
        "shares": {one: f"{value:f}" for one, value in shares.items()},
        "bonus": {one: f"{new.bonus[one]:f}" for one in GRADES if new.bonus.get(one)},
        "ties": "out" if new.ties == "out" else "in",
        "excellent": new.excellent,
        "good": new.good,
        "step_days": new.step_days,
        "gm_person_id": new.gm_person_id,
    }


def _check_name(session: Session, legal_entity_id: str, name: str, but: str | None) -> None:
    held = session.scalar(
        select(PerformanceCycle.id).where(
            PerformanceCycle.legal_entity_id == legal_entity_id, PerformanceCycle.name == name
        )
    )
    if held is not None and held != but:
        raise conflict("performance.cycle_name", msg("There is a cycle of that name already."),
                       msg("Choose another name."))  # fmt: skip
