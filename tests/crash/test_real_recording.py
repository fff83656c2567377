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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from work_rows import CLOCK, KIT, make_invitation

from interview_engine.hr.recruiting.blob_owners import owner_of_interview
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload, record_answer
from interview_engine.hr.recruiting.interviewing.invitations import submit
from interview_engine.hr.recruiting.tables import Answer, Assessment, Invitation, Upload
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs, register
from interview_engine.store.engine import Database, open_database
from interview_engine.store.migrate import migrate
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import WorkItem

SECRET = "for-tests-only-" + "z" * 32
SCRATCH = "interview-engine-work-*"
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


@dataclass(frozen=True, slots=True)
class Followed:
    """A worker was killed while it watched a recording, and another has done its work."""

    held: WorkItem
    left: set[str]
    after: WorkItem
    left_afterwards: list[Path]
    measured: dict[str, Any] | None
    report: dict[str, Any]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder = tmp_path_factory.mktemp("plug")
    url, blobs_url = f"sqlite:///{folder / 'interview-engine.db'}", f"file://{folder / 'blobs'}"
    database = open_database(url)
    blobs = open_blobs(blobs_url, keys=BlobKeys(database, SecretBox(SECRET), CLOCK))
    migrate(database)
    invitation_id, answer_id = _recorded(database, blobs)
    environment = os.environ | {
        "INTERVIEW_ENGINE_DATA": str(folder),
        "INTERVIEW_ENGINE_DATABASE_URL": url,
        "INTERVIEW_ENGINE_BLOBS_URL": blobs_url,
        "INTERVIEW_ENGINE_SECRET": SECRET,
        "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1",
    }

    def item(subject: str) -> WorkItem:
        with database.reading() as session:
            return session.scalars(select(WorkItem).where(WorkItem.subject_id == subject)).one()

    with _worker(environment, folder) as first:
        _until(lambda: item(answer_id).stage == "watch", folder)
        first.kill()
    held = item(answer_id)
    left = {path.name for path in folder.glob(SCRATCH)}
    with _worker(environment, folder):
        _until(lambda: item(invitation_id).state == "done", folder)
    with database.reading() as session:
        measured = session.get_one(Answer, answer_id).measured_blob
        (assessment,) = session.scalars(select(Assessment))
    yield Followed(
        held,
        left,
        item(answer_id),
        list(folder.glob(SCRATCH)),
        measured and json.loads(blobs.read(measured))["answer"],
        json.loads(blobs.read(assessment.report_sha256)),
    )
    database.close()


def _recorded(database: Database, blobs: BlobStore) -> tuple[str, str]:
    """A submitted interview with the clip as its one answer: its invitation and the answer."""
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
        return rows.invitation_id, answer.id


def test_a_worker_killed_while_it_watches_is_followed_by_another(followed: Followed) -> None:
    assert (followed.held.state, followed.held.attempts) == ("running", 1)
    assert (followed.after.state, followed.after.attempts) == ("done", 2)
    assert followed.after.worker_id != followed.held.worker_id
    assert 4.0 < followed.after.media_s < 6.0


def test_what_a_killed_worker_left_in_the_scratch_folder_is_removed(followed: Followed) -> None:
    assert followed.left
    assert not followed.left_afterwards, "a recording stayed in the scratch folder"


def test_a_recording_that_was_begun_twice_is_measured_and_reported_once(followed: Followed) -> None:
    measured = followed.measured
    assert measured is not None
    assert measured["mode"] == "video"
    assert measured["visual"]["face_present_share"] > 0.5
    assert followed.report["answers"][0]["duration_s"] == measured["duration_s"]
    assert followed.report["answers"][0]["transcript"] == measured["transcript"]


def _until(condition: Callable[[], bool], folder: Path, limit_s: float = 400.0) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, (folder / "worker.log").read_text(encoding="utf-8")
        time.sleep(0.1)
