"""A change that is made on one device shows on another open page (J5): who hears of what, over both databases."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hiring_world import World, make_world
from request_staff import employ
from serving import make_context, served

from api.changes import hub
from api.changes.hub import Changes, Look, told_of
from api.context import Context
from interview_engine.clock import SystemClock
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.area import EVERYBODY
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, submit_for_approval
from interview_engine.store import audit
from interview_engine.store.engine import Database

WITHIN_S = 5.0
DAY = date(2026, 11, 9)


class Ear:
    """An open stream, read in a thread: the events that came, each (name, number, keys)."""

    def __init__(self, url: str, secret: str, watch: tuple[str, ...] = (), **headers: str) -> None:
        self.events: list[tuple[str, int, list[str]]] = []
        self.status = 0
        self.ended = threading.Event()
        self._line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        query = urlencode([("watch", one) for one in watch])
        self._line.request("GET", f"/changes?{query}", headers={"cookie": f"session={secret}", **headers})
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            with self._line.getresponse() as answer:
                self.status = answer.status
                name, number = "", 0
                for raw in answer:
                    line = raw.decode().rstrip()
                    if line.startswith("event: "):
                        name = line[7:]
                    elif line.startswith("id: "):
                        number = int(line[4:])
                    elif line.startswith("data: "):
                        self.events.append((name, number, json.loads(line[6:])))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self._line.close()
            self.ended.set()

    def wait(self, name: str, key: str | None = None, seconds: float = WITHIN_S) -> float:
        """Until such an event came; the seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if any(one == name and (key is None or key in keys) for one, _, keys in self.events):
                return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError(f"no {name} {key or ''} within {seconds} s: {self.events}, status {self.status}")

    def keys(self) -> set[str]:
        return {key for name, _, keys in self.events if name == "change" for key in keys}

    def close(self) -> None:
        if self._line.sock is not None:
            with suppress(OSError):
                self._line.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)


@contextmanager
def two_servers(database: Database, folder: Path) -> Iterator[tuple[World, Context, str, str]]:
    """Two processes of one installation, as far as a database can tell: nothing is shared but it."""
    world = make_world(database)
    context = make_context(database, folder, world.clock)
    with served(context) as one, served(replace(context)) as other:
        yield world, context, one, other


def signed_in(context: Context, world: World, role: str) -> str:
    with context.database.transaction() as session:
        account = session.get_one(Account, world.actor(role).account_id)
        return sign_in.open_session(session, account, context.clock, complete=True)


def test_what_is_done_at_one_server_is_heard_at_another_within_five_seconds(database: Database, tmp_path: Path) -> None:
    with two_servers(database, tmp_path) as (world, context, one, other):
        boss, recruiter = signed_in(context, world, "hiring_manager"), signed_in(context, world, "recruiter")
        ears = [Ear(url, secret) for url in (one, other) for secret in (boss, recruiter)]
        for ear in ears:
            ear.wait("hello")
        with database.transaction() as session:
            made = create_requisition(session, world.actor("recruiter"), world.new_requisition(), world.clock)
            approval = submit_for_approval(session, world.actor("recruiter"), made.id, world.clock)
        took = max(ear.wait("change", "me") for ear in ears)
        assert took < WITHIN_S
        before = [len(ear.events) for ear in ears]
        with httpx.Client(base_url=other, cookies={"session": boss}) as client:
            token = client.get("/console/approvals").text.partition('name="csrf" value="')[2].partition('"')[0]
            decided = client.post(f"/console/approvals/{approval.id}", data={"csrf": token, "decision": "approve"})
            assert decided.status_code == 303
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline and any(len(e.events) <= n for e, n in zip(ears, before, strict=True)):
            time.sleep(0.05)
        assert all(len(ear.events) > count for ear, count in zip(ears, before, strict=True))
        for ear in ears:
            ear.close()


def test_who_is_not_concerned_hears_nothing_and_no_name_is_sent(sqlite_database: Database, tmp_path: Path) -> None:
    with two_servers(sqlite_database, tmp_path) as (world, context, one, _):
        ears = {role: Ear(one, signed_in(context, world, role)) for role in ("hiring_manager", "auditor")}
        for ear in ears.values():
            ear.wait("hello")
        with sqlite_database.transaction() as session:
            staff = employ(world, session)
            row = staff.leave(session, DAY, DAY + timedelta(days=1), reason="发烧")
        ears["hiring_manager"].wait("change", "me")
        time.sleep(1.5)
        assert ears["auditor"].keys() == set()
        said = json.dumps([ear.events for ear in ears.values()])
        assert row.id not in said
        assert "leave" not in said
        for ear in ears.values():
            ear.close()


def test_a_page_watches_only_what_its_reader_may_read(sqlite_database: Database, tmp_path: Path) -> None:
    with two_servers(sqlite_database, tmp_path) as (world, context, one, _):
        with sqlite_database.transaction() as session:
            job = world.open_job(session)
            staff = employ(world, session)
            asked = staff.leave(session, DAY, DAY)
        watched = f"requisition:{job.id}"
        ear = Ear(one, signed_in(context, world, "recruiter"), (watched,))
        ear.wait("hello")
        with sqlite_database.transaction() as session:
            world.applicant(session, world.post(session, job))
        ear.wait("change", watched)
        with httpx.Client(base_url=one, cookies={"session": signed_in(context, world, "interviewer")}) as client:
            for wrong, status in (
                (f"request:{asked.id}", 404),
                ("work:all", 403),
                ("person:x", 422),
                ("import:x", 404),
            ):
                assert client.get("/changes.json", params={"watch": wrong}).status_code == status
            too_many = [("watch", "notices:all")] * 9
            assert client.get("/changes.json", params=too_many).status_code == 422
        assert httpx.get(f"{one}/changes.json").status_code == 401
        ear.close()


def test_signing_out_ends_the_stream_of_every_window(sqlite_database: Database, tmp_path: Path) -> None:
    with two_servers(sqlite_database, tmp_path) as (world, context, one, other):
        secret = signed_in(context, world, "recruiter")
        stays = Ear(one, signed_in(context, world, "recruiter"))
        ears = [Ear(one, secret), Ear(other, secret)]
        for ear in (*ears, stays):
            ear.wait("hello")
        with sqlite_database.transaction() as session:
            sign_in.sign_out(session, secret, world.clock)
        for ear in ears:
            ear.wait("bye")
            assert ear.ended.wait(WITHIN_S)
        assert not stays.ended.is_set()
        stays.close()


def test_a_lost_stream_goes_on_where_it_was_lost(sqlite_database: Database, tmp_path: Path) -> None:
    with two_servers(sqlite_database, tmp_path) as (world, context, one, _):
        boss = signed_in(context, world, "hiring_manager")
        with httpx.Client(base_url=one, cookies={"session": boss}) as client:
            number = client.get("/changes.json").json()["number"]
            with sqlite_database.transaction() as session:
                employ(world, session).leave(session, DAY, DAY)
            time.sleep(1.1)
            missed = client.get("/changes.json", params={"since": number}).json()
            assert missed["keys"] == ["me"]
            assert client.get("/changes.json", params={"since": missed["number"]}).json()["keys"] == []
            # of a time that nobody remembers, everything may have changed
            assert client.get("/changes.json", params={"since": 1}).json()["keys"] == [EVERYBODY]
        ear = Ear(one, boss, (), **{"Last-Event-ID": str(number)})
        ear.wait("hello", "me")
        ear.close()


def test_two_hundred_open_pages_hold_no_connection_and_leave_nothing_behind(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_EACH", 300)
    world = make_world(sqlite_database)
    context = make_context(sqlite_database, tmp_path, world.clock)
    with served(context) as url:
        secret = signed_in(context, world, "hr")
        ears = [Ear(url, secret) for _ in range(200)]
        for ear in ears:
            ear.wait("hello", seconds=30)
        looks = sqlite_database.engine.pool.checkedout()  # type: ignore[attr-defined]
        assert looks <= 2
        before = time.monotonic()
        with sqlite_database.transaction() as session:
            staff = employ(world, session)
            approvals.set_substitute(
                session, world.actor("hr"), world.actor("recruiter").account_id or "", DAY, DAY, world.clock
            )
        assert staff.person_id
        for ear in ears:
            ear.wait("change", "me")
        assert time.monotonic() - before < WITHIN_S
        for ear in ears:
            ear.close()
    assert all(ear.ended.wait(5) for ear in ears)


def test_one_account_opens_no_more_than_its_windows(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_EACH", 2)
    with two_servers(sqlite_database, tmp_path) as (world, context, one, _):
        secret = signed_in(context, world, "recruiter")
        ears = [Ear(one, secret) for _ in range(2)]
        for ear in ears:
            ear.wait("hello")
        answer = httpx.get(f"{one}/changes", cookies={"session": secret})
        assert answer.status_code == 429
        assert httpx.get(f"{one}/changes.json", cookies={"session": secret}).status_code == 200
        for ear in ears:
            ear.close()


def test_a_server_that_stops_ends_its_streams_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    world = make_world(sqlite_database)
    context = make_context(sqlite_database, tmp_path, world.clock)
    with served(context) as url:
        ear = Ear(url, signed_in(context, world, "recruiter"))
        ear.wait("hello")
        began = time.monotonic()
    assert time.monotonic() - began < 4
    assert ear.ended.wait(2)


def test_what_a_page_missed_is_known_for_as_long_as_it_is_kept(sqlite_database: Database) -> None:
    changes = Changes(sqlite_database)
    mine, watched = frozenset({"account:a"}), frozenset({"requisition:r"})
    changes.seen = 30
    changes._kept.extend((Look(10, 20, frozenset({"account:a"})), Look(20, 30, frozenset({"requisition:r"}))))
    assert changes.since(30, mine, watched) == set()
    assert changes.since(25, mine, watched) == {"requisition:r"}
    assert changes.since(10, mine, watched) == {"me", "requisition:r"}
    assert changes.since(9, mine, watched) == {EVERYBODY}
    assert changes.since(99, mine, watched) == {EVERYBODY}


def test_a_page_is_told_of_its_own_and_of_what_it_watches() -> None:
    mine, watched = frozenset({"account:a", "person:p"}), frozenset({"request:r"})
    assert told_of({"account:b", "request:s"}, mine, watched) == set()
    assert told_of({"person:p", "request:r"}, mine, watched) == {"me", "request:r"}
    assert told_of({EVERYBODY}, mine, watched) == {EVERYBODY}


def test_reading_tells_nobody(sqlite_database: Database, tmp_path: Path) -> None:
    with two_servers(sqlite_database, tmp_path) as (world, context, one, _):
        with sqlite_database.transaction() as session:
            job = world.open_job(session)
            application = world.applicant(session, world.post(session, job))
        watched = f"application:{application.id}"
        secret = signed_in(context, world, "hr")
        ear = Ear(one, secret, (watched,))
        ear.wait("hello")
        with sqlite_database.transaction() as session:
            audit.record(session, "account:x", "report.read", watched, {}, SystemClock())
        time.sleep(2.2)
        assert ear.keys() == set()
        ear.close()
