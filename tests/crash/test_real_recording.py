"""The plug pulled in the middle of a real recording (rows A2, A9, A10), with the commands that people run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from work_rows import CLOCK, KIT, make_invitation

from interview_engine.hr.recruiting.blob_owners import owner_of_interview
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload, record_answer
from interview_engine.hr.recruiting.interviewing.invitations import submit
from interview_engine.hr.recruiting.tables import Answer, Assessment, Invitation, Upload
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import open_blobs, register
from interview_engine.store.engine import open_database
from interview_engine.store.migrate import migrate
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import WorkItem

SECRET = "for-tests-only-" + "z" * 32
CLIP = Path(__file__).resolve().parents[3] / "shared" / "data" / "B_video" / "may_5s.mp4"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CLIP.is_file(), reason="the test recordings are not on this machine"),
]


@contextmanager
def _worker(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", "worker", "--hands", "1"], env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def test_a_worker_killed_while_it_watches_is_followed_by_another(tmp_path: Path) -> None:
    url, blobs_url = f"sqlite:///{tmp_path / 'interview-engine.db'}", f"file://{tmp_path / 'blobs'}"
    database = open_database(url)
    blobs = open_blobs(blobs_url, keys=BlobKeys(database, SecretBox(SECRET), CLOCK))
    migrate(database)
    with database.transaction() as session:
        rows = make_invitation(session)
        owner = owner_of_interview(session, rows.invitation_id)
    sha256 = blobs.put(CLIP, "video/mp4", owner)
    with database.transaction() as session:
        upload = Upload(
            **stamp("system", CLOCK),
            invitation_id=rows.invitation_id,
            question_id=KIT.questions[0].id,
            attempt=1,
            client_key="k",
            media_type="video/mp4",
        )
        session.add(upload)
        session.flush()
        register(session, sha256, CLIP.stat().st_size, "video/mp4", CLOCK)
        invitation = session.get_one(Invitation, rows.invitation_id)
        recorded = RecordedUpload(upload.id, sha256, "video/mp4", CLIP.stat().st_size)
        answer = record_answer(session, rows.candidate, invitation, KIT.questions[0].id, "video", recorded, CLOCK)
        submit(session, rows.candidate, invitation, CLOCK, allow_missing=True)
    environment = os.environ | {
        "INTERVIEW_ENGINE_DATA": str(tmp_path),
        "INTERVIEW_ENGINE_DATABASE_URL": url,
        "INTERVIEW_ENGINE_BLOBS_URL": blobs_url,
        "INTERVIEW_ENGINE_SECRET": SECRET,
        "TMPDIR": str(tmp_path),
        "OMP_NUM_THREADS": "1",
    }

    def item(subject: str) -> WorkItem:
        with database.reading() as session:
            return session.scalars(select(WorkItem).where(WorkItem.subject_id == subject)).one()

    with _worker(environment, tmp_path) as first:
        _until(lambda: item(answer.id).stage == "watch", tmp_path)
        first.kill()
    held = item(answer.id)
    assert (held.state, held.attempts) == ("running", 1)
    left = {path.name for path in tmp_path.glob("interview-engine-work-*")}
    assert left

    with _worker(environment, tmp_path):
        _until(lambda: item(rows.invitation_id).state == "done", tmp_path)
    after = item(answer.id)
    assert (after.state, after.attempts) == ("done", 2)
    assert after.worker_id != held.worker_id
    assert 4.0 < after.media_s < 6.0
    assert not list(tmp_path.glob("interview-engine-work-*")), "a recording stayed in the scratch folder"

    with database.reading() as session:
        measured = session.get_one(Answer, answer.id).measured_blob
        (assessment,) = session.scalars(select(Assessment))
    assert measured is not None
    document = json.loads(blobs.read(measured))["answer"]
    assert document["mode"] == "video"
    assert document["visual"]["face_present_share"] > 0.5
    report = json.loads(blobs.read(assessment.report_sha256))
    assert report["answers"][0]["duration_s"] == document["duration_s"]
    assert report["answers"][0]["transcript"] == document["transcript"]
    database.close()


def _until(condition: Callable[[], bool], folder: Path, limit_s: float = 400.0) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, (folder / "worker.log").read_text(encoding="utf-8")
        time.sleep(0.1)
