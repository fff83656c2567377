"""A worker in this process (rows A9, A10): an orderly end, a false death, and what the journal keeps."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select, update
from work_rows import CLOCK, KIT, TEXT, make_invitation

from interview_engine.hr.recruiting.interviewing.answers import record_answer
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.settings import Settings
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.tables import Worker, WorkItem
from interview_engine.store.work_run import Claim
from pipelines.service import child_tasks
from pipelines.service.children import Report
from pipelines.service.lease import LeaseTimes
from pipelines.service.worker import WorkerOptions, run_worker
from pipelines.service.workflow import Journal, Step, StepResult, journal_url


def hang(task: object, settings: Settings, progress: Report) -> Any:
    """A child that never ends by itself."""
    progress("watch", 0.1)
    time.sleep(60)


@pytest.fixture
def answer_id(sqlite_database: Database) -> str:
    with sqlite_database.transaction() as session:
        rows = make_invitation(session)
        invitation = session.get_one(Invitation, rows.invitation_id)
        return record_answer(session, rows.candidate, invitation, KIT.questions[0].id, "text", TEXT, CLOCK).id


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def _url(database: Database) -> str:
    return f"sqlite:///{database.engine.url.database}"


@contextmanager
def _working(database: Database, blobs: BlobStore, folder: Path, **more: Any) -> Iterator[threading.Event]:
    stop = threading.Event()
    options = WorkerOptions(
        hands=1, poll_s=0.05, lease=LeaseTimes(0.1, 30.0), scratch=folder / "scratch", start_method="fork", **more
    )
    arguments = (database, blobs, _url(database), Settings(), CLOCK, stop, options)
    thread = threading.Thread(target=run_worker, args=arguments)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(timeout=60)
        assert not thread.is_alive()


def _item(database: Database, subject: str) -> WorkItem:
    with database.reading() as session:
        return session.scalars(select(WorkItem).where(WorkItem.subject_id == subject)).one()


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_worker_that_ends_in_order_gives_its_item_back_at_no_cost(
    sqlite_database: Database, blobs: BlobStore, tmp_path: Path, answer_id: str
) -> None:
    with _working(sqlite_database, blobs, tmp_path, do=hang):
        _until(lambda: _item(sqlite_database, answer_id).stage == "watch")
    given_back = _item(sqlite_database, answer_id)
    assert (given_back.state, given_back.attempts, given_back.worker_id, given_back.due_at) == (
        "waiting",
        0,
        None,
        None,
    )
    with sqlite_database.reading() as session:
        assert all(session.scalars(select(Worker.stopped_at)))
    assert list((tmp_path / "scratch").iterdir()) == []
    with _working(sqlite_database, blobs, tmp_path, do=child_tasks.do):
        _until(lambda: _item(sqlite_database, answer_id).state == "done")
    assert _item(sqlite_database, answer_id).attempts == 1


def test_a_worker_that_was_taken_for_dead_changes_nothing_and_begins_again(
    sqlite_database: Database, blobs: BlobStore, tmp_path: Path, answer_id: str
) -> None:
    """The others bury it while its step is between measuring and entering, and give the item to somebody else."""
    entering, go_on = threading.Event(), threading.Event()

    def sleep_before_entering(name: str, held: Claim) -> None:
        if name == "entering" and held.attempt == 1:
            entering.set()
            go_on.wait(60)

    with _working(sqlite_database, blobs, tmp_path, do=child_tasks.do, boundary=sleep_before_entering):
        assert entering.wait(60)
        with sqlite_database.transaction() as session:
            session.execute(update(Worker).values(stopped_at=CLOCK.now()))
            session.execute(update(WorkItem).values(worker_id="another", attempts=2))
        go_on.set()
        _until(lambda: _names(sqlite_database) == 2)
        assert _item(sqlite_database, answer_id).state == "running"
        with sqlite_database.reading() as session:
            assert session.get_one(Answer, answer_id).measured_blob is None


def _names(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Worker.id)).all())


def test_an_erased_answer_ends_its_work_without_a_trace(
    sqlite_database: Database, blobs: BlobStore, tmp_path: Path, answer_id: str
) -> None:
    with sqlite_database.transaction() as session:
        session.delete(session.get_one(Answer, answer_id))
    with _working(sqlite_database, blobs, tmp_path, do=hang):
        _until(lambda: _item(sqlite_database, answer_id).state == "done")
    assert _item(sqlite_database, answer_id).stage == "erased"
    assert list(blobs.stored()) == []


def _claim(run: int = 0) -> Claim:
    return Claim("item", "answer", "subject", 1, "w", 1, run)


class OneStep:
    """A journal's work of one step, which fails until it is told otherwise and then gives what a step gives."""

    GIVES: ClassVar[StepResult] = {"sha256": "ab", "size": 3}

    def __init__(self) -> None:
        self.failing = False
        self.done: list[int] = []
        self.given: list[object] = []

    def perform(self, item_id: str, run: int, step: Step) -> None:
        assert item_id == _claim().item_id
        try:
            self.given.append(step("measure", self.measure))
        except ValueError as error:
            self.given.append(error)
        self.done.append(run)

    def measure(self) -> StepResult:
        if self.failing:
            raise ValueError("张三 said this")
        return self.GIVES


@pytest.fixture
def one_step() -> OneStep:
    return OneStep()


@pytest.fixture
def journal(tmp_path: Path, one_step: OneStep) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'app.db'}", "w", one_step.perform)
    yield made
    made.close()


def test_the_journal_keeps_no_word_of_a_failure(journal: Journal, one_step: OneStep, tmp_path: Path) -> None:
    one_step.failing = True
    assert journal.start(_claim(0))
    _until(lambda: one_step.done == [0])
    assert [str(one) for one in one_step.given] == ["张三 said this"], "the work itself is told"
    journal.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("app-journal.db*"))
    assert "张三".encode() not in kept


def test_the_journal_knows_what_is_over_and_a_retry_is_a_run_of_its_own(journal: Journal, one_step: OneStep) -> None:
    one_step.failing = True
    journal.start(_claim(0))
    _until(lambda: one_step.done == [0])
    one_step.failing = False
    _until(lambda: not journal.start(_claim(0)))
    assert journal.start(_claim(1))
    _until(lambda: one_step.done == [0, 1])
    assert one_step.given[-1] == OneStep.GIVES


def test_the_journal_names_what_is_older_than_a_time_until_it_is_purged(journal: Journal, one_step: OneStep) -> None:
    for run in (0, 1):
        assert journal.start(_claim(run))
        _until(lambda run=run: run in one_step.done and not journal.start(_claim(run)))
    later = (CLOCK.now() + timedelta(days=1)).isoformat()
    assert journal.older_than(later, 10) == ["item.0", "item.1"]
    assert journal.older_than((CLOCK.now() - timedelta(days=1)).isoformat(), 10) == []
    journal.purge(["item.0"])
    assert journal.older_than(later, 10) == ["item.1"]


def test_the_journal_lies_beside_the_database() -> None:
    assert journal_url("sqlite:////srv/data/interview-engine.db") == "sqlite:////srv/data/interview-engine-journal.db"
    assert journal_url("postgresql://a:b@host/name") == "postgresql://a:b@host/name"


def test_a_result_that_was_collected_meanwhile_is_measured_again(
    sqlite_database: Database, blobs: BlobStore, tmp_path: Path, answer_id: str
) -> None:
    """The journal says that it was kept; days later the store has collected it, because no row named it yet."""
    removed: list[str] = []

    def collect(name: str, held: Claim) -> None:
        if name == "measure-recorded" and not removed:
            removed.extend(sha256 for sha256, _ in blobs.stored())
            for sha256 in removed:
                blobs.delete(sha256)

    def due_at_once() -> bool:
        with sqlite_database.transaction() as session:
            session.execute(update(WorkItem).values(due_at=None))
        return _item(sqlite_database, answer_id).state == "done"

    with _working(sqlite_database, blobs, tmp_path, do=child_tasks.do, boundary=collect):
        _until(due_at_once)
    with sqlite_database.reading() as session:
        measured = session.get_one(Answer, answer_id).measured_blob
    assert measured is not None
    assert len(removed) == 1
    assert blobs.exists(measured)


def test_a_scratch_folder_that_the_system_cleared_is_made_again(
    sqlite_database: Database, blobs: BlobStore, tmp_path: Path, answer_id: str
) -> None:
    def clear(name: str, held: Claim) -> None:
        if name == "begun":
            shutil.rmtree(tmp_path / "scratch")

    with _working(sqlite_database, blobs, tmp_path, do=child_tasks.do, boundary=clear):
        _until(lambda: _item(sqlite_database, answer_id).state == "done")
    assert _item(sqlite_database, answer_id).attempts == 1
