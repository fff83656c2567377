"""The list of departments, and their sheet: a line finds its department by company, parent and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.org import service
from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, referred

FIELDS = (
    Field("name", msg("Department"), required=True, most=120, also=("部门", "部门名称", "名称", "组织名称")),
    Field("parent", msg("Parent department"), most=250, also=("上级部门", "上级", "上级组织", "所属上级"),
          help=msg("Empty for a department at the top; where several have the name, above / name.")),
    Field("company", msg("Company"), most=120, also=("公司", "所属公司", "公司名称", "法人主体"),
          help=msg("May be empty where there is one only.")),
    Field("manager_phone", msg("Manager's phone"), most=40,
          also=("负责人手机", "负责人电话", "主管手机", "部门负责人手机"),
          help=msg("Of somebody who is known here already.")),
)  # fmt: skip

_PARENT, _MANAGER = aliased(Department), aliased(Person)


def _text(value: Value) -> str:
    return str(value or "").strip()


def _paths(session: Session, company_id: str) -> dict[str, str]:
    """By id, "above / name" of every department of a company."""
    found: dict[str, str] = {}
    for node in service.departments(session, company_id):
        above = found.get(node.department.parent_id or "", "")
        found[node.department.id] = f"{above} / {node.department.name}" if above else node.department.name
    return found


def _named(paths: Mapping[str, str], wanted: str) -> list[str]:
    """Ids of the departments that are called so, by their name or by (the end of) their path."""
    said = " / ".join(
        part.strip() for part in wanted.replace("＞", "/").replace(">", "/").replace("／", "/").split("/")
    )
    exact = [row_id for row_id, path in paths.items() if path == said]
    return exact or [row_id for row_id, path in paths.items() if path.endswith(f" / {said}")]


def _parent(session: Session, company_id: str, wanted: str) -> str | None:
    if not wanted:
        return None
    found = _named(_paths(session, company_id), wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise invalid("parent", "org.no_department", msg("Several departments are called “{name}”.", name=wanted),
                      msg("Write it with those above it: above / name."))  # fmt: skip
    raise invalid("parent", "org.no_department", msg("You have no department called “{name}”.", name=wanted),
                  msg("Put its line above this one, or write it as the organisation page does."))  # fmt: skip


def _manager(session: Session, phone: str) -> str | None:
    if not phone:
        return None
    found = session.scalar(select(Person.id).where(Person.phone_key == phone_key(phone), Person.erased_at.is_(None)))
    if found is None:
        raise invalid("manager_phone", "org.no_manager", msg("Nobody here has this phone number."),
                      msg("Import the employees first, and the managers afterwards."))  # fmt: skip
    return found


def _create(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    company = service.company_within_reach(session, actor, _text(values["company"]))
    parent = _parent(session, company.id, _text(values["parent"]))
    name = _text(values["name"])
    paths = _paths(session, company.id)
    above = f"{paths[parent]} / {name}" if parent else name
    if above in paths.values():
        raise conflict("org.name_taken", msg("There is already a department “{name}” there.", name=name))
    manager = _manager(session, _text(values["manager_phone"]))
    made = service.create_department(
        session, actor, company.id, name, clock, parent_id=parent, manager_person_id=manager
    )
    return made.id


def _update(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
    row = find(session, Department, row_id, lock=True)
    if row is None:
        raise missing("department", msg("department"))
    check_row(session, actor, "public", "manage", department_id=row.id, legal_entity_id=row.legal_entity_id)
    name = _text(values["name"])
    if name and name != row.name:
        service.rename_department(session, actor, row_id, name, clock)
    parent = _parent(session, row.legal_entity_id, _text(values["parent"]))
    if parent != row.parent_id:
        service.move_department(session, actor, row_id, parent, clock)
    manager = _manager(session, _text(values["manager_phone"]))
    if manager is not None and manager != row.manager_person_id:
        service.set_manager(session, actor, row_id, manager, clock)


def _load(session: Session, actor: Actor, row_id: str) -> Mapping[str, Value]:
    row = find(session, Department, row_id)
    if row is None:
        raise PermissionDenied("access.denied", msg("You are not allowed to do this."), msg("Reload the page."))
    check_row(session, actor, "public", "read", department_id=row.id, legal_entity_id=row.legal_entity_id)
    manager = session.get(Person, row.manager_person_id) if row.manager_person_id else None
    return {
        "name": row.name,
        "parent": _paths(session, row.legal_entity_id)[row.parent_id] if row.parent_id else None,
        "company": session.get_one(LegalEntity, row.legal_entity_id).name,
        "manager_phone": (manager.phone or None) if manager else None,
    }


def _find(session: Session, actor: Actor, keys: Sequence[tuple[Value, ...]]) -> Mapping[tuple[Value, ...], str]:
    found: dict[tuple[Value, ...], str] = {}
    companies: dict[str, str | None] = {}
    paths: dict[str, dict[str, str]] = {}
    for key in keys:
        name, parent, company = map(_text, key)
        if company not in companies:
            try:
                companies[company] = service.company_within_reach(session, actor, company).id
            except InterviewEngineError:
                companies[company] = None
        company_id = companies[company]
        if company_id is None:
            continue
        there = paths.setdefault(company_id, _paths(session, company_id))
        above = _named(there, parent) if parent else []
        if parent and len(above) != 1:
            continue
        wanted = f"{there[above[0]]} / {name}" if above else name
        ids = [row_id for row_id, path in there.items() if path == wanted]
        if len(ids) == 1:
            found[key] = ids[0]
    return found


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> dict[str, InterviewEngineError]:
    """Remove departments that an import made and nothing names; by id, why one stays. Needs "public" manage."""
    rows = {row.id: row for row in session.scalars(select(Department).where(Department.id.in_(ids)).with_for_update())}
    used = referred(session, Department, rows, but=(Department.parent_id,))
    stays: dict[str, InterviewEngineError] = {}
    in_use = conflict("org.in_use", msg("Something belongs to this department by now."),
                      msg("Move what belongs to it elsewhere first."))  # fmt: skip
    for row_id in ids:
        row = rows.get(row_id)
        try:
            if row is None or row.created_at < since or row_id in used:
                raise in_use
            check_row(session, actor, "public", "manage", department_id=row.id, legal_entity_id=row.legal_entity_id)
        except InterviewEngineError as error:
            stays[row_id] = error
    for row in sorted(rows.values(), key=lambda one: -len(one.path)):
        if row.id in stays:
            continue
        if session.scalar(select(Department.id).where(Department.parent_id == row.id).limit(1)) is not None:
            stays[row.id] = in_use
            continue
        session.execute(delete(Department).where(Department.id == row.id))
        audit.record(session, actor.id, "department.take_back", f"department:{row.id}", {}, clock)
    return stays


def _rows() -> Select[Any]:
    return (
        select(Department.id)
        .select_from(Department)
        .join(LegalEntity, LegalEntity.id == Department.legal_entity_id)
        .outerjoin(_PARENT, _PARENT.id == Department.parent_id)
        .outerjoin(_MANAGER, _MANAGER.id == Department.manager_person_id)
    )


DEPARTMENTS = ListSpec(
    name="departments",
    title=msg("Departments"),
    about=msg("The departments of every company within your reach, as a table."),
    thing=msg("department"),
    empty=msg("There is no department yet: add one, or import a list."),
    field_class="public",
    rows=_rows,
    key=Department.id,
    place=Place(Department.id, Department.legal_entity_id),
    columns=(
        Column("name", msg("Department"), "text", Department.name, searched=True, opens=True),
        Column("parent", msg("Parent department"), "text", _PARENT.name, searched=True, filters=True),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True, counts=True),
        Column("manager", msg("Manager"), "text", _MANAGER.name, searched=True),
        Column("created", msg("Made on"), "moment", Department.created_at, shown=False),
    ),
    href=lambda _, __, ___: "",
    form=FormSpec(
        FIELDS, _create, ("public", "manage"), _update, _load, key=("name", "parent", "company"), find=_find,
        blames={"org.name_taken": ("name",)}, in_order=True, take_back=take_back,
    ),
)  # fmt: skip
