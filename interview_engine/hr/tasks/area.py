"""What tasks hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.area import EVERYBODY, Area, Job, PersonColumn, Subject, in_transaction
from interview_engine.hr.removal import Removal
from interview_engine.hr.tasks.chores import remind
from interview_engine.hr.tasks.lists import TASK_TEMPLATES, TASKS
from interview_engine.hr.tasks.tables import Task, TaskTemplate


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if removal.whole:
        removal.delete(session, Task, Task.person_id == person_id)


def _concerned(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
    """Whose task it is. One of everybody of HR or IT is on many pages: all look again."""
    rows = select(Task.id, Task.account_id, Task.owner_person_id).where(Task.id.in_(ids))
    found = {}
    for row_id, account_id, person_id in session.execute(rows).tuples():
        named = {("account", account_id), ("person", person_id)}
        found[row_id] = {f"{kind}:{one}" for kind, one in named if one is not None} or {EVERYBODY}
    return found


AREA = Area(
    name="tasks",
    tables=(Task, TaskTemplate),
    persons=(
        PersonColumn(Task.person_id, "forgotten", "what was to do about who works here shows that it was done"),
        PersonColumn(Task.owner_person_id, "kept", "whose work it was about somebody else"),
    ),
    erase=_erase,
    subjects=(Subject("task", told=True, concerns=_concerned), Subject("task_template")),
    lists=(TASKS, TASK_TEMPLATES),
    jobs=(Job("tasks that are due", 1800.0, in_transaction(remind), by_date=True),),
)
