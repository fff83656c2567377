"""The demo's interviews are handed in by the service that candidates' uploads end with."""

from __future__ import annotations

from pathlib import Path

from hiring_world import MovingClock
from serving import make_context
from sqlalchemy import func, select

from api.demo_service import prepare_demo
from interview_engine.hr.recruiting.tables import Answer, Upload
from interview_engine.store.engine import Database
from interview_engine.store.tables import Blob, WorkItem


def test_every_recording_of_the_demo_is_an_answer_of_a_finished_upload(
    sqlite_database: Database, tmp_path: Path
) -> None:
    context = make_context(sqlite_database, tmp_path, MovingClock())
    company = prepare_demo(context)
    assert not prepare_demo(context).created
    with sqlite_database.reading() as session:
        uploads = {row.id: row for row in session.scalars(select(Upload))}
        answers = session.scalars(select(Answer)).all()
        recorded = [answer for answer in answers if answer.mode != "text"]
        assert {upload.state for upload in uploads.values()} == {"finished"}
        assert sorted(uploads) == sorted(answer.upload_id or "" for answer in recorded)
        assert {answer.blob_sha256 for answer in recorded} == set(session.scalars(select(Blob.sha256)))
        assert all(context.blobs.exists(answer.blob_sha256 or "") for answer in recorded)
        assert {answer.invitation_id for answer in answers} == {one.invitation_id for one in company.interviews}
        waiting = session.scalar(select(func.count()).select_from(WorkItem).where(WorkItem.kind == "answer"))
        assert waiting == len(answers)
