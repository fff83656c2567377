"""Who would decide about a request, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals.flows import approvers_of, flow_of, requester
from interview_engine.hr.approvals.requests import steps_for


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step: by name who would decide, and whether one of them is enough or all must.

    Args:
        rule: "any" or "all", as of the flow.
    """

    rule: str
    names: tuple[str, ...]


def planned_steps(
    session: Session, actor: Actor, kind: str, subject: str, department_id: str | None, clock: Clock
) -> tuple[PlannedStep, ...]:
    """The steps that a request of this actor would take now; a step without names would be refused.

    Who is away is named all the same: who decides instead is found when the step begins. The caller has checked that
    the subject may be read.
    """
    if actor.account_id is None:
        return ()
    flow = flow_of(session, kind, department_id)
    asking = requester(session, actor.account_id, actor.person_id)
    steps = [
        (step["rule"], approvers_of(session, step["approvers"], department_id, asking, clock))
        for step in steps_for(session, kind, subject, flow)
    ]
    names = names_of(session, [account_id for _, accounts in steps for account_id in accounts])
    return tuple(PlannedStep(rule, tuple(names.get(one, "") for one in accounts)) for rule, accounts in steps)
