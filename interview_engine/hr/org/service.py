"""Companies and departments: created, moved, given a manager, listed as a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_group, check_persons, check_row, require, scoped
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

DEEPEST = 20
"""Levels of departments; what the column of paths holds."""


@dataclass(frozen=True, slots=True)
class DepartmentNode:
    """One department in the tree: `depth` 0 for a top one, children follow their parent."""

    department: Department
    depth: int


def create_legal_entity(session: Session, actor: Actor, name: str, city: str, clock: Clock) -> LegalEntity:
    """Create a company. It belongs to the group, so an actor who reaches single companies only cannot.

    Raises:
        PermissionDenied. InvalidInput: no name. ConflictError: `org.name_taken`.
    """
    check_group(session, actor, "public", "manage")
    clean = text_within(name, "name", msg("company name"), 120)
    if session.scalar(select(func.count()).select_from(LegalEntity).where(LegalEntity.name == clean)):
        raise conflict("org.name_taken", msg("There is already a company “{clean}”.", clean=clean))
    place = text_within(city, "city", msg("city"), 60, least=0)
    entity = LegalEntity(**stamp(actor.id, clock), name=clean, city=place)
    session.add(entity)
    session.flush()
    audit.record(session, actor.id, "legal_entity.create", f"legal_entity:{entity.id}", {}, clock)
    return entity


def create_department(
    session: Session,
    actor: Actor,
    legal_entity_id: str,
    name: str,
    clock: Clock,
    *,
    parent_id: str | None = None,
    manager_person_id: str | None = None,
) -> Department:
    """Create a department of a company, at the top or below another of the same company.

    Raises:
        PermissionDenied: company, parent or manager is out of reach.
        NotFoundError: company, parent or manager. ConflictError: `org.other_entity`, `org.too_deep`.
    """
    require(actor, "public", "manage")
    clean = text_within(name, "name", msg("department name"), 120)
    if find(session, LegalEntity, legal_entity_id) is None:
        raise missing("legal_entity", msg("company"))
    _check_place(session, actor, legal_entity_id, parent_id)
    above = ""
    if parent_id is not None:
        parent = find(session, Department, parent_id)
        if parent is None:
            raise missing("department", msg("parent department"))
        if parent.legal_entity_id != legal_entity_id:
            raise conflict("org.other_entity", msg("The parent is of another company."))
        above = parent.path
    if above.count("/") > DEEPEST:
        raise conflict("org.too_deep", msg("Departments are nested too deeply."))
    _check_manager(session, actor, manager_person_id)
    columns = stamp(actor.id, clock)
    department = Department(
        **columns,
        legal_entity_id=legal_entity_id,
        parent_id=parent_id,
        name=clean,
        path=f"{above or '/'}{columns['id']}/",
        manager_person_id=manager_person_id,
    )
    session.add(department)
    session.flush()
    audit.record(session, actor.id, "department.create", f"department:{department.id}", {"parent": parent_id}, clock)
    return department


def set_manager(
    session: Session, actor: Actor, department_id: str, manager_person_id: str | None, clock: Clock
) -> Department:
    """Give a department a manager, or none. The seat opens the department's rows, so the actor must reach both the
    department and the person.

    Raises:
        NotFoundError, PermissionDenied.
    """
    department = _within_reach(session, actor, department_id)
    _check_manager(session, actor, manager_person_id)
    department.manager_person_id = manager_person_id
    touch(department, actor.id, clock)
    detail = {"manager": manager_person_id}
    audit.record(session, actor.id, "department.manager", f"department:{department_id}", detail, clock)
    return department


def set_managers(session: Session, actor: Actor, managers: Mapping[str, str | None], clock: Clock) -> int:
    """Give departments other managers, all of them or none; returns how many had another before.

    Args:
        managers: person by department; None for nobody.

    Raises:
        NotFoundError, PermissionDenied.
    """
    rows = select(Department.id, Department.manager_person_id).where(Department.id.in_(tuple(managers)))
    now = dict(session.execute(rows).tuples().all())
    changed = [one for one in sorted(managers) if one not in now or now[one] != managers[one]]
    for department_id in changed:
        set_manager(session, actor, department_id, managers[department_id], clock)
    return len(changed)


def rename_department(session: Session, actor: Actor, department_id: str, name: str, clock: Clock) -> Department:
    """Rename a department."""
    department = _within_reach(session, actor, department_id)
    department.name = text_within(name, "name", msg("department name"), 120)
    touch(department, actor.id, clock)
    audit.record(session, actor.id, "department.rename", f"department:{department_id}", {}, clock)
    return department


def move_department(
    session: Session, actor: Actor, department_id: str, parent_id: str | None, clock: Clock
) -> Department:
    """Move a department, with all below it, under another of the same company, or to the top.

    Raises:
        ConflictError: `org.circle` (under itself), `org.other_entity`, `org.too_deep`.
    """
    department = _within_reach(session, actor, department_id)
    above = "/"
    if parent_id is not None:
        parent = _department(session, parent_id)
        if parent.path.startswith(department.path):
            raise conflict("org.circle", msg("A department cannot be under itself."))
        if parent.legal_entity_id != department.legal_entity_id:
            raise conflict("org.other_entity", msg("The parent is of another company."))
        above = parent.path
    for place in (department.parent_id, parent_id):  # what it leaves, and what it comes under
        _check_place(session, actor, department.legal_entity_id, place)
    old, new = department.path, f"{above}{department.id}/"
    below = list(session.scalars(select(Department).where(Department.path.startswith(old))))
    if max(row.path.count("/") for row in below) - old.count("/") + new.count("/") > DEEPEST + 1:
        raise conflict("org.too_deep", msg("Departments are nested too deeply."))
    department.parent_id = parent_id
    for row in below:
        row.path = new + row.path.removeprefix(old)
        touch(row, actor.id, clock)
    audit.record(session, actor.id, "department.move", f"department:{department_id}", {"parent": parent_id}, clock)
    return department


def managed_entities(session: Session, actor: Actor) -> tuple[LegalEntity, ...]:
    """Companies whose settings the actor may change, by name."""
    statement = select(LegalEntity).order_by(LegalEntity.name)
    return tuple(session.scalars(scoped(statement, actor, "public", "manage", legal_entity=LegalEntity.id)))


def company_within_reach(session: Session, actor: Actor, name: str) -> LegalEntity:
    """The company of that name whose settings the actor may change; the only one where the name is "".

    Raises:
        InvalidInput: `org.no_company`, `org.which_company`.
    """
    statement = scoped(select(LegalEntity), actor, "public", "manage", legal_entity=LegalEntity.id)
    if name:
        statement = statement.where(LegalEntity.name == name)
    found = session.scalars(statement.limit(2)).all()
    if len(found) == 1:
        return found[0]
    if name:
        raise invalid("company", "org.no_company", msg("You have no company called “{name}”.", name=name),
                      msg("Write it as the organisation page does."))  # fmt: skip
    raise invalid("company", "org.which_company", msg("Several companies are within your reach."),
                  msg("Fill in the company."))  # fmt: skip


def legal_entities(session: Session) -> tuple[LegalEntity, ...]:
    """All companies by name. Names of companies and departments are open to everyone who signs in."""
    return tuple(session.scalars(select(LegalEntity).order_by(LegalEntity.name)))


def departments(session: Session, legal_entity_id: str | None = None) -> tuple[DepartmentNode, ...]:
    """The tree, children after their parent, brothers by name; of one company or of all."""
    statement = select(Department)
    if legal_entity_id is not None:
        statement = statement.where(Department.legal_entity_id == legal_entity_id)
    children: dict[str | None, list[Department]] = {}
    for row in session.scalars(statement.order_by(Department.name, Department.id)):
        children.setdefault(row.parent_id, []).append(row)
    return tuple(_walk(children, None, 0))


def find_department(session: Session, actor: Actor, name: str, field_class: str, action: str) -> Department:
    """The department of that name within reach, for lines of sheets: its name, or with some of what stands above it,
    the company first: "sales", "headquarters/sales/east", "company / sales", "headquarters-sales-east".

    Raises:
        InvalidInput: `org.no_department`, none or several are called that.
    """
    ways = [parts for parts in (path_parts(name), dashed_parts(name)) if parts]
    statement = select(Department).where(Department.name.in_({name.strip(), *(parts[-1] for parts in ways)}))
    reached = scoped(
        statement, actor, field_class, action, department=Department.id, legal_entity=Department.legal_entity_id
    )
    rows = session.scalars(reached).all()
    found = [row for row in rows if row.name == name.strip()]  # a name may have a stroke in it: 研发/测试部
    above, last = (ways[0][:-1], ways[0][-1]) if ways else ([], "")
    for *over, own in ways if not found else ():
        if hits := [row for row in rows if row.name == own and _ends(_names_above(session, row), over)]:
            found, above, last = hits, over, own
            break
    exact = [row for row in found if _names_above(session, row)[1:] == above]
    found = exact if len(exact) == 1 else found
    if len(found) == 1:
        return found[0]
    if found:
        raise invalid(
            "department",
            "org.no_department",
            msg("Several departments are called “{name}”.", name=last),
            msg("Write it with those above it: headquarters/sales/east."),
        )
    raise invalid(
        "department",
        "org.no_department",
        msg("You have no department called “{name}”.", name=name),
        msg("Write it as the organisation page does."),
    )


def path_parts(name: str) -> list[str]:
    """The names in a path of departments, however it is written: 总部/销售部, 总部＞销售部.

    A dash may be part of a name, see `dashed_parts`.
    """
    return [part.strip() for part in re.split(r"[/／\\＼>＞→|｜]", name) if part.strip()]


def dashed_parts(name: str) -> list[str]:
    """The names in 总部-销售部-华东区, as some programs write paths; [] without a dash. Only where each of them is a
    department is it a path."""
    parts = [part.strip() for part in re.split(r"[-－–—]", name)]
    return parts if len(parts) > 1 and all(parts) else []


def _names_above(session: Session, row: Department) -> list[str]:
    """The company's name, then those of the departments above a department, from the top."""
    names: list[str] = []
    parent = row.parent_id
    while parent is not None:
        one = session.get_one(Department, parent)
        names.insert(0, one.name)
        parent = one.parent_id
    return [session.get_one(LegalEntity, row.legal_entity_id).name, *names]


def _ends(above: Sequence[str], said: Sequence[str]) -> bool:
    """Whether what a sheet says of what stands above a department is so: names in their order, some may be left out."""
    rest = iter(above)
    return all(any(one == name for one in rest) for name in said)


def company_called(session: Session, name: str) -> LegalEntity:
    """The company of that name.

    Raises:
        InvalidInput: `org.no_company`.
    """
    found = session.scalar(select(LegalEntity).where(LegalEntity.name == name.strip()))
    if found is None:
        raise invalid(
            "company",
            "org.no_company",
            msg("There is no company called “{name}”.", name=name.strip()),
            msg("Write it as the organisation page does."),
        )
    return found


def company_meant(session: Session, name: str) -> LegalEntity:
    """The company of that name; the only one there is where the name is "".

    Raises:
        InvalidInput: `org.no_company`.
    """
    known = legal_entities(session)
    return known[0] if not name.strip() and len(known) == 1 else company_called(session, name)


def department_names(session: Session) -> dict[str, str]:
    """Every department's name by id, for lists."""
    return dict(session.execute(select(Department.id, Department.name)).tuples().all())


def managers_above(session: Session, department_id: str) -> tuple[str, ...]:
    """The persons who manage the department and those above it, the nearest first, each once."""
    found: dict[str, None] = {}
    department: Department | None = _department(session, department_id)
    while department is not None:
        if department.manager_person_id is not None:
            found.setdefault(department.manager_person_id)
        department = find(session, Department, department.parent_id) if department.parent_id else None
    return tuple(found)


def forget_person(session: Session, person_id: str) -> None:
    """Take an erased person out of every department they managed."""
    session.execute(update(Department).where(Department.manager_person_id == person_id).values(manager_person_id=None))


def _walk(children: dict[str | None, list[Department]], parent: str | None, depth: int) -> Iterator[DepartmentNode]:
    for row in children.get(parent, []):
        yield DepartmentNode(row, depth)
        yield from _walk(children, row.id, depth + 1)


def _department(session: Session, department_id: str, *, lock: bool = False) -> Department:
    department = find(session, Department, department_id, lock=lock)
    if department is None:
        raise missing("department", msg("department"))
    return department


def _within_reach(session: Session, actor: Actor, department_id: str) -> Department:
    """The department, locked, if the actor manages the organisation there."""
    require(actor, "public", "manage")
    department = _department(session, department_id, lock=True)
    _check_place(session, actor, department.legal_entity_id, department_id)
    return department


def _check_place(session: Session, actor: Actor, legal_entity_id: str, department_id: str | None) -> None:
    """Refuse who does not manage the department; None is the top of the company."""
    check_row(session, actor, "public", "manage", department_id=department_id, legal_entity_id=legal_entity_id)


def _check_manager(session: Session, actor: Actor, person_id: str | None) -> None:
    if person_id is None:
        return
    if find(session, Person, person_id) is None:
        raise missing("person", msg("person"))
    check_persons(session, actor, "public", "manage", (person_id,))
