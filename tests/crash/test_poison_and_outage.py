"""Poisoned answers and outages (row A10): one item never holds up the others, and people see why something waits."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from crash_runs import plan_for, run_plan, running, submitted
from crash_site import crossings
from sqlalchemy import select, update
from work_rows import CLOCK

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.recruiting.tables import Assessment
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.tables import WorkItem
from interview_engine.store.work import give_up, operations, retry_work

pytestmark = pytest.mark.slow


def _items(database: Database) -> dict[str, WorkItem]:
    with database.reading() as session:
        return {item.subject_id: item for item in session.scalars(select(WorkItem))}


def test_an_answer_that_kills_its_workers_is_parked_and_a_person_decides(
    sqlite_database: Database, tmp_path: Path
) -> None:
    database = sqlite_database
    (poisoned, poison), (given_up, hopeless), (healthy, fine) = submitted(database, 3)
    kills = {poison: ("begun", 3), hopeless: ("begun", 3)}
    plan = plan_for(database, tmp_path, kills=kills, together=2, dead_after_s=3.0)
    assert run_plan(plan) == 6

    items = _items(database)
    assert [items[subject].state for subject in (fine, healthy.invitation_id)] == ["done", "done"]
    for subject in (poison, hopeless):
        reason = items[subject].reason
        assert (items[subject].state, items[subject].attempts) == ("parked", 3)
        assert reason is not None
        assert (reason["code"], bool(reason["zh"]), bool(reason["en"])) == ("work.crashed", True, True)
    assert items[poisoned.invitation_id].state == items[given_up.invitation_id].state == "waiting"
    with database.reading() as session:
        assert operations(session, CLOCK).parked == 2

    with database.transaction() as session:
        retry_work(session, SYSTEM, items[poison].id, CLOCK)
        give_up(session, SYSTEM, items[hopeless].id, CLOCK)
    assert run_plan(replace(plan, kills={})) == 0
    after = _items(database)
    assert {item.state for item in after.values()} == {"done", "given_up"}
    with database.reading() as session:
        reports = {row.invitation_id: row for row in session.scalars(select(Assessment))}
    assert len(reports) == 3
    assert reports[poisoned.invitation_id].status == "partial"
    without = reports[given_up.invitation_id]
    assert without.status == "cannot_assess"
    (answer,) = (
        answer
        for answer in json.loads(open_blobs(plan.blobs_url).read(without.report_sha256))["answers"]
        if answer["reason"]["code"] == "engine.failed"
    )
    assert "work.crashed" in answer["reason"]["text"]["en"]


def test_a_full_disk_is_nobodys_fault_and_work_goes_on_when_there_is_room(
    sqlite_database: Database, tmp_path: Path
) -> None:
    database = sqlite_database
    ((rows, answer_id),) = submitted(database, 1)
    sign = tmp_path / "disk-is-full"
    sign.touch()
    plan = plan_for(database, tmp_path, full_disk=str(sign), together=1)
    with running(plan) as process:
        _until(lambda: (_items(database)[answer_id].reason or {}).get("code") == "blob.not_written")
        waiting = _items(database)[answer_id]
        assert (waiting.state, waiting.attempts) == ("waiting", 0)
        assert waiting.due_at is not None
        assert waiting.due_at > waiting.updated_at
        sign.unlink()
        with database.transaction() as session:
            session.execute(update(WorkItem).values(due_at=None))
        process.wait(timeout=60)
    items = _items(database)
    assert {item.state for item in items.values()} == {"done"}
    assert items[answer_id].reason is None
    assert items[rows.invitation_id].attempts == 1


def test_three_workers_at_once_measure_nothing_twice(database: Database, tmp_path: Path) -> None:
    made = submitted(database, 6)
    plan = plan_for(database, tmp_path, together=3, dead_after_s=30.0, meeting=3)
    assert run_plan(plan) == 0
    assert {item.state for item in _items(database).values()} == {"done"}
    crossed = Counter((line["subject"], line["name"]) for line in crossings(plan))
    subjects = {subject for rows, answer_id in made for subject in (answer_id, rows.invitation_id)}
    assert {crossed[subject, "measured"] for subject in subjects} == {1}
    assert {crossed[subject, "committed"] for subject in subjects} == {1}
    assert len({line["worker"] for line in crossings(plan)}) == 3
    with database.reading() as session:
        assert len(session.scalars(select(Assessment)).all()) == 6


def _until(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)
