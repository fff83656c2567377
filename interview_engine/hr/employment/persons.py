"""Persons by how they are reached: known ones found by mail or phone, new ones made, by colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, reached_persons
from interview_engine.hr.people.contact import email_key, email_written, name_key, phone_key, phone_written
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewContact:
    """A name and how somebody is reached, as a form or a sheet says it; "" where it says nothing."""

    name: str
    email: str = ""
    phone: str = ""


def find_or_make(session: Session, actor: Actor, new: NewContact, clock: Clock) -> Person:
    """The person with that phone or mail, else a new one. Where nothing is given, always a new one.

    A known person is taken only under the same name and within the actor's reach: a sheet with a wrong number must not
    put one person's employment into another's file.

    Raises:
        InvalidInput: name, mail, phone. ConflictError: `person.other_name`, somebody else is reached by it.
    """
    name = text_within(new.name, "name", msg("name", context="person"), 120)
    mail = email_key(new.email) if new.email else None
    phone = phone_key(new.phone) if new.phone else None
    for known in _known(session, mail, phone):
        reached = reached_persons(session, actor, "contact", "write", (known.id,))
        if name_key(known.name) != name_key(name) or not reached:
            raise somebody_else()
        return known
    person = Person(**new_row(actor.id, name, new, mail, phone, clock))
    session.add(person)
    session.flush()
    audit.record(session, actor.id, "person.create", f"person:{person.id}", {}, clock)
    return person


def new_row(
    actor_id: str, name: str, new: NewContact, mail: str | None, phone: str | None, clock: Clock
) -> dict[str, Any]:
    """The columns of a new person.

    Args:
        name: as it was checked. mail, phone: the keys by which they are known again.
    """
    return {
        **stamp(actor_id, clock),
        "name": name,
        "email": email_written(new.email) if mail else "",
        "phone": phone_written(new.phone) if phone else "",
        "email_key": mail,
        "phone_key": phone,
        "language": "zh",
    }


def change_contact(session: Session, actor: Actor, person_id: str, new: NewContact, clock: Clock) -> Person:
    """Change a person's name, mail and phone; what is "" stays. The same again changes nothing.

    Raises:
        NotFoundError, PermissionDenied, InvalidInput. ConflictError: `person.other_name`.
    """
    person = find(session, Person, person_id, lock=True)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))
    check_persons(session, actor, "contact", "write", (person_id,))
    name = text_within(new.name, "name", msg("name", context="person"), 120)
    mail = email_key(new.email) if new.email else person.email_key
    phone = phone_key(new.phone) if new.phone else person.phone_key
    if (name, mail, phone) == (person.name, person.email_key, person.phone_key):
        return person
    if any(known.id != person.id for known in _known(session, mail, phone)):
        raise somebody_else()
    person.name = name
    if new.email:
        person.email, person.email_key = email_written(new.email), mail
    if new.phone:
        person.phone, person.phone_key = phone_written(new.phone), phone
    touch(person, actor.id, clock)
    audit.record(session, actor.id, "person.contact", f"person:{person.id}", {}, clock)
    return person


def somebody_else() -> ConflictError:
    """What is said of a mail or phone that another person is reached by."""
    return conflict(
        "person.other_name",
        msg("Somebody else is reached by this phone number or mail address."),
        msg("Check the number and the name; two people need two numbers."),
    )


def _known(session: Session, mail: str | None, phone: str | None) -> list[Person]:
    keys = [Person.email_key == mail] if mail else []
    keys += [Person.phone_key == phone] if phone else []
    if not keys:
        return []
    return list(session.scalars(select(Person).where(or_(*keys)).order_by(Person.id)))
