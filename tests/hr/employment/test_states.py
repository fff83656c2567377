"""An employment's state follows the calendar in China, and who comes back is the same person."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hiring_world import World
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.employment import numbers, service, states
from interview_engine.hr.employment.tables import Employment

FIRST = date(2026, 12, 1)


def begin(world: World, session: Session, person_id: str, start: date, **more: object) -> Employment:
    where = service.Place(world.entity_id, world.department_id)
    return service.begin(session, world.actor("hr"), person_id, where, "客服", start, None, world.clock, **more)  # type: ignore[arg-type]


def candidate(world: World, session: Session, number: int = 0) -> str:
    return world.applicant(session, world.post(session, world.open_job(session)), number).person_id


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 11, 30), "pending"), (date(2026, 12, 1), "probation"), (date(2027, 1, 31), "probation"),
        (date(2027, 2, 1), "active"),
    ],
)  # fmt: skip
def test_a_state_follows_from_the_day(day: date, state: str) -> None:
    row = Employment(start_date=FIRST, probation_end=date(2027, 1, 31), last_day=None)
    assert states.state_on(row, day) == state


@pytest.mark.parametrize(("day", "state"), [(date(2027, 1, 20), "notice"), (date(2027, 1, 21), "left")])
def test_who_leaves_works_until_the_last_day_is_over(day: date, state: str) -> None:
    row = Employment(start_date=FIRST, probation_end=None, last_day=date(2027, 1, 20))
    assert states.state_on(row, day) == state


def test_the_job_begins_and_ends_employments_once(world: World) -> None:
    with world.database.transaction() as session:
        row = begin(world, session, candidate(world, session), FIRST)
        employment_id = row.id
    world.clock.at = datetime(2026, 11, 30, 16, tzinfo=UTC)
    with world.database.transaction() as session:
        assert (states.step_those_due(session, world.clock), states.step_those_due(session, world.clock)) == (1, 0)
        assert session.get_one(Employment, employment_id).state == "active"


def test_a_last_day_ahead_is_taken_back(world: World) -> None:
    admin = world.actor("administrator")
    with world.database.transaction() as session:
        row = begin(world, session, candidate(world, session), date(2026, 10, 1))
        service.end(session, admin, row.id, date(2026, 12, 31), "辞职", world.clock)
        assert row.state == "notice"
        service.call_off_end(session, admin, row.id, world.clock)
        assert (row.state, row.last_day, row.leaving_reason) == ("active", None, None)


def test_nobody_is_employed_twice_at_once_by_one_company(world: World) -> None:
    with world.database.transaction() as session:
        person = candidate(world, session)
        begin(world, session, person, FIRST)
        with pytest.raises(ConflictError) as caught:
            begin(world, session, person, date(2027, 1, 1))
        assert caught.value.code == "employment.overlaps"


def test_who_comes_back_keeps_the_number_and_the_first_employment(world: World) -> None:
    with world.database.transaction() as session:
        person = candidate(world, session)
        first = begin(world, session, person, date(2026, 1, 1))
        service.end(session, world.actor("administrator"), first.id, date(2026, 3, 31), "辞职", world.clock)
        again = begin(world, session, person, FIRST)
        assert again.id != first.id
        assert first.state == "left"
        assert numbers.number_of(session, person, world.entity_id) == "00001"


def test_numbers_are_given_in_order_and_go_on_after_the_highest(world: World) -> None:
    with world.database.transaction() as session:
        people = [candidate(world, session, number) for number in range(3)]
        for person, wanted in zip(people, (None, "00120", None), strict=True):
            begin(world, session, person, FIRST, number=wanted)
        found = [numbers.number_of(session, person, world.entity_id) for person in people]
        assert found == ["00001", "00120", "00121"]


def test_one_number_is_of_one_person(world: World) -> None:
    with world.database.transaction() as session:
        begin(world, session, candidate(world, session, 0), FIRST, number="A-7")
        with pytest.raises(ConflictError) as caught:
            begin(world, session, candidate(world, session, 1), FIRST, number="a-7")
        assert caught.value.code == "employee.number_taken"


def test_a_number_that_no_list_could_hold_is_refused(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        begin(world, session, candidate(world, session), FIRST, number="一号")
    assert caught.value.code == "employee.number"
