"""A machine room where plugs are pulled: keeps workers running and kills them where a plan says. Run as a script.

    python crash_site.py PLAN.json

It imports everything once and forks each worker, so that a death costs tenths of a second. A worker writes every
boundary that it crosses into a log; where the plan has a kill for that item it sends itself SIGKILL, which no process
can see coming.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hashing_embedder import HashingEmbedder
from sqlalchemy import func, or_, select
from work_rows import SHORT_KIT

from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.clock import SystemClock
from interview_engine.errors import OutputError
from interview_engine.hr.recruiting.interviewing.work_queue import next_items
from interview_engine.i18n import LocalizedText
from interview_engine.settings import Settings
from interview_engine.store.blob_format import DataKey
from interview_engine.store.blobs import BlobStore, Owner, open_blobs
from interview_engine.store.engine import open_database
from interview_engine.store.tables import WorkItem
from interview_engine.store.work_run import Claim
from pipelines.hearing.transcribe import written
from pipelines.scoring.score import answer_text
from pipelines.service import child_tasks, worker
from pipelines.service.lease import LeaseTimes
from pipelines.service.worker import WorkerOptions, run_worker
from pipelines.workbench import Workbench, needed_weights


@dataclass(frozen=True)
class Plan:
    """What to run.

    Args:
        kills: subject id → (boundary, attempts that die there).
        together: workers kept alive at a time.
        limit_s: when to give up; the log then shows how far it came.
        full_disk: while this file exists the blob store takes nothing.
        meeting: so many workers must hold an item before any of them goes on; without it one quick worker may take all.
    """

    database_url: str
    blobs_url: str
    folder: str
    kills: dict[str, tuple[str, int]] = field(default_factory=dict)
    together: int = 3
    heartbeat_s: float = 0.5
    dead_after_s: float = 5.0
    limit_s: float = 300.0
    full_disk: str = ""
    meeting: int = 1

    @property
    def log(self) -> Path:
        """One JSON object a line: time, worker, subject, attempt, boundary."""
        return Path(self.folder) / "crossed.jsonl"


def crossings(plan: Plan) -> list[dict[str, Any]]:
    """What the workers of a plan wrote."""
    return [json.loads(line) for line in plan.log.read_text(encoding="utf-8").splitlines()]


def warm_up() -> None:
    """Before the first fork: hash the weights once, and score with an embedder that needs none of them."""
    models = needed_weights(Settings())
    worker.needed_weights = lambda _settings: models
    scorer = EvidenceScorer(HashingEmbedder())
    transcript = written("热身", "zh")
    scorer.score(SHORT_KIT, [answer_text(SHORT_KIT.questions[0].id, transcript)])
    bench = Workbench(Settings())
    bench.__dict__["scorer"] = scorer
    bench.__dict__["speech_backend"] = "scripted"
    child_tasks._benches[""] = bench


def work(plan: Plan) -> None:
    """A worker, until SIGTERM or a boundary of the plan."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    logging.basicConfig(filename=Path(plan.folder) / "workers.log", level=logging.INFO, force=True)
    log = os.open(plan.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def boundary(name: str, held: Claim) -> None:
        line = {
            "at": time.time(),
            "worker": held.worker_id,
            "kind": held.kind,
            "subject": held.subject_id,
            "attempt": held.attempt,
            "name": name,
        }
        os.write(log, (json.dumps(line) + "\n").encode())
        until = time.monotonic() + plan.limit_s
        while len({crossed["worker"] for crossed in crossings(plan)}) < plan.meeting and time.monotonic() < until:
            time.sleep(0.05)
        where, times = plan.kills.get(held.subject_id, ("", 0))
        if where == name and held.attempt <= times:
            os.kill(os.getpid(), signal.SIGKILL)

    options = WorkerOptions(
        hands=1,
        poll_s=0.25,
        tidy_s=5.0,
        lease=LeaseTimes(plan.heartbeat_s, plan.dead_after_s),
        scratch=Path(plan.folder) / "scratch",
        start_method="fork",
        boundary=boundary,
    )
    database = open_database(plan.database_url)
    blobs = open_blobs(plan.blobs_url)
    if plan.full_disk:
        _fill(blobs, Path(plan.full_disk))
    run_worker(database, blobs, plan.database_url, Settings(), SystemClock(), stop, options)


def _fill(blobs: BlobStore, sign: Path) -> None:
    """What a full disk does to `put`, as long as `sign` is there."""
    put = blobs.put

    def refuse(data: Any, media_type: str, owner: Owner | DataKey | None = None) -> str:
        if sign.exists():
            raise OutputError(
                "blob.not_written", LocalizedText("磁盘满。", "Disk full."), LocalizedText("腾出。", "Free some.")
            )
        return put(data, media_type, owner)

    blobs.put = refuse  # type: ignore[method-assign]


def main(plan: Plan) -> int:
    """Keep workers running until nothing runs or may begin; how many of them were killed."""
    living: set[int] = set()
    killed = 0
    until = time.monotonic() + plan.limit_s
    while time.monotonic() < until and not _at_rest(plan):
        while len(living) < plan.together:
            living.add(_fork(plan))
        for pid in list(living):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                living.discard(pid)
                killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        time.sleep(0.1)
    for pid in living:
        os.kill(pid, signal.SIGTERM)
    for pid in living:
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return killed


def _fork(plan: Plan) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(plan)
            status = 0
        finally:
            os._exit(status)
    return pid


def _at_rest(plan: Plan) -> bool:
    """Whether nothing runs or may begin. Asked twice: between the two questions of one look a worker may take the very
    item that the first did not count yet and the second no longer does."""
    return _open_items(plan) == 0 and _open_items(plan) == 0


def _open_items(plan: Plan) -> int:
    database = open_database(plan.database_url)
    with database.reading() as session:
        active = session.scalar(
            select(func.count())
            .select_from(WorkItem)
            .where(or_(WorkItem.state == "running", (WorkItem.state == "waiting") & WorkItem.due_at.is_not(None)))
        )
        found = (active or 0) + len(next_items(session, SystemClock()))
    database.close()
    return found


if __name__ == "__main__":
    warm_up()
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    given["kills"] = {subject: tuple(kill) for subject, kill in given["kills"].items()}
    print(json.dumps({"killed": main(Plan(**given))}))
