"""A change of one's own name, phone or mail: asked for with the old beside the new, in force from a day on.

These lie with the person and not in a section of the file; the sections have `change_requests.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.service import NewContact, change_contact
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.people.contact import email_key, phone_key
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid
from interview_engine.hr.requests.service import Ask, AskedKind, Effect
from interview_engine.i18n import msg

FIELDS = ("name", "phone", "email")


def _check(_: Session, asked: Ask, __: Clock) -> None:
    if not any(asked.text(name) for name in FIELDS):
        raise invalid("name", "contact.nothing", msg("Nothing is to be changed."), msg("Fill in what is new."))
    if asked.text("email"):
        email_key(asked.text("email"))
    if asked.text("phone"):
        phone_key(asked.text("phone"))


def _before(session: Session, asked: Ask) -> Mapping[str, Value]:
    person = session.get_one(Person, asked.person_id)
    return {name: str(getattr(person, name)) for name in FIELDS if asked.text(name)}


def _apply(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    name = asked.text("name") or session.get_one(Person, asked.person_id).name
    change_contact(session, actor, asked.person_id, NewContact(name, asked.text("email"), asked.text("phone")), clock)
    return [Effect("person", asked.person_id)]


def _reverse(session: Session, actor: Actor, asked: Ask, done: Sequence[Effect], clock: Clock) -> Sequence[Effect]:
    before = {name: str(asked.before.get(name) or "") for name in FIELDS}
    if any(asked.text(name) and not before[name] for name in FIELDS):
        raise conflict(
            "contact.none_before",
            msg("There was nothing before that could be put back."),
            msg("Ask for a change to what is right now."),
        )
    name = before["name"] or session.get_one(Person, asked.person_id).name
    change_contact(session, actor, asked.person_id, NewContact(name, before["email"], before["phone"]), clock)
    return [Effect(one.table, one.row_id, -one.quantity) for one in done]


CONTACT_CHANGE = AskedKind(
    name="contact_change",
    title=msg("Change of contact data"),
    about=msg("A new name, phone number or mail address. Fill in only what changes."),
    fields=(
        Field("name", msg("New name"), most=120),
        Field("phone", msg("New phone number"), most=40),
        Field("email", msg("New mail address"), most=254),
        Field("from_day", msg("From day"), "day", help=msg("Left empty: as soon as it is approved.")),
    ),
    days=("from_day",),
    earliest_days=0,
    check=_check,
    before=_before,
    apply=_apply,
    on_its_day=True,
    sealed=True,
    reverse=_reverse,
)
