"""The outbox: with its transaction or not at all, once by its key, tried again with growing pauses."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from delivering import deliver_due
from hiring_world import MovingClock

from interview_engine.clock import SystemClock
from interview_engine.store import outbox
from interview_engine.store.deliver import InboxChannel, Message, Receipt
from interview_engine.store.engine import Database
from interview_engine.store.outbox import BACKOFF_S, CLAIM_S
from interview_engine.store.tables import OutboxMessage


def queue(database: Database, clock: MovingClock, key: str, channel: str = "post", **payload: str) -> str:
    with database.transaction() as session:
        message = outbox.enqueue(
            session,
            dedupe_key=key,
            channel=channel,
            recipient="account:1",
            template="t",
            payload=dict(payload),
            clock=clock,
        )
        assert message is not None
        return message.id


def row(database: Database, message_id: str) -> OutboxMessage:
    with database.reading() as session:
        return session.get_one(OutboxMessage, message_id)


class Post:
    """A channel that notes what it carried and fails as often as it is told to."""

    def __init__(self, failures: int = 0, receipt: Receipt | None = None) -> None:
        self.carried: list[str] = []
        self.failures = failures
        self.receipt = receipt or Receipt("sent")

    def send(self, message: Message) -> Receipt:
        if self.failures:
            self.failures -= 1
            raise OSError("no road")
        self.carried.append(message.dedupe_key)
        return self.receipt


def test_the_same_key_is_one_message(database: Database) -> None:
    clock = MovingClock()
    queue(database, clock, "k")
    with database.transaction() as session:
        again = outbox.enqueue(
            session, dedupe_key="k", channel="post", recipient="account:1", template="t", payload={}, clock=clock
        )
        assert again is None
        assert outbox.counts(session) == {"queued": 1}


def test_a_message_of_a_transaction_that_failed_is_never_sent(database: Database) -> None:
    clock, post = MovingClock(), Post()

    def write_and_fail() -> None:
        with database.transaction() as session:
            outbox.enqueue(
                session, dedupe_key="k", channel="post", recipient="account:1", template="t", payload={}, clock=clock
            )
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert deliver_due(database, {"post": post}, clock) == 0
    assert post.carried == []


def test_a_message_goes_out_once_and_a_link_secret_leaves_with_it(database: Database) -> None:
    clock, post = MovingClock(), Post()
    sent = queue(database, clock, "k", token="secret", title="t")
    assert deliver_due(database, {"post": post}, clock) == 1
    assert deliver_due(database, {"post": post}, clock) == 0
    assert post.carried == ["k"]
    found = row(database, sent)
    assert (found.state, found.attempts, found.payload) == ("sent", 1, {"title": "t"})
    assert found.sent_at is not None


def test_nothing_goes_out_before_it_is_due(database: Database) -> None:
    clock, post = MovingClock(), Post()
    with database.transaction() as session:
        outbox.enqueue(
            session, dedupe_key="k", channel="post", recipient="account:1", template="t", payload={}, clock=clock,
            due_at=clock.at + timedelta(hours=1),
        )  # fmt: skip
    assert deliver_due(database, {"post": post}, clock) == 0
    clock.at += timedelta(hours=1)
    assert deliver_due(database, {"post": post}, clock) == 1


def test_failures_are_tried_again_with_growing_pauses_and_then_given_up(database: Database) -> None:
    clock, post = MovingClock(), Post(failures=100)
    failing = queue(database, clock, "k")
    waits = []
    for _ in range(len(BACKOFF_S) + 1):
        assert deliver_due(database, {"post": post}, clock) == 1
        found = row(database, failing)
        waits.append(round((found.due_at - clock.at).total_seconds()))
        clock.at = max(found.due_at, clock.at)
    assert tuple(waits[:-1]) == BACKOFF_S
    assert row(database, failing).state == "failed"
    assert "no road" in (row(database, failing).error or "")
    assert deliver_due(database, {"post": post}, clock) == 0
    post.failures = 0
    with database.transaction() as session:
        outbox.requeue(session, failing, clock)
    assert deliver_due(database, {"post": post}, clock) == 1
    assert row(database, failing).state == "sent"


def test_one_message_that_fails_does_not_stop_the_others(database: Database) -> None:
    clock, post = MovingClock(), Post(failures=1)
    for key in ("a", "b", "c"):
        queue(database, clock, key)
    assert deliver_due(database, {"post": post}, clock) == 3
    assert post.carried == ["b", "c"]


def test_a_dispatcher_that_dies_with_a_message_leaves_it_to_another(database: Database) -> None:
    clock, post = MovingClock(), Post()
    queue(database, clock, "k")
    with database.transaction() as session:
        assert len(outbox.claim(session, 5, clock)) == 1  # and then nothing: it died
    assert deliver_due(database, {"post": post}, clock) == 0
    clock.at += timedelta(seconds=CLAIM_S)
    assert deliver_due(database, {"post": post}, clock) == 1
    assert post.carried == ["k"]


def test_many_dispatchers_at_once_take_each_message_once(database: Database) -> None:
    clock = SystemClock()
    for number in range(25):
        queue(database, MovingClock(), f"k{number}")
    posts = [Post() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda post: deliver_due(database, {"post": post}, clock, 50), posts))
        list(pool.map(lambda post: deliver_due(database, {"post": post}, clock, 50), posts))
    carried = Counter(key for post in posts for key in post.carried)
    assert carried == Counter(f"k{number}" for number in range(25))


def test_a_channel_that_is_not_set_up_suppresses_with_the_reason(database: Database) -> None:
    clock = MovingClock()
    lost = queue(database, clock, "k", channel="email")
    assert deliver_due(database, {"inbox": InboxChannel()}, clock) == 1
    assert row(database, lost).state == "suppressed"
    assert "email" in (row(database, lost).error or "")


def test_the_inbox_has_its_message_at_once(database: Database) -> None:
    """A21: the notification is there with the commit of what it tells of."""
    clock = MovingClock()
    there = queue(database, clock, "k", channel="inbox")
    deliver_due(database, {"inbox": InboxChannel()}, clock)
    assert row(database, there).state == "delivered"
