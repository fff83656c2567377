"""Messages in words, and by mail: both languages, nothing personal, no password in clear, once in effect."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from delivering import deliver_due
from hiring_world import MovingClock

import interview_engine.hr
from interview_engine.errors import DeliveryError, UsageError
from interview_engine.hr.house import house
from interview_engine.hr.messaging.mail import MailChannel
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.people.tables import Person
from interview_engine.store import outbox
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.store.tables import OutboxMessage

PAYLOAD = {
    "title": "客服专员",
    "token": "t0ken",
    "application": "a1",
    "expires_at": "2026-11-09T09:00:00+00:00",
    "receipt": "f" * 64,
    "start": "2026-12-01",
    "count": 3,
    "text": "我们很快联系你。We will be in touch.",
    "end": f"7:{'a' * 64}",
    "employment": "e1",
    "onboarding": "n1",
    "request": "r1",
    "code": "123456",
    "minutes": 10,
    "cycle": "2026 Q3",
    "name": "Grace",
    "first": "2026-12-01",
    "last": "2026-12-31",
    "days": "2026-12-01, 2026-12-02",
}


TEMPLATES = tuple(house().messages)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_has_words_in_both_languages(template: str, language: str) -> None:
    of_its_link = {name: "x1" for _, name, _, _ in Formatter().parse(house().messages[template].path) if name}
    words = words_for(template, {**of_its_link, **PAYLOAD}, language, "https://hr.example")
    assert words.subject
    assert "\n" not in words.subject
    assert "{" not in words.subject + words.body
    assert "—" not in words.subject + words.body
    assert bool(re.search(r"[\u4e00-\u9fff]", words.subject.replace(PAYLOAD["title"], ""))) is (language == "zh")
    for link in re.findall(r"https?://\S+", words.body):
        assert link.startswith("https://hr.example/")


@pytest.mark.parametrize(
    ("language", "shown"), [("zh", "2026-11-10 01:30（北京时间）"), ("en", "2026-11-10 01:30 (Beijing time)")]
)
def test_a_time_in_a_message_is_beijing_s_and_says_so(language: str, shown: str) -> None:
    payload = {**PAYLOAD, "expires_at": "2026-11-09T17:30:00+00:00"}
    timed = [name for name, one in house().messages.items() if "{expires}" in one.body.get(language)]
    assert {"invitation.sent", "offer.sent"} <= set(timed)
    for template in timed:
        assert shown in words_for(template, payload, language, "https://hr.example").body


def test_every_template_that_is_used_has_words() -> None:
    """Found in the sources, so that a new message cannot go out without words."""
    folder = Path(interview_engine.hr.__path__[0])
    sources = {file: file.read_text(encoding="utf-8") for file in folder.rglob("*.py")}
    named = {name for source in sources.values() for name in re.findall(r'"([a-z_.]+)", payload, clock', source)}
    named |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', sources[folder / "recruiting" / "notices.py"]))
    assert len(named) > 8
    assert named <= set(TEMPLATES)


def test_a_template_without_words_and_a_link_without_its_secret_are_errors() -> None:
    with pytest.raises(DeliveryError) as caught:
        words_for("unknown", {}, "zh", "")
    assert caught.value.code == "message.no_words"
    with pytest.raises(DeliveryError) as caught:
        words_for("invitation.sent", {"title": "客服"}, "zh", "https://hr.example")
    assert caught.value.code == "message.no_link"
    assert not caught.value.temporary


def test_a_title_with_braces_is_only_a_title() -> None:
    words = words_for("invitation.sent", {**PAYLOAD, "title": "{token} {0} {a.b}"}, "en", "https://hr.example")
    assert words.subject == "Interview invitation: {token} {0} {a.b}"


class Post:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.commands: list[str] = []
        self.refuse = b""
        self.port = 0


@pytest.fixture
def post() -> Iterator[Post]:
    kept = Post()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 post\r\n")
            while line := self.rfile.readline():
                word = line.split()[0].upper().decode()
                kept.commands.append(word)
                if word == "EHLO":
                    self.wfile.write(b"250-post\r\n250 SIZE 1000000\r\n")
                elif word == "RCPT" and kept.refuse:
                    self.wfile.write(kept.refuse + b"\r\n")
                elif word == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    kept.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self.wfile.write(b"250 taken\r\n")
                elif word == "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 fine\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Session)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def channel(database: Database, clock: MovingClock, url: str) -> dict[str, MailChannel]:
    made = MailChannel(database, clock, smtp_url=url, mail_from="面试 <hr@hr.example>", public_url="https://hr.example")
    return {"email": made}


def queue(database: Database, clock: MovingClock, address: str = "li@example.com", language: str = "zh") -> str:
    with database.transaction() as session:
        person = Person(**stamp("system", clock), name="李雷", language=language, talent_pool=False, synthetic=True)
        person.email = address
        session.add(person)
        session.flush()
        message = outbox.enqueue(
            session, dedupe_key=f"k:{person.id}", channel="email", recipient=f"person:{person.id}",
            template="invitation.sent", payload=dict(PAYLOAD), clock=clock,
        )  # fmt: skip
        assert message is not None
        return message.id


def row(database: Database, message_id: str) -> OutboxMessage:
    with database.reading() as session:
        return session.get_one(OutboxMessage, message_id)


@pytest.mark.parametrize(("language", "word"), [("zh", "面试邀请"), ("en", "Interview invitation")])
def test_a_mail_arrives_in_the_language_of_its_reader(
    sqlite_database: Database, post: Post, language: str, word: str
) -> None:
    clock = MovingClock()
    message_id = queue(sqlite_database, clock, language=language)
    deliver_due(sqlite_database, channel(sqlite_database, clock, f"smtp://127.0.0.1:{post.port}"), clock)
    found = row(sqlite_database, message_id)
    assert (found.state, found.error) == ("sent", None)
    assert "token" not in found.payload  # the link's secret is with the reader now, and only there
    mail = email.message_from_bytes(post.mails[0], policy=email.policy.default)
    assert word in mail["Subject"]
    assert "客服专员" in mail["Subject"]
    assert mail["To"] == "li@example.com"
    assert mail["Message-ID"].endswith("@hr.example>")
    assert "https://hr.example/i/t0ken" in mail.get_content()
    assert "2026-11-09 17:00" in mail.get_content()


def test_no_password_goes_over_a_connection_that_is_not_encrypted(sqlite_database: Database, post: Post) -> None:
    clock = MovingClock()
    message_id = queue(sqlite_database, clock)
    deliver_due(sqlite_database, channel(sqlite_database, clock, f"smtp://u:p@127.0.0.1:{post.port}"), clock)
    assert "AUTH" not in post.commands
    assert post.mails == []
    assert row(sqlite_database, message_id).state == "queued"  # tried again: the server may be mended


@pytest.mark.parametrize(("answer", "state"), [(b"550 no such box", "failed"), (b"450 later", "queued")])
def test_a_refusal_for_good_is_not_tried_again(
    sqlite_database: Database, post: Post, answer: bytes, state: str
) -> None:
    clock = MovingClock()
    post.refuse = answer
    message_id = queue(sqlite_database, clock)
    deliver_due(sqlite_database, channel(sqlite_database, clock, f"smtp://127.0.0.1:{post.port}"), clock)
    assert row(sqlite_database, message_id).state == state


def test_nobody_to_write_to_is_said(sqlite_database: Database, post: Post) -> None:
    clock = MovingClock()
    message_id = queue(sqlite_database, clock, address="")
    deliver_due(sqlite_database, channel(sqlite_database, clock, f"smtp://127.0.0.1:{post.port}"), clock)
    assert row(sqlite_database, message_id).state == "suppressed"
    assert post.commands == []


def test_an_address_with_a_line_break_adds_no_header(sqlite_database: Database, post: Post) -> None:
    clock = MovingClock()
    message_id = queue(sqlite_database, clock, address="li@example.com\r\nBcc: all@example.com")
    deliver_due(sqlite_database, channel(sqlite_database, clock, f"smtp://127.0.0.1:{post.port}"), clock)
    assert post.mails == []
    assert row(sqlite_database, message_id).state in ("queued", "failed")


@pytest.mark.parametrize(("url", "sender"), [("http://x", "a@b"), ("smtp://", "a@b"), ("smtp://x", "nobody")])
def test_mail_settings_that_cannot_work(sqlite_database: Database, url: str, sender: str) -> None:
    with pytest.raises(UsageError):
        MailChannel(sqlite_database, MovingClock(), smtp_url=url, mail_from=sender, public_url="")
