"""Praise and advice among colleagues (H9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from performance_story import NAMES, Played
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.employment.numbers import number_of
from interview_engine.hr.employment.tables import Employment, LifecycleEvent
from interview_engine.hr.people.tables import Person
from interview_engine.hr.performance import feedback
from interview_engine.hr.performance.tables import Feedback
from interview_engine.store.tables import OutboxMessage


def actor(played: Played, at: int) -> Actor:
    return employee_actor(played.staff[at].person_id, "zh")


def give(
    session: Session, played: Played, colleague: str = NAMES[1], kind: str = "praise", text: str = "谢谢帮忙"
) -> Feedback:
    return feedback.give(session, actor(played, 0), colleague, kind, text, played.world.clock)


def test_h9_praise_stands_in_both_timelines_and_whom_it_is_for_is_told(played: Played) -> None:
    giver, receiver = (played.staff[at].person_id for at in (0, 1))
    with played.world.database.transaction() as session:
        row = give(session, played)
        events = select(LifecycleEvent.person_id, LifecycleEvent.kind).where(LifecycleEvent.kind.like("praised%"))
        kinds = dict(session.execute(events).tuples().all())
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "performance.feedback")).one()
        assert kinds == {giver: "praised_other", receiver: "praised"}
        assert told.recipient == f"person:{receiver}"
        assert "谢谢帮忙" not in str(told.payload)
        for person_id in (giver, receiver):
            assert [one.row.id for one in feedback.of_person(session, person_id, also_advice=False)] == [row.id]


def test_advice_is_between_the_two(small: Played) -> None:
    with small.world.database.transaction() as session:
        give(session, small, kind="advice")
        receiver = small.staff[1].person_id
        assert feedback.of_person(session, receiver, also_advice=False) == []
        assert feedback.read_by(session, small.hr, receiver) == []
        assert len(feedback.of_person(session, receiver, also_advice=True)) == 1
        assert session.scalar(select(LifecycleEvent.id).where(LifecycleEvent.kind.like("praised%"))) is None


def test_praise_is_read_by_who_reads_appraisals_and_by_no_recruiter(small: Played) -> None:
    with small.world.database.transaction() as session:
        row = give(session, small)
        receiver = small.staff[1].person_id
        assert [one.row.id for one in feedback.read_by(session, small.hr, receiver)] == [row.id]
        assert feedback.read_by(session, small.world.actor("recruiter"), receiver) == []


@pytest.mark.parametrize(
    ("colleague", "kind", "text", "code"),
    [
        (NAMES[0], "praise", "自己", "feedback.oneself"),
        ("没有这个人", "praise", "谢谢", "feedback.colleague"),
        (NAMES[1], "blame", "谢谢", "feedback.kind"),
        (NAMES[1], "praise", "  ", "input.required"),
        (NAMES[1], "praise", "长" * 501, "input.too_long"),
    ],
)
def test_what_cannot_be_sent_says_why(small: Played, colleague: str, kind: str, text: str, code: str) -> None:
    with small.world.database.transaction() as session, pytest.raises(InvalidInput) as refused:
        give(session, small, colleague, kind, text)
    assert refused.value.code == code


def test_of_two_of_one_name_the_number_tells_which(small: Played) -> None:
    world, wanted = small.world, small.staff[1]
    with world.database.transaction() as session:
        session.get_one(Person, small.staff[2].person_id).name = NAMES[1]
        session.flush()
        number = number_of(session, wanted.person_id, world.entity_id)
        assert number is not None
        with pytest.raises(InvalidInput, match=r"feedback\.colleague"):
            give(session, small)
        assert give(session, small, number.lower()).person_id == wanted.person_id


def test_who_left_can_neither_give_nor_get(small: Played) -> None:
    world = small.world
    with world.database.transaction() as session:
        session.get_one(Employment, small.staff[1].employment_id).state = "left"
        session.flush()
        with pytest.raises(InvalidInput, match=r"feedback\.colleague"):
            give(session, small)
        with pytest.raises(PermissionDenied):
            feedback.give(session, actor(small, 1), NAMES[0], "praise", "谢谢", world.clock)


def test_of_many_at_once_no_more_than_the_limit_is_sent_and_the_same_counts_once(played: Played) -> None:
    database = played.world.database

    def send(text: str) -> str:
        try:
            with database.transaction() as session:
                give(session, played, text=text)
        except ConflictError as refused:
            return refused.code
        return "sent"

    texts = [f"第 {number} 次" for number in range(feedback.MOST_A_DAY + 4)]
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(send, [texts[0], texts[0], *texts]))
    assert sent.count("feedback.most") == len(sent) - sent.count("sent") == 4
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == feedback.MOST_A_DAY


def test_who_gave_it_takes_it_back_and_its_text_goes(small: Played) -> None:
    with small.world.database.transaction() as session:
        row = give(session, small)
        with pytest.raises(PermissionDenied):
            feedback.take_back(session, actor(small, 1), row.id, small.world.clock)
        for _ in range(2):
            feedback.take_back(session, actor(small, 0), row.id, small.world.clock)
        assert (row.state, row.text) == ("taken_back", "")
        assert feedback.of_person(session, small.staff[1].person_id, also_advice=True) == []
