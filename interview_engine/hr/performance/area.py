"""What performance hands over."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import Area, Job, MessageTemplate, Module, PersonColumn, Subject, in_transaction
from interview_engine.hr.performance.appeal import APPEAL
from interview_engine.hr.performance.lists.appraisals import APPRAISALS
from interview_engine.hr.performance.lists.cycles import PERFORMANCE_CYCLES
from interview_engine.hr.performance.lists.feedback import PRAISE
from interview_engine.hr.performance.lists.goals import GOALS, WORK_REPORTS
from interview_engine.hr.performance.service import remind
from interview_engine.hr.performance.tables import (
    Appraisal,
    CalibrationMove,
    Feedback,
    GoalCheckin,
    PerformanceCycle,
    PerformanceGoal,
    WorkReport,
)
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import Text, msg
from interview_engine.store import append_only

_WORK = "who works here is paid and promoted by it; it goes with the person"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """The performance of who is forgotten as a whole."""
    if not removal.whole:
        return
    with append_only.passage(session, SYSTEM.id, "person forgotten", removal.clock):
        removal.delete(session, GoalCheckin, GoalCheckin.person_id == person_id)
        removal.delete(session, CalibrationMove, CalibrationMove.person_id == person_id)
    removal.delete(session, PerformanceGoal, PerformanceGoal.person_id == person_id)
    removal.delete(session, WorkReport, WorkReport.person_id == person_id)
    removal.delete(session, Appraisal, Appraisal.person_id == person_id)
    removal.delete(session, Feedback, (Feedback.person_id == person_id) | (Feedback.giver_person_id == person_id))


def _affected(session: Session, company: str) -> tuple[tuple[Text, int], ...]:
    statement = select(func.count()).select_from(PerformanceCycle)
    open_ = statement.where(PerformanceCycle.legal_entity_id == company, PerformanceCycle.state != "closed")
    return ((msg("cycles that are not closed"), session.scalar(open_) or 0),)


AREA = Area(
    name="performance",
    module=Module(
        "performance",
        msg("Performance"),
        msg("Goals, work reports, feedback, appraisals and grades."),
        affected=_affected,
    ),
    tables=(PerformanceCycle, PerformanceGoal, GoalCheckin, WorkReport, Appraisal, CalibrationMove, Feedback),
    persons=(
        PersonColumn(PerformanceCycle.gm_person_id, "kept", "who led the company then is the company's own"),
        PersonColumn(PerformanceGoal.person_id, "forgotten", _WORK),
        PersonColumn(GoalCheckin.person_id, "forgotten", _WORK),
        PersonColumn(WorkReport.person_id, "forgotten", _WORK),
        PersonColumn(Appraisal.person_id, "forgotten", _WORK),
        PersonColumn(Appraisal.manager_person_id, "kept", "who led somebody belongs to the other's appraisal"),
        PersonColumn(CalibrationMove.person_id, "forgotten", _WORK),
        PersonColumn(Feedback.person_id, "forgotten", _WORK),
        PersonColumn(Feedback.giver_person_id, "forgotten", "what somebody wrote goes with them"),
    ),
    erase=_erase,
    requests=(as_request(APPEAL),),
    messages={
        "performance.goals": MessageTemplate(
            msg("Your goals: {cycle}"),
            msg("Hello,\n\nyour goals for “{cycle}” are ready. Please read and confirm them:\n{link}"),
            "/wechat/my/performance",
            to_read=msg("Goals to confirm"),
            card="todo",
        ),
        "performance.self": MessageTemplate(
            msg("Your self-review: {cycle}"),
            msg("Hello,\n\nplease write your self-review for “{cycle}”; your manager's review opens after it:\n{link}"),
            "/wechat/my/performance",
            card="todo",
        ),
        "performance.review": MessageTemplate(
            msg("A review waits for you: {cycle}"),
            msg(
                "Hello,\n\nsomebody of your team has written their self-review for “{cycle}”. Yours opens now:\n{link}"
            ),
            "/wechat/my/performance",
            card="todo",
        ),
        "performance.late": MessageTemplate(
            msg("Late: {cycle}"),
            msg("Hello,\n\nsomething of “{cycle}” waits for you and is late. Please open it:\n{link}"),
            "/wechat/my/performance",
            card="todo",
        ),
        "performance.feedback": MessageTemplate(
            msg("Feedback from {name}"),
            msg("Hello,\n\n{name} has written to you about your work. Open to read it:\n{link}"),
            "/wechat/my/feedback",
            card="notice",
        ),
        "performance.published": MessageTemplate(
            msg("Your result is published: {cycle}"),
            msg("Hello,\n\nyour result for “{cycle}” is published with its basis. Open to see and confirm:\n{link}"),
            "/wechat/my/performance",
            card="result",
        ),
    },
    subjects=(
        Subject("performance_cycle", told=True),
        Subject("goal", told=True),
        Subject("work_report"),
        Subject("feedback"),
        Subject("appraisal", told=True),
    ),
    lists=(PERFORMANCE_CYCLES, GOALS, WORK_REPORTS, APPRAISALS, PRAISE),
    jobs=(Job("late performance", 3600.0, in_transaction(remind), by_date=True),),
)
