"""ID numbers by which persons are known again: keyed hashes, because the numbers themselves lie encrypted (D10).

Numbers come here as `files.id_numbers.read_id_number` gives them: 18 characters, checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.people.tables import IdNumberKey, Person
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store.rows import AT_ONCE, batched, stamp, touch
from interview_engine.store.vault import keyed_hash, keyed_hashes

PURPOSE = "id numbers"


def person_of_number(session: Session, number: str, clock: Clock) -> str | None:
    """The id of the person who has this number; None where nobody has. The caller checks that they may be seen."""
    hashed = keyed_hash(session, PURPOSE, number, clock)
    return session.scalar(
        select(IdNumberKey.person_id)
        .join(Person, Person.id == IdNumberKey.person_id)
        .where(IdNumberKey.hash == hashed, Person.erased_at.is_(None))
    )


def persons_of_numbers(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """By number, the person who has it, of thousands; writes nothing. The caller checks that they may be seen."""
    hashes = keyed_hashes(session, PURPOSE, numbers)
    by_hash = {hashed: number for number, hashed in hashes.items()}
    found: dict[str, str] = {}
    for part in batched(sorted(by_hash), AT_ONCE):
        rows = select(IdNumberKey.hash, IdNumberKey.person_id).where(IdNumberKey.hash.in_(part))
        found |= {by_hash[hashed]: person for hashed, person in session.execute(rows).tuples()}
    return found


def keep_numbers(session: Session, given: Mapping[str, str], actor_id: str, clock: Clock) -> None:
    """Note the numbers of persons who have none, by person; the caller has looked that nobody else has them.

    Raises:
        ConflictError: `id_number.taken`, somebody was faster.
    """
    if not given:
        return
    keyed_hash(session, PURPOSE, "", clock)  # makes the key, where this is the first number of all
    hashes = keyed_hashes(session, PURPOSE, list(given.values()))
    rows = [{**stamp(actor_id, clock), "person_id": person, "hash": hashes[number]} for person, number in given.items()]
    try:
        with session.begin_nested():
            session.execute(insert(IdNumberKey), rows)
    except IntegrityError:
        raise _taken() from None


def keep_number(session: Session, person_id: str, number: str, actor_id: str, clock: Clock) -> None:
    """Note that a person has this number, instead of the one before.

    Raises:
        ConflictError: `id_number.taken`, another person has it.
    """
    hashed = keyed_hash(session, PURPOSE, number, clock)
    owner = session.scalar(select(IdNumberKey.person_id).where(IdNumberKey.hash == hashed))
    if owner == person_id:
        return
    if owner is not None:
        raise _taken()
    row = session.scalar(select(IdNumberKey).where(IdNumberKey.person_id == person_id).with_for_update())
    try:
        with session.begin_nested():
            if row is None:
                session.add(IdNumberKey(**stamp(actor_id, clock), person_id=person_id, hash=hashed))
            else:
                row.hash = hashed
                touch(row, actor_id, clock)
            session.flush()
    except IntegrityError:  # somebody entered it for another person at the same moment
        raise _taken() from None


def forget_number(session: Session, person_id: str) -> None:
    """The person is no longer found by a number."""
    session.execute(delete(IdNumberKey).where(IdNumberKey.person_id == person_id))


def _taken() -> ConflictError:
    return conflict(
        "id_number.taken",
        msg("Another person here has this ID number: it may be the same human being."),
        msg(
            "Search the employees by the ID number. Who comes back keeps their file; a typing error is corrected there."
        ),
    )
