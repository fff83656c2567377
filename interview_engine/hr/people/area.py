"""What people hand over: who a person is, and how they are known elsewhere."""

from __future__ import annotations

from sqlalchemy import or_
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, PersonColumn, Subject
from interview_engine.hr.people.tables import Department, IdNumberKey, LegalEntity, Person, PersonFlag, WechatIdentity
from interview_engine.hr.removal import Removal
from interview_engine.store.rows import find, touch

ERASED_NAME = "—"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """Doubts about who the person is; name and contact where they are forgotten as a whole."""
    about = or_(PersonFlag.person_id == person_id, PersonFlag.other_person_id == person_id)
    removal.delete(session, PersonFlag, about)
    person = find(session, Person, person_id, lock=True)
    if person is None or not removal.whole:
        return
    for what, text in (("name", person.name), ("email", person.email), ("phone", person.phone)):
        removal.text(what, text)
    removal.delete(session, IdNumberKey, IdNumberKey.person_id == person_id)
    removal.delete(session, WechatIdentity, WechatIdentity.person_id == person_id)
    person.name, person.email, person.phone = ERASED_NAME, "", ""
    person.email_key = person.phone_key = None
    person.talent_pool = False
    person.erased_at = removal.clock.now()
    touch(person, "system", removal.clock)


AREA = Area(
    name="people",
    tables=(Department, IdNumberKey, LegalEntity, Person, PersonFlag, WechatIdentity),
    persons=(
        PersonColumn(Person.manager_person_id, "kept", "only somebody who works here is a manager"),
        PersonColumn(Department.manager_person_id, "forgotten", "a department has a manager or none"),
        PersonColumn(IdNumberKey.person_id, "forgotten", "who comes back to work is found by it"),
        PersonColumn(PersonFlag.person_id, "erased", "a doubt about who somebody is, with what they typed"),
        PersonColumn(PersonFlag.other_person_id, "erased", "a doubt about who somebody is, with what they typed"),
        PersonColumn(WechatIdentity.person_id, "forgotten", "who works here is reached by it"),
    ),
    erase=_erase,
    subjects=(Subject("identity"), Subject("person"), Subject("person_flag")),
)
