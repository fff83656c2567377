"""From a requisition to an employee and back out, as one scripted run of the services (C2, A16)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

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
from interview_engine.hr.recruiting.tables import Application
from interview_engine.store import audit
from interview_engine.store.blobs import open_blobs
from interview_engine.store.tables import OutboxMessage, WorkItem


def test_c2_and_a16_from_requisition_to_hire_and_withdrawal(world: World, tmp_path: Path) -> None:
    clock, recruiter = world.clock, world.actor("recruiter")
    blobs = open_blobs(f"file://{tmp_path / 'blobs'}")
    with world.database.transaction() as session:
        requisition = requisitions.create_requisition(session, recruiter, world.new_requisition(), clock)
        requisitions.submit_for_approval(session, recruiter, requisition.id, clock)
    with world.database.transaction() as session:
        waiting = pending_for(session, world.actor("hiring_manager"))
        assert [one.approval.subject for one in waiting] == [f"requisition:{requisition.id}"]
        decide_approval(session, world.actor("hiring_manager"), waiting[0].approval.id, "approve", "", clock)
    with world.database.transaction() as session:
        assert requisitions.open_requisition(session, recruiter, requisition.id, clock).state == "open"
        posting = create_posting(session, recruiter, requisition.id, "official-account", Decimal("800"), clock)
    with world.database.transaction() as session:
        application = apply(session, PUBLIC, posting.code, NewPerson("李雷", "lilei@example.com"), clock)
        issued = invitations.invite_automatically(session, application, clock)
    assert issued is not None
    with world.database.transaction() as session:
        opened = invitations.open_invitation(session, issued.token, None, clock)
        candidate = candidate_actor(opened.invitation.id, opened.person.id, "zh")
        given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
        invitations.give_consent(session, candidate, opened.invitation, given, clock)
    for number, question in enumerate(opened.kit.questions):
        with world.database.transaction() as session:
            sha256 = blobs.put(f"recording {number}".encode(), "video/webm")
            content = answers.RecordedUpload(f"{number:032d}", sha256, "video/webm", 11, 40.0)
            _upload(session, content.upload_id, opened.invitation.id, question.id, clock)
            answers.record_answer(session, candidate, opened.invitation, question.id, "video", content, clock)
    with world.database.transaction() as session:
        receipt = invitations.submit(session, candidate, opened.invitation, clock)
        assert len(receipt) == 64
    with world.database.transaction() as session:
        for answer in answers.chosen_answers(session, opened.invitation.id).values():
            store_measured(session, answer.id, blobs.put(answer.id.encode(), "application/json"), clock)
        new = world.new_assessment(session, opened.invitation.id, 7.5)
        report = blobs.put(b'{"schema": "interview-report/1"}', "application/json")
        store_assessment(session, application.id, opened.invitation.id, _with_report(new, report), clock)
    with world.database.transaction() as session:
        page = ranked(session, recruiter, requisition.id)
        assert [row.name for row in page.lists[0].rows] == ["李雷"]
        assert page.above == 1
        reviews.override(session, recruiter, application.id, "communication", 7.0, "追问时讲得不清楚", clock)
        reviews.decide(session, recruiter, application.id, "advance", "投诉处理讲得具体", clock)
        pay = offers.NewOffer("客服专员", Decimal("9000"), date(2026, 12, 1))
        offer = offers.draft_offer(session, recruiter, application.id, pay, clock)
        sent = offers.send_offer(session, recruiter, offer.id, clock)
    with world.database.transaction() as session:
        offers.answer_offer(session, sent.token, True, clock)
    with world.database.transaction() as session:
        employment = offers.hire(session, recruiter, application.id, clock)
        assert employment.interview is not None
        assert employment.interview["kit"]["version"] == 1
        assert employment.interview["score"] == 7.5
        evidence = session.scalars(select(CompetencyEvidence)).all()
        assert {row.competency_code for row in evidence} == {c.id for c in opened.kit.competencies}
        (human,) = [row for row in evidence if row.competency_code == "communication"]
        assert (human.score, human.low, human.high) == (7.0, 7.0, 7.0), "a person's score is the one in the record"
        assert human.ruler.endswith(" person")
        kept = {one["id"]: one for one in employment.interview["competencies"]}
        assert (kept["communication"]["score"], kept["communication"]["human_score"]) == (7.5, 7.0)
        assert requisitions.get_requisition(session, recruiter, requisition.id).state == "filled"
        stages = [event.to_stage for event in history(session, recruiter, application.id) if event.to_stage]
        assert stages == ["new", "invited", "interviewing", "review", "offer", "hired"]
    with world.database.reading() as session:
        told = set(session.scalars(select(OutboxMessage.template)))
        assert {"approval.pending", "approval.decided", "invitation.sent", "assessment.ready"} <= told
        assert {"offer.sent", "offer.answered"} <= told
        work = session.execute(select(WorkItem.kind, WorkItem.subject_id)).tuples().all()
        assert ("interview", opened.invitation.id) in work
        assert sum(kind == "answer" for kind, _ in work) == len(opened.kit.questions)

    with world.database.transaction() as session:
        request = withdrawing.withdraw(session, candidate, opened.invitation, clock)
        assert (request.due_at - clock.now()).days <= erasure.DUE_DAYS
        assert session.scalars(select(CompetencyEvidence)).all() == []
        assert session.scalars(select(Employment)).one().interview is None
    with world.database.transaction() as session:
        done = erasure.erase(session, blobs, request.id, clock)
        assert erasure.verify_receipt(done)
        assert not blobs.exists(report)
        assert {one["sha256"] for one in done["blobs"]} >= {report, sha256}
        assert session.get_one(Application, application.id).stage == "hired"
    with world.database.reading() as session:
        assert audit.verify(session) is None


def _with_report(new, sha256):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(new, report_sha256=sha256)


def _upload(session, upload_id, invitation_id, question_id, clock):  # type: ignore[no-untyped-def]
    from interview_engine.hr.recruiting.tables import Upload
    from interview_engine.store.rows import stamp

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
