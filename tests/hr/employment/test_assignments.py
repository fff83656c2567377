"""Where people work: written ahead, in effect at midnight in China, taken back without losing what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hiring_world import World
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.employment import assignments, lifecycle, service, states
from interview_engine.hr.employment.assignments import NewPlace
from interview_engine.hr.employment.tables import Assignment, Employment, LifecycleEvent
from interview_engine.hr.people.tables import Person
from interview_engine.store import append_only, dated

FIRST = date(2026, 12, 1)


@dataclass(frozen=True)
class Hired:
    world: World
    employment_id: str
    person_id: str

    def at(self, year: int, month: int, day: int, hour: int = 4) -> None:
        """Move the clock to that time of day in UTC."""
        self.world.clock.at = datetime(year, month, day, hour, tzinfo=UTC)

    def place(self, session: Session) -> tuple[str, str, int | None]:
        row = session.get_one(Employment, self.employment_id)
        person = session.get_one(Person, self.person_id)
        assert person.department_id == row.department_id
        return (row.department_id, row.title, person.level)

    def move(self, session: Session, day: date, title: str = "组长", department: str | None = None) -> Assignment:
        place = NewPlace(department or self.world.other_department_id, title, 5)
        return assignments.assign(
            session, self.world.actor("hr"), self.employment_id, place, day, "transfer", self.world.clock
        )


@pytest.fixture
def hired(world: World) -> Hired:
    """Somebody who begins on 1 December, on a day in January."""
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        where = service.Place(world.entity_id, world.department_id)
        row = service.begin(
            session, world.actor("hr"), application.person_id, where, "客服", FIRST, None, world.clock, level=3
        )
        found = Hired(world, row.id, row.person_id)
    found.at(2027, 1, 10)
    with world.database.transaction() as session:
        states.step_those_due(session, world.clock)
    return found


def test_a_move_for_today_takes_effect_at_once(hired: Hired) -> None:
    with hired.world.database.transaction() as session:
        hired.move(session, date(2027, 1, 10))
        assert hired.place(session) == (hired.world.other_department_id, "组长", 5)


def test_a_move_ahead_takes_effect_at_midnight_in_china(hired: Hired) -> None:
    world = hired.world
    with world.database.transaction() as session:
        hired.move(session, date(2027, 2, 1))
        assert hired.place(session)[1] == "客服"
    hired.at(2027, 1, 31, hour=15)
    with world.database.transaction() as session:
        assert assignments.move_those_due(session, world.clock) == 0
    hired.at(2027, 1, 31, hour=16)
    with world.database.transaction() as session:
        assert assignments.move_those_due(session, world.clock) == 1
        assert hired.place(session)[1] == "组长"
        assert assignments.move_those_due(session, world.clock) == 0


def test_a_backdated_move_does_not_undo_a_later_one(hired: Hired) -> None:
    with hired.world.database.transaction() as session:
        hired.move(session, date(2027, 1, 10), "主管")
        hired.move(session, date(2027, 1, 1), "组长")
        assert hired.place(session)[1] == "主管"
        titles = [(span.first.day, span.row.title) for span in assignments.places(session, hired.employment_id)]
        assert titles == [(1, "客服"), (1, "组长"), (10, "主管")]


def test_what_is_called_off_leaves_what_held_before_and_stays_readable(hired: Hired) -> None:
    with hired.world.database.transaction() as session:
        moved = hired.move(session, date(2027, 1, 10))
        assignments.call_off(session, hired.world.actor("hr"), moved.id, hired.world.clock)
        assert hired.place(session)[:2] == (hired.world.department_id, "客服")
        assert len(dated.of_subject(session, Assignment, ("employment_id", hired.employment_id))) == 3


def test_the_first_place_is_not_called_off(hired: Hired) -> None:
    with hired.world.database.transaction() as session:
        first = assignments.places(session, hired.employment_id)[0].row
        with pytest.raises(ConflictError) as caught:
            assignments.call_off(session, hired.world.actor("hr"), first.id, hired.world.clock)
        assert caught.value.code == "assignment.first"


def test_two_who_change_one_day_at_once_do_not_overwrite_each_other(hired: Hired) -> None:
    world = hired.world
    with world.database.transaction() as session:
        hired.move(session, date(2027, 2, 1), "主管")
        place = NewPlace(world.other_department_id, "副主管")
        with pytest.raises(ConflictError) as caught:
            assignments.assign(
                session, world.actor("hr"), hired.employment_id, place, date(2027, 2, 1), "correction", world.clock,
                seen_revision=0,
            )  # fmt: skip
        assert caught.value.code == "dated.changed"


@pytest.mark.parametrize("day", [date(2026, 11, 30), date(2027, 4, 1)])
def test_nobody_is_moved_outside_their_employment(hired: Hired, day: date) -> None:
    world = hired.world
    with world.database.transaction() as session:
        service.end(session, world.actor("administrator"), hired.employment_id, date(2027, 3, 31), "辞职", world.clock)
        with pytest.raises(InvalidInput) as caught:
            hired.move(session, day)
        assert caught.value.code == "assignment.day"


def test_nobody_reports_to_themselves(hired: Hired) -> None:
    world = hired.world
    place = NewPlace(world.department_id, "客服", 3, hired.person_id)
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        assignments.assign(
            session, world.actor("hr"), hired.employment_id, place, date(2027, 1, 10), "transfer", world.clock
        )
    assert caught.value.code == "assignment.own_manager"


@pytest.mark.parametrize("role", ["interviewer", "auditor"])
def test_who_may_not_write_contact_data_moves_nobody(hired: Hired, role: str) -> None:
    world = hired.world
    place = NewPlace(world.other_department_id, "组长")
    with world.database.transaction() as session, pytest.raises(PermissionDenied):
        assignments.assign(
            session, world.actor(role), hired.employment_id, place, date(2027, 1, 10), "transfer", world.clock
        )


def test_the_lifecycle_tells_what_happened_in_the_order_of_days(hired: Hired) -> None:
    world = hired.world
    with world.database.transaction() as session:
        hired.move(session, date(2027, 1, 10))
        service.end(session, world.actor("administrator"), hired.employment_id, date(2027, 1, 31), "辞职", world.clock)
    hired.at(2027, 1, 31, hour=16)
    with world.database.transaction() as session:
        states.step_those_due(session, world.clock)
        told = [(one.kind, one.day) for one in lifecycle.of_person(session, hired.person_id)]
        assert told == [
            ("hired", FIRST), ("started", FIRST), ("transfer", date(2027, 1, 10)), ("notice", date(2027, 1, 10)),
            ("left", date(2027, 1, 31)),
        ]  # fmt: skip


def test_what_happened_cannot_be_changed_or_removed(hired: Hired) -> None:
    for statement in (update(LifecycleEvent).values(kind="left"), delete(LifecycleEvent)):
        with pytest.raises(DBAPIError, match="append-only"), hired.world.database.transaction() as session:
            session.execute(statement)


def test_an_erasure_may_remove_it_and_is_in_the_trail(hired: Hired) -> None:
    world = hired.world
    with world.database.transaction() as session, append_only.passage(session, "system", "test", world.clock):
        session.execute(delete(LifecycleEvent))
    with world.database.reading() as session:
        assert session.scalars(select(LifecycleEvent)).all() == []
        assert session.scalars(select(append_only.ErasurePassage)).all() == []


def test_the_database_finds_the_row_that_the_rule_finds(hired: Hired) -> None:
    world = hired.world
    with world.database.transaction() as session:
        for offset in (10, 20, 25):
            hired.move(session, FIRST + timedelta(days=offset), f"第 {offset} 天")
        moved = hired.move(session, FIRST + timedelta(days=20), "更正")
        assignments.call_off(session, world.actor("hr"), moved.id, world.clock)
        rows = dated.of_subject(session, Assignment, ("employment_id", hired.employment_id))
        for offset in range(-1, 30):
            day = FIRST + timedelta(days=offset)
            held = dated.as_of(rows, day)
            found = session.scalars(dated.ids_as_of(Assignment, Assignment.__table__.c.employment_id, day)).all()
            assert found == ([] if held is None else [held.id]), day
