"""J4: who works here: everybody with an active account or an employment, and no candidate."""

from __future__ import annotations

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.employment.service import addressed, colleagues, find_colleagues, here_by_department
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Person


def test_everyone_who_works_here_is_a_colleague_and_candidates_are_not(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        world.applicant(session, world.post(session, world.open_job(session)))
        everyone = colleagues(session)
        sales = colleagues(session, [world.other_department_id])
        candidates = session.scalars(select(Person.id).where(Person.email != "")).all()
    assert len(everyone) == len(world.actors)
    assert sales == (world.actor("other_manager").person_id,)
    assert not set(candidates) & set(everyone)


def test_whom_a_message_is_for_is_in_one_of_the_chosen_places(small_world: World) -> None:
    world = small_world
    recruiter, other = world.actor("recruiter").person_id, world.actor("other_manager").person_id
    with world.database.transaction() as session:
        below = org.create_department(
            session, world.actor("hr"), world.entity_id, "销售二部", world.clock, parent_id=world.other_department_id
        )
        session.get_one(Person, recruiter).department_id = below.id
        assert set(addressed(session, departments=[world.other_department_id])) == {recruiter, other}
        assert set(addressed(session, departments=[below.id], roles=["auditor"])) == {
            recruiter, world.actor("auditor").person_id,
        }  # fmt: skip
        assert addressed(session, persons=["nobody", other or ""]) == (other,)
        assert addressed(session) == colleagues(session)


def test_colleagues_are_found_by_name_where_the_reader_may_see_them(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        found = find_colleagues(session, world.actor("hr"), " interv ")
        assert [(one.name, one.title, one.department_id) for one in found] == [
            ("interviewer", None, world.department_id)
        ]
        assert find_colleagues(session, world.actor("hr"), "%") == []
        assert find_colleagues(session, world.actor("hr"), " ") == []
        assert find_colleagues(session, world.actor("auditor"), "interv") == []
        everyone = here_by_department(session, world.actor("hr"))
    assert {len(people) for people in everyone.values()} == {6, 1}
