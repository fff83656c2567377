"""Interviews that wait for assessment, and running a crash site on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import crash_site
from crash_site import Plan
from work_rows import CLOCK, SHORT_KIT, TEXT, Rows, make_invitation

from interview_engine.hr.recruiting.interviewing.answers import record_answer
from interview_engine.hr.recruiting.interviewing.invitations import submit
from interview_engine.hr.recruiting.tables import Invitation
from interview_engine.store.engine import Database


def submitted(database: Database, count: int) -> list[tuple[Rows, str]]:
    """Submitted interviews with one written answer each: rows and the answer's id."""
    made = []
    for number in range(count):
        with database.transaction() as session:
            rows = make_invitation(session, kit=SHORT_KIT)
            invitation = session.get_one(Invitation, rows.invitation_id)
            text = f"{TEXT}这是第{number}位。"
            answer = record_answer(session, rows.candidate, invitation, SHORT_KIT.questions[0].id, "text", text, CLOCK)
            submit(session, rows.candidate, invitation, CLOCK, allow_missing=True)
            made.append((rows, answer.id))
    return made


def plan_for(database: Database, folder: Path, **more: object) -> Plan:
    url = database.engine.url.set(drivername=database.engine.dialect.name).render_as_string(hide_password=False)
    return Plan(url, f"file://{folder / 'blobs'}", str(folder), **more)  # type: ignore[arg-type]


def run_plan(plan: Plan) -> int:
    """Run until no item waits or runs (or the plan's time is up); how many workers were killed."""
    with running(plan) as process:
        out, errors = process.communicate(timeout=plan.limit_s + 60)
    assert process.returncode == 0, errors
    return int(json.loads(out)["killed"])


@contextmanager
def running(plan: Plan) -> Iterator[subprocess.Popen[str]]:
    """The crash site as a process; it is ended when the block is left."""
    path = Path(plan.folder) / "plan.json"
    path.write_text(json.dumps(asdict(plan)), encoding="utf-8")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(crash_site.__file__).parent), os.getcwd()])
    process = subprocess.Popen(
        [sys.executable, crash_site.__file__, str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
        process.communicate()
