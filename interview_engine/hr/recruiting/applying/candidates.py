"""Who applied: one person applying twice is one person (C5); what does not fit together is flagged, never merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor, applicable
from interview_engine.hr.access.service import (
    check_persons,
    companies_of,
    person_within,
    reached_persons,
    reaches_group,
    require,
)
from interview_engine.hr.accounts.service import has_account
from interview_engine.hr.people.contact import (
    check_reading,
    email_key,
    email_written,
    name_key,
    phone_key,
    phone_written,
)
from interview_engine.hr.people.tables import Person, PersonFlag, WechatIdentity
from interview_engine.hr.privacy.service import move_everything
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting.tables import Application, Resume
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewPerson:
    """An applicant as the form describes them. Mail or phone must be given.

    Args:
        language: that they read, of those with catalogues; an interview may be in another.
        synthetic: invented for demonstration; shown wherever the person is.
    """

    name: str
    email: str = ""
    phone: str = ""
    language: str = "zh"
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The person of a form, and whether they were there before."""

    person: Person
    is_new: bool


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag with the names of those it is about."""

    flag: PersonFlag
    person: Person
    other: Person | None


def find_or_add(
    session: Session, actor: Actor, new: NewPerson, clock: Clock, *, legal_entity_id: str | None = None
) -> Known:
    """The person with this mail or phone, else a new one. Two at once give one person.

    Who is known in other companies only, and not to the actor, stays theirs: here a person of their own is kept with
    what was typed and nothing else, and the pair is flagged for somebody who reaches both.

    When mail and phone belong to two persons the one of the mail applies, and the pair is flagged. Contact data that
    is already there is never overwritten by a form: what differs is flagged with what was given. A public form does not
    complete what is missing either: whoever knows an address could add a number of their own.

    Args:
        legal_entity_id: the company of the job.

    Raises:
        InvalidInput: `person.contact` (neither mail nor phone), `person.email`, `person.phone`, no name, language.
    """
    name = text_within(new.name, "name", msg("name", context="person"), 120)
    check_reading(new.language)
    mail, phone = email_key(new.email), phone_key(new.phone)
    if mail is None and phone is None:
        raise invalid(
            "email",
            "person.contact",
            msg("Enter an e-mail address or a phone number."),
            msg("It is how we reach you."),
        )
    person = _known(session, mail, phone)
    if person is None:
        fresh = _new(actor, name, new, mail, phone, clock)
        try:
            with session.begin_nested():
                session.add(fresh)
            audit.record(session, actor.id, "person.create", f"person:{fresh.id}", {}, clock)
            return Known(fresh, True)
        except IntegrityError:  # the same person came in by another transaction and was first
            person = _known(session, mail, phone)
            if person is None:
                raise
    if legal_entity_id is not None and _is_elsewhere(session, actor, person, legal_entity_id):
        return _apart(session, actor, person, name, new, (mail, phone), legal_entity_id, clock)
    _compare(session, actor, person, new, mail, phone, clock)
    return Known(person, False)


def open_flags(session: Session, actor: Actor) -> tuple[FlagView, ...]:
    """Open flags, oldest first: those of which the actor reaches every person."""
    require(actor, "contact", "write")
    person, other = aliased(Person), aliased(Person)
    rows = session.execute(
        select(PersonFlag, person, other)
        .join(person, person.id == PersonFlag.person_id)
        .outerjoin(other, other.id == PersonFlag.other_person_id)
        .where(PersonFlag.state == "open", _reaches_both(session, actor, "write"))
        .order_by(PersonFlag.id)
    )
    return tuple(FlagView(*row) for row in rows.tuples())


def flags_of(session: Session, actor: Actor, person_id: str) -> tuple[PersonFlag, ...]:
    """The open flags of a person, for pages that were opened with permission already; without those that are about
    somebody out of the actor's reach too."""
    about = or_(PersonFlag.person_id == person_id, PersonFlag.other_person_id == person_id)
    statement = select(PersonFlag).where(PersonFlag.state == "open", about, _reaches_both(session, actor, "read"))
    return tuple(session.scalars(statement.order_by(PersonFlag.id)))


def resolve_flag(session: Session, actor: Actor, flag_id: str, clock: Clock) -> PersonFlag:
    """Resolve a flag without a change."""
    flag = _flag(session, actor, "write", flag_id)
    flag.state = "resolved"
    touch(flag, actor.id, clock)
    audit.record(session, actor.id, "person_flag.resolve", f"person_flag:{flag.id}", {"kind": flag.kind}, clock)
    return flag


def merge(session: Session, actor: Actor, flag_id: str, clock: Clock) -> Person:
    """Merge the two persons of a flag: everything that names the other names the flag's person afterwards, who gets
    their missing contact data too.

    Raises:
        ConflictError: `person.merge`: the flag is not of two persons, the other is an employee or has an account, or
            both applied for the same job. `person.merge_both`: both have an ID number, say.
    """
    flag = _flag(session, actor, "manage", flag_id)
    keep = find(session, Person, flag.person_id, lock=True)
    drop = find(session, Person, flag.other_person_id, lock=True) if flag.other_person_id else None
    if flag.kind != "two_persons" or keep is None or drop is None:
        raise conflict("person.merge", msg("This flag is not about two persons."))
    own = set(session.scalars(select(Application.requisition_id).where(Application.person_id == keep.id)))
    moved = session.scalars(select(Application).where(Application.person_id == drop.id)).all()
    if any(row.requisition_id in own or row.stage == "hired" for row in moved) or has_account(session, drop.id):
        raise conflict(
            "person.merge",
            msg("Both applied for the same job, or the other is an employee: they cannot be merged."),
        )
    for row in moved:
        row.person_id = keep.id
        touch(row, actor.id, clock)
    for resume in session.scalars(select(Resume).where(Resume.person_id == drop.id)):
        resume.person_id = keep.id
        touch(resume, actor.id, clock)
    session.execute(update(WechatIdentity).where(WechatIdentity.person_id == drop.id).values(person_id=keep.id))
    session.flush()
    move_everything(session, drop.id, keep.id, actor.id, clock)
    phone, key = drop.phone, drop.phone_key
    drop.phone = drop.email = ""
    drop.phone_key = drop.email_key = None
    drop.erased_at = clock.now()
    touch(drop, actor.id, clock)
    session.flush()  # the unique number must be free before the other takes it
    if keep.phone_key is None:
        keep.phone, keep.phone_key = phone, key
    touch(keep, actor.id, clock)
    flag.state = "resolved"
    touch(flag, actor.id, clock)
    audit.record(session, actor.id, "person.merge", f"person:{keep.id}", {"merged": drop.id}, clock)
    return keep


def _new(actor: Actor, name: str, new: NewPerson, mail: str | None, phone: str | None, clock: Clock) -> Person:
    return Person(
        **stamp(actor.id, clock),
        name=name,
        email=email_written(new.email),
        phone=phone_written(new.phone),
        email_key=mail,
        phone_key=phone,
        language=new.language,
        synthetic=new.synthetic,
    )


def _is_elsewhere(session: Session, actor: Actor, person: Person, legal_entity_id: str) -> bool:
    """Whether a known person is of other companies than this one, and the actor does not reach them there."""
    companies = companies_of(session, person.id)
    if not companies or legal_entity_id in companies:
        return False
    return person.id not in reached_persons(session, actor, "contact", "write", (person.id,))


def _apart(
    session: Session,
    actor: Actor,
    known: Person,
    name: str,
    new: NewPerson,
    keys: tuple[str | None, str | None],
    legal_entity_id: str,
    clock: Clock,
) -> Known:
    """This company's own person for somebody whom another company knows. An address stays the key of who had it."""
    twins = select(Person).join(PersonFlag, PersonFlag.person_id == Person.id)
    twins = twins.where(PersonFlag.kind == "two_persons", PersonFlag.other_person_id == known.id)
    for twin in session.scalars(twins.where(Person.erased_at.is_(None)).order_by(Person.id)):
        if legal_entity_id in companies_of(session, twin.id):
            return Known(twin, False)
    free = [
        None if key is None or session.scalar(select(Person.id).where(column == key)) is not None else key
        for column, key in zip((Person.email_key, Person.phone_key), keys, strict=True)
    ]
    fresh = _new(actor, name, new, free[0], free[1], clock)
    session.add(fresh)
    session.flush()
    audit.record(session, actor.id, "person.create", f"person:{fresh.id}", {}, clock)
    given = {key: text.strip() for key, text in (("email", new.email), ("phone", new.phone)) if text.strip()}
    raise_flag(session, actor, fresh, "two_persons", given, clock, other=known)
    return Known(fresh, True)


def _reaches_both(session: Session, actor: Actor, action: str) -> ColumnElement[bool]:
    """The condition under which the actor reaches everybody whom a flag is about."""
    if reaches_group(session, actor, "contact", action) and not applicable(actor, "contact", action)[1]:
        return true()
    return and_(
        person_within(actor, "contact", action, PersonFlag.person_id),
        or_(
            PersonFlag.other_person_id.is_(None),
            person_within(actor, "contact", action, PersonFlag.other_person_id),
        ),
    )


def _known(session: Session, mail: str | None, phone: str | None) -> Person | None:
    by_mail = session.scalar(select(Person).where(Person.email_key == mail)) if mail else None
    if by_mail is not None:
        return by_mail
    return session.scalar(select(Person).where(Person.phone_key == phone)) if phone else None


def _compare(
    session: Session, actor: Actor, person: Person, new: NewPerson, mail: str | None, phone: str | None, clock: Clock
) -> None:
    """Compare a form with a known person: colleagues fill a gap, a difference becomes a flag."""
    other = session.scalar(select(Person).where(Person.phone_key == phone)) if phone else None
    if other is not None and other.id != person.id:
        raise_flag(session, actor, person, "two_persons", {"phone": new.phone.strip()}, clock, other=other)
    elif phone is not None and person.phone_key is None and not actor.is_anybody:
        person.phone, person.phone_key = phone_written(new.phone), phone
        touch(person, actor.id, clock)
    elif phone is not None and person.phone_key != phone:
        raise_flag(session, actor, person, "contact_differs", {"phone": new.phone.strip()}, clock)
    if mail is not None and person.email_key is None and not actor.is_anybody:
        person.email, person.email_key = email_written(new.email), mail
        touch(person, actor.id, clock)
    elif mail is not None and person.email_key != mail:
        raise_flag(session, actor, person, "contact_differs", {"email": new.email.strip()}, clock)
    if name_key(new.name) != name_key(person.name):
        raise_flag(session, actor, person, "name_differs", {"name": new.name.strip()}, clock)


def raise_flag(
    session: Session,
    actor: Actor,
    person: Person,
    kind: str,
    given: dict[str, Any],
    clock: Clock,
    *,
    other: Person | None = None,
) -> None:
    """Raise a flag for a person to review; the same flag that is still open is not raised twice."""
    there = select(PersonFlag).where(PersonFlag.person_id == person.id, PersonFlag.kind == kind)
    if any(flag.state == "open" and flag.given == given for flag in session.scalars(there)):
        return
    flag = PersonFlag(
        **stamp(actor.id, clock),
        person_id=person.id,
        other_person_id=None if other is None else other.id,
        kind=kind,
        given=given,
    )
    session.add(flag)
    session.flush()
    audit.record(session, actor.id, "person_flag.raise", f"person_flag:{flag.id}", {"kind": kind}, clock)


def _flag(session: Session, actor: Actor, action: str, flag_id: str) -> PersonFlag:
    require(actor, "contact", action)
    flag = find(session, PersonFlag, flag_id, lock=True)
    if flag is None or flag.state != "open":
        raise missing("person_flag", msg("open flag"))
    about = [one for one in (flag.person_id, flag.other_person_id) if one is not None]
    check_persons(session, actor, "contact", action, about)
    return flag
