"""Onboarding: begun by an accepted offer or by HR, filled in by the person, approved, and over when they came or not.

What is in the form lies in the blob store under a key of the person; this file only knows its hash. An approval and its
effects are one transaction; the messages go through the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import SYSTEM, Action, Actor
from interview_engine.hr.access.service import check_row, require
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.area import Found
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.onboarding import links, rules
from interview_engine.hr.onboarding.tables import Onboarding as Onboarding
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.service import About
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

KIND = "onboarding"
"""The approvals' name for it."""


@dataclass(frozen=True, slots=True)
class NewOnboarding:
    """Who begins where, as what and when.

    Args:
        owner_account_id: who asks for the approval; None or somebody gone: a colleague of HR.
        job_description: shown in the welcome.
    """

    person_id: str
    legal_entity_id: str
    department_id: str
    title: str
    first_day: date
    application_id: str | None = None
    employment_id: str | None = None
    owner_account_id: str | None = None
    job_description: str = ""


def ref_of(row: Onboarding) -> str:
    """What tasks and approvals of it belong to."""
    return f"{KIND}:{row.id}"


def begin(session: Session, actor_id: str, new: NewOnboarding, clock: Clock) -> Onboarding:
    """Ask somebody to fill in the entry form; for an application or employment that has one, it is given again.

    The caller has checked that the actor may. The link goes to the person by the way that reaches them.
    """
    there = of_application(session, new.application_id) or of_employment(session, new.employment_id)
    if there is not None:
        return there
    row = Onboarding(
        **stamp(actor_id, clock),
        person_id=new.person_id,
        application_id=new.application_id,
        employment_id=new.employment_id,
        legal_entity_id=new.legal_entity_id,
        department_id=new.department_id,
        title=new.title,
        job_description=new.job_description,
        first_day=new.first_day,
        owner_account_id=new.owner_account_id,
        state="asked",
    )
    session.add(row)
    session.flush()
    audit.record(session, actor_id, "onboarding.begin", f"onboarding:{row.id}", {}, clock)
    links.send(session, row, "onboarding.form", actor_id, clock)
    return row


def begin_by_hand(session: Session, actor: Actor, employment_id: str, clock: Clock) -> Onboarding:
    """Ask somebody who was employed without an application; needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `onboarding.there`; `onboarding.left`.
    """
    employment = employments.get_for(session, actor, employment_id, "write", lock=True)
    if of_employment(session, employment_id) is not None:
        raise conflict("onboarding.there", msg("This employee has an entry form already."))
    if employment.state not in ("pending", "probation", "active"):
        raise conflict("onboarding.left", msg("This employment has ended."), msg("Choose somebody who begins."))
    new = NewOnboarding(
        employment.person_id,
        employment.legal_entity_id,
        employment.department_id,
        employment.title,
        employment.start_date,
        employment_id=employment.id,
        owner_account_id=actor.account_id,
    )
    return begin(session, actor.id, new, clock)


def of_application(session: Session, application_id: str | None) -> Onboarding | None:
    """The onboarding that an application led to."""
    if application_id is None:
        return None
    return session.scalar(select(Onboarding).where(Onboarding.application_id == application_id))


def of_employment(session: Session, employment_id: str | None) -> Onboarding | None:
    """The onboarding of an employment."""
    if employment_id is None:
        return None
    return session.scalar(select(Onboarding).where(Onboarding.employment_id == employment_id))


def get_for(session: Session, actor: Actor, onboarding_id: str, action: Action, *, lock: bool = False) -> Onboarding:
    """An onboarding whose contact data the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "contact", action)
    row = find(session, Onboarding, onboarding_id, lock=lock)
    if row is None:
        raise missing("onboarding", msg("onboarding"))
    check_row(
        session, actor, "contact", action, department_id=row.department_id, legal_entity_id=row.legal_entity_id,
        person_id=row.person_id,
    )  # fmt: skip
    return row


def decided(session: Session, actor: Actor, subject: str, state: str, clock: Clock) -> Onboarding | None:
    """The effect of an approval's end, in its transaction. Approved: the tasks are opened and the person is told where
    and when to come. Refused: the form goes back to be corrected. None where there is nothing to do."""
    row = find(session, Onboarding, subject.removeprefix(f"{KIND}:"), lock=True)
    if row is None or row.state != "filled":
        return None
    if state == "approved":
        row.state, row.approved_at, row.draft = "approved", clock.now(), None
    elif state == "rejected":
        row.state, row.reason = "returned", _comment(session, row)
    else:
        return None  # withdrawn or expired: HR asks again, or calls it off
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "onboarding.state", f"onboarding:{row.id}", {"to": row.state}, clock)
    return row


def welcome(session: Session, row: Onboarding, clock: Clock) -> None:
    """Open the tasks of the first day and tell the person where and when; after the approval, in its transaction."""
    about = About(row.person_id, row.legal_entity_id, row.department_id)
    tasks.open_tasks(session, SYSTEM.id, "joining", about, ref_of(row), row.first_day, clock)
    links.send(session, row, "onboarding.welcome", SYSTEM.id, clock)


def send_back(session: Session, row: Onboarding, clock: Clock) -> None:
    """Tell the person that the form is to be corrected."""
    links.send(session, row, "onboarding.returned", SYSTEM.id, clock)


def employed(session: Session, row: Onboarding, employment: Employment) -> None:
    """Note the employment that it led to."""
    row.employment_id = employment.id
    session.flush()


def send_again(session: Session, actor: Actor, onboarding_id: str, clock: Clock) -> Onboarding:
    """Send one more link. Raises NotFoundError, PermissionDenied; ConflictError `onboarding.state` when it is over."""
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state not in rules.UNDER_WAY:
        raise not_now(row)
    template = {"approved": "onboarding.welcome", "returned": "onboarding.returned"}.get(row.state, "onboarding.form")
    links.send(session, row, template, actor.id, clock)
    return row


def free_phone(session: Session, actor: Actor, onboarding_id: str, clock: Clock) -> Onboarding:
    """Let the next phone in, because the person has none that gets a code. Raises as `send_again`."""
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state not in rules.UNDER_WAY:
        raise not_now(row)
    links.free_phone(session, row, actor.id, clock)
    return row


def change_first_day(session: Session, actor: Actor, onboarding_id: str, day: date, clock: Clock) -> Onboarding:
    """Move the first day: the employment, what is still to do, and the person is told.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: see `employments.move_start`; ConflictError: `onboarding.state`.
    """
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state not in rules.UNDER_WAY:
        raise not_now(row)
    if row.first_day == day:
        return row
    if row.employment_id is not None:
        employments.move_start(session, actor, row.employment_id, day, clock)
    before, row.first_day = row.first_day, day
    touch(row, actor.id, clock)
    tasks.move_due(session, ref_of(row), day, actor.id, clock)
    detail = {"from": before.isoformat(), "to": day.isoformat()}
    audit.record(session, actor.id, "onboarding.move", f"onboarding:{row.id}", detail, clock)
    links.send(session, row, "onboarding.moved", actor.id, clock)
    return row


def has_come(session: Session, actor: Actor, onboarding_id: str, clock: Clock) -> Onboarding:
    """Say that somebody has come; again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `onboarding.state` (not approved), `onboarding.early`.
    """
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state == "joined":
        return row
    if row.state != "approved":
        raise not_now(row)
    if china_day(clock) < row.first_day:
        raise conflict(
            "onboarding.early",
            msg("The first day is not yet here."),
            msg("Move the first day when somebody begins earlier."),
        )
    row.state = "joined"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "onboarding.state", f"onboarding:{row.id}", {"to": "joined"}, clock)
    return row


def does_not_come(session: Session, actor: Actor, onboarding_id: str, reason: str, clock: Clock) -> Onboarding:
    """End it without residue: no employment, no open task, no approval, and what was filled in is deleted.

    Before the first day it is called off, from then on the person did not come: that can be taken back on the same day
    (`no_shows.take_back`), and what was filled in is deleted when the day is over.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `onboarding.state`, it is over.
    """
    row = get_for(session, actor, onboarding_id, "write", lock=True)
    if row.state not in rules.UNDER_WAY:
        raise not_now(row)
    clean = text_within(reason, "reason", msg("reason"), 300, least=2)
    _end(session, actor, row, "no_show" if china_day(clock) >= row.first_day else "called_off", clean, clock)
    return row


def call_off_application(session: Session, actor: Actor, application_id: str, clock: Clock) -> None:
    """The candidate has withdrawn: an onboarding that is under way is over; where there is none nothing happens."""
    row = of_application(session, application_id)
    if row is not None and row.state in rules.UNDER_WAY and row.employment_id is None:
        _end(session, SYSTEM, row, "called_off", "", clock)


def remind(session: Session, clock: Clock) -> int:
    """Job: remind those who have not filled in the form, and tell the owner, once; returns how many."""
    waits = clock.now() - rules.REMIND_AFTER
    rows = session.scalars(
        select(Onboarding)
        .where(
            Onboarding.state.in_(("asked", "returned")),
            Onboarding.reminded_on.is_(None),
            Onboarding.updated_at < waits,
        )
        .order_by(Onboarding.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        links.send(session, row, "onboarding.form" if row.state == "asked" else "onboarding.returned", SYSTEM.id, clock)
        row.reminded_on = china_day(clock)
        touch(row, SYSTEM.id, clock)
        if row.owner_account_id is not None:
            payload = {"onboarding": row.id, "title": row.title}
            key = f"onboarding.unfilled:{row.id}"
            tell_account(session, row.owner_account_id, key, "onboarding.unfilled", payload, clock)
        audit.record(session, SYSTEM.id, "onboarding.remind", f"onboarding:{row.id}", {}, clock)
    return len(rows)


def found(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    """What lists of approvals and cards show of them."""
    rows = session.execute(
        select(Onboarding.id, Onboarding.title, Onboarding.first_day, Department.name, Person.name)
        .join(Department, Department.id == Onboarding.department_id)
        .join(Person, Person.id == Onboarding.person_id)
        .where(Onboarding.id.in_(ids))
    ).tuples()
    return {
        row_id: Found(
            f"{title} · {name}",
            f"/console/joining/{row_id}",
            (
                (msg("Department", context="card"), department),
                (msg("First day", context="card"), day.isoformat()),
            ),
        )
        for row_id, title, day, department, name in rows
    }


def expected(session: Session, legal_entity_id: str) -> int:
    """How many are on the way to their first day in a company."""
    on_the_way = (
        Onboarding.legal_entity_id == legal_entity_id,
        Onboarding.state.not_in(("joined", "no_show", "called_off")),
    )
    return session.scalar(select(func.count()).select_from(Onboarding).where(*on_the_way)) or 0


def counts(session: Session) -> dict[str, int]:
    """How many are in which state, of all; for tests and benches."""
    rows = session.execute(select(Onboarding.state, func.count()).group_by(Onboarding.state)).tuples()
    return dict(rows.all())


def _end(session: Session, actor: Actor, row: Onboarding, state: str, reason: str, clock: Clock) -> None:
    approvals.cancel_for(session, actor, KIND, ref_of(row), clock)
    tasks.drop_open(session, ref_of(row), reason or "-", actor.id, clock)
    if row.employment_id is not None:
        employments.never_begun(session, actor, row.employment_id, clock, reason=reason)
    row.state, row.reason = state, reason
    if (
        state != "no_show"
    ):  # what somebody filled in who did not come stays until the day is over, see `no_shows.forget`
        row.entry_sha256 = None
    row.device_hash = row.code_hash = row.code_until = row.draft = None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "onboarding.state", f"onboarding:{row.id}", {"to": state}, clock)


def _comment(session: Session, row: Onboarding) -> str:
    approval = approvals.of_subject(session, KIND, ref_of(row))
    if approval is None:
        return ""
    parts = approvals.steps_of(session, SYSTEM, approval.id)
    return next((part.comment[:300] for part in reversed(parts) if part.decision == "reject"), "")


def not_now(row: Onboarding) -> InterviewEngineError:
    """What is said of something that an onboarding does not allow in its state."""
    return conflict(
        "onboarding.state",
        msg("This cannot be done now: “{state}”.", state=rules.STATES[row.state]),
        msg("Reload the page and check again."),
    )
