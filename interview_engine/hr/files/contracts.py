"""Contracts of work: drafted, dropped, read; what the law says of them.

How they come into force, end, or are taken over from a former system: `contract_signing.py`, `contract_ends.py`,
`contract_history.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.contract_rules import (
    KINDS,
    Kind,
    Term,
    Warning,
    overlapping,
    unwritten,
    warnings,
)
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import AT_ONCE, batched, find, stamp, touch

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
    row = made(actor, employment, new, of_person(session, employment.person_id, employment.legal_entity_id), clock)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "contract.draft", f"contract:{row.id}", detail_of(row), clock)
    return row


def made(
    actor: Actor, employment: employments.Employment, new: NewContract, others: Sequence[Contract], clock: Clock
) -> Contract:
    """The row of a new contract, not in the database yet.

    Args:
        others: the person's contracts with the company, in the order of days.

    Raises:
        as `draft`, but for reach.
    """
    if employment.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    check(new, employment.start_date)
    check_overlap(new, others)
    before = sum(one.state in ("active", "ended") and one.first_day < new.first_day for one in others)
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
        state="draft",
        sign_count=new.sign_count or 1 + before,
        number=text_within(new.number, "number", msg("contract number"), 60, least=0),
        note=text_within(new.note, "note", msg("note"), 300, least=0),
    )


def detail_of(row: Contract) -> dict[str, object]:
    """What the trail says of a contract."""
    return {"kind": row.kind, "first": row.first_day.isoformat(), "number": row.sign_count}


def check_overlap(new: NewContract, others: Sequence[Contract]) -> None:
    """Refuse days on which another contract of the person with the company holds: ConflictError `contract.overlaps`."""
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


def get_for(session: Session, actor: Actor, contract_id: str, action: Action, *, lock: bool = False) -> Contract:
    """A contract that the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, Contract, contract_id, lock=lock)
    if row is None:
        raise missing("contract", msg("contract"))
    check_row(
        session, actor, "contact", action, department_id=row.department_id,
        legal_entity_id=row.legal_entity_id, person_id=row.person_id,
    )  # fmt: skip
    return row


def drop(session: Session, actor: Actor, contract_id: str, clock: Clock) -> Contract:
    """Give up a draft. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.not_draft`, `contract.signing`.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    if row.state == "dropped":
        return row
    check_not_signing(row)
    if row.state != "draft":
        raise conflict("contract.not_draft", msg("A contract that was signed is ended, not dropped."))
    row.state = "dropped"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "contract.drop", f"contract:{row.id}", {}, clock)
    return row


def law_says(session: Session, contract: Contract) -> tuple[Warning, ...]:
    """What the law says of a contract, with its articles; nothing is forbidden by it."""
    employment = employments.locked(session, contract.employment_id)
    return law_of(contract, of_person(session, contract.person_id, contract.legal_entity_id), employment.start_date)


def law_of(contract: Contract, others: Sequence[Contract], service_from: date) -> tuple[Warning, ...]:
    """The same, of a contract beside the person's contracts with the company, in the order of days."""
    concluded = [one for one in others if one.state in ("active", "ended") and one.first_day < contract.first_day]
    return warnings(
        term_of(contract),
        [term_of(one) for one in concluded],
        service_from=service_from,
        asked_for_fixed=contract.asked_for_fixed,
    )


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


def of_persons(session: Session, person_ids: Iterable[str]) -> dict[tuple[str, str], list[Contract]]:
    """The contracts of persons by person and company, each in the order of days. The caller has checked."""
    found: dict[tuple[str, str], list[Contract]] = {}
    for part in batched(sorted(set(person_ids)), AT_ONCE):
        statement = select(Contract).where(Contract.person_id.in_(part)).order_by(Contract.first_day, Contract.id)
        for row in session.scalars(statement):
            found.setdefault((row.person_id, row.legal_entity_id), []).append(row)
    return found


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


def check(new: NewContract, start: date) -> None:
    """Refuse days that are none of a contract with the employment's first day: InvalidInput, see `draft`."""
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


def check_not_signing(row: Contract) -> None:
    """Refuse to touch a contract that is out for signature: ConflictError `contract.signing`."""
    if row.state == "signing":
        raise conflict(
            "contract.signing",
            msg("This contract is out for signature."),
            msg("Wait for the signature, or take it back in the employee's file first."),
        )
