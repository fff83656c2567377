"""What onboarding hands over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, MessageTemplate, Module, PersonColumn, Subject, in_transaction
from interview_engine.hr.onboarding import entry_form, filing, no_shows, service
from interview_engine.hr.onboarding.lists import JOINING, WELCOME_TEXTS
from interview_engine.hr.onboarding.tables import Onboarding, OnboardingLink, WelcomeText
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store.blobs import Owner


def _owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    rows = session.execute(
        select(Onboarding.entry_sha256, Onboarding.person_id).where(Onboarding.entry_sha256.in_(hashes))
    ).tuples()
    return {sha256: Owner(person_id, entry_form.PART) for sha256, person_id in rows if sha256}


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """What was filled in goes with the person. Of who works here the row stays: when they were asked and came."""
    own = Onboarding.person_id == person_id
    if not removal.whole:
        return
    for sha256 in session.scalars(select(Onboarding.entry_sha256).where(own, Onboarding.entry_sha256.is_not(None))):
        removal.found.add(("onboarding.entry", str(sha256)))
    removal.subjects.add(entry_form.PART)
    ids = select(Onboarding.id).where(own)
    removal.delete(session, OnboardingLink, OnboardingLink.onboarding_id.in_(ids))
    removal.delete(session, Onboarding, own)


def _places() -> Select[str, str, str]:
    return select(Onboarding.person_id, Onboarding.department_id, Onboarding.legal_entity_id)


AREA = Area(
    name="onboarding",
    module=Module(
        "onboarding",
        msg("Joining"),
        msg("Entry forms, welcome messages and who is expected when."),
        affected=lambda session, company: (
            (msg("people on the way to their first day"), service.expected(session, company)),
        ),
    ),
    tables=(Onboarding, OnboardingLink, WelcomeText),
    blobs=(Onboarding.entry_sha256,),
    blob_owners=_owners,
    persons=(PersonColumn(Onboarding.person_id, "forgotten", "when who works here was asked and came"),),
    places=(_places,),
    erase=_erase,
    messages={
        "onboarding.form": MessageTemplate(
            msg("Before your first day: {title}"),
            msg("Welcome! Please fill in what we need before your first day; it takes about five minutes:\n{link}"),
            "/e/{token}",
            card="onboarding",
        ),
        "onboarding.returned": MessageTemplate(
            msg("Please correct your entry form: {title}"),
            msg("Something in your entry form has to be corrected. Open it to see what:\n{link}"),
            "/e/{token}",
            card="onboarding",
        ),
        "onboarding.welcome": MessageTemplate(
            msg("Your first day is {start}: {title}"),
            msg("We look forward to you on {start}. Where to come, what to bring and whom you will meet:\n{link}"),
            "/e/{token}",
            card="onboarding",
        ),
        "onboarding.moved": MessageTemplate(
            msg("Your first day has moved to {start}"),
            msg("Your first day as {title} is now {start}. Open to see:\n{link}"),
            "/e/{token}",
            card="onboarding",
        ),
        "onboarding.code": MessageTemplate(
            msg("Your code: {token}"),
            msg("Your code for the entry form is {token}. It is valid for 10 minutes. If you did not ask, ignore it."),
            urgent=True,
        ),
        "onboarding.not_filed": MessageTemplate(
            msg("An entry form could not go into the employee file: {title}"),
            msg(
                "What somebody filled in could not go into their employee file: the ID number is in another person's "
                "file, or a value does not check. The form is kept. Open to see, and enter it by hand:\n{link}"
            ),
            "/console/joining/{onboarding}",
            line=msg("An entry form could not go into the employee file: {title}"),
        ),
        "onboarding.unfilled": MessageTemplate(
            msg("The entry form is not filled in: {title}"),
            msg("Somebody who is to join has not filled in the entry form. Open to see:\n{link}"),
            "/console/joining/{onboarding}",
            line=msg("The entry form is not filled in: {title}"),
        ),
    },
    subjects=(Subject("onboarding", told=True), Subject("welcome_text")),
    lists=(JOINING, WELCOME_TEXTS),
    jobs=(
        Job("entry forms", 1800.0, in_transaction(service.remind), by_date=True),
        Job("forms of those who did not come", 3600.0, in_transaction(no_shows.forget), by_date=True),
        Job("approved forms into files", 60.0, filing.file_entries),
    ),
)
