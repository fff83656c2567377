"""Who did not come: taken back on the day it was noted, and forgotten when that day is over."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock, china_day
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.onboarding.service import get_for, not_now, ref_of
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.problems import conflict
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch


def take_back(session: Session, actor: Actor, onboarding_id: str, clock: Clock) -> Onboarding:
    """Take back, on the day it was noted, that somebody did not come: employment, tasks, application, evidence.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `onboarding.state`, not noted; `onboarding.too_late`, noted on
            an earlier day; `employment.overlaps`, employed again since.
    """
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state != "no_show":
        raise not_now(row)
    if not may_be_taken_back(row, clock):
        raise conflict(
            "onboarding.too_late",
            msg("It can only be undone on the day it was noted; what was filled in is deleted."),
            msg("Employ the person again in the employee list, and send the entry form once more."),
        )
    tasks.take_up(session, ref_of(row), row.reason or "-", actor.id, clock)
    if row.employment_id is not None:
        employments.begun_after_all(session, actor, row.employment_id, clock)
    row.state, row.reason = "approved", ""
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "onboarding.state", f"onboarding:{row.id}", {"to": "approved"}, clock)
    return row


def may_be_taken_back(row: Onboarding, clock: Clock) -> bool:
    """Whether it was noted today, in China, that somebody did not come."""
    return row.state == "no_show" and row.updated_at.astimezone(CHINA).date() == china_day(clock)


def forget(session: Session, clock: Clock) -> int:
    """Job: delete what those filled in who did not come, once the day on which it was noted is over; how many."""
    rows = session.scalars(
        select(Onboarding)
        .where(Onboarding.state == "no_show", Onboarding.forgotten_on.is_(None))
        .order_by(Onboarding.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    ).all()
    gone = [row for row in rows if not may_be_taken_back(row, clock)]
    for row in gone:
        row.entry_sha256, row.forgotten_on = None, china_day(clock)
        touch(row, SYSTEM.id, clock)
        if not employments.works_here(session, row.person_id):
            files.forget_sections(session, row.person_id, SYSTEM.id, clock)
        audit.record(session, SYSTEM.id, "onboarding.forget", f"onboarding:{row.id}", {}, clock)
    return len(gone)
