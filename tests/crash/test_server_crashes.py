"""kill -9 of the server while it takes an answer (rows A9, A10): the answer and its work are there together or neither
is, and the browser's repeated request gives one answer."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import crash_server
import pytest
from work_rows import CLOCK, KIT, make_invitation

from interview_engine.hr.recruiting.tables import Upload
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp

pytestmark = pytest.mark.slow

NOTHING = {"answers": 0, "blobs": 0, "answer work": 0, "interview work": 0}
ANSWERED = {"answers": 1, "blobs": 1, "answer work": 1, "interview work": 0}
SUBMITTED = ANSWERED | {"interview work": 1}


def test_a_killed_server_leaves_all_of_an_answer_or_nothing(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        rows = make_invitation(session)
        upload = Upload(
            **stamp("system", CLOCK),
            invitation_id=rows.invitation_id,
            question_id=KIT.questions[0].id,
            attempt=1,
            client_key="k",
            media_type="video/webm",
        )
        session.add(upload)
    file = tmp_path / "answer.webm"
    file.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 64)
    url = database.engine.url.set(drivername=database.engine.dialect.name).render_as_string(hide_password=False)
    blobs_url = f"file://{tmp_path / 'blobs'}"

    done = subprocess.run(
        [sys.executable, crash_server.__file__, url, blobs_url, rows.invitation_id, upload.id, str(file)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(crash_server.__file__).parent), os.getcwd()])},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["died"] for line in seen] == [True, True, True, True, False, False] * 2
    expected = [*[NOTHING] * 3, *[ANSWERED] * 3, *[ANSWERED] * 3, *[SUBMITTED] * 3]
    assert [line["found"] for line in seen] == expected
    assert [sha256 for sha256, _ in open_blobs(blobs_url).stored()] == [_sha256(file)]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
