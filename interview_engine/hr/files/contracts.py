"""Contracts of work: drafted, in force, renewed, ended; told of one month before they end, once, and again if nobody
decides (D8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.contract_rules import (
    KINDS,
    Kind,
    Term,
    Warning,
    last_of_months,
    next_term,
    overlapping,
    unwritten,
    warnings,
)
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.messaging.service import settle_told
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import AT_ONCE, batched, find, referred, stamp, touch

PART = "contracts"
"""The part of a person that is their contracts: deleting an interview leaves it."""
IN_FORCE = ("draft", "signing", "active")
"""States whose days count against an overlap."""


@dataclass(frozen=True, slots=True)
class NewContract:
    """What a contract says.

    Args:
        kind: fixed, open or task. last_day: of a fixed one; of a task's the day it is expected to end, or None.
        probation_last_day: None where no probation was agreed.
        asked_for_fixed: the employee asked for a fixed term themselves, in writing.
    """

    kind: Kind
    first_day: date
    last_day: date | None
    probation_last_day: date | None = None
    asked_for_fixed: bool = False
    note: str = ""
    number: str = ""
    sign_count: int | None = None
    """Which contract with the company it is; None counts those that are kept here."""

    def term(self) -> Term:
        """Its days, for the rules."""
        return Term(self.kind, self.first_day, self.last_day, self.probation_last_day)


def draft(session: Session, actor: Actor, employment_id: str, new: NewContract, clock: Clock) -> Contract:
    """A new contract of an employment, not signed yet. Needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `contract.kind`, `contract.days`, `contract.probation`.
        ConflictError: `contract.overlaps`, another contract of the person with the company holds on one of its days;
            `employment.ended`.
    """
    employment = employments.locked(session, employment_id)
    check_row(
        session, actor, "contact", "write", department_id=employment.department_id,
        legal_entity_id=employment.legal_entity_id, person_id=employment.person_id,
    )  # fmt: skip
    if employment.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    _check(new, employment.start_date)
    earlier = of_person(session, employment.person_id, employment.legal_entity_id)
    _check_overlap(new, earlier)
    row = _made(actor, employment, new, earlier, clock)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "contract.draft", f"contract:{row.id}", _detail(row), clock)
    return row


def take_over(
    session: Session, actor: Actor, employment_id: str, new: NewContract, state: str, clock: Clock
) -> Contract:
    """A contract that was concluded before this system was used, as a former system gives it out. Needs "contact"
    write.

    It tells nothing to the timeline and leaves the employment's probation alone: both are history, not something that
    happens now.

    Args:
        state: active, ended (before its time, on its last day), draft.

    Raises:
        as `draft`.
    """
    row = draft(session, actor, employment_id, new, clock)
    row.state = state
    audit.record(session, actor.id, "contract.take_over", f"contract:{row.id}", {"state": state}, clock)
    return row


def correct(session: Session, actor: Actor, contract_id: str, new: NewContract, state: str, clock: Clock) -> Contract:
    """Correct a contract that was written down here and not signed here: its days are those of a paper. The same again
    changes nothing.

    Raises:
        as `draft`. ConflictError: `contract.signed_here`, it was signed in this system, or is out for signature, and
            says what was signed.
    """
    row = _locked(session, actor, contract_id, "write")
    terms = (new.kind, new.first_day, new.last_day, new.probation_last_day, new.asked_for_fixed, state)
    held = (row.kind, row.first_day, row.last_day, row.probation_last_day, row.asked_for_fixed, row.state)
    if terms != held and (row.document_sha256 is not None or row.state in ("signing", "dropped")):
        raise conflict(
            "contract.signed_here",
            msg("This contract was signed here, or is out for signature: its days are those that were signed."),
            msg("Draft another one in the employee's file, if something else was agreed."),
        )
    employment = employments.locked(session, row.employment_id)
    _check(new, employment.start_date)
    others = [one for one in of_person(session, row.person_id, row.legal_entity_id) if one.id != row.id]
    _check_overlap(new, others)
    row.kind, row.first_day, row.last_day = new.kind, new.first_day, new.last_day
    row.probation_last_day, row.asked_for_fixed, row.state = new.probation_last_day, new.asked_for_fixed, state
    row.number = text_within(new.number, "number", msg("contract number"), 60, least=0)
    row.note = text_within(new.note, "note", msg("note"), 300, least=0)
    row.sign_count = new.sign_count or row.sign_count
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "contract.correct", f"contract:{row.id}", _detail(row), clock)
    return row


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> dict[str, InterviewEngineError]:
    """Remove contracts that an import took over at or after `since`; by id, why one stays: it was signed here, somebody
    has decided on its end, or another entry names it."""
    stays: dict[str, InterviewEngineError] = {}
    going: list[str] = []
    used = referred(session, Contract, ids)
    for row_id in ids:
        try:
            row = _locked(session, actor, row_id, "write")
        except InterviewEngineError as error:
            stays[row_id] = error
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
        _settle_reminders(session, row, clock)
        audit.record(session, actor.id, "contract.take_back", f"contract:{row.id}", {}, clock)
    for part in batched(going, AT_ONCE):
        session.execute(delete(Contract).where(Contract.id.in_(part)))
    return stays


def _made(
    actor: Actor, employment: employments.Employment, new: NewContract, earlier: Sequence[Contract], clock: Clock
) -> Contract:
    before = sum(one.state in ("active", "ended") and one.first_day < new.first_day for one in earlier)
    return Contract(
        **stamp(actor.id, clock),
        person_id=employment.person_id,
        employment_id=employment.id,
        legal_entity_id=employment.legal_entity_id,
        department_id=employment.department_id,
        kind=new.kind,
        first_day=new.first_day,
        last_day=new.last_day,
        probation_last_day=new.probation_last_day,
        asked_for_fixed=new.asked_for_fixed,
        sign_count=new.sign_count or 1 + before,
        number=text_within(new.number, "number", msg("contract number"), 60, least=0),
        note=text_within(new.note, "note", msg("note"), 300, least=0),
    )


def _detail(row: Contract) -> dict[str, object]:
    return {"kind": row.kind, "first": row.first_day.isoformat(), "number": row.sign_count}


def _check_overlap(new: NewContract, others: Sequence[Contract]) -> None:
    clash = overlapping(new.term(), [term_of(one) for one in others if one.state in IN_FORCE])
    if clash is not None:
        raise conflict(
            "contract.overlaps",
            msg(
                "Another contract of this person runs from {first} to {last}.",
                first=clash.first.isoformat(),
                last=clash.last.isoformat() if clash.last else msg("an open end"),
            ),
            msg("End that one first, or choose other days."),
        )


def sign(
    session: Session, actor: Actor, contract_id: str, clock: Clock, *, document_sha256: str | None = None
) -> Contract:
    """Note that a contract was signed by both; it is in force from its first day. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.not_draft`; `contract.signing`, it is out for
            signature.
    """
    row = _locked(session, actor, contract_id, "write")
    if row.state == "active":
        return row
    _check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("This contract was dropped or has ended."))
    return _in_force(session, row, actor.id, clock, document_sha256)


def start_signing(session: Session, actor: Actor, contract_id: str, clock: Clock) -> Contract:
    """A draft goes out to be signed: until that has ended nobody drops it or notes it as signed.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.signing`, it is out already; `contract.not_draft`.
    """
    row = _locked(session, actor, contract_id, "write")
    _check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("Only a contract that nobody has signed can be sent for signature."))
    row.state = "signing"
    touch(row, actor.id, clock)
    return row


def stop_signing(session: Session, contract_id: str, actor_id: str, clock: Clock) -> None:
    """Signing has ended without a signature: a draft again. The caller has checked."""
    row = find(session, Contract, contract_id, lock=True)
    if row is not None and row.state == "signing":
        row.state = "draft"
        touch(row, actor_id, clock)


def conclude(session: Session, contract_id: str, document_sha256: str, actor_id: str, clock: Clock) -> Contract:
    """Both have signed the document; the contract is in force from its first day. The caller has checked.

    Raises:
        NotFoundError. ConflictError: `contract.not_signing`, it is not out for signature any more.
    """
    row = find(session, Contract, contract_id, lock=True)
    if row is None:
        raise missing("contract", msg("contract"))
    if row.state != "signing":
        raise conflict("contract.not_signing", msg("This contract is not out for signature any more."))
    return _in_force(session, row, actor_id, clock, document_sha256)


def get_for(session: Session, actor: Actor, contract_id: str, action: Action, *, lock: bool = False) -> Contract:
    """A contract that the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    return _locked(session, actor, contract_id, action, lock=lock)


def _in_force(session: Session, row: Contract, actor_id: str, clock: Clock, document_sha256: str | None) -> Contract:
    row.state = "active"
    row.document_sha256 = document_sha256
    touch(row, actor_id, clock)
    employments.note(
        session, row.employment_id, "contract_signed", row.first_day, actor_id, clock,
        after={"contract": row.id, "kind": row.kind, "last": row.last_day.isoformat() if row.last_day else None},
    )  # fmt: skip
    employments.agree_probation(session, row.employment_id, row.probation_last_day, actor_id, clock)
    audit.record(session, actor_id, "contract.sign", f"contract:{row.id}", {}, clock)
    return row


def drop(session: Session, actor: Actor, contract_id: str, clock: Clock) -> Contract:
    """Give up a draft. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.not_draft`, `contract.signing`.
    """
    row = _locked(session, actor, contract_id, "write")
    if row.state == "dropped":
        return row
    _check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("A contract that was signed is ended, not dropped."))
    row.state = "dropped"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "contract.drop", f"contract:{row.id}", {}, clock)
    return row


def end(session: Session, actor: Actor, contract_id: str, last_day: date, clock: Clock) -> Contract:
    """End a contract in force on a day of its term, by agreement or by law.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `contract.last_day`. ConflictError: `contract.not_active`.
    """
    row = _locked(session, actor, contract_id, "write")
    if row.state == "ended" and row.last_day == last_day:
        return row
    if row.state != "active":
        raise conflict("contract.not_active", msg("This contract is not in force."))
    if last_day < row.first_day or (row.last_day is not None and last_day > row.last_day):
        raise invalid(
            "ends_on", "contract.last_day", msg("The day is outside the contract."), msg("Choose a day of its term.")
        )
    before = row.last_day
    row.state = "ended"
    row.last_day = last_day
    touch(row, actor.id, clock)
    employments.note(
        session, row.employment_id, "contract_ended", last_day, actor.id, clock,
        before={"contract": row.id, "last": before.isoformat() if before else None},
    )  # fmt: skip
    _settle_reminders(session, row, clock)
    audit.record(session, actor.id, "contract.end", f"contract:{row.id}", {"last": last_day.isoformat()}, clock)
    return row


def decide_on_end(session: Session, actor: Actor, contract_id: str, decision: str, clock: Clock) -> Contract:
    """Note what was decided about a contract that ends: "renew" or "end"; nobody is reminded any more.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `contract.decision`. ConflictError: `contract.not_active`.
    """
    row = _locked(session, actor, contract_id, "write")
    if decision not in ("renew", "end"):
        raise invalid(
            "decision", "contract.decision", msg("There is no such value."), msg("Choose to renew or to let it end.")
        )
    if row.state != "active" or row.last_day is None:
        raise conflict("contract.not_active", msg("This contract is not in force, or has no end."))
    row.decided = decision
    touch(row, actor.id, clock)
    _settle_reminders(session, row, clock)
    audit.record(session, actor.id, "contract.decide", f"contract:{row.id}", {"decision": decision}, clock)
    return row


def as_before(
    session: Session, actor: Actor, contract_id: str, state: str, decided: str | None, clock: Clock
) -> Contract:
    """Take back what was decided about a contract's end, or that its draft was dropped.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.overlaps`, another one holds on its days by now.
    """
    row = _locked(session, actor, contract_id, "write")
    if state == "draft" and row.state == "dropped":
        new = NewContract(row.kind, row.first_day, row.last_day)  # type: ignore[arg-type]
        others = of_person(session, row.person_id, row.legal_entity_id)
        _check_overlap(new, [one for one in others if one.id != row.id])
    row.state, row.decided = state, decided
    touch(row, actor.id, clock)
    detail = {"state": state, "decision": decided}
    audit.record(session, actor.id, "contract.undo", f"contract:{row.id}", detail, clock)
    return row


def _settle_reminders(session: Session, row: Contract, clock: Clock) -> None:
    for template in ("contract.ending", "contract.undecided"):
        settle_told(session, f"{template}:{row.id}:", clock)


def law_says(session: Session, contract: Contract) -> tuple[Warning, ...]:
    """What the law says of a contract, with its articles; nothing is forbidden by it."""
    employment = employments.locked(session, contract.employment_id)
    earlier = [
        term_of(one)
        for one in of_person(session, contract.person_id, contract.legal_entity_id)
        if one.state in ("active", "ended") and one.first_day < contract.first_day
    ]
    return warnings(
        term_of(contract),
        earlier,
        service_from=employment.start_date,
        asked_for_fixed=contract.asked_for_fixed,
    )


def proposed_next(session: Session, contract: Contract) -> tuple[Term, tuple[Warning, ...]]:
    """What follows a contract in force with a last day, and what the law says where that is open-ended; the caller has
    checked that it may be seen.

    Raises:
        ConflictError: `contract.not_active`, it is not in force or has no end.
    """
    if contract.state != "active" or contract.last_day is None:
        raise conflict("contract.not_active", msg("This contract is not in force, or has no end."))
    employment = employments.locked(session, contract.employment_id)
    earlier = [
        term_of(one)
        for one in of_person(session, contract.person_id, contract.legal_entity_id)
        if one.state in ("active", "ended") and one.first_day < contract.first_day
    ]
    start = employment.start_date
    found = next_term(term_of(contract), earlier, service_from=start, asked_for_fixed=contract.asked_for_fixed)
    if found.kind != "open":
        return found, ()
    again = Term("fixed", found.first, last_of_months(found.first, 12))
    return found, warnings(again, [*earlier, term_of(contract)], service_from=start)


def renew(
    session: Session, actor: Actor, contract_id: str, employment_id: str, new: NewContract, clock: Clock
) -> Contract:
    """Draft the contract that follows one, and note of the former that it is renewed. Needs "contact" write.

    Raises:
        as `draft` and `decide_on_end`. ConflictError: `contract.other`, the former is not of this employment.
    """
    former = decide_on_end(session, actor, contract_id, "renew", clock)
    if former.employment_id != employment_id:
        raise conflict("contract.other", msg("The former contract is of another employment."))
    return draft(session, actor, employment_id, new, clock)


def unwritten_so_far(session: Session, employment: employments.Employment, clock: Clock) -> Warning | None:
    """What working without a signed contract has come to in an employment; None where nothing is due."""
    signed = [
        one.first_day
        for one in of_person(session, employment.person_id, employment.legal_entity_id)
        if one.employment_id == employment.id and one.state in ("active", "ended")
    ]
    return unwritten(employment.start_date, min(signed, default=None), china_day(clock))


def of_person(session: Session, person_id: str, legal_entity_id: str | None = None) -> list[Contract]:
    """A person's contracts in the order of days; with one company only where it is given. The caller has checked."""
    statement = select(Contract).where(Contract.person_id == person_id).order_by(Contract.first_day, Contract.id)
    if legal_entity_id is not None:
        statement = statement.where(Contract.legal_entity_id == legal_entity_id)
    return list(session.scalars(statement))


def term_of(row: Contract) -> Term:
    """A contract's days, for the rules."""
    kind: Kind = row.kind  # type: ignore[assignment]
    return Term(kind, row.first_day, row.last_day, row.probation_last_day)


def owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    """Whose the contracts among these blobs are."""
    rows = session.execute(
        select(Contract.document_sha256, Contract.person_id).where(Contract.document_sha256.in_(hashes))
    )
    return {sha256: Owner(person_id, PART) for sha256, person_id in rows.tuples() if sha256}


def ending(session: Session, first: date, last: date) -> list[Contract]:
    """Contracts in force that end on one of these days and about which nobody has decided."""
    return list(
        session.scalars(
            select(Contract)
            .where(
                Contract.state == "active",
                Contract.decided.is_(None),
                ~_is_followed(),
                Contract.last_day.is_not(None),
                Contract.last_day >= first,
                Contract.last_day <= last,
                or_(Contract.told_on.is_(None), Contract.escalated_on.is_(None)),
            )
            .order_by(Contract.last_day, Contract.id)
            .with_for_update(skip_locked=True)
        )
    )


def _is_followed() -> ColumnElement[bool]:
    """Whether a contract that is in force follows it: it was renewed, and nobody has to be told."""
    later = aliased(Contract)
    return exists().where(
        later.employment_id == Contract.employment_id,
        later.state == "active",
        later.first_day > Contract.first_day,
        or_(later.last_day.is_(None), later.last_day > Contract.last_day),
    )


def _check(new: NewContract, start: date) -> None:
    if new.kind not in KINDS:
        raise invalid("kind", "contract.kind", msg("There is no such value."), msg("Choose the kind of contract."))
    wrong_end = (new.last_day is not None and new.last_day < new.first_day) or (
        (new.kind == "fixed") != (new.last_day is not None) and new.kind != "task"
    )
    if wrong_end:
        raise invalid(
            "last_day",
            "contract.days",
            msg("A fixed term has a last day that is not before the first; an open-ended contract has none."),
            msg("Change the days or the kind."),
        )
    if new.first_day < start - timedelta(days=31):
        raise invalid(
            "first_day",
            "contract.days",
            msg("The contract begins more than a month before the first day of work."),
            msg("Change the day."),
        )
    probation = new.probation_last_day
    if probation is not None and not (
        new.first_day <= probation and (new.last_day is None or probation <= new.last_day)
    ):
        raise invalid(
            "probation_last_day",
            "contract.probation",
            msg("The probation is outside the contract."),
            msg("Change its last day."),
        )


def _check_not_signing(row: Contract) -> None:
    if row.state == "signing":
        raise conflict(
            "contract.signing",
            msg("This contract is out for signature."),
            msg("Wait for the signature, or take it back in the employee's file first."),
        )


def _locked(session: Session, actor: Actor, contract_id: str, action: Action, *, lock: bool = True) -> Contract:
    row = find(session, Contract, contract_id, lock=lock)
    if row is None:
        raise missing("contract", msg("contract"))
    check_row(
        session, actor, "contact", action, department_id=row.department_id,
        legal_entity_id=row.legal_entity_id, person_id=row.person_id,
    )  # fmt: skip
    return row


def last_days(session: Session, legal_entity_id: str, first: date, last: date) -> list[Contract]:
    """A company's contracts in force that end on one of these days, without those that a later one follows."""
    later = aliased(Contract)
    follows = (
        select(later.id)
        .where(
            later.employment_id == Contract.employment_id,
            later.state.in_(("draft", "signing", "active")),
            later.first_day > Contract.first_day,
        )
        .exists()
    )
    ends = Contract.last_day.between(first, last)
    mine = (Contract.legal_entity_id == legal_entity_id, Contract.state == "active", ends)
    return list(session.scalars(select(Contract).where(*mine, ~follows).order_by(Contract.id)))
