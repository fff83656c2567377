"""Who was hired and did not come: the application says so, the job has its place free again, the evidence goes; and all
of it comes back where it was noted by mistake."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import NotBegun
from interview_engine.hr.employment import service as employments
from interview_engine.hr.recruiting.hiring.evidence import evidence_of, record_competencies, remove_evidence
from interview_engine.hr.recruiting.jobs.closing import filled_by_hire
from interview_engine.hr.recruiting.jobs.requisitions import change_state
from interview_engine.hr.recruiting.reach import change_stage
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.store.rows import find


def not_begun(session: Session, actor: Actor, what: NotBegun, clock: Clock) -> None:
    """The part of recruiting when somebody who was hired did not come, or did after all."""
    if what.application_id is None:
        return
    application = find(session, Application, what.application_id, lock=True)
    if application is None or application.stage != ("not_started" if what.undone else "hired"):
        return
    requisition = find(session, Requisition, application.requisition_id, lock=True)
    assert requisition is not None
    if what.undone:
        change_stage(session, actor, application, "hired", "", clock, kind="started_after_all")
        employment = employments.locked(session, what.employment_id)
        interview = evidence_of(session, application).interview
        employment.interview = None if interview is None else dict(interview)
        record_competencies(session, actor, application, employment, clock)
        filled_by_hire(session, requisition, actor, clock)
        return
    change_stage(session, actor, application, "not_started", what.reason, clock, kind="not_started")
    remove_evidence(session, application.id, [application.assessment_id] if application.assessment_id else [])
    if requisition.state == "filled":
        change_state(session, requisition, "open", actor, clock)
        requisition.closed_at = requisition.state_before = requisition.state_since = None
