"""Housekeeping with a wrong clock: nothing goes that goes by the date, what was asked for goes on, people see why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from console_data import CLOCK, Company, apply, company, interview, make_context
from console_pages import StoredCompany, browsers, csrf, stored_company
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


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> StoredCompany:
    """Two candidates who have answered, and one who is invited."""
    context = make_context(tmp_path_factory.mktemp("stored"))
    made = company(context)
    for number, name in enumerate(("林晓", "孙佳")):
        apply(made, name, number=number)
        interview(made, name)
    apply(made, "赵一鸣", number=9)
    with context.database.transaction() as session:
        issued = invitations.invite(session, made.actors["recruiter"], made.applications["赵一鸣"], CLOCK)
        made.tokens["赵一鸣"] = issued.token
    return stored_company(made)


@pytest.fixture
def made(stored: StoredCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setattr(housekeeping, "LOOK_S", 0.02)
    monkeypatch.setattr(housekeeping, "CLOCK_S", 0.05)
    monkeypatch.setattr("interview_engine.store.clock_guard.OBSERVED_S", 0.2)
    company = stored.copy(tmp_path)
    yield company
    company.context.database.close()


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


LIMIT_S = 120.0
"""A test that waits for longer fails; nothing hangs on how fast the machine is."""


def until(reached: Callable[[], bool]) -> None:
    """Come back when it is so; fail after LIMIT_S."""
    ends = time.monotonic() + LIMIT_S
    while not reached():
        assert time.monotonic() < ends, f"not within {LIMIT_S:.0f} s"
        time.sleep(0.02)


def ran(seen: list[str], times: int) -> None:
    until(lambda: len(seen) >= times)


def doubts(made: Company) -> list[str]:
    """The codes that a process has written down."""
    with made.context.database.reading() as session:
        return list(session.scalars(select(ClockDoubt.code)))


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
    rounds: list[str] = []
    wrong = Wrong()
    work = [
        Chore("by date", 0.0, lambda: seen.append("x"), by_date=True),
        Chore("always", 0.0, lambda: rounds.append("x")),
    ]
    with keeping(made, wrong, work):
        ran(seen, 5)
        wrong.by = timedelta(days=400)
        until(lambda: doubts(made) != [])
        before = len(seen)
        ran(rounds, len(rounds) + 20)
        assert len(seen) == before
        assert counted(made) == (0, 0)
        wrong.by = timedelta(0)
        ran(seen, before + 3)


def test_what_a_person_asked_for_goes_on_with_a_clock_in_doubt(made: Company) -> None:
    with made.context.database.transaction() as session:
        person = session.get_one(Application, made.applications["林晓"]).person_id
        request = erasure.request_erasure(session, SYSTEM, CLOCK, person_id=person)

    def done() -> bool:
        with made.context.database.reading() as session:
            return session.get_one(ErasureRequest, request.id).done_at is not None

    with keeping(made, Wrong(timedelta(days=400))):
        until(done)
    assert done()
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


@pytest.fixture
def planned(made: Company) -> str:
    """A clock 400 days ahead has planned two deletions; the first one's identifier."""
    later = replace(made.context, clock=Wrong(timedelta(days=400)))
    assert once(later, "retention") == 2
    assert once(later, "planned deletions") == 0
    with made.context.database.reading() as session:
        first = session.scalars(select(ErasureRequest.id).order_by(ErasureRequest.id)).first()
    assert first is not None
    return first


@pytest.fixture
def hr(made: Company, stored: StoredCompany) -> TestClient:
    return browsers(made.context, stored.cookies)["hr"]


def sent(client: TestClient, path: str, **more: str) -> int:
    """The status that a form's button gets."""
    return client.post(path, data={"csrf": csrf(client), **more}, follow_redirects=False).status_code


def test_hr_sees_whose_interviews_are_to_be_deleted(planned: str, hr: TestClient) -> None:
    page = hr.get("/console/deletions").text
    assert "林晓" in page
    assert "孙佳" in page


def test_hr_holds_a_planned_deletion(planned: str, hr: TestClient) -> None:
    assert sent(hr, f"/console/deletions/{planned}/hold") == 303
    assert "已暂缓" in hr.get("/console/deletions").text


def test_hr_cancels_one_planned_deletion_and_confirms_the_others(planned: str, hr: TestClient) -> None:
    assert sent(hr, f"/console/deletions/{planned}/hold") == 303
    assert sent(hr, f"/console/deletions/{planned}/cancel") == 303
    assert sent(hr, "/console/deletions/confirm") == 303


def test_hr_says_that_the_time_is_right_and_the_doubt_is_gone(made: Company, hr: TestClient) -> None:
    with made.context.database.transaction() as session:
        session.add(
            ClockDoubt(process="elsewhere:1", at=CLOCK.now(), code="gap", detail={"own": "2028", "other": "2026"})
        )
    page = hr.get("/console/operations").text
    assert "elsewhere:1" in page
    shown = page.partition('name="seen" value="')[2].partition('"')[0].replace("&#43;", "+")
    for stale in ("", "yesterday", (CLOCK.now() - timedelta(hours=1)).isoformat()):
        assert sent(hr, "/console/operations/clock", seen=stale) in (409, 422)
    assert "elsewhere:1" in hr.get("/console/operations").text
    assert sent(hr, "/console/operations/clock", seen=shown) == 303
    assert "elsewhere:1" not in hr.get("/console/operations").text


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
