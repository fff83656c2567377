"""A candidate withdraws while their answer is being measured: nothing of it is left once the work item has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from work_rows import CLOCK, KIT, TEXT, Rows, make_invitation

from interview_engine.hr.house import house
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.interviewing.answers import record_answer
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.settings import Settings
from interview_engine.store import work_made
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.tables import Blob, WorkItem
from interview_engine.store.work_run import Claim, claim, fail
from pipelines.service import child_tasks
from pipelines.service.lease import LeaseTimes
from pipelines.service.worker import WorkerOptions, run_worker

BOUNDARIES = ("fetched", "measured", "kept", "measure-recorded", "entering")


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def one_answer(database: Database) -> tuple[Rows, str]:
    with database.transaction() as session:
        rows = make_invitation(session)
        invitation = session.get_one(Invitation, rows.invitation_id)
        return rows, record_answer(session, rows.candidate, invitation, KIT.questions[0].id, "text", TEXT, CLOCK).id


def withdraw_and_erase(database: Database, blobs: BlobStore, rows: Rows) -> str:
    with database.transaction() as session:
        invitation = session.get_one(Invitation, rows.invitation_id)
        request_id = withdrawing.withdraw(session, rows.candidate, invitation, CLOCK).id
    with database.transaction() as session:
        erasure.erase(session, blobs, request_id, CLOCK)
    return request_id


def ended(database: Database, blobs: BlobStore, folder: Path, boundary: Callable[[str, Claim], None]) -> WorkItem:
    """The only work item after a worker has ended it."""
    stop = threading.Event()
    options = WorkerOptions(
        hands=1,
        poll_s=0.05,
        lease=LeaseTimes(0.1, 30.0),
        scratch=folder / "scratch",
        start_method="fork",
        do=child_tasks.do,
        boundary=boundary,
    )
    url = database.engine.url.render_as_string(hide_password=False)
    worker = threading.Thread(target=run_worker, args=(database, blobs, url, Settings(), CLOCK, stop, options))
    worker.start()
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until:
            with database.reading() as session:
                item = session.scalars(select(WorkItem)).one()
            if item.state == "done":
                return item
            time.sleep(0.05)
        raise AssertionError(f"the item is still {item.state}: {item.reason}")
    finally:
        stop.set()
        worker.join(timeout=60)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_result_in_flight_goes_with_the_interview(
    database: Database, blobs: BlobStore, tmp_path: Path, boundary: str
) -> None:
    rows, _ = one_answer(database)
    erased: list[str] = []

    def erase_there(name: str, held: Claim) -> None:
        if name == boundary and not erased:
            erased.append(withdraw_and_erase(database, blobs, rows))

    item = ended(database, blobs, tmp_path, erase_there)
    assert erased, f"the worker never came to {boundary}"
    assert (item.stage, item.made) == ("erased", None)
    assert list(blobs.stored()) == [], "the transcript of who has withdrawn is still there"


def test_a_result_that_is_entered_stays_and_is_noted_no_longer(
    database: Database, blobs: BlobStore, tmp_path: Path
) -> None:
    _, answer_id = one_answer(database)
    item = ended(database, blobs, tmp_path, lambda name, held: None)
    with database.reading() as session:
        measured = session.get_one(Answer, answer_id).measured_blob
    assert item.made is None
    assert [sha256 for sha256, _ in blobs.stored()] == [measured]


def test_what_a_killed_worker_left_goes_with_the_interview_and_stands_in_the_receipt(
    database: Database, blobs: BlobStore
) -> None:
    rows, answer_id = one_answer(database)
    left = blobs.put(b"a transcript", "application/json")
    with database.transaction() as session:
        item = session.scalars(select(WorkItem)).one()
        held = claim(session, item.id, "w", CLOCK)
        assert held is not None
        assert work_made.note(session, held, [left], CLOCK)
        fail(session, held, "work.crashed", KIT.role, CLOCK)
    request_id = withdraw_and_erase(database, blobs, rows)
    assert list(blobs.stored()) == []
    with database.reading() as session:
        receipt = session.get_one(erasure.ErasureRequest, request_id).receipt
        assert receipt is not None
        assert {"what": "unfinished", "sha256": left} in receipt["blobs"]
        assert session.get(Blob, left) is None
    assert answer_id


def test_equal_results_of_two_items_are_kept_for_the_one_that_is_under_way(
    database: Database, blobs: BlobStore
) -> None:
    one_answer(database)
    one_answer(database)
    same = blobs.put(b"the same text", "application/json")
    with database.transaction() as session:
        for item_id in session.scalars(select(WorkItem.id)).all():
            held = claim(session, item_id, "w", CLOCK)
            assert held is not None
            assert work_made.note(session, held, [same], CLOCK)
    first, second = _items(database)
    with database.transaction() as session:
        assert work_made.clear(session, blobs, house().references(), first) == ()
        assert blobs.exists(same)
        assert work_made.clear(session, blobs, house().references(), second) == (same,)
    assert not blobs.exists(same)


def _items(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(WorkItem.id).order_by(WorkItem.id)))


def test_who_lost_an_item_may_note_nothing_on_it(database: Database) -> None:
    one_answer(database)
    (item_id,) = _items(database)
    with database.transaction() as session:
        held = claim(session, item_id, "w", CLOCK)
        assert held is not None
        fail(session, held, "work.crashed", KIT.role, CLOCK)
        assert not work_made.note(session, held, ["a" * 64], CLOCK)
