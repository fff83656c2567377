"""Who is reminded of tasks: the owner the day before they are due, those above when they are three days late.

Each gets one graded notice a round with all that is due, not one a task.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.access.service import reached_persons
from interview_engine.hr.accounts.service import account_of_person, actors, actors_with_role, holder
from interview_engine.hr.messaging.service import send_notice
from interview_engine.hr.org.service import managers_above
from interview_engine.hr.people.tables import Person
from interview_engine.hr.tasks import rules, service
from interview_engine.hr.tasks.tables import Task
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import touch

AT_ONCE = 500
"""Tasks that one round looks at."""
LINES = 40
"""Lines of one notice."""


def remind(session: Session, clock: Clock) -> int:
    """Job: remind owners of what is due, and those above them of what is late; returns how many notices went out."""
    today = china_day(clock)
    service.refresh_owners(session, clock)
    due: dict[str, list[Task]] = {}
    late: dict[str, list[Task]] = {}
    statement = (
        select(Task)
        .where(Task.state.in_(rules.OPEN), Task.due <= today + rules.REMIND_BEFORE, Task.escalated_on.is_(None))
        .order_by(Task.due, Task.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for task in session.scalars(statement).all():
        step = rules.next_step(task.due, today, task.told_on, task.escalated_on)
        if step is None or (step == "due" and task.state == "blocked"):
            continue
        receivers = _owners(session, task, clock) if step == "due" else _above(session, task, clock)
        for person_id in receivers:
            (due if step == "due" else late).setdefault(person_id, []).append(task)
        if step == "due":
            task.told_on = today
        else:
            task.told_on, task.escalated_on = task.told_on or today, today
        touch(task, "system", clock)
        audit.record(
            session, "system", f"task.{'remind' if step == 'due' else 'escalate'}", f"task:{task.id}", {}, clock
        )
    for person_id, tasks in sorted(due.items()):
        _tell(session, person_id, "info", msg("{count} tasks are due", count=len(tasks)), tasks, clock)
    for person_id, tasks in sorted(late.items()):
        _tell(session, person_id, "important", msg("{count} tasks are late", count=len(tasks)), tasks, clock)
    return len(due) + len(late)


def _owners(session: Session, task: Task, clock: Clock) -> list[str]:
    """The persons whose task it is; administrators where nobody of HR or IT reaches it."""
    if task.owner_person_id is not None:
        return [task.owner_person_id]
    if task.account_id is not None and actors(session, (task.account_id,), clock):
        person = holder(session, task.account_id)
        return [] if person is None else [person.id]
    role = "administrator" if task.owner in ("it", "account") else "hr"
    return _with_role(session, task, role, clock) or _with_role(session, task, "administrator", clock)


def _above(session: Session, task: Task, clock: Clock) -> list[str]:
    """Those who hear that a task is late: the heads above its owner with HR; for HR's own the administrators."""
    own = set(_owners(session, task, clock))
    heads = [one for one in managers_above(session, task.department_id) if account_of_person(session, one) is not None]
    found = heads[:2] if task.owner == "manager" else heads[:1]
    found += _with_role(session, task, "administrator" if task.owner == "hr" else "hr", clock)
    return [one for one in dict.fromkeys(found) if one not in own and one != task.person_id] or sorted(own)


def _with_role(session: Session, task: Task, role: str, clock: Clock) -> list[str]:
    return [
        actor.person_id
        for actor in actors_with_role(session, (role,), clock)
        if actor.person_id is not None and reached_persons(session, actor, "contact", "write", (task.person_id,))
    ]


def _tell(session: Session, person_id: str, level: str, title: Text, tasks: Iterable[Task], clock: Clock) -> None:
    person = session.get_one(Person, person_id)
    if person.erased_at is not None:
        return
    account = account_of_person(session, person_id)
    language = person.language if account is None else account.language
    several = list(tasks)
    about = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in several})))
        .tuples()
        .all()
    )
    lines = [_line(one, about.get(one.person_id, ""), language) for one in several[:LINES]]
    if len(several) > LINES:
        lines.append(msg("and {count} more", count=len(several) - LINES).get(language))
    send_notice(session, SYSTEM, level, title.get(language), "\n".join(lines), (person_id,), clock)


def _line(task: Task, name: str, language: str) -> str:
    title = service.title_of(task).get(language)
    due: date = task.due
    return msg("{title} ({name}), due on {day}", title=title, name=name, day=due.isoformat()).get(language)
