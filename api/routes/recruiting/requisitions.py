"""Requisitions: written, approved, opened, closed (C1, C3, B8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.access import Call, needs
from api.routes.frame import Cursor, Id, IdField, In, Language, Limit, Out, PageOut, new_router, page_out
from api.routes.recruiting.asked import ApprovalStarted, started
from interview_engine.hr.recruiting.jobs import closing, lists
from interview_engine.hr.recruiting.jobs import requisitions as service
from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, RequirementKind
from interview_engine.hr.recruiting.jobs.job_description import requirements_from as read_requirements
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.rules import EmploymentType, RequisitionState, Stage
from interview_engine.hr.recruiting.tables import Requisition

router = new_router("requisitions")

Policy = Literal["default", "cn", "eu", "us-ny", "us-il", "us-ca", "us-co", "us-tx"]


class RequirementFields(In):
    """A requirement of the job."""

    text: str = Field(min_length=1, max_length=300, examples=["3 years with control systems"])
    kind: RequirementKind
    weight: float = Field(default=1.0, ge=0, le=10, description="0 only shows it; a degree needs a reason for more.")
    reason: str = Field(default="", max_length=300)


class RequisitionFields(In):
    """A requisition to create or replace."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "Maintenance engineer",
                "legal_entity_id": "019a2b3c4d5e0123456789abcdef0123",
                "department_id": "019a2b3c4d5e0123456789abcdef0456",
                "headcount": 2,
                "description": "Duties:\n- keep the line running\nRequirements:\n- 3 years with control systems",
                "role_profile_id": "019a2b3c4d5e0123456789abcdef0789",
                "kit_version_id": "019a2b3c4d5e0123456789abcdef0abc",
                "policy": "cn",
                "language": "zh",
                "bar": 6.5,
            }
        }
    )

    title: str = Field(min_length=1, max_length=120)
    legal_entity_id: IdField
    department_id: IdField
    headcount: int = Field(default=1, ge=1, le=10_000)
    description: str = Field(default="", max_length=20_000)
    requirements: list[RequirementFields] | None = Field(
        default=None, max_length=40, description="Leave it out to have them read from the description."
    )
    role_profile_id: IdField | None = None
    kit_version_id: IdField | None = Field(
        default=None, description="Leave it out to take the kit of the role profile."
    )
    policy: Policy = "cn"
    language: Language = "zh"
    bar: float = Field(default=6.0, ge=0, le=10, description="Overall score from which a candidate is above the bar.")
    owner_account_id: IdField | None = Field(default=None, description="Who is told of results; you when left out.")
    place: str = Field(default="", max_length=120, description="Where the work is, as the public page says it.")
    employment_type: EmploymentType = "full_time"
    pay_low: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Yuan a month before tax; with pay_high."
    )
    pay_high: int | None = Field(default=None, ge=1, le=10_000_000)
    closes_on: date | None = Field(default=None, description="Last day in Beijing on which it takes applications.")
    urgent: bool = False
    reason: str = Field(default="", max_length=300, description="Why somebody is sought; for colleagues only.")

    def new(self) -> NewRequisition:
        """As the service takes it."""
        values = self.model_dump(exclude={"requirements"})
        rows = None
        if self.requirements is not None:
            rows = tuple(JobRequirement(one.text, one.kind, one.weight, one.reason) for one in self.requirements)
        return NewRequisition(**values, requirements=rows)


class RequirementOut(Out):
    """A requirement of the job."""

    text: str
    kind: RequirementKind
    weight: float
    reason: str


class RequisitionOut(Out):
    """A requisition with its fields, state and version."""

    id: str
    title: str
    legal_entity_id: str
    department_id: str
    owner_account_id: str
    headcount: int
    description: str
    requirements: list[RequirementOut]
    role_profile_id: str | None
    kit_version_id: str | None
    policy: str
    language: str
    bar: float
    place: str
    employment_type: EmploymentType
    pay_low: int | None
    pay_high: int | None
    closes_on: date | None
    urgent: bool
    reason: str
    state: RequisitionState
    created_at: datetime
    updated_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None


class RequisitionRow(Out):
    """A requisition in a list, with counts of its applications."""

    id: str
    title: str
    department_id: str
    department: str
    owner_account_id: str
    owner: str
    state: RequisitionState
    urgent: bool
    headcount: int
    applications: int
    open_applications: int
    assessed: int
    hired: int
    needs_person: int = Field(description="Open ones that a person must look at first.")
    created_at: datetime
    opened_at: datetime | None


class StageCount(Out):
    """How many applications stand in one stage."""

    stage: Stage
    applications: int


class StageCounts(Out):
    """The pipeline of a requisition."""

    stages: list[StageCount]


class Description(In):
    """A job description to read requirements from."""

    description: str = Field(max_length=20_000, examples=["任职要求：\n1. 三年以上自动控制经验\n2. 本科及以上学历"])


class Requirements(Out):
    """The requirements read from a job description; degrees weigh 0 until somebody gives a reason."""

    requirements: list[RequirementOut]


class Closing(In):
    """How a requisition ends."""

    state: Literal["filled", "cancelled"]


@router.get("/requisitions")
def list_requisitions(
    call: Annotated[Call, needs("public", "read")],
    state: RequisitionState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[RequisitionRow]:
    """Requisitions within reach, newest first."""
    with call.reading() as session:
        page = lists.list_requisitions(session, call.actor, state, cursor, limit)
    return page_out(page, RequisitionRow.model_validate)


@router.post("/requisitions", status_code=201)
def create_requisition(fields: RequisitionFields, call: Annotated[Call, needs("public", "write")]) -> RequisitionOut:
    """Create a requisition as a draft; it is submitted for approval later."""
    return call.once(lambda s: _out(service.create_requisition(s, call.actor, fields.new(), call.clock)))


@router.post("/requisitions/read-description")
def read_description(body: Description, call: Annotated[Call, needs("public", "read")]) -> Requirements:
    """Read the requirements in a job description; nothing is stored."""
    return Requirements.model_validate({"requirements": read_requirements(body.description)})


@router.get("/requisitions/{requisition_id}")
def get_requisition(requisition_id: Id, call: Annotated[Call, needs("public", "read")]) -> RequisitionOut:
    """One requisition with its fields, state and version."""
    with call.reading() as session:
        return _out(service.get_requisition(session, call.actor, requisition_id))


@router.put("/requisitions/{requisition_id}")
def update_requisition(
    requisition_id: Id, fields: RequisitionFields, call: Annotated[Call, needs("public", "write")]
) -> RequisitionOut:
    """Replace all its fields. An approved one becomes a draft again when what was approved changes."""
    with call.writing() as session:
        return _out(service.update_requisition(session, call.actor, requisition_id, fields.new(), call.clock))


@router.post("/requisitions/{requisition_id}/submit")
def submit_requisition(requisition_id: Id, call: Annotated[Call, needs("public", "write")]) -> ApprovalStarted:
    """Submit a draft for approval."""
    return call.once(lambda s: started(service.submit_for_approval(s, call.actor, requisition_id, call.clock)))


@router.post("/requisitions/{requisition_id}/open")
def open_requisition(requisition_id: Id, call: Annotated[Call, needs("public", "write")]) -> RequisitionOut:
    """Open a requisition to applications. Needs a published role profile and a published kit (409 says which is
    missing)."""
    return call.once(lambda s: _out(service.open_requisition(s, call.actor, requisition_id, call.clock)))


@router.post("/requisitions/{requisition_id}/hold")
def hold_requisition(requisition_id: Id, call: Annotated[Call, needs("public", "write")]) -> RequisitionOut:
    """Put an open requisition on hold."""
    return call.once(lambda s: _out(closing.hold_requisition(s, call.actor, requisition_id, call.clock)))


@router.post("/requisitions/{requisition_id}/close")
def close_requisition(
    requisition_id: Id, body: Closing, call: Annotated[Call, needs("public", "write")]
) -> RequisitionOut:
    """Close a requisition as filled or cancelled."""
    return call.once(lambda s: _out(closing.close_requisition(s, call.actor, requisition_id, body.state, call.clock)))


@router.get("/requisitions/{requisition_id}/stages")
def count_stages(requisition_id: Id, call: Annotated[Call, needs("public", "read")]) -> StageCounts:
    """How many applications are in each stage."""
    with call.reading() as session:
        counts = lists.stage_counts(session, call.actor, requisition_id)
    return StageCounts.model_validate(
        {"stages": [{"stage": stage, "applications": number} for stage, number in counts.items()]}
    )


def _out(row: Requisition) -> RequisitionOut:
    return RequisitionOut.model_validate(row)
