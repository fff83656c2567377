"""Templates of tasks: kept by the company in the console."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.hr.tasks import rules
from interview_engine.hr.tasks.service import check_owner_choice
from interview_engine.hr.tasks.tables import TaskTemplate
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template; see `tables.TaskTemplate`. `title_en` "" is called as in Chinese."""

    kind: str
    category: str
    title_zh: str
    owner: str
    days: int
    title_en: str = ""
    detail: str = ""
    account_id: str | None = None
    legal_entity_id: str | None = None


def keep(
    session: Session, actor: Actor, new: NewTemplate, clock: Clock, *, template_id: str | None = None
) -> TaskTemplate:
    """A new template, or what is there changed; tasks that were made from it stay as they are.

    Raises:
        NotFoundError. PermissionDenied: may not manage the company, or the group. InvalidInput: `task.kind`,
            `task.category`, `task.days`, owner, title.
    """
    check_owner(session, actor, "public", "manage", new.legal_entity_id)
    if new.kind not in rules.TEMPLATE_KINDS or new.category not in rules.CATEGORIES:
        raise invalid("kind", "task.kind", msg("There is no such value."), msg("Choose one of the list."))
    if not -rules.MOST_DAYS <= new.days <= rules.MOST_DAYS:
        raise invalid(
            "days",
            "task.days",
            msg("A task is due within {most} days of the first or last day.", most=rules.MOST_DAYS),
            msg("Change the days."),
        )
    check_owner_choice(new.owner, new.account_id)
    title = text_within(new.title_zh, "title_zh", msg("title", context="task"), 120)
    values = {
        "legal_entity_id": new.legal_entity_id,
        "kind": new.kind,
        "category": new.category,
        "title_zh": title,
        "title_en": new.title_en.strip()[:120] or title,
        "detail": new.detail.strip()[:2000],
        "owner": new.owner,
        "account_id": new.account_id if new.owner in ("account", "it") else None,
        "days": new.days,
    }
    if template_id is None:
        row = TaskTemplate(**stamp(actor.id, clock), **values, active=True)
        session.add(row)
    else:
        row = get(session, actor, template_id)
        for name, value in values.items():
            setattr(row, name, value)
        touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "task_template.keep", f"task_template:{row.id}", {}, clock)
    return row


def get(session: Session, actor: Actor, template_id: str) -> TaskTemplate:
    """A template that the actor may change.

    Raises:
        NotFoundError. PermissionDenied.
    """
    row = find(session, TaskTemplate, template_id, lock=True)
    if row is None:
        raise missing("task_template", msg("task template"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def set_active(session: Session, actor: Actor, template_id: str, active: bool, clock: Clock) -> TaskTemplate:
    """Use a template from now on, or no longer.

    Raises:
        NotFoundError. PermissionDenied.
    """
    row = get(session, actor, template_id)
    if row.active != active:
        row.active = active
        touch(row, actor.id, clock)
        audit.record(
            session, actor.id, "task_template.active", f"task_template:{row.id}", {"active": active}, clock
        )  # fmt: skip
    return row
