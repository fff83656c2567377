"""Whatever sets, moves or calls off a last day (a request, HR, an import), this follows it: the tasks of leaving are
opened, moved or dropped, and the account is closed when the day is over in China."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts.service import account_of_person, deactivate
from interview_engine.hr.area import NotBegun
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.service import About

PREFIX = "leaving:"
"""What tasks of leaving belong to: this and the employment's id."""
CALLED_OFF = "leaving_called_off"
"""The reason of tasks that were dropped because the last day was called off; they are taken up again with a new one."""
FOLLOWED = timedelta(days=30)
"""So long after the last day a leaver who was entered late still gets tasks."""


def ref_of(employment_id: str) -> str:
    """What the tasks of a leaver belong to."""
    return f"{PREFIX}{employment_id}"


def follow(session: Session, clock: Clock) -> int:
    """Job: bring tasks and accounts in line with the last days; returns how many employments it did something for."""
    today = china_day(clock)
    leaving = employments.with_last_day(session, today - FOLLOWED)
    changed = sum(_follow(session, one, clock) for one in leaving)
    open_refs = tasks.refs_to_do(session, PREFIX)
    still = {ref_of(one.id) for one in leaving}
    gone = sorted(ref.removeprefix(PREFIX) for ref in open_refs - still)
    for employment_id in employments.without_last_day(session, gone):
        changed += bool(tasks.drop_open(session, ref_of(employment_id), CALLED_OFF, SYSTEM.id, clock))
    return changed


def _follow(session: Session, employment: Employment, clock: Clock) -> bool:
    last = employment.last_day
    if last is None:
        return False
    ref = ref_of(employment.id)
    about = About(employment.person_id, employment.legal_entity_id, employment.department_id)
    known = bool(tasks.of_ref(session, ref))
    done = 0
    if known:
        done += tasks.take_up(session, ref, CALLED_OFF, SYSTEM.id, clock)
        done += tasks.move_due(session, ref, last, SYSTEM.id, clock)
    else:
        done += len(tasks.open_tasks(session, SYSTEM.id, "leaving", about, ref, last, clock))
    return bool(done) | _close_account(session, employment, clock)


def not_begun(session: Session, actor: Actor, what: NotBegun, clock: Clock) -> None:
    """Close the account of who did not come. Who came after all gets it back, with a new password, in the accounts."""
    if not what.undone:
        _close_account(session, employments.locked(session, what.employment_id), clock)


def _close_account(session: Session, employment: Employment, clock: Clock) -> bool:
    """Close the account of who has left and works here by no other employment; the last administrator keeps theirs."""
    if employment.state != "left" or employments.is_here(session, employment.person_id):
        return False
    account = account_of_person(session, employment.person_id)
    if account is None:
        return False
    try:
        deactivate(session, SYSTEM, account.id, clock)
    except ConflictError:
        return False
    return True
