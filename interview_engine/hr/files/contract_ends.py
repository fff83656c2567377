"""How contracts end and what follows them: ended early, renewed, told of one month before the end, once, and again if
nobody decides (D8)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.contract_rules import (
    Term,
    Warning,
    last_of_months,
    next_term,
    warnings,
)
from interview_engine.hr.files.contracts import NewContract, check_overlap, draft, get_for, of_person, term_of
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.messaging.service import settle_told
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch


def end(session: Session, actor: Actor, contract_id: str, last_day: date, clock: Clock) -> Contract:
    """End a contract in force on a day of its term, by agreement or by law.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `contract.last_day`. ConflictError: `contract.not_active`.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
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
    settle_reminders(session, row, clock)
    audit.record(session, actor.id, "contract.end", f"contract:{row.id}", {"last": last_day.isoformat()}, clock)
    return row


def decide_on_end(session: Session, actor: Actor, contract_id: str, decision: str, clock: Clock) -> Contract:
    """Note what was decided about a contract that ends: "renew" or "end"; nobody is reminded any more.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `contract.decision`. ConflictError: `contract.not_active`.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    if decision not in ("renew", "end"):
        raise invalid(
            "decision", "contract.decision", msg("There is no such value."), msg("Choose to renew or to let it end.")
        )
    if row.state != "active" or row.last_day is None:
        raise conflict("contract.not_active", msg("This contract is not in force, or has no end."))
    row.decided = decision
    touch(row, actor.id, clock)
    settle_reminders(session, row, clock)
    audit.record(session, actor.id, "contract.decide", f"contract:{row.id}", {"decision": decision}, clock)
    return row


def as_before(
    session: Session, actor: Actor, contract_id: str, state: str, decided: str | None, clock: Clock
) -> Contract:
    """Take back what was decided about a contract's end, or that its draft was dropped.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.overlaps`, another one holds on its days by now.
    """
    row = get_for(session, actor, contract_id, "write", lock=True)
    if state == "draft" and row.state == "dropped":
        new = NewContract(row.kind, row.first_day, row.last_day)  # type: ignore[arg-type]
        others = of_person(session, row.person_id, row.legal_entity_id)
        check_overlap(new, [one for one in others if one.id != row.id])
    row.state, row.decided = state, decided
    touch(row, actor.id, clock)
    detail = {"state": state, "decision": decided}
    audit.record(session, actor.id, "contract.undo", f"contract:{row.id}", detail, clock)
    return row


def settle_reminders(session: Session, row: Contract, clock: Clock) -> None:
    """Nobody has to be reminded of the contract's end any more."""
    for template in ("contract.ending", "contract.undecided"):
        settle_told(session, f"{template}:{row.id}:", clock)


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
