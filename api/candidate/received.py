"""An upload becomes a recording and its answer: parts assembled, inspected in a confined child, kept as one blob."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from api.context import Context
from interview_engine.errors import InterviewEngineError, MediaError, UnsupportedMedia
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.recruiting.blob_owners import owner_of_interview
from interview_engine.hr.recruiting.interviewing import upload_rules as rules
from interview_engine.hr.recruiting.interviewing import uploads
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload
from interview_engine.hr.recruiting.tables import Answer, Upload
from interview_engine.store.blob_format import DataKey
from interview_engine.store.blobs import BlobStore, Owner
from pipelines.media.container import Limits
from pipelines.media.remux import Recording, receive

LONGEST_ANSWER_S = 3600.0
"""No question allows more than minutes; an hour leaves room for a phone's own camera that was not stopped."""

MAX_PIXELS = 3840 * 2160
"""A phone's 4K at most; we ask for 480p."""


@dataclass(frozen=True, slots=True)
class Practice:
    """What a practice recording showed: seconds, and whether it has a picture and a sound."""

    duration_s: float
    video: bool
    audio: bool


def finish(context: Context, actor: Actor, invitation_id: str, upload_id: str) -> Answer | Practice:
    """Make the answer of a complete upload, or the one it has become already. Practice is inspected and removed.

    Raises:
        As `inspect`, `uploads.check_open` and `uploads.finish`.
    """
    upload = _open_or_answered(context, invitation_id, upload_id)
    if isinstance(upload, Answer):
        return upload
    try:
        recording, path, folder = inspect(context, upload)
    except InterviewEngineError as error:
        # of two that finish at one moment, the later may find that the parts are cleared already
        meanwhile = _open_or_answered(context, invitation_id, upload_id)
        if isinstance(meanwhile, Answer):
            return meanwhile
        if isinstance(error, MediaError | UnsupportedMedia):
            refuse(context, upload.id)
        raise
    with folder:
        if upload.practice:
            with context.database.transaction() as session:
                uploads.discard(session, upload.id, context.clock)
            clear(context, upload.id)
            return Practice(recording.duration_s, recording.video, recording.audio)
        kept = keep(context.blobs, upload, recording, path, _owner(context, invitation_id))
    with context.database.transaction() as session:
        answer = uploads.finish(session, actor, kept, "video" if recording.video else "voice", context.clock)
        session.flush()
        session.expunge(answer)
    clear(context, upload.id)
    return answer


def clear(context: Context, upload_id: str) -> None:
    """Remove the parts of an upload that is closed."""
    with context.database.transaction() as session:
        uploads.clear_parts(session, context.blobs, upload_id)


def refuse(context: Context, upload_id: str) -> None:
    """Close an upload that cannot be used; it costs the candidate no attempt, and its bytes are removed."""
    with context.database.transaction() as session:
        uploads.refuse(session, upload_id, context.clock)
    clear(context, upload_id)


def _open_or_answered(context: Context, invitation_id: str, upload_id: str) -> Upload | Answer:
    with context.database.reading() as session:
        upload = uploads.find_upload(session, invitation_id, upload_id)
        answer = uploads.answer_of(session, upload_id)
        if answer is None:
            uploads.check_open(upload)
        session.expunge_all()
    return upload if answer is None else answer


def _owner(context: Context, invitation_id: str) -> Owner:
    with context.database.reading() as session:
        return owner_of_interview(session, invitation_id)


def inspect(context: Context, upload: Upload) -> tuple[Recording, Path, tempfile.TemporaryDirectory[str]]:
    """Assemble the parts and inspect them. The file to keep lies in the folder, which the caller removes.

    Raises:
        ConflictError: `upload.incomplete`. UnsupportedMedia: `upload.not_media`.
        MediaError: as `pipelines.media.remux.receive`.
    """
    incoming = context.service.data / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    with context.database.reading() as session:
        parts = uploads.parts_of(session, upload)
        session.expunge_all()
    folder = tempfile.TemporaryDirectory(prefix="upload-", dir=incoming)
    try:
        path = Path(folder.name)
        received, packed = path / "recording", path / "packed"
        uploads.assemble(context.blobs, parts, received)
        with received.open("rb") as file:
            head = file.read(rules.SNIFFED_BYTES)
            tag = rules.tag_length(head)
            file.seek(tag)
            found = rules.check_content(head, file.read(rules.SNIFFED_BYTES) if tag else b"")
        recording = receive(received, packed, found.media_type, Limits(LONGEST_ANSWER_S, MAX_PIXELS))
    except BaseException:
        folder.cleanup()
        raise
    return recording, packed if recording.packed else received, folder


def keep(
    blobs: BlobStore, upload: Upload, recording: Recording, path: Path, owner: Owner | DataKey | None
) -> RecordedUpload:
    """Put the recording into the blob store, as its candidate's; it is on the disk when this returns."""
    sha256 = blobs.put(path, recording.media_type, owner)
    return RecordedUpload(upload.id, sha256, recording.media_type, path.stat().st_size, recording.duration_s)
