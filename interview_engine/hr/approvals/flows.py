"""Approval flows: which steps a kind of request takes in a department, and who the approvers of a step are.

A flow is a list of steps; each step has approvers ("account:…", "role:…", "manager") and a rule. "any": the first to
decide settles the step. "all": every one must approve, the first rejection ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import ROLES, Action, Actor
from interview_engine.hr.access.service import check_group, check_persons, check_row, require
from interview_engine.hr.accounts.service import active_accounts, actors
from interview_engine.hr.approvals.tables import ApprovalFlow
from interview_engine.hr.org.service import manager_of
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

DEFAULT_STEPS: tuple[Mapping[str, Any], ...] = ({"rule": "any", "approvers": ["manager", "role:hr"]},)
"""Where no flow is set for a kind: the department's manager or HR, whoever is first."""


def set_flow(
    session: Session,
    actor: Actor,
    kind: str,
    steps: Sequence[Mapping[str, Any]],
    clock: Clock,
    *,
    department_id: str | None = None,
) -> ApprovalFlow:
    """The steps that requests of `kind` take from now on, in a department (with those below) or everywhere.

    A step is a seat: the actor must reach the department (everywhere: every company), and each person who is named.

    Raises:
        PermissionDenied: out of reach. NotFoundError: the department. InvalidInput: `approval.flow`.
    """
    require(actor, "public", "manage")
    if department_id is not None and find(session, Department, department_id) is None:
        raise missing("department", msg("department"))
    check_place(session, actor, "manage", department_id)
    for place, step in enumerate(steps):
        _check_step(place, step)
    if not steps:
        raise _bad_flow("steps")
    named = {name.partition(":")[2] for step in steps for name in step["approvers"] if name.startswith("account:")}
    persons = [one.person_id for one in actors(session, named, clock) if one.person_id is not None]
    check_persons(session, actor, "public", "manage", persons)
    where = select(ApprovalFlow).where(ApprovalFlow.kind == kind, ApprovalFlow.active)
    same = (
        ApprovalFlow.department_id.is_(None) if department_id is None else ApprovalFlow.department_id == department_id
    )
    for older in session.scalars(where.where(same)):
        older.active = False
        touch(older, actor.id, clock)
    flow = ApprovalFlow(
        **stamp(actor.id, clock), kind=kind, department_id=department_id, steps=[dict(step) for step in steps]
    )
    session.add(flow)
    session.flush()
    audit.record(session, actor.id, "approval_flow.set", f"approval_flow:{flow.id}", {"kind": kind}, clock)
    return flow


def has_flow(session: Session, kind: str, department_id: str | None) -> bool:
    """Whether the company has set a flow for requests of that kind there."""
    return flow_of(session, kind, department_id) is not None


def flow_of(session: Session, kind: str, department_id: str | None) -> ApprovalFlow | None:
    """The flow of the department or the nearest above it, else the company's."""
    flows = session.scalars(select(ApprovalFlow).where(ApprovalFlow.kind == kind, ApprovalFlow.active)).all()
    by_department = {flow.department_id: flow for flow in flows}
    department = find(session, Department, department_id) if department_id is not None else None
    above = [part for part in department.path.split("/") if part] if department is not None else []
    for place in reversed(above):
        if place in by_department:
            return by_department[place]
    return by_department.get(None)


def approvers_of(
    session: Session, names: Iterable[str], department_id: str | None, requester: str, clock: Clock
) -> tuple[str, ...]:
    """Active accounts behind "account:…", "role:…" and "manager" that reach the department, without the requester.

    Where that is nobody, the other administrators that reach it; where there are none, the requester, if they are such
    an administrator.
    """
    ids: list[str] = []
    roles: list[str] = []
    persons: list[str] = []
    for name in names:
        kind, _, value = name.partition(":")
        if kind == "account":
            ids.append(value)
        elif kind == "role":
            roles.append(value)
        elif department_id is not None:
            person = manager_of(session, department_id)
            if person is not None:
                persons.append(person)
    meant = active_accounts(session, ids=ids, roles=roles, persons=persons)
    others = _reaching(session, (account for account in meant if account != requester), department_id, clock)
    if others:
        return others
    administrators = _reaching(session, active_accounts(session, roles=("administrator",)), department_id, clock)
    others = tuple(account for account in administrators if account != requester)
    return others or administrators


def _reaching(session: Session, account_ids: Iterable[str], department_id: str | None, clock: Clock) -> tuple[str, ...]:
    """Those of the accounts that may read what belongs to the department, or to no company (None)."""
    found = actors(session, account_ids, clock)
    return tuple(one.account_id for one in found if one.account_id and reaches(session, one, department_id))


def reaches(session: Session, actor: Actor, department_id: str | None) -> bool:
    """Whether the account may read there. What its token may do, the route that it came by has asked."""
    try:
        check_place(session, replace(actor, token_scopes=None), "read", department_id)
    except PermissionDenied:
        return False
    return True


def check_place(session: Session, actor: Actor, action: Action, department_id: str | None) -> None:
    """Check that the actor may do that in the department; None is everywhere, and needs the whole group.

    Raises:
        PermissionDenied: out of reach.
    """
    if department_id is None:
        check_group(session, actor, "public", action)
    else:
        check_row(session, actor, "public", action, department_id=department_id)


def _check_step(place: int, step: Mapping[str, Any]) -> None:
    approvers = step.get("approvers")
    if step.get("rule") not in ("any", "all") or not isinstance(approvers, list) or not approvers:
        raise _bad_flow(f"steps.{place}")
    for name in approvers:
        kind, _, value = str(name).partition(":")
        if not (name == "manager" or (kind == "account" and value) or (kind == "role" and value in ROLES)):
            raise _bad_flow(f"steps.{place}.approvers")


def _bad_flow(field: str) -> Exception:
    return invalid(
        field,
        "approval.flow",
        msg("The approval flow is not valid."),
        msg("Each step needs the rule any or all and at least one approver (account:…, role:…, manager)."),
    )
