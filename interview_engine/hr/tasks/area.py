"""What tasks hand over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, PersonColumn, Subject, in_transaction
from interview_engine.hr.removal import Removal
from interview_engine.hr.tasks.chores import remind
from interview_engine.hr.tasks.lists import TASK_TEMPLATES, TASKS
from interview_engine.hr.tasks.tables import Task, TaskTemplate


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    if removal.whole:
        removal.delete(session, Task, Task.person_id == person_id)


AREA = Area(
    name="tasks",
    tables=(Task, TaskTemplate),
    persons=(
        PersonColumn(Task.person_id, "forgotten", "what was to do about who works here shows that it was done"),
        PersonColumn(Task.owner_person_id, "kept", "whose work it was about somebody else"),
    ),
    erase=_erase,
    subjects=(Subject("task", told=True), Subject("task_template")),
    lists=(TASKS, TASK_TEMPLATES),
    jobs=(Job("tasks that are due", 1800.0, in_transaction(remind), by_date=True),),
)
