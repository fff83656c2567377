"""Webhooks: every write that was asked for, signed, to no address inside, without following anybody elsewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from delivering import deliver_due
from hiring_world import MovingClock
from sqlalchemy import select

from interview_engine.errors import DeliveryError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.messaging import webhooks as service
from interview_engine.store import audit
from interview_engine.store.addresses import checked_address, is_public
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.webhook_events import wants
from interview_engine.store.webhooks import WebhookChannel

BOX = SecretBox("a secret of thirty-two characters!")


class Receiver:
    """Another system on this machine: keeps what it is sent, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.location = ""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("location", receiver.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as one:
        yield one


def subscribe(database: Database, clock: MovingClock, url: str, *events: str) -> tuple[str, str]:
    with database.transaction() as session:
        hook, secret = service.create_webhook(session, SYSTEM, BOX, url, events, clock, private=True)
        return hook.id, secret


def happen(database: Database, clock: MovingClock, action: str, **detail: object) -> None:
    with database.transaction() as session:
        audit.record(session, "account:1", action, "application:9", dict(detail), clock)


def messages(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.dedupe_key)))


def channel(database: Database, clock: MovingClock, private: bool = True) -> dict[str, WebhookChannel]:
    return {"webhook": WebhookChannel(database, BOX, clock, private=private)}


def test_a_write_reaches_the_receiver_once_and_its_signature_proves_it(database: Database, receiver: Receiver) -> None:
    clock = MovingClock()
    hook_id, secret = subscribe(database, clock, receiver.url, "application.*")
    happen(database, clock, "application.move", to="review")
    assert deliver_due(database, channel(database, clock), clock) == 1
    assert deliver_due(database, channel(database, clock), clock) == 0
    ((headers, body),) = receiver.got
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(clock.at.timestamp())
    sent = json.loads(body)
    assert sent["id"] == headers["webhook-id"]
    assert (sent["type"], sent["subject"], sent["data"]) == ("application.move", "application:9", {"to": "review"})
    assert messages(database)[-1].recipient == f"webhook:{hook_id}"
    assert messages(database)[-1].state == "delivered"


def test_only_what_was_asked_for_is_queued(database: Database) -> None:
    clock = MovingClock()
    subscribe(database, clock, "http://127.0.0.1:1/", "offer.state")
    for action in ("offer.state", "offer.draft", "report.read", "sign_in.fail", "grant.give"):
        happen(database, clock, action)
    assert [message.template for message in messages(database)] == ["offer.state"]


def test_a_write_that_is_rolled_back_tells_nobody(database: Database) -> None:
    clock = MovingClock()
    subscribe(database, clock, "http://127.0.0.1:1/", "offer.*")

    def write_and_fail() -> None:
        with database.transaction() as session:
            audit.record(session, "account:1", "offer.state", "offer:1", {}, clock)
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert messages(database) == []


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_any_answer_but_success_is_tried_again(sqlite_database: Database, receiver: Receiver, status: int) -> None:
    clock = MovingClock()
    subscribe(sqlite_database, clock, receiver.url, "offer.*")
    happen(sqlite_database, clock, "offer.state")
    receiver.status = status
    deliver_due(sqlite_database, channel(sqlite_database, clock), clock)
    (message,) = messages(sqlite_database)
    assert message.state == "queued"
    assert str(status) in (message.error or "")
    first_id = receiver.got[0][0]["webhook-id"]
    receiver.status = 204
    clock.at = message.due_at
    deliver_due(sqlite_database, channel(sqlite_database, clock), clock)
    assert messages(sqlite_database)[0].state == "delivered"
    assert receiver.got[-1][0]["webhook-id"] == first_id  # by which the receiver knows a repeat


def test_a_redirect_is_not_followed(sqlite_database: Database, receiver: Receiver) -> None:
    clock = MovingClock()
    with listening() as elsewhere:
        receiver.status, receiver.location = 307, elsewhere.url
        subscribe(sqlite_database, clock, receiver.url, "offer.*")
        happen(sqlite_database, clock, "offer.state")
        deliver_due(sqlite_database, channel(sqlite_database, clock), clock)
        assert len(receiver.got) == 1
        assert elsewhere.got == []


def test_a_receiver_that_is_gone_is_switched_off(sqlite_database: Database, receiver: Receiver) -> None:
    clock = MovingClock()
    hook_id, _ = subscribe(sqlite_database, clock, receiver.url, "offer.*")
    receiver.status = 410
    happen(sqlite_database, clock, "offer.state")
    deliver_due(sqlite_database, channel(sqlite_database, clock), clock)
    with sqlite_database.reading() as session:
        assert not session.get_one(Webhook, hook_id).active
    happen(sqlite_database, clock, "offer.state")
    assert [message.state for message in messages(sqlite_database)] == ["suppressed"]


def test_a_private_receiver_is_refused_when_sending_too(sqlite_database: Database, receiver: Receiver) -> None:
    """Whatever was allowed when it was made: the settings of today count."""
    clock = MovingClock()
    subscribe(sqlite_database, clock, receiver.url, "offer.*")
    happen(sqlite_database, clock, "offer.state")
    deliver_due(sqlite_database, channel(sqlite_database, clock, private=False), clock)
    assert receiver.got == []
    assert messages(sqlite_database)[0].state == "failed"


def test_the_connection_goes_to_the_address_that_was_checked(sqlite_database: Database) -> None:
    """A name that changes its mind between the check and the connection (DNS rebinding) changes nothing."""
    clock = MovingClock()
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    with sqlite_database.transaction() as session:
        service.create_webhook(
            session, SYSTEM, BOX, "https://ats.example/in", ["offer.*"], clock, resolving=lambda *_: ["93.184.216.34"]
        )
    happen(sqlite_database, clock, "offer.state")
    names = iter([["93.184.216.34"], ["127.0.0.1"]])
    channels = {
        "webhook": WebhookChannel(
            sqlite_database, BOX, clock, resolving=lambda *_: next(names), transport=lambda: httpx.MockTransport(answer)
        )
    }
    deliver_due(sqlite_database, channels, clock)
    (request,) = seen
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == "ats.example"
    assert request.extensions["sni_hostname"] == "ats.example"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:0:f5ff:fffe",
        # forms of transition, whatever is inside
        "2002:5db8:d822::1", "2001::1", "2001:10::1", "2001:20::1", "2001:2::1", "64:ff9b:1::5db8:d822",
        "::93.184.216.34",
        "::ffff:0:93.184.216.34", "2606:2800::5efe:5db8:d822", "2606:2800::200:5efe:a00:1", "::ffff:168.63.129.16",
        # local ranges, documentation, anycast of relays
        "fec0::1", "100::1", "5f00::1", "3fff::1", "2001:db8::1", "4000::1", "192.88.99.1", "192.0.0.192", "198.18.0.1",
        "192.0.2.1", "203.0.113.5", "240.0.0.1",
        # clouds' addresses for their machines
        "168.63.129.16", "100.100.100.200", "169.254.0.23", "fd00:ec2::254", "fd20:ce::254", "161.26.0.10", "166.8.0.1",
        "64:ff9b::a83f:8110",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://ats.example/", "ftp://ats.example/", "file:///etc/passwd", "https://", "https://user:pw@ats.example/",
        "https://[::1", "javascript:alert(1)", "", "https://ats.example:99999/",
    ],
)  # fmt: skip
def test_what_is_no_public_https_address_is_refused_for_good(url: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        checked_address(url, private=False, resolving=lambda *_: ["93.184.216.34"])
    assert not caught.value.temporary


@pytest.mark.parametrize("port", [22, 25, 80, 6379, 8080, 0])
def test_public_receivers_are_sent_to_at_the_ports_of_the_settings_only(port: int) -> None:
    url = f"https://ats.example:{port}/"
    public = {"private": False, "resolving": lambda *_: ["93.184.216.34"]}
    with pytest.raises(DeliveryError) as caught:
        checked_address(url, **public)  # type: ignore[arg-type]
    assert not caught.value.temporary
    if port:
        assert checked_address(url, ports=(port,), **public) == "93.184.216.34"  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["https://ats.example/", "https://ats.example:443/", "https://ats.example:8443/in"])
def test_the_usual_ports_are_allowed(url: str) -> None:
    assert checked_address(url, private=False, resolving=lambda *_: ["93.184.216.34"]) == "93.184.216.34"


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(DeliveryError):
        checked_address("https://ats.example/", private=False, resolving=lambda *_: ["93.184.216.34", "10.0.0.1"])


def test_a_name_that_does_not_resolve_may_do_so_later() -> None:
    def fail(*_: object) -> list[str]:
        raise OSError

    with pytest.raises(DeliveryError) as caught:
        checked_address("https://ats.example/", private=False, resolving=fail)
    assert caught.value.temporary


@pytest.mark.parametrize("events", [[], ["report.read"], ["sign_in.*"], ["*"], ["application"], ["application.MOVE"]])
def test_events_that_cannot_be_asked_for(sqlite_database: Database, events: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught, sqlite_database.transaction() as session:
        service.create_webhook(session, SYSTEM, BOX, "https://a.example/", events, MovingClock(), private=True)
    assert caught.value.field == "events"


def test_the_secret_is_kept_encrypted_and_shown_once(sqlite_database: Database) -> None:
    _, secret = subscribe(sqlite_database, MovingClock(), "http://127.0.0.1:1/", "offer.*")
    with sqlite_database.reading() as session:
        (hook,) = service.list_webhooks(session, SYSTEM)
    assert secret not in hook.secret_encrypted
    assert BOX.decrypt(hook.secret_encrypted) == secret


def test_only_those_who_manage_may_have_others_told(sqlite_database: Database) -> None:
    nobody = Actor("account:1", "1", "p", "", (), "zh")
    with sqlite_database.reading() as session:
        with pytest.raises(PermissionDenied):
            service.create_webhook(session, nobody, BOX, "https://a.example/", ["offer.*"], MovingClock())
        for call in (service.list_webhooks, lambda s, a: service.deliveries(s, a, "x")):
            with pytest.raises(PermissionDenied):
                call(session, nobody)


def test_a_subscription_holds_its_subject_or_its_event() -> None:
    assert wants(["offer.*"], "offer.state")
    assert wants(["offer.state"], "offer.state")
    assert not wants(["offer.state"], "offer.draft")
    assert not wants(["offer.*"], "offers.state")
