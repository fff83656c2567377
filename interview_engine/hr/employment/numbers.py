"""Numbers of employees: one a person in each company, given in order or taken over from another system."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.employment.tables import EmployeeNumber
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict, invalid
from interview_engine.i18n import msg
from interview_engine.store.rows import find, stamp

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
DIGITS = 5
"""Of the numbers that are given in order: 00001."""


def number_of(session: Session, person_id: str, legal_entity_id: str) -> str | None:
    """A person's number in a company; None where they never worked there."""
    return session.scalar(
        select(EmployeeNumber.number).where(
            EmployeeNumber.person_id == person_id, EmployeeNumber.legal_entity_id == legal_entity_id
        )
    )


def new_number(session: Session, person_id: str, legal_entity_id: str, wanted: str | None) -> str | None:
    """The number that a person gets in the company: `wanted`, else the next in order; None where they have one already.
    Others who get a number there wait until the transaction ends.

    Raises:
        InvalidInput: `employee.number`, letters, digits, "-" and "_", 20 at most.
        ConflictError: `employee.number_taken`, another person has it; `employee.number_differs`, they have another.
    """
    clean = clean_number(wanted)
    find(session, LegalEntity, legal_entity_id, lock=True)
    held = number_of(session, person_id, legal_entity_id)
    if held is not None:
        check_held(held, clean)
        return None
    if clean is not None and _owner(session, legal_entity_id, clean) is not None:
        raise taken(clean)
    return clean or _next(session, legal_entity_id)


def give_number(
    session: Session, person_id: str, legal_entity_id: str, wanted: str | None, actor_id: str, clock: Clock
) -> None:
    """Give a person a number in the company, where they have none.

    Raises:
        as `new_number`.
    """
    number = new_number(session, person_id, legal_entity_id, wanted)
    if number is not None:
        row = {"person_id": person_id, "legal_entity_id": legal_entity_id, "number": number}
        session.add(EmployeeNumber(**stamp(actor_id, clock), **row))
        session.flush()


def clean_number(wanted: str | None) -> str | None:
    """A number as it is kept; None for none.

    Raises:
        InvalidInput: `employee.number`.
    """
    clean = None if wanted is None or not wanted.strip() else wanted.strip().upper()
    if clean is not None and _NUMBER.fullmatch(clean) is None:
        raise invalid(
            "employee_number",
            "employee.number",
            msg("An employee number has up to 20 letters, digits, “-” or “_”."),
            msg("Change the number."),
        )
    return clean


def check_held(held: str, wanted: str | None) -> None:
    """Refuse another number than the one somebody has: ConflictError `employee.number_differs`."""
    if wanted is not None and held != wanted:
        raise conflict(
            "employee.number_differs",
            msg("This person has the number {held} already.", held=held),
            msg("Leave the number out, or check that it is the same person."),
        )


def taken(number: str) -> ConflictError:
    """What is said of a number that another person has."""
    return conflict(
        "employee.number_taken",
        msg("Another person has the number {number}.", number=number),
        msg("Choose another number, or leave it out to get the next one."),
    )


def written(number: int) -> str:
    """A number that is given in order: 00001."""
    return str(number).zfill(DIGITS)


def _owner(session: Session, legal_entity_id: str, number: str) -> str | None:
    return session.scalar(
        select(EmployeeNumber.person_id).where(
            EmployeeNumber.legal_entity_id == legal_entity_id, EmployeeNumber.number == number
        )
    )


def _next(session: Session, legal_entity_id: str) -> str:
    """One more than the highest that is digits only."""
    taken = session.scalars(
        select(EmployeeNumber.number).where(EmployeeNumber.legal_entity_id == legal_entity_id)
    ).all()
    highest = max((int(one) for one in taken if one.isascii() and one.isdigit()), default=0)
    return written(highest + 1)
