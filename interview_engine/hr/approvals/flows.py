"""Approval flows: which steps a kind of request takes in a department, and who the approvers of a step are.

A flow is a list of steps. Each has approvers ("account:…", "role:…", "manager") and a rule: "any", the first to decide
settles the step; "all", every one must approve and the first rejection ends it. "manager" is the head of the
department, "manager:2" the next head above, and so on to "manager:5"; who asks is never their own manager, so a head's
request goes to the next head up. A step may carry a condition (`conditions.py`): where it is not true of a request, the
step is left out. Where nobody has decided after `escalate_after_h` hours of workdays, the step is handed upwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import ROLES, Action, Actor
from interview_engine.hr.access.service import check_group, check_persons, check_row, require
from interview_engine.hr.accounts.service import account_of_person, active_accounts, actors, holder
from interview_engine.hr.approvals.conditions import is_condition
from interview_engine.hr.approvals.tables import ApprovalFlow
from interview_engine.hr.area import Fact, RequestKind
from interview_engine.hr.house import house
from interview_engine.hr.org.service import managers_above
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

DEFAULT_STEPS: tuple[Mapping[str, Any], ...] = ({"rule": "any", "approvers": ["manager", "role:hr"]},)
"""Where no flow is set for a kind: the department's manager or HR, the first who decides."""

MANAGERS: Mapping[str, int] = MappingProxyType(
    {"manager": 0} | {f"manager:{place}": place - 1 for place in range(2, 6)}
)
"""How many heads lie between the department and the approver of that name."""

MAX_STEPS = 10
MAX_APPROVERS = 20
ESCALATE_H = (1, 30 * 24)
EXPIRE_DAYS = (1, 365)
"""Least and most."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks and whom it is about, by person and by account: none of them decides about it."""

    persons: frozenset[str]
    accounts: frozenset[str]


def requester(session: Session, account_id: str | None, person_id: str | None, about: str | None = None) -> Requester:
    """Who asks: an account, a person, or both; `about` is the person it is about."""
    persons = {one for one in (person_id, about) if one is not None}
    accounts = {account_id} if account_id is not None else set()
    if account_id is not None and person_id is None and (asking := holder(session, account_id)) is not None:
        persons.add(asking.id)
    accounts |= {row.id for one in persons if (row := account_of_person(session, one)) is not None}
    return Requester(frozenset(persons), frozenset(accounts))


def set_flow(
    session: Session,
    actor: Actor,
    kind: str,
    steps: Sequence[Mapping[str, Any]],
    clock: Clock,
    *,
    department_id: str | None = None,
    expires_after_days: int | None = None,
) -> ApprovalFlow:
    """The steps that requests of `kind` take from now on, in a department (with those below) or everywhere.

    A step is a seat: the actor must reach the department (everywhere: every company), and each person who is named.
    One step at least has no condition, so that nothing is approved by nobody.

    Args:
        expires_after_days: a request that is still pending then ends as expired; None never.

    Raises:
        PermissionDenied: out of reach. NotFoundError: the department. InvalidInput: `approval.flow`,
            `approval.kind` no area hands over such a kind, `approval.unconditional`.
    """
    require(actor, "public", "manage")
    if department_id is not None and find(session, Department, department_id) is None:
        raise missing("department", msg("department"))
    check_place(session, actor, "manage", department_id)
    _check_flow(session, actor, kind, steps, expires_after_days)
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
        **stamp(actor.id, clock),
        kind=kind,
        department_id=department_id,
        steps=[dict(step) for step in steps],
        expires_after_days=expires_after_days,
    )
    session.add(flow)
    session.flush()
    audit.record(session, actor.id, "approval_flow.set", f"approval_flow:{flow.id}", {"kind": kind}, clock)
    return flow


def _check_flow(
    session: Session, actor: Actor, kind: str, steps: Sequence[Mapping[str, Any]], expires_after_days: int | None
) -> None:
    """Check kind, steps and expiry; who may set it is not asked here."""
    known = house().request_kind(session, kind)
    if known is None or not _manages(session, actor, known):
        raise invalid(
            "kind", "approval.kind", msg("There is no such kind of request."), msg("Choose one from the list.")
        )
    for place, step in enumerate(steps):
        _check_step(place, step, known.facts)
    if not 0 < len(steps) <= MAX_STEPS or not _is_within(expires_after_days, EXPIRE_DAYS):
        raise _bad_flow("steps" if _is_within(expires_after_days, EXPIRE_DAYS) else "expires_after_days")
    if all(step.get("when") is not None for step in steps):
        raise invalid(
            "steps",
            "approval.unconditional",
            msg("Every step has a condition, so some requests would be approved by nobody."),
            msg("Leave one step without a condition."),
        )


def kinds_within(session: Session, actor: Actor) -> dict[str, RequestKind]:
    """The kinds of requests whose flows the actor may see: those of the product, and of companies they manage."""
    kinds = house().request_kinds(session)
    return {name: kind for name, kind in kinds.items() if _manages(session, actor, kind)}


def _manages(session: Session, actor: Actor, kind: RequestKind) -> bool:
    if kind.legal_entity_id is None:
        return True
    try:
        check_row(session, actor, "public", "manage", legal_entity_id=kind.legal_entity_id)
    except PermissionDenied:
        return False
    return True


def end_flow(session: Session, actor: Actor, flow_id: str, clock: Clock) -> ApprovalFlow:
    """Requests take the flow of the department above again, or the default steps. Those under way keep their steps.

    Raises:
        NotFoundError: there is no such flow in force. PermissionDenied: out of reach.
    """
    require(actor, "public", "manage")
    flow = find(session, ApprovalFlow, flow_id, lock=True)
    if flow is None or not flow.active:
        raise missing("approval_flow", msg("approval flow"))
    check_place(session, actor, "manage", flow.department_id)
    flow.active = False
    touch(flow, actor.id, clock)
    audit.record(session, actor.id, "approval_flow.end", f"approval_flow:{flow.id}", {"kind": flow.kind}, clock)
    return flow


def flows_in_force(session: Session, actor: Actor) -> tuple[ApprovalFlow, ...]:
    """Every flow in force where the actor may manage, by kind, the group's first.

    Raises:
        PermissionDenied: may manage nowhere.
    """
    require(actor, "public", "manage")
    rows = session.scalars(select(ApprovalFlow).where(ApprovalFlow.active).order_by(ApprovalFlow.kind, ApprovalFlow.id))
    mine = [row for row in rows if reaches(session, actor, row.department_id, "manage")]
    return tuple(sorted(mine, key=lambda row: (row.kind, row.department_id is not None)))


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
    session: Session, names: Iterable[str], department_id: str | None, asking: Requester, clock: Clock
) -> tuple[str, ...]:
    """Active accounts behind "account:…", "role:…" and "manager" that reach the department, without who asks.

    Where that is nobody, the other administrators that reach it; where there are none, who asks, if they are such an
    administrator.
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
            persons.extend(_manager(session, department_id, asking, MANAGERS[name]))
    meant = active_accounts(session, ids=ids, roles=roles, persons=persons)
    others = _reaching(session, (account for account in meant if account not in asking.accounts), department_id, clock)
    if others:
        return others
    administrators = _reaching(session, active_accounts(session, roles=("administrator",)), department_id, clock)
    others = tuple(account for account in administrators if account not in asking.accounts)
    return others or administrators


def heads_above(session: Session, department_id: str, asking: Requester) -> tuple[str, ...]:
    """The heads of the department and those above it, the nearest first, without who asks and whom it is about."""
    return tuple(one for one in managers_above(session, department_id) if one not in asking.persons)


def _manager(session: Session, department_id: str, asking: Requester, place: int) -> tuple[str, ...]:
    """The head so many places above, or the highest there is; heads without an account are passed over."""
    heads = [one for one in heads_above(session, department_id, asking) if account_of_person(session, one) is not None]
    return tuple(heads[place : place + 1] or heads[-1:])


def _reaching(session: Session, account_ids: Iterable[str], department_id: str | None, clock: Clock) -> tuple[str, ...]:
    """The accounts among these that may read rows of the department, or of the group (None)."""
    found = actors(session, account_ids, clock)
    return tuple(one.account_id for one in found if one.account_id and reaches(session, one, department_id))


def reaches(session: Session, actor: Actor, department_id: str | None, action: Action = "read") -> bool:
    """Whether the account may do that in the department. The route has checked the token's scopes."""
    try:
        check_place(session, replace(actor, token_scopes=None), action, department_id)
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


def _check_step(place: int, step: Mapping[str, Any], facts: Sequence[Fact]) -> None:
    approvers = step.get("approvers")
    if step.get("rule") not in ("any", "all") or not isinstance(approvers, list):
        raise _bad_flow(f"steps.{place}")
    if not 0 < len(approvers) <= MAX_APPROVERS:
        raise _bad_flow(f"steps.{place}.approvers")
    for name in approvers:
        kind, _, value = str(name).partition(":")
        if not (name in MANAGERS or (kind == "account" and value) or (kind == "role" and value in ROLES)):
            raise _bad_flow(f"steps.{place}.approvers")
    when = step.get("when")
    if when is not None and not is_condition(when, facts):
        raise invalid(
            f"steps.{place}.when",
            "approval.condition",
            msg("The condition of step {step} is not valid.", step=place + 1),
            msg("Choose a fact, a comparison, and a number or an option."),
        )
    if not _is_within(step.get("escalate_after_h"), ESCALATE_H):
        raise _bad_flow(f"steps.{place}.escalate_after_h")


def _is_within(value: object, limits: tuple[int, int]) -> bool:
    return value is None or (isinstance(value, int) and limits[0] <= value <= limits[1])


def _bad_flow(field: str) -> Exception:
    return invalid(
        field,
        "approval.flow",
        msg("The approval flow is not valid."),
        msg(
            (
                "Each step needs the rule any or all and 1 to {most} approvers (account:…, role:…, manager). It may "
                "escalate after 1 to 720 hours, and the request may expire after 1 to 365 days."
            ),
            most=MAX_APPROVERS,
        ),
    )
