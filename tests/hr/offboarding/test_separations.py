"""Leaving as a record: opened by a resignation or by HR, moved, called off, settled, closed (D6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hiring_world import World
from request_staff import Staff, employ
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.lifecycle import of_person as events_of
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.leave import service as leave
from interview_engine.hr.offboarding import interviews, rules, separations, service, settlement
from interview_engine.hr.offboarding.service import NewSeparation
from interview_engine.hr.offboarding.tables import ExitInterview, FinalSettlement, Separation
from interview_engine.hr.requests import service as requests
from interview_engine.hr.tasks import service as tasks
from interview_engine.store.tables import OutboxMessage

LAST = date(2026, 11, 30)
SAID = NewSeparation("mutual", LAST, "双方协商")


@dataclass
class Leaver:
    world: World
    staff: Staff

    def enter(self, new: NewSeparation = SAID) -> str:
        with self.world.database.transaction() as session:
            return service.enter(session, self.world.actor("hr"), self.staff.employment_id, new, self.world.clock).id

    def row(self, separation_id: str) -> Separation:
        with self.world.database.reading() as session:
            row = session.get_one(Separation, separation_id)
            session.expunge_all()
            return row

    def hand_out(self, name: str = "笔记本电脑", tag: str = "NB-001") -> str:
        with self.world.database.transaction() as session:
            new = NewHolding("computer", name, date(2026, 10, 1), tag)
            hr = self.world.actor("hr")
            return assets.hand_out(session, hr, self.staff.employment_id, new, self.world.clock).id

    def settle(self, separation_id: str) -> FinalSettlement:
        with self.world.database.transaction() as session:
            row = service.settle(session, self.world.actor("hr"), separation_id, self.world.clock)
            session.flush()
            session.expunge_all()
            return row

    def pass_to(self, at: datetime) -> None:
        self.world.clock.at = at
        with self.world.database.transaction() as session:
            step_those_due(session, self.world.clock)
            service.follow(session, self.world.clock)

    def facts(self, separation_id: str) -> dict[str, str]:
        with self.world.database.reading() as session:
            row = settlement.of_separation(session, separation_id)
            assert row is not None
            return {f"{one['name']}{one['kind']}": one["value"] for one in row.facts}


@pytest.fixture
def leaver(world: World) -> Leaver:
    with world.database.transaction() as session:
        return Leaver(world, employ(world, session))


def test_a_resignation_is_a_separation_from_the_moment_it_is_asked_for(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        asked = staff.ask(session, "resignation", last_day=LAST, reason="回老家")
    with world.database.transaction() as session:
        row = service.current(session, staff.employment_id)
        assert row is not None
        assert (row.state, row.kind, row.request_id) == ("requested", "resignation", asked.id)
        staff.decide(session, asked)
    with world.database.transaction() as session:
        service.follow(session, world.clock)
        row = service.current(session, staff.employment_id)
        assert row is not None
        assert (row.state, row.last_day) == ("handover", LAST)
        assert len(tasks.of_ref(session, service.ref_of(staff.employment_id))) > 0


def test_a_resignation_that_is_not_approved_leaves_a_record_that_it_was_called_off(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        asked = staff.ask(session, "resignation", last_day=LAST, reason="回老家")
    with world.database.transaction() as session:
        staff.decide(session, asked, "reject")
    with world.database.transaction() as session:
        assert service.current(session, staff.employment_id) is None
        (row,) = service.of_person(session, staff.person_id)
        assert row.state == "withdrawn"
        staff.ask(session, "resignation", last_day=LAST, reason="再次申请")  # nothing is in the way of another


def test_a_withdrawal_before_the_last_day_reverses_with_counter_entries(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        asked = staff.ask(session, "resignation", last_day=LAST, reason="回老家")
        staff.decide(session, asked)
        service.follow(session, world.clock)
        row = service.current(session, staff.employment_id)
        assert row is not None
    with world.database.transaction() as session:
        service.withdraw(session, world.actor("hr"), row.id, "改变主意", world.clock)
    assert leaver.row(row.id).state == "handover"  # who decides on resignations decides on this too
    with world.database.transaction() as session:
        staff.decide(session, asked)
        service.follow(session, world.clock)
    with world.database.transaction() as session:
        made = requests.effects_of(session, asked.id)
        assert [(one.table_name, one.quantity, one.reverses) for one in made] == [
            ("employment", 1, None),
            ("separation", 1, None),
            ("employment", -1, 1),
            ("separation", -1, 2),
        ]
        assert employments.locked(session, staff.employment_id).last_day is None
        held = settlement.of_separation(session, row.id)
        assert held is not None
        assert held.state == "void"
        assert {one.state for one in tasks.of_ref(session, service.ref_of(staff.employment_id))} == {"waived"}
        assert "notice_withdrawn" in {one.kind for one in events_of(session, staff.person_id)}
    assert leaver.row(row.id).state == "withdrawn"


def test_what_hr_entered_is_called_off_at_once_and_not_after_the_last_day(leaver: Leaver) -> None:
    separation_id = leaver.enter()
    with leaver.world.database.transaction() as session:
        service.withdraw(session, leaver.world.actor("hr"), separation_id, "误录", leaver.world.clock)
    assert leaver.row(separation_id).state == "withdrawn"
    again = leaver.enter()
    leaver.pass_to(datetime(2026, 12, 1, 2, tzinfo=UTC))
    with leaver.world.database.transaction() as session, pytest.raises(ConflictError) as refused:
        service.withdraw(session, leaver.world.actor("hr"), again, "太迟", leaver.world.clock)
    assert refused.value.code == "employment.ended"


def test_a_moved_last_day_moves_employment_tasks_and_facts_and_reopens_what_was_settled(leaver: Leaver) -> None:
    separation_id = leaver.enter()
    leaver.settle(separation_id)
    assert leaver.row(separation_id).state == "settled"
    with leaver.world.database.transaction() as session:
        service.move(session, leaver.world.actor("hr"), separation_id, date(2026, 12, 15), leaver.world.clock)
    row = leaver.row(separation_id)
    assert (row.state, row.last_day) == ("handover", date(2026, 12, 15))
    assert leaver.facts(separation_id)["last_day"] == "2026-12-15"
    with leaver.world.database.reading() as session:
        held = settlement.of_separation(session, separation_id)
        assert held is not None
        assert (held.state, held.reopened) == ("draft", 1)
        due = {
            one.due - timedelta(days=one.days or 0) for one in tasks.of_ref(session, service.ref_of(row.employment_id))
        }
        assert due == {date(2026, 12, 15)}


def test_a_separation_in_the_past_ends_the_employment_at_once(leaver: Leaver) -> None:
    separation_id = leaver.enter(NewSeparation("dismissal_39", date(2026, 8, 31), "违纪"))
    with leaver.world.database.transaction() as session:
        assert employments.locked(session, leaver.staff.employment_id).state == "left"
        assert session.scalar(select(ExitInterview)) is None
    assert leaver.row(separation_id).state == "handover"
    leaver.settle(separation_id)
    assert leaver.row(separation_id).state == "closed"


def test_who_comes_back_and_leaves_again_has_two_separations(leaver: Leaver) -> None:
    world = leaver.world
    first = leaver.enter(NewSeparation("mutual", date(2026, 6, 30), "双方协商"))
    with world.database.transaction() as session:
        place = employments.Place(world.entity_id, world.department_id)
        again = employments.begin(
            session, world.actor("hr"), leaver.staff.person_id, place, "客服专员", date(2026, 9, 1), None, world.clock
        )  # fmt: skip
    second = Leaver(world, Staff(world, leaver.staff.person_id, again.id)).enter()
    with world.database.reading() as session:
        assert [one.id for one in service.of_person(session, leaver.staff.person_id)] == [second, first]
    assert leaver.facts(first)["first_day"] == "2026-01-05"
    assert leaver.facts(second)["first_day"] == "2026-09-01"


def test_the_same_entered_twice_is_one_and_another_is_refused(leaver: Leaver) -> None:
    assert leaver.enter() == leaver.enter()
    with pytest.raises(ConflictError) as refused:
        leaver.enter(NewSeparation("mutual", date(2026, 12, 31), "双方协商"))
    assert refused.value.code == "separation.open"


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_only_hr_enters_that_somebody_leaves(leaver: Leaver, role: str) -> None:
    with leaver.world.database.transaction() as session, pytest.raises(PermissionDenied):
        service.enter(session, leaver.world.actor(role), leaver.staff.employment_id, SAID, leaver.world.clock)


def test_who_did_not_begin_can_only_not_come(leaver: Leaver) -> None:
    world = leaver.world
    with world.database.transaction() as session:
        hr = world.actor("hr")
        person = employ(world, session, "周宁远").person_id
        place = employments.Place(world.entity_id, world.department_id)
        held = employments.of_person(session, person)
        assert held is not None
        employments.end(session, SYSTEM, held.id, date(2026, 6, 1), "离开", world.clock)
        later = employments.begin(session, hr, person, place, "客服", date(2026, 12, 1), None, world.clock).id
    for kind, code in (("mutual", "separation.not_begun"), ("no_show", "")):
        with world.database.transaction() as session:
            new = NewSeparation(kind, date(2026, 12, 1), "没有来报到")
            if code:
                with pytest.raises(ConflictError) as refused:
                    service.enter(session, hr, later, new, world.clock)
                assert refused.value.code == code
            else:
                assert service.enter(session, hr, later, new, world.clock).state == "closed"


def test_open_assets_block_the_settlement_unless_they_are_waived_with_a_reason(leaver: Leaver) -> None:
    held, hr = leaver.hand_out(), leaver.world.actor("hr")
    separation_id = leaver.enter()
    with pytest.raises(ConflictError) as refused:
        leaver.settle(separation_id)
    assert refused.value.code == "separation.assets"
    assert "笔记本电脑" in refused.value.message.en
    with leaver.world.database.transaction() as session, pytest.raises(InvalidInput):
        assets.end(session, hr, held, "waived", " ", leaver.world.clock)
    with leaver.world.database.transaction() as session:
        assets.end(session, hr, held, "waived", "已使用五年，赠予本人", leaver.world.clock)
    assert leaver.settle(separation_id).state == "handed_over"
    assert leaver.facts(separation_id)["assets_waived"] == "1"


def test_facts_are_computed_again_until_they_are_handed_over_and_fixed_then(leaver: Leaver) -> None:
    world, separation_id = leaver.world, leaver.enter()
    employment_id = leaver.staff.employment_id
    assert leaver.facts(separation_id)["leave"] == ""  # nothing is known: not 0
    with world.database.transaction() as session:
        brought = leave.Opening("annual", date(2026, 9, 30), 1440, 480)
        leave.bring_along(session, world.actor("hr"), employment_id, brought, world.clock)
        service.follow(session, world.clock)
    assert leaver.facts(separation_id)["leaveannual"] == "1440"
    leaver.settle(separation_id)
    with world.database.transaction() as session:
        more = leave.Opening("annual", date(2026, 10, 31), 960, 480)
        leave.bring_along(session, world.actor("hr"), employment_id, more, world.clock)
        service.follow(session, world.clock)
    assert leaver.facts(separation_id)["leaveannual"] == "1440"
    with world.database.transaction() as session:
        service.take_back(session, world.actor("hr"), separation_id, "余额更正", world.clock)
    assert leaver.facts(separation_id)["leaveannual"] == "960"


def test_the_settlement_names_unpaid_days_notice_and_severance_and_each_source(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        values = {"leave_type": "personal", "first_day": date(2026, 11, 27), "last_day": date(2026, 12, 2)}
        asked = staff.ask(session, "leave", **values)
        staff.decide(session, asked)
    separation_id = leaver.enter(NewSeparation("dismissal_40", LAST, "岗位取消", date(2026, 11, 1)))
    facts = leaver.facts(separation_id)
    assert (facts["unpaid_days"], facts["days_last_month"]) == ("4", "30")  # to the last day, not beyond it
    assert (facts["notice_given"], facts["notice_due"]) == ("29", "30")
    assert (facts["notice_instead"], facts["severance"], facts["severance_years"]) == (
        "1",
        "yes",
        "1",
    )  # ten months and more count as one
    with world.database.reading() as session:
        row = settlement.of_separation(session, separation_id)
        assert row is not None
        assert all(settlement.words_of_source(one).get("zh") for one in row.facts)


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (date(2020, 1, 1), date(2022, 12, 31), "3"),
        (date(2020, 1, 1), date(2023, 1, 1), "3.5"),
        (date(2020, 1, 1), date(2023, 6, 30), "4"),
        (date(2020, 1, 1), date(2023, 6, 29), "3.5"),
        (date(2024, 2, 29), date(2025, 2, 28), "1"),
        (date(2025, 8, 31), date(2026, 2, 27), "0.5"),
        (date(2025, 8, 31), date(2026, 2, 28), "1"),
        (date(2026, 11, 1), date(2026, 11, 1), "0.5"),
        (date(2001, 7, 1), date(2009, 12, 31), "2"),  # years before the law are left to older rules (article 97)
        (date(2001, 7, 1), date(2007, 12, 31), "0"),
    ],
)
def test_severance_counts_full_years_and_one_or_a_half_for_the_rest(first: date, last: date, years: str) -> None:
    assert rules.severance_years(first, last) == Decimal(years)


def test_who_began_before_the_law_sees_the_article_that_leaves_those_years_out() -> None:
    assert "第九十七条" in rules.severance_article(date(2007, 12, 31))
    assert rules.severance_article(date(2008, 1, 1)) == "第四十七条"


def test_a_dismissal_names_the_articles_that_ask_for_notice_and_the_one_that_does_not() -> None:
    assert rules.kind_of("dismissal").notice_article == "第四十条、第四十一条（依照第三十九条的，无须提前通知）"
    assert rules.kind_of("resignation").notice_article == "第三十七条"


@pytest.mark.parametrize(
    ("kind", "on_probation", "notice", "instead", "severance", "barred"),
    [
        ("dismissal_39", False, None, None, "no", ""),
        ("dismissal_40", False, 30, 1, "yes", "第四十二条"),
        ("dismissal_41", False, 30, None, "yes", "第四十二条"),
        ("mutual", False, None, None, "depends", ""),
        ("resignation", False, 30, None, "no", ""),
        ("resignation", True, 3, None, "no", ""),
        ("dismissal_40", True, 30, 1, "yes", "第四十二条"),
    ],
)
def test_notice_and_severance_follow_the_grounds(
    kind: str, on_probation: bool, notice: int | None, instead: int | None, severance: str, barred: str
) -> None:
    found = rules.kind_of(kind, on_probation=on_probation)
    assert (found.notice_days, found.months_pay_instead, found.severance) == (notice, instead, severance)
    assert found.barred_by == barred


def test_a_dismissal_is_entered_with_its_grounds(leaver: Leaver) -> None:
    with pytest.raises(InvalidInput):
        leaver.enter(NewSeparation("dismissal", LAST, "违纪"))
    separation_id = leaver.enter(NewSeparation("dismissal_39", LAST, "违纪"))
    facts = leaver.facts(separation_id)
    assert "notice_due" not in facts
    assert facts["severance"] == "no"


@pytest.mark.parametrize("kind", ["dismissal_40", "dismissal_41"])
@pytest.mark.parametrize("leave_type", ["sick", "maternity"])
def test_leave_that_may_protect_stops_a_dismissal_by_notice_and_names_the_article(
    leaver: Leaver, kind: str, leave_type: str
) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        values = {"leave_type": leave_type, "first_day": date(2026, 11, 16), "last_day": date(2026, 11, 20)}
        staff.decide(session, staff.ask(session, "leave", **values))
    with pytest.raises(ConflictError) as caught:
        leaver.enter(NewSeparation(kind, LAST, "岗位取消", date(2026, 11, 1)))
    assert caught.value.code == "separation.protected"
    assert "第四十二条" in caught.value.message.get("zh")
    assert "Article 42" in caught.value.message.get("en")
    with world.database.transaction() as session:
        assert employments.locked(session, staff.employment_id).last_day is None
    separation_id = leaver.enter(NewSeparation("dismissal_39", LAST, "违纪", date(2026, 11, 1)))
    with world.database.transaction() as session, pytest.raises(ConflictError):
        service.correct_kind(session, world.actor("hr"), separation_id, kind, world.clock)
    with world.database.transaction() as session:
        service.correct_kind(session, world.actor("hr"), separation_id, kind, world.clock, article_42_checked=True)
    assert leaver.row(separation_id).kind == kind


def test_other_leave_and_leave_that_is_over_protect_nobody(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    with world.database.transaction() as session:
        values = {"leave_type": "annual", "first_day": date(2026, 11, 16), "last_day": date(2026, 11, 20)}
        staff.decide(session, staff.ask(session, "leave", **values))
    assert leaver.enter(NewSeparation("dismissal_40", LAST, "岗位取消", date(2026, 11, 1)))


def test_it_is_closed_at_midnight_in_china_once_it_is_settled(leaver: Leaver) -> None:
    separation_id = leaver.enter()
    leaver.settle(separation_id)
    leaver.pass_to(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert leaver.row(separation_id).state == "settled"
    leaver.pass_to(datetime(2026, 11, 30, 16, 1, tzinfo=UTC))
    assert leaver.row(separation_id).state == "closed"


def test_a_last_day_written_elsewhere_is_a_separation_whose_kind_hr_adds(leaver: Leaver) -> None:
    world = leaver.world
    with world.database.transaction() as session:
        employments.end(session, SYSTEM, leaver.staff.employment_id, LAST, "档案里写的", world.clock)
        service.follow(session, world.clock)
        row = service.current(session, leaver.staff.employment_id)
        assert row is not None
        assert (row.kind, row.reason) == ("not_stated", "档案里写的")
        service.correct_kind(session, world.actor("hr"), row.id, "retirement", world.clock)
        employments.call_off_end(session, SYSTEM, leaver.staff.employment_id, world.clock)
        service.follow(session, world.clock)
        assert service.current(session, leaver.staff.employment_id) is None


def test_nobody_asks_who_has_died(leaver: Leaver) -> None:
    leaver.enter(NewSeparation("death", date(2026, 11, 10), "因病去世"))
    with leaver.world.database.reading() as session:
        assert session.scalar(select(ExitInterview)) is None
        own = tasks.of_the_person(session, service.ref_of(leaver.staff.employment_id))
        assert {one.state for one in own} == {"waived"}


def told(world: World) -> int:
    with world.database.reading() as session:
        statement = select(OutboxMessage).where(OutboxMessage.template == "exit_interview.offered")
        return len(session.scalars(statement).all())


def test_the_exit_interview_is_offered_once_reminded_of_once_and_lapses(leaver: Leaver) -> None:
    separation_id = leaver.enter()
    assert told(leaver.world) == 0  # four weeks ahead nobody is asked
    for day, count in ((17, 1), (18, 1), (27, 2), (28, 2), (29, 2)):
        leaver.pass_to(datetime(2026, 11, day, 2, tzinfo=UTC))
        assert told(leaver.world) == count
    leaver.pass_to(datetime(2026, 12, 1, 2, tzinfo=UTC))
    with leaver.world.database.reading() as session:
        held = interviews.of_separation(session, separation_id)
        assert held is not None
        assert held.state == "lapsed"


def test_the_exit_interview_is_answered_once_or_declined_and_hr_alone_reads_it(leaver: Leaver) -> None:
    world, staff = leaver.world, leaver.staff
    separation_id = leaver.enter()
    leaver.pass_to(datetime(2026, 11, 17, 2, tzinfo=UTC))
    with world.database.transaction() as session, pytest.raises(InvalidInput):
        interviews.answer(session, staff.me, separation_id, {}, world.clock)
    with world.database.transaction() as session:
        interviews.answer(session, staff.me, separation_id, {"reason": "pay", "led": "4"}, world.clock)
    with world.database.transaction() as session, pytest.raises(ConflictError):
        interviews.decline(session, staff.me, separation_id, world.clock)
    with world.database.reading() as session:
        assert interviews.may_read(session, world.actor("hr"), staff.person_id)
        assert not interviews.may_read(session, world.actor("hiring_manager"), staff.person_id)
        assert not interviews.may_read(session, world.actor("recruiter"), staff.person_id)


def test_answers_are_counted_from_five_on_and_in_steps_of_five(world: World) -> None:
    hr = world.actor("hr")
    seen = []
    for number in range(6):
        with world.database.transaction() as session:
            staff = employ(world, session, "测" * (number + 2))
            row = service.enter(
                session, hr, staff.employment_id, NewSeparation("mutual", LAST, "双方协商"), world.clock
            )
            session.add(
                ExitInterview(
                    id=f"e{number}", created_at=world.clock.now(), updated_at=world.clock.now(), actor="t",
                    separation_id=row.id, person_id=staff.person_id, legal_entity_id=world.entity_id,
                    department_id=world.department_id, state="offered",
                )
            )  # fmt: skip
            session.flush()
            interviews.answer(session, staff.me, row.id, {"led": "5" if number < 5 else "1"}, world.clock)
            seen.append(interviews.counts(session, hr))
    assert [one.answers for one in seen] == [0, 0, 0, 0, 5, 5]
    assert seen[-1].by_field["led"] == {"5": 5}  # the sixth does not show by itself


def test_separations_module_names_people_only_to_who_may_see_them(leaver: Leaver) -> None:
    separation_id = leaver.enter()
    with leaver.world.database.reading() as session:
        assert separations.names_for(session, leaver.world.actor("hr"), [separation_id]) == {separation_id: "林晓"}
        assert separations.names_for(session, leaver.world.actor("interviewer"), [separation_id]) == {}
