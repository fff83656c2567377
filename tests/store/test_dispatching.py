"""One slow receiver delays nobody, is paused, and gets nothing twice."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from delivering import deliver_due
from hiring_world import MovingClock
from sqlalchemy import select

from interview_engine.clock import SystemClock
from interview_engine.errors import DeliveryError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.messaging import mail as mails
from interview_engine.hr.messaging import webhooks as service
from interview_engine.hr.messaging.mail import MailChannel
from interview_engine.hr.people.tables import Person
from interview_engine.store import audit, outbox, webhooks
from interview_engine.store.deadline import Deadline
from interview_engine.store.deliver import Channel, InboxChannel, Message, Receipt, run_dispatcher
from interview_engine.store.engine import Database
from interview_engine.store.outbox import CLAIM_S
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.webhooks import PATIENCE, PAUSES_S, WebhookChannel

pytestmark = pytest.mark.slow

BOX = SecretBox("a secret of thirty-two characters!")
CLOCK = SystemClock()


LIMIT_S = 120.0
"""A test that waits for longer fails. No machine is so slow, and no assertion hangs on how fast one is."""


@dataclass
class Dripping:
    """A receiver that answers a line every 0.3 s until `stop` is set, or for LIMIT_S when nobody hangs up.

    Args:
        speaking: set while it answers.
        called: how often it was called.
        gave_up: how often it came to its own end, since the other side went on listening.
    """

    port: int = 0
    called: int = 0
    gave_up: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    speaking: threading.Event = field(default_factory=threading.Event)


@contextmanager
def dripping(first: bytes = b"HTTP/1.1 200 OK\r\n", drop: bytes = b"x-wait: 1\r\n") -> Iterator[Dripping]:
    one = Dripping()
    stop = one.stop
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    one.port = listener.getsockname()[1]

    def drip(connection: socket.socket) -> None:
        one.called += 1
        with connection:
            try:
                connection.sendall(first)
                one.speaking.set()
                for _ in range(int(LIMIT_S / 0.3)):
                    if stop.wait(0.3):
                        return
                    connection.sendall(drop)
                one.gave_up += 1
            except OSError:
                return
            finally:
                one.speaking.clear()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield one
    finally:
        stop.set()
        thread.join()
        listener.close()


@dataclass
class Quick:
    """A receiver that answers at once, with what it is told to."""

    got: list[str] = field(default_factory=list)
    status: int = 204
    port: int = 0
    running: Counter[str] = field(default_factory=Counter)
    most: int = 0
    pause_s: float = 0.0


@contextmanager
def answering() -> Iterator[Quick]:
    one = Quick()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            with lock:
                one.running["now"] += 1
                one.most = max(one.most, one.running["now"])
                one.got.append(self.headers["webhook-id"])
            time.sleep(one.pause_s)
            with lock:
                one.running["now"] -= 1
            self.send_response(one.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Post:
    """A channel that notes when it was handed what."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}

    def send(self, message: Message) -> Receipt:
        self.at[message.dedupe_key] = CLOCK.now()
        return Receipt("sent")


def subscribe(database: Database, url: str, event: str, clock: MovingClock | SystemClock = CLOCK) -> str:
    with database.transaction() as session:
        return service.create_webhook(session, SYSTEM, BOX, url, [event], clock, private=True)[0].id


def happen(database: Database, action: str, clock: MovingClock | SystemClock = CLOCK) -> None:
    with database.transaction() as session:
        audit.record(session, "account:1", action, "application:9", {}, clock)


def queue(database: Database, key: str, channel: str) -> None:
    with database.transaction() as session:
        outbox.enqueue(
            session, dedupe_key=key, channel=channel, recipient="person:1", template="t", payload={}, clock=CLOCK
        )


def rows(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@contextmanager
def dispatching(database: Database, channels: dict[str, Channel]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run_dispatcher, args=(database, channels, CLOCK, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def hook_channel(database: Database, clock: MovingClock | SystemClock = CLOCK) -> WebhookChannel:
    return WebhookChannel(database, BOX, clock, private=True)


def until(reached: Callable[[], bool]) -> None:
    """Come back when it is so; fail after LIMIT_S."""
    ends = time.monotonic() + LIMIT_S
    while not reached():
        assert time.monotonic() < ends, f"not within {LIMIT_S:.0f} s"
        time.sleep(0.05)


def sent(database: Database) -> int:
    """How many messages went out that do not go to the dripping receiver."""
    return sum(row.sent_at is not None for row in rows(database) if row.template != "offer.state")


def test_a_dripping_receiver_delays_neither_another_hook_nor_mail_nor_the_inbox(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT_S", LIMIT_S)
    post = Post()
    with dripping() as slow, answering() as quick:
        subscribe(database, f"http://127.0.0.1:{slow.port}/in", "offer.*")
        subscribe(database, f"http://127.0.0.1:{quick.port}/in", "application.*")
        channels: dict[str, Channel] = {"webhook": hook_channel(database), "email": post, "inbox": InboxChannel()}
        with dispatching(database, channels):
            for _ in range(4):
                happen(database, "offer.state")
            try:
                assert slow.speaking.wait(LIMIT_S)
                for number in range(20):
                    happen(database, "application.move")
                    queue(database, f"mail {number}", "email")
                    queue(database, f"inbox {number}", "inbox")
                until(lambda: sent(database) == 60)
                assert slow.speaking.is_set(), "none of the sixty waited for the first delivery to end"
                assert slow.called == 1
            finally:
                slow.stop.set()
        assert len(quick.got) == len(set(quick.got)) == 20
        assert len(post.at) == 20
        stuck = [row for row in rows(database) if row.template == "offer.state"]
        assert all(row.state == "queued" for row in stuck)


def test_a_delivery_ends_at_its_deadline_however_slowly_the_receiver_speaks(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 1.0)
    with dripping() as slow:
        subscribe(sqlite_database, f"http://127.0.0.1:{slow.port}/in", "offer.*")
        happen(sqlite_database, "offer.state")
        began = time.monotonic()
        deliver_due(sqlite_database, {"webhook": hook_channel(sqlite_database)}, CLOCK)
        assert time.monotonic() - began > 0.9
        assert (slow.called, slow.gave_up) == (1, 0)
    (row,) = rows(sqlite_database)
    assert (row.state, row.attempts) == ("queued", 1)
    with sqlite_database.reading() as session:
        assert session.scalars(select(Webhook.last_error)).one() == "webhook.slow"


def test_a_slow_resolver_ends_at_the_deadline_too(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.3)
    done, resolved = threading.Event(), threading.Event()

    def resolving(*_: object) -> list[str]:
        done.wait(LIMIT_S)
        resolved.set()
        return ["127.0.0.1"]

    subscribe(sqlite_database, "http://127.0.0.1:1/in", "offer.*")
    happen(sqlite_database, "offer.state")
    channel = WebhookChannel(sqlite_database, BOX, CLOCK, private=True, resolving=resolving)
    deliver_due(sqlite_database, {"webhook": channel}, CLOCK)
    assert not resolved.is_set()
    done.set()
    assert rows(sqlite_database)[0].state == "queued"


def test_a_host_is_called_by_one_slot_at_a_time(sqlite_database: Database) -> None:
    with answering() as quick:
        quick.pause_s = 0.1
        for path in ("a", "b", "c"):
            subscribe(sqlite_database, f"http://127.0.0.1:{quick.port}/{path}", "offer.*")
        with dispatching(sqlite_database, {"webhook": hook_channel(sqlite_database)}):
            for _ in range(4):
                happen(sqlite_database, "offer.state")
            until(lambda: len(quick.got) >= 12)
        assert len(quick.got) == 12
        assert quick.most == 1


def test_a_mail_server_that_drips_ends_at_the_deadline(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "TIMEOUT_S", 1.0)
    with sqlite_database.transaction() as session:
        person = Person(**stamp("system", CLOCK), name="收件人", email="reader@example.org", language="zh")
        session.add(person)
        session.flush()
        recipient = f"person:{person.id}"
    with dripping(b"220-wait\r\n", b"220-wait\r\n") as slow:
        channel = MailChannel(
            sqlite_database,
            CLOCK,
            smtp_url=f"smtp://127.0.0.1:{slow.port}",
            mail_from="hr@example.org",
            public_url="http://x",
        )
        message = Message("1", "k", recipient, "assessment.ready", {"title": "t", "application": "a"}, CLOCK.now(), 1)
        with pytest.raises(DeliveryError) as failed:
            channel.send(message)
        assert (slow.called, slow.gave_up) == (1, 0)
        assert failed.value.temporary


def test_no_delivery_may_last_as_long_as_its_claim() -> None:
    assert webhooks.TIMEOUT_S < CLAIM_S / 2
    assert mails.TIMEOUT_S < CLAIM_S / 2


def test_a_connection_that_begins_after_the_deadline_ends_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.05) as deadline:
        until(lambda: deadline.passed)
        deadline.watch(ours)
        assert theirs.recv(1) == b""


def test_after_three_failures_a_hook_is_paused_for_longer_each_time_and_others_go_on(database: Database) -> None:
    clock = MovingClock()
    with answering() as broken, answering() as fine:
        broken.status = 503
        hook = subscribe(database, f"http://127.0.0.1:{broken.port}/in", "offer.*", clock)
        subscribe(database, f"http://127.0.0.1:{fine.port}/in", "application.*", clock)
        for _ in range(10):
            happen(database, "offer.state", clock)
            happen(database, "application.move", clock)
        channels: dict[str, Channel] = {"webhook": hook_channel(database, clock)}
        deliver_due(database, channels, clock, 100)
        assert len(broken.got) == PATIENCE
        assert len(fine.got) == 10
        untouched = [row for row in rows(database) if row.template == "offer.state" and row.attempts == 0]
        assert len(untouched) == 10 - PATIENCE  # no attempt of theirs is lost to the pause
        pauses = []
        for _ in range(3):
            with database.reading() as session:
                until = session.get_one(Webhook, hook).paused_until
                assert until is not None
                pauses.append(round((until - clock.at).total_seconds()))
            clock.at = until + timedelta(seconds=1)
            before = len(broken.got)
            deliver_due(database, channels, clock, 100)
            assert len(broken.got) == before + 1  # one delivery is the test
        assert tuple(pauses) == PAUSES_S[:3]


def test_a_receiver_that_works_again_gets_everything_once(database: Database) -> None:
    clock = MovingClock()
    with answering() as receiver:
        receiver.status = 500
        hook = subscribe(database, f"http://127.0.0.1:{receiver.port}/in", "offer.*", clock)
        for _ in range(5):
            happen(database, "offer.state", clock)
        channels: dict[str, Channel] = {"webhook": hook_channel(database, clock)}
        deliver_due(database, channels, clock, 100)
        with database.transaction() as session:
            lost = session.scalars(select(OutboxMessage)).first()
            assert lost is not None
            lost.state = "failed"
        with database.reading() as session:
            (troubled,) = service.troubled_webhooks(session)
        assert (troubled.failures, troubled.waiting, troubled.failed) == (PATIENCE, 4, 1)
        assert troubled.host == f"127.0.0.1:{receiver.port}"
        receiver.status = 204
        receiver.got.clear()
        with database.transaction() as session:
            assert service.resume_webhook(session, SYSTEM, hook, clock) == 1
        clock.at += timedelta(seconds=CLAIM_S)
        deliver_due(database, channels, clock, 100)
        assert len(receiver.got) == len(set(receiver.got)) == 5
        with database.reading() as session:
            assert service.troubled_webhooks(session) == ()


def test_hastening_leaves_alone_what_is_in_somebodys_hands(database: Database) -> None:
    clock = MovingClock()
    hook = subscribe(database, "http://127.0.0.1:1/in", "offer.*", clock)
    happen(database, "offer.state", clock)
    with database.transaction() as session:
        assert len(outbox.claim(session, 1, clock)) == 1
    with database.transaction() as session:
        service.resume_webhook(session, SYSTEM, hook, clock)
    with database.transaction() as session:
        assert outbox.claim(session, 1, clock) == []
