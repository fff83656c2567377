"""Calibration: grades by the stated shares, people moved between them with reasons, publication (H7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.competency import service as competency
from interview_engine.hr.employment import service as employments
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import appraisals, cycles
from interview_engine.hr.performance.rules import fairness, steps
from interview_engine.hr.performance.rules.grades import best, graded, limits, out_of_share
from interview_engine.hr.performance.tables import Appraisal, CalibrationMove, PerformanceCycle, PerformanceGoal
from interview_engine.hr.problems import conflict, invalid, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

TOP = Decimal(20)
"""Per cent of the best who have priority for promotion (H7)."""
RULER_ERROR = Decimal("2.0")
"""Half the band of one manager's rating, in points of 10: two raters of the same work agree about half
(interrater reliability .52 of supervisors' ratings, Viswesvaran, Ones & Schmidt 1996), and 1.96 × 1.5 × √.48 ≈ 2.0
with a standard deviation of 1.5."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody on the board."""

    row: Appraisal
    name: str
    moves: int


@dataclass(frozen=True, slots=True)
class Board:
    """The board: people by grade, by score; how many a grade holds beyond its share; hints on who rated."""

    cycle: PerformanceCycle
    grades: Mapping[str, list[Seat]]
    limits: Mapping[str, int]
    over: Mapping[str, int]
    ungraded: list[Seat]
    severities: list[tuple[str, fairness.Severity]]
    tenure: fairness.Gap | None


def propose(session: Session, cycle: PerformanceCycle) -> None:
    """Work out every score and the grades by the shares; an appraisal without a score gets no grade."""
    rows = appraisals.score_all(session, cycle)
    scores = {one.id: one.score for one in rows if one.score is not None}
    shares, ties = cycles.shares_of(cycle), cycle.ties
    found = graded(scores, shares, "out" if ties == "out" else "in")
    top = best(scores, TOP, "out" if ties == "out" else "in")
    for row in rows:
        row.proposed = row.grade = found.get(row.id, "")
        row.top = row.id in top


def move(session: Session, actor: Actor, appraisal_id: str, grade: str, reason: str, clock: Clock) -> Appraisal:
    """Move somebody to another grade, in calibration or where an appeal named the grade; needs "performance" decide,
    and nobody moves themselves. The same grade changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.calibration`. InvalidInput: reason, grade.
    """
    row = appraisals.get_for(session, actor, appraisal_id, "decide", lock=True)
    if row.person_id == actor.person_id:
        raise denied()
    cycle = session.get_one(PerformanceCycle, row.cycle_id)
    if cycle.state != "calibration" and row.reopened != "grade":
        raise conflict("performance.calibration", msg("Grades are moved while the cycle is in calibration."),
                       msg("After publication an appeal opens a grade again."))  # fmt: skip
    if grade not in {one.grade for one in cycles.shares_of(cycle)}:
        raise invalid("grade", "performance.grade", msg("The cycle has no such grade."), msg("Choose another grade."))
    if row.grade == grade and row.reopened is None:
        return row
    said = text_within(reason, "reason", msg("reason"), 300)
    session.add(
        CalibrationMove(
            **stamp(actor.id, clock), appraisal_id=row.id, person_id=row.person_id, before=row.grade, after=grade,
            reason=said,
        )
    )  # fmt: skip
    row.grade = grade
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "appraisal.grade", f"appraisal:{row.id}", {}, clock)
    if row.reopened == "grade":
        appraisals.settle_appeal(session, actor, cycle, row, clock)
    return row


def board(session: Session, actor: Actor, cycle_id: str) -> Board:
    """The board of a cycle; needs "performance" decide in its company.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `performance.calibration` before it.
    """
    cycle = cycles.get_for(session, actor, cycle_id, "decide")
    if steps.ORDER.index(cycle.state) < steps.ORDER.index("calibration"):
        raise conflict("performance.calibration", msg("The board opens with calibration."),
                       msg("Finish the reviews first."))  # fmt: skip
    moved: dict[str, int] = {}
    for one in session.scalars(
        select(CalibrationMove.appraisal_id)
        .join(Appraisal, Appraisal.id == CalibrationMove.appraisal_id)
        .where(Appraisal.cycle_id == cycle.id)
    ):
        moved[one] = moved.get(one, 0) + 1
    statement = select(Appraisal, Person.name).join(Person, Person.id == Appraisal.person_id)
    rows = session.execute(statement.where(Appraisal.cycle_id == cycle.id)).tuples().all()
    seats = [Seat(row, name, moved.get(row.id, 0)) for row, name in rows]
    seats.sort(key=lambda one: (-(one.row.score or Decimal(0)), one.name, one.row.id))
    shares = cycles.shares_of(cycle)
    grades = {one.grade: [seat for seat in seats if seat.row.grade == one.grade] for one in shares}
    held = {seat.row.id: seat.row.grade for seat in seats if seat.row.grade}
    return Board(
        cycle, grades, _sizes(cycle, len(held)), out_of_share(held, shares),
        [seat for seat in seats if not seat.row.grade], _severities(session, [row for row, _ in rows]),
        _tenure(session, cycle, [row for row, _ in rows]),
    )  # fmt: skip


def moves_of(session: Session, appraisal_id: str) -> list[CalibrationMove]:
    """How somebody was moved, the oldest first. The caller has checked."""
    statement = select(CalibrationMove).where(CalibrationMove.appraisal_id == appraisal_id)
    return list(session.scalars(statement.order_by(CalibrationMove.id)))


def publish(session: Session, actor: Actor, cycle: PerformanceCycle, clock: Clock) -> None:
    """Publish: everybody is told, without a score; what rates a competency becomes a dated measure of the record.

    Raises:
        ConflictError: `performance.shares`, a grade and the better ones hold more than their shares.
    """
    rows = list(session.scalars(select(Appraisal).where(Appraisal.cycle_id == cycle.id).order_by(Appraisal.id)))
    _check_shares(cycle, rows)
    now = clock.now()
    for row in rows:
        row.published_at = now
        tell_person(session, row.person_id, f"performance.published:{row.id}", "performance.published",
                    {"cycle": cycle.name}, clock)  # fmt: skip
    _into_records(session, actor, cycle, {row.person_id for row in rows}, clock)


def _check_shares(cycle: PerformanceCycle, rows: list[Appraisal]) -> None:
    """From the best grade down, no more people than the shares give, or than the rule for ties gave."""
    shares = cycles.shares_of(cycle)
    held = [row for row in rows if row.grade]
    for grade, upto in limits(len(held), shares):
        better = sum(1 for row in held if row.grade <= grade)
        given = sum(1 for row in held if row.proposed <= grade)
        if better > max(upto, given):
            raise conflict(
                "performance.shares",
                msg("{count} people hold {grade} or better, and the shares give {most}.", count=better, grade=grade,
                    most=max(upto, given)),
                msg("Move somebody down on the board first."),
            )  # fmt: skip


def _sizes(cycle: PerformanceCycle, count: int) -> dict[str, int]:
    before, found = 0, {}
    for grade, upto in limits(count, cycles.shares_of(cycle)):
        found[grade], before = upto - before, upto
    return found


def _into_records(session: Session, actor: Actor, cycle: PerformanceCycle, person_ids: set[str], clock: Clock) -> None:
    statement = select(PerformanceGoal).where(
        PerformanceGoal.cycle_id == cycle.id,
        PerformanceGoal.competency_code.is_not(None),
        PerformanceGoal.kind == "competency",
        PerformanceGoal.state == "confirmed",
        PerformanceGoal.progress.is_not(None),
    )
    for goal in session.scalars(statement.order_by(PerformanceGoal.id)):
        if goal.person_id not in person_ids or goal.person_id is None or goal.progress is None:
            continue
        score = min(Decimal(100), goal.progress) / 10
        low, high = max(Decimal(0), score - RULER_ERROR), min(Decimal(10), score + RULER_ERROR)
        measure = competency.NewMeasure(
            goal.competency_code or "", "appraisal", clock.now(), float(score), float(low), float(high),
            "appraisal:rating of one manager, 0 to 100", f"goal:{goal.id}", {"cycle": cycle.name, "raters": 1},
        )  # fmt: skip
        competency.record_measures(session, actor, goal.person_id, [measure], clock)


def _severities(session: Session, rows: list[Appraisal]) -> list[tuple[str, fairness.Severity]]:
    ratings: dict[str, list[float]] = {}
    for row in rows:
        written = row.reviews.get("manager", {}).get("score")
        if written is not None and row.manager_person_id is not None:
            ratings.setdefault(row.manager_person_id, []).append(float(written))
    found = [one for one in fairness.severities(ratings) if one.severe or one.lenient or one.alike]
    names = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_([one.rater for one in found])))
        .tuples()
        .all()
    )
    return [(names.get(one.rater, ""), one) for one in found]


def _tenure(session: Session, cycle: PerformanceCycle, rows: list[Appraisal]) -> fairness.Gap | None:
    """Who has been here for two years or more beside who has not, by the manager's score."""
    starts = {
        key: one.start_date for key, one in employments.many_of(session, [row.employment_id for row in rows]).items()
    }
    old: list[float] = []
    new: list[float] = []
    for row in rows:
        written = row.reviews.get("manager", {}).get("score")
        if written is not None and row.employment_id in starts:
            years = (cycle.last_day - starts[row.employment_id]).days / 365.25
            (old if years >= 2 else new).append(float(written))
    return fairness.gap_between(old, new)
