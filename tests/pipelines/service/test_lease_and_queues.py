"""Who is alive and what may begin (rows A9, A10), on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from work_rows import CLOCK, KIT, TEXT, Rows, make_invitation

from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.recruiting.interviewing.answers import record_answer
from interview_engine.hr.recruiting.interviewing.invitations import submit
from interview_engine.hr.recruiting.interviewing.work_queue import mend, next_items
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.i18n import LocalizedText
from interview_engine.settings import Settings
from interview_engine.store.engine import Database
from interview_engine.store.tables import Worker, WorkItem
from interview_engine.store.work import enqueue_work, give_up
from interview_engine.store.work_run import MAX_ATTEMPTS, claim, fail, finish
from pipelines.service.lease import Lease, LeaseTimes
from pipelines.service.subjects import inputs_sha256, read_answer_subject, read_interview_subject


class Watch:
    """A clock whose hands a test moves, with a time of day that may be wrong."""

    def __init__(self, wrong_s: float = 0.0) -> None:
        self.at_s = 1000.0
        self.wrong_s = wrong_s

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=self.at_s + self.wrong_s)

    def monotonic_s(self) -> float:
        return self.at_s


def _worker(database: Database, name: str, beat: datetime) -> None:
    with database.transaction() as session:
        session.add(Worker(id=name, host="h", pid=1, started_at=beat, heartbeat_at=beat))


@pytest.mark.parametrize("wrong_s", [-3600.0, 0.0, 3600.0])
def test_a_worker_is_dead_when_its_beat_stands_still_whatever_its_clock_says(
    database: Database, wrong_s: float
) -> None:
    watch = Watch()
    lease = Lease(database, watch, LeaseTimes(2.0, 10.0))
    beat = Watch(wrong_s).now()
    _worker(database, "other", beat)
    with database.transaction() as session:
        item = enqueue_work(session, "answer", "a", watch)
    with database.transaction() as session:
        claim(session, item.id, "other", watch)
    assert lease.look_around() == []
    watch.at_s += 9.0
    with database.transaction() as session:
        session.execute(update(Worker).values(heartbeat_at=beat + timedelta(seconds=9)))
    assert lease.look_around() == []
    watch.at_s += 9.9
    assert lease.look_around() == []
    watch.at_s += 0.2
    assert lease.look_around() == ["other"]
    assert lease.look_around() == []
    with database.reading() as session:
        freed = session.get_one(WorkItem, item.id)
    assert (freed.state, freed.attempts, freed.run, freed.worker_id) == ("waiting", 1, 0, None)


def test_a_worker_that_was_buried_while_it_slept_notices(database: Database) -> None:
    lease = Lease(database, SystemClock(), LeaseTimes(0.05, 10.0))
    lease.start(lambda _: None)
    with database.transaction() as session:
        session.execute(update(Worker).values(stopped_at=CLOCK.now()))
    assert lease.lost.wait(10)
    lease.end()


def test_an_orderly_end_is_no_death(database: Database) -> None:
    lease = Lease(database, SystemClock(), LeaseTimes(0.05, 10.0))
    lease.start(lambda _: None)
    lease.end()
    with database.reading() as session:
        (row,) = session.scalars(select(Worker))
    assert row.stopped_at is not None
    assert not lease.lost.is_set()


def _answer(database: Database, rows: Rows, number: int, text: str = TEXT) -> str:
    with database.transaction() as session:
        invitation = session.get_one(Invitation, rows.invitation_id)
        return record_answer(session, rows.candidate, invitation, KIT.questions[number].id, "text", text, CLOCK).id


def _submit(database: Database, rows: Rows) -> None:
    with database.transaction() as session:
        invitation = session.get_one(Invitation, rows.invitation_id)
        submit(session, rows.candidate, invitation, CLOCK, allow_missing=True)


def _next(database: Database) -> list[str]:
    """Subjects of what may begin, in order."""
    with database.reading() as session:
        ids = next_items(session, CLOCK)
        return [session.get_one(WorkItem, item).subject_id for item in ids]


def _end(database: Database, subject: str, failing: bool = False) -> None:
    with database.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject_id == subject)).one()
        item.due_at = None
        session.flush()
        held = claim(session, item.id, "w", CLOCK)
        assert held is not None
        if failing:
            fail(session, held, "work.killed", LocalizedText("坏。", "Broken."), CLOCK)
        else:
            session.get_one(Answer, subject).measured_blob = "0" * 64
            finish(session, held, CLOCK)


@pytest.fixture
def rows(database: Database) -> Rows:
    with database.transaction() as session:
        return make_invitation(session)


def test_an_interview_begins_when_its_last_answer_is_measured_and_before_other_answers(
    database: Database, rows: Rows
) -> None:
    one, two = _answer(database, rows, 0), _answer(database, rows, 1)
    assert _next(database) == [one, two]
    _submit(database, rows)
    assert _next(database) == [one, two]
    _end(database, two)
    assert _next(database) == [one]
    _end(database, one)
    with database.transaction() as session:
        other = make_invitation(session)
    third = _answer(database, other, 0)
    assert _next(database) == [rows.invitation_id, third]


def test_a_parked_answer_holds_up_its_own_interview_until_a_person_goes_on_without_it(
    database: Database, rows: Rows
) -> None:
    one, two = _answer(database, rows, 0), _answer(database, rows, 1)
    _submit(database, rows)
    _end(database, one)
    for _ in range(MAX_ATTEMPTS):
        _end(database, two, failing=True)
    assert _next(database) == []
    with database.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject_id == two)).one()
        give_up(session, SYSTEM, item.id, CLOCK)
    assert _next(database) == [rows.invitation_id]
    with database.reading() as session:
        subject = read_interview_subject(session, rows.invitation_id, Settings())
    assert subject is not None
    assert [answer.given_up and answer.given_up["code"] for answer in subject.answers] == [None, "work.killed"]


def test_a_failed_item_waits_for_its_time(database: Database, rows: Rows) -> None:
    one = _answer(database, rows, 0)
    _end(database, one, failing=True)
    assert _next(database) == []


def test_work_that_nobody_asked_for_is_found_and_asked_for(database: Database, rows: Rows) -> None:
    one = _answer(database, rows, 0)
    _submit(database, rows)
    with database.transaction() as session:
        assert mend(session, CLOCK) == []
        session.execute(delete(WorkItem))
    with database.transaction() as session:
        assert mend(session, CLOCK) == [("interview", rows.invitation_id), ("answer", one)]
    with database.transaction() as session:
        assert mend(session, CLOCK) == []
    assert _next(database) == [one]


def test_without_consent_nothing_is_asked_for_and_nothing_is_measured(database: Database) -> None:
    with database.transaction() as session:
        rows = make_invitation(session, automated=False)
    one = _answer(database, rows, 0)
    _submit(database, rows)
    with database.transaction() as session:
        assert mend(session, CLOCK) == []
        assert session.scalars(select(WorkItem)).all() == []
        subject = read_answer_subject(session, one, Settings())
    assert subject is not None
    assert not subject.automated


def test_face_and_voice_are_measured_only_with_consent_to_each(database: Database) -> None:
    found = {}
    for face in (True, False):
        for voice in (True, False):
            with database.transaction() as session:
                rows = make_invitation(session, face=face, voice=voice)
            one = _answer(database, rows, 0)
            with database.reading() as session:
                subject = read_answer_subject(session, one, Settings())
            assert subject is not None
            policy = subject.options.policy
            found[face, voice] = (policy.visual_cues, policy.frames, policy.voice_cues)
    assert found == {(face, voice): (face, face, voice) for face in (True, False) for voice in (True, False)}


def test_the_inputs_change_with_everything_that_decides_a_score(database: Database, rows: Rows) -> None:
    one = _answer(database, rows, 0)
    _submit(database, rows)

    def inputs() -> str:
        with database.reading() as session:
            subject = read_interview_subject(session, rows.invitation_id, Settings())
        assert subject is not None
        return inputs_sha256(subject, (), ("evidence/1",))

    seen = [inputs(), inputs()]
    assert seen[0] == seen[1]
    for change in ({"correction": "更正。"}, {"measured_blob": "1" * 64}, {"text": "另一个回答。"}):
        with database.transaction() as session:
            for name, value in change.items():
                setattr(session.get_one(Answer, one), name, value)
        seen.append(inputs())
    assert len(set(seen)) == 4


def test_a_revoked_or_erased_interview_ends_its_work_instead_of_waiting_for_ever(
    database: Database, rows: Rows
) -> None:
    with database.transaction() as session:
        enqueue_work(session, "interview", rows.invitation_id, CLOCK)
        enqueue_work(session, "interview", "gone", CLOCK)
    assert _next(database) == ["gone"]
    with database.transaction() as session:
        session.get_one(Invitation, rows.invitation_id).state = "revoked"
    assert sorted(_next(database)) == sorted([rows.invitation_id, "gone"])
    with database.reading() as session:
        assert read_interview_subject(session, rows.invitation_id, Settings()) is None
