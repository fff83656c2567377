"""The queue of durable work, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Cursor, Id, Limit, Out, PageOut, new_router, page_out
from interview_engine.hr.access.service import check_group
from interview_engine.hr.access.trail import TrailFilter, check_trail, kept_end, list_events
from interview_engine.hr.house import house
from interview_engine.hr.recruiting.interviewing.work import ANSWER, INTERVIEW
from interview_engine.store import work
from interview_engine.store.tables import WorkItem

router = new_router("operations")

Exactly = Annotated[str, Query(max_length=120, pattern=r"^[^\x00]*$")]


class WorkOut(Out):
    """One piece of durable work, an answer to measure or an interview to score."""

    id: str
    kind: str = Field(description="What is to be done: answer (measure one), interview (score one).")
    subject_id: str
    generation: int
    state: Literal["waiting", "running", "done", "parked", "given_up"]
    attempts: int
    stage: str
    share: float
    reason: dict[str, Any] | None = Field(description="Why it is parked, with code, zh and en.")
    worker_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ThroughputOut(Out):
    """What was finished in a stretch of time."""

    answers: int
    interviews: int
    media_s: float


class WorkerOut(Out):
    """A worker process and when it last reported."""

    id: str
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    alive: bool


class OperationsOut(Out):
    """The state of durable work at one moment."""

    at: datetime
    waiting: int
    retrying: int
    running: int
    parked: int
    given_up: int
    oldest_waiting_s: float | None
    last_hour: ThroughputOut
    last_day: ThroughputOut
    running_items: list[WorkOut]
    parked_items: list[WorkOut]
    workers: list[WorkerOut]


class AuditOut(Out):
    """An event of the trail. `hash` covers it and the hash before."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


class AuditProblemOut(Out):
    """The first place where the chain does not hold."""

    sequence: int
    kind: Literal["missing", "changed", "unlinked", "cut", "rewritten", "unsealed"]


class AuditCheck(Out):
    """Whether the chain holds. Keep `sequence` and `hash` elsewhere: a chain rewritten as a whole shows by them."""

    holds: bool
    problem: AuditProblemOut | None
    sequence: int
    hash: str


@router.get("/operations")
def get_operations(call: Annotated[Call, needs("public", "manage")]) -> OperationsOut:
    """Queue, workers and throughput as of now."""
    with call.reading() as session:
        check_group(session, call.actor, "public", "manage")
        return _operations(work.operations(session, call.clock))


@router.post("/work/{work_item_id}/retry")
def retry_work(work_item_id: Id, call: Annotated[Call, needs("public", "manage")]) -> WorkOut:
    """Put a parked item back into the queue."""

    def retried(session: Session) -> WorkOut:
        check_group(session, call.actor, "public", "manage")
        return _work(work.retry_work(session, call.actor, work_item_id, call.clock))

    return call.once(retried)


@router.post("/work/{work_item_id}/give-up")
def give_up_work(work_item_id: Id, call: Annotated[Call, needs("public", "manage")]) -> WorkOut:
    """Go on without a parked item: an answer counts as not assessed, an interview goes to a person."""

    def given_up(session: Session) -> WorkOut:
        check_group(session, call.actor, "public", "manage")
        return _work(work.give_up(session, call.actor, work_item_id, call.clock, by_person=house().by_person()))

    return call.once(given_up)


@router.get("/audit")
def list_audit_events(
    call: Annotated[Call, needs("interview", "audit")],
    subject: Exactly | None = None,
    action: Exactly | None = None,
    actor: Exactly | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AuditOut]:
    """The trail, latest first: every write, and every reading of a report or a recording."""
    with call.reading() as session:
        wanted = TrailFilter(actor_id=actor, action=action, subject=subject)
        page = list_events(session, call.actor, wanted, cursor=cursor, limit=limit)
    return page_out(page, AuditOut.model_validate)


@router.get("/audit/check")
def check_audit_trail(
    call: Annotated[Call, needs("interview", "audit")],
    sequence: Annotated[int | None, Query(ge=0, lt=10**18)] = None,
    digest: Annotated[str | None, Query(alias="hash", pattern="^[0-9a-f]{64}$")] = None,
) -> AuditCheck:
    """Walk the whole chain; `sequence` and `hash`, of a kept end, must still be in it. The check is recorded."""
    known = kept_end("" if sequence is None and digest is None else f"{sequence}:{digest}")
    with call.writing() as session:
        found = check_trail(session, call.actor, call.clock, known)
    shown = None if found.problem is None else AuditProblemOut.model_validate(found.problem)
    return AuditCheck(holds=found.problem is None, problem=shown, sequence=found.end.sequence, hash=found.end.hash)


def _operations(found: work.Operations) -> OperationsOut:
    values = {name: getattr(found, name) for name in OperationsOut.model_fields}
    values.update(last_hour=_throughput(found.last_hour), last_day=_throughput(found.last_day))
    return OperationsOut.model_validate(values)


def _throughput(found: work.Throughput) -> ThroughputOut:
    return ThroughputOut(
        answers=found.done.get(ANSWER, 0), interviews=found.done.get(INTERVIEW, 0), media_s=found.media_s
    )


def _work(row: WorkItem) -> WorkOut:
    return WorkOut.model_validate(row)
