"""Applying: one person is one person (C5), degrees weigh nothing by themselves (C3), a job needs a profile (B8)."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import func, select

from interview_engine.errors import ConflictError, GoneError, InterviewEngineError, InvalidInput, PermissionDenied
from interview_engine.hr.competency.kits import retire_kit
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person, PersonFlag
from interview_engine.hr.recruiting.applying import candidates
from interview_engine.hr.recruiting.applying.applications import (
    NewPerson,
    NewResume,
    apply,
    attach_resume,
    history,
    move,
)
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import closing, postings, requisitions
from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, prefilter, requirements_from
from interview_engine.hr.recruiting.jobs.lists import list_requisitions
from interview_engine.hr.recruiting.tables import Application, ApplicationEvent
from interview_engine.store.tables import AuditEvent


def test_c5_the_same_person_by_mail_or_phone_is_one_application(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        ways = (
            NewPerson("韩梅梅", "Han@example.com", "138 0013 8000"),
            NewPerson("韩 梅梅", "han@EXAMPLE.com"),
            NewPerson("韩梅梅", "", "+86 138-0013-8000"),
            NewPerson("韩梅梅", "ｈａｎ@example.com", "００８６13800138000"),
        )
        rows = {apply(session, PUBLIC, posting.code, way, world.clock).id for way in ways}
        assert len(rows) == 1
        assert session.scalar(select(func.count()).select_from(Person).where(Person.email_key.is_not(None))) == 1
        assert session.scalars(select(PersonFlag)).all() == []
        kinds = [event.kind for event in history(session, world.actor("recruiter"), rows.pop())]
        assert kinds == ["applied", "applied_again", "applied_again", "applied_again"]


def test_c5_mail_and_phone_of_two_persons_are_flagged_and_not_merged(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        by_mail = apply(session, PUBLIC, posting.code, NewPerson("甲", "a@example.com"), world.clock)
        by_phone = apply(session, PUBLIC, posting.code, NewPerson("乙", "", "13800138000"), world.clock)
        both = NewPerson("甲", "a@example.com", "13800138000")
        assert apply(session, PUBLIC, posting.code, both, world.clock).id == by_mail.id
        apply(session, PUBLIC, posting.code, both, world.clock)
        flags = session.scalars(select(PersonFlag)).all()
        assert [(one.kind, one.person_id, one.other_person_id) for one in flags] == [
            ("two_persons", by_mail.person_id, by_phone.person_id)
        ]
        assert session.get_one(Person, by_mail.person_id).phone_key is None
        assert session.get_one(Person, by_phone.person_id).phone_key == "+8613800138000"
        with pytest.raises(ConflictError, match=r"person\.merge"):  # both applied for the same job
            candidates.merge(session, world.actor("administrator"), flags[0].id, world.clock)


def test_c5_two_persons_of_different_jobs_are_merged_by_a_person(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        first = world.post(session, world.open_job(session))
        second = world.post(session, world.open_job(session, title="客服主管"))
        keep = apply(session, PUBLIC, first.code, NewPerson("甲", "a@example.com"), clock)
        drop = apply(session, PUBLIC, second.code, NewPerson("甲", "", "13800138000"), clock)
        apply(session, PUBLIC, first.code, NewPerson("甲", "a@example.com", "13800138000"), clock)
        flag = session.scalars(select(PersonFlag)).one()
        identities.bind(session, drop.person_id, "official", "wx", "o-1", clock, actor_id="system")
        with pytest.raises(PermissionDenied):
            candidates.merge(session, world.actor("recruiter"), flag.id, clock)
        person = candidates.merge(session, world.actor("administrator"), flag.id, clock)
        assert person.id == keep.person_id
        assert person.phone_key == "+8613800138000"
        assert identities.person_of(session, "official", "wx", "o-1") is person
        assert session.get_one(Application, drop.id).person_id == keep.person_id
        assert apply(session, PUBLIC, second.code, NewPerson("甲", "", "13800138000"), clock).id == drop.id


def test_c5_a_form_never_overwrites_contact_data(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        apply(session, PUBLIC, posting.code, NewPerson("甲", "a@example.com", "13800138000"), world.clock)
        other = NewPerson("冒名", "a@example.com", "13900139000")
        row = apply(session, PUBLIC, posting.code, other, world.clock)
        person = session.get_one(Person, row.person_id)
        assert (person.name, person.phone_key) == ("甲", "+8613800138000")
        assert {flag.kind for flag in candidates.flags_of(session, world.actor("recruiter"), person.id)} == {
            "contact_differs",
            "name_differs",
        }


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewPerson("甲"), "person.contact"),
        (NewPerson(" ", "a@example.com"), "input.required"),
        (NewPerson("甲", "nobody"), "person.email"),
        (NewPerson("甲", "a@example.com", language="fr"), "person.language"),
    ],
)
def test_an_incomplete_form_is_refused_with_its_field(small_world: World, new: NewPerson, code: str) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        with pytest.raises(InvalidInput) as caught:
            apply(session, PUBLIC, posting.code, new, world.clock)
        assert caught.value.code == code


def test_two_forms_at_once_make_one_person_and_one_application(world: World) -> None:
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
    start = threading.Barrier(4)
    failures: list[Exception] = []

    def send(number: int) -> None:
        try:
            start.wait()
            with world.database.transaction() as session:
                way = (
                    NewPerson("李雷", "lilei@example.com", "13800138000")
                    if number % 2
                    else NewPerson("李雷", "", "+8613800138000")
                )
                apply(session, PUBLIC, posting.code, way, world.clock)
        except Exception as error:  # noqa: BLE001 shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 1
        assert session.scalar(select(func.count()).select_from(Person).where(Person.name == "李雷")) == 1
        created = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "application.create")
        assert session.scalar(created) == 1
        applied = select(func.count()).select_from(ApplicationEvent).where(ApplicationEvent.kind == "applied")
        assert session.scalar(applied) == 1


def test_b8_a_job_without_a_published_profile_is_not_opened(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        with pytest.raises(ConflictError) as caught:
            world.open_job(session, role_profile_id=None)
        assert caught.value.code == "requisition.no_profile"
    with world.database.transaction() as session:
        retire_kit(session, world.actor("hr"), world.kit_version_id, world.clock)  # else the profile brings its kit
        with pytest.raises(ConflictError) as caught:
            world.open_job(session, kit_version_id=None)
        assert caught.value.code == "requisition.no_kit"


def test_a_job_on_hold_goes_on_with_its_kit_though_it_was_retired_meanwhile(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job = world.open_job(session)
        closing.hold_requisition(session, world.actor("recruiter"), job.id, world.clock)
        retire_kit(session, world.actor("hr"), world.kit_version_id, world.clock)
        assert requisitions.open_requisition(session, world.actor("recruiter"), job.id, world.clock).state == "open"
    with world.database.transaction() as session:
        with pytest.raises(ConflictError) as caught:
            world.open_job(session)  # a new one does not begin with it
        assert caught.value.code == "requisition.no_kit"


def test_b8_a_kit_that_the_market_forbids_is_not_opened(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        delivery = _kits_with_delivery(session, world)
        assert delivery
        with pytest.raises(InterviewEngineError) as caught:
            world.open_job(session, kit_version_id=delivery[0], policy="eu")
        assert caught.value.code == "policy.delivery_weight"


def _kits_with_delivery(session, world):  # type: ignore[no-untyped-def]
    from interview_engine.hr.competency.service import import_shipped_kits, kit

    rows = import_shipped_kits(session, world.clock)
    return [row.id for row in rows if any(c.is_delivery for c in kit(session, row.id).competencies)]


def test_c3_a_degree_weighs_nothing_unless_somebody_says_why(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    found = requirements_from("任职要求：\n1. 本科及以上学历\n2. 熟悉 Zendesk 工单系统\n3. 英语流利")
    assert {one.text: (one.kind, one.weight) for one in found} == {
        "本科及以上学历": ("degree", 0.0),
        "熟悉 Zendesk 工单系统": ("skill", 1.0),
        "英语流利": ("language", 1.0),
    }
    without = (JobRequirement("本科学历", "degree", 2.0),)
    with world.database.transaction() as session:
        new = world.new_requisition(requirements=without)
        with pytest.raises(InvalidInput) as caught:
            requisitions.create_requisition(session, recruiter, new, world.clock)
        assert (caught.value.code, caught.value.field) == ("requirement.degree_reason", "requirements.0.reason")
        justified = (JobRequirement("医学学位", "degree", 2.0, "执业医师法要求医师有医学学位"),)
        row = requisitions.create_requisition(
            session, recruiter, world.new_requisition(requirements=justified), world.clock
        )
        assert row.requirements[0]["weight"] == 2.0


def test_c3_the_same_skills_count_the_same_with_and_without_a_degree() -> None:
    wanted = requirements_from("要求\n- 本科学历\n- 熟练使用 Excel\n- 有投诉处理经验")
    skills = "三年投诉处理，日常用 Excel 做报表。"
    assert prefilter(wanted, skills)[0] == prefilter(wanted, "本科学历。" + skills)[0] == 1.0
    share, rows = prefilter(wanted, "本科学历，热爱生活。")
    assert share == 0.0
    assert next(row for row in rows if row.kind == "degree").found


def test_c1_a_description_in_english_gives_requirements_and_duties() -> None:
    text = (
        "Responsibilities:\n- Answer customer calls\n\nRequirements:\n- Bachelor's degree preferred\n"
        "- 2+ years of experience in support\n- Familiar with Zendesk\n- Fluent English\n- Calm under pressure"
    )
    kinds = [(one.kind, one.weight) for one in requirements_from(text)]
    assert kinds == [("duty", 0), ("degree", 0), ("experience", 1), ("skill", 1), ("language", 1), ("skill", 1)]


def test_a_resume_is_read_against_the_requirements_when_it_is_attached(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        application = world.applicant(session, posting)
        resume = NewResume("cv.pdf", "application/pdf", "0" * 64, "在 Zendesk 工单系统处理投诉")
        attach_resume(session, world.actor("recruiter"), application.id, resume, world.clock)
        assert application.prefilter is not None
        assert application.prefilter["share"] == 0.5  # of skill and language; the degree weighs nothing
        assert application.stage == "new"  # and nobody is turned away by it


def test_a_closed_posting_takes_no_applications(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        postings.close_posting(session, world.actor("recruiter"), posting.id, world.clock)
        with pytest.raises(GoneError) as caught:
            world.applicant(session, posting)
        assert caught.value.code == "posting.closed"


def test_a_requisition_that_is_not_open_cannot_be_posted(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    with world.database.transaction() as session:
        draft = requisitions.create_requisition(session, recruiter, world.new_requisition(), world.clock)
        with pytest.raises(ConflictError) as caught:
            postings.create_posting(session, recruiter, draft.id, "boss", Decimal(0), world.clock)
        assert caught.value.code == "posting.not_open"


def test_a2_an_open_requisition_keeps_its_kit(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    with world.database.transaction() as session:
        row = world.open_job(session)
        other = world.new_requisition(kit_version_id=None)
        with pytest.raises(ConflictError) as caught:
            requisitions.update_requisition(session, recruiter, row.id, other, world.clock)
        assert caught.value.code == "requisition.fixed"
        same = world.new_requisition(description="新的描述")
        assert requisitions.update_requisition(session, recruiter, row.id, same, world.clock).state == "open"


def test_a_change_after_approval_needs_approval_again(small_world: World) -> None:
    from interview_engine.hr.approvals.service import decide

    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        row = requisitions.create_requisition(session, recruiter, world.new_requisition(), clock)
        approval = requisitions.submit_for_approval(session, recruiter, row.id, clock)
        decide(session, world.actor("hr"), approval.id, "approve", "", clock)
        assert row.state == "approved"
        requisitions.update_requisition(session, recruiter, row.id, world.new_requisition(headcount=9), clock)
        assert row.state == "draft"


def test_a_move_back_from_rejection_needs_a_reason(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        with pytest.raises(InvalidInput):
            move(session, recruiter, application.id, "rejected", " ", world.clock)
        move(session, recruiter, application.id, "rejected", "没有相关经历", world.clock)
        with pytest.raises(InvalidInput):
            move(session, recruiter, application.id, "screening", "", world.clock)
        with pytest.raises(ConflictError):
            move(session, recruiter, application.id, "hired", "x", world.clock)


def test_another_department_s_manager_sees_nothing(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job = world.open_job(session)
        application = world.applicant(session, world.post(session, job))
        other = world.actor("other_manager")
        with pytest.raises(PermissionDenied):
            requisitions.get_requisition(session, other, job.id)
        with pytest.raises(PermissionDenied):
            history(session, other, application.id)
        assert list_requisitions(session, other).items == ()
        mine = list_requisitions(session, world.actor("hiring_manager")).items
        assert [(row.id, row.applications, row.open_applications) for row in mine] == [(job.id, 1, 1)]


def test_who_withdrew_can_apply_again_and_who_was_rejected_is_the_same_application(small_world: World) -> None:
    from interview_engine.hr.access.rules import candidate_actor
    from interview_engine.hr.recruiting.withdrawing import withdraw

    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        application = world.applicant(session, posting)
        issued = invitations.invite_automatically(session, application, clock)
        assert issued is not None
        candidate = candidate_actor(issued.invitation.id, application.person_id, "zh")
        withdraw(session, candidate, issued.invitation, clock)
        assert application.stage == "withdrawn"
        assert world.applicant(session, posting).id == application.id
        assert application.stage == "new"
        assert invitations.invite_automatically(session, application, clock) is None  # a person looks first
