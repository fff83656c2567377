"""Deletion of recruiting's rows and blobs: of an interview, or of all applications of a person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.recruiting.blob_owners import RESUMES
from interview_engine.hr.recruiting.hiring.evidence import remove_evidence
from interview_engine.hr.recruiting.interviewing.work import ANSWER, INTERVIEW
from interview_engine.hr.recruiting.reach import locked
from interview_engine.hr.recruiting.reviewing import same_answers
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
from interview_engine.hr.removal import Removal
from interview_engine.store.rows import find, touch
from interview_engine.store.tables import WorkItem


def erase_interview(session: Session, invitation_id: str, removal: Removal) -> None:
    """Delete an interview: recordings, texts, reports, scores, ratings, reviews, and copies in other areas.

    The application stays as a row without content, so that counts of the past stay true.
    """
    invitation = locked(session, invitation_id)
    application = find(session, Application, invitation.application_id, lock=True) if invitation is not None else None
    if invitation is None or application is None:
        return
    removal.found |= _recording_blobs(session, invitation_id) | _unfinished_blobs(session, invitation_id)
    assessments = session.scalars(select(Assessment).where(Assessment.invitation_id == invitation_id)).all()
    for row in assessments:
        removal.found |= _report_blobs(row)
    _note_texts(session, invitation_id, removal)
    ids = [row.id for row in assessments]
    for table, number in remove_evidence(session, application.id, ids).items():
        removal.count(table, number)
    if application.assessment_id in ids:
        count(application, None, None)
        touch(application, "system", removal.clock)
    removal.delete(session, HumanRating, HumanRating.assessment_id.in_(ids))
    for review in session.scalars(select(HumanReview).where(HumanReview.assessment_id.in_(ids))):
        removal.text("review", review.reason)
    removal.delete(session, HumanReview, HumanReview.assessment_id.in_(ids))
    same_answers.forget(session, (invitation_id,), removal)
    removal.delete(session, Assessment, Assessment.id.in_(ids))
    removal.delete(session, Answer, Answer.invitation_id == invitation_id)
    _delete_uploads(session, invitation_id, removal)
    invitation.receipt = None
    invitation.device_hash = None
    touch(invitation, "system", removal.clock)
    session.flush()


def erase_recordings(session: Session, invitation_id: str, removal: Removal) -> None:
    """Recordings, transcripts and reports past their time; scores in the columns and people's decisions stay."""
    removal.found |= _recording_blobs(session, invitation_id) | _unfinished_blobs(session, invitation_id)
    removal.past.append(Assessment.report_sha256)
    for row in session.scalars(select(Assessment).where(Assessment.invitation_id == invitation_id)):
        removal.found |= _report_blobs(row)
        row.frames = {}
        touch(row, "system", removal.clock)
    _note_texts(session, invitation_id, removal)
    same_answers.forget(session, (invitation_id,), removal)
    for answer in session.scalars(select(Answer).where(Answer.invitation_id == invitation_id)):
        answer.text = answer.correction = answer.blob_sha256 = answer.measured_blob = answer.upload_id = None
        touch(answer, "system", removal.clock)
    session.flush()
    _delete_uploads(session, invitation_id, removal)


def erase_applications(session: Session, person_id: str, removal: Removal) -> None:
    """Every interview and résumé of a person and what people wrote about them. Applications stay without content; so
    do offers of somebody who works here."""
    applications = session.scalars(select(Application).where(Application.person_id == person_id)).all()
    ids = [row.id for row in applications]
    for invitation_id in session.scalars(select(Invitation.id).where(Invitation.application_id.in_(ids))).all():
        erase_interview(session, invitation_id, removal)
        removal.subjects.add(invitation_id)
    removal.subjects.add(RESUMES)
    for resume in session.scalars(select(Resume).where(Resume.person_id == person_id)):
        removal.found.add(("resume", resume.blob_sha256))
        removal.text("resume", resume.text)
    for row in applications:
        row.resume_id = None
        row.prefilter = None
        touch(row, "system", removal.clock)
    removal.delete(session, Resume, Resume.person_id == person_id)
    for review in session.scalars(select(HumanReview).where(HumanReview.application_id.in_(ids))):
        removal.text("review", review.reason)
    removal.delete(session, HumanReview, HumanReview.application_id.in_(ids))
    for event in session.scalars(select(ApplicationEvent).where(ApplicationEvent.application_id.in_(ids))):
        removal.text("event", event.reason)
        event.reason = ""
    if removal.whole:
        _forget_offers(session, applications, removal)


def _forget_offers(session: Session, applications: Sequence[Application], removal: Removal) -> None:
    ids = [row.id for row in applications]
    for offer in session.scalars(select(Offer).where(Offer.application_id.in_(ids))):
        removal.text("offer", offer.note)
    removal.delete(session, Offer, Offer.application_id.in_(ids))
    for application in applications:
        if application.stage not in ("hired", "rejected", "withdrawn", "not_started"):
            application.stage = "withdrawn"
            application.stage_since = removal.clock.now()
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


def _unfinished_blobs(session: Session, invitation_id: str) -> set[tuple[str, str]]:
    """Results that no row names yet. An item in a worker's hands deletes its own when it finds its subject gone."""
    answers = select(Answer.id).where(Answer.invitation_id == invitation_id)
    about = or_(
        and_(WorkItem.kind == ANSWER, WorkItem.subject_id.in_(answers)),
        and_(WorkItem.kind == INTERVIEW, WorkItem.subject_id == invitation_id),
    )
    items = session.scalars(select(WorkItem).where(about, WorkItem.state != "running", WorkItem.made.is_not(None)))
    found: set[tuple[str, str]] = set()
    for item in items:
        found |= {("unfinished", sha256) for sha256 in item.made or ()}
        item.made = None
    return found


def _report_blobs(row: Assessment) -> set[tuple[str, str]]:
    return {("report", row.report_sha256), *(("frame", sha256) for sha256 in row.frames.values())}


def _note_texts(session: Session, invitation_id: str, removal: Removal) -> None:
    """Note the written answers and corrections that are deleted."""
    for answer in session.scalars(select(Answer).where(Answer.invitation_id == invitation_id)):
        removal.text("answer", answer.text)
        removal.text("correction", answer.correction)


def _delete_uploads(session: Session, invitation_id: str, removal: Removal) -> None:
    uploads = select(Upload.id).where(Upload.invitation_id == invitation_id)
    removal.delete(session, UploadPart, UploadPart.upload_id.in_(uploads))
    removal.delete(session, Upload, Upload.invitation_id == invitation_id)
