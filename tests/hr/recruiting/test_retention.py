"""Nothing that nobody asked for is deleted suddenly: planned, shown, told, stoppable, and never too much at once."""

from __future__ import annotations

import pytest
from hiring_world import World
from sqlalchemy import select

from interview_engine.errors import ConflictError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import Actor, preset_rules
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure, planning
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting import retention
from interview_engine.hr.recruiting.applying.applications import move
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.tables import OutboxMessage

DAYS = 7
SHARE = 20


@pytest.fixture
def blobs(tmp_path_factory: pytest.TempPathFactory) -> BlobStore:
    return open_blobs(f"file://{tmp_path_factory.mktemp('blobs')}")


def turned_down(world: World, count: int = 3, others: int = 0) -> list[str]:
    """Candidates whose time is over in half a year, and others who go on; persons of the first."""
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        rows = [world.applicant(session, posting, number) for number in range(count + others)]
        for row in rows[:count]:
            move(session, world.actor("recruiter"), row.id, "rejected", "没有相关经历", world.clock)
        return [row.person_id for row in rows[:count]]


def planned(world: World, days: float = 200) -> tuple[ErasureRequest, ...]:
    world.clock.pass_days(days)
    with world.database.transaction() as session:
        return retention.plan(session, world.clock, DAYS)


def carried_out(world: World, blobs: BlobStore, share: int = SHARE) -> int:
    with world.database.transaction() as session:
        ids = retention.ripe(session, world.clock, share)
        return sum(retention.carry_out(session, blobs, one, world.clock) for one in ids)


def erased(world: World, person_id: str) -> bool:
    with world.database.reading() as session:
        return session.get_one(Person, person_id).erased_at is not None


def hr_of(world: World, actor: Actor | None = None) -> Actor:
    return actor or world.actor("hr")


def test_what_is_past_its_time_goes_days_after_it_was_planned_and_not_before(world: World, blobs: BlobStore) -> None:
    (person,) = turned_down(world, 1, others=10)
    (request,) = planned(world)
    assert request.planned_for is not None
    with world.database.reading() as session:
        assert erasure.due(session, world.clock) == ()  # nobody asked for it
    for _ in range(DAYS - 1):
        assert carried_out(world, blobs) == 0
        world.clock.pass_days(1)
    assert not erased(world, person)
    world.clock.pass_days(2)
    assert carried_out(world, blobs) == 1
    assert erased(world, person)
    assert carried_out(world, blobs) == 0


def test_who_manages_is_told_a_number_and_a_day_and_sees_the_list(world: World) -> None:
    turned_down(world, 2, others=20)
    hr = hr_of(world)
    planned(world)
    with world.database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "erasure.planned")).all()
        rows = retention.planned(session, hr)
    managers = {f"account:{world.actor(role).account_id}" for role in ("administrator", "hr")}
    assert {(one.recipient, one.channel) for one in told} == {
        (account, channel) for account in managers for channel in ("inbox", "person")
    }
    assert all(set(one.payload) == {"title", "count", "expires_at"} for one in told)  # no names
    assert told[0].payload["count"] == 2
    assert [row.name for row in rows] == ["测试0", "测试1"]
    assert all(row.application_id for row in rows)


def test_planning_again_changes_nothing(world: World) -> None:
    turned_down(world, 2)
    assert len(planned(world)) == 2
    assert planned(world, 1) == ()


def test_a_plan_on_hold_stays_until_it_is_released_and_then_has_days_again(world: World, blobs: BlobStore) -> None:
    (person,) = turned_down(world, 1, others=10)
    (request,) = planned(world)
    hr = hr_of(world)
    with world.database.transaction() as session:
        planning.hold(session, hr, request.id, retention.reached(hr), world.clock)
    world.clock.pass_days(100)
    assert carried_out(world, blobs) == 0
    with world.database.transaction() as session:
        planning.release(session, hr, request.id, retention.reached(hr), DAYS, world.clock)
    assert carried_out(world, blobs) == 0
    world.clock.pass_days(DAYS + 1)
    assert carried_out(world, blobs) == 1
    assert erased(world, person)
    with world.database.transaction() as session, pytest.raises(ConflictError):
        planning.hold(session, hr, request.id, retention.reached(hr), world.clock)


def test_a_plan_that_was_dropped_is_made_again_a_year_later(world: World, blobs: BlobStore) -> None:
    (person,) = turned_down(world, 1, others=10)
    (request,) = planned(world)
    hr = hr_of(world)
    with world.database.transaction() as session:
        planning.cancel(session, hr, request.id, retention.reached(hr), world.clock)
        assert retention.planned(session, hr) == ()
    assert planned(world, 300) == ()
    assert carried_out(world, blobs) == 0
    assert len(planned(world, 70)) == 1
    assert not erased(world, person)


def test_a_person_who_asks_does_not_wait_for_the_plan(world: World) -> None:
    (person,) = turned_down(world, 1)
    (request,) = planned(world)
    with world.database.transaction() as session:
        asked = erasure.request_erasure(session, world.actor("administrator"), world.clock, person_id=person)
        assert asked.id == request.id
        assert [one.request_id for one in erasure.due(session, world.clock)] == [request.id]


def test_a_plan_is_dropped_when_its_reason_is_gone(world: World, blobs: BlobStore) -> None:
    (person,) = turned_down(world, 1, others=10)
    planned(world)
    with world.database.transaction() as session:
        session.get_one(Person, person).talent_pool = True
    world.clock.pass_days(DAYS + 1)
    assert carried_out(world, blobs) == 0
    assert not erased(world, person)
    with world.database.reading() as session:
        assert session.scalars(select(ErasureRequest)).all() == []


def test_a_run_that_would_take_too_large_a_share_waits_for_a_person(world: World, blobs: BlobStore) -> None:
    persons = turned_down(world, 15, others=5)
    planned(world)
    world.clock.pass_days(DAYS + 1)
    assert carried_out(world, blobs) == 0
    with world.database.reading() as session:
        stop = retention.stopped(session, world.clock, SHARE)
    assert stop is not None
    assert (stop.wanted, stop.there) == (15, 20)
    hr = hr_of(world)
    with world.database.transaction() as session:
        assert planning.confirm(session, hr, retention.reached(hr), world.clock) == 15
    assert carried_out(world, blobs) == 15
    assert all(erased(world, person) for person in persons)


def test_many_small_runs_are_one_large_one(world: World, blobs: BlobStore) -> None:
    turned_down(world, 11, others=30)
    planned(world)
    world.clock.pass_days(DAYS + 1)
    with world.database.transaction() as session:
        assert retention.stopped(session, world.clock, 30) is None
        for one in retention.ripe(session, world.clock, 30, limit=5):
            retention.carry_out(session, blobs, one, world.clock)
        assert retention.stopped(session, world.clock, SHARE) is not None  # 6 wait, 5 went today


def test_ten_deletions_need_nobody(world: World, blobs: BlobStore) -> None:
    turned_down(world, 10)
    planned(world)
    world.clock.pass_days(DAYS + 1)
    assert carried_out(world, blobs) == 10


def test_hr_of_another_company_neither_sees_nor_stops_a_plan(small_world: World) -> None:
    world = small_world
    turned_down(world, 1)
    (request,) = planned(world)
    stranger = Actor("account:x", "x", "y", "hr", preset_rules("hr", "entity", "f" * 32), "zh")
    own = Actor("account:o", "o", "y", "hr", preset_rules("hr", "entity", world.entity_id), "zh")
    with world.database.transaction() as session:
        assert retention.planned(session, stranger) == ()
        assert len(retention.planned(session, own)) == 1
        for change in (planning.hold, planning.cancel):
            with pytest.raises(NotFoundError):
                change(session, stranger, request.id, retention.reached(stranger), world.clock)
        assert planning.confirm(session, stranger, retention.reached(stranger), world.clock) == 0
        recruiter = world.actor("recruiter")
        with pytest.raises(PermissionDenied):
            planning.hold(session, recruiter, request.id, retention.reached(recruiter), world.clock)
