"""What follows from a last day: tasks that move with it, and the end of access at its midnight in China (D6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.access.grants import NewGrant, as_kept, give
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts.service import account_of_person, reopen
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step, step_those_due
from interview_engine.hr.offboarding.service import follow, ref_of
from interview_engine.hr.tasks import service as tasks
from interview_engine.hr.tasks.proposed import PROPOSED
from interview_engine.hr.tasks.service import Task
from interview_engine.store.tables import AuditEvent

LAST = date(2026, 12, 31)
LEAVING = [one for one in PROPOSED if one.kind == "leaving"]


@dataclass(frozen=True)
class Leaver:
    """The interviewer works here since 2025 and has an account."""

    world: World
    employment_id: str
    person_id: str

    def end(self, last: date) -> None:
        with self.world.database.transaction() as session:
            employments.end(session, SYSTEM, self.employment_id, last, "另有发展", self.world.clock)

    def follow(self) -> int:
        with self.world.database.transaction() as session:
            step_those_due(session, self.world.clock)
            return follow(session, self.world.clock)

    def tasks(self) -> list[Task]:
        with self.world.database.reading() as session:
            found = list(tasks.of_ref(session, ref_of(self.employment_id)))
            session.expunge_all()
            return found

    def has_account(self) -> bool:
        with self.world.database.reading() as session:
            return account_of_person(session, self.person_id) is not None


@pytest.fixture
def leaver(world: World) -> Leaver:
    person_id = world.actor("interviewer").person_id
    assert person_id is not None
    with world.database.transaction() as session:
        where = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(session, SYSTEM, person_id, where, "面试官", date(2025, 1, 6), None, world.clock)
        return Leaver(world, row.id, person_id)


def test_d6_a_last_day_opens_the_tasks_of_leaving_once(leaver: Leaver) -> None:
    assert leaver.follow() == 0
    leaver.end(LAST)
    assert leaver.follow() == 1
    assert leaver.follow() == 0
    opened = leaver.tasks()
    assert len(opened) == len(LEAVING)
    assert {"access", "equipment", "handover", "pay", "retention"} <= {one.category for one in opened}


def test_a_moved_last_day_moves_what_is_to_do(leaver: Leaver) -> None:
    leaver.end(LAST)
    leaver.follow()
    leaver.end(date(2027, 1, 15))
    assert leaver.follow() == 1
    assert {(one.due - date(2027, 1, 15)).days for one in leaver.tasks()} == {one.days for one in LEAVING}


def test_leaving_called_off_drops_the_tasks_and_a_new_last_day_takes_them_up(leaver: Leaver) -> None:
    leaver.end(LAST)
    leaver.follow()
    with leaver.world.database.transaction() as session:
        employments.call_off_end(session, SYSTEM, leaver.employment_id, leaver.world.clock)
    assert leaver.follow() == 1
    assert {one.state for one in leaver.tasks()} == {"waived"}
    leaver.end(LAST)
    leaver.follow()
    assert {one.state for one in leaver.tasks()} == {"open"}
    assert len(leaver.tasks()) == len(LEAVING)


def test_access_ends_at_midnight_in_china_after_the_last_day(leaver: Leaver) -> None:
    leaver.end(LAST)
    leaver.world.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    leaver.follow()
    assert leaver.has_account()
    leaver.world.clock.at = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    leaver.follow()
    assert not leaver.has_account()


def test_who_goes_on_in_another_company_of_the_group_keeps_the_account(leaver: Leaver) -> None:
    world = leaver.world
    leaver.end(LAST)
    with world.database.transaction() as session:
        from interview_engine.hr.org.service import create_department, create_legal_entity

        other = create_legal_entity(session, SYSTEM, "另一家公司", "北京", world.clock)
        department = create_department(session, SYSTEM, other.id, "总部", world.clock)
        where = employments.Place(other.id, department.id)
        employments.begin(session, SYSTEM, leaver.person_id, where, "顾问", date(2027, 1, 1), None, world.clock)
    world.clock.at = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    leaver.follow()
    assert leaver.has_account()


def test_the_only_administrator_is_not_shut_out(world: World) -> None:
    person_id = world.actor("administrator").person_id
    assert person_id is not None
    with world.database.transaction() as session:
        where = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(session, SYSTEM, person_id, where, "IT", date(2025, 1, 6), None, world.clock)
    leaver = Leaver(world, row.id, person_id)
    leaver.end(LAST)
    world.clock.at = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    leaver.follow()
    assert leaver.has_account()


def test_d10_who_comes_back_is_the_same_person_with_the_same_number(leaver: Leaver) -> None:
    world = leaver.world
    leaver.end(LAST)
    world.clock.at = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
    leaver.follow()
    with world.database.transaction() as session:
        where = employments.Place(world.entity_id, world.department_id)
        again = employments.begin(
            session, SYSTEM, leaver.person_id, where, "面试官", date(2027, 3, 1), None, world.clock
        )
        assert again.person_id == leaver.person_id
        assert again.id != leaver.employment_id
        assert employments.is_here(session, leaver.person_id)


def held(leaver: Leaver) -> tuple[str, list[dict[str, object]]]:
    """The password's hash, and every grant of the account."""
    with leaver.world.database.reading() as session:
        account = session.scalars(select(Account).where(Account.person_id == leaver.person_id)).one()
        grants = session.scalars(select(Grant).where(Grant.account_id == account.id).order_by(Grant.id))
        return account.password_hash, [as_kept(one) for one in grants]


def events(leaver: Leaver) -> list[str]:
    with leaver.world.database.reading() as session:
        kinds = select(AuditEvent.action).where(AuditEvent.action.in_(("account.reopen", "grant.give")))
        return list(session.scalars(kinds))


def test_who_came_after_all_has_the_account_again_as_it_was_once(leaver: Leaver) -> None:
    world = leaver.world
    with world.database.transaction() as session:
        account = account_of_person(session, leaver.person_id)
        assert account is not None
        for ends in (None, world.clock.now() + timedelta(days=30)):
            new = NewGrant("all", "pay", "read", account_id=account.id, expires_at=ends, reason="替人")
            give(session, SYSTEM, new, world.clock)
    before = held(leaver)
    assert len(before[1]) > 2
    told = events(leaver)
    with world.database.transaction() as session:
        employments.never_begun(session, SYSTEM, leaver.employment_id, world.clock, reason="没有来")
    assert not leaver.has_account()
    assert held(leaver) == (before[0], [])
    with world.database.transaction() as session:
        employments.begun_after_all(session, SYSTEM, leaver.employment_id, world.clock)
    assert leaver.has_account()
    assert held(leaver) == before
    assert sorted(events(leaver)) == sorted([*told, "account.reopen", *["grant.give"] * len(before[1])])
    leaver.follow()
    with world.database.transaction() as session:
        assert not reopen(session, SYSTEM, leaver.person_id, f"employment:{leaver.employment_id}", world.clock)
    assert held(leaver) == before


def test_an_account_comes_back_when_a_last_day_that_was_over_is_undone_and_not_when_somebody_gave_it_a_role_since(
    leaver: Leaver,
) -> None:
    world = leaver.world
    before = held(leaver)
    leaver.end(LAST)
    world.clock.at = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    leaver.follow()
    assert not leaver.has_account()
    with world.database.transaction() as session:  # as an import that is taken back writes it
        row = employments.locked(session, leaver.employment_id)
        row.last_day = None
        step(session, row, "system", world.clock)
    leaver.follow()
    assert held(leaver) == before
    assert leaver.has_account()
    leaver.end(LAST)
    leaver.follow()
    assert not leaver.has_account()
    with world.database.transaction() as session:
        account = session.scalars(select(Account).where(Account.person_id == leaver.person_id)).one()
        account.active = True
        assert not reopen(session, SYSTEM, leaver.person_id, f"employment:{leaver.employment_id}", world.clock)
        assert not reopen(session, SYSTEM, leaver.person_id, "employment:another", world.clock)
    assert held(leaver)[1] == []
