"""A process that cannot be sure of its clock deletes nothing by date, and says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from interview_engine.store import audit
from interview_engine.store.clock_guard import GAP, OBSERVED_S, ClockGuard, Doubt, doubts, forget_doubts, trust
from interview_engine.store.engine import Database
from interview_engine.store.tables import ClockMark, Worker


@dataclass
class WallClock:
    """The true time, and how wrong this machine is."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    wrong: timedelta = timedelta(0)
    passed_s: float = 0.0

    def now(self) -> datetime:
        return self.at + self.wrong

    def monotonic_s(self) -> float:
        return self.passed_s

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed_s += seconds


@dataclass
class Installation:
    """A database with some other worker, whose clock is right."""

    database: Database
    clock: WallClock
    guard: ClockGuard

    def event(self, clock: WallClock | None = None) -> None:
        with self.database.transaction() as session:
            audit.record(session, "account:1", "application.move", "application:1", {}, clock or self.clock)

    def beat(self, at: datetime | None = None, host: str = "other") -> None:
        with self.database.transaction() as session:
            session.merge(
                Worker(id=f"{host}-1", host=host, pid=1, started_at=self.clock.at, heartbeat_at=at or self.clock.at)
            )

    def looks(self, times: int = 5, *, beating: bool = False) -> Doubt | None:
        """Look for some seconds; the last answer."""
        found = None
        for _ in range(times):
            self.clock.wait(5.0)
            if beating:
                self.beat()
            found = self.guard.look()
        return found


def installed(database: Database, wrong: timedelta = timedelta(0)) -> Installation:
    clock = WallClock(wrong=wrong)
    return Installation(database, clock, ClockGuard(database, clock))


@pytest.fixture
def here(sqlite_database: Database) -> Installation:
    return installed(sqlite_database)


def test_a_clock_that_nothing_contradicts_is_trusted_after_some_seconds(database: Database) -> None:
    made = installed(database)
    made.event()
    first = made.guard.look()
    assert first is not None
    assert first.code == "looking"
    assert made.looks(int(OBSERVED_S / 5) + 1, beating=True) is None
    with database.reading() as session:
        assert timedelta(0) <= made.clock.now() - session.get_one(ClockMark, 1).trusted_at < timedelta(seconds=60)
        assert doubts(session) == ()


@pytest.mark.parametrize("wrong", [timedelta(days=400), timedelta(hours=-3), timedelta(minutes=10)])
def test_a_wrong_clock_beside_another_worker_is_noticed(database: Database, wrong: timedelta) -> None:
    made = installed(database, wrong)
    made.beat()
    found = made.looks(beating=True)
    assert found is not None
    assert found.code in ("database", "worker")
    with database.reading() as session:
        (shown,) = doubts(session)
        assert shown.code == found.code
        assert shown.process == made.guard.process
        assert session.get(ClockMark, 1) is None


def test_the_database_s_clock_is_asked_where_it_has_one(postgres_database: Database) -> None:
    made = installed(postgres_database, timedelta(days=400))
    found = made.looks()
    assert found is not None
    assert found.code == "database"


def test_a_clock_ahead_of_the_audit_trail_by_days_is_in_doubt_with_nobody_else_there(here: Installation) -> None:
    here.event()
    here.clock.wrong = timedelta(days=400)
    guard = ClockGuard(here.database, here.clock)  # a process that starts like that
    here.guard = guard
    found = here.looks()
    assert found is not None
    assert found.code == "gap"
    here.event()  # written by the wrong clock itself: no proof of anything
    with here.database.transaction() as session:
        trust(session, here.clock.at)
    found = here.looks()
    assert found is not None
    assert found.code == "gap"


def test_a_clock_behind_the_audit_trail_is_in_doubt(here: Installation) -> None:
    here.event()
    here.guard = ClockGuard(here.database, WallClock(at=here.clock.at, wrong=timedelta(hours=-3)))
    found = here.guard.look()
    assert found is not None
    assert found.code == "trail"


def test_a_clock_behind_a_time_that_was_right_is_in_doubt(here: Installation) -> None:
    assert here.looks() is None
    here.guard = ClockGuard(here.database, WallClock(at=here.clock.at, wrong=timedelta(hours=-3)))
    found = here.guard.look()
    assert found is not None
    assert found.code == "behind"


def test_a_clock_that_jumps_is_in_doubt_at_once_and_stays_so(here: Installation) -> None:
    here.event()
    assert here.looks() is None
    here.clock.wrong = timedelta(days=400)
    found = here.looks(1)
    assert found is not None
    assert found.code == "jump"
    found = here.looks(20)
    assert found is not None
    assert found.code == "gap"
    here.clock.wrong = timedelta(0)
    assert here.looks(20) is None  # set right again


def test_small_jumps_are_watched_anew(here: Installation) -> None:
    assert here.looks() is None
    here.clock.wrong = timedelta(hours=1)
    codes = []
    for _ in range(2):
        found = here.looks(1)
        codes.append(found.code if found else None)
    assert codes == ["jump", "looking"]


def test_after_a_long_time_off_a_person_or_another_machine_says_what_time_it_is(here: Installation) -> None:
    here.event()
    assert here.looks() is None
    here.clock.wait((GAP + timedelta(hours=1)).total_seconds())
    here.guard = ClockGuard(here.database, here.clock)
    found = here.looks()
    assert found is not None
    assert found.code == "gap"
    with here.database.transaction() as session:
        trust(session, here.clock.now())
        forget_doubts(session)
    assert here.looks() is None
    here.clock.wait((GAP + timedelta(hours=1)).total_seconds())
    here.guard = ClockGuard(here.database, here.clock)
    here.looks(beating=True)
    assert here.looks(beating=True) is None


def test_an_hour_of_sleep_is_no_gap(here: Installation) -> None:
    assert here.looks() is None
    here.clock.wait(3600)
    assert here.looks() is None


def test_a_beat_that_stands_still_in_the_past_is_a_dead_worker_and_no_clock(here: Installation) -> None:
    here.beat(here.clock.at - timedelta(days=3))
    assert here.looks() is None


def test_a_beat_in_the_future_is_somebodys_wrong_clock(here: Installation) -> None:
    here.beat(here.clock.at + timedelta(days=400))
    found = here.looks()
    assert found is not None
    assert found.code == "worker"
