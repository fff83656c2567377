"""From the approved entry form into the employee file, once: nothing that was filled in there is asked again (D1, D2).

The form is a blob under a key of the person, so it is read outside of transactions; then everything is written in one,
and the form is forgotten. What cannot be written (the number is another person's) leaves the form where it is, and HR
is told once.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.service import actors_with_role
from interview_engine.hr.area import Round
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.onboarding import rules
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.people.tables import Person
from interview_engine.store import audit
from interview_engine.store.rows import find, touch

AT_ONCE = 50


def file_entries(given: Round) -> int:
    """Job: write the forms that were approved into the files; returns how many."""
    with given.database.reading() as session:
        waiting = session.execute(
            select(Onboarding.id, Onboarding.entry_sha256)
            .where(Onboarding.state.in_(("approved", "joined")), Onboarding.entry_sha256.is_not(None))
            .order_by(Onboarding.id)
            .limit(AT_ONCE)
        ).tuples()
        forms = [(row_id, str(sha256)) for row_id, sha256 in waiting]
    return sum(_file(given, row_id, sha256) for row_id, sha256 in forms)


def _file(given: Round, onboarding_id: str, sha256: str) -> bool:
    entry = rules.load(given.blobs.read(sha256))
    try:
        with given.database.transaction() as session:
            return write_into_file(session, onboarding_id, sha256, entry, given.clock)
    except (InvalidInput, ConflictError) as problem:
        with given.database.transaction() as session:
            _tell(session, onboarding_id, problem, given.clock)
        return False


def write_into_file(session: Session, onboarding_id: str, sha256: str, entry: rules.Entry, clock: Clock) -> bool:
    """Write a form into the sections of the person's file, as entered by themselves; False where it changed meanwhile.

    Args:
        sha256: of the form that `entry` is.

    Raises:
        InvalidInput, ConflictError: as `files.service.put`; nothing is written then.
    """
    row = find(session, Onboarding, onboarding_id, lock=True)
    if row is None or row.entry_sha256 != sha256 or row.state not in ("approved", "joined"):
        return False
    person = session.get_one(Person, row.person_id)
    themselves = replace(SYSTEM, id=f"person:{person.id}", person_id=person.id)
    sections = rules.sections_of(entry, person.name)
    for name, values in sections:
        held = files.held_by(session, person.id, name)
        said = {field: value for field, value in values.items() if value not in (None, False)}
        there = any(all(one.values.get(field) == value for field, value in said.items()) for one in held)
        if not there:
            kept = dict(held[0].values) if name == "address" and held else {}
            known = {field: value for field, value in kept.items() if field in ("registered", "postcode")}
            files.put(session, themselves, person.id, name, {**known, **values}, clock)
    row.entry_sha256 = None
    touch(row, SYSTEM.id, clock)
    detail = {
        "sections": sorted({name for name, _ in sections}),
        "number": entry.number_from,
        "address": entry.address_from,
    }
    audit.record(session, SYSTEM.id, "onboarding.file", f"onboarding:{row.id}", detail, clock)
    return True


def _tell(session: Session, onboarding_id: str, problem: Exception, clock: Clock) -> None:
    """HR, once: the file has to be written by hand, and why."""
    row = find(session, Onboarding, onboarding_id)
    if row is None:
        return
    told = {row.owner_account_id, *(one.account_id for one in actors_with_role(session, ("hr",), clock))}
    payload = {"onboarding": row.id, "title": row.title}
    for account_id in sorted(one for one in told if one is not None):
        key = f"onboarding.not_filed:{row.id}:{row.entry_sha256}:{account_id}"
        tell_account(session, account_id, key, "onboarding.not_filed", payload, clock)
