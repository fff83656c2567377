"""Answers of two candidates that are nearly the same: found in one company, named to who may see both, gone with
either, and never in a score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hiring_world import World, make_world
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.sameness import sketch
from interview_engine.hr.org.service import create_legal_entity
from interview_engine.hr.recruiting.erasing import erase_interview, erase_recordings
from interview_engine.hr.recruiting.reviewing import same_answers
from interview_engine.hr.recruiting.reviewing.assessments import store_assessment
from interview_engine.hr.recruiting.reviewing.same_answers import NewPrint, with_same_answers
from interview_engine.hr.recruiting.reviewing.shortlist import ranked
from interview_engine.hr.recruiting.reviewing.shortlist_page import ListWanted, list_page
from interview_engine.hr.recruiting.tables import (
    AnswerLikeness,
    AnswerPrint,
    AnswerPrintBand,
    Application,
    Invitation,
    Requisition,
)
from interview_engine.hr.removal import Removal
from interview_engine.store.engine import Database

SCRIPT = (
    "有一次一位客户打电话来，说等了四天的生日蛋糕没有送到，非常生气。我先让她把话说完，然后核对了订单，发现是仓库把门牌号录错了。"
    "我跟她道歉，说清楚两个办法，她选了补送。"
)
COPIED = SCRIPT.replace("生日蛋糕", "节日礼盒").replace("两个办法", "两种方案")
OWN = (
    "去年夏天有位客户投诉空调装好以后不制冷，一天打了三次电话。我先问清楚型号和安装时间，再请安装师傅当天上门复查，发现是管子没接紧。"
    "当场修好以后，我第二天又打电话确认了一遍。"
)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def answered(
    world: World, session: Session, job: Requisition, number: int, text: str, *, run: int = 1, value: float = 7.0
) -> tuple[Application, Invitation]:
    """A candidate whose first answer was that text."""
    application = world.applicant(session, world.post(session, job, f"channel-{number}"), number)
    invitation = world.interviewed(session, application)
    stored(world, session, application, invitation, text, run=run, value=value)
    return application, invitation


def stored(
    world: World,
    session: Session,
    application: Application,
    invitation: Invitation,
    text: str,
    *,
    run: int,
    value: float,
) -> None:
    new = world.new_assessment(session, invitation.id, value, run=run)
    prints = tuple(NewPrint("q1", "zh", made) for made in [sketch(text, "zh")] if made)
    store_assessment(session, application.id, invitation.id, replace(new, prints=prints), world.clock)


def counts(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (AnswerPrint, AnswerPrintBand, AnswerLikeness)
    ]


def test_both_candidates_are_flagged_and_each_names_the_other(world: World) -> None:
    recruiter = world.actor("recruiter")
    with world.database.transaction() as session:
        job = world.open_job(session)
        first, _ = answered(world, session, job, 1, SCRIPT)
        second, _ = answered(world, session, job, 2, COPIED)
        third, _ = answered(world, session, job, 3, OWN)
        (found,) = same_answers.same_answers(session, recruiter, first.id)
        assert (found.question_id, found.application_id, found.name) == ("q1", second.id, "测试2")
        assert found.share >= 0.3
        assert same_answers.same_answers(session, recruiter, second.id)[0].application_id == first.id
        assert same_answers.same_answers(session, recruiter, third.id) == ()


def test_the_ranked_list_says_so_and_no_place_or_score_moves(world: World) -> None:
    recruiter = world.actor("recruiter")
    with world.database.transaction() as session:
        job = world.open_job(session)
        first, _ = answered(world, session, job, 1, SCRIPT, value=8.0)
        second, _ = answered(world, session, job, 2, COPIED, value=7.9)
        for rows in (
            ranked(session, recruiter, job.id).lists[0].rows,
            list_page(session, recruiter, job.id, ListWanted()).rows,
        ):
            assert [row.application_id for row in rows] == [first.id, second.id]
            assert {row.place.section for row in rows} == {"ranked"}
            assert all("integrity.same_as_another" in [reason.code for reason in row.reasons] for row in rows)
        assert (first.score_value, second.score_value) == (8.0, 7.9)


def test_storing_it_again_leaves_what_there_was(world: World) -> None:
    with world.database.transaction() as session:
        job = world.open_job(session)
        answered(world, session, job, 1, SCRIPT)
        application, invitation = answered(world, session, job, 2, COPIED)
        before = counts(session)
        for run in (1, 2):
            stored(world, session, application, invitation, COPIED, run=run, value=7.0)
        assert counts(session) == before
        stored(world, session, application, invitation, OWN, run=3, value=7.0)
        assert counts(session)[2] == 0, "the text that counts now is another"


@pytest.mark.parametrize("erase", [erase_interview, erase_recordings])
def test_it_goes_with_the_interview_of_either_side(world: World, erase: object) -> None:
    with world.database.transaction() as session:
        job = world.open_job(session)
        first, invitation = answered(world, session, job, 1, SCRIPT)
        second, _ = answered(world, session, job, 2, COPIED)
        removal = Removal(world.clock)
        erase(session, invitation.id, removal)  # type: ignore[operator]
        assert same_answers.same_answers(session, world.actor("recruiter"), second.id) == ()
        assert with_same_answers(session, [first.id, second.id]) == frozenset()
        assert removal.rows["answer_print"] == removal.rows["answer_likeness"] == 1
        assert counts(session)[0] == 1, "the other's sketch stays"


def test_another_company_is_never_compared(world: World) -> None:
    with world.database.transaction() as session:
        job = world.open_job(session)
        answered(world, session, job, 1, SCRIPT)
        other = create_legal_entity(session, world.actor("administrator"), "另一家公司", "北京", world.clock)
        elsewhere = world.open_job(session)
        elsewhere.legal_entity_id = other.id
        session.flush()
        application, _ = answered(world, session, elsewhere, 2, COPIED)
        assert same_answers.same_answers(session, world.actor("administrator"), application.id) == ()


def test_an_application_out_of_reach_is_not_named(world: World) -> None:
    with world.database.transaction() as session:
        job = world.open_job(session)
        hidden, _ = answered(world, session, job, 1, SCRIPT)
        job.department_id = world.other_department_id
        mine = world.open_job(session)
        application, _ = answered(world, session, mine, 2, COPIED)
        (found,) = same_answers.same_answers(session, world.actor("interviewer"), application.id)
        assert (found.application_id, found.name) == ("", "")
        assert (
            same_answers.same_answers(session, world.actor("recruiter"), application.id)[0].application_id == hidden.id
        )


def test_one_person_who_applies_twice_copies_nobody(world: World) -> None:
    with world.database.transaction() as session:
        first, _ = answered(world, session, world.open_job(session), 1, SCRIPT)
        second, _ = answered(world, session, world.open_job(session), 1, SCRIPT)
        assert first.person_id == second.person_id
        assert same_answers.same_answers(session, world.actor("recruiter"), second.id) == ()
