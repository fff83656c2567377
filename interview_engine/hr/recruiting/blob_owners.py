"""Owners of recruiting's blobs: the person, and the interview, which can be deleted alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from interview_engine.hr.recruiting.tables import (
    Answer,
    Application,
    Assessment,
    Invitation,
    Resume,
    Upload,
    UploadPart,
)
from interview_engine.store.blobs import Owner

RESUMES = "resumes"
"""The part of a person that is their résumés."""


def owner_of_interview(session: Session, invitation_id: str) -> Owner:
    """The owner of the recordings and results of an interview."""
    person = select(Application.person_id).join(Invitation, Invitation.application_id == Application.id)
    return Owner(session.scalars(person.where(Invitation.id == invitation_id)).one(), invitation_id)


def owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    """The owners of those blobs that rows refer to; where several do, any of them."""
    resumes = select(Resume.blob_sha256, Resume.person_id).where(Resume.blob_sha256.in_(hashes))
    found = {sha256: Owner(person_id, RESUMES) for sha256, person_id in session.execute(resumes).tuples()}
    persons = select(Application.person_id, Invitation.id).join(Invitation, Invitation.application_id == Application.id)
    answers = persons.join(Answer, Answer.invitation_id == Invitation.id)
    parts = persons.join(Upload, Upload.invitation_id == Invitation.id).join(
        UploadPart, UploadPart.upload_id == Upload.id
    )
    reports = persons.join(Assessment, Assessment.invitation_id == Invitation.id)
    for column, rows in (
        (Answer.blob_sha256, answers),
        (Answer.measured_blob, answers),
        (UploadPart.blob_sha256, parts),
        (Assessment.report_sha256, reports),
    ):
        statement = rows.add_columns(column).where(column.in_(hashes))
        found |= _owned(session.execute(statement).tuples())
    left = [sha256 for sha256 in hashes if sha256 not in found]
    frames = [cast(Assessment.frames, String).like(f"%{sha256}%") for sha256 in left]
    if frames:
        for person_id, invitation_id, named in session.execute(
            reports.add_columns(Assessment.frames).where(or_(*frames))
        ).tuples():
            found |= {sha256: Owner(person_id, invitation_id) for sha256 in left if sha256 in set(named.values())}
    return found


def _owned(rows: Iterable[tuple[str, str, str | None]]) -> dict[str, Owner]:
    return {sha256: Owner(person_id, invitation_id) for person_id, invitation_id, sha256 in rows if sha256}
