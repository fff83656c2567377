"""The door of performance: cycles go on step by step, what is published is confirmed, and what is late is reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.accounts.service import persons_with_roles
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import appraisals, calibration, cycles
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle, PerformanceGoal
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch

AGAIN_DAYS = 3
"""Days between two reminders of the same step."""
AT_ONCE = 1000


def advance(session: Session, actor: Actor, cycle_id: str, wanted: str, clock: Clock) -> PerformanceCycle:
    """Open the next step of a cycle; needs "performance" decide in its company. Of two clicks at once one is refused.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.step`, it is not the next one;
            `performance.open_reviews`, reviews are missing; `performance.shares`; `performance.open_appeals`.
    """
    row = cycles.get_for(session, actor, cycle_id, "decide", lock=True)
    steps.check_step(row.state, wanted)
    row.state = wanted
    row.due_on = max(china_day(clock), row.last_day) if wanted == "executing" else _due(row, clock)
    session.flush()
    if wanted == "self":
        for appraisal_id, person_id in _begun(session, actor, row, clock):
            tell_person(session, person_id, f"performance.self:{appraisal_id}", "performance.self",
                        {"cycle": row.name}, clock)  # fmt: skip
    elif wanted == "calibration":
        _check_reviews(session, row)
        calibration.propose(session, row)
    elif wanted == "published":
        calibration.publish(session, actor, row, clock)
    elif wanted == "closed":
        _check_appeals(session, row)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "performance_cycle.step", f"performance_cycle:{row.id}", {"to": wanted}, clock)
    return row


def confirm_result(session: Session, actor: Actor, appraisal_id: str, clock: Clock) -> Appraisal:
    """Confirm that one has read one's published result; it does not mean that one agrees. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.not_published`.
    """
    row = find(session, Appraisal, appraisal_id, lock=True)
    if row is None:
        raise missing("appraisal", msg("appraisal"))
    if row.person_id != actor.person_id:
        raise denied()
    if row.published_at is None or row.reopened is not None:
        raise conflict("performance.not_published", msg("This result is not published."))
    if row.confirmed_at is None:
        row.confirmed_at = clock.now()
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "appraisal.confirm", f"appraisal:{row.id}", {}, clock)
    return row


def of_person(session: Session, person_id: str) -> list[tuple[Appraisal, PerformanceCycle]]:
    """A person's appraisals with their cycles, the newest first. The caller has checked."""
    statement = (
        select(Appraisal, PerformanceCycle)
        .join(PerformanceCycle, PerformanceCycle.id == Appraisal.cycle_id)
        .where(Appraisal.person_id == person_id)
        .order_by(PerformanceCycle.first_day.desc(), Appraisal.id.desc())
    )
    return list(session.execute(statement).tuples())


def counts(session: Session, cycle_id: str) -> dict[str, int]:
    """How many appraisals of a cycle wait for which review. The caller has checked."""
    statement = select(Appraisal.step, func.count()).where(Appraisal.cycle_id == cycle_id).group_by(Appraisal.step)
    return dict(session.execute(statement).tuples().all())


def remind(session: Session, clock: Clock) -> int:
    """Job: remind those whose step of a cycle is late, every few days; returns how many were told."""
    today = china_day(clock)
    told = 0
    statement = select(PerformanceCycle).where(
        PerformanceCycle.state.in_(("goals", *steps.REVIEWS)), PerformanceCycle.due_on < today
    )
    for cycle in session.scalars(statement.order_by(PerformanceCycle.id)).all():
        assert cycle.due_on is not None
        round_ = (today - cycle.due_on - timedelta(days=1)).days // AGAIN_DAYS
        for person_id in _late(session, cycle):
            key = f"performance.late:{cycle.id}:{cycle.state}:{person_id}:{round_}"
            payload = {"cycle": cycle.name}
            tell_person(session, person_id, key, "performance.late", payload, clock)
            told += 1
    return told


def _late(session: Session, cycle: PerformanceCycle) -> Sequence[str]:
    if cycle.state == "goals":
        statement = select(PerformanceGoal.person_id).where(
            PerformanceGoal.cycle_id == cycle.id,
            PerformanceGoal.state == "sent",
            PerformanceGoal.person_id.is_not(None),
        )
        return sorted({one for one in session.scalars(statement.limit(AT_ONCE)) if one})
    rows = session.scalars(
        select(Appraisal)
        .where(Appraisal.cycle_id == cycle.id, Appraisal.step.in_(_reached(cycle.state)))
        .limit(AT_ONCE)
    ).all()
    found: set[str] = set()
    for row in rows:
        if row.step == "self":
            found.add(row.person_id)
        elif row.step == "manager" and row.manager_person_id is not None:
            found.add(row.manager_person_id)
        elif row.step == "gm" and cycle.gm_person_id is not None:
            found.add(cycle.gm_person_id)
        else:
            found.update(persons_with_roles(session, ("hr",)))
    here = select(Person.id).where(Person.id.in_(found), Person.erased_at.is_(None))
    return sorted(session.scalars(here))


def _reached(state: str) -> tuple[str, ...]:
    return steps.REVIEWS[: steps.REVIEWS.index(state) + 1]


def _due(row: PerformanceCycle, clock: Clock) -> date:
    return china_day(clock) + timedelta(days=row.step_days)


def _begun(session: Session, actor: Actor, row: PerformanceCycle, clock: Clock) -> list[tuple[str, str]]:
    appraisals.begin_all(session, actor, row, clock)
    statement = select(Appraisal.id, Appraisal.person_id).where(Appraisal.cycle_id == row.id)
    return list(session.execute(statement).tuples())


def _check_reviews(session: Session, row: PerformanceCycle) -> None:
    open_ = sum(count for step, count in counts(session, row.id).items() if step != steps.DONE)
    if open_:
        raise conflict("performance.open_reviews", msg("{count} appraisals still wait for a review.", count=open_),
                       msg("Have them written, or leave them out with a reason."))  # fmt: skip


def _check_appeals(session: Session, row: PerformanceCycle) -> None:
    statement = select(func.count()).select_from(Appraisal)
    open_ = session.scalar(statement.where(Appraisal.cycle_id == row.id, Appraisal.reopened.is_not(None))) or 0
    if open_:
        raise conflict("performance.open_appeals", msg("{count} appeals are not settled yet.", count=open_),
                       msg("Settle them first."))  # fmt: skip
