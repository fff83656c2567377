"""Requisitions: written, approved, opened, held, filled, cancelled (C1, C3, B8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from sqlalchemy.orm import Session

from interview_engine.assessment.kits.delivery_weight import check_kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Approval
from interview_engine.hr.area import Facts
from interview_engine.hr.companies import service as companies
from interview_engine.hr.competency import service as competency
from interview_engine.hr.problems import conflict, required
from interview_engine.hr.recruiting.headcount import service as headcount
from interview_engine.hr.recruiting.jobs.job_description import check_postal_codes
from interview_engine.hr.recruiting.jobs.wish import NewRequisition, write_wish
from interview_engine.hr.recruiting.reach import check_place, requisition_for
from interview_engine.hr.recruiting.rules import REQUISITION_MOVES, RequisitionState
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.hr.recruiting.words import REQUISITION_STATES
from interview_engine.i18n import Message, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

KIND = "requisition"
"""The approvals' name for it."""


def create_requisition(session: Session, actor: Actor, new: NewRequisition, clock: Clock) -> Requisition:
    """Create a requisition as a draft.

    Raises:
        InvalidInput: a field. NotFoundError: company, department, profile or kit. PermissionDenied: out of reach.
    """
    check_place(session, actor, new, "public", "write")
    companies.check_on(session, "recruiting", new.legal_entity_id)
    owner = new.owner_account_id or actor.account_id
    if owner is None:
        raise required("owner_account_id", msg("owner"))
    row = Requisition(**stamp(actor.id, clock), state="draft", owner_account_id=owner)
    write_wish(session, row, new)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "requisition.create", f"requisition:{row.id}", {}, clock)
    return row


def update_requisition(
    session: Session, actor: Actor, requisition_id: str, new: NewRequisition, clock: Clock
) -> Requisition:
    """Replace all fields of a requisition.

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
    write_wish(session, row, new)
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
    seen = headcount.check(session, row, clock)
    row.plan_check = None if seen is None else seen.to_json()
    change_state(session, row, "pending", actor, clock)
    return approvals.start(session, actor, KIND, f"{KIND}:{row.id}", row.department_id, clock)


def facts_of(session: Session, requisition_id: str) -> Facts:
    """What conditions of approval flows ask about a requisition."""
    row = find(session, Requisition, requisition_id)
    if row is None:
        return {}
    over = "no_plan" if row.plan_check is None else "yes" if headcount.Standing(**row.plan_check).over > 0 else "no"
    return {"headcount": Decimal(row.headcount), "over_plan": over}


def plan_standing(session: Session, row: Requisition, clock: Clock) -> Mapping[str, Any] | None:
    """How a requisition stands to the headcount plan: as it was when its approval was asked for, else now.

    None where no plan covers it, and of one that is closed.
    """
    if row.state in ("filled", "cancelled"):
        return None
    if row.state != "draft":
        return row.plan_check
    seen = headcount.check(session, row, clock)
    return None if seen is None else seen.to_json()


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
    """The requisition of that id, if the actor may read it.

    Raises:
        NotFoundError, PermissionDenied.
    """
    return requisition_for(session, actor, requisition_id, "public", "read")


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
    asked = [question.text.get(language) for question in published.questions for language in ("zh", "en")]
    check_postal_codes(asked, POLICIES[row.policy])
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
        msg("The requisition is “{state}”; this cannot be done now.", state=Message(REQUISITION_STATES[row.state])),
    )
