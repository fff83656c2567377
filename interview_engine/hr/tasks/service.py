"""Tasks: opened from templates, done, waived or blocked with a reason, moved with the day they hang on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, visible
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.org.service import managers_above
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.hr.tasks import rules
from interview_engine.hr.tasks.proposed import PROPOSED, title_as_shipped
from interview_engine.hr.tasks.tables import Task as Task
from interview_engine.hr.tasks.tables import TaskTemplate
from interview_engine.i18n import LocalizedText, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.upsert import insert_for


@dataclass(frozen=True, slots=True)
class About:
    """Whom tasks are about, and where they belong."""

    person_id: str
    legal_entity_id: str
    department_id: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task made by hand.

    Args:
        owner: see `rules.OWNERS`; "account" needs `account_id`.
    """

    title: str
    owner: str
    due: date
    account_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open task as its owner is shown it."""

    task: Task
    name: str
    late: bool

    @property
    def title(self) -> LocalizedText:
        """In both languages."""
        return title_of(self.task)


def title_of(task: Task | TaskTemplate) -> LocalizedText:
    """What a task is called."""
    return title_as_shipped(task.title_zh, task.title_en)


def propose(session: Session, clock: Clock) -> int:
    """Give an installation that never had a template those that ship; returns how many were added."""
    if session.scalar(select(TaskTemplate.id).limit(1)) is not None:
        return 0
    for number, one in enumerate(PROPOSED):
        # two processes that start at once add each of them once
        session.execute(
            insert_for(session, TaskTemplate)
            .values(
                **{**stamp("system", clock), "id": f"task-proposal-{number:02d}"}, legal_entity_id=None, kind=one.kind,
                category=one.category, title_zh=one.zh, title_en=one.en, detail="", owner=one.owner, account_id=None,
                days=one.days, active=True,
            )
            .on_conflict_do_nothing(index_elements=["id"])
        )  # fmt: skip
    audit.record(session, "system", "task_template.propose", "task_template:all", {"count": len(PROPOSED)}, clock)
    return len(PROPOSED)


def open_tasks(
    session: Session, actor_id: str, kind: rules.Kind, about: About, ref: str, anchor: date, clock: Clock
) -> list[Task]:
    """Make the tasks of every template of the kind, of the company and of the group; again makes only what is missing.

    Args:
        ref: what they belong to. anchor: the first or last day of work. The caller has checked that the actor may.
    """
    propose(session, clock)
    made = set(session.scalars(select(Task.template_id).where(Task.ref == ref)))
    templates = session.scalars(
        select(TaskTemplate)
        .where(
            TaskTemplate.kind == kind,
            TaskTemplate.active,
            or_(TaskTemplate.legal_entity_id.is_(None), TaskTemplate.legal_entity_id == about.legal_entity_id),
        )
        .order_by(TaskTemplate.days, TaskTemplate.id)
    )
    found = []
    for template in templates:
        if template.id in made:
            continue
        owner = _owner_person(session, template.owner, about)
        task = Task(
            **stamp(actor_id, clock),
            person_id=about.person_id,
            legal_entity_id=about.legal_entity_id,
            department_id=about.department_id,
            template_id=template.id,
            ref=ref,
            kind=kind,
            category=template.category,
            title_zh=template.title_zh,
            title_en=template.title_en,
            detail=template.detail,
            owner=template.owner,
            account_id=template.account_id if template.owner in ("account", "it") else None,
            owner_person_id=owner,
            days=template.days,
            due=rules.due_day(anchor, template.days),
            state="open",
        )
        session.add(task)
        found.append(task)
    session.flush()
    if found:
        audit.record(session, actor_id, "task.open", f"person:{about.person_id}", {"count": len(found)}, clock)
    return found


def add(session: Session, actor: Actor, about: About, new: NewTask, clock: Clock) -> Task:
    """A task by hand; needs "contact" write where the person is.

    Raises:
        PermissionDenied. InvalidInput: title, `task.owner`.
    """
    check_row(
        session, actor, "contact", "write", department_id=about.department_id,
        legal_entity_id=about.legal_entity_id, person_id=about.person_id,
    )  # fmt: skip
    title = text_within(new.title, "title", msg("title", context="task"), 120)
    check_owner_choice(new.owner, new.account_id)
    task = Task(
        **stamp(actor.id, clock),
        person_id=about.person_id,
        legal_entity_id=about.legal_entity_id,
        department_id=about.department_id,
        template_id=None,
        ref="",
        kind="other",
        category="other",
        title_zh=title,
        title_en=title,
        detail=new.detail.strip()[:2000],
        owner=new.owner,
        account_id=new.account_id if new.owner in ("account", "it") else None,
        owner_person_id=_owner_person(session, new.owner, about),
        days=None,
        due=new.due,
        state="open",
    )
    session.add(task)
    session.flush()
    audit.record(session, actor.id, "task.add", f"task:{task.id}", {}, clock)
    return task


def check_owner_choice(owner: str, account_id: str | None) -> None:
    """Refuse an owner that is none, and one account without saying which.

    Raises:
        InvalidInput: `task.owner`, `task.account`.
    """
    if owner not in rules.OWNERS:
        raise invalid("owner", "task.owner", msg("There is no such value."), msg("Choose who does it."))
    if owner == "account" and account_id is None:
        raise invalid(
            "account", "task.account", msg("It is not said which account does it."), msg("Enter its user name.")
        )


def close(session: Session, actor: Actor, task_id: str, state: str, reason: str, clock: Clock) -> Task:
    """Say what became of a task: done, waived, blocked, or open again. The same again changes nothing.

    Whose task it is may do all of it but waive: that needs "contact" write where the person is.

    Raises:
        NotFoundError: no such task, or none of the actor's. PermissionDenied: waiving.
        InvalidInput: `task.state`; a reason is missing.
    """
    task = find(session, Task, task_id, lock=True)
    if task is None:
        raise missing("task", msg("task"))
    if state not in rules.STATES:
        raise invalid("state", "task.state", msg("There is no such value."), msg("Choose what became of it."))
    if state == "waived" or not is_mine(session, actor, task):
        check_row(
            session, actor, "contact", "write", department_id=task.department_id,
            legal_entity_id=task.legal_entity_id, person_id=task.person_id,
        )  # fmt: skip
    clean = reason.strip()
    if state in ("waived", "blocked"):
        clean = text_within(reason, "reason", msg("reason"), 300, least=2)
    if task.state == state and task.reason == clean:
        return task
    over = state in ("done", "waived")
    task.state, task.reason = state, clean[:300]
    task.closed_by, task.closed_at = (actor.id, clock.now()) if over else ("", None)
    touch(task, actor.id, clock)
    audit.record(session, actor.id, "task.state", f"task:{task.id}", {"to": state}, clock)
    return task


def move_due(session: Session, ref: str, anchor: date, actor_id: str, clock: Clock) -> int:
    """Move what is still to do with the day it hangs on; reminders count anew. Returns how many moved."""
    moved = 0
    for task in session.scalars(select(Task).where(Task.ref == ref, Task.state.in_(rules.OPEN)).with_for_update()):
        if task.days is None or task.due == rules.due_day(anchor, task.days):
            continue
        task.due = rules.due_day(anchor, task.days)
        task.told_on = task.escalated_on = None
        touch(task, actor_id, clock)
        moved += 1
    if moved:
        audit.record(session, actor_id, "task.move", ref, {"to": anchor.isoformat(), "count": moved}, clock)
    return moved


def drop_open(session: Session, ref: str, reason: str, actor_id: str, clock: Clock) -> int:
    """Waive what is still to do, because there is no reason for it any more; returns how many."""
    dropped = session.scalars(select(Task).where(Task.ref == ref, Task.state.in_(rules.OPEN)).with_for_update()).all()
    for task in dropped:
        task.state, task.reason, task.closed_by, task.closed_at = "waived", reason[:300], actor_id, clock.now()
        touch(task, actor_id, clock)
    if dropped:
        audit.record(session, actor_id, "task.drop", ref, {"count": len(dropped)}, clock)
    return len(dropped)


def take_up(session: Session, ref: str, reason: str, actor_id: str, clock: Clock) -> int:
    """Open again what was dropped for exactly this reason; returns how many."""
    dropped = session.scalars(
        select(Task).where(Task.ref == ref, Task.state == "waived", Task.reason == reason).with_for_update()
    ).all()
    for task in dropped:
        task.state, task.reason, task.closed_by, task.closed_at = "open", "", "", None
        task.told_on = task.escalated_on = None
        touch(task, actor_id, clock)
    if dropped:
        audit.record(session, actor_id, "task.open", ref, {"count": len(dropped)}, clock)
    return len(dropped)


def refs_to_do(session: Session, prefix: str) -> frozenset[str]:
    """What begins so and has tasks that are still to do."""
    statement = select(Task.ref).where(Task.ref.startswith(prefix, autoescape=True), Task.state.in_(rules.OPEN))
    return frozenset(session.scalars(statement.distinct()))


def of_ref(session: Session, ref: str) -> Sequence[Task]:
    """Every task of something, by due day. The caller has checked that it may be seen."""
    return session.scalars(select(Task).where(Task.ref == ref).order_by(Task.due, Task.id)).all()


def of_the_person(session: Session, ref: str) -> Sequence[Task]:
    """Those tasks that the person does themselves, by due day."""
    return [task for task in of_ref(session, ref) if task.owner == "person"]


def waiting_for(session: Session, actor: Actor, clock: Clock, *, limit: int = 50) -> list[Waiting]:
    """What the actor has to do, the most urgent first. Whose task it is sees its title and the person's name."""
    today = china_day(clock)
    rows = session.execute(
        select(Task, Person.name)
        .join(Person, Person.id == Task.person_id)
        .where(Task.state == "open", mine(actor))
        .order_by(Task.due, Task.id)
        .limit(limit)
    ).tuples()
    return [Waiting(task, name, task.due < today) for task, name in rows]


def open_count(ref: Any) -> ScalarSelect[int]:
    """SQL of how many tasks of something are still to do, for lists of other areas.

    Args:
        ref: SQL of what they belong to.
    """
    return (
        select(func.count(Task.id)).where(Task.ref == ref, Task.state.in_(rules.OPEN)).correlate_except(Task)
    ).scalar_subquery()


def mine(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a task is the actor's."""
    own: list[ColumnElement[bool]] = [Task.owner_person_id == (actor.person_id or "")]
    if actor.account_id is not None:
        own.append(Task.account_id == actor.account_id)
    shared = {"hr": "hr", "administrator": "it"}.get(actor.role)
    if shared is not None:
        within = visible(
            actor, "contact", "write", department=Task.department_id, legal_entity=Task.legal_entity_id,
            person=Task.person_id,
        )  # fmt: skip
        own.append(and_(Task.owner == shared, Task.account_id.is_(None), within))
    if actor.role == "hr":  # a manager's task where there is no manager
        own.append(and_(Task.owner == "manager", Task.owner_person_id.is_(None), within))
    return or_(*own)


def is_mine(session: Session, actor: Actor, task: Task) -> bool:
    """Whether a task is the actor's."""
    return session.scalar(select(func.count()).select_from(Task).where(Task.id == task.id, mine(actor))) == 1


def refresh_owners(session: Session, clock: Clock) -> int:
    """Hand open tasks of managers who manage there no longer to who does now; returns how many."""
    changed = 0
    statement = select(Task).where(Task.owner == "manager", Task.state.in_(rules.OPEN)).with_for_update()
    for task in session.scalars(statement):
        about = About(task.person_id, task.legal_entity_id, task.department_id)
        now = _owner_person(session, "manager", about)
        if now != task.owner_person_id:
            task.owner_person_id, task.told_on = now, None
            touch(task, "system", clock)
            changed += 1
    return changed


def _owner_person(session: Session, owner: str, about: About) -> str | None:
    """Whose task it is, where that is a person: themselves, or the nearest head with an account."""
    if owner == "person":
        return about.person_id
    if owner != "manager":
        return None
    heads = (one for one in managers_above(session, about.department_id) if one != about.person_id)
    return next((one for one in heads if account_of_person(session, one) is not None), None)
