"""A roster is worked out as durable work: asked for, read for whoever solves it, and what came of it written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.rosters.laying import lay
from interview_engine.hr.rosters.measure import measure
from interview_engine.hr.rosters.plan import Plan, Problem
from interview_engine.hr.rosters.standing import WORK, judge, open_roster
from interview_engine.hr.rosters.tables import Roster, RosterItem
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.work import enqueue_work


@dataclass(frozen=True, slots=True)
class ToSolve:
    """A roster that is to be worked out by a method ("solver", "greedy")."""

    problem: Problem
    method: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a solver has proved of its plan: minutes that stay uncovered whatever one does, and that nothing is better
    in covering, or among those in wishes and evenness."""

    bound_minutes: int
    covers_best: bool
    even_best: bool


def begin(session: Session, actor: Actor, roster_id: str, method: str, clock: Clock) -> Roster:
    """Have a roster worked out; what is pinned stays.

    Raises:
        As `open_roster`. InvalidInput: `roster.method`. ConflictError: `roster.no_need`, `roster.nobody`.
    """
    row = open_roster(session, actor, roster_id)
    if method not in ("solver", "greedy"):
        raise invalid("method", "roster.method", msg("There is no such value."), msg("Choose one."))
    laid = lay(session, row)
    if not laid.problem.shift_demand:
        raise conflict("roster.no_need", msg("Nothing is needed on any day yet."),
                       msg("Enter on the board how many people each shift needs."))  # fmt: skip
    if not laid.members:
        raise conflict("roster.nobody", msg("Nobody works in this department on these days."),
                       msg("Choose another department or other days."))  # fmt: skip
    row.method, row.problem = method, None
    touch(row, actor.id, clock)
    enqueue_work(session, WORK, row.id, clock, actor.id, again=True)
    audit.record(session, actor.id, "roster.plan", f"roster:{row.id}", {"method": method}, clock)
    return row


def to_solve(session: Session, roster_id: str) -> ToSolve | None:
    """What a worker works out; None where the roster is gone or published by now."""
    row = find(session, Roster, roster_id)
    if row is None or row.state == "published":
        return None
    return ToSolve(lay(session, row).problem, row.method or "solver")


def planned(session: Session, roster_id: str, plan: Plan, proof: Proof | None, actor_id: str, clock: Clock) -> None:
    """Write a plan into the roster: what is pinned stays, the rest is replaced.

    Args:
        proof: of the solver's; None for a plan that nothing is proved of.
    """
    row = find(session, Roster, roster_id, lock=True)
    if row is None or row.state == "published":
        return
    laid = lay(session, row)
    session.execute(delete(RosterItem).where(RosterItem.roster_id == row.id, RosterItem.pinned.is_(False)))
    session.expire_all()
    members = laid.by_id
    pinned = {(one.worker, one.day) for one in laid.problem.kept}
    for each in sorted(plan):
        if (each.worker, each.day) in pinned or each.worker not in members:
            continue
        session.add(
            RosterItem(
                **stamp(actor_id, clock), roster_id=row.id, employment_id=each.worker,
                person_id=members[each.worker].person_id, day=each.day, shift_id=each.shift, post=each.skill,
                pinned=False,
            )
        )  # fmt: skip
    session.flush()
    row = find(session, Roster, roster_id, lock=True)
    assert row is not None
    fresh = lay(session, row)
    row.figures, row.problem = figures_of(fresh.problem, fresh.plan, proof), None
    judge(fresh, actor_id, clock)
    audit.record(session, actor_id, "roster.planned", f"roster:{row.id}", {"method": row.method}, clock)


def not_planned(session: Session, roster_id: str, error: InterviewEngineError, actor_id: str, clock: Clock) -> None:
    """Write down why it was not worked out; what was planned before stays."""
    row = find(session, Roster, roster_id, lock=True)
    if row is None:
        return
    row.problem = {
        "code": error.code,
        "message": {"zh": error.message.get("zh"), "en": error.message.get("en")},
        "next_step": {"zh": error.next_step.get("zh"), "en": error.next_step.get("en")},
    }
    touch(row, actor_id, clock)


def figures_of(problem: Problem, plan: Plan, proof: Proof | None) -> dict[str, Any]:
    """How good a plan was when it was made, as a row keeps it."""
    found = measure(problem, plan)
    told: dict[str, Any] = {
        "needed": sum(one.count for one in problem.shift_demand), "uncovered": found.uncovered,
        "uncovered_minutes": found.uncovered_minutes, "wishes": found.wishes, "wishes_refused": found.wishes_refused,
        "nights_apart": found.nights_apart, "weekends_apart": found.weekends_apart,
    }  # fmt: skip
    if proof is not None:
        told |= {"bound_minutes": proof.bound_minutes, "covers_best": proof.covers_best, "even_best": proof.even_best}
    return told
