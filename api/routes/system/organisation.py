"""Companies and departments: created, renamed, moved, listed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Id, IdField, IdQuery, In, Out, PageOut, list_out, new_router
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department

router = new_router("organisation")


class NewLegalEntity(In):
    """A company to create."""

    name: str = Field(min_length=1, max_length=120, examples=["Example Energy Ltd"])
    city: str = Field(default="", max_length=60, examples=["上海"])


class LegalEntityOut(Out):
    """A legal entity: the employer that contracts name."""

    id: str
    name: str
    city: str
    created_at: datetime


class NewDepartment(In):
    """A department, at the top of its company or below another."""

    legal_entity_id: IdField
    name: str = Field(min_length=1, max_length=120, examples=["Maintenance"])
    parent_id: IdField | None = None
    manager_person_id: IdField | None = None


class DepartmentName(In):
    """The new name of a department."""

    name: str = Field(min_length=1, max_length=120, examples=["Maintenance and energy"])


class DepartmentManager(In):
    """Who manages it; null for nobody."""

    manager_person_id: IdField | None


class DepartmentParent(In):
    """What it is below; null for the top."""

    parent_id: IdField | None


class DepartmentOut(Out):
    """A department. `path` holds the ids from the top to itself."""

    id: str
    legal_entity_id: str
    parent_id: str | None
    name: str
    path: str
    manager_person_id: str | None


@router.get("/legal-entities")
def list_legal_entities(call: Annotated[Call, needs("public", "read")]) -> PageOut[LegalEntityOut]:
    """All companies by name."""
    with call.reading() as session:
        return list_out(org.legal_entities(session), LegalEntityOut.model_validate)


@router.post("/legal-entities", status_code=201)
def create_legal_entity(body: NewLegalEntity, call: Annotated[Call, needs("public", "manage")]) -> LegalEntityOut:
    """Create a company, to which departments and requisitions belong."""
    return call.once(
        lambda s: LegalEntityOut.model_validate(
            org.create_legal_entity(s, call.actor, body.name, body.city, call.clock)
        )
    )


@router.get("/departments")
def list_departments(
    call: Annotated[Call, needs("public", "read")], legal_entity_id: IdQuery | None = None
) -> PageOut[DepartmentOut]:
    """The tree, children after their parent."""
    with call.reading() as session:
        nodes = org.departments(session, legal_entity_id)
    return list_out(nodes, lambda node: _department(node.department))


@router.post("/departments", status_code=201)
def create_department(body: NewDepartment, call: Annotated[Call, needs("public", "manage")]) -> DepartmentOut:
    """Create a department under a company or another department."""
    return call.once(
        lambda s: _department(
            org.create_department(
                s,
                call.actor,
                body.legal_entity_id,
                body.name,
                call.clock,
                parent_id=body.parent_id,
                manager_person_id=body.manager_person_id,
            )
        )
    )


@router.put("/departments/{department_id}/name")
def rename_department(
    department_id: Id, body: DepartmentName, call: Annotated[Call, needs("public", "manage")]
) -> DepartmentOut:
    """Give it another name."""
    with call.writing() as session:
        return _department(org.rename_department(session, call.actor, department_id, body.name, call.clock))


@router.put("/departments/{department_id}/manager")
def set_department_manager(
    department_id: Id, body: DepartmentManager, call: Annotated[Call, needs("public", "manage")]
) -> DepartmentOut:
    """Give it a manager, or none."""
    with call.writing() as session:
        return _department(org.set_manager(session, call.actor, department_id, body.manager_person_id, call.clock))


@router.put("/departments/{department_id}/parent")
def move_department(
    department_id: Id, body: DepartmentParent, call: Annotated[Call, needs("public", "manage")]
) -> DepartmentOut:
    """Put it, with all below it, under another of the same company, or at the top."""
    with call.writing() as session:
        return _department(org.move_department(session, call.actor, department_id, body.parent_id, call.clock))


def _department(row: Department) -> DepartmentOut:
    return DepartmentOut.model_validate(row)
