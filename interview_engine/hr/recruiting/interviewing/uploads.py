"""Resumable uploads of recordings: where each one stands, in the database; its bytes, in parts in the blob store.

The offset moves only by compare-and-set, in the transaction that names the part: two senders at one offset cannot both
win, and what was acknowledged is on the disk. Finishing is a transaction of its own with the answer in it, so that
doing it twice gives the one answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import Mode
from interview_engine.clock import Clock
from interview_engine.errors import ConflictError, GoneError, NotFoundError, OutputError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.area import Round
from interview_engine.hr.privacy.service import consents_of
from interview_engine.hr.recruiting.interviewing import upload_rules as rules
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload, next_attempt, record_answer
from interview_engine.hr.recruiting.interviewing.upload_rules import NewUpload, UploadLimits
from interview_engine.hr.recruiting.reach import invitation_of
from interview_engine.hr.recruiting.tables import Answer, Invitation, Upload, UploadPart
from interview_engine.i18n import msg
from interview_engine.store.blobs import BlobStore, Owner, register
from interview_engine.store.rows import find, stamp

SALT_BYTES = 16
"""Every stored part begins with so many random bytes: no two parts share a blob, so removing one takes no other's."""

OPEN_STATES = ("consented", "in_progress")
ABANDONED = timedelta(days=7)
"""An upload without a new byte for this long is given up by the sweep."""


def check_may_record(session: Session, invitation: Invitation) -> None:
    """Refuse uploads of an interview that is not going on, or whose candidate did not agree to be recorded.

    Raises:
        ConflictError: `upload.not_consented`, `upload.submitted`.
    """
    if invitation.state == "submitted":
        raise ConflictError(
            "upload.submitted",
            msg("The interview has been submitted: nothing more can be sent."),
            msg("Open your invitation link to see the receipt."),
        )
    if invitation.state not in OPEN_STATES or not consents_of(session, invitation.id).get("recording"):
        raise ConflictError(
            "upload.not_consented",
            msg("You have not agreed to be recorded."),
            msg("Open your invitation link, agree first, or answer in writing."),
        )


def begin(
    session: Session, invitation: Invitation, kit: Kit, new: NewUpload, limits: UploadLimits, clock: Clock
) -> Upload:
    """Make an upload, or find the one that the same `client_key` made before.

    Raises:
        ConflictError: as `check_may_record`; `answer.no_attempts`, `upload.too_many`.
        NotFoundError: `upload.question`.
        TooLarge: `upload.total`.
    """
    check_may_record(session, invitation)
    existing = _by_key(session, invitation.id, new.client_key)
    if existing is not None:
        return existing
    attempt = _practice(session, invitation) if new.practice else _attempt(session, invitation, kit, new.question_id)
    rules.check_total(_stored_bytes(session, invitation.id), new.length or 0, limits)
    upload = Upload(
        **stamp(f"candidate:{invitation.id}", clock),
        invitation_id=invitation.id,
        question_id=new.question_id,
        attempt=attempt,
        practice=new.practice,
        client_key=new.client_key,
        media_type=new.media_type,
        offset=0,
        length=new.length,
        state="open",
    )
    try:
        with session.begin_nested():
            session.add(upload)
    except IntegrityError:  # another tab made it between the look and the insert
        found = _by_key(session, invitation.id, new.client_key)
        if found is None:
            raise
        return found
    return upload


def find_upload(session: Session, invitation_id: str, upload_id: str) -> Upload:
    """The candidate's own upload. NotFoundError: `upload.unknown`."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.invitation_id != invitation_id:
        raise _unknown()
    return upload


def open_uploads(session: Session, invitation_id: str) -> tuple[Upload, ...]:
    """Recordings that are neither finished nor discarded, oldest first; without practice."""
    return tuple(
        session.scalars(
            select(Upload)
            .where(Upload.invitation_id == invitation_id, Upload.state == "open", Upload.practice.is_(False))
            .order_by(Upload.id)
        )
    )


def check_room(session: Session, upload: Upload, added: int, limits: UploadLimits) -> None:
    """Refuse bytes that all recordings of the interview have no room for. TooLarge: `upload.total`."""
    rules.check_total(_stored_bytes(session, upload.invitation_id), added, limits)


def check_open(upload: Upload) -> None:
    """Refuse bytes for an upload that takes none any more.

    Raises:
        ConflictError: `upload.finished`. GoneError: `upload.discarded`.
    """
    if upload.state == "finished":
        raise ConflictError(
            "upload.finished",
            msg("This recording is complete already."),
            msg("Nothing more needs to be sent."),
        )
    if upload.state != "open":
        raise GoneError(
            "upload.discarded",
            msg("This recording was discarded."),
            msg("Record the question again."),
        )


def store_part(blobs: BlobStore, data: bytes, owner: Owner | None = None) -> str:
    """Put a part into the store, on the disk when this returns; its name is for `add_part`.

    Args:
        owner: whose recording it is of.
    """
    return blobs.put_unique(os.urandom(SALT_BYTES) + data, "application/octet-stream", owner)


def add_part(session: Session, upload_id: str, offset: int, size: int, blob_sha256: str, clock: Clock) -> None:
    """Advance the offset over a stored part. Of two at one offset exactly one succeeds.

    Raises:
        ConflictError: `upload.offset`, another part came first. As `check_open`.
    """
    moved = _changed(
        session,
        update(Upload)
        .where(Upload.id == upload_id, Upload.offset == offset, Upload.state == "open")
        .where(_fits(offset + size))
        .values(offset=offset + size, updated_at=clock.now()),
    )
    if not moved:
        raise _why_not(session, upload_id)
    session.add(
        UploadPart(upload_id=upload_id, start=offset, size=size, blob_sha256=blob_sha256, created_at=clock.now())
    )


def set_length(session: Session, upload_id: str, length: int, clock: Clock) -> None:
    """State the final length of an upload that was begun without; the same length again is no harm.

    Raises:
        ConflictError: `upload.length`, another was stated, or more is there already.
    """
    stated = _changed(
        session,
        update(Upload)
        .where(Upload.id == upload_id, Upload.offset <= length)
        .where((Upload.length.is_(None)) | (Upload.length == length))
        .values(length=length, updated_at=clock.now()),
    )
    if not stated:
        raise ConflictError(
            "upload.length",
            msg("Another total length was stated before."),
            msg("Reload the page and continue."),
        )


def is_complete(upload: Upload) -> bool:
    """Whether every byte of it is here."""
    return upload.length is not None and upload.offset == upload.length and upload.length > 0


def parts_of(session: Session, upload: Upload) -> tuple[UploadPart, ...]:
    """The parts in order, without a gap from 0 to the offset.

    Raises:
        ConflictError: `upload.incomplete`, bytes are missing.
    """
    parts = tuple(
        session.scalars(select(UploadPart).where(UploadPart.upload_id == upload.id).order_by(UploadPart.start))
    )
    end = 0
    for part in parts:
        if part.start != end:
            raise _incomplete(end, upload.length)
        end += part.size
    if not is_complete(upload) or end != upload.length:
        raise _incomplete(end, upload.length)
    return parts


def assemble(blobs: BlobStore, parts: tuple[UploadPart, ...], path: Path) -> None:
    """Write the parts as one file.

    Raises:
        NotFoundError: `blob.missing`. OutputError: `upload.damaged`, a part is not as long as it was.
    """
    with path.open("wb") as file:
        for part in parts:
            written = sum(file.write(piece) for piece in _content(blobs, part))
            if written != part.size:
                raise OutputError(
                    "upload.damaged",
                    msg("A stored part of the recording is damaged."),
                    msg("Record the question again, and tell the recruiter."),
                )


def mark_finished(session: Session, upload_id: str, media_type: str, clock: Clock) -> bool:
    """Close the upload; False when it was closed before (then its answer is there)."""
    return _changed(
        session,
        update(Upload)
        .where(Upload.id == upload_id, Upload.state == "open", Upload.offset == Upload.length)
        .values(state="finished", media_type=media_type, updated_at=clock.now()),
    )


def finish(session: Session, actor: Actor, recording: RecordedUpload, mode: Mode, clock: Clock) -> Answer:
    """Make the answer of a complete upload whose recording is in the blob store; again gives the same answer.

    One transaction: the upload is closed, the blob registered and the answer kept, or none of it.

    Args:
        mode: "video" where the recording has a picture, else "voice".

    Raises:
        NotFoundError: `upload.unknown`. ConflictError: `upload.incomplete`; as `answers.record_answer`.
        GoneError: `upload.discarded`.
    """
    upload = find(session, Upload, recording.upload_id)
    if upload is None:
        raise _unknown()
    invitation = invitation_of(session, actor, upload.invitation_id, lock=True)
    if not mark_finished(session, upload.id, recording.media_type, clock):
        answer = answer_of(session, upload.id)
        if answer is None:
            session.refresh(upload)
            check_open(upload)
            raise _incomplete(upload.offset, upload.length)
        return answer
    register(session, recording.blob_sha256, recording.size, recording.media_type, clock)
    return record_answer(session, actor, invitation, upload.question_id, mode, recording, clock)


def answer_of(session: Session, upload_id: str) -> Answer | None:
    """The answer that this upload became."""
    return session.scalar(select(Answer).where(Answer.upload_id == upload_id))


def discard(session: Session, upload_id: str, clock: Clock) -> bool:
    """Close an upload without an answer; its parts are removed by `clear_parts`. False when it was closed already.

    Its key is free again: the same file may be chosen once more.
    """
    return _close(session, upload_id, "discarded", clock)


def refuse(session: Session, upload_id: str, clock: Clock) -> bool:
    """Close an upload whose content cannot be taken. As `discard`, but it counts neither as an attempt nor as a
    recording that broke off."""
    return _close(session, upload_id, "refused", clock)


def _close(session: Session, upload_id: str, state: str, clock: Clock) -> bool:
    return _changed(
        session,
        update(Upload)
        .where(Upload.id == upload_id, Upload.state == "open")
        .values(state=state, client_key=Upload.id, updated_at=clock.now()),
    )


def clear(given: Round) -> int:
    """Job: parts of uploads that were finished, discarded or abandoned; returns of how many uploads."""
    with given.database.transaction() as session:
        closed = to_clear(session, given.clock)
    for upload_id in closed:
        with given.database.transaction() as session:
            clear_parts(session, given.blobs, upload_id)
    return len(closed)


def clear_parts(session: Session, blobs: BlobStore, upload_id: str) -> int:
    """Remove the parts of a closed upload, bytes first, then rows; how many. Doing it again is no harm."""
    closed = session.scalar(select(Upload.state).where(Upload.id == upload_id))
    if closed == "open":
        return 0
    names = session.scalars(select(UploadPart.blob_sha256).where(UploadPart.upload_id == upload_id)).all()
    for name in names:
        blobs.delete(name)
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))
    return len(names)


def to_clear(session: Session, clock: Clock, limit: int = 100) -> tuple[str, ...]:
    """Closed uploads whose parts still lie about (the server died in between), after giving up abandoned ones."""
    session.execute(
        update(Upload)
        .where(Upload.state == "open", Upload.updated_at < clock.now() - ABANDONED)
        .values(state="discarded", client_key=Upload.id, updated_at=clock.now())
    )
    found = session.scalars(
        select(UploadPart.upload_id)
        .join(Upload, Upload.id == UploadPart.upload_id)
        .where(Upload.state != "open")
        .distinct()
        .limit(limit)
    )
    return tuple(found)


def _changed(session: Session, statement: Update) -> bool:
    """Whether the statement changed its one row."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def _content(blobs: BlobStore, part: UploadPart) -> Iterator[bytes]:
    yield from blobs.get(part.blob_sha256, SALT_BYTES, SALT_BYTES + part.size)


def _fits(end: int) -> ColumnElement[bool]:
    return (Upload.length.is_(None)) | (Upload.length >= end)


def _by_key(session: Session, invitation_id: str, client_key: str) -> Upload | None:
    return session.scalar(select(Upload).where(Upload.invitation_id == invitation_id, Upload.client_key == client_key))


def _practice(session: Session, invitation: Invitation) -> int:
    tried = session.scalar(
        select(func.count()).select_from(Upload).where(Upload.invitation_id == invitation.id, Upload.practice)
    )
    if (tried or 0) >= rules.MAX_PRACTICE:
        raise ConflictError(
            "upload.too_many",
            msg("There were too many practice recordings."),
            msg("Start the interview, or answer in writing."),
        )
    return (tried or 0) + 1


def _attempt(session: Session, invitation: Invitation, kit: Kit, question_id: str) -> int:
    question = next((question for question in kit.questions if question.id == question_id), None)
    if question is None:
        raise NotFoundError(
            "upload.question",
            msg("The interview has no such question."),
            msg("Reload the page and continue."),
        )
    attempt = next_attempt(session, invitation, question_id)
    states = session.scalars(
        select(Upload.state).where(
            Upload.invitation_id == invitation.id, Upload.question_id == question_id, Upload.practice.is_(False)
        )
    ).all()
    refused = states.count("refused")
    if len(states) - refused >= question.attempts + rules.SPARE_UPLOADS or refused >= rules.MAX_REFUSED:
        raise ConflictError(
            "upload.too_many",
            msg("Too many recordings of this question were interrupted."),
            msg("Use the part that was kept, or answer in writing."),
        )
    return attempt


def _stored_bytes(session: Session, invitation_id: str) -> int:
    total = session.scalar(
        select(func.sum(Upload.offset)).where(
            Upload.invitation_id == invitation_id, Upload.state.in_(("open", "finished"))
        )
    )
    return int(total or 0)


def _why_not(session: Session, upload_id: str) -> ConflictError | GoneError:
    upload = session.get(Upload, upload_id, populate_existing=True)
    if upload is None:
        return ConflictError(
            "upload.offset",
            msg("The upload is gone."),
            msg("Reload the page and continue."),
        )
    try:
        check_open(upload)
    except (ConflictError, GoneError) as reason:
        return reason
    return rules.wrong_offset(upload.offset)


def _unknown() -> NotFoundError:
    return NotFoundError(
        "upload.unknown",
        msg("There is no such upload."),
        msg("Reload the page and continue."),
    )


def _incomplete(end: int, length: int | None) -> ConflictError:
    known = "?" if length is None else str(length)
    return ConflictError(
        "upload.incomplete",
        msg("It is not complete: {end} of {known} bytes.", end=end, known=known),
        msg("Send the rest, then finish."),
    )
