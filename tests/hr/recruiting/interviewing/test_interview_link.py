"""The candidate's link: one device, its time, consent, attempts, one receipt (A1, A2)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hiring_world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import (
    ConflictError,
    GoneError,
    InterviewEngineError,
    InvalidInput,
    NotFoundError,
    PermissionDenied,
)
from interview_engine.hr.access.rules import Actor, candidate_actor
from interview_engine.hr.privacy.consents import consents_of
from interview_engine.hr.privacy.tables import Consent
from interview_engine.hr.recruiting.applying.applications import move
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.interviewing.invitations import ConsentGiven, IssuedInvitation, Opened
from interview_engine.hr.recruiting.reviewing.assessments import store_measured
from interview_engine.hr.recruiting.tables import Answer, Application, Invitation
from interview_engine.store.tables import OutboxMessage, WorkItem

YES = ConsentGiven(recording=True, voice=True, face=True, automated=True)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invited candidate on their device."""

    issued: IssuedInvitation
    opened: Opened
    actor: Actor


def invited(world: World, session: Session, number: int = 1) -> IssuedInvitation:
    application = world.applicant(session, world.post(session, world.open_job(session)), number)
    return invitations.invite(session, world.actor("recruiter"), application.id, world.clock)


def arrived(world: World, session: Session, consent: ConsentGiven | None = YES, number: int = 1) -> Candidate:
    issued = invited(world, session, number)
    opened = invitations.open_invitation(session, issued.token, None, world.clock)
    actor = candidate_actor(opened.invitation.id, opened.person.id, "zh")
    if consent is not None:
        invitations.give_consent(session, actor, opened.invitation, consent, world.clock)
    return Candidate(issued, opened, actor)


def code_of(call: Callable[[], object], kind: type[InterviewEngineError] = InterviewEngineError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.code


def test_the_first_device_keeps_the_link(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        issued = invited(world, session)
        invitations.peek(session, issued.token, clock)  # a chat program's preview
        opened = invitations.open_invitation(session, issued.token, None, clock)
        assert opened.new_device_secret is not None
        again = invitations.open_invitation(session, issued.token, opened.new_device_secret, clock)
        assert again.new_device_secret is None
        for other in (None, "another device"):
            attempt = lambda secret=other: invitations.open_invitation(session, issued.token, secret, clock)  # noqa: E731
            assert code_of(attempt, PermissionDenied) == "invitation.other_device"
        invitations.move_device(session, world.actor("recruiter"), issued.invitation.id, clock)
        moved = invitations.open_invitation(session, issued.token, None, clock)
        assert moved.new_device_secret not in (None, opened.new_device_secret)
        old = lambda: invitations.open_invitation(session, issued.token, opened.new_device_secret, clock)  # noqa: E731
        assert code_of(old) == "invitation.other_device"


def test_the_database_never_holds_token_or_device_secret_once_it_is_open(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        issued = invited(world, session)
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "invitation.sent")).one()
        assert message.payload["token"] == issued.token  # it has to be delivered
        opened = invitations.open_invitation(session, issued.token, None, world.clock)
        session.refresh(message)
        assert "token" not in message.payload
        row = session.get_one(Invitation, issued.invitation.id)
        assert issued.token not in (row.token_hash, row.device_hash)
        assert opened.new_device_secret != row.device_hash


def test_two_devices_at_once_one_wins(world: World) -> None:
    with world.database.transaction() as session:
        issued = invited(world, session)
    start = threading.Barrier(3)
    secrets: list[str | None] = []
    refused: list[str] = []

    def visit() -> None:
        start.wait()
        try:
            with world.database.transaction() as session:
                found = invitations.open_invitation(session, issued.token, None, world.clock)
            secrets.append(found.new_device_secret)
        except PermissionDenied as error:
            refused.append(error.code)

    _together([visit] * 3)
    assert len(secrets) == 1
    assert secrets[0] is not None
    assert refused == ["invitation.other_device"] * 2


def test_links_that_do_not_work_say_why(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        issued = invited(world, session)
        token = issued.token
        unknown = lambda: invitations.open_invitation(session, "no such token", None, clock)  # noqa: E731
        assert code_of(unknown, NotFoundError) == "invitation.unknown"
        clock.pass_days(8)
        visit = lambda: invitations.open_invitation(session, token, None, clock)  # noqa: E731
        assert code_of(visit, GoneError) == "invitation.expired"
        assert invitations.expire(session, clock) == 1
        assert code_of(visit, GoneError) == "invitation.expired"
        invitations.extend(session, recruiter, issued.invitation.id, 3, clock)
        assert visit().invitation.state == "opened"
        invitations.revoke(session, recruiter, issued.invitation.id, clock)
        assert code_of(visit, GoneError) == "invitation.revoked"
        application = session.get_one(Application, issued.invitation.application_id)
        assert application.stage == "screening"


def test_inviting_again_ends_the_link_before(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        first = invited(world, session)
        second = invitations.invite(session, world.actor("recruiter"), first.invitation.application_id, clock)
        visit = lambda: invitations.open_invitation(session, first.token, None, clock)  # noqa: E731
        assert code_of(visit, GoneError) == "invitation.revoked"
        assert invitations.open_invitation(session, second.token, None, clock).invitation.state == "opened"


def test_every_consent_is_kept_and_a_change_of_mind_is_a_new_row(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        candidate = arrived(world, session)
        changed = ConsentGiven(recording=True, voice=True, face=False, automated=False)
        invitations.give_consent(session, candidate.actor, candidate.opened.invitation, changed, world.clock)
        held = consents_of(session, candidate.opened.invitation.id)
        assert held == {
            "recording": True,
            "voice": True,
            "face": False,
            "automated_assessment": False,
            "retention": False,
        }
        assert session.scalar(select(func.count()).select_from(Consent)) == 10
        assert session.get_one(Invitation, candidate.opened.invitation.id).automated is False


def test_nothing_is_recorded_without_consent_and_text_is_the_equal_route(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        no = ConsentGiven(recording=False, voice=False, face=False, automated=True)
        candidate = arrived(world, session, no)
        invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0]
        video = answers.RecordedUpload("0" * 32, "1" * 64, "video/webm", 10)
        record = lambda: answers.record_answer(  # noqa: E731
            session, candidate.actor, invitation, question.id, "video", video, clock
        )
        assert code_of(record, ConflictError) == "answer.no_consent"
        text = answers.record_answer(
            session, candidate.actor, invitation, question.id, "text", "我先听完客户的话。", clock
        )
        assert (text.mode, text.state, text.attempt) == ("text", "chosen", 1)


def test_nothing_is_answered_before_consent_or_by_somebody_else(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        candidate = arrived(world, session, None)
        invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0]
        record = lambda actor: answers.record_answer(  # noqa: E731
            session, actor, invitation, question.id, "text", "我先听完客户的话。", clock
        )
        assert code_of(lambda: record(candidate.actor), ConflictError) == "invitation.state"
        stranger = candidate_actor("0" * 32, candidate.opened.person.id, "zh")
        assert code_of(lambda: record(stranger), PermissionDenied) == "access.denied"
        assert code_of(lambda: record(world.actor("administrator")), PermissionDenied) == "access.denied"


def test_attempts_end_and_the_last_one_counts_unless_another_is_chosen(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        candidate = arrived(world, session)
        invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0]
        made = []
        for number in range(question.attempts):
            assert answers.next_attempt(session, invitation, question.id) == number + 1
            made.append(
                answers.record_answer(
                    session, candidate.actor, invitation, question.id, "text", f"第 {number} 次回答。", clock
                )
            )
        assert code_of(lambda: answers.next_attempt(session, invitation, question.id)) == "answer.no_attempts"
        assert [one.state for one in made] == ["received"] * (question.attempts - 1) + ["chosen"]
        answers.choose_attempt(session, candidate.actor, made[0].id, clock)
        assert answers.chosen_answers(session, invitation.id)[question.id].id == made[0].id
        assert sum(one.state == "chosen" for one in answers.answers_of(session, invitation.id)) == 1
        same = answers.record_answer(
            session, candidate.actor, invitation, question.id, "text", f"第 {question.attempts - 1} 次回答。", clock
        )
        assert same.id == made[-1].id  # sent twice is no further attempt
        unknown = lambda: answers.next_attempt(session, invitation, "q99")  # noqa: E731
        assert code_of(unknown, NotFoundError) == "not_found.question"


def test_submitting_twice_at_once_gives_one_receipt_and_one_piece_of_work(world: World) -> None:
    with world.database.transaction() as session:
        candidate = arrived(world, session)
        invitation = candidate.opened.invitation
        for question in candidate.opened.kit.questions:
            text = f"上周的投诉，我先核对订单。{question.id}"
            answers.record_answer(session, candidate.actor, invitation, question.id, "text", text, world.clock)
    start = threading.Barrier(3)
    receipts: list[str] = []

    def send() -> None:
        start.wait()
        with world.database.transaction() as session:
            receipts.append(invitations.submit(session, candidate.actor, invitation, world.clock))

    _together([send] * 3)
    assert len(receipts) == 3
    assert len(set(receipts)) == 1
    with world.database.reading() as session:
        row = session.get_one(Invitation, invitation.id)
        assert (row.state, row.receipt) == ("submitted", receipts[0])
        assert session.get_one(Application, row.application_id).stage == "review"
        assert invitations.receipt_of(row, list(answers.chosen_answers(session, row.id).values())) == receipts[0]
        kinds = session.scalars(select(WorkItem.kind)).all()
        assert kinds.count("interview") == 1
        assert kinds.count("answer") == len(candidate.opened.kit.questions)


def test_the_same_text_twice_at_once_is_one_attempt(world: World) -> None:
    with world.database.transaction() as session:
        candidate = arrived(world, session)
        invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0]
    start = threading.Barrier(3)

    def send() -> None:
        start.wait()
        with world.database.transaction() as session:
            answers.record_answer(session, candidate.actor, invitation, question.id, "text", "同一句话。", world.clock)

    _together([send] * 3)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 1


def test_a_recruiter_who_rejects_and_a_candidate_who_answers_never_block_each_other(world: World) -> None:
    with world.database.transaction() as session:
        candidates = [arrived(world, session, number=number) for number in range(5)]
    for candidate in candidates:
        invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0]
        start = threading.Barrier(2)
        outcomes: list[str] = []

        def answer(one: Candidate = candidate, begin: threading.Barrier = start, asked: str = question.id) -> None:
            begin.wait()
            try:
                with world.database.transaction() as session:
                    answers.record_answer(
                        session, one.actor, one.opened.invitation, asked, "text", "我先听客户说完。", world.clock
                    )
            except ConflictError as error:
                outcomes.append(error.code)  # noqa: B023 joined below

        def reject(application: str = invitation.application_id, begin: threading.Barrier = start) -> None:
            begin.wait()
            with world.database.transaction() as session:
                move(session, world.actor("recruiter"), application, "rejected", "名额已满", world.clock)

        _together([answer, reject])
        assert outcomes in ([], ["invitation.state"])
        with world.database.reading() as session:
            assert session.get_one(Application, invitation.application_id).stage == "rejected"
            assert session.get_one(Invitation, invitation.id).state == "revoked"


def test_unanswered_questions_must_be_confirmed(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        candidate = arrived(world, session)
        invitation = candidate.opened.invitation
        submit = lambda: invitations.submit(session, candidate.actor, invitation, clock)  # noqa: E731
        assert code_of(submit, ConflictError) == "interview.nothing"
        first = candidate.opened.kit.questions[0].id
        answers.record_answer(session, candidate.actor, invitation, first, "text", "我先听客户说完。", clock)
        assert code_of(submit, InvalidInput) == "interview.unanswered"
        assert invitations.submit(session, candidate.actor, invitation, clock, allow_missing=True)
        again = lambda: answers.record_answer(  # noqa: E731
            session, candidate.actor, invitation, candidate.opened.kit.questions[1].id, "text", "再补一句。", clock
        )
        assert code_of(again, ConflictError) == "invitation.state"


def test_who_refuses_automated_assessment_is_read_by_a_person(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        candidate = arrived(world, session, ConsentGiven(recording=True, voice=True, face=True, automated=False))
        invitation = candidate.opened.invitation
        first = candidate.opened.kit.questions[0].id
        answers.record_answer(session, candidate.actor, invitation, first, "text", "我先听客户说完。", clock)
        invitations.submit(session, candidate.actor, invitation, clock, allow_missing=True)
        assert session.scalars(select(WorkItem)).all() == []
        application = session.get_one(Application, invitation.application_id)
        assert (application.stage, application.section) == ("review", "needs_review")
        assert session.scalars(
            select(OutboxMessage.recipient).where(
                OutboxMessage.template == "interview.to_read", OutboxMessage.channel == "inbox"
            )
        ).all() == [world.actor("recruiter").id]


@dataclass(frozen=True, slots=True)
class Corrected:
    """An interview that was handed in and corrected once before its score."""

    application: Application
    answer: Answer
    correct: Callable[[str], Answer]
    queued: Callable[[], list[str]]


def corrected(world: World, session: Session) -> Corrected:
    candidate = arrived(world, session)
    invitation, question = candidate.opened.invitation, candidate.opened.kit.questions[0].id
    session.add(_upload(world, invitation, question))
    session.flush()
    video = answers.RecordedUpload("0" * 32, "1" * 64, "video/webm", 10)
    answer = answers.record_answer(session, candidate.actor, invitation, question, "video", video, world.clock)
    twice = answers.record_answer(session, candidate.actor, invitation, question, "video", video, world.clock)
    assert twice.id == answer.id
    invitations.submit(session, candidate.actor, invitation, world.clock, allow_missing=True)
    store_measured(session, answer.id, "2" * 64, world.clock)
    answers.correct_transcript(session, candidate.actor, answer.id, "我说的是“换货”。", world.clock)
    world.assessed(session, invitation)
    for item in session.scalars(select(WorkItem).where(WorkItem.kind == "interview")):
        item.state = "done"
    waiting = select(WorkItem.id).where(WorkItem.kind == "interview", WorkItem.state == "waiting")
    world.clock.pass_days(1)
    return Corrected(
        session.get_one(Application, invitation.application_id),
        answer,
        lambda text: answers.correct_transcript(session, candidate.actor, answer.id, text, world.clock),
        lambda: list(session.scalars(waiting)),
    )


def test_a24_a_correction_after_the_score_is_scored_again_once(small_world: World) -> None:
    """A second one stands beside: nobody tries texts until the score is high."""
    with small_world.database.transaction() as session:
        made = corrected(small_world, session)
        assert made.answer.correction == "我说的是“换货”。"
        made.correct("我说的是“换货”。")
        assert made.queued() == [], "the same text again changes nothing"
        made.correct("我说的是“换货”，不是“换锅”。")
        (first,) = made.queued()
        session.get_one(WorkItem, first).state = "done"
        made.correct("另一种说法")
        assert made.queued() == []
        assert made.answer.correction == "另一种说法"


def test_a24_a_correction_after_a_decision_moves_no_score(small_world: World) -> None:
    with small_world.database.transaction() as session:
        made = corrected(small_world, session)
        made.application.stage = "rejected"
        made.correct("另一种说法")
        assert made.queued() == []
        assert made.answer.correction == "另一种说法"


def test_a_recording_that_was_deleted_takes_no_correction(small_world: World) -> None:
    with small_world.database.transaction() as session:
        made = corrected(small_world, session)
        made.answer.blob_sha256 = None
        session.flush()
        with pytest.raises(NotFoundError):
            made.correct("另一种说法")


def _upload(world: World, invitation: Invitation, question_id: str):  # type: ignore[no-untyped-def]
    from interview_engine.hr.recruiting.tables import Upload
    from interview_engine.store.rows import stamp

    columns = {**stamp("system", world.clock), "id": "0" * 32}
    return Upload(
        **columns,
        invitation_id=invitation.id,
        question_id=question_id,
        attempt=1,
        client_key="k",
        media_type="video/webm",
        state="finished",
    )


def _together(calls: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
