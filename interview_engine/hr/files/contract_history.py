"""Contracts that a sheet has taken over (`contract_bulk`): corrected, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.contract_ends import settle_reminders
from interview_engine.hr.files.contracts import NewContract, check, check_overlap, detail_of, get_for, of_person
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.problems import conflict, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import AT_ONCE, batched, referred, touch


def correct(session: Session, actor: Actor, contract_id: str, new: NewContract, state: str, clock: Clock) -> Contract:
    """Correct a contract that was written down here and not signed here: its days are those of a paper. The same again
    changes nothing.

    Raises:
        as `draft`. ConflictError: `contract.signed_here`, it was signed in this system, or is out for signature, and
            says what was signed.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    terms = (new.kind, new.first_day, new.last_day, new.probation_last_day, new.asked_for_fixed, state)
    held = (row.kind, row.first_day, row.last_day, row.probation_last_day, row.asked_for_fixed, row.state)
    if terms != held and (row.document_sha256 is not None or row.state in ("signing", "dropped")):
        raise conflict(
            "contract.signed_here",
            msg("This contract was signed here, or is out for signature: its days are those that were signed."),
            msg("Draft another one in the employee's file, if something else was agreed."),
        )
    employment = employments.locked(session, row.employment_id)
    check(new, employment.start_date)
    others = [one for one in of_person(session, row.person_id, row.legal_entity_id) if one.id != row.id]
    check_overlap(new, others)
    row.kind, row.first_day, row.last_day = new.kind, new.first_day, new.last_day
    row.probation_last_day, row.asked_for_fixed, row.state = new.probation_last_day, new.asked_for_fixed, state
    row.number = text_within(new.number, "number", msg("contract number"), 60, least=0)
    row.note = text_within(new.note, "note", msg("note"), 300, least=0)
    row.sign_count = new.sign_count or row.sign_count
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "contract.correct", f"contract:{row.id}", detail_of(row), clock)
    return row


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> dict[str, InterviewEngineError]:
    """Remove contracts that an import took over at or after `since`; by id, why one stays: it was signed here, somebody
    has decided on its end, or another entry names it."""
    stays: dict[str, InterviewEngineError] = {}
    going: list[str] = []
    used = referred(session, Contract, ids)
    rows = _reached(session, actor, ids)
    for row_id in ids:
        row = rows.get(row_id)
        if row is None:
            stays[row_id] = conflict("contract.gone", msg("It is not there any more, or out of your reach."))
            continue
        is_touched = row.document_sha256 is not None or row.state == "signing" or row.decided is not None
        if row.created_at < since or is_touched or row_id in used:
            stays[row_id] = conflict(
                "contract.in_use",
                msg("Something has happened with this contract since it was imported."),
                msg("Look at it in the employee's file."),
            )
            continue
        going.append(row_id)
        if row.told_on is not None:
            settle_reminders(session, row, clock)
        audit.record(session, actor.id, "contract.take_back", f"contract:{row.id}", {}, clock)
    for part in batched(going, AT_ONCE):
        session.execute(delete(Contract).where(Contract.id.in_(part)))
    return stays


def _reached(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, Contract]:
    """Contracts that the actor may write, by id, kept from others until the transaction ends."""
    found: dict[str, Contract] = {}
    for part in batched(sorted(ids), AT_ONCE):
        statement = select(Contract).where(Contract.id.in_(part)).order_by(Contract.id)
        reached = scoped(
            statement.with_for_update().execution_options(populate_existing=True), actor, "contact", "write",
            department=Contract.department_id, legal_entity=Contract.legal_entity_id, person=Contract.person_id,
        )  # fmt: skip
        found |= {row.id: row for row in session.scalars(reached)}
    return found
