"""Where a person's applications stand, as the person sees them (C5)."""

from __future__ import annotations

from datetime import timedelta

from hiring_world import World

from interview_engine.hr.recruiting.applying.own import applications_of, own_applications
from interview_engine.hr.recruiting.interviewing import invitations


def test_an_interview_is_open_until_it_is_handed_in_or_runs_out(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        person_id = application.person_id

        def interview() -> str:
            (one,) = own_applications(session, person_id, clock)
            return one.interview

        assert interview() == ""
        issued = invitations.invite(session, world.actor("recruiter"), application.id, clock)
        assert interview() == "open"
        clock.at += timedelta(days=30)
        assert interview() == ""
        invitations.revoke(session, world.actor("recruiter"), issued.invitation.id, clock)
        world.interviewed(session, application)
        assert interview() == "submitted"


def test_a_persons_other_applications_are_listed_newest_first(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        first = world.applicant(session, world.post(session, world.open_job(session)))
        second = world.applicant(session, world.post(session, world.open_job(session, title="另一个职位")))
        assert first.person_id == second.person_id
        listed = applications_of(session, first.person_id)
        assert [(one.id, title) for one, title in listed] == [(second.id, "另一个职位"), (first.id, "客服专员")]
        assert [one.id for one, _ in applications_of(session, first.person_id, without=second.id)] == [first.id]
