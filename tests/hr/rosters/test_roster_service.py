"""A roster from its need to planned shifts: edited, judged at every step, published with reasons or not at all (E4)."""

from __future__ import annotations

import pytest
from hiring_world import World
from roster_world import MON, SUN, Rostered, day, rostered
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.rosters import making, rules
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.checking import Break
from interview_engine.hr.rosters.greedy import greedy
from interview_engine.hr.rosters.staff import NewStaff, NewWish
from interview_engine.hr.rosters.tables import Roster, RosterDemand, RosterItem
from interview_engine.hr.time import service as time
from interview_engine.store.tables import OutboxMessage, WorkItem


def put(made: Rostered, session: Session) -> None:
    """The greedy plan of the roster, as a worker writes it."""
    found = rosters.to_solve(session, made.roster_id)
    assert found is not None
    rosters.planned(session, made.roster_id, greedy(found.problem), None, "system", made.world.clock)


def broken(made: Rostered, session: Session) -> list[tuple[str, str]]:
    """(rule, day) of what the roster breaks."""
    board = rosters.board(session, SYSTEM, made.roster_id)
    return [(one.rule, one.day.isoformat()) for one in board.broken]


def test_a_roster_begins_with_what_its_department_usually_needs(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        demand = session.scalars(select(RosterDemand).where(RosterDemand.roster_id == made.roster_id)).all()
        assert sorted({(one.shift_id == made.night, one.count) for one in demand}) == [(False, 2), (True, 1)]
        assert len(demand) == 14
        board = rosters.board(session, SYSTEM, made.roster_id)
        assert (board.uncovered, [one.name for one in board.members]) == (
            21,
            sorted(f"员工{'甲' * n}" for n in (1, 2, 3, 4)),
        )


def test_the_need_of_the_roster_before_comes_back_by_weekdays(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        rosters.set_need(session, SYSTEM, made.roster_id, day(2), made.early, "收银", 5, world.clock)
        new = rosters.NewRoster(world.department_id, day(7), day(13), rules.standard_rules(), "before")
        again = rosters.make(session, SYSTEM, new, world.clock)
        held = session.scalars(
            select(RosterDemand).where(RosterDemand.roster_id == again.id, RosterDemand.post == "收银")
        ).all()
        assert [(one.day, one.count) for one in held] == [(day(9), 5)]


@pytest.mark.parametrize(
    ("later", "earlier"), [(day(7), day(0)), (day(13), day(6)), (day(14), day(0)), (day(20), day(6))]
)
def test_a_day_follows_the_same_weekday_of_the_period_before(later: object, earlier: object) -> None:
    assert making.same_weekday(later, MON, SUN) == earlier  # type: ignore[arg-type]


def test_two_rosters_of_a_department_never_hold_one_day(small_world: World) -> None:
    with small_world.database.transaction() as session:
        rostered(small_world, session)
        new = rosters.NewRoster(small_world.department_id, SUN, day(12), rules.standard_rules())
        with pytest.raises(ConflictError, match="2026-11-09"):
            rosters.make(session, SYSTEM, new, small_world.clock)


def test_what_breaks_a_rule_is_said_at_once_and_makes_it_a_draft(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 0, day(0), made.night)
        assert (broken(made, session), session.get_one(Roster, made.roster_id).state) == ([], "checked")
        made.set(session, 0, day(1), made.early)
        assert broken(made, session) == [("rest", "2026-11-10")]
        assert session.get_one(Roster, made.roster_id).state == "draft"
        made.set(session, 0, day(1), None)
        assert session.get_one(Roster, made.roster_id).state == "checked"


def test_the_shifts_of_the_days_before_bind_the_first_day(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        eve = time.PlanRow(made.staff[0].employment_id, day(-1), made.night)
        time.write_plan(session, SYSTEM, [eve], time.PERSON, world.clock)
        made.set(session, 0, day(0), made.early)
        assert broken(made, session) == [("rest", "2026-11-09")]


def test_leave_and_days_of_another_department_are_away(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        row = made.staff[0].leave(session, day(1), day(1))
        made.staff[0].decide(session, row)
        made.set(session, 0, day(1), made.early)
        assert broken(made, session) == [("leave", "2026-11-10")]
        with pytest.raises(ConflictError, match="No reason excuses"):
            rosters.publish(session, SYSTEM, made.roster_id, "忙不过来", world.clock)


def test_a_post_is_found_for_a_cell_and_only_by_who_can_fill_it(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        rosters.set_staff(session, SYSTEM, made.staff[1].employment_id, NewStaff(("收银",)), world.clock)
        rosters.set_need(session, SYSTEM, made.roster_id, day(0), made.early, "收银", 1, world.clock)
        made.set(session, 0, day(0), made.early)
        made.set(session, 1, day(0), made.early)
        posts = dict(session.execute(select(RosterItem.employment_id, RosterItem.post)).tuples().all())
        assert posts == {made.staff[0].employment_id: "", made.staff[1].employment_id: "收银"}
        made.set(session, 0, day(0), made.early, post="收银")
        assert broken(made, session) == [("skill", "2026-11-09")]


def test_who_is_spared_has_neither_nights_nor_overtime(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        spared = NewStaff((), None, day(2))
        rosters.set_staff(session, SYSTEM, made.staff[0].employment_id, spared, world.clock)
        made.set(session, 0, day(2), made.night)
        made.set(session, 1, day(2), made.night)
        assert broken(made, session) == [("nursing_night", "2026-11-11")]
        assert rosters.forbids(Break(day(2), "x", "nursing_night"))


def test_a_plan_is_work_for_a_worker_and_keeps_what_is_pinned(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 3, day(4), made.night, pinned=True)
        made.set(session, 2, day(4), made.early)
        rosters.begin(session, SYSTEM, made.roster_id, "greedy", world.clock)
        assert session.scalar(select(WorkItem.state).where(WorkItem.kind == "roster")) == "waiting"
        with pytest.raises(ConflictError, match="worked out"):
            made.set(session, 0, day(0), None)
        put(made, session)
        row = session.get_one(Roster, made.roster_id)
        assert (made.staff[3].employment_id, day(4), made.night) in made.items(session)
        assert (row.state, row.figures["needed"], row.figures["uncovered"]) == ("checked", 21, 1)
        assert broken(made, session) == []


def test_what_cannot_be_covered_says_which_rule_binds(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        put(made, session)
        lines, count = rosters.explained(rosters.board(session, SYSTEM, made.roster_id).laid)
        assert (count, len(lines), lines[0].able) == (1, 1, 4)
        refused = {rule for rule, people in lines[0].refused.items() for _ in people}
        assert refused <= {"week_hours", "rest", "one_shift"}
        assert refused


def test_wishes_reach_the_problem(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        me = made.staff[0]
        rosters.set_wish(session, me.me, me.employment_id, NewWish(day(3), None, False), world.clock)
        other = made.staff[1].employment_id
        with pytest.raises(PermissionDenied):
            rosters.set_wish(session, me.me, other, NewWish(day(3), None, False), world.clock)
        found = rosters.to_solve(session, made.roster_id)
        assert found is not None
        wishes = {one.id: [(wish.day, wish.wants) for wish in one.wishes] for one in found.problem.workers}
        assert wishes[me.employment_id] == [(day(3), False)]
        assert sum(len(one) for one in wishes.values()) == 1


def test_published_days_are_planned_shifts_and_days_off_and_people_are_told(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 0, day(0), made.early)
        rosters.publish(session, SYSTEM, made.roster_id, "", world.clock)
        ids = [one.employment_id for one in made.staff]
        plans = time.plans_of(session, world.entity_id, ids, MON, SUN)
        assert plans.on(ids[0], day(0)).shift == time.of_company(session, world.entity_id)[made.early]
        off = plans.on(ids[0], day(1))
        assert (off.shift, off.source, off.said) == (None, "plan", f"roster:{made.roster_id}")
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "roster.published")).all()
        assert len(told) == 4
        with pytest.raises(ConflictError, match="published"):
            made.set(session, 0, day(0), None)


def test_publishing_again_tells_only_those_whose_days_changed(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 0, day(0), made.early)
        rosters.publish(session, SYSTEM, made.roster_id, "", world.clock)
        rosters.take_back(session, SYSTEM, made.roster_id, world.clock)
        made.set(session, 1, day(0), made.early)
        rosters.publish(session, SYSTEM, made.roster_id, "", world.clock)
        told = session.scalars(
            select(OutboxMessage.recipient).where(OutboxMessage.template == "roster.published")
        ).all()
        assert sorted(told.count(f"person:{one.person_id}") for one in made.staff) == [1, 1, 1, 2]


def test_a_broken_rule_of_the_company_needs_a_reason(world: World) -> None:
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 0, day(0), made.night)
        made.set(session, 0, day(1), made.early)
        with pytest.raises(InvalidInput, match="broken"):
            rosters.publish(session, SYSTEM, made.roster_id, " ", world.clock)
        row = rosters.publish(session, SYSTEM, made.roster_id, "当事人同意", world.clock)
        assert (row.state, row.reason) == ("published", "当事人同意")


def test_more_days_in_a_row_than_the_law_allows_are_never_published(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        for number in range(7):
            made.set(session, 0, day(number), made.early)
        assert ("days_in_row", "2026-11-15") in broken(made, session)
        with pytest.raises(ConflictError, match="7 days in a row"):
            rosters.publish(session, SYSTEM, made.roster_id, "旺季", world.clock)


def test_nobody_without_the_department_reads_or_changes_its_roster(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        me = made.staff[0].me
        with pytest.raises(PermissionDenied):
            rosters.board(session, me, made.roster_id)
        with pytest.raises(PermissionDenied):
            rosters.publish(session, me, made.roster_id, "", world.clock)


def test_people_of_other_days_and_strangers_are_no_cells(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        for change in (
            rosters.Change("nobody", MON, made.early),
            rosters.Change(made.staff[0].employment_id, day(7), made.early),
            rosters.Change(made.staff[0].employment_id, MON, "no shift"),
        ):
            with pytest.raises(InvalidInput, match="no person, day or shift"):
                rosters.set_cells(session, SYSTEM, made.roster_id, [change], world.clock)


def test_a_draft_is_removed_and_what_was_published_is_not(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        made.set(session, 0, day(0), made.early)
        rosters.publish(session, SYSTEM, made.roster_id, "", world.clock)
        rosters.take_back(session, SYSTEM, made.roster_id, world.clock)
        with pytest.raises(ConflictError, match="was published"):
            rosters.remove(session, SYSTEM, made.roster_id, world.clock)
        new = rosters.NewRoster(world.department_id, day(7), day(13), rules.standard_rules())
        draft = rosters.make(session, SYSTEM, new, world.clock)
        rosters.remove(session, SYSTEM, draft.id, world.clock)
        assert session.get(Roster, draft.id) is None


def test_somebody_who_begins_in_the_middle_is_away_before(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = rostered(world, session)
        hr = world.actor("hr")
        person = find_or_make(session, hr, NewContact("新来的员工", phone="13800009999"), world.clock)
        place = employment.Place(world.entity_id, world.department_id)
        late = employment.begin(session, hr, person.id, place, "客服专员", day(3), None, world.clock).id
        for number in (2, 3):
            rosters.set_cells(
                session, SYSTEM, made.roster_id, [rosters.Change(late, day(number), made.early)], world.clock
            )
        assert broken(made, session) == [("leave", "2026-11-11")]
        rosters.set_cells(session, SYSTEM, made.roster_id, [rosters.Change(late, day(2), None)], world.clock)
        rosters.publish(session, SYSTEM, made.roster_id, "", world.clock)
        plans = time.plans_of(session, world.entity_id, [late], MON, SUN)
        assert [plans.on(late, day(number)).source for number in (2, 3, 4)] == ["none", "plan", "plan"]
