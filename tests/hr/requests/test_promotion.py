"""Promotions: the gate with its evidence, grade, place and pay from a day on, undone by counter-entries (M1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from request_staff import Staff
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, GrantRule
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.competency.service import NewMeasure, record_measures
from interview_engine.hr.competency.tables import RoleProfile
from interview_engine.hr.employment import assignments, pay_rates
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Person
from interview_engine.hr.requests import service
from interview_engine.hr.requests.tables import Request
from interview_engine.store.rows import stamp

DAY = date(2026, 12, 1)
MEASURED = datetime(2026, 10, 20, 3, tzinfo=UTC)


def target(staff: Staff, session: Session) -> str:
    """A published profile that needs level 3 (5 of 10) of listening and level 4 (7.5 of 10) of coaching."""
    wanted = [
        {"competency": "listening", "weight": 50.0, "required_level": 3.0},
        {"competency": "coaching", "weight": 50.0, "required_level": 4.0},
    ]
    row = RoleProfile(
        **stamp("system", staff.world.clock), code="team-lead", version=1, name={"zh": "组长", "en": "Team lead"},
        requirements=wanted, state="published",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def measured(staff: Staff, session: Session, **scores: float) -> None:
    new = [
        NewMeasure(code, "interview", MEASURED, score, score - 1, score + 1, "kit v1", "assessment:1", {})
        for code, score in scores.items()
    ]
    record_measures(session, SYSTEM, staff.person_id, new, staff.world.clock)


def ask(staff: Staff, session: Session, *, role: str = "hiring_manager", **values: Any) -> Request:
    given = {"title": "客服组长", "level": 6, "from_day": DAY} | values
    world = staff.world
    return service.ask(session, world.actor(role), "promotion", given, world.clock, person_id=staff.person_id)


def lines(staff: Staff, session: Session, row: Request, role: str) -> dict[str, str]:
    seen = service.see(session, staff.world.actor(role), row.id, staff.world.clock)
    return {one.label.get("zh"): one.value if isinstance(one.value, str) else one.value.get("en") for one in seen.lines}


def at(staff: Staff, moment: datetime) -> None:
    staff.world.clock.at = moment


def test_a_gate_that_is_met_is_shown_with_its_dated_evidence(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        measured(staff, session, listening=6.2, coaching=7.5)
        row = ask(staff, session, profile=target(staff, session))
        said = lines(staff, session, row, "hr")
        assert said["目标画像的门槛"] == "met"
        assert said["listening"] == "needs 5.0 of 10; has 6.2 (interview, 2026-10-20)"


def test_a_gate_that_is_missed_is_refused_without_a_reason_and_says_what_is_missing(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        profile = target(staff, session)
        measured(staff, session, listening=4.0)
        with pytest.raises(InvalidInput) as caught:
            ask(staff, session, profile=profile)
        assert (caught.value.code, caught.value.field) == ("promotion.gate", "reason")
        assert "listening" in caught.value.message.get("en")
        assert "coaching" in caught.value.message.get("en")
        row = ask(staff, session, profile=profile, reason="带教过三名新人")
        said = lines(staff, session, row, "hr")
        assert said["listening"] == "needs 5.0 of 10; has 4.0 (interview, 2026-10-20), below the gate"
        assert said["coaching"] == "needs 7.5 of 10; not measured yet"


def test_the_newest_measure_counts(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        measured(staff, session, listening=9.0, coaching=9.0)
        later = NewMeasure("coaching", "appraisal", datetime(2026, 10, 28, tzinfo=UTC), 3.0, 2.0, 4.0, "r", "a:2", {})
        record_measures(session, SYSTEM, staff.person_id, [later], staff.world.clock)
        row = ask(staff, session, profile=target(staff, session), reason="例外")
        assert lines(staff, session, row, "hr")["coaching"].startswith(
            "needs 7.5 of 10; has 3.0 (appraisal, 2026-10-28)"
        )


def test_a_missed_gate_takes_a_further_approver_where_the_flow_says_so(staff: Staff) -> None:
    world = staff.world
    missed = {"match": "all", "conditions": [{"fact": "gate", "operator": "=", "value": "missed"}]}
    steps = [
        {"rule": "any", "approvers": ["role:hr"]},
        {"rule": "any", "approvers": ["role:administrator"], "when": missed},
    ]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("administrator"), "promotion", steps, world.clock)
        profile = target(staff, session)
        row = ask(staff, session, profile=profile, reason="例外")
        staff.decide(session, row, role="hr")
        assert row.state == "pending"
        staff.decide(session, row, role="administrator")
        assert row.state == "done"
        measured(staff, session, listening=9.0, coaching=9.0)
        second = ask(staff, session, profile=profile, from_day=date(2027, 1, 1))
        staff.decide(session, second, role="hr")
        assert second.state == "done"


def test_who_may_not_read_interviews_sees_whether_the_gate_is_met_and_no_score(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        measured(staff, session, listening=4.0)
        row = ask(staff, session, role="hr", profile=target(staff, session), reason="例外")
        service.withdraw(session, staff.world.actor("hr"), row.id, staff.world.clock)
        own = service.see(session, staff.me, row.id, staff.world.clock)
        assert [one.field_class for one in own.lines][:1] == ["contact"]


def test_grade_place_and_pay_change_at_midnight_of_the_day_in_china(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        pay_rates.set_pay(session, SYSTEM, staff.employment_id, 800_000, date(2026, 1, 5), world.clock)
        row = ask(staff, session, department=world.other_department_id, monthly=1_000_000)
        staff.decide(session, row, role="hr")
        assert (row.state, len(service.effects_of(session, row.id))) == ("done", 2)
        at(staff, datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC))
        assignments.move_those_due(session, world.clock)
        employment = session.get_one(Employment, staff.employment_id)
        assert (employment.title, employment.department_id) == ("客服专员", world.department_id)
        at(staff, datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC))
        assignments.move_those_due(session, world.clock)
        assert (employment.title, employment.department_id) == ("客服组长", world.other_department_id)
        assert session.get_one(Person, staff.person_id).level == 6
        known = [pay_rates.pay_on(session, staff.employment_id, day) for day in (date(2026, 11, 30), DAY)]
        assert known == [800_000, 1_000_000]


def test_a_promotion_that_was_agreed_late_holds_from_its_day(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = ask(staff, session, from_day=date(2026, 10, 15), monthly=1_000_000)
        staff.decide(session, row, role="hr")
        assert session.get_one(Employment, staff.employment_id).title == "客服组长"
        assert pay_rates.pay_on(session, staff.employment_id, date(2026, 10, 15)) == 1_000_000
        with pytest.raises(InvalidInput) as caught:
            ask(staff, session, from_day=date(2026, 6, 1))
        assert caught.value.code == "request.day"


def test_a_promotion_is_moved_by_calling_it_off_and_asking_for_another_day(staff: Staff) -> None:
    world, later = staff.world, date(2026, 12, 15)
    with world.database.transaction() as session:
        row = ask(staff, session)
        staff.decide(session, row, role="hr")
        service.cancel(session, world.actor("hiring_manager"), row.id, "推迟", world.clock)
        staff.decide(session, row, role="hr")
        second = ask(staff, session, from_day=later)
        staff.decide(session, second, role="hr")
        at(staff, datetime(2026, 12, 1, 16, tzinfo=UTC))
        assignments.move_those_due(session, world.clock)
        employment = session.get_one(Employment, staff.employment_id)
        assert employment.title == "客服专员"
        at(staff, datetime(2026, 12, 14, 16, tzinfo=UTC))
        assignments.move_those_due(session, world.clock)
        assert employment.title == "客服组长"


def test_called_off_after_its_effect_everything_is_as_before(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        pay_rates.set_pay(session, SYSTEM, staff.employment_id, 800_000, date(2026, 1, 5), world.clock)
        row = ask(staff, session, from_day=date(2026, 11, 1), monthly=1_000_000)
        staff.decide(session, row, role="hr")
        assert session.get_one(Employment, staff.employment_id).title == "客服组长"
        service.cancel(session, world.actor("hiring_manager"), row.id, "弄错了人", world.clock)
        staff.decide(session, row, role="hr")
        assert row.state == "cancelled"
        assert session.get_one(Employment, staff.employment_id).title == "客服专员"
        assert pay_rates.pay_on(session, staff.employment_id, date(2026, 11, 2)) == 800_000
        effects = service.effects_of(session, row.id)
        assert [(one.table_name, one.quantity, one.reverses) for one in effects] == [
            ("assignment", 1, None),
            ("pay_rate", 1_000_000, None),
            ("assignment", -1, 1),
            ("pay_rate", -1_000_000, 2),
        ]


def test_a_head_without_a_right_to_pay_does_not_decide_on_proposed_pay(staff: Staff) -> None:
    world = staff.world
    steps = [{"rule": "any", "approvers": ["manager"]}]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("administrator"), "promotion", steps, world.clock)
        plain = ask(staff, session, role="hr", from_day=date(2027, 2, 1))
        staff.decide(session, plain)
        assert plain.state == "done"
        row = ask(staff, session, role="hr", monthly=1_000_000)
        head = service.see(session, world.actor("hiring_manager"), row.id, world.clock)
        assert [one.hidden for one in head.fields if one.field.name == "monthly"] == [True]
        staff.decide(session, row)
        assert row.state == "pending"
        with pytest.raises(PermissionDenied):
            staff.decide(session, row)
        staff.decide(session, row, role="administrator")
        assert row.state == "done"


def test_a_move_without_pay_needs_nobody_of_pay(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = ask(staff, session, role="hr")
        staff.decide(session, row)
        assert [one.table_name for one in service.effects_of(session, row.id)] == ["assignment"]


def shown_while_asked(staff: Staff, session: Session, role: str, profile: str | None) -> list[str]:
    values = {"title": "客服组长", "from_day": None, "profile": profile}
    found = service.preview(session, staff.world.actor(role), "promotion", values, staff.person_id)
    return [
        f"{one.label.get('en')}: {one.value if isinstance(one.value, str) else one.value.get('en')}" for one in found
    ]


def test_the_gate_is_shown_while_the_profile_is_chosen_with_the_scores_to_who_reads_interviews(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        profile = target(staff, session)
        measured(staff, session, listening=6.2)
        assert shown_while_asked(staff, session, "hr", None) == []
        assert shown_while_asked(staff, session, "hr", profile) == [
            "Gate of the target profile: missed: coaching",
            "listening: needs 5.0 of 10; has 6.2 (interview, 2026-10-20)",
            "coaching: needs 7.5 of 10; not measured yet",
        ]
        blind = replace(staff.world.actor("hiring_manager"), grants=(GrantRule("all", "contact", "read"),))
        values = {"title": "客服组长", "from_day": None, "profile": profile}
        lines = service.preview(session, blind, "promotion", values, staff.person_id)
        assert [one.field_class for one in lines] == ["contact"], "whoever reads no interviews sees no score"
        with pytest.raises(PermissionDenied):
            service.preview(session, replace(blind, grants=()), "promotion", values, staff.person_id)
