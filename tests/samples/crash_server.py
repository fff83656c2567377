"""A server that dies while it takes an answer: does the real transaction, and kills itself where it is told. A script.

    python crash_server.py DATABASE_URL BLOBS_URL INVITATION UPLOAD FILE

For each boundary a process is forked that handles the candidate's request and dies there; after each death it prints
what the database holds. Then the browser's repeated request is handled in peace, twice.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select
from work_rows import CLOCK, KIT

from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload, record_answer
from interview_engine.hr.recruiting.interviewing.invitations import submit
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.store.blobs import open_blobs, register
from interview_engine.store.engine import open_database
from interview_engine.store.tables import Blob, WorkItem

BOUNDARIES = ("received", "kept", "before-commit", "committed")
Cross = Callable[[str], None]


def record(database_url: str, blobs_url: str, invitation_id: str, upload_id: str, file: Path, cross: Cross) -> None:
    """Bytes first, then the row that names them with the work that they need, in one transaction."""
    data = file.read_bytes()
    cross("received")
    blobs = open_blobs(blobs_url)
    sha256 = blobs.put(data, "video/webm")
    cross("kept")
    database = open_database(database_url)
    with database.transaction() as session:
        invitation = session.get_one(Invitation, invitation_id)
        candidate = candidate_actor(invitation_id, "", "zh")
        register(session, sha256, len(data), "video/webm", CLOCK)
        upload = RecordedUpload(upload_id, sha256, "video/webm", len(data))
        record_answer(session, candidate, invitation, KIT.questions[0].id, "video", upload, CLOCK)
        session.flush()
        cross("before-commit")
    cross("committed")


def hand_in(database_url: str, invitation_id: str, cross: Cross) -> None:
    """Submit the interview."""
    cross("received")
    database = open_database(database_url)
    cross("kept")
    with database.transaction() as session:
        invitation = session.get_one(Invitation, invitation_id)
        submit(session, candidate_actor(invitation_id, "", "zh"), invitation, CLOCK, allow_missing=True)
        session.flush()
        cross("before-commit")
    cross("committed")


def found(database_url: str) -> dict[str, int]:
    """How many answers, blobs and work items the database holds."""
    database = open_database(database_url)
    with database.reading() as session:
        counts = {
            "answers": session.scalar(select(func.count()).select_from(Answer)),
            "blobs": session.scalar(select(func.count()).select_from(Blob)),
            "answer work": session.scalar(select(func.count()).select_from(WorkItem).where(WorkItem.kind == "answer")),
            "interview work": session.scalar(
                select(func.count()).select_from(WorkItem).where(WorkItem.kind == "interview")
            ),
        }
    database.close()
    return {name: count or 0 for name, count in counts.items()}


def die_at(boundary: str, handle: Callable[[Cross], None]) -> bool:
    """Handle the request in a process of its own that dies at `boundary`; whether it died so."""

    def cross(name: str) -> None:
        if name == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        try:
            handle(cross)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main(database_url: str, blobs_url: str, invitation_id: str, upload_id: str, file: str) -> None:
    """Walk all boundaries of both requests."""
    requests: dict[str, Callable[[Cross], None]] = {
        "record": lambda cross: record(database_url, blobs_url, invitation_id, upload_id, Path(file), cross),
        "submit": lambda cross: hand_in(database_url, invitation_id, cross),
    }
    for name, handle in requests.items():
        for boundary in (*BOUNDARIES, "nowhere", "nowhere"):
            died = die_at(boundary, handle)
            line = {"request": name, "boundary": boundary, "died": died, "found": found(database_url)}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
