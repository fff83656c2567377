"""What somebody sees of their own performance, and what of their team waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import appraisals, goals
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle, PerformanceGoal

SHOWN = 30
"""Reviews of others that the page lists at once."""


@dataclass(frozen=True, slots=True)
class OwnCycle:
    """A cycle with one's own goals in it, and how many wait to be confirmed."""

    cycle: PerformanceCycle
    goals: list[PerformanceGoal]
    parents: dict[str, str]
    sent: int


@dataclass(frozen=True, slots=True)
class ToReview:
    """Somebody's appraisal that waits for a review of the reader's."""

    row: Appraisal
    name: str
    cycle: PerformanceCycle


def own_cycles(session: Session, person_id: str) -> list[OwnCycle]:
    """The cycles that are open, with the person's goals in them, the newest first; of goals only what was sent."""
    rows = session.scalars(
        select(PerformanceCycle)
        .where(
            PerformanceCycle.state.in_(("goals", "executing", *steps.REVIEWS)),
            PerformanceCycle.id.in_(
                select(PerformanceGoal.cycle_id).where(
                    PerformanceGoal.person_id == person_id, PerformanceGoal.state != "draft"
                )
            ),
        )
        .order_by(PerformanceCycle.first_day.desc(), PerformanceCycle.id.desc())
    ).all()
    found = []
    for row in rows:
        held = [one for one in goals.of_person(session, person_id, row.id) if one.state != "draft"]
        above = [one.parent_id for one in held if one.parent_id is not None]
        titles = select(PerformanceGoal.id, PerformanceGoal.title).where(PerformanceGoal.id.in_(above))
        parents = dict(session.execute(titles).tuples().all())
        found.append(OwnCycle(row, held, parents, sum(1 for one in held if one.state == "sent")))
    return found


def reviews_for(session: Session, actor: Actor) -> list[ToReview]:
    """Appraisals that wait for a review that the actor may write: one's own, and those of one's team."""
    me = actor.person_id or ""
    statement = (
        select(Appraisal, Person.name, PerformanceCycle)
        .join(Person, Person.id == Appraisal.person_id)
        .join(PerformanceCycle, PerformanceCycle.id == Appraisal.cycle_id)
        .where(or_(
            (Appraisal.person_id == me) & (Appraisal.step == "self"),
            (Appraisal.manager_person_id == me) & (Appraisal.step == "manager"),
            (PerformanceCycle.gm_person_id == me) & (Appraisal.step == "gm"),
        ))
        .order_by(Appraisal.id)
        .limit(SHOWN)
    )  # fmt: skip
    rows = session.execute(statement).tuples().all()
    return [ToReview(*one) for one in rows if appraisals.may_review(session, actor, one[0])]


def results(session: Session, person_id: str) -> list[tuple[Appraisal, PerformanceCycle]]:
    """One's own results as they were published, the newest first; one that an appeal opened is not shown meanwhile."""
    statement = (
        select(Appraisal, PerformanceCycle)
        .join(PerformanceCycle, PerformanceCycle.id == Appraisal.cycle_id)
        .where(Appraisal.person_id == person_id, Appraisal.published_at.is_not(None), Appraisal.reopened.is_(None))
        .order_by(PerformanceCycle.first_day.desc(), Appraisal.id.desc())
    )
    return list(session.execute(statement).tuples())


def anything(session: Session, person_id: str) -> bool:
    """Whether the person's company has a cycle that concerns them: goals, an appraisal, or a team to review."""
    mine = select(Appraisal.id).where(or_(Appraisal.person_id == person_id, Appraisal.manager_person_id == person_id))
    sent = select(PerformanceGoal.id).where(PerformanceGoal.person_id == person_id, PerformanceGoal.state != "draft")
    return session.scalar(mine.limit(1)) is not None or session.scalar(sent.limit(1)) is not None


def waiting(session: Session, person_id: str) -> int:
    """How many things wait for the person: goals to confirm, results to confirm."""
    sent = select(func.count()).select_from(PerformanceGoal)
    told = select(func.count()).select_from(Appraisal)
    return (
        session.scalar(sent.where(PerformanceGoal.person_id == person_id, PerformanceGoal.state == "sent")) or 0
    ) + (
        session.scalar(
            told.where(
                Appraisal.person_id == person_id,
                Appraisal.published_at.is_not(None),
                Appraisal.confirmed_at.is_(None),
                Appraisal.reopened.is_(None),
            )
        )
        or 0
    )
