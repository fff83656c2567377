"""Progress of goals: entries by hand, and numbers of work reports that their person confirmed (H3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.house import house
from interview_engine.hr.performance import cycles, goals
from interview_engine.hr.performance.rules.reported import Proposal, Wanted, proposals
from interview_engine.hr.performance.tables import Appraisal, GoalCheckin, PerformanceCycle, PerformanceGoal, WorkReport
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

LATEST_DAYS = 7
"""Days back for which somebody still writes what they did."""


def enter(
    session: Session, actor: Actor, goal_id: str, value: Decimal, note: str, clock: Clock, *, day: date | None = None
) -> GoalCheckin:
    """Enter what was achieved: the person themselves, or who may write the performance of whose goal it is.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `performance.value`, `performance.day`.
        ConflictError: `performance.not_open`.
    """
    row = find(session, PerformanceGoal, goal_id, lock=True)
    if row is None:
        raise missing("goal", msg("goal"))
    rated = row.kind == "competency"
    if row.person_id is None or row.person_id != actor.person_id or rated:
        goals.get_for(session, actor, goal_id, "write")
    if rated and row.person_id == actor.person_id:
        raise denied()  # nobody rates their own competency
    if abs(value) > goals.MOST or (rated and not 0 <= value <= 100):
        raise invalid("value", "performance.value", msg("This number cannot be entered for the goal."),
                      msg("Correct it and send again."))  # fmt: skip
    return _enter(session, actor, row, value, text_note(note), day or china_day(clock), clock)


def text_note(note: str) -> str:
    """A note, cut to its column only where that would lose nothing: longer ones are refused.

    Raises:
        InvalidInput: `input.too_long`.
    """
    return text_within(note, "note", msg("note"), 300, least=0)


def write_report(session: Session, actor: Actor, day: date, text: str, clock: Clock) -> WorkReport:
    """Write what one did on a day; numbers that name goals are proposed. Written again, it replaces what was written,
    until numbers of it were confirmed.

    Raises:
        PermissionDenied: the actor does not work here. InvalidInput: `performance.report_day`, `input.…`.
        ConflictError: `performance.report_told`.
    """
    person_id = actor.person_id or ""
    post = house().post_of(session, person_id)
    if post is None:
        raise denied()
    today = china_day(clock)
    if not today - timedelta(days=LATEST_DAYS) <= day <= today:
        raise invalid("day", "performance.report_day", msg("A report is of today or of the last seven days."),
                      msg("Choose another day."))  # fmt: skip
    said = text_within(text, "text", msg("report", context="work"), 4000)
    row = session.scalar(
        select(WorkReport)
        .where(WorkReport.person_id == person_id, WorkReport.day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is not None and row.read and row.state == "told":
        raise conflict("performance.report_told", msg("Numbers of this report have been confirmed."),
                       msg("Enter what is missing at the goal itself."))  # fmt: skip
    read = [_kept(one) for one in proposals(said, [_wanted(one) for one in open_goals(session, person_id)])]
    state = "proposed" if read else "told"
    if row is None:
        row = WorkReport(
            **stamp(actor.id, clock), person_id=person_id, legal_entity_id=post.legal_entity_id,
            department_id=post.department_id, day=day, text=said, read=read, state=state,
        )  # fmt: skip
        session.add(row)
    else:
        row.text, row.read, row.state = said, read, state
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "work_report.write", f"work_report:{row.id}", {}, clock)
    return row


def confirm_numbers(
    session: Session, actor: Actor, report_id: str, values: Mapping[str, Decimal | None], clock: Clock
) -> int:
    """Take the numbers of a report of one's own as its person has confirmed or corrected them; None drops one. Twice
    counts once. Returns how many entries were made.

    Raises:
        NotFoundError. ConflictError: `performance.not_open`. InvalidInput: `performance.value`.
    """
    row = find(session, WorkReport, report_id, lock=True)
    if row is None or row.person_id != actor.person_id:
        raise missing("work_report", msg("report", context="work"))
    if row.state != "proposed":
        return 0
    made = 0
    for one in row.read:
        value = values.get(one["goal"])
        goal = None if value is None else find(session, PerformanceGoal, one["goal"], lock=True)
        if goal is None or value is None or goal.person_id != actor.person_id:
            continue
        if not 0 <= value <= goals.MOST:
            raise invalid("value", "performance.value", msg("This number cannot be entered for the goal."),
                          msg("Correct it and send again."))  # fmt: skip
        _enter(session, actor, goal, value, str(one["words"])[:300], row.day, clock, report_id=row.id)
        made += 1
    row.state = "told"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "work_report.confirm", f"work_report:{row.id}", {"entries": made}, clock)
    return made


def open_goals(session: Session, person_id: str) -> list[PerformanceGoal]:
    """A person's confirmed goals that progress is entered for. The caller has checked."""
    statement = (
        select(PerformanceGoal)
        .join(PerformanceCycle, PerformanceCycle.id == PerformanceGoal.cycle_id)
        .where(
            PerformanceGoal.person_id == person_id,
            PerformanceGoal.state == "confirmed",
            PerformanceCycle.state.in_(cycles.OPEN),
        )
    )
    return list(session.scalars(statement.order_by(PerformanceGoal.id)))


def reports_of(session: Session, person_id: str, *, limit: int = 14) -> list[WorkReport]:
    """A person's newest reports. The caller has checked."""
    statement = select(WorkReport).where(WorkReport.person_id == person_id)
    return list(session.scalars(statement.order_by(WorkReport.day.desc()).limit(limit)))


def checkins_of(session: Session, goal_ids: list[str]) -> dict[str, list[GoalCheckin]]:
    """The entries of goals, the oldest first, by goal. The caller has checked."""
    found: dict[str, list[GoalCheckin]] = {}
    statement = select(GoalCheckin).where(GoalCheckin.goal_id.in_(goal_ids))
    for one in session.scalars(statement.order_by(GoalCheckin.day, GoalCheckin.id)):
        found.setdefault(one.goal_id, []).append(one)
    return found


def _enter(
    session: Session, actor: Actor, goal: PerformanceGoal, value: Decimal, note: str, day: date, clock: Clock, *,
    report_id: str | None = None,
) -> GoalCheckin:  # fmt: skip
    cycle = session.get_one(PerformanceCycle, goal.cycle_id)
    open_ = cycle.state in cycles.OPEN or _reopened(session, actor, goal)
    if not open_ or goal.state != "confirmed":
        raise conflict("performance.not_open", msg("No progress can be entered for this goal now."),
                       msg("Goals take progress once they are confirmed, and until calibration."))  # fmt: skip
    if not cycle.first_day <= day <= min(cycle.last_day, china_day(clock)):
        raise invalid("day", "performance.day", msg("The day is not within the cycle, or it has not come."),
                      msg("Choose another day."))  # fmt: skip
    row = GoalCheckin(
        **stamp(actor.id, clock), goal_id=goal.id, person_id=goal.person_id, day=day, value=value, note=note,
        report_id=report_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    entries = checkins_of(session, [goal.id])[goal.id]
    goal.actual = entries[-1].value if goal.counts == "last" else sum((one.value for one in entries), Decimal(0))
    goal.progress = goals.progress_of(goal)
    reached = goal.progress is not None and goal.progress >= 100
    goal.reached_on = (goal.reached_on or day) if reached else None
    touch(goal, actor.id, clock)
    audit.record(session, actor.id, "goal.progress", f"goal:{goal.id}", {}, clock)
    return row


def _reopened(session: Session, actor: Actor, goal: PerformanceGoal) -> bool:
    """Whether an appeal has opened the person's goals again; then others correct them, not they themselves."""
    if goal.person_id is None or goal.person_id == actor.person_id:
        return False
    statement = select(Appraisal.reopened).where(
        Appraisal.cycle_id == goal.cycle_id, Appraisal.person_id == goal.person_id
    )
    return session.scalar(statement) == "goals"


def _wanted(goal: PerformanceGoal) -> Wanted:
    return Wanted(goal.id, goal.measure, goal.unit)


def _kept(one: Proposal) -> dict[str, str]:
    return {"goal": one.goal_id, "value": f"{one.value:f}", "words": one.words}
