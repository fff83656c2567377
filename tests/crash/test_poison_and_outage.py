"""Poisoned answers and outages (row A10): one item never holds up the others, and people see why something waits."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from crash_runs import plan_for, run_plan, running, submitted
from crash_site import crossings
from databases import copied_sqlite
from sqlalchemy import select, update
from work_rows import CLOCK, Rows

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


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A run in which two of three answers kill every worker; then a person retries one and gives the other up."""

    retried: Rows
    given_up: Rows
    healthy: Rows
    answers: dict[str, str]
    kills: int
    before: dict[str, WorkItem]
    parked: int
    kills_afterwards: int
    after: dict[str, WorkItem]
    assessments: dict[str, Assessment]
    blobs_url: str


@pytest.fixture(scope="module")
def poisoned(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    folder = tmp_path_factory.mktemp("poisoned")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    (retried, poison), (given_up, hopeless), (healthy, fine) = submitted(database, 3)
    kills = {poison: ("begun", 3), hopeless: ("begun", 3)}
    plan = plan_for(database, folder, kills=kills, together=2, dead_after_s=3.0)
    killed, before = run_plan(plan), _items(database)
    with database.reading() as session:
        parked = operations(session, CLOCK).parked
    with database.transaction() as session:
        retry_work(session, SYSTEM, before[poison].id, CLOCK)
        give_up(session, SYSTEM, before[hopeless].id, CLOCK)
    killed_afterwards, after = run_plan(replace(plan, kills={})), _items(database)
    with database.reading() as session:
        assessments = {row.invitation_id: row for row in session.scalars(select(Assessment))}
    names = {"poison": poison, "hopeless": hopeless, "fine": fine}
    yield Poisoned(
        retried, given_up, healthy, names, killed, before, parked, killed_afterwards, after, assessments, plan.blobs_url
    )
    database.close()


def test_an_answer_that_kills_its_workers_is_parked_after_three_and_says_why(poisoned: Poisoned) -> None:
    assert poisoned.kills == 6
    for name in ("poison", "hopeless"):
        item = poisoned.before[poisoned.answers[name]]
        assert (item.state, item.attempts) == ("parked", 3)
        assert item.reason is not None
        assert (item.reason["code"], bool(item.reason["zh"]), bool(item.reason["en"])) == ("work.crashed", True, True)
    assert poisoned.parked == 2


def test_a_parked_answer_holds_up_its_own_interview_and_no_other(poisoned: Poisoned) -> None:
    before = poisoned.before
    assert [before[subject].state for subject in (poisoned.answers["fine"], poisoned.healthy.invitation_id)] == [
        "done",
        "done",
    ]
    assert [before[rows.invitation_id].state for rows in (poisoned.retried, poisoned.given_up)] == ["waiting"] * 2


def test_what_a_person_retries_or_gives_up_comes_to_its_end(poisoned: Poisoned) -> None:
    assert poisoned.kills_afterwards == 0
    assert {item.state for item in poisoned.after.values()} == {"done", "given_up"}
    assert len(poisoned.assessments) == 3
    assert poisoned.assessments[poisoned.retried.invitation_id].status == "partial"


def test_an_answer_that_was_given_up_is_not_assessed_and_the_report_says_why(poisoned: Poisoned) -> None:
    without = poisoned.assessments[poisoned.given_up.invitation_id]
    assert without.status == "cannot_assess"
    (answer,) = (
        answer
        for answer in json.loads(open_blobs(poisoned.blobs_url).read(without.report_sha256))["answers"]
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
