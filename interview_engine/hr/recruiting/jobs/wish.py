"""The fields of a requisition and their checks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from interview_engine.assessment.policy import POLICIES
from interview_engine.hr.competency import service as competency
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.hr.recruiting.jobs.job_description import (
    JobRequirement,
    check_postal_codes,
    checked_requirements,
    requirements_from,
)
from interview_engine.hr.recruiting.rules import EMPLOYMENT_TYPES, EmploymentType
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.i18n import joined, msg
from interview_engine.store.rows import find

MOST_PAY = 10_000_000
"""Yuan a month: more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class NewRequisition:
    """The fields of a requisition, to be created or replaced.

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


def write_wish(session: Session, row: Requisition, new: NewRequisition) -> None:
    """Check the fields and write them into the row; the caller has checked that the actor may write there.

    Raises:
        InvalidInput: a field out of its range. NotFoundError: company, department, profile or kit.
    """
    row.title = text_within(new.title, "title", msg("title", context="job"), 120)
    if find(session, LegalEntity, new.legal_entity_id) is None:
        raise missing("legal_entity", msg("company"))
    department = find(session, Department, new.department_id)
    if department is None or department.legal_entity_id != new.legal_entity_id:
        raise missing("department", msg("department of this company"))
    _check_choices(new)
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
    requirements = checked_requirements(wanted)
    check_postal_codes([one.text for one in requirements if one.kind != "duty"], POLICIES[new.policy])
    row.requirements = [asdict(one) for one in requirements]
    row.role_profile_id, row.kit_version_id = new.role_profile_id, kit_version_id
    row.policy, row.language, row.bar = new.policy, new.language, new.bar
    row.place = text_within(new.place, "place", msg("place of work"), 120, least=0)
    row.employment_type, row.closes_on = new.employment_type, new.closes_on
    row.pay_low, row.pay_high = new.pay_low, new.pay_high
    row.urgent = new.urgent
    row.reason = text_within(new.reason, "reason", msg("reason"), 300, least=0)


def _check_choices(new: NewRequisition) -> None:
    """Check numbers against their ranges, and codes."""
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
