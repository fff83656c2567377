"""A person's contact data, shown and corrected (PIPL, article 46: the right to correction)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons
from interview_engine.hr.people.contact import check_reading, email_key, email_written, phone_key, phone_written
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch


def get_person(session: Session, actor: Actor, person_id: str) -> Person:
    """One person with contact data. NotFoundError, also once erased; PermissionDenied."""
    return _person(session, actor, person_id, "read")


def correct_contact(
    session: Session,
    actor: Actor,
    person_id: str,
    clock: Clock,
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    language: str | None = None,
) -> Person:
    """Correct contact data; None keeps a value, "" removes a mail or a phone.

    Raises:
        InvalidInput: a value is not valid, or neither mail nor phone would be left.
        ConflictError: `person.taken`, the mail or phone is another person's.
    """
    person = _person(session, actor, person_id, "write", lock=True)
    if name is not None:
        person.name = text_within(name, "name", msg("name", context="person"), 120)
    if language is not None:
        check_reading(language)
        person.language = language
    if email is not None:
        key = email_key(email)
        _check_free(session, person, Person.email_key, key)
        person.email, person.email_key = email_written(email), key
    if phone is not None:
        key = phone_key(phone)
        _check_free(session, person, Person.phone_key, key)
        person.phone, person.phone_key = phone_written(phone), key
    if person.email_key is None and person.phone_key is None:
        raise invalid(
            "email",
            "person.contact",
            msg("Enter an e-mail address or a phone number."),
            msg("Keep at least one of them."),
        )
    touch(person, actor.id, clock)
    session.flush()
    changed = [field for field, value in (("name", name), ("email", email), ("phone", phone)) if value is not None]
    audit.record(session, actor.id, "person.correct", f"person:{person.id}", {"fields": changed}, clock)
    return person


def _person(session: Session, actor: Actor, person_id: str, action: str, *, lock: bool = False) -> Person:
    person = find(session, Person, person_id, lock=lock)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))
    check_persons(session, actor, "contact", action, (person.id,))
    return person


def _check_free(session: Session, person: Person, column: object, key: str | None) -> None:
    if key is None:
        return
    other = session.scalar(select(Person.id).where(column == key, Person.id != person.id))  # type: ignore[arg-type]
    if other is not None:
        raise conflict(
            "person.taken",
            msg("This belongs to another person."),
        )
