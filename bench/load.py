"""python -m bench load: candidates who upload all at once, over lines that break; no answer may be lost or doubled.

A real server process (`interview-engine serve`, SQLite, local blobs, no worker) takes chunked, resumable uploads of the
demo's clips. Afterwards the database and the blobs are counted: every question of every candidate must hold exactly one
recording, as long as its clip.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from api.candidate.sessions import cookie_name
from api.context import Context
from api.serving import open_context
from bench.candidates import Invited, Line, Told, answer_all
from bench.conventions import run_info, write_json
from bench.setting import ROOT, results_folder
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM, candidate_actor
from interview_engine.hr.accounts import service as people
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency import service as competency
from interview_engine.hr.org import service as org
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import postings, requisitions
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.tables import Answer, Upload
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings

SEED = 20261121
DURATION_S = 0.5
"""A stored recording may differ from its clip by so much."""
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Count:
    """What is in the database afterwards, by question of each candidate.

    Args:
        lost: questions without a recording. doubled: with more than one. wrong: not as long as their clip, or their
            blob is not there. open_uploads: not finished.
    """

    expected: int
    stored: int
    lost: int
    doubled: int
    wrong: int
    open_uploads: int


def main(arguments: Sequence[str]) -> int:
    """Seed, serve, upload, count, print and store; 1 when anything is lost, doubled or wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument("--candidates", type=int, default=100)
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between chunks (a recorder: 2)")
    parser.add_argument("--cut", type=float, default=0.05, help="share of chunks during which the network drops")
    parser.add_argument("--clips", type=Path, default=ROOT / "pipelines" / "demo", help="folder of .webm and .mp4")
    parser.add_argument("--out", type=Path, default=results_folder() / "load.json")
    options = parser.parse_args(arguments)
    info = run_info(("fastapi", "uvicorn", "httpx"), threads=1)
    clips = sorted(path for path in options.clips.iterdir() if path.suffix in (".webm", ".mp4"))
    line = Line(pause_s=options.pause, cut=options.cut)
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder))
        service = read_service_settings(environment)
        context = open_context(service, read_settings(environment), SystemClock())
        invited = _invite(context, options.candidates, options.questions, clips)
        durations = {clip: _duration_s(clip) for clip in clips}
        with _serving(environment, service.public_url) as process_id:
            begun = time.perf_counter()
            told = asyncio.run(_all(service.public_url, invited, line))
            took_s = time.perf_counter() - begun
            memory = _peak_mib(process_id)
        count = _count(context, invited, durations)
        context.database.close()
    document = {
        **asdict(info),
        "candidates": options.candidates,
        "questions": options.questions,
        "line": asdict(line),
        "answers": asdict(count),
        "bytes": sum(clip.stat().st_size for one in invited for clip in one.clips.values()),
        "wall_s": round(took_s, 1),
        "server_peak_mib": memory,
        **_figures(told),
    }
    write_json(options.out, document)
    _print(document, count)
    return 1 if count.lost or count.doubled or count.wrong or document["errors"] else 0


async def _all(base: str, invited: Sequence[Invited], line: Line) -> list[Told]:
    return await asyncio.gather(
        *(answer_all(base, one, line, random.Random(f"{SEED} {place}")) for place, one in enumerate(invited))
    )


def _environment(folder: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("INTERVIEW_ENGINE_")},
        "INTERVIEW_ENGINE_DATA": str(folder / "data"),
        "INTERVIEW_ENGINE_PORT": str(port),
        "INTERVIEW_ENGINE_WORKER_IN_PROCESS": "off",
    }


def _invite(context: Context, number: int, questions: int, clips: Sequence[Path]) -> list[Invited]:
    """A company with one job, and candidates who have agreed to be recorded."""
    clock, made = context.clock, []
    with context.database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "启明家居（基准）", "上海", clock)
        department = org.create_department(session, SYSTEM, entity.id, "客服", clock)
        account = people.create_account(
            session, SYSTEM, people.NewAccount("recruiter", "招聘", "administrator"), clock
        ).account
        boss = people.create_account(session, SYSTEM, people.NewAccount("boss", "主管", "hr"), clock).account
        owner, other = people.actor_of(session, account, clock), people.actor_of(session, boss, clock)
        version = competency.import_shipped_kits(session, clock)[0].id
        profile = competency.profile_from_kit(session, SYSTEM, version, clock).id
        new = NewRequisition("客服专员", entity.id, department.id, role_profile_id=profile, kit_version_id=version)
        job = requisitions.create_requisition(session, owner, new, clock)
        approval = requisitions.submit_for_approval(session, owner, job.id, clock)
        approvals.decide(session, other, approval.id, "approve", "", clock)
        requisitions.open_requisition(session, owner, job.id, clock)
        posting = postings.create_posting(session, owner, job.id, "bench", Decimal(0), clock)
        asked = [question.id for question in competency.kit(session, version).questions[:questions]]
        for place in range(number):
            person = applications.NewPerson(f"候选人 {place}", f"candidate{place}@example.org", synthetic=True)
            row = applications.apply(session, SYSTEM, posting.code, person, clock)
            issued = invitations.invite(session, owner, row.id, clock)
            opened = invitations.open_invitation(session, issued.token, None, clock)
            actor = candidate_actor(opened.invitation.id, opened.person.id, "zh")
            consent = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
            invitations.give_consent(session, actor, opened.invitation, consent, clock)
            cookies = {cookie_name(context, issued.token): opened.new_device_secret or ""}
            answered = {question: clips[(place + at) % len(clips)] for at, question in enumerate(asked)}
            made.append(Invited(opened.invitation.id, f"/i/{issued.token}", cookies, answered))
    return made


@contextmanager
def _serving(environment: dict[str, str], address: str) -> Iterator[int]:
    """The server as a process of its own; its id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_S
        while not _is_up(address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.3)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v1/health", timeout=5.0).status_code == 200
    except httpx.TransportError:
        return False


def _count(context: Context, invited: Sequence[Invited], durations: dict[Path, float]) -> Count:
    stored = lost = doubled = wrong = expected = 0
    with context.database.reading() as session:
        left = len(session.scalars(select(Upload.id).where(Upload.state == "open")).all())
        for one in invited:
            rows = session.scalars(select(Answer).where(Answer.invitation_id == one.invitation_id)).all()
            for question, clip in one.clips.items():
                expected += 1
                found = [row for row in rows if row.question_id == question]
                stored += bool(found)
                lost += not found
                doubled += len(found) > 1
                wrong += any(not _is_whole(context, row, durations[clip]) for row in found)
    return Count(expected, stored, lost, doubled, wrong, left)


def _is_whole(context: Context, row: Answer, duration_s: float) -> bool:
    there = row.blob_sha256 is not None and context.blobs.exists(row.blob_sha256)
    return there and abs(row.duration_s - duration_s) <= DURATION_S


def _duration_s(clip: Path) -> float:
    """The longest stream's length, from its packets: a recording has no length in its header."""
    import av

    with av.open(str(clip)) as container:
        ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None and packet.time_base is not None
        ]
    return max(ends)


def _peak_mib(process_id: int) -> float | None:
    status = Path(f"/proc/{process_id}/status")
    if not status.is_file():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)


def _figures(told: Sequence[Told]) -> dict[str, Any]:
    chunks = sorted(seconds for one in told for seconds in one.chunk_s)

    def quantile(share: float) -> float:
        return round(chunks[max(0, math.ceil(share * len(chunks)) - 1)], 3)

    return {
        "chunks": len(chunks),
        "chunk_p50_s": quantile(0.5),
        "chunk_p95_s": quantile(0.95),
        "chunk_max_s": quantile(1.0),
        "cut": sum(one.cut for one in told),
        "resumed": sum(one.resumed for one in told),
        "sent_twice": sum(one.repeated for one in told),
        "errors": [error for one in told for error in one.errors],
    }


def _print(document: dict[str, Any], count: Count) -> None:
    print(
        f"{document['candidates']} candidates, {count.expected} answers, {document['bytes'] / 1e6:.0f} MB in "
        f"{document['wall_s']} s; server at most {document['server_peak_mib']} MiB\n"
        f"stored {count.stored}  lost {count.lost}  doubled {count.doubled}  wrong {count.wrong}  "
        f"open uploads {count.open_uploads}\n"
        f"chunks {document['chunks']}: p50 {document['chunk_p50_s']} s, p95 {document['chunk_p95_s']} s, "
        f"max {document['chunk_max_s']} s; cut {document['cut']}, resumed {document['resumed']}, "
        f"sent twice {document['sent_twice']}"
    )
    for error in document["errors"][:20]:
        print(f"  {error}")
