"""Appraisals: a row a person, reviews in their order, a score whose basis is kept line by line (H5, H8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied
from interview_engine.hr.employment import service as employments
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.performance import cycles
from interview_engine.hr.performance.rules import steps
from interview_engine.hr.performance.rules.scoring import Part, Score, band_of, of_goals, weighted
from interview_engine.hr.performance.tables import Appraisal, PerformanceCycle, PerformanceGoal
from interview_engine.hr.performance.words import PARTS
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch

AT_ONCE = 400
SCORED = ("self", "manager", "hr", "gm")


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody writes in a review: a score of 0 to 100, what was good, what to work on."""

    score: Decimal
    strengths: str
    improve: str


def begin_all(session: Session, actor: Actor, cycle: PerformanceCycle, clock: Clock) -> int:
    """An appraisal for everybody who works in the company on the last day of the cycle; who has one keeps it."""
    rows = employments.working_in(session, cycle.legal_entity_id, cycle.last_day)
    held = set(session.scalars(select(Appraisal.person_id).where(Appraisal.cycle_id == cycle.id)))
    heads = dict(session.execute(select(Department.id, Department.manager_person_id)).tuples().all())
    above = dict(session.execute(select(Department.id, Department.parent_id)).tuples().all())
    people: dict[str, str | None] = {}
    for part in batched([one.person_id for one in rows], AT_ONCE):
        people |= dict(
            session.execute(select(Person.id, Person.manager_person_id).where(Person.id.in_(part))).tuples().all()
        )
    made = 0
    for one in rows:
        if one.person_id in held:
            continue
        held.add(one.person_id)
        made += 1
        manager = people.get(one.person_id) or _head(one.person_id, one.department_id, heads, above)
        session.add(
            Appraisal(
                **stamp(actor.id, clock), cycle_id=cycle.id, person_id=one.person_id, employment_id=one.id,
                legal_entity_id=one.legal_entity_id, department_id=one.department_id, manager_person_id=manager,
                step="self", reviews={}, basis=[],
            )
        )  # fmt: skip
    session.flush()
    return made


def get_for(
    session: Session, actor: Actor, appraisal_id: str, action: str = "read", *, lock: bool = False
) -> Appraisal:
    """An appraisal within reach.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, Appraisal, appraisal_id, lock=lock)
    if row is None:
        raise missing("appraisal", msg("appraisal"))
    check_row(session, actor, "performance", action, department_id=row.department_id,
              legal_entity_id=row.legal_entity_id, person_id=row.person_id)  # fmt: skip
    return row


def may_review(session: Session, actor: Actor, row: Appraisal) -> bool:
    """Whether the actor writes the review that the appraisal waits for, as a question."""
    cycle = session.get_one(PerformanceCycle, row.cycle_id)
    try:
        steps.check_review(_state_for(cycle, row), row.step, row.step)
        _check_reviewer(session, actor, row, cycle, row.step)
    except InterviewEngineError:
        return False  # asked as a question: every refusal is a no
    return True


def review(session: Session, actor: Actor, appraisal_id: str, step: str, given: Review, clock: Clock) -> Appraisal:
    """Write the review that the appraisal waits for; the next one opens. Nobody reviews themselves but in the
    self-review, and who wrote the review of HR does not write that of the general manager.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.review`. InvalidInput: `performance.score`, ….
    """
    row = find(session, Appraisal, appraisal_id, lock=True)
    if row is None:
        raise missing("appraisal", msg("appraisal"))
    cycle = session.get_one(PerformanceCycle, row.cycle_id)
    _check_reviewer(session, actor, row, cycle, step)
    steps.check_review(_state_for(cycle, row), row.step, step)
    if not 0 <= given.score <= 100:
        raise invalid("score", "performance.score", msg("A score is from 0 to 100."), msg("Correct it and send again."))
    written = {
        "score": f"{given.score:f}",
        "strengths": text_within(given.strengths, "strengths", msg("text on what went well"), 2000, least=0),
        "improve": text_within(given.improve, "improve", msg("text on what to work on"), 2000, least=0),
        "by": actor.id,
        "at": clock.now().isoformat(),
    }
    _write(row, step, written)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "appraisal.review", f"appraisal:{row.id}", {"step": step}, clock)
    if row.step == "manager" and row.manager_person_id is not None and row.reopened is None:
        tell_person(session, row.manager_person_id, f"performance.review:{row.id}", "performance.review",
                    {"cycle": cycle.name}, clock)  # fmt: skip
    _reviewed_again(session, actor, cycle, row, step, clock)
    return row


def pass_over(session: Session, actor: Actor, appraisal_id: str, reason: str, clock: Clock) -> Appraisal:
    """HR lets the review that an appraisal waits for be left out, with the reason: it leaves the score.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.review`. InvalidInput.
    """
    row = get_for(session, actor, appraisal_id, "decide", lock=True)
    if row.person_id == actor.person_id:
        raise denied()
    cycle = session.get_one(PerformanceCycle, row.cycle_id)
    step = row.step
    steps.check_review(_state_for(cycle, row), step, step)
    _write(row, step, {"left_out": text_within(reason, "reason", msg("reason"), 300), "by": actor.id,
                       "at": clock.now().isoformat()})  # fmt: skip
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "appraisal.pass_over", f"appraisal:{row.id}", {"step": step}, clock)
    _reviewed_again(session, actor, cycle, row, step, clock)
    return row


def score_all(session: Session, cycle: PerformanceCycle) -> list[Appraisal]:
    """Work out score, basis and band of every appraisal of a cycle; returns them."""
    rows = list(session.scalars(select(Appraisal).where(Appraisal.cycle_id == cycle.id).order_by(Appraisal.id)))
    goals: dict[str, list[PerformanceGoal]] = {}
    statement = select(PerformanceGoal).where(
        PerformanceGoal.cycle_id == cycle.id,
        PerformanceGoal.person_id.is_not(None),
        PerformanceGoal.state == "confirmed",
    )
    for goal in session.scalars(statement.order_by(PerformanceGoal.id)):
        goals.setdefault(goal.person_id or "", []).append(goal)
    for row in rows:
        work_out(cycle, row, goals.get(row.person_id, []))
    return rows


def work_out(cycle: PerformanceCycle, row: Appraisal, goals: Sequence[PerformanceGoal]) -> None:
    """Write the score with its basis into an appraisal."""
    by_goals = of_goals({one.id: (one.weight, one.progress) for one in goals if one.weight is not None})
    scores: dict[str, Decimal | None] = {"goals": by_goals.score, "around": row.around}
    for step in SCORED:
        written = row.reviews.get(step, {}).get("score")
        scores[step] = None if written is None else Decimal(written)
    found = weighted([Part(one, Decimal(cycle.weights[one]), scores[one]) for one in PARTS if one in cycle.weights])
    row.basis = [_line(one) for one in _lines(found, by_goals, goals)]
    row.score = found.score
    row.band = "" if found.score is None else band_of(found.score, cycles.bands_of(cycle))


def _lines(found: Score, by_goals: Score, goals: Sequence[PerformanceGoal]) -> list[tuple[str, Any, list[Any]]]:
    names = {one.id: one for one in goals}
    below = [
        {"title": names[one.name].title, "target": f"{names[one.name].target:f}", "unit": names[one.name].unit,
         "actual": None if names[one.name].actual is None else f"{names[one.name].actual:f}", **_figures(one)}
        for one in by_goals.lines
    ]  # fmt: skip
    return [(one.name, one, below if one.name == "goals" else []) for one in found.lines]


def _line(one: tuple[str, Any, list[Any]]) -> dict[str, Any]:
    name, line, below = one
    return {"part": name, **_figures(line), "below": below}


def _figures(line: Any) -> dict[str, str | None]:
    return {
        "stated": f"{line.stated:f}",
        "weight": f"{line.weight:f}",
        "score": None if line.score is None else f"{line.score:f}",
        "points": None if line.points is None else f"{line.points:f}",
    }


def _write(row: Appraisal, step: str, written: Mapping[str, str]) -> None:
    """Keep a review; what an appeal opened again keeps what stood there before."""
    before = row.reviews.get(step)
    reviews = {**row.reviews, step: dict(written)}
    if before is not None:
        reviews["before"] = [*row.reviews.get("before", []), {"step": step, **before}]
    row.reviews = reviews
    row.step = steps.DONE if row.reopened is not None else steps.after(step)


def _reviewed_again(
    session: Session, actor: Actor, cycle: PerformanceCycle, row: Appraisal, step: str, clock: Clock
) -> None:
    """What follows when a review that an appeal opened again was written: its own score, and nobody else's."""
    if row.reopened != step:
        return
    settle_appeal(session, actor, cycle, row, clock)


def settle(session: Session, actor: Actor, appraisal_id: str, clock: Clock) -> Appraisal:
    """HR has corrected the progress of goals that an appeal opened again: the score follows.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.not_reopened`.
    """
    row = get_for(session, actor, appraisal_id, "decide", lock=True)
    if row.person_id == actor.person_id:
        raise denied()
    if row.reopened != "goals":
        raise conflict("performance.not_reopened", msg("No appeal has opened the goals again."))
    settle_appeal(session, actor, session.get_one(PerformanceCycle, row.cycle_id), row, clock)
    return row


def settle_appeal(session: Session, actor: Actor, cycle: PerformanceCycle, row: Appraisal, clock: Clock) -> None:
    """Work out the score of one appraisal again and tell its person; the grade stays as calibration left it, where
    the appeal did not name it."""
    goals = session.scalars(
        select(PerformanceGoal)
        .where(
            PerformanceGoal.cycle_id == cycle.id,
            PerformanceGoal.person_id == row.person_id,
            PerformanceGoal.state == "confirmed",
        )
        .order_by(PerformanceGoal.id)
    ).all()
    work_out(cycle, row, goals)
    row.reopened, row.confirmed_at, row.step = None, None, steps.DONE
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "appraisal.settle", f"appraisal:{row.id}", {}, clock)
    key = f"performance.published:{row.id}:{clock.now().isoformat()}"
    tell_person(session, row.person_id, key, "performance.published", {"cycle": cycle.name}, clock)


def _state_for(cycle: PerformanceCycle, row: Appraisal) -> str:
    """The state of the cycle as an appraisal's review sees it: what an appeal opened is open while it is published."""
    return "gm" if row.reopened is not None and cycle.state == "published" else cycle.state


def _check_reviewer(session: Session, actor: Actor, row: Appraisal, cycle: PerformanceCycle, step: str) -> None:
    if step == "self":
        if row.person_id != actor.person_id:
            raise denied()
        return
    if step not in steps.REVIEWS:
        raise conflict("performance.review", msg("There is no such review."))
    if row.person_id == actor.person_id:
        raise denied()
    action = "write" if step == "manager" or (step == "gm" and cycle.gm_person_id is not None) else "decide"
    check_row(session, actor, "performance", action, department_id=row.department_id,
              legal_entity_id=row.legal_entity_id, person_id=row.person_id)  # fmt: skip
    if step == "gm":
        if cycle.gm_person_id is not None and actor.person_id != cycle.gm_person_id:
            raise denied()
        if row.reviews.get("hr", {}).get("by") == actor.id:
            raise conflict("performance.same_person", msg("Who wrote the review of HR does not write this one."),
                           msg("Ask the general manager, or a colleague."))  # fmt: skip


def _head(
    person_id: str, department_id: str, heads: Mapping[str, str | None], above: Mapping[str, str | None]
) -> str | None:
    """Who leads somebody: the next head up who is not the person."""
    at: str | None = department_id
    while at is not None:
        head = heads.get(at)
        if head is not None and head != person_id:
            return head
        at = above.get(at)
    return None
