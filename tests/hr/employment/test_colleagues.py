"""J4: who works here: everybody with an active account or an employment, and no candidate."""

from __future__ import annotations

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.employment.service import colleagues
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
