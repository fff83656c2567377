"""Companies, departments, and the approvals of what people ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Id, IdField, IdQuery, In, Out, PageOut, list_out, new_router
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval
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


class ApprovalOut(Out):
    """A request under way or decided."""

    id: str
    kind: str
    subject: str = Field(examples=["requisition:019a2b3c4d5e0123456789abcdef0123"])
    requested_by: str
    state: Literal["pending", "approved", "rejected", "withdrawn", "expired"]
    step: int
    created_at: datetime
    decided_at: datetime | None


class ApprovalStepOut(Out):
    """One approver's part in one step."""

    step: int
    rule: Literal["any", "all"]
    account_id: str
    delegated_from: str | None
    decision: Literal["approve", "reject"] | None
    comment: str
    decided_at: datetime | None


class ApprovalDecision(In):
    """What an approver says; a rejection needs a comment."""

    decision: Literal["approve", "reject"]
    comment: str = Field(default="", max_length=2000)


class Delegation(In):
    """To whom one's own part goes."""

    account_id: IdField


class FlowStep(In):
    """One step: any one of its approvers is enough, or all are needed."""

    rule: Literal["any", "all"]
    approvers: list[Annotated[str, Field(max_length=80, examples=["manager", "role:hr"])]] = Field(
        min_length=1, max_length=20
    )


class NewFlow(In):
    """The steps that requests of a kind take from now on."""

    kind: Literal["requisition", "offer"]
    department_id: IdField | None = None
    steps: list[FlowStep] = Field(min_length=1, max_length=10)


class FlowOut(Out):
    """A flow in force."""

    id: str
    kind: str
    department_id: str | None
    steps: list[FlowStep]


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


@router.get("/approvals")
def list_my_approvals(call: Annotated[Call, needs("public", "read")]) -> PageOut[ApprovalOut]:
    """What waits for the token's account, oldest first."""
    with call.reading() as session:
        found = approvals.pending_for(session, call.actor)
    return list_out(found, lambda one: _approval(one.approval))


@router.get("/approvals/{approval_id}/steps")
def list_approval_steps(approval_id: Id, call: Annotated[Call, needs("public", "read")]) -> PageOut[ApprovalStepOut]:
    """Every part of an approval, for those who take part in it and those who may decide on public things."""
    with call.reading() as session:
        return list_out(approvals.steps_of(session, call.actor, approval_id), ApprovalStepOut.model_validate)


@router.post("/approvals/{approval_id}/decide")
def decide_approval(
    approval_id: Id, body: ApprovalDecision, call: Annotated[Call, needs("public", "read")]
) -> ApprovalOut:
    """Approve or reject one's own part; only its approvers can."""
    return call.once(
        lambda s: _approval(approvals.decide(s, call.actor, approval_id, body.decision, body.comment, call.clock))
    )


@router.post("/approvals/{approval_id}/withdraw")
def withdraw_approval(approval_id: Id, call: Annotated[Call, needs("public", "read")]) -> ApprovalOut:
    """Take back one's own pending request."""
    return call.once(lambda s: _approval(approvals.withdraw(s, call.actor, approval_id, call.clock)))


@router.post("/approvals/{approval_id}/delegate")
def delegate_approval(
    approval_id: Id, body: Delegation, call: Annotated[Call, needs("public", "read")]
) -> ApprovalStepOut:
    """Hand one's own part in the open step to a colleague."""
    return call.once(
        lambda s: ApprovalStepOut.model_validate(
            approvals.delegate(s, call.actor, approval_id, body.account_id, call.clock)
        )
    )


@router.post("/approval-flows", status_code=201)
def set_approval_flow(body: NewFlow, call: Annotated[Call, needs("public", "manage")]) -> FlowOut:
    """Set the steps that requests of a kind take from now on, everywhere or in a department with those below."""
    steps = [step.model_dump() for step in body.steps]
    return call.once(
        lambda s: FlowOut.model_validate(
            approvals.set_flow(s, call.actor, body.kind, steps, call.clock, department_id=body.department_id)
        )
    )


def _department(row: Department) -> DepartmentOut:
    return DepartmentOut.model_validate(row)


def _approval(row: Approval) -> ApprovalOut:
    return ApprovalOut.model_validate(row)
