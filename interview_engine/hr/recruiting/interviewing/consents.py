"""Consent to an interview: every purpose written down, given or refused, by text version."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.privacy.service import TextRead, record_consents
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.interviewing.invitation_states import wrong_state
from interview_engine.hr.recruiting.reach import invitation_of
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch

CONSENT_TEXT = "2026-11"
"""Version of the consent texts that the candidate pages show; raised whenever they change."""


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What the candidate agreed to. Without `recording` only the text route is open.

    Args:
        recording: the answers are recorded and kept for the policy's time.
        voice, face: what is measured from them.
        automated: assessed by a program first; without it a person reads the answers.
        retention: kept in the talent pool for other jobs.
        language: in which the texts were read; empty for the interview's.
    """

    recording: bool
    voice: bool
    face: bool
    automated: bool
    retention: bool = False
    text_version: str = CONSENT_TEXT
    language: str = ""


def give_consent(
    session: Session, actor: Actor, invitation: Invitation, given: ConsentGiven, clock: Clock
) -> Invitation:
    """Record each consent, given or refused; a later choice replaces the earlier one until the interview is submitted.

    Raises:
        ConflictError: `invitation.state`, the interview has been submitted.
    """
    row = invitation_of(session, actor, invitation.id, lock=True)
    if row.state not in ("opened", "consented", "in_progress"):
        raise wrong_state(row)
    application = find(session, Application, row.application_id)
    if application is None:
        raise missing("application", msg("application"))
    purposes = {
        "recording": given.recording,
        "voice": given.voice,
        "face": given.face,
        "automated_assessment": given.automated,
        "retention": given.retention,
    }
    text = TextRead(row.policy, given.text_version, given.language or row.language)
    record_consents(session, actor, application.person_id, row.id, purposes, text, clock)
    row.automated = given.automated
    if row.state == "opened":
        row.state = "consented"
        row.consented_at = clock.now()
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "consent.give", f"invitation:{row.id}", dict(purposes), clock)
    return row
