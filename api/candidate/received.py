"""An upload becomes a recording: its parts put together, looked at in a confined child, kept as one blob."""

from __future__ import annotations

import tempfile
from pathlib import Path

from api.context import Context
from interview_engine.hr.recruiting.interviewing import upload_rules as rules
from interview_engine.hr.recruiting.interviewing import uploads
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload
from interview_engine.hr.recruiting.tables import Upload
from interview_engine.store.blobs import BlobStore
from pipelines.media.container import Limits
from pipelines.media.remux import Recording, receive

LONGEST_ANSWER_S = 3600.0
"""No question allows more than minutes; an hour leaves room for a phone's own camera that was not stopped."""

MAX_PIXELS = 3840 * 2160
"""A phone's 4K at most; we ask for 480p."""


def look_at(context: Context, upload: Upload) -> tuple[Recording, Path, tempfile.TemporaryDirectory[str]]:
    """Put the parts together and look. The file to keep lies in the folder, which the caller removes.

    Raises:
        ConflictError: `upload.incomplete`. UnsupportedMedia: `upload.not_media`, `upload.type_lie`.
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
        uploads.put_together(context.blobs, parts, received)
        with received.open("rb") as file:
            found = rules.check_content(file.read(rules.SNIFFED_BYTES), upload.media_type)
        recording = receive(received, packed, found.media_type, Limits(LONGEST_ANSWER_S, MAX_PIXELS))
    except BaseException:
        folder.cleanup()
        raise
    return recording, packed if recording.packed else received, folder


def keep(blobs: BlobStore, upload: Upload, recording: Recording, path: Path) -> RecordedUpload:
    """Put the recording into the blob store; it is on the disk when this returns."""
    sha256 = blobs.put(path, recording.media_type)
    return RecordedUpload(upload.id, sha256, recording.media_type, path.stat().st_size, recording.duration_s)
