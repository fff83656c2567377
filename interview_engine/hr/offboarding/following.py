"""Whatever sets, moves or calls off a last day (a request, HR, an import), this follows it: the separation, its tasks,
the exit interview, the settlement, and the account, which is closed when the day is over in China."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts.service import account_of_person, close_for_leaver, reopen
from interview_engine.hr.area import NotBegun
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.offboarding import interviews, rules, separations, settlement
from interview_engine.hr.offboarding.tables import Separation
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.service import About

PREFIX = "leaving:"
"""What tasks of leaving belong to: this and the employment's id."""
CALLED_OFF = "leaving_called_off"
"""The reason of tasks that were dropped because the last day was called off; they are taken up again with a new one."""
NOBODY = "leaving_nobody"
"""The reason of tasks of the person themselves, where nobody is there to do them."""
FOLLOWED = timedelta(days=30)
"""So long after the last day a leaver who was entered late still gets tasks."""


def ref_of(employment_id: str) -> str:
    """What the tasks of a leaver belong to."""
    return f"{PREFIX}{employment_id}"


def follow(session: Session, clock: Clock) -> int:
    """Job: bring everything that leaving needs in line with the last days; returns how many employments it did
    something for."""
    today = china_day(clock)
    leaving = employments.with_last_day(session, today - FOLLOWED)
    changed = sum(follow_one(session, one, clock) for one in leaving)
    open_refs = tasks.refs_to_do(session, PREFIX)
    still = {ref_of(one.id) for one in leaving}
    gone = sorted(ref.removeprefix(PREFIX) for ref in open_refs - still)
    dropped = set(employments.without_last_day(session, gone))
    agreed = session.scalars(select(Separation.employment_id).where(Separation.state.in_(rules.AGREED))).all()
    called_off = set(employments.without_last_day(session, sorted(agreed)))
    for employment_id in sorted(dropped | called_off):
        changed += _drop(session, employment_id, clock)
    return changed


def follow_one(session: Session, employment: Employment, clock: Clock) -> bool:
    """One employment with a last day; whether anything was done."""
    last = employment.last_day
    if last is None:
        return False
    row = separations.current(session, employment.id, lock=True)
    changed = False
    if row is None:
        row = separations.write(
            session, employment, "not_stated", employment.leaving_reason or "", min(china_day(clock), last),
            "approved", SYSTEM.id, clock,
        )  # fmt: skip
        changed = True
    elif row.state == "requested":  # the last day was set elsewhere while a resignation waits
        separations.set_state(session, row, "approved", SYSTEM.id, clock)
        changed = True
    changed |= separations.follow_day(session, row, last, SYSTEM.id, clock)
    changed |= _tasks(session, employment, row, clock)
    if row.state == "approved":
        separations.set_state(session, row, "handover", SYSTEM.id, clock)
        changed = True
    changed |= interviews.offer(session, row, clock)
    settlement.recompute(session, row, SYSTEM.id, clock)
    if row.state == "settled" and employment.state == "left":
        separations.set_state(session, row, "closed", SYSTEM.id, clock)
        changed = True
    if employment.state != "left":  # a last day that was over was moved to one that is not
        return changed | _reopen_account(session, employment, clock)
    return changed | _close_account(session, employment, clock)


def _tasks(session: Session, employment: Employment, row: Separation, clock: Clock) -> bool:
    ref, last = ref_of(employment.id), row.last_day
    about = About(employment.person_id, employment.legal_entity_id, employment.department_id)
    done = 0
    if tasks.of_ref(session, ref):
        done += tasks.take_up(session, ref, CALLED_OFF, SYSTEM.id, clock)
        done += tasks.move_due(session, ref, last, SYSTEM.id, clock)
    else:
        done += len(tasks.open_tasks(session, SYSTEM.id, "leaving", about, ref, last, clock))
    if not rules.kind_of(row.kind).speaks_to_person:
        for task in tasks.of_the_person(session, ref):
            if task.state in ("open", "blocked"):
                tasks.close(session, SYSTEM, task.id, "waived", NOBODY, clock)
                done += 1
    return bool(done)


def _drop(session: Session, employment_id: str, clock: Clock) -> bool:
    """The last day was called off elsewhere: tasks and separation follow."""
    employment = employments.locked(session, employment_id)
    done = _reopen_account(session, employment, clock)
    done |= bool(tasks.drop_open(session, ref_of(employment_id), CALLED_OFF, SYSTEM.id, clock))
    row = separations.current(session, employment_id, lock=True)
    if row is not None and row.state in rules.AGREED:
        separations.called_off(session, row, "", SYSTEM.id, clock)
        return True
    return done


def not_begun(session: Session, actor: Actor, what: NotBegun, clock: Clock) -> None:
    """Close the account of who did not come. Who came after all has it again, with every permission."""
    employment = employments.locked(session, what.employment_id)
    if not what.undone:
        _close_account(session, employment, clock)
        return
    _reopen_account(session, employment, clock)
    row = separations.current(session, employment.id, lock=True)
    if row is not None:
        separations.called_off(session, row, "", actor.id, clock)


def _close_account(session: Session, employment: Employment, clock: Clock) -> bool:
    """Close the account of who has left and works here by no other employment; the last administrator keeps theirs."""
    if employment.state != "left" or employments.is_here(session, employment.person_id):
        return False
    account = account_of_person(session, employment.person_id)
    if account is None:
        return False
    try:
        close_for_leaver(session, SYSTEM, account.id, _because(employment), clock)
    except ConflictError:
        return False
    return True


def _reopen_account(session: Session, employment: Employment, clock: Clock) -> bool:
    """Open the account again that was closed with this employment, as it was."""
    return reopen(session, SYSTEM, employment.person_id, _because(employment), clock)


def _because(employment: Employment) -> str:
    return f"employment:{employment.id}"
