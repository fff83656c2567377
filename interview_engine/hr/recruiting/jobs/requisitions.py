"""Requisitions: written, approved, opened, held, filled, cancelled (C1, C3, B8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.delivery_weight import check_kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reached_persons, scoped
from interview_engine.hr.accounts.service import active_accounts, actors, names_of
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Approval
from interview_engine.hr.area import Facts
from interview_engine.hr.competency import service as competency
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, checked_requirements, requirements_from
from interview_engine.hr.recruiting.reach import check_place, requisition_for
from interview_engine.hr.recruiting.rules import (
    EMPLOYMENT_TYPES,
    OPEN_STAGES,
    REQUISITION_MOVES,
    EmploymentType,
    RequisitionState,
)
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.i18n import joined, msg
from interview_engine.store import audit
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import find, stamp, touch

KIND = "requisition"
"""The approvals' name for it."""

MOST_PAY = 10_000_000
"""Yuan a month: more is a slip of the keyboard."""
OWNER_ROLES = ("administrator", "hr", "recruiter", "hiring_manager")


@dataclass(frozen=True, slots=True)
class NewRequisition:
    """A wish to hire.

    Args:
        requirements: of the job; None reads them from `description`.
        owner_account_id: who is told of results; None is the one who writes it.
        bar: overall score 0..10 from which a candidate counts as above the bar.
        place: where the work is, "" when not said. pay_low, pay_high: whole yuan a month before tax, both or neither.
        closes_on: the last day in Beijing on which it takes applications; None for no such day.
        kit_version_id: None takes the one that the role profile was made from.
        reason: why somebody is sought, for colleagues, up to 300 characters.
    """

    title: str
    legal_entity_id: str
    department_id: str
    headcount: int = 1
    description: str = ""
    requirements: tuple[JobRequirement, ...] | None = None
    role_profile_id: str | None = None
    kit_version_id: str | None = None
    policy: str = "cn"
    language: str = "zh"
    bar: float = 6.0
    owner_account_id: str | None = None
    place: str = ""
    employment_type: EmploymentType = "full_time"
    pay_low: int | None = None
    pay_high: int | None = None
    closes_on: date | None = None
    urgent: bool = False
    reason: str = ""


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


def create_requisition(session: Session, actor: Actor, new: NewRequisition, clock: Clock) -> Requisition:
    """A draft.

    Raises:
        InvalidInput: a field. NotFoundError: company, department, profile or kit. PermissionDenied: out of reach.
    """
    check_place(session, actor, new, "public", "write")
    owner = new.owner_account_id or actor.account_id
    if owner is None:
        raise required("owner_account_id", msg("owner"))
    row = Requisition(**stamp(actor.id, clock), state="draft", owner_account_id=owner)
    _write(session, row, new)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "requisition.create", f"requisition:{row.id}", {}, clock)
    return row


def update_requisition(
    session: Session, actor: Actor, requisition_id: str, new: NewRequisition, clock: Clock
) -> Requisition:
    """Write all fields of a requisition anew.

    What was approved is approved as it was: a change of title, headcount, department or description makes an approved
    one a draft again. Open ones keep their kit, policy and language: every candidate of a job gets the same (A2).

    Raises:
        ConflictError: `requisition.state` (pending, filled, cancelled), `requisition.fixed` (open, see above).
    """
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    check_place(session, actor, new, "public", "write")
    if row.state in ("pending", "filled", "cancelled"):
        raise wrong_state(row)
    if row.state in ("open", "on_hold"):
        kept = (row.kit_version_id, row.policy, row.language, row.department_id, row.legal_entity_id)
        if kept != (new.kit_version_id, new.policy, new.language, new.department_id, new.legal_entity_id):
            raise conflict(
                "requisition.fixed",
                msg("It is open: kit, policy, language and department can no longer change."),
                msg("Make another requisition."),
            )
    before = (row.title, row.headcount, row.department_id, row.description)
    _write(session, row, new)
    if new.owner_account_id is not None:
        row.owner_account_id = new.owner_account_id
    if row.state == "approved" and before != (row.title, row.headcount, row.department_id, row.description):
        row.state = "draft"
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "requisition.update", f"requisition:{row.id}", {"state": row.state}, clock)
    return row


def submit_for_approval(session: Session, actor: Actor, requisition_id: str, clock: Clock) -> Approval:
    """Ask for approval of a draft.

    Raises:
        ConflictError: `requisition.state`, or as approvals' `start`.
    """
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    change_state(session, row, "pending", actor, clock)
    return approvals.start(session, actor, KIND, f"{KIND}:{row.id}", row.department_id, clock)


def facts_of(session: Session, requisition_id: str) -> Facts:
    """What conditions of approval flows ask about a requisition."""
    row = find(session, Requisition, requisition_id)
    return {} if row is None else {"headcount": Decimal(row.headcount)}


def approval_closed(session: Session, actor: Actor, subject: str, state: str, clock: Clock) -> None:
    """The effect of an approval's end, in its transaction: approved, or a draft again."""
    row = find(session, Requisition, subject.removeprefix(f"{KIND}:"), lock=True)
    if row is None or row.state != "pending":
        return
    change_state(session, row, "approved" if state == "approved" else "draft", actor, clock)


def open_requisition(session: Session, actor: Actor, requisition_id: str, clock: Clock) -> Requisition:
    """Open an approved requisition, or one on hold, to applications.

    Raises:
        ConflictError: `requisition.state`; `requisition.no_profile` without a published role profile (B8);
            `requisition.no_kit` without a published kit; a job on hold may go on with one that was retired meanwhile.
        PolicyError: the kit weighs delivery more than the requisition's policy allows.
    """
    row = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    _check_ready(session, row)
    change_state(session, row, "open", actor, clock)
    row.opened_at = row.opened_at or clock.now()
    row.closed_at = row.state_before = row.state_since = None
    return row


def get_requisition(session: Session, actor: Actor, requisition_id: str) -> Requisition:
    """One requisition.

    Raises:
        NotFoundError, PermissionDenied.
    """
    return requisition_for(session, actor, requisition_id, "public", "read")


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


def _write(session: Session, row: Requisition, new: NewRequisition) -> None:
    row.title = text_within(new.title, "title", msg("title", context="job"), 120)
    if find(session, LegalEntity, new.legal_entity_id) is None:
        raise missing("legal_entity", msg("company"))
    department = find(session, Department, new.department_id)
    if department is None or department.legal_entity_id != new.legal_entity_id:
        raise missing("department", msg("department of this company"))
    if not 1 <= new.headcount <= 10_000:
        raise invalid(
            "headcount",
            "requisition.headcount",
            msg("The headcount is from 1 to 10000."),
            msg("Change it."),
        )
    if new.policy not in POLICIES:
        raise invalid(
            "policy",
            "requisition.policy",
            msg("There is no such policy."),
            msg("Choose one of {listed}.", listed=joined(POLICIES)),
        )
    if new.language not in ("zh", "en"):
        raise invalid(
            "language",
            "requisition.language",
            msg("The language is zh or en."),
            msg("Change it."),
        )
    if not 0 <= new.bar <= 10:
        raise invalid(
            "bar",
            "requisition.bar",
            msg("The bar is from 0 to 10."),
            msg("Change it."),
        )
    if new.employment_type not in EMPLOYMENT_TYPES:
        raise invalid(
            "employment_type",
            "requisition.employment_type",
            msg("There is no such type of employment."),
            msg("Choose one of {listed}.", listed=joined(EMPLOYMENT_TYPES)),
        )
    _check_pay(new)
    kit_version_id = new.kit_version_id
    if new.role_profile_id is not None:
        profile = competency.profile_for(session, new.role_profile_id, new.legal_entity_id)
        kit_version_id = kit_version_id or _published(session, profile.kit_version_id)
    if kit_version_id is not None:
        competency.kit_version_for(session, kit_version_id, new.legal_entity_id)
    description = text_within(new.description, "description", msg("description"), 20_000, least=0)
    wanted = new.requirements if new.requirements is not None else requirements_from(description)
    row.legal_entity_id, row.department_id = new.legal_entity_id, new.department_id
    row.headcount, row.description = new.headcount, description
    row.requirements = [asdict(one) for one in checked_requirements(wanted)]
    row.role_profile_id, row.kit_version_id = new.role_profile_id, kit_version_id
    row.policy, row.language, row.bar = new.policy, new.language, new.bar
    row.place = text_within(new.place, "place", msg("place of work"), 120, least=0)
    row.employment_type, row.closes_on = new.employment_type, new.closes_on
    row.pay_low, row.pay_high = new.pay_low, new.pay_high
    row.urgent = new.urgent
    row.reason = text_within(new.reason, "reason", msg("reason"), 300, least=0)


def _published(session: Session, kit_version_id: str | None) -> str | None:
    """The kit that a role profile was made from, if new jobs may take it."""
    version = competency.kit_version(session, kit_version_id) if kit_version_id else None
    return version.id if version is not None and version.state == "published" else None


def _check_pay(new: NewRequisition) -> None:
    low, high = new.pay_low, new.pay_high
    if low is None and high is None:
        return
    if low is None or high is None or not 0 < low <= high <= MOST_PAY:
        raise invalid(
            "pay_low",
            "requisition.pay",
            msg("Pay is two whole amounts a month, the lower first."),
            msg("Enter both, or leave both empty."),
        )


def _check_ready(session: Session, row: Requisition) -> None:
    profile = competency.profile(session, row.role_profile_id) if row.role_profile_id else None
    if profile is None or profile.state != "published":
        raise conflict(
            "requisition.no_profile",
            msg("There is no published role profile, so the job cannot be published."),
            msg("Choose or publish a role profile for it first."),
        )
    version = competency.kit_version(session, row.kit_version_id) if row.kit_version_id else None
    # A job that was open keeps its kit, as interviews under way do: retiring a version is for new jobs.
    usable = ("published", "retired") if row.opened_at is not None else ("published",)
    if version is None or version.state not in usable:
        raise conflict(
            "requisition.no_kit",
            msg("There is no published kit, so the job cannot be published."),
            msg("Choose a kit first."),
        )
    published = competency.kit(session, version.id)
    check_kit(published, POLICIES[row.policy])
    if row.language not in published.languages:
        raise conflict(
            "requisition.kit_language",
            msg("The kit does not cover the language {language}.", language=row.language),
            msg("Choose another kit or language."),
        )


def change_state(session: Session, row: Requisition, to: RequisitionState, actor: Actor, clock: Clock) -> None:
    """Move a locked requisition, with its audit record.

    Raises:
        ConflictError: `requisition.state`, the rules do not allow it.
    """
    if to not in REQUISITION_MOVES[cast(RequisitionState, row.state)]:
        raise wrong_state(row)
    before, row.state = row.state, to
    touch(row, actor.id, clock)
    detail = {"from": before, "to": to}
    audit.record(session, actor.id, "requisition.state", f"requisition:{row.id}", detail, clock)


def wrong_state(row: Requisition) -> Exception:
    """The answer to what cannot be done in the state it is in."""
    return conflict(
        "requisition.state",
        msg("The requisition is “{state}”; this cannot be done now.", state=row.state),
    )


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
    """(account, name) of whom results can be told: active accounts of roles that recruit, by name; of other companies
    than the actor's none."""
    owners = actors(session, active_accounts(session, roles=OWNER_ROLES), clock)
    persons = (one.person_id for one in owners if one.person_id is not None)
    reached = reached_persons(session, actor, "public", "read", persons)
    names = names_of(session, (one.account_id for one in owners if one.account_id and one.person_id in reached))
    return sorted(names.items(), key=lambda one: (one[1], one[0]))
