"""Lists of requisitions: with counts, titles, possible owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons, scoped
from interview_engine.hr.accounts.service import active_accounts, actors, names_of
from interview_engine.hr.people.tables import Department
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.hr.recruiting.rules import OPEN_STAGES, RequisitionState
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.store.page import Page, clamp, page_of, read_cursor

OWNER_ROLES = ("administrator", "hr", "recruiter", "hiring_manager")


@dataclass(frozen=True, slots=True)
class RequisitionSummary:
    """One requisition in a list. Counts are of applications: all, still open, with a score, hired."""

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
    needs_person: int
    created_at: datetime
    opened_at: datetime | None


def list_requisitions(
    session: Session,
    actor: Actor,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
    *,
    owner_account_id: str | None = None,
) -> Page[RequisitionSummary]:
    """Requisitions within reach, newest first, with the counts of their applications."""
    limit = clamp(limit)
    statement = scoped(
        select(Requisition, Department.name).join(Department, Department.id == Requisition.department_id),
        actor,
        "public",
        "read",
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
    )
    if state is not None:
        statement = statement.where(Requisition.state == state)
    if owner_account_id is not None:
        statement = statement.where(Requisition.owner_account_id == owner_account_id)
    if cursor is not None:
        statement = statement.where(Requisition.id < read_cursor(cursor, 1)[0])
    rows = session.execute(statement.order_by(Requisition.id.desc()).limit(limit + 1)).tuples().all()
    counts = _counts(session, [row.id for row, _ in rows[:limit]])
    owners = names_of(session, (row.owner_account_id for row, _ in rows[:limit]))
    items = [
        RequisitionSummary(
            row.id,
            row.title,
            row.department_id,
            department,
            row.owner_account_id,
            owners.get(row.owner_account_id, ""),
            cast(RequisitionState, row.state),
            row.urgent,
            row.headcount,
            *counts.get(row.id, (0, 0, 0, 0, 0)),
            row.created_at,
            row.opened_at,
        )
        for row, department in rows
    ]
    return page_of(items, limit, [(item.id,) for item in items])


def profile_of(session: Session, requisition_id: str) -> str | None:
    """The role profile of a job, where it has one. The caller has checked that the job's candidates may be seen."""
    return session.scalar(select(Requisition.role_profile_id).where(Requisition.id == requisition_id))


def jobs_of(session: Session, legal_entity_id: str) -> list[tuple[str, str]]:
    """(id, title) of every job of a company, oldest first."""
    rows = session.execute(
        select(Requisition.id, Requisition.title)
        .where(Requisition.legal_entity_id == legal_entity_id)
        .order_by(Requisition.id)
    )
    return list(rows.tuples())


def stage_counts(session: Session, actor: Actor, requisition_id: str) -> dict[str, int]:
    """How many applications of a requisition are in each stage."""
    requisition_for(session, actor, requisition_id, "public", "read")
    rows = session.execute(
        select(Application.stage, func.count())
        .where(Application.requisition_id == requisition_id)
        .group_by(Application.stage)
    )
    return dict(rows.tuples().all())


def _counts(session: Session, ids: Sequence[str]) -> Mapping[str, tuple[int, int, int, int, int]]:
    rows = session.execute(
        select(Application.requisition_id, Application.stage, Application.section, func.count())
        .where(Application.requisition_id.in_(ids))
        .group_by(Application.requisition_id, Application.stage, Application.section)
    ).tuples()
    found: dict[str, list[int]] = {}
    for requisition_id, stage, section, count in rows:
        row = found.setdefault(requisition_id, [0, 0, 0, 0, 0])
        is_open = stage in OPEN_STAGES
        row[0] += count
        row[1] += count if is_open else 0
        row[2] += count if section is not None else 0
        row[3] += count if stage == "hired" else 0
        row[4] += count if is_open and section in ("cannot_assess", "needs_review") else 0
    return {key: (row[0], row[1], row[2], row[3], row[4]) for key, row in found.items()}


def titles_for(session: Session, actor: Actor, action: str) -> list[tuple[str, str]]:
    """The newest jobs whose interviews the actor may read or export, as (id, title)."""
    statement = scoped(
        select(Requisition.id, Requisition.title).order_by(Requisition.id.desc()).limit(200),
        actor,
        "interview",
        action,
        department=Requisition.department_id,
        legal_entity=Requisition.legal_entity_id,
    )
    return list(session.execute(statement).tuples())


def possible_owners(session: Session, actor: Actor, clock: Clock) -> list[tuple[str, str]]:
    """(account, name) of possible owners of a requisition: active accounts of roles that recruit, by name, within the
    actor's reach."""
    owners = actors(session, active_accounts(session, roles=OWNER_ROLES), clock)
    persons = (one.person_id for one in owners if one.person_id is not None)
    reached = reached_persons(session, actor, "public", "read", persons)
    names = names_of(session, (one.account_id for one in owners if one.account_id and one.person_id in reached))
    return sorted(names.items(), key=lambda one: (one[1], one[0]))
