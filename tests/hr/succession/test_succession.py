"""Succession: key posts × successors × readiness with its evidence, hidden from whom it is about (M1, L4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hiring_world import World
from request_staff import Staff, employ
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor, GrantRule, preset_rules
from interview_engine.hr.competency import service as competency
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.query import ListQuery
from interview_engine.hr.lists.reading import ListRow, export_rows, read_list
from interview_engine.hr.removal import Removal
from interview_engine.hr.succession import service
from interview_engine.hr.succession.area import AREA
from interview_engine.hr.succession.lists import SUCCESSIONS
from interview_engine.hr.succession.service import NewPlan
from interview_engine.hr.succession.tables import Succession

TITLE, PLACE = "客户服务总监", "客户服务部"


def number(session: Session, staff: Staff) -> str:
    found = employments.number_for(session, employments.locked(session, staff.employment_id))
    assert found is not None
    return found


@pytest.fixture
def two(world: World) -> tuple[Staff, Staff]:
    """Who has the post, and who is planned for it."""
    with world.database.transaction() as session:
        return employ(world, session, "现任者"), employ(world, session, "继任的人")


def planned(world: World, two: tuple[Staff, Staff], **changes: str) -> str:
    with world.database.transaction() as session:
        values = {
            "holder": number(session, two[0]),
            "successor": number(session, two[1]),
            "readiness": "soon",
            **changes,
        }
        return service.plan(session, world.actor("hr"), NewPlan(TITLE, PLACE, **values), world.clock).id


def rows(world: World, actor: Actor) -> list[ListRow]:
    with world.database.reading() as session:
        return list(read_list(session, actor, SUCCESSIONS, ListQuery()).items)


def of_person(person_id: str, *grants: GrantRule) -> Actor:
    return Actor("account:x", "x", person_id, "hr", grants or preset_rules("hr", "all"), "zh")


def test_a_slate_names_post_holder_successor_and_readiness(world: World, two: tuple[Staff, Staff]) -> None:
    planned(world, two)
    (row,) = rows(world, world.actor("hr"))
    shown = [row.values[name] for name in ("title", "holder", "successor", "readiness")]
    assert shown == [TITLE, "现任者", "继任的人", "soon"]
    assert row.values["judged_on"] is not None


def test_a_post_without_a_successor_stands_in_the_list_too(world: World, two: tuple[Staff, Staff]) -> None:
    planned(world, two, successor="", readiness="")
    (row,) = rows(world, world.actor("hr"))
    assert (row.values["successor"], row.values["readiness"], row.values["judged_on"]) == (None, None, None)
    with pytest.raises(ConflictError, match="planned already"):
        planned(world, two, successor="", readiness="")


def test_nobody_sees_who_is_planned_after_them_but_by_a_permission_over_themselves(
    world: World, two: tuple[Staff, Staff]
) -> None:
    row_id = planned(world, two)
    for staff in two:
        hr = of_person(staff.person_id)
        assert rows(world, hr) == []
        with world.database.transaction() as session:
            assert list(export_rows(session, hr, SUCCESSIONS, ListQuery(), SUCCESSIONS.columns, 10)) == []
            for action in (
                lambda session=session, hr=hr: service.get_for(session, hr, row_id, "read"),
                lambda session=session, hr=hr: service.remove(session, hr, row_id, world.clock),
            ):
                with pytest.raises(PermissionDenied):
                    action()
    own = GrantRule("self", "succession", "read")
    assert len(rows(world, of_person(two[0].person_id, own))) == 1
    assert len(rows(world, of_person(two[1].person_id, *preset_rules("hr", "all"), own))) == 1


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_who_is_not_hr_sees_no_succession(world: World, two: tuple[Staff, Staff], role: str) -> None:
    planned(world, two)
    with pytest.raises(PermissionDenied):
        rows(world, world.actor(role))
    reports = replace(world.actor("hiring_manager"), grants=(GrantRule("reports", "*", "*"),))
    with pytest.raises(PermissionDenied):  # reporting to somebody opens no plans
        rows(world, reports)


def test_hr_plans_nobody_for_their_own_post(world: World, two: tuple[Staff, Staff]) -> None:
    with world.database.transaction() as session:
        new = NewPlan(TITLE, PLACE, holder=number(session, two[0]))
        with pytest.raises(PermissionDenied):
            service.plan(session, of_person(two[0].person_id), new, world.clock)


def test_readiness_stands_beside_the_newest_evidence_against_the_profile(
    world: World, two: tuple[Staff, Staff]
) -> None:
    with world.database.transaction() as session:
        profile = competency.profile(session, world.profile_id)
        if profile.state != "published":
            competency.publish_profile(session, world.actor("hr"), profile.id, world.clock)
        code, wanted = profile.code, competency.requirements_of(profile)
        measure = competency.NewMeasure(
            wanted[0].competency, "interview", world.clock.now(), 9.5, 9.0, 10.0, "evidence/1", "interview:1", {}
        )
        competency.record_measures(session, SYSTEM, two[1].person_id, [measure], world.clock)
    planned(world, two, profile=code)
    (row,) = rows(world, world.actor("hr"))
    evidence, gate = row.values["evidence"], row.values["gate"]
    assert "9.5" in evidence.get("en")  # type: ignore[union-attr]
    assert "interview" in evidence.get("en")  # type: ignore[union-attr]
    assert "面试" in evidence.get("zh")  # type: ignore[union-attr]
    assert gate.get("en").startswith("missed" if len(wanted) > 1 else "met")  # type: ignore[union-attr]
    blind = of_person(world.actor("hr").person_id or "", GrantRule("all", "succession", "read"))
    (masked,) = rows(world, blind)
    assert masked.values["evidence"] is None  # who may not read interviews sees no scores
    with pytest.raises(InvalidInput) as refused:
        planned(world, two, profile="no-such-profile", successor="", readiness="")
    assert refused.value.code == "profile.unknown"


def test_what_cannot_be_is_refused_with_its_field(world: World, two: tuple[Staff, Staff]) -> None:
    with world.database.transaction() as session:
        first, second = number(session, two[0]), number(session, two[1])
    for changes, field in (
        ({"successor": first}, "successor"),
        ({"readiness": ""}, "readiness"),
        ({"successor": "", "readiness": "now"}, "readiness"),
        ({"successor": "E404"}, "successor"),
        ({"holder": "E404"}, "holder"),
    ):
        with pytest.raises(InvalidInput) as refused:
            planned(world, two, **changes)
        assert refused.value.field == field
    planned(world, two, successor=second)
    with pytest.raises(ConflictError):
        planned(world, two, successor=second, readiness="now")


def test_another_readiness_is_judged_on_the_day_and_the_same_changes_nothing(
    world: World, two: tuple[Staff, Staff]
) -> None:
    row_id = planned(world, two)
    world.clock.pass_days(30)
    with world.database.transaction() as session:
        new = NewPlan(TITLE, PLACE, number(session, two[0]), number(session, two[1]), "soon")
        row = service.change(session, world.actor("hr"), row_id, new, world.clock)
        before = row.judged_on
        service.change(session, world.actor("hr"), row_id, replace(new, readiness="now"), world.clock)
        assert before is not None
        assert row.judged_on is not None
        assert (row.judged_on - before).days == 30


def test_a_person_who_is_forgotten_leaves_no_plan_and_a_vacant_post(world: World, two: tuple[Staff, Staff]) -> None:
    planned(world, two)
    with world.database.transaction() as session:
        values = {"holder": number(session, two[1]), "successor": number(session, two[0]), "readiness": "now"}
        service.plan(session, world.actor("hr"), NewPlan("客服主管", PLACE, **values), world.clock)
    assert AREA.erase is not None
    with world.database.transaction() as session:
        AREA.erase(session, two[1].person_id, Removal(world.clock))  # not as a whole: who works here keeps it
    with world.database.transaction() as session:
        assert len(session.scalars(select(Succession)).all()) == 2
        AREA.erase(session, two[1].person_id, Removal(world.clock, whole=True))
    with world.database.reading() as session:
        (left,) = session.scalars(select(Succession)).all()
        assert (left.title, left.holder_person_id, left.successor_person_id) == ("客服主管", None, two[0].person_id)
