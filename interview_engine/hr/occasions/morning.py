"""A company's morning: who is congratulated, whose contract or probation ends soon, which holiday comes (J3).

Once a day and company, at its local morning. What is decrypted to find birthdays is read before anything is written,
so that nobody waits for it; a round that fails is done again as a whole, and nothing of it was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.area import Round
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import send_notice
from interview_engine.hr.occasions import rules
from interview_engine.hr.occasions.tables import Occasion
from interview_engine.hr.org.service import managers_above
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp
from interview_engine.store.upsert import insert_for

log = logging.getLogger("interview_engine.occasions")

AFTER = timedelta(minutes=1)
"""When a notice to a whole company goes out: it is sent by the job of notices, some at a time."""


@dataclass(frozen=True, slots=True)
class Morning:
    """One company's day."""

    company: LegalEntity
    settings: Settings
    day: date
    birthdays: frozenset[str]
    """Ids of those whose birthday it is."""


def tell_all(given: Round) -> int:
    """Job: do the mornings that have come and are not done; returns how many."""
    with given.database.reading() as session:
        ids = session.scalars(select(LegalEntity.id).order_by(LegalEntity.id)).all()
    done = 0
    for company_id in ids:
        try:
            done += _one(given, company_id)
        except InterviewEngineError as error:
            # one company's mistake keeps no other from its morning; it is tried again at the next round
            log.error("the morning of company %s: %s %s", company_id, error.code, error.message.en)
    return done


def _one(given: Round, company_id: str) -> bool:
    with given.database.reading() as session:
        morning = _find(session, company_id, given.clock)
    if morning is None:
        return False
    with given.database.transaction() as session:
        if not _first(session, morning, None, "morning", f"{company_id}:{morning.day}", given.clock):
            return False
        told = _tell(session, morning, given.clock)
        audit.record(
            session, "system", "occasion.morning", f"legal_entity:{company_id}",
            {"day": morning.day.isoformat(), "told": told}, given.clock,
        )  # fmt: skip
    return True


def _find(session: Session, company_id: str, clock: Clock) -> Morning | None:
    """What there is to do; None at night, and where the morning is done."""
    company = session.get_one(LegalEntity, company_id)
    settings = companies.settings_of(session, company_id)
    day = rules.local_day(clock.now(), ZoneInfo(settings.time_zone))
    if day is None:
        return None
    key = f"{company_id}:{day}"
    if session.scalar(select(Occasion.id).where(Occasion.kind == "morning", Occasion.key == key)) is not None:
        return None
    born: frozenset[str] = frozenset()
    if settings.birthdays:
        persons = sorted({one.person_id for one in employment.working_in(session, company_id, day)})
        days = files.birthdays(session, persons)
        born = frozenset(person for person, born_on in days.items() if rules.is_anniversary(born_on, day))
    return Morning(company, settings, day, born)


def _tell(session: Session, morning: Morning, clock: Clock) -> int:
    day, company_id = morning.day, morning.company.id
    here = {one.person_id: one for one in employment.working_in(session, company_id, day)}
    told = 0
    for person_id in sorted(morning.birthdays & here.keys()):
        title, text = msg("Happy birthday!"), msg("All the best for your birthday, from all of us at {company}.",
                                                   company=morning.company.name)  # fmt: skip
        told += _send(session, morning, "birthday", f"{person_id}:{day}", person_id, title, text, clock)
    for one in here.values():
        told += _of_employment(session, morning, one, clock)
    for contract in files.last_days(session, company_id, day, day + rules.CONTRACT_AHEAD):
        if contract.person_id in here and here[contract.person_id].last_day is None and contract.last_day:
            title = msg("Your contract ends on {day}", day=contract.last_day.isoformat())
            text = msg("HR talks with you about what comes next. You find your contract in “My file”.")
            key = f"{contract.id}:{contract.last_day}"
            told += _send(session, morning, "contract", key, contract.person_id, title, text, clock)
    if morning.settings.holidays:
        told += _holidays(session, morning, sorted(here), clock)
    return told


def _of_employment(session: Session, morning: Morning, one: Employment, clock: Clock) -> int:
    day, told = morning.day, 0
    years = rules.years_since(one.start_date, day)
    if morning.settings.anniversaries and years > 0 and rules.is_anniversary(one.start_date, day):
        title = msg("{years} years with {company}", years=years, company=morning.company.name)
        if years == 1:
            title = msg("One year with {company}", company=morning.company.name)
        text = msg("You began on {day}. Thank you for everything since.", day=one.start_date.isoformat())
        told += _send(session, morning, "anniversary", f"{one.id}:{day}", one.person_id, title, text, clock)
    ends = one.probation_end
    if one.state == "probation" and ends is not None and day <= ends <= day + rules.PROBATION_AHEAD:
        title = msg("Your probation ends on {day}", day=ends.isoformat())
        text = msg("Your manager decides by then; ask them for their feedback.")
        told += _send(session, morning, "probation", f"{one.id}:{ends}", one.person_id, title, text, clock)
        manager = next((m for m in managers_above(session, one.department_id) if m != one.person_id), None)
        if manager is not None:
            name = session.get_one(Person, one.person_id).name
            title = msg("Probation of {name} ends on {day}", name=name, day=ends.isoformat())
            text = msg("Talk with them before that day, and tell HR whether they have passed.")
            told += _send(session, morning, "probation", f"{one.id}:{ends}:m", manager, title, text, clock)
    return told


def _holidays(session: Session, morning: Morning, persons: Sequence[str], clock: Clock) -> int:
    """One notice a language of every holiday that begins soon."""
    company_id, tomorrow = morning.company.id, morning.day + timedelta(days=1)
    calendar = calendars.calendar(session, companies.regions_of(session, company_id))
    told = 0
    for holiday in rules.holidays_between(calendar, tomorrow, morning.day + rules.HOLIDAY_AHEAD):
        if not persons or not _first(session, morning, None, "holiday", f"{company_id}:{holiday.first}", clock):
            continue
        by_language: dict[str, list[str]] = {}
        for person_id in persons:
            by_language.setdefault(_language(session, person_id), []).append(person_id)
        for language, group in sorted(by_language.items()):
            title, text = rules.announcement(holiday, language)
            send_notice(session, SYSTEM, "info", title, text, group, clock, send_at=clock.now() + AFTER)
        told += 1
    return told


def _send(
    session: Session, morning: Morning, kind: str, key: str, person_id: str, title: Text, text: Text, clock: Clock
) -> bool:
    """One graded notice to one person, unless it was told before."""
    if not _first(session, morning, person_id, kind, key, clock):
        return False
    language = _language(session, person_id)
    head = title.get(language)[: rules.MOST_TITLE]
    send_notice(session, SYSTEM, "info", head, text.get(language), (person_id,), clock)
    return True


def _first(session: Session, morning: Morning, person_id: str | None, kind: str, key: str, clock: Clock) -> bool:
    """Whether this is the first time; noted in the transaction that tells it."""
    values = {
        **stamp("system", clock),
        "legal_entity_id": morning.company.id,
        "person_id": person_id,
        "kind": kind,
        "key": key,
    }
    made = insert_for(session, Occasion).values(values).on_conflict_do_nothing().returning(Occasion.id)
    return session.scalar(made) is not None


def _language(session: Session, person_id: str) -> str:
    account = account_of_person(session, person_id)
    return account.language if account is not None else session.get_one(Person, person_id).language
