"""What the workers read of an interview, and what they leave to a person."""

from __future__ import annotations

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.interviewing.to_measure import (
    answer_to_measure,
    answers_to_score,
    interview_to_score,
)
from interview_engine.hr.recruiting.reviewing.assessments import hand_to_person
from interview_engine.hr.recruiting.tables import Answer, Application


def test_an_interview_is_scored_by_the_answers_that_count(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        invitation = world.interviewed(session, world.applicant(session, world.post(session, world.open_job(session))))
        found = interview_to_score(session, invitation.id)
        assert found is not None
        assert found.person.name == "测试1"
        assert (found.application.id, found.kit.version) == (invitation.application_id, 1)
        chosen = answers_to_score(session, invitation.id, lock=True)
        assert {one.question_id for one in chosen} == {question.id for question in found.kit.questions}
        chosen[0].state = "received"
        session.flush()
        assert len(answers_to_score(session, invitation.id)) == len(chosen) - 1


def test_an_interview_that_was_taken_back_is_not_there_to_be_scored(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        issued = invitations.invite(session, world.actor("recruiter"), application.id, world.clock)
        assert interview_to_score(session, issued.invitation.id) is not None
        invitations.revoke(session, world.actor("recruiter"), issued.invitation.id, world.clock)
        session.flush()
        assert interview_to_score(session, issued.invitation.id) is None


def test_an_answer_that_was_discarded_is_not_measured(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        invitation = world.interviewed(session, world.applicant(session, world.post(session, world.open_job(session))))
        answer = session.scalars(select(Answer).where(Answer.invitation_id == invitation.id)).first()
        assert answer is not None
        assert answer_to_measure(session, answer.id, lock=True) is answer
        answer.state = "discarded"
        session.flush()
        assert answer_to_measure(session, answer.id) is None
        assert answer_to_measure(session, "unknown") is None


def test_an_interview_without_a_score_stands_among_those_that_a_person_looks_at(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        invitation = world.interviewed(session, world.applicant(session, world.post(session, world.open_job(session))))
        hand_to_person(session, invitation, world.clock)
        assert session.get_one(Application, invitation.application_id).section == "needs_review"
