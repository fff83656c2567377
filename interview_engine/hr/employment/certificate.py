"""The certificate of employment: asked for by anybody who works here, made as a PDF when it is approved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Paper, declare_void, issue
from interview_engine.i18n import msg


def _issue(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    employment = session.get_one(Employment, asked.post.employment_id)
    company = session.get_one(LegalEntity, employment.legal_entity_id).name
    facts = msg(
        "This is to certify that {name} has worked for {company} since {first_day}, as {title} in {department}.",
        name=session.get_one(Person, asked.person_id).name,
        company=company,
        first_day=employment.start_date.isoformat(),
        title=employment.title,
        department=session.get_one(Department, employment.department_id).name,
    )
    purpose = msg("It is issued for the following purpose: {purpose}.", purpose=asked.text("purpose"))
    day = msg("Issued on {day}.", day=china_day(clock).isoformat())
    return issue(session, actor, asked, Paper(msg("Certificate of employment"), (facts, purpose, day), company), clock)


CERTIFICATE = AskedKind(
    name="certificate",
    title=msg("Certificate of employment"),
    about=msg("A letter that says since when you work here, and as what."),
    fields=(Field("purpose", msg("What it is for"), required=True, most=120, help=msg("It stands on the letter.")),),
    apply=_issue,
    reverse=lambda session, actor, _, done, clock: declare_void(session, actor, done, clock),
)
