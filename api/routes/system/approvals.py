"""Approvals: decisions, flows, substitutes, and decision times."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from api.access import Call, needs
from api.routes.frame import Id, IdField, In, Out, PageOut, list_out, new_router
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Approval

router = new_router("organisation")


class ApprovalOut(Out):
    """An approval request, pending or decided."""

    id: str
    kind: str
    subject: str = Field(examples=["requisition:019a2b3c4d5e0123456789abcdef0123"])
    requested_by: str | None = Field(description="The account of who asked; null for an employee without one.")
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
    """A decision of an approver; a rejection needs a comment."""

    decision: Literal["approve", "reject"]
    comment: str = Field(default="", max_length=2000)


class Delegation(In):
    """The colleague to delegate one's part to."""

    account_id: IdField


class ConditionPart(In):
    """One comparison. Facts: headcount of a requisition, monthly_pay (yuan) of an offer."""

    fact: str = Field(max_length=40, examples=["monthly_pay"])
    operator: Literal[">=", ">", "<=", "<", "=", "!="]
    value: str = Field(max_length=40, examples=["20000"])


class FlowCondition(In):
    """All or any of some comparisons."""

    match: Literal["all", "any"]
    conditions: list[ConditionPart] = Field(min_length=1, max_length=10)


class FlowStep(In):
    """One step: any one of its approvers is enough, or all are needed."""

    rule: Literal["any", "all"]
    approvers: list[Annotated[str, Field(max_length=80, examples=["manager", "manager:2", "role:hr"])]] = Field(
        min_length=1, max_length=20
    )
    when: FlowCondition | None = Field(default=None, description="Left out where it is not true of a request.")
    escalate_after_h: int | None = Field(
        default=None, ge=1, le=720, description="Handed to the next head above when nobody has decided by then."
    )


class NewFlow(In):
    """The steps for new requests of a kind."""

    kind: str = Field(max_length=40, examples=["requisition", "offer"])
    department_id: IdField | None = None
    steps: list[FlowStep] = Field(min_length=1, max_length=10)
    expires_after_days: int | None = Field(default=None, ge=1, le=365)


class FlowOut(Out):
    """A flow in force."""

    id: str
    kind: str
    department_id: str | None
    steps: list[FlowStep]
    expires_after_days: int | None


class NewSubstitute(In):
    """A substitute for the token's account and the days of absence, both included."""

    substitute_account_id: IdField
    first_day: date
    last_day: date


class SubstituteOut(Out):
    """A substitute while somebody is away."""

    id: str
    account_id: str
    substitute_account_id: str
    first_day: date
    last_day: date
    ended_at: datetime | None


class DecisionTimeOut(Out):
    """How long decisions took on requests of one kind in one department, in seconds."""

    kind: str
    department_id: str | None
    count: int
    median_s: float
    longest_s: float


@router.get("/approvals")
def list_my_approvals(call: Annotated[Call, needs("public", "read")]) -> PageOut[ApprovalOut]:
    """Undecided approvals of the token's account, oldest first."""
    with call.reading() as session:
        found = approvals.pending_for(session, call.actor, call.context.clock)
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
    """Withdraw one's own pending request."""
    return call.once(lambda s: _approval(approvals.withdraw(s, call.actor, approval_id, call.clock)))


@router.post("/approvals/{approval_id}/delegate")
def delegate_approval(
    approval_id: Id, body: Delegation, call: Annotated[Call, needs("public", "read")]
) -> ApprovalStepOut:
    """Delegate one's own part of the open step to a colleague."""
    return call.once(
        lambda s: ApprovalStepOut.model_validate(
            approvals.delegate(s, call.actor, approval_id, body.account_id, call.clock)
        )
    )


@router.post("/approval-flows", status_code=201)
def set_approval_flow(body: NewFlow, call: Annotated[Call, needs("public", "manage")]) -> FlowOut:
    """Set the steps for new requests of a kind, everywhere or in a department with those below."""
    steps = [step.model_dump() for step in body.steps]
    return call.once(
        lambda s: FlowOut.model_validate(
            approvals.set_flow(
                s,
                call.actor,
                body.kind,
                steps,
                call.clock,
                department_id=body.department_id,
                expires_after_days=body.expires_after_days,
            )
        )
    )


@router.get("/approval-flows")
def list_approval_flows(call: Annotated[Call, needs("public", "manage")]) -> PageOut[FlowOut]:
    """The flows in force where the token's account may manage."""
    with call.reading() as session:
        return list_out(approvals.flows_in_force(session, call.actor), FlowOut.model_validate)


@router.post("/approval-flows/{flow_id}/end")
def end_approval_flow(flow_id: Id, call: Annotated[Call, needs("public", "manage")]) -> FlowOut:
    """End a flow: the flow above applies again, or the default; requests under way keep their steps."""
    return call.once(lambda s: FlowOut.model_validate(approvals.end_flow(s, call.actor, flow_id, call.clock)))


@router.get("/approval-times")
def list_approval_times(
    call: Annotated[Call, needs("public", "manage")], days: Annotated[int, Query(ge=1, le=3660)] = 90
) -> PageOut[DecisionTimeOut]:
    """Median and longest time to decide by kind and department, of requests decided in the last `days` days."""
    until = call.clock.now()
    with call.reading() as session:
        found = approvals.decision_times(session, call.actor, until - timedelta(days=days), until)
    return list_out(found, DecisionTimeOut.model_validate)


@router.post("/approval-substitutes", status_code=201)
def set_approval_substitute(body: NewSubstitute, call: Annotated[Call, needs("public", "read")]) -> SubstituteOut:
    """Name a substitute for the token's account; parts that already wait are handed over."""
    return call.once(
        lambda s: SubstituteOut.model_validate(
            approvals.set_substitute(
                s, call.actor, body.substitute_account_id, body.first_day, body.last_day, call.clock
            )
        )
    )


@router.get("/approval-substitutes")
def list_approval_substitutes(call: Annotated[Call, needs("public", "read")]) -> PageOut[SubstituteOut]:
    """The own ones that are not over."""
    with call.reading() as session:
        return list_out(approvals.absences_of(session, call.actor, call.clock), SubstituteOut.model_validate)


@router.post("/approval-substitutes/{substitute_id}/end")
def end_approval_substitute(substitute_id: Id, call: Annotated[Call, needs("public", "read")]) -> SubstituteOut:
    """End a substitution: the token's account decides again."""
    return call.once(
        lambda s: SubstituteOut.model_validate(approvals.end_substitute(s, call.actor, substitute_id, call.clock))
    )


def _approval(row: Approval) -> ApprovalOut:
    return ApprovalOut.model_validate(row)
