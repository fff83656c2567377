"""Who reaches one company changes nothing of another and nothing of the group (L4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hiring_world import World
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.file import shipped_kits
from interview_engine.errors import InterviewEngineError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency import service as competency
from interview_engine.hr.messaging import notices
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.reviewing import calibrations
from interview_engine.hr.recruiting.tables import HumanRating
from interview_engine.i18n import LocalizedText
from interview_engine.store.rows import stamp

WORD = LocalizedText("词", "word")
STEPS = [{"rule": "any", "approvers": ["role:hr"]}]


@dataclass(frozen=True)
class Group:
    """Company A with its HR, company B with a department, an employee, and things of its own."""

    a_hr: Actor
    b_hr: Actor
    a_department: str
    b_company: str
    b_department: str
    b_person: str
    b_kit: str
    b_profile: str
    b_survey: str


def kit_text(kit_id: str) -> str:
    return shipped_kits()["customer-service"].read_text("utf-8").replace("id: customer-service", f"id: {kit_id}", 1)


def group(world: World, session: Session) -> Group:
    clock = world.clock
    b = org.create_legal_entity(session, SYSTEM, "乙公司", "苏州", clock).id
    there = org.create_department(session, SYSTEM, b, "乙部门", clock).id
    actors = {}
    for name, entity, department in (("a", world.entity_id, world.department_id), ("b", b, there)):
        new = accounts.NewAccount(
            f"{name}-hr", f"{name}-hr", "hr", department_id=department, scope="entity", scope_ref=entity
        )
        actors[name] = accounts.actor_of(session, accounts.create_account(session, SYSTEM, new, clock).account, clock)
    kit = competency.publish_kit(session, actors["b"], kit_text("b-kit"), "", clock)
    profile = competency.profile_from_kit(session, actors["b"], kit.id, clock)
    survey = competency.create_survey(session, actors["b"], WORD, [question()], clock)
    return Group(
        actors["a"],
        actors["b"],
        world.department_id,
        b,
        there,
        actors["b"].person_id or "",
        kit.id,
        profile.id,
        survey.id,
    )


def test_ratings_of_another_company_are_not_counted(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = group(world, session)
        application = world.applicant(session, world.post(session, world.open_job(session)))
        assessment = world.assessed(session, world.interviewed(session, application))
        session.add(
            HumanRating(
                **stamp("system", world.clock), assessment_id=assessment.id, competency_code="communication",
                account_id=world.actor("hr").account_id, level=3.0,
            )
        )  # fmt: skip
        session.flush()
        assert calibrations.ratings_by_kit(session, made.a_hr) == {assessment.kit_version_id: 1}
        assert calibrations.ratings_by_kit(session, made.b_hr) == {}


def question() -> dict[str, Any]:
    return {"id": "q1", "kind": "open", "text": {"zh": "词", "en": "word"}}


def new_competency(code: str, owner: str | None = None) -> competency.NewCompetency:
    return competency.NewCompetency(code, "general", WORD, WORD, (WORD,) * 5, (), owner)


def new_profile(code: str, kit: str | None = None, owner: str | None = None) -> competency.NewProfile:
    needed = (competency.Requirement("communication", 100, 3),)
    return competency.NewProfile(code, WORD, needed, kit, owner)


Write = Callable[[Session, World, Group, Actor], object]

INTO_B: dict[str, Write] = {
    "a department": lambda s, w, g, a: org.create_department(s, a, g.b_company, "x", w.clock),
    "a department below": lambda s, w, g, a: org.create_department(
        s, a, g.b_company, "x", w.clock, parent_id=g.b_department
    ),
    "a name": lambda s, w, g, a: org.rename_department(s, a, g.b_department, "x", w.clock),
    "a place": lambda s, w, g, a: org.move_department(s, a, g.b_department, None, w.clock),
    "a manager": lambda s, w, g, a: org.set_manager(s, a, g.b_department, a.person_id, w.clock),
    "no manager": lambda s, w, g, a: org.set_manager(s, a, g.b_department, None, w.clock),
    "a flow": lambda s, w, g, a: approvals.set_flow(s, a, "offer", STEPS, w.clock, department_id=g.b_department),
    "a kit": lambda s, w, g, a: competency.publish_kit(
        s, a, kit_text("new-kit"), "", w.clock, legal_entity_id=g.b_company
    ),
    "a kit's next version": lambda s, w, g, a: competency.publish_kit(s, a, kit_text("b-kit") + "\n# x\n", "", w.clock),
    "a kit's end": lambda s, w, g, a: competency.retire_kit(s, a, g.b_kit, w.clock),
    "a profile": lambda s, w, g, a: competency.create_profile(s, a, new_profile("p", None, g.b_company), w.clock),
    "a profile of a kit": lambda s, w, g, a: competency.create_profile(s, a, new_profile("p", g.b_kit), w.clock),
    "a profile from a kit": lambda s, w, g, a: competency.profile_from_kit(s, a, g.b_kit, w.clock),
    "a profile in use": lambda s, w, g, a: competency.publish_profile(s, a, g.b_profile, w.clock),
    "a competency": lambda s, w, g, a: competency.add_competency(s, a, new_competency("x", g.b_company), w.clock),
    "a survey": lambda s, w, g, a: competency.create_survey(
        s, a, WORD, [question()], w.clock, legal_entity_id=g.b_company
    ),
    "a survey's sending": lambda s, w, g, a: competency.send_survey(s, a, g.b_survey, [a.person_id or ""], w.clock),
    "a survey's end": lambda s, w, g, a: competency.close_survey(s, a, g.b_survey, w.clock),
    "a survey's results": lambda s, w, g, a: competency.survey_results(s, a, g.b_survey),
    "a calibration's end": lambda s, w, g, a: calibrations.deactivate(s, a, g.b_kit, w.clock),
    "a notice": lambda s, w, g, a: notices.send_notice(s, a, "info", "词词", "词词", [g.b_person], w.clock),
}
"""What HR of B may do in B, and HR of A may not."""

OF_THE_GROUP: dict[str, Write] = {
    "a company": lambda s, w, g, a: org.create_legal_entity(s, a, "丙公司", "", w.clock),
    "a flow": lambda s, w, g, a: approvals.set_flow(s, a, "offer", STEPS, w.clock),
    "a kit's next version": lambda s, w, g, a: competency.publish_kit(
        s, a, kit_text("customer-service") + "\n# x\n", "", w.clock
    ),
    "a kit's end": lambda s, w, g, a: competency.retire_kit(s, a, w.kit_version_id, w.clock),
    "a profile in use": lambda s, w, g, a: competency.publish_profile(s, a, w.profile_id, w.clock),
    "a competency's end": lambda s, w, g, a: competency.retire_competency(s, a, "communication", w.clock),
    "a calibration's end": lambda s, w, g, a: calibrations.deactivate(s, a, w.kit_version_id, w.clock),
}
"""What only who reaches every company does."""


def refused(session: Session, write: Callable[[], object]) -> bool:
    """Whether the write is refused; it is taken back in any case."""
    part = session.begin_nested()
    try:
        write()
    except (PermissionDenied, NotFoundError):
        return True
    finally:
        part.rollback()
    return False


def test_hr_of_another_company_is_refused_what_hr_of_the_company_itself_may(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        for what, write in INTO_B.items():
            assert refused(session, lambda write=write: write(session, world, made, made.a_hr)), what
            assert not refused(session, lambda write=write: write(session, world, made, made.b_hr)), what


def test_who_reaches_one_company_of_several_changes_nothing_of_the_group(world: World) -> None:
    with world.database.transaction() as session:
        made, all_hr = group(world, session), world.actor("hr")
        for what, write in OF_THE_GROUP.items():
            assert refused(session, lambda write=write: write(session, world, made, made.a_hr)), what
            assert not refused(session, lambda write=write: write(session, world, made, all_hr)), what


def test_in_an_installation_of_one_company_who_reaches_it_reaches_all(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        new = accounts.NewAccount("one-hr", "one-hr", "hr", scope="entity", scope_ref=world.entity_id)
        account = accounts.create_account(session, SYSTEM, new, world.clock).account
        hr = accounts.actor_of(session, account, world.clock)
        nothing = Group(hr, hr, world.department_id, "", "", "", "", "", "")
        for what, write in OF_THE_GROUP.items():
            assert not refused(session, lambda write=write: write(session, world, nothing, hr)), what


def test_a_seat_is_given_only_to_a_person_within_reach(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        with pytest.raises(PermissionDenied):
            org.set_manager(session, made.a_hr, made.a_department, made.b_person, world.clock)
        named = [{"rule": "any", "approvers": [f"account:{made.b_hr.account_id}"]}]
        with pytest.raises(PermissionDenied):
            approvals.set_flow(session, made.a_hr, "offer", named, world.clock, department_id=made.a_department)
        org.set_manager(session, made.a_hr, made.a_department, made.a_hr.person_id, world.clock)


def test_who_reaches_a_department_does_not_move_it_out_of_their_reach(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        inner = org.create_department(session, SYSTEM, world.entity_id, "内部", clock, parent_id=world.department_id)
        new = accounts.NewAccount("sub-hr", "sub-hr", "hr", scope="subtree", scope_ref=inner.id)
        account = accounts.create_account(session, SYSTEM, new, clock).account
        hr = accounts.actor_of(session, account, clock)
        for parent in (None, world.other_department_id):
            with pytest.raises(PermissionDenied):
                org.move_department(session, hr, inner.id, parent, clock)
        org.rename_department(session, hr, inner.id, "新名", clock)


def test_lists_show_what_is_the_groups_or_ones_own(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        competency.add_competency(session, made.b_hr, new_competency("b-only"), world.clock)
        seen = {
            name: (
                {one.id for one in competency.list_kits(session, actor)},
                {one.id for one in competency.list_profiles(session, actor)},
                {one.code for one in competency.competency_model(session, actor)},
                {one.id for one in competency.list_surveys(session, actor)},
            )
            for name, actor in (("a", made.a_hr), ("b", made.b_hr), ("group", world.actor("hr")))
        }
        own = (made.b_kit, made.b_profile, "b-only", made.b_survey)
        for name, holds in (("a", False), ("b", True), ("group", True)):
            assert [thing in there for thing, there in zip(own, seen[name], strict=True)] == [holds] * 4, name
        assert world.kit_version_id in seen["a"][0]
        assert "communication" in seen["a"][2]


def test_a_job_takes_a_kit_and_a_profile_of_the_group_or_of_its_company(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = group(world, session)
        for change in ({"kit_version_id": made.b_kit}, {"role_profile_id": made.b_profile}):
            with pytest.raises(NotFoundError):
                requisitions.create_requisition(session, made.a_hr, world.new_requisition(**change), world.clock)
        place = {"legal_entity_id": made.b_company, "department_id": made.b_department}
        theirs = world.new_requisition(kit_version_id=made.b_kit, role_profile_id=made.b_profile, **place)
        assert requisitions.create_requisition(session, made.b_hr, theirs, world.clock).kit_version_id == made.b_kit


def test_what_a_company_publishes_retires_nothing_of_the_group(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        made = group(world, session)
        code = competency.profile(session, world.profile_id).code
        draft = competency.create_profile(session, made.a_hr, new_profile(code), world.clock)
        competency.publish_profile(session, made.a_hr, draft.id, world.clock)
        assert competency.profile(session, world.profile_id).state == "published"


def test_who_manages_several_companies_but_not_all_says_which(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        made = group(world, session)
        org.create_legal_entity(session, SYSTEM, "丙公司", "", clock)
        both = Actor("account:x", "x", None, "hr", made.a_hr.grants + made.b_hr.grants, "zh")
        with pytest.raises(InterviewEngineError):
            competency.add_competency(session, both, new_competency("x"), clock)
        row = competency.add_competency(session, both, new_competency("x", made.b_company), clock)
        assert row.legal_entity_id == made.b_company


def test_a_department_that_was_refused_is_as_it_was(world: World) -> None:
    with world.database.transaction() as session:
        made = group(world, session)
        before = session.get_one(Department, made.b_department)
        kept = (before.name, before.parent_id, before.manager_person_id)
        for what in ("a name", "a place", "a manager"):
            with pytest.raises(PermissionDenied):
                INTO_B[what](session, world, made, made.a_hr)
        session.expire_all()
        after = session.get_one(Department, made.b_department)
        assert (after.name, after.parent_id, after.manager_person_id) == kept
