"""Swaps and open shifts: judged when asked and when approved, written in one transaction, and taken back (E4)."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World
from roster_world import MON, SUN, Rostered, day, rostered
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.requests import service as requests
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.open_shift_request import open_places
from interview_engine.hr.rosters.tables import RosterItem
from interview_engine.hr.time import service as time
from interview_engine.store.tables import OutboxMessage


def published(world: World, session: Session, *cells: tuple[int, int, str]) -> Rostered:
    """A published roster: (person, day, "E" or "N") each."""
    made = rostered(world, session)
    for who, number, code in cells:
        made.set(session, who, day(number), made.early if code == "E" else made.night)
    rosters.publish(session, SYSTEM, made.roster_id, "测试", world.clock)
    return made


def codes(made: Rostered, session: Session, who: int) -> str:
    """What somebody works on the days of the week."""
    one = made.staff[who].employment_id
    plans = time.plans_of(session, made.world.entity_id, [one], MON, SUN)
    held = (plans.on(one, day(number)).shift for number in range(7))
    return "".join("-" if shift is None else shift.code for shift in held)


def swap(made: Rostered, session: Session, who: int, with_whom: int, mine: date, theirs: date | None = None) -> object:
    return made.staff[who].ask(
        session, "shift_swap", day=mine, colleague=made.staff[with_whom].person_id, their_day=theirs, agreed="yes"
    )


def test_an_approved_swap_changes_both_days_and_the_roster(world: World) -> None:
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "E"), (1, 2, "N"))
        row = swap(made, session, 0, 1, day(0), day(2))
        assert (codes(made, session, 0), codes(made, session, 1)) == ("E------", "--N----")
        made.staff[0].decide(session, row)  # type: ignore[arg-type]
        assert (codes(made, session, 0), codes(made, session, 1)) == ("--N----", "E------")
        assert made.items(session) == {
            (made.staff[0].employment_id, day(2), made.night),
            (made.staff[1].employment_id, day(0), made.early),
        }
        told = session.scalars(select(OutboxMessage.template).where(OutboxMessage.template.like("roster.swap%"))).all()
        assert sorted(told) == ["roster.swap_asked", "roster.swapped"]


def test_a_swap_that_is_called_off_gives_both_back_what_they_had(world: World) -> None:
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "E"), (1, 0, "N"))
        row = swap(made, session, 0, 1, day(0), day(0))
        made.staff[0].decide(session, row)  # type: ignore[arg-type]
        assert (codes(made, session, 0), codes(made, session, 1)) == ("N------", "E------")
        requests.cancel(session, made.staff[0].me, row.id, "不换了", world.clock)  # type: ignore[attr-defined]
        made.staff[0].decide(session, row)  # type: ignore[arg-type]
        assert (codes(made, session, 0), codes(made, session, 1)) == ("E------", "N------")


def test_a_colleague_takes_a_shift_over(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "E"))
        row = swap(made, session, 0, 1, day(0))
        made.staff[0].decide(session, row)  # type: ignore[arg-type]
        assert (codes(made, session, 0), codes(made, session, 1)) == ("-------", "E------")


def test_a_swap_that_breaks_a_rule_is_refused_when_it_is_asked_for(world: World) -> None:
    with world.database.transaction() as session:
        made = published(world, session, (0, 1, "E"), (1, 0, "N"))
        with pytest.raises(ConflictError, match="1 hour of rest"):
            swap(made, session, 0, 1, day(1))


def test_and_when_it_is_approved_where_the_plan_has_changed_meanwhile(world: World) -> None:
    with world.database.transaction() as session:
        made = published(world, session, (0, 1, "E"))
        row = swap(made, session, 0, 1, day(1))
        night = time.PlanRow(made.staff[1].employment_id, day(0), made.night)
        time.write_plan(session, SYSTEM, [night], time.PERSON, world.clock)
        with pytest.raises(ConflictError, match="1 hour of rest"):
            made.staff[0].decide(session, row)  # type: ignore[arg-type]
        assert codes(made, session, 0) == "-E-----"


def test_nobody_swaps_a_free_day_a_day_that_is_over_or_with_a_stranger(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "E"))
        with pytest.raises(InvalidInput, match="no shift on this day"):
            swap(made, session, 0, 1, day(3))
        with pytest.raises(InvalidInput, match="no shift on this day"):
            swap(made, session, 0, 1, day(0), day(3))
        with pytest.raises(InvalidInput):
            swap(made, session, 0, 1, date(2026, 10, 1))
        with pytest.raises(InvalidInput):
            made.staff[0].ask(session, "shift_swap", day=day(0), colleague="nobody", agreed="yes")


def test_an_open_shift_is_taken_once_and_only_by_who_may(world: World) -> None:
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "N"))
        places = open_places(session, world.department_id)
        early = f"{day(1).isoformat()}:{made.early}:"
        assert (day(1), made.early, "") in places
        assert (day(0), made.night, "") not in places
        with pytest.raises(ConflictError, match="1 hour of rest"):
            made.staff[0].ask(session, "open_shift", place=early)
        first = made.staff[1].ask(session, "open_shift", place=early)
        second = made.staff[2].ask(session, "open_shift", place=early)
        third = made.staff[3].ask(session, "open_shift", place=early)
        made.staff[1].decide(session, first)
        made.staff[2].decide(session, second)
        assert (codes(made, session, 1), codes(made, session, 2)) == ("-E-----", "-E-----")
        with pytest.raises(ConflictError, match="not open any more"):
            made.staff[3].decide(session, third)


def test_an_open_shift_that_is_given_back_is_open_again(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = published(world, session, (0, 0, "N"))
        row = made.staff[1].ask(session, "open_shift", place=f"{day(1).isoformat()}:{made.early}:")
        made.staff[1].decide(session, row)
        requests.cancel(session, made.staff[1].me, row.id, "不能来", world.clock)
        made.staff[1].decide(session, row)
        assert codes(made, session, 1) == "-------"
        assert session.scalars(select(RosterItem.day)).all() == [day(0)]
