"""Withdrawal, deletion, retention: what goes is gone, the receipt can be checked, nobody else's goes with it (A16)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hiring_world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, GoneError, PermissionDenied
from interview_engine.hr.access.rules import Actor, candidate_actor
from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import erasure
from interview_engine.hr.privacy.receipts import check_fingerprint, check_receipt
from interview_engine.hr.privacy.tables import Consent, ErasureRequest
from interview_engine.hr.recruiting import retention, withdrawing
from interview_engine.hr.recruiting.applying.applications import (
    NewResume,
    attach_resume,
    move,
    set_talent_pool,
    talent_pool,
)
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.reviewing.assessments import store_assessment, store_measured
from interview_engine.hr.recruiting.reviewing.shortlist import ranked
from interview_engine.hr.recruiting.tables import (
    Answer,
    Application,
    ApplicationEvent,
    Assessment,
    HumanReview,
    Invitation,
    Resume,
    Upload,
)
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, OutboxMessage


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def interviewed(
    world: World, session: Session, blobs: BlobStore, number: int = 1, recording: bytes = b"video"
) -> tuple[Application, Invitation, Actor, dict[str, str]]:
    """A candidate with a recording, a measured answer, a report with a frame, a résumé; and the hashes of all that."""
    clock = world.clock
    job = world.open_job(session)
    application = world.applicant(session, world.post(session, job), number)
    resume = blobs.put(b"resume %d" % number, "application/pdf")
    attach_resume(
        session,
        world.actor("recruiter"),
        application.id,
        NewResume("cv.pdf", "application/pdf", resume, "我的简历"),
        clock,
    )
    issued = invitations.invite(session, world.actor("recruiter"), application.id, clock)
    opened = invitations.open_invitation(session, issued.token, None, clock)
    actor = candidate_actor(opened.invitation.id, opened.person.id, "zh")
    given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
    invitations.give_consent(session, actor, opened.invitation, given, clock)
    questions = [question.id for question in opened.kit.questions]
    upload_id = f"{number:032d}"
    columns = {**stamp("system", clock), "id": upload_id}
    session.add(
        Upload(
            **columns,
            invitation_id=opened.invitation.id,
            question_id=questions[0],
            attempt=1,
            client_key="k",
            media_type="video/webm",
            state="finished",
        )
    )
    session.flush()
    sha256 = blobs.put(recording, "video/webm")
    upload = answers.RecordedUpload(upload_id, sha256, "video/webm", len(recording), 30.0)
    answer = answers.record_answer(session, actor, opened.invitation, questions[0], "video", upload, clock)
    answers.record_answer(session, actor, opened.invitation, questions[1], "text", "我写下的回答。", clock)
    invitations.submit(session, actor, opened.invitation, clock, allow_missing=True)
    answers.correct_transcript(session, actor, answer.id, "更正后的话", clock)
    measured = blobs.put(b"measured %d" % number, "application/json")
    store_measured(session, answer.id, measured, clock)
    report, frame = blobs.put(b"report %d" % number, "application/json"), blobs.put(b"frame %d" % number, "image/jpeg")
    new = replace(
        world.new_assessment(session, opened.invitation.id, 7.0), report_sha256=report, frames={"frames/a.jpg": frame}
    )
    store_assessment(session, application.id, opened.invitation.id, new, clock)
    hashes = {"recording": sha256, "measured": measured, "report": report, "frame": frame, "resume": resume}
    return application, session.get_one(Invitation, opened.invitation.id), actor, hashes


def hired(world: World, session: Session, application: Application) -> Employment:
    recruiter, clock = world.actor("recruiter"), world.clock
    reviews.decide(session, recruiter, application.id, "advance", "讲得具体", clock)
    new = offers.NewOffer("客服专员", Decimal(9000), date(2027, 1, 1))
    sent = offers.send_offer(
        session, recruiter, offers.draft_offer(session, recruiter, application.id, new, clock).id, clock
    )
    offers.answer_offer(session, sent.token, True, clock)
    return offers.hire(session, recruiter, application.id, clock)


def test_a_withdrawal_takes_effect_at_once(world: World, blobs: BlobStore) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        application, invitation, candidate, _ = interviewed(world, session, blobs)
        assert withdrawing.receipt_of(session, candidate, invitation) is None
        request = withdrawing.withdraw(session, candidate, invitation, clock)
        assert withdrawing.withdraw(session, candidate, invitation, clock).id == request.id
        assert application.stage == "withdrawn"
        active = select(func.count()).select_from(Consent).where(Consent.withdrawn_at.is_(None))
        assert session.scalar(active) == 0
        assert (request.due_at - clock.now()).days in (29, 30)


def test_what_was_withdrawn_is_erased_and_the_receipt_names_all_of_it(world: World, blobs: BlobStore) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        application, invitation, candidate, hashes = interviewed(world, session, blobs)
        reviews.note(session, world.actor("recruiter"), application.id, "她讲了退货的事", clock)
        request = withdrawing.withdraw(session, candidate, invitation, clock)
    with world.database.transaction() as session:
        assert [one.request_id for one in erasure.due(session, world.clock)] == [request.id]
        receipt = erasure.erase(session, blobs, request.id, clock)
    assert erasure.verify_receipt(receipt)
    assert {(one["what"], one["sha256"]) for one in receipt["blobs"]} == {
        (what, sha256) for what, sha256 in hashes.items() if what != "resume"
    }
    said = {(one["what"], one["sha256"]) for one in receipt["texts"]}
    for what, text in (("answer", "我写下的回答。"), ("correction", "更正后的话"), ("review", "她讲了退货的事")):
        assert (what, hashlib.sha256(text.encode()).hexdigest()) in said
    assert all(not blobs.exists(sha256) for what, sha256 in hashes.items() if what != "resume")
    with world.database.reading() as session:
        for table in (Answer, Assessment, HumanReview, Upload):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
        row = session.get_one(Application, application.id)
        assert (row.assessment_id, row.score_value, row.section) == (None, None, None)


def test_a_receipt_of_an_erasure_is_kept_and_audited_and_erasing_again_changes_nothing(
    world: World, blobs: BlobStore
) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        _, invitation, candidate, _ = interviewed(world, session, blobs)
        request = withdrawing.withdraw(session, candidate, invitation, clock)
    with world.database.transaction() as session:
        receipt = erasure.erase(session, blobs, request.id, clock)
    with world.database.reading() as session:
        assert erasure.due(session, world.clock) == ()
        kept = session.get_one(ErasureRequest, request.id).receipt
        assert kept == receipt
        audited = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "erasure.done")).one()
        assert audited["receipt"] == receipt["sha256"]
    with world.database.transaction() as session:
        assert erasure.erase(session, blobs, request.id, clock) == receipt  # once more changes nothing


def test_a_changed_receipt_is_noticed(small_world: World, blobs: BlobStore) -> None:
    with small_world.database.transaction() as session:
        _, invitation, candidate, _ = interviewed(small_world, session, blobs)
        request = withdrawing.withdraw(session, candidate, invitation, small_world.clock)
        receipt = erasure.erase(session, blobs, request.id, small_world.clock)
    assert erasure.verify_receipt(receipt)
    for key, value in (("erased_at", "2020-01-01"), ("blobs", receipt["blobs"][1:]), ("sha256", "0" * 64)):
        assert not erasure.verify_receipt({**receipt, key: value})


def test_whoever_holds_a_receipt_can_check_it(world: World, blobs: BlobStore) -> None:
    with world.database.transaction() as session:
        _, invitation, candidate, _ = interviewed(world, session, blobs)
        request = withdrawing.withdraw(session, candidate, invitation, world.clock)
        assert check_receipt(session, {"request": request.id, "sha256": "0" * 64}) == "unknown", "none is written yet"
        receipt = erasure.erase(session, blobs, request.id, world.clock)
    with world.database.reading() as session:
        assert check_receipt(session, json.loads(json.dumps(receipt, indent=2))) == "valid"
        assert check_fingerprint(session, receipt["sha256"]) == "valid"
        for changed in ({**receipt, "erased_at": "2020-01-01"}, {**receipt, "sha256": "0" * 64}, {**receipt, "x": 1}):
            assert check_receipt(session, changed) == "changed"
        whole_but_not_ours = {"request": request.id, "blobs": []}
        whole_but_not_ours["sha256"] = hashlib.sha256(
            json.dumps(whole_but_not_ours, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest()
        assert check_receipt(session, whole_but_not_ours) == "changed"
        for unknown in ({}, {"request": 1}, {"request": "0" * 32, "sha256": receipt["sha256"]}):
            assert check_receipt(session, unknown) == "unknown"
        for text in ("", "0" * 64, receipt["sha256"][:-1], "%"):
            assert check_fingerprint(session, text) == "unknown"


def test_a16_erasure_empties_the_employee_file_but_keeps_the_employment(small_world: World, blobs: BlobStore) -> None:
    world = small_world
    with world.database.transaction() as session:
        application, invitation, candidate, _ = interviewed(world, session, blobs)
        employment = hired(world, session, application)
        assert employment.interview is not None
        assert employment.interview["kit"]["sha256"]
        assert session.scalar(select(func.count()).select_from(CompetencyEvidence)) > 0
        request = withdrawing.withdraw(session, candidate, invitation, world.clock)
        session.refresh(employment)
        assert employment.interview is None
        assert session.scalar(select(func.count()).select_from(CompetencyEvidence)) == 0
        erasure.erase(session, blobs, request.id, world.clock)
        assert application.stage == "hired"
        assert session.scalar(select(func.count()).select_from(Employment).where(Employment.interview.is_(None))) == 1


def test_the_same_file_of_somebody_else_stays(small_world: World, blobs: BlobStore) -> None:
    world = small_world
    with world.database.transaction() as session:
        _, first, candidate, hashes = interviewed(world, session, blobs, 1)
        interviewed(world, session, blobs, 2)  # the same recording, handed in by another
        request = withdrawing.withdraw(session, candidate, first, world.clock)
        receipt = erasure.erase(session, blobs, request.id, world.clock)
        assert [one["sha256"] for one in receipt["kept"]] == [hashes["recording"]]
        assert blobs.exists(hashes["recording"])
        assert session.scalar(select(func.count()).select_from(Answer)) == 2


def test_a_person_is_forgotten_as_a_whole(world: World, blobs: BlobStore) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        application, _, candidate, hashes = interviewed(world, session, blobs)
        person = session.get_one(Person, application.person_id)
        request = erasure.request_erasure(session, candidate, clock, person_id=person.id)
        erasure.erase(session, blobs, request.id, clock)
    with world.database.reading() as session:
        row = session.get_one(Person, application.person_id)
        assert (row.name, row.email, row.email_key, row.phone_key) == ("—", "", None, None)
        assert row.erased_at is not None
        assert not any(blobs.exists(sha256) for sha256 in hashes.values())
        assert session.scalar(select(func.count()).select_from(Resume)) == 0
        told = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.recipient == f"person:{row.id}")
        assert session.scalar(told) == 0
        assert all(event.reason == "" for event in session.scalars(select(ApplicationEvent)))
        texts = [str(one) for one in session.scalars(select(AuditEvent.detail))]
        assert not any("candidate1@example.com" in text or "测试1" in text for text in texts)
    with world.database.transaction() as session:
        again = world.applicant(session, world.post(session, world.open_job(session)), 1)
        assert again.person_id != application.person_id  # a stranger from now on


def test_an_employee_s_file_is_not_forgotten_with_the_interviews(small_world: World, blobs: BlobStore) -> None:
    world = small_world
    with world.database.transaction() as session:
        application, _, candidate, _ = interviewed(world, session, blobs)
        employment = hired(world, session, application)
        request = erasure.request_erasure(session, candidate, world.clock, person_id=application.person_id)
        erasure.erase(session, blobs, request.id, world.clock)
        person = session.get_one(Person, application.person_id)
        session.refresh(employment)
        assert person.name == "测试1"
        assert employment.interview is None


def test_only_oneself_or_an_administrator_asks_for_a_person_s_deletion(small_world: World, blobs: BlobStore) -> None:
    world = small_world
    with world.database.transaction() as session:
        application, invitation, _, _ = interviewed(world, session, blobs)
        stranger = candidate_actor("0" * 32, "1" * 32, "zh")
        for actor in (stranger, world.actor("recruiter"), world.actor("hr")):
            with pytest.raises(PermissionDenied):
                erasure.request_erasure(session, actor, world.clock, person_id=application.person_id)
        with pytest.raises(PermissionDenied):
            withdrawing.withdraw(session, stranger, invitation, world.clock)
        admin = world.actor("administrator")
        assert erasure.request_erasure(session, admin, world.clock, person_id=application.person_id).kind == "person"


def test_recordings_are_planned_for_deletion_once_when_the_policy_s_time_is_over(
    small_world: World, blobs: BlobStore
) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        interviewed(world, session, blobs)
        clock.pass_days(179)
        assert retention.plan(session, clock, 7) == ()
        clock.pass_days(10)
        assert len(retention.plan(session, clock, 7)) == 1
        assert retention.plan(session, clock, 7) == ()


def test_when_recordings_go_after_the_policy_s_time_scores_stay(small_world: World, blobs: BlobStore) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        application, invitation, _, hashes = interviewed(world, session, blobs)
        clock.pass_days(189)
        (request,) = retention.plan(session, clock, 7)
        receipt = erasure.erase(session, blobs, request.id, clock)
        assert erasure.verify_receipt(receipt)
        assert receipt["kind"] == "retention"
        assert not any(blobs.exists(hashes[what]) for what in ("recording", "measured", "report", "frame"))
        assert blobs.exists(hashes["resume"])
        row = session.get_one(Application, application.id)
        assert row.score_value == 7.0
        assert [one.name for one in ranked(session, world.actor("recruiter"), row.requisition_id).lists[0].rows]
        assert all(answer.text is None for answer in answers.answers_of(session, invitation.id))


def test_a_withdrawn_interview_that_was_never_submitted_can_no_longer_be_opened(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        issued = invitations.invite(session, world.actor("recruiter"), application.id, clock)
        candidate = candidate_actor(issued.invitation.id, application.person_id, "zh")
        withdrawing.withdraw(session, candidate, issued.invitation, clock)
        with pytest.raises(GoneError):
            invitations.open_invitation(session, issued.token, None, clock)


def test_who_was_turned_down_long_ago_is_forgotten_unless_kept_by_consent(small_world: World, blobs: BlobStore) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        rows = [world.applicant(session, posting, number) for number in range(3)]
        for row in rows[:2]:
            move(session, recruiter, row.id, "rejected", "没有相关经历", clock)
        session.get_one(Person, rows[1].person_id).talent_pool = True
        clock.pass_days(170)
        assert retention.plan(session, clock, 7) == ()
        clock.pass_days(20)
        (request,) = retention.plan(session, clock, 7)
        assert (request.kind, request.person_id) == ("person", rows[0].person_id)
        assert retention.plan(session, clock, 7) == ()
        erasure.erase(session, blobs, request.id, clock)
        assert session.get_one(Person, rows[0].person_id).erased_at is not None
        assert retention.plan(session, clock, 7) == ()


def test_withdrawing_the_consent_to_be_kept_ends_the_place_in_the_pool(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        with pytest.raises(ConflictError) as caught:
            set_talent_pool(session, recruiter, application.person_id, True, clock)
        assert caught.value.code == "talent.no_consent"
        issued = invitations.invite(session, recruiter, application.id, clock)
        opened = invitations.open_invitation(session, issued.token, None, clock)
        candidate = candidate_actor(opened.invitation.id, application.person_id, "zh")
        given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True, retention=True)
        invitations.give_consent(session, candidate, opened.invitation, given, clock)
        assert set_talent_pool(session, recruiter, application.person_id, True, clock).talent_pool
        (line,) = talent_pool(session, recruiter).items
        assert (line.person_id, line.applications) == (application.person_id, 1)
        withdrawing.withdraw(session, candidate, opened.invitation, clock)
        assert talent_pool(session, recruiter).items == ()
