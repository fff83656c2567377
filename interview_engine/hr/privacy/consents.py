"""Consents: what a person agreed to, purpose by purpose and text version; withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.privacy.tables import Consent, ErasureRequest
from interview_engine.store.rows import stamp, touch
from interview_engine.store.tables import BlobKey


@dataclass(frozen=True, slots=True)
class TextRead:
    """What the person read: the market's policy, the version of the texts, their language."""

    policy: str
    version: str
    language: str


def record_consents(
    session: Session,
    actor: Actor,
    person_id: str,
    invitation_id: str,
    purposes: Mapping[str, bool],
    text: TextRead,
    clock: Clock,
) -> None:
    """Write down each purpose, agreed to or refused, instead of what was said of this invitation before."""
    earlier = select(Consent).where(Consent.invitation_id == invitation_id, Consent.withdrawn_at.is_(None))
    for consent in session.scalars(earlier):
        consent.withdrawn_at = clock.now()
        touch(consent, actor.id, clock)
    for purpose, granted in purposes.items():
        session.add(
            Consent(
                **stamp(actor.id, clock),
                person_id=person_id,
                invitation_id=invitation_id,
                purpose=purpose,
                granted=granted,
                policy=text.policy,
                text_version=text.version,
                language=text.language,
            )
        )


def end_consents(
    session: Session, actor: Actor, clock: Clock, *, invitation_id: str | None = None, person_id: str | None = None
) -> None:
    """Withdraw the consents of an invitation, or all of a person."""
    which = Consent.invitation_id == invitation_id if person_id is None else Consent.person_id == person_id
    for consent in session.scalars(select(Consent).where(which, Consent.withdrawn_at.is_(None))):
        consent.withdrawn_at = clock.now()
        touch(consent, actor.id, clock)


def give_consent(session: Session, actor: Actor, person_id: str, purpose: str, text: TextRead, clock: Clock) -> None:
    """Write down that a person agrees to a purpose outside of interviews, instead of what was said of it before."""
    withdraw_consent(session, actor, person_id, purpose, clock)
    session.add(
        Consent(
            **stamp(actor.id, clock),
            person_id=person_id,
            invitation_id=None,
            purpose=purpose,
            granted=True,
            policy=text.policy,
            text_version=text.version,
            language=text.language,
        )
    )


def withdraw_consent(session: Session, actor: Actor, person_id: str, purpose: str, clock: Clock) -> None:
    """Withdraw what a person agreed to for one purpose outside of interviews; again changes nothing."""
    which = (Consent.person_id == person_id, Consent.purpose == purpose, Consent.invitation_id.is_(None))
    for consent in session.scalars(select(Consent).where(*which, Consent.withdrawn_at.is_(None))):
        consent.withdrawn_at = clock.now()
        touch(consent, actor.id, clock)


def agreeing(purpose: str) -> Select[str]:
    """Ids of the persons who agree to a purpose now, for a list's IN."""
    return select(Consent.person_id).where(Consent.purpose == purpose, Consent.granted, Consent.withdrawn_at.is_(None))


def consents_of(session: Session, invitation_id: str) -> dict[str, bool]:
    """The consents in force for an invitation, by purpose; empty before consent."""
    rows = session.execute(
        select(Consent.purpose, Consent.granted).where(
            Consent.invitation_id == invitation_id, Consent.withdrawn_at.is_(None)
        )
    )
    return dict(rows.tuples().all())


def may_be_kept(session: Session, person_id: str) -> bool:
    """Whether the person currently agrees to be kept for other jobs."""
    agreed = select(Consent.id).where(
        Consent.person_id == person_id, Consent.purpose == "retention", Consent.granted, Consent.withdrawn_at.is_(None)
    )
    return session.scalar(agreed.limit(1)) is not None


def give_to(session: Session, person_id: str, kept_person_id: str) -> None:
    """Merge two persons: consents, deletion requests and file keys go to the one who is kept."""
    for table in (Consent, ErasureRequest, BlobKey):
        session.execute(update(table).where(table.person_id == person_id).values(person_id=kept_person_id))
