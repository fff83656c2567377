"""Work items (row A10): asked for once, held by one worker at a time, parked after three attempts, then for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from interview_engine.errors import ConflictError, NotFoundError
from interview_engine.i18n import LocalizedText
from interview_engine.store.engine import Database
from interview_engine.store.tables import AuditEvent, Worker, WorkItem
from interview_engine.store.work import enqueue_work, give_up, history, operations, retry_work
from interview_engine.store.work_run import (
    MAX_ATTEMPTS,
    Claim,
    begin_afresh,
    bury,
    claim,
    fail,
    finish,
    free,
    give_back,
    postpone,
    progress,
)

WHY = LocalizedText("坏了。", "It broke.")


class FixedClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic_s(self) -> float:
        return self.time.timestamp()

    def later(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Manager:
    id: str = "account:manager"


CLOCK = FixedClock()


def _take(database: Database, item_id: str, worker: str = "w1") -> Claim:
    with database.transaction() as session:
        held = claim(session, item_id, worker, CLOCK)
    assert held is not None
    return held


def _item(database: Database, kind: str = "answer", subject: str = "a1") -> WorkItem:
    with database.transaction() as session:
        return enqueue_work(session, kind, subject, CLOCK)


def _state(database: Database, item_id: str) -> WorkItem:
    with database.reading() as session:
        return session.get_one(WorkItem, item_id)


def test_asking_twice_is_asking_once_and_again_is_a_new_generation(database: Database) -> None:
    first = _item(database)
    assert _item(database).id == first.id
    held = _take(database, first.id)
    with database.transaction() as session:
        assert finish(session, held, CLOCK)
    assert _item(database).id == first.id
    with database.transaction() as session:
        second = enqueue_work(session, "answer", "a1", CLOCK, again=True)
        assert (second.generation, second.state) == (2, "waiting")
        assert enqueue_work(session, "answer", "a1", CLOCK, again=True).id == second.id


def test_an_item_that_its_transaction_took_back_was_never_there(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:  # noqa: PT012 the transaction is the subject
        enqueue_work(session, "answer", "lost", CLOCK)
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(WorkItem)).all() == []


def test_one_worker_gets_an_item_and_the_attempt_is_counted_before_it_begins(database: Database) -> None:
    item = _item(database)
    held = _take(database, item.id)
    assert (held.attempt, held.run) == (1, 0)
    with database.transaction() as session:
        assert claim(session, item.id, "w2", CLOCK) is None
    assert _state(database, item.id).attempts == 1


def test_a_worker_that_lost_an_item_has_no_effect_any_more(database: Database) -> None:
    """The old worker wakes up after another one took over: every change of the item says no."""
    item = _item(database)
    old = _take(database, item.id, "sleeper")
    with database.transaction() as session:
        assert free(session, "sleeper", CLOCK) == 1
    new = _take(database, item.id, "w2")
    for change in (
        lambda session: progress(session, old, "watch", 0.5, CLOCK),
        lambda session: finish(session, old, CLOCK),
        lambda session: fail(session, old, "x", WHY, CLOCK),
        lambda session: postpone(session, old, "x", WHY, CLOCK),
        lambda session: give_back(session, old, CLOCK),
        lambda session: begin_afresh(session, old, CLOCK),
    ):
        with database.transaction() as session:
            assert not change(session)
    with database.transaction() as session:
        assert finish(session, new, CLOCK, 12.5)
    done = _state(database, item.id)
    assert (done.state, done.worker_id, done.media_s, done.attempts) == ("done", "w2", 12.5, 2)


def test_a_crash_keeps_the_run_and_a_failure_begins_a_new_one(database: Database) -> None:
    item = _item(database)
    _take(database, item.id)
    with database.transaction() as session:
        free(session, "w1", CLOCK)
    resumed = _take(database, item.id, "w2")
    assert (resumed.attempt, resumed.run) == (2, 0)
    with database.transaction() as session:
        assert fail(session, resumed, "engine.failed", WHY, CLOCK) == "waiting"
    waiting = _state(database, item.id)
    assert waiting.run == 1
    assert waiting.due_at is not None
    assert waiting.due_at > CLOCK.now()
    assert waiting.reason == {"code": "engine.failed", "zh": WHY.zh, "en": WHY.en}


def test_the_third_failure_parks_with_its_reason(database: Database) -> None:
    item = _item(database)
    states = []
    for _ in range(MAX_ATTEMPTS):
        held = _take(database, item.id)
        with database.transaction() as session:
            states.append(fail(session, held, "work.killed", WHY, CLOCK))
    assert states == ["waiting", "waiting", "parked"]
    assert _state(database, item.id).reason == {"code": "work.killed", "zh": WHY.zh, "en": WHY.en}
    with database.transaction() as session:
        assert claim(session, item.id, "w1", CLOCK) is None


def test_an_item_that_kills_three_workers_is_parked(database: Database) -> None:
    item = _item(database)
    for number in range(MAX_ATTEMPTS):
        _take(database, item.id, f"w{number}")
        with database.transaction() as session:
            free(session, f"w{number}", CLOCK)
    parked = _state(database, item.id)
    assert (parked.state, parked.reason and parked.reason["code"]) == ("parked", "work.crashed")


def test_outages_and_orderly_stops_cost_no_attempt_and_pauses_grow(database: Database) -> None:
    item = _item(database)
    pauses = []
    for _ in range(8):
        held = _take(database, item.id)
        with database.transaction() as session:
            assert postpone(session, held, "output.disk_full", WHY, CLOCK)
        waiting = _state(database, item.id)
        assert waiting.due_at is not None
        pauses.append((waiting.due_at - CLOCK.now()).total_seconds())
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    held = _take(database, item.id)
    with database.transaction() as session:
        assert give_back(session, held, CLOCK)
    assert _state(database, item.id).attempts == 0


def test_a_person_retries_a_parked_item_once_and_it_is_in_the_trail(database: Database) -> None:
    item = _item(database)
    for _ in range(MAX_ATTEMPTS):
        held = _take(database, item.id)
        with database.transaction() as session:
            fail(session, held, "work.killed", WHY, CLOCK)
    for _ in range(2):
        with database.transaction() as session:
            retried = retry_work(session, Manager(), item.id, CLOCK)
    assert (retried.state, retried.attempts, retried.reason, retried.due_at) == ("waiting", 0, None, None)
    with database.reading() as session:
        events = session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "work.retried")).all()
    assert events == ["account:manager"]
    held = _take(database, item.id)
    assert held.run > 0
    with database.transaction() as session:
        finish(session, held, CLOCK)
    with pytest.raises(ConflictError), database.transaction() as session:
        retry_work(session, Manager(), item.id, CLOCK)
    with pytest.raises(NotFoundError), database.transaction() as session:
        retry_work(session, Manager(), "0" * 32, CLOCK)


def test_giving_up_is_for_parked_items_and_hands_an_interview_to_a_person(database: Database) -> None:
    answer, interview = _item(database), _item(database, "interview", "i1")
    with pytest.raises(ConflictError), database.transaction() as session:
        give_up(session, Manager(), answer.id, CLOCK)
    for item in (answer, interview):
        for _ in range(MAX_ATTEMPTS):
            held = _take(database, item.id)
            with database.transaction() as session:
                fail(session, held, "work.killed", WHY, CLOCK)
        for _ in range(2 if item is answer else 1):
            with database.transaction() as session:
                give_up(session, Manager(), item.id, CLOCK, by_person=("interview",))
    assert _state(database, answer.id).state == "given_up"
    handed = _state(database, interview.id)
    assert (handed.state, handed.by_person) == ("waiting", True)


def test_a_dead_worker_is_buried_by_one_and_never_while_it_beats(database: Database) -> None:
    seen = CLOCK.now()
    with database.transaction() as session:
        session.add(Worker(id="w9", host="h", pid=1, started_at=seen, heartbeat_at=seen))
    with database.transaction() as session:
        assert not bury(session, "w9", seen - timedelta(seconds=2), CLOCK)
    with database.transaction() as session:
        assert bury(session, "w9", seen, CLOCK)
    with database.transaction() as session:
        assert not bury(session, "w9", seen, CLOCK)


def test_operations_count_what_there_is(database: Database) -> None:
    clock = FixedClock()
    with database.transaction() as session:
        items = [enqueue_work(session, "answer", f"s{number}", clock).id for number in range(5)]
        session.add(Worker(id="alive", host="h", pid=1, started_at=clock.now(), heartbeat_at=clock.now()))
        old = clock.now() - timedelta(seconds=11)
        session.add(Worker(id="dead", host="h", pid=2, started_at=old, heartbeat_at=old))
        interview = enqueue_work(session, "interview", "i", clock).id
    clock.later(1)
    with database.transaction() as session:
        held = {item: claim(session, item, "alive", clock) for item in [*items[:4], interview]}
    with database.transaction() as session:
        for item, media_s in ((items[0], 60.0), (items[1], 30.5), (interview, 0.0)):
            mine = held[item]
            assert mine is not None
            finish(session, mine, clock, media_s)
        failed = held[items[2]]
        assert failed is not None
        fail(session, failed, "engine.failed", WHY, clock)
    clock.later(2)
    with database.reading() as session:
        found = operations(session, clock)
    assert (found.waiting, found.retrying, found.running, found.parked) == (2, 1, 1, 0)
    assert found.oldest_waiting_s == 3.0
    assert (found.last_hour.done, found.last_hour.media_s) == ({"answer": 2, "interview": 1}, 90.5)
    assert [item.id for item in found.running_items] == [items[3]]
    assert (found.workers_alive, [worker.id for worker in found.workers]) == (1, ["dead", "alive"])
    clock.later(7200)
    with database.reading() as session:
        later = operations(session, clock)
    assert (later.last_hour.done.get("answer", 0), later.last_day.done["answer"]) == (0, 2)


def test_history_counts_what_was_finished_from_each_moment_to_the_next(database: Database) -> None:
    clock = FixedClock()
    first = clock.now()
    with database.transaction() as session:
        session.add(Worker(id="w", host="h", pid=1, started_at=first, heartbeat_at=first))
        items = [enqueue_work(session, "answer", f"s{number}", clock).id for number in range(3)]
    for item, media_s in zip(items, (60.0, 30.0, 12.0), strict=True):
        with database.transaction() as session:
            mine = claim(session, item, "w", clock)
            assert mine is not None
            finish(session, mine, clock, media_s)
        clock.later(3600)
    with database.reading() as session:
        days = history(session, [first - timedelta(hours=1), first + timedelta(minutes=30), first + timedelta(hours=2)])
        assert [(day.done, day.given_up, day.media_s) for day in days] == [(1, 0, 60.0), (1, 0, 30.0), (1, 0, 12.0)]
        assert history(session, []) == ()
