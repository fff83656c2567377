"""Housekeeping with a wrong clock: nothing goes that goes by the date, what was asked for goes on, people see why."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from api_world import unlimited_app
from console_data import CLOCK, PASSWORD, Company, apply, company, interview, make_context
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api import housekeeping
from api.context import Context
from api.housekeeping import Chore, chores, keep_house
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.house import house
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.interviewing import invitation_states, invitations
from interview_engine.hr.recruiting.tables import Application, Invitation, Offer
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, ClockDoubt


@dataclass
class Wrong:
    """The right clock, and an error that can be changed while it runs."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def monotonic_s(self) -> float:
        return time.monotonic()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setattr(housekeeping, "LOOK_S", 0.02)
    monkeypatch.setattr(housekeeping, "CLOCK_S", 0.05)
    monkeypatch.setattr("interview_engine.store.clock_guard.OBSERVED_S", 0.2)
    context = make_context(tmp_path)
    made = company(context)
    for number, name in enumerate(("林晓", "孙佳")):
        apply(made, name, number=number)
        interview(made, name)
    apply(made, "赵一鸣", number=9)
    with context.database.transaction() as session:
        issued = invitations.invite(session, made.actors["recruiter"], made.applications["赵一鸣"], CLOCK)
        made.tokens["赵一鸣"] = issued.token
    yield made
    context.database.close()


@contextmanager
def keeping(made: Company, wrong: Wrong, more: list[Chore] | None = None) -> Iterator[None]:
    """One process keeps house with this clock."""
    context = replace(made.context, clock=wrong)
    stop = threading.Event()
    work = [replace(one, every_s=0.05) for one in chores(context)] + (more or [])
    thread = threading.Thread(target=keep_house, args=(context, work, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def counted(made: Company) -> tuple[int, int]:
    """Requests for deletion, and invitations that were ended."""
    with made.context.database.reading() as session:
        requests = session.scalar(select(func.count()).select_from(ErasureRequest)) or 0
        ended = session.scalar(select(func.count()).where(Invitation.state == "expired")) or 0
    return requests, ended


def once(context: Context, name: str) -> object:
    """What one round of a chore says that it did."""
    (chore,) = [one for one in chores(context) if one.name == name]
    return chore.do()


def ran(seen: list[str], times: int) -> None:
    ends = time.monotonic() + 20
    while len(seen) < times and time.monotonic() < ends:
        time.sleep(0.02)
    assert len(seen) >= times


@pytest.mark.parametrize("by", [timedelta(days=400), timedelta(hours=-3)])
def test_a_process_with_a_wrong_clock_plans_and_ends_nothing_and_says_so(made: Company, by: timedelta) -> None:
    seen: list[str] = []
    always = Chore("always", 0.0, lambda: seen.append("x"))
    with keeping(made, Wrong(by), [always]):
        ran(seen, 40)
        with made.context.database.reading() as session:
            (doubt,) = session.scalars(select(ClockDoubt)).all()
            assert doubt.code in ("gap", "trail")
    assert counted(made) == (0, 0)
    with made.context.database.reading() as session:
        assert session.scalars(select(ClockDoubt)).all() == []  # the process is gone
        late = session.scalar(select(func.count()).where(AuditEvent.at > CLOCK.now() + timedelta(days=1)))
        assert late == 0


def test_a_clock_that_jumps_while_it_runs_stops_what_goes_by_date(made: Company) -> None:
    seen: list[str] = []
    wrong = Wrong()
    with keeping(made, wrong, [Chore("by date", 0.0, lambda: seen.append("x"), by_date=True)]):
        ran(seen, 5)
        wrong.by = timedelta(days=400)
        time.sleep(0.3)
        before = len(seen)
        time.sleep(1.0)
        assert len(seen) == before
        assert counted(made) == (0, 0)
        wrong.by = timedelta(0)
        ran(seen, before + 3)


def test_what_a_person_asked_for_goes_on_with_a_clock_in_doubt(made: Company) -> None:
    with made.context.database.transaction() as session:
        person = session.get_one(Application, made.applications["林晓"]).person_id
        request = erasure.request_erasure(session, SYSTEM, CLOCK, person_id=person)
    ends = time.monotonic() + 20
    with keeping(made, Wrong(timedelta(days=400))):
        while time.monotonic() < ends:
            with made.context.database.reading() as session:
                if session.get_one(ErasureRequest, request.id).done_at is not None:
                    break
            time.sleep(0.05)
    with made.context.database.reading() as session:
        assert session.get_one(ErasureRequest, request.id).done_at is not None
    assert counted(made) == (1, 0)


def test_invitations_that_a_wrong_clock_ended_come_back(made: Company) -> None:
    with made.context.database.transaction() as session:
        assert invitation_states.expire(session, Wrong(timedelta(days=400))) == 1
    assert counted(made) == (0, 1)
    assert once(made.context, "invitations") == 1
    assert counted(made) == (0, 0)
    with made.context.database.transaction() as session:
        opened = invitations.open_invitation(session, made.tokens["赵一鸣"], None, CLOCK)
    assert opened.invitation.state == "opened"


def test_hr_sees_what_is_planned_holds_it_and_says_that_the_time_is_right(made: Company) -> None:
    later = replace(made.context, clock=Wrong(timedelta(days=400)))
    assert once(later, "retention") == 2
    assert once(later, "planned deletions") == 0
    client = signed_in(made)
    page = client.get("/console/deletions").text
    assert "林晓" in page
    assert "孙佳" in page
    with made.context.database.reading() as session:
        first = session.scalars(select(ErasureRequest.id).order_by(ErasureRequest.id)).first()
    csrf = csrf_of(client)
    assert post(client, f"/console/deletions/{first}/hold", csrf) == 303
    assert "已暂缓" in client.get("/console/deletions").text
    assert post(client, f"/console/deletions/{first}/cancel", csrf) == 303
    assert post(client, "/console/deletions/confirm", csrf) == 303
    with made.context.database.transaction() as session:
        session.add(
            ClockDoubt(process="elsewhere:1", at=CLOCK.now(), code="gap", detail={"own": "2028", "other": "2026"})
        )
    assert "elsewhere:1" in client.get("/console/operations").text
    assert post(client, "/console/operations/clock", csrf) == 303
    assert "elsewhere:1" not in client.get("/console/operations").text


def signed_in(made: Company) -> TestClient:
    client = TestClient(unlimited_app(made.context), base_url="http://127.0.0.1:8000", headers={"accept": "text/html"})
    door = client.get("/sign-in").text.partition('name="door" value="')[2].partition('"')[0]
    form = {"login": "hr", "password": PASSWORD, "door": door}
    assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    return client


def csrf_of(client: TestClient) -> str:
    return client.get("/console/deletions").text.partition('name="csrf" value="')[2].partition('"')[0]


def post(client: TestClient, path: str, csrf: str) -> int:
    return client.post(path, data={"csrf": csrf}, follow_redirects=False).status_code


def test_every_job_of_an_area_is_a_chore_and_no_two_share_a_name(made: Company) -> None:
    work = chores(made.context)
    assert {(job.name, job.by_date) for job in house().jobs()} <= {(one.name, one.by_date) for one in work}
    assert len({one.name for one in work}) == len(work)


def test_an_offer_whose_time_is_over_is_marked_by_a_chore(made: Company) -> None:
    now = CLOCK.now()
    with made.context.database.transaction() as session:
        offer = Offer(
            **stamp("system", CLOCK),
            application_id=made.applications["赵一鸣"],
            token_hash="0" * 64,
            title="客服专员",
            monthly_pay=Decimal(9000),
            start_date="2030-01-01",
            state="sent",
            expires_at=now + timedelta(days=7),
            sent_at=now,
        )
        session.add(offer)
    assert once(made.context, "offers") == 0
    assert once(replace(made.context, clock=Wrong(timedelta(days=8))), "offers") == 1
    with made.context.database.reading() as session:
        assert session.get_one(Offer, offer.id).state == "expired"
