"""The demo's interviews, handed in as candidates would: the recordings that ship go through the real assessment."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

import pipelines
from api.candidate.received import keep
from api.context import Context
from interview_engine.hr.demo import DemoAccounts, DemoInterview, seed_demo
from interview_engine.hr.recruiting.blob_owners import owner_of_interview
from interview_engine.hr.recruiting.interviewing import answers, invitations, upload_rules, uploads
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload
from interview_engine.hr.recruiting.tables import Invitation, Upload
from interview_engine.store.blob_format import DataKey
from interview_engine.store.blob_keys import keep_draft
from interview_engine.store.rows import stamp
from pipelines.folders.manifest import job_from_manifest
from pipelines.job import AnswerSource
from pipelines.media.container import Limits
from pipelines.media.remux import receive

DEMO = Path(pipelines.__file__).parent / "demo"


def prepare_demo(context: Context) -> DemoAccounts:
    """The demo company, and its recorded interviews on their way through the queue. Only the first time does anything.

    Everything is written in one transaction: a first start that is interrupted begins again at the next.
    """
    with tempfile.TemporaryDirectory() as scratch, context.database.transaction() as session:
        company = seed_demo(session, context.clock)
        for interview in company.interviews:
            _hand_in(context, session, interview, Path(scratch))
        return company


def _hand_in(context: Context, session: Session, interview: DemoInterview, scratch: Path) -> None:
    manifest = next(path for path in DEMO.glob("*.yaml") if f"id: {interview.manifest_id}\n" in path.read_text("utf-8"))
    job = job_from_manifest(manifest, None, None, None)
    invitation = session.get_one(Invitation, interview.invitation_id)
    key = _new_key(context, session, interview.invitation_id)
    for source in job.answers:
        if source.path is None:
            continue
        if source.mode == "text":
            text = source.path.read_text(encoding="utf-8")
            answers.record_answer(
                session, interview.candidate, invitation, source.question_id, "text", text, context.clock
            )
        else:
            kept = _received(context, session, interview, source, scratch, key)
            uploads.finish(session, interview.candidate, kept, source.mode, context.clock)
    invitations.submit(session, interview.candidate, invitation, context.clock, allow_missing=True)


def _new_key(context: Context, session: Session, invitation_id: str) -> DataKey | None:
    """The interview's key, in the transaction that makes its person."""
    if context.blobs.keys is None:
        return None
    draft = context.blobs.keys.draft()
    keep_draft(session, draft, owner_of_interview(session, invitation_id), context.clock)
    return draft.key


def _received(
    context: Context,
    session: Session,
    interview: DemoInterview,
    source: AnswerSource,
    scratch: Path,
    key: DataKey | None,
) -> RecordedUpload:
    """The recording in the blob store and its complete upload, as sending it would have left them."""
    assert source.path is not None
    packed = scratch / f"{interview.manifest_id}-{source.question_id}"
    with source.path.open("rb") as file:
        found = upload_rules.check_content(file.read(upload_rules.SNIFFED_BYTES))
    recording = receive(source.path, packed, found.media_type, Limits())
    path = packed if recording.packed else source.path
    size = path.stat().st_size
    upload = Upload(
        **stamp(interview.candidate.id, context.clock),
        invitation_id=interview.invitation_id,
        question_id=source.question_id,
        attempt=1,
        practice=False,
        client_key=f"demo-{source.question_id}",
        media_type=recording.media_type,
        offset=size,
        length=size,
        state="open",
    )
    session.add(upload)
    session.flush()
    return keep(context.blobs, upload, recording, path, key)
