"""The deleting itself: which rows and blobs make up an interview or a person, taken away in one transaction.

Blobs go first and the rows with the transaction: deleting a blob that is gone is no error, so a deletion that was cut
off is simply done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency.tables import CompetencyEvidence, Episode, SurveyResponse
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.org.service import forget_person
from interview_engine.hr.people.tables import Person, PersonFlag, WechatIdentity
from interview_engine.hr.recruiting.hiring.evidence import remove_evidence
from interview_engine.hr.recruiting.reach import locked
from interview_engine.hr.recruiting.reviewing.assessments import count
from interview_engine.hr.recruiting.tables import (
    Answer,
    Application,
    ApplicationEvent,
    Assessment,
    HumanRating,
    HumanReview,
    Invitation,
    Offer,
    Resume,
    Upload,
    UploadPart,
)
from interview_engine.store.blobs import BlobStore
from interview_engine.store.rows import find, touch
from interview_engine.store.tables import Blob, OutboxMessage

ERASED_NAME = "—"


@dataclass(slots=True)
class Removed:
    """What went: blobs as (what, sha256), those kept because another row names them, texts as (what, sha256 of the
    text), and rows by table."""

    blobs: set[tuple[str, str]] = field(default_factory=set)
    kept: set[tuple[str, str]] = field(default_factory=set)
    texts: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)

    def text(self, what: str, text: str | None) -> None:
        """Note a text that goes, by its hash."""
        if text:
            self.texts.add((what, hashlib.sha256(text.encode()).hexdigest()))

    def count(self, table: str, number: int) -> None:
        """Note rows that go."""
        if number:
            self.rows[table] = self.rows.get(table, 0) + number


def erase_interview(session: Session, blobs: BlobStore, invitation_id: str, clock: Clock) -> Removed:
    """Everything of one interview: recordings, texts, reports, scores, ratings, reviews, and the copies elsewhere.

    The application stays as a row without content, so that counts of the past stay true.
    """
    removed = Removed()
    invitation = locked(session, invitation_id)
    application = find(session, Application, invitation.application_id, lock=True) if invitation is not None else None
    if invitation is None or application is None:
        return removed
    found = _recording_blobs(session, invitation_id)
    assessments = session.scalars(select(Assessment).where(Assessment.invitation_id == invitation_id)).all()
    for row in assessments:
        found |= _report_blobs(row)
    _remove_recordings(session, invitation_id, removed)
    ids = [row.id for row in assessments]
    for table, number in remove_evidence(session, application.id, ids).items():
        removed.count(table, number)
    if application.assessment_id in ids:
        count(application, None, None)
        touch(application, "system", clock)
    _delete(session, HumanRating, HumanRating.assessment_id.in_(ids), removed)
    for review in session.scalars(select(HumanReview).where(HumanReview.assessment_id.in_(ids))):
        removed.text("review", review.reason)
    _delete(session, HumanReview, HumanReview.assessment_id.in_(ids), removed)
    _delete(session, Assessment, Assessment.id.in_(ids), removed)
    _delete(session, Answer, Answer.invitation_id == invitation_id, removed)
    _delete_uploads(session, invitation_id, removed)
    invitation.receipt = None
    invitation.device_hash = None
    touch(invitation, "system", clock)
    session.flush()
    _delete_blobs(session, blobs, found, removed)
    return removed


def erase_recordings(session: Session, blobs: BlobStore, invitation_id: str, clock: Clock) -> Removed:
    """Recordings, transcripts and reports past their time; scores in the columns and people's decisions stay."""
    removed = Removed()
    found = _recording_blobs(session, invitation_id)
    for row in session.scalars(select(Assessment).where(Assessment.invitation_id == invitation_id)):
        found |= _report_blobs(row)
        row.frames = {}
        touch(row, "system", clock)
    _remove_recordings(session, invitation_id, removed)
    for answer in session.scalars(select(Answer).where(Answer.invitation_id == invitation_id)):
        answer.text = answer.correction = answer.blob_sha256 = answer.measured_blob = answer.upload_id = None
        touch(answer, "system", clock)
    session.flush()
    _delete_uploads(session, invitation_id, removed)
    session.flush()
    _delete_blobs(session, blobs, found, removed, reports_stay_named=True)
    return removed


def erase_person(session: Session, blobs: BlobStore, person_id: str, clock: Clock) -> Removed:
    """Everything of a person. Who is employed keeps name, contact and file: the law asks the employer to keep them;
    all interviews and what came from them go all the same."""
    removed = Removed()
    applications = session.scalars(select(Application).where(Application.person_id == person_id)).all()
    ids = [row.id for row in applications]
    for invitation_id in session.scalars(select(Invitation.id).where(Invitation.application_id.in_(ids))).all():
        _add(removed, erase_interview(session, blobs, invitation_id, clock))
    found = set()
    for resume in session.scalars(select(Resume).where(Resume.person_id == person_id)):
        found.add(("resume", resume.blob_sha256))
        removed.text("resume", resume.text)
    for row in applications:
        row.resume_id = None
        row.prefilter = None
        touch(row, "system", clock)
    session.flush()
    _delete(session, Resume, Resume.person_id == person_id, removed)
    for review in session.scalars(select(HumanReview).where(HumanReview.application_id.in_(ids))):
        removed.text("review", review.reason)
    _delete(session, HumanReview, HumanReview.application_id.in_(ids), removed)
    for event in session.scalars(select(ApplicationEvent).where(ApplicationEvent.application_id.in_(ids))):
        removed.text("event", event.reason)
        event.reason = ""
    _delete(session, CompetencyEvidence, CompetencyEvidence.person_id == person_id, removed)
    _delete(session, Episode, Episode.person_id == person_id, removed)
    _delete(session, SurveyResponse, SurveyResponse.person_id == person_id, removed)
    about = or_(PersonFlag.person_id == person_id, PersonFlag.other_person_id == person_id)
    _delete(session, PersonFlag, about, removed)
    _delete(session, OutboxMessage, OutboxMessage.recipient == f"person:{person_id}", removed)
    _forget(session, person_id, ids, removed, clock)
    session.flush()
    _delete_blobs(session, blobs, found, removed)
    return removed


def _forget(session: Session, person_id: str, application_ids: list[str], removed: Removed, clock: Clock) -> None:
    person = find(session, Person, person_id, lock=True)
    employed = session.scalars(select(Employment.id).where(Employment.person_id == person_id)).first()
    has_account = session.scalars(select(Account.id).where(Account.person_id == person_id)).first()
    if person is None or employed is not None or has_account is not None:
        return
    for what, text in (("name", person.name), ("email", person.email), ("phone", person.phone)):
        removed.text(what, text)
    for offer in session.scalars(select(Offer).where(Offer.application_id.in_(application_ids))):
        removed.text("offer", offer.note)
    _delete(session, Offer, Offer.application_id.in_(application_ids), removed)
    _delete(session, WechatIdentity, WechatIdentity.person_id == person_id, removed)
    forget_person(session, person_id)
    person.name, person.email, person.phone = ERASED_NAME, "", ""
    person.email_key = person.phone_key = person.id_number_encrypted = None
    person.talent_pool = False
    person.erased_at = clock.now()
    touch(person, "system", clock)
    for application in session.scalars(select(Application).where(Application.id.in_(application_ids))):
        if application.stage not in ("hired", "rejected", "withdrawn"):
            application.stage = "withdrawn"
            application.stage_since = clock.now()
        count(application, None, None)


def _recording_blobs(session: Session, invitation_id: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for answer in session.scalars(select(Answer).where(Answer.invitation_id == invitation_id)):
        if answer.blob_sha256:
            found.add(("recording", answer.blob_sha256))
        if answer.measured_blob:
            found.add(("measured", answer.measured_blob))
    parts = select(UploadPart.blob_sha256).join(Upload, Upload.id == UploadPart.upload_id)
    found |= {("part", sha256) for sha256 in session.scalars(parts.where(Upload.invitation_id == invitation_id))}
    return found


def _report_blobs(row: Assessment) -> set[tuple[str, str]]:
    return {("report", row.report_sha256), *(("frame", sha256) for sha256 in row.frames.values())}


def _remove_recordings(session: Session, invitation_id: str, removed: Removed) -> None:
    """Note the written answers and corrections that go."""
    for answer in session.scalars(select(Answer).where(Answer.invitation_id == invitation_id)):
        removed.text("answer", answer.text)
        removed.text("correction", answer.correction)


def _delete_uploads(session: Session, invitation_id: str, removed: Removed) -> None:
    uploads = select(Upload.id).where(Upload.invitation_id == invitation_id)
    _delete(session, UploadPart, UploadPart.upload_id.in_(uploads), removed)
    _delete(session, Upload, Upload.invitation_id == invitation_id, removed)


def _delete(session: Session, table: type, condition: object, removed: Removed) -> None:
    session.flush()
    result = session.execute(
        delete(table).where(condition).execution_options(synchronize_session="fetch")  # type: ignore[arg-type]
    )
    removed.count(table.__tablename__, result.rowcount)  # type: ignore[attr-defined]


def _delete_blobs(
    session: Session,
    blobs: BlobStore,
    found: Iterable[tuple[str, str]],
    removed: Removed,
    *,
    reports_stay_named: bool = False,
) -> None:
    for what, sha256 in sorted(found):
        named = _named(session, sha256, without_reports=reports_stay_named and what == "report")
        if named:
            removed.kept.add((what, sha256))
            continue
        blobs.delete(sha256)
        session.execute(delete(Blob).where(Blob.sha256 == sha256))
        removed.blobs.add((what, sha256))


def _named(session: Session, sha256: str, *, without_reports: bool) -> bool:
    """Whether a row that stays still names this blob."""
    columns = [Answer.blob_sha256, Answer.measured_blob, UploadPart.blob_sha256, Resume.blob_sha256]
    if not without_reports:
        columns.append(Assessment.report_sha256)
    return any(session.scalar(select(func.count()).where(column == sha256)) for column in columns)


def _add(removed: Removed, more: Removed) -> None:
    removed.blobs |= more.blobs
    removed.kept |= more.kept
    removed.texts |= more.texts
    for table, number in more.rows.items():
        removed.count(table, number)
