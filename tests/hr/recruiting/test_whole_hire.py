"""From a requisition to an employee and back out, as one scripted run of the services (C2, A16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import select

from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.approvals.service import decide as decide_approval
from interview_engine.hr.approvals.service import pending_for
from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply, history
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.postings import create_posting
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.reviewing.assessments import store_assessment, store_measured
from interview_engine.hr.recruiting.reviewing.shortlist import ranked
from interview_engine.hr.recruiting.tables import Application, Upload
from interview_engine.store import audit
from interview_engine.store.blobs import open_blobs
from interview_engine.store.rows import stamp
from interview_engine.store.tables import OutboxMessage, WorkItem


@dataclass(frozen=True, slots=True)
class Hired:
    """What could be seen on the way from a wish to hire to an employee."""

    waiting_for_the_manager: list[str]
    state_once_opened: str
    receipt: str
    on_the_list: list[str]
    above: int
    file: dict[str, Any]
    asked_competencies: set[str]
    evidence: list[tuple[str, float | None, float | None, float | None, str]]
    requisition: str
    stages: list[str]
    told: set[str]
    work: list[tuple[str, str]]
    invitation_id: str
    questions: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What could be seen after the same person withdrew."""

    days_to_the_deadline: int
    evidence_left: int
    file: dict[str, Any] | None
    receipt: dict[str, Any]
    report_is_stored: bool
    report_and_recording: set[str]
    stage: str
    broken_at: object


@pytest.fixture(scope="module")
def story(world_of_a_story: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Hired, Withdrawn]:
    world = world_of_a_story
    clock, recruiter = world.clock, world.actor("recruiter")
    blobs = open_blobs(f"file://{tmp_path_factory.mktemp('story') / 'blobs'}")
    with world.database.transaction() as session:
        requisition = requisitions.create_requisition(session, recruiter, world.new_requisition(), clock)
        requisitions.submit_for_approval(session, recruiter, requisition.id, clock)
    with world.database.transaction() as session:
        waiting = pending_for(session, world.actor("hiring_manager"), world.clock)
        asked = [one.approval.subject.replace(requisition.id, "ID") for one in waiting]
        decide_approval(session, world.actor("hiring_manager"), waiting[0].approval.id, "approve", "", clock)
    with world.database.transaction() as session:
        opened_state = requisitions.open_requisition(session, recruiter, requisition.id, clock).state
        posting = create_posting(session, recruiter, requisition.id, "official-account", Decimal("800"), clock)
    with world.database.transaction() as session:
        application = apply(session, PUBLIC, posting.code, NewPerson("李雷", "lilei@example.com"), clock)
        issued = invitations.invite_automatically(session, application, clock)
    assert issued is not None, "the kit's policy invites whoever applies"
    with world.database.transaction() as session:
        opened = invitations.open_invitation(session, issued.token, None, clock)
        candidate = candidate_actor(opened.invitation.id, opened.person.id, "zh")
        given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
        invitations.give_consent(session, candidate, opened.invitation, given, clock)
    for number, question in enumerate(opened.kit.questions):
        with world.database.transaction() as session:
            recording = blobs.put(f"recording {number}".encode(), "video/webm")
            content = answers.RecordedUpload(f"{number:032d}", recording, "video/webm", 11, 40.0)
            _upload(session, content.upload_id, opened.invitation.id, question.id, clock)
            answers.record_answer(session, candidate, opened.invitation, question.id, "video", content, clock)
    with world.database.transaction() as session:
        receipt = invitations.submit(session, candidate, opened.invitation, clock)
    with world.database.transaction() as session:
        for answer in answers.chosen_answers(session, opened.invitation.id).values():
            store_measured(session, answer.id, blobs.put(answer.id.encode(), "application/json"), clock)
        report = blobs.put(b'{"schema": "interview-report/1"}', "application/json")
        new = replace(world.new_assessment(session, opened.invitation.id, 7.5), report_sha256=report)
        store_assessment(session, application.id, opened.invitation.id, new, clock)
    with world.database.transaction() as session:
        page = ranked(session, recruiter, requisition.id)
        reviews.override(session, recruiter, application.id, "communication", 7.0, "追问时讲得不清楚", clock)
        reviews.decide(session, recruiter, application.id, "advance", "投诉处理讲得具体", clock)
        pay = offers.NewOffer("客服专员", Decimal("9000"), date(2026, 12, 1))
        offer = offers.draft_offer(session, recruiter, application.id, pay, clock)
        sent = offers.send_offer(session, recruiter, offer.id, clock)
    with world.database.transaction() as session:
        offers.answer_offer(session, sent.token, True, clock)
    with world.database.transaction() as session:
        file = offers.hire(session, recruiter, application.id, clock).interview
        evidence = session.scalars(select(CompetencyEvidence)).all()
        hired = Hired(
            waiting_for_the_manager=asked,
            state_once_opened=opened_state,
            receipt=receipt,
            on_the_list=[row.name for row in page.lists[0].rows],
            above=page.above,
            file=dict(file or {}),
            asked_competencies={competency.id for competency in opened.kit.competencies},
            evidence=[(row.competency_code, row.score, row.low, row.high, row.ruler) for row in evidence],
            requisition=requisitions.get_requisition(session, recruiter, requisition.id).state,
            stages=[event.to_stage for event in history(session, recruiter, application.id) if event.to_stage],
            told=set(session.scalars(select(OutboxMessage.template))),
            work=list(session.execute(select(WorkItem.kind, WorkItem.subject_id)).tuples()),
            invitation_id=opened.invitation.id,
            questions=len(opened.kit.questions),
        )

    with world.database.transaction() as session:
        request = withdrawing.withdraw(session, candidate, opened.invitation, clock)
        days = (request.due_at - clock.now()).days
        left = len(session.scalars(select(CompetencyEvidence)).all())
        file_left = session.scalars(select(Employment)).one().interview
    with world.database.transaction() as session:
        done = erasure.erase(session, blobs, request.id, clock)
        stage = session.get_one(Application, application.id).stage
    with world.database.reading() as session:
        broken_at = audit.verify(session)
    files = {report, recording}
    return hired, Withdrawn(days, left, file_left, done, blobs.exists(report), files, stage, broken_at)


@pytest.fixture(scope="module")
def hired(story: tuple[Hired, Withdrawn]) -> Hired:
    return story[0]


@pytest.fixture(scope="module")
def withdrawn(story: tuple[Hired, Withdrawn]) -> Withdrawn:
    return story[1]


def test_c2_a_wish_to_hire_waits_for_the_manager_and_is_opened_once_approved(hired: Hired) -> None:
    assert hired.waiting_for_the_manager == ["requisition:ID"]
    assert hired.state_once_opened == "open"


def test_c2_a_submitted_interview_has_a_receipt_and_stands_on_the_ranked_list(hired: Hired) -> None:
    assert len(hired.receipt) == 64
    assert hired.on_the_list == ["李雷"]
    assert hired.above == 1


def test_c2_the_employee_file_keeps_kit_and_scores_as_they_were_judged(hired: Hired) -> None:
    assert hired.file["kit"]["version"] == 1
    assert hired.file["score"] == 7.5
    kept = {one["id"]: one for one in hired.file["competencies"]}
    assert (kept["communication"]["score"], kept["communication"]["human_score"]) == (7.5, 7.0)


def test_c2_every_competency_goes_into_the_record_and_a_persons_score_before_the_engines(hired: Hired) -> None:
    assert {code for code, *_ in hired.evidence} == hired.asked_competencies
    ((_, *score, ruler),) = [row for row in hired.evidence if row[0] == "communication"]
    assert score == [7.0, 7.0, 7.0]
    assert ruler.endswith(" person")


def test_c2_a_hire_fills_the_requisition_and_the_history_has_every_stage(hired: Hired) -> None:
    assert hired.requisition == "filled"
    assert hired.stages == ["new", "invited", "interviewing", "review", "offer", "hired"]


def test_c2_each_step_tells_whom_it_concerns_and_each_answer_is_work(hired: Hired) -> None:
    assert {"approval.pending", "approval.decided", "invitation.sent", "assessment.ready"} <= hired.told
    assert {"offer.sent", "offer.answered"} <= hired.told
    assert ("interview", hired.invitation_id) in hired.work
    assert sum(kind == "answer" for kind, _ in hired.work) == hired.questions


def test_a16_a_withdrawal_takes_the_evidence_back_and_sets_a_deadline(withdrawn: Withdrawn) -> None:
    assert withdrawn.days_to_the_deadline <= erasure.DUE_DAYS
    assert withdrawn.evidence_left == 0
    assert withdrawn.file is None


def test_a16_what_was_erased_is_gone_and_stands_in_the_receipt(withdrawn: Withdrawn) -> None:
    assert erasure.verify_receipt(withdrawn.receipt)
    assert not withdrawn.report_is_stored
    assert {one["sha256"] for one in withdrawn.receipt["blobs"]} >= withdrawn.report_and_recording


def test_a16_an_erasure_ends_no_employment_and_breaks_no_trail(withdrawn: Withdrawn) -> None:
    assert withdrawn.stage == "hired"
    assert withdrawn.broken_at is None


def _upload(session, upload_id, invitation_id, question_id, clock):  # type: ignore[no-untyped-def]
    columns = {**stamp("system", clock), "id": upload_id}
    session.add(
        Upload(
            **columns,
            invitation_id=invitation_id,
            question_id=question_id,
            attempt=1,
            client_key=upload_id,
            media_type="video/webm",
            state="finished",
        )
    )
    session.flush()
