"""The lists of tasks and of their templates, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import by_login, login_of, names_of
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.mending import plain_number
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Fill, Filter, FormSpec, ListSpec, Place, Undo
from interview_engine.hr.org.service import company_called
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import invalid
from interview_engine.hr.tasks import rules, service, templates
from interview_engine.hr.tasks.service import About, NewTask
from interview_engine.hr.tasks.tables import Task, TaskTemplate
from interview_engine.hr.tasks.templates import NewTemplate
from interview_engine.i18n import LocalizedText, msg

REASON = (Field("reason", msg("Reason"), required=True, most=300),)


# Tasks ------------------------------------------------------------------------------------------------------------


def _rows() -> Select[Any]:
    return (
        select(Task.id)
        .select_from(Task)
        .join(Person, Person.id == Task.person_id)
        .join(Department, Department.id == Task.department_id)
    )


def _mine(asked: Asked) -> Any:
    return service.mine(asked.actor) if asked.value else None


def _with_closed(asked: Asked) -> Any:
    return None if asked.value else Task.state.in_(rules.OPEN)


def _titles(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    rows = session.execute(select(Task.id, Task.title_zh, Task.title_en).where(Task.id.in_(ids))).tuples()
    return {row_id: {"title": LocalizedText(zh, en)} for row_id, zh, en in rows}


def _who(session: Session, _: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
    """The name of the one whose task it is, else what the owner is called."""
    rows = session.execute(
        select(Task.id, Task.owner, Task.account_id, Person.name)
        .outerjoin(Person, Person.id == Task.owner_person_id)
        .where(Task.id.in_(ids))
    ).tuples()
    known = list(rows)
    names = names_of(session, {account for _, _, account, _ in known if account})
    return {
        row_id: {"who": name or names.get(account or "") or rules.OWNERS[owner]}
        for row_id, owner, account, name in known
    }


def _close(state: str) -> Callable[[Session, Actor, str, Mapping[str, Value], Clock], object]:
    def close(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
        return service.close(session, actor, row_id, state, str(values.get("reason") or ""), clock)

    return close


def _task_state(session: Session, _: Actor, ids: Sequence[str], __: Mapping[str, Value]) -> dict[str, list[str]]:
    rows = session.execute(select(Task.id, Task.state, Task.reason).where(Task.id.in_(ids)))
    return {row_id: [state, reason] for row_id, state, reason in rows.tuples()}


def _as_before(
    session: Session, actor: Actor, row_id: str, before: list[str], _: Mapping[str, Value], clock: Clock
) -> object:
    return service.close(session, actor, row_id, before[0], before[1], clock)


UNDO_TASK = Undo(_task_state, _as_before)


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    employment_id = employments.of_number(session, actor, str(values["employee_number"]))
    row = employments.get_for(session, actor, employment_id, "write")
    due = values["due"]
    assert isinstance(due, date)
    new = NewTask(
        str(values["title"]),
        str(values["owner"]),
        due,
        _account(session, values),
        str(values["detail"] or ""),
    )
    return service.add(session, actor, About(row.person_id, row.legal_entity_id, row.department_id), new, clock).id


def _account(session: Session, values: Mapping[str, Value]) -> str | None:
    login = str(values.get("account") or "").strip()
    if not login:
        return None
    account = by_login(session, login)
    if account is None:
        raise invalid(
            "account",
            "task.account",
            msg("There is no active account called “{login}”.", login=login),
            msg("Check the user name in the list of accounts."),
        )
    return account.id


_ACCOUNT = Field(
    "account",
    msg("User name of the account"),
    most=60,
    help=msg("Of the one account that does it; for IT it may be left empty: administrators do it then."),
)

TASKS = ListSpec(
    name="tasks",
    title=msg("Tasks"),
    about=msg("What is to do for those who join and leave, whose it is and until when."),
    thing=msg("task"),
    empty=msg("There is nothing to do: tasks come by themselves when somebody joins or leaves."),
    field_class="contact",
    rows=_rows,
    key=Task.id,
    place=Place(Task.department_id, Task.legal_entity_id, Task.person_id),
    form=FormSpec(
        (
            Field("employee_number", msg("Employee number"), required=True, most=20, tidy=plain_number,
                  help=msg("Of the person whom it is about.")),
            Field("title", msg("What is to do"), required=True, most=120),
            Field("owner", msg("Assigned to"), "choice", required=True, choices=rules.OWNERS),
            _ACCOUNT,
            Field("due", msg("Due on"), "day", required=True),
            Field("detail", msg("How"), "area", most=2000),
        ),
        _create,
        ("contact", "write"),
    ),
    columns=(
        Column("person", msg("About"), "text", Person.name, searched=True, opens=True),
        Column("title", msg("What is to do")),
        Column("due", msg("Due on"), "day", Task.due, filters=True),
        Column("who", msg("Assigned to")),
        Column("state", msg("State"), "choice", Task.state, choices=rules.STATES, filters=True, counts=True,
               tones={"blocked": "look", "done": "go"}),
        Column("kind", msg("Why"), "choice", Task.kind, choices=rules.KINDS, filters=True, counts=True),
        Column("owner", msg("Whose part"), "choice", Task.owner, choices=rules.OWNERS, filters=True, counts=True,
               shown=False),
        Column("category", msg("Kind of task"), "choice", Task.category, choices=rules.CATEGORIES, filters=True,
               counts=True),
        Column("department", msg("Department"), "text", Department.name, filters=True, searched=True, shown=False),
        Column("reason", msg("Reason"), "text", Task.reason, shown=False),
    ),
    fills=(Fill(("title",), _titles), Fill(("who",), _who)),
    filters=(
        Filter(Field("mine", msg("Only mine"), "flag"), _mine),
        Filter(Field("closed", msg("With those that are done"), "flag"), _with_closed),
    ),
    bulk=(
        Bulk("done", msg("Done", context="task"), ("contact", "read"), _close("done"), msg("{count} tasks are done."),
             undo=UNDO_TASK),
        Bulk("block", msg("Cannot be done yet"), ("contact", "read"), _close("blocked"),
             msg("{count} tasks wait for something."), fields=REASON, undo=UNDO_TASK),
        Bulk("waive", msg("Not needed"), ("contact", "write"), _close("waived"),
             msg("{count} tasks are not needed."), fields=REASON, undo=UNDO_TASK),
        Bulk("reopen", msg("Open again"), ("contact", "read"), _close("open"), msg("{count} tasks are open again."),
             undo=UNDO_TASK),
    ),
)  # fmt: skip


# Templates --------------------------------------------------------------------------------------------------------


def _template_rows() -> Select[Any]:
    return (
        select(TaskTemplate.id)
        .select_from(TaskTemplate)
        .outerjoin(LegalEntity, LegalEntity.id == TaskTemplate.legal_entity_id)
    )


def _template(session: Session, actor: Actor, values: Mapping[str, Value]) -> NewTemplate:
    company = str(values["company"] or "").strip()
    days = values["days"]
    return NewTemplate(
        kind=str(values["kind"]),
        category=str(values["category"]),
        title_zh=str(values["title_zh"]),
        owner=str(values["owner"]),
        days=days if isinstance(days, int) else 0,
        title_en=str(values["title_en"] or ""),
        detail=str(values["detail"] or ""),
        account_id=_account(session, values),
        legal_entity_id=company_called(session, company).id if company else None,
    )


def _add_template(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    return templates.keep(session, actor, _template(session, actor, values), clock).id


def _change_template(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> object:
    return templates.keep(session, actor, _template(session, actor, values), clock, template_id=row_id)


def _load_template(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = templates.get(session, actor, row_id)
    company = None if row.legal_entity_id is None else session.get_one(LegalEntity, row.legal_entity_id).name
    account = None if row.account_id is None else login_of(session, row.account_id)
    return {
        "kind": row.kind, "title_zh": row.title_zh, "title_en": row.title_en, "category": row.category,
        "owner": row.owner, "account": account, "days": row.days, "company": company, "detail": row.detail or None,
    }  # fmt: skip


def _set_active(active: bool) -> Callable[[Session, Actor, str, Mapping[str, Value], Clock], object]:
    def change(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
        return templates.set_active(session, actor, row_id, active, clock)

    return change


def _is_active(session: Session, _: Actor, ids: Sequence[str], __: Mapping[str, Value]) -> dict[str, bool]:
    rows = session.execute(select(TaskTemplate.id, TaskTemplate.active).where(TaskTemplate.id.in_(ids)))
    return dict(rows.tuples().all())


def _active_as_before(
    session: Session, actor: Actor, row_id: str, before: bool, _: Mapping[str, Value], clock: Clock
) -> object:
    return templates.set_active(session, actor, row_id, before, clock)


UNDO_TEMPLATE = Undo(_is_active, _active_as_before)


TASK_TEMPLATES = ListSpec(
    name="task_templates",
    title=msg("Task templates"),
    about=msg("What is to do for everybody who joins or leaves; changes hold for those who come next."),
    thing=msg("task template"),
    empty=msg("The proposed tasks come with the first person who joins; or add your own."),
    field_class="public",
    rows=_template_rows,
    key=TaskTemplate.id,
    place=Place(legal_entity=TaskTemplate.legal_entity_id),
    form=FormSpec(
        (
            Field("kind", msg("When"), "choice", required=True, choices=rules.TEMPLATE_KINDS),
            Field("title_zh", msg("What is to do"), required=True, most=120),
            Field("title_en", msg("The same in English"), most=120),
            Field("category", msg("Kind of task"), "choice", required=True, choices=rules.CATEGORIES),
            Field("owner", msg("Assigned to"), "choice", required=True, choices=rules.OWNERS),
            _ACCOUNT,
            Field("days", msg("Due, days after the first or last day"), "whole", required=True, low=Decimal(-365),
                  high=Decimal(365), help=msg("0 is that day, -2 two days before.")),
            Field("company", msg("Company"), most=120, help=msg("Left empty, it holds for every company.")),
            Field("detail", msg("How"), "area", most=2000),
        ),
        _add_template,
        ("public", "manage"),
        _change_template,
        _load_template,
    ),
    columns=(
        Column("title_zh", msg("What is to do"), "text", TaskTemplate.title_zh, searched=True, opens=True),
        Column("title_en", msg("The same in English"), "text", TaskTemplate.title_en, searched=True, under="title_zh"),
        Column("kind", msg("When"), "choice", TaskTemplate.kind, choices=rules.TEMPLATE_KINDS, filters=True,
               counts=True),
        Column("days", msg("Days"), "whole", TaskTemplate.days),
        Column("owner", msg("Assigned to"), "choice", TaskTemplate.owner, choices=rules.OWNERS, filters=True),
        Column("category", msg("Kind of task"), "choice", TaskTemplate.category, choices=rules.CATEGORIES,
               filters=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("active", msg("In use"), "flag", TaskTemplate.active, filters=True),
    ),
    bulk=(
        Bulk("stop", msg("No longer use"), ("public", "manage"), _set_active(False),
             msg("{count} templates are no longer used."), undo=UNDO_TEMPLATE),
        Bulk("use", msg("Use again"), ("public", "manage"), _set_active(True), msg("{count} templates are used."),
             undo=UNDO_TEMPLATE),
    ),
)  # fmt: skip
