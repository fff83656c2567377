"""Cycles, goals, confirmation on the phone, progress from work reports (H1, H2, H3, H8, H11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from performance_story import WEIGHTS, Played

from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.performance import cycles, goals, progress, service
from interview_engine.hr.performance.tables import PerformanceCycle, PerformanceGoal


def test_a_cycle_whose_weights_do_not_sum_to_100_is_refused_with_the_difference(small: Played) -> None:
    with small.world.database.reading() as session:
        row = session.get_one(PerformanceCycle, small.cycle_id)
        new = cycles.NewCycle(
            row.legal_entity_id, "2027 Q1", "quarter", date(2027, 1, 1), date(2027, 3, 31),
            WEIGHTS | {"manager": Decimal(20)}, {"A": Decimal(100)}, {},
        )  # fmt: skip
    with pytest.raises(InvalidInput, match="10 % are missing"):
        small.do(lambda session: cycles.begin(session, small.hr, new, small.world.clock))
    made = small.do(
        lambda session: cycles.begin(session, small.hr, replace(new, weights=WEIGHTS, kind="month"), small.world.clock)
    )
    assert isinstance(made, PerformanceCycle)
    with pytest.raises(PermissionDenied):
        small.do(lambda session: cycles.begin(session, small.head, new, small.world.clock))


def test_of_two_clicks_at_once_one_opens_the_step_and_the_other_is_refused(played: Played) -> None:
    def click(_: int) -> str:
        try:
            played.step("goals")
        except ConflictError as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == ["done", "performance.step"]
    for wanted in ("self", "calibration", "draft", "goals"):
        with pytest.raises(ConflictError):
            played.step(wanted)


def test_goals_are_sent_when_they_sum_to_100_and_confirmed_by_their_person_alone(small: Played) -> None:
    small.step("goals")
    first = small.do(lambda session: small.goal(session, 0, "60").id)
    with pytest.raises(InvalidInput, match="40 % are missing"):
        small.do(lambda session: goals.send(session, small.head, str(first), small.world.clock))
    small.do(lambda session: small.goal(session, 0, "40", title="满意度", measure="满意度", unit="%", counts="last"))
    small.do(lambda session: goals.send(session, small.head, str(first), small.world.clock))
    other = employee_actor(small.staff[1].person_id, "zh")
    assert small.do(lambda session: goals.confirm(session, other, small.cycle_id, small.world.clock)) == 0
    with pytest.raises(PermissionDenied):
        small.do(lambda session: goals.send_back(session, other, str(first), "不对", small.world.clock))
    me = small.staff[0].me
    small.do(lambda session: goals.send_back(session, me, str(first), "目标太高", small.world.clock))
    small.do(lambda session: goals.send(session, small.head, str(first), small.world.clock))
    assert small.do(lambda session: goals.confirm(session, me, small.cycle_id, small.world.clock)) == 2
    assert small.do(lambda session: goals.confirm(session, me, small.cycle_id, small.world.clock)) == 0


def test_nobody_sets_or_rates_their_own_goals(small: Played) -> None:
    me = small.staff[0].me
    small.step("goals")
    row_id = str(
        small.do(lambda session: small.goal(session, 0, "100", kind="competency", competency_code="communication").id)
    )
    new = goals.NewGoal(small.cycle_id, "kpi", "自定", Decimal(1), weight=Decimal(100), person_id=me.person_id)
    with pytest.raises(PermissionDenied):
        small.do(lambda session: goals.add(session, me, new, small.world.clock))
    small.do(lambda session: goals.send(session, small.head, row_id, small.world.clock))
    small.do(lambda session: goals.confirm(session, me, small.cycle_id, small.world.clock))
    small.step("executing")
    with pytest.raises(PermissionDenied):
        small.do(lambda session: progress.enter(session, me, row_id, Decimal(100), "", small.world.clock))
    small.do(lambda session: progress.enter(session, small.head, row_id, Decimal(80), "", small.world.clock))
    head_goal = replace(new, person_id=small.head_id)
    with pytest.raises((PermissionDenied, InvalidInput)):
        small.do(lambda session: goals.add(session, small.head, head_goal, small.world.clock))


def test_numbers_of_a_report_count_once_their_person_has_confirmed_them(played: Played) -> None:
    played.step("goals")
    made = [
        played.do(lambda session: played.goal(session, 0, "50", target=Decimal(50)).id),
        played.do(lambda session: played.goal(session, 0, "50", title="成交", measure="销售", unit="笔",
                                              target=Decimal(20)).id),
    ]  # fmt: skip
    me, clock = played.staff[0].me, played.world.clock
    played.do(lambda session: goals.send(session, played.hr, str(made[0]), clock))
    played.do(lambda session: goals.confirm(session, me, played.cycle_id, clock))
    played.step("executing")
    today = date(2026, 11, 2)
    report = played.do(lambda session: progress.write_report(session, me, today, "拜访35位客户，10笔销售", clock).id)
    with played.world.database.reading() as session:
        assert session.get_one(PerformanceGoal, made[0]).actual is None
    values = {str(made[0]): Decimal(35), str(made[1]): None}
    assert played.do(lambda session: progress.confirm_numbers(session, me, str(report), values, clock)) == 1
    assert played.do(lambda session: progress.confirm_numbers(session, me, str(report), values, clock)) == 0
    with played.world.database.reading() as session:
        goal = session.get_one(PerformanceGoal, made[0])
        assert (goal.actual, goal.progress) == (Decimal(35), Decimal(70))
        assert session.get_one(PerformanceGoal, made[1]).actual is None
    with pytest.raises(ConflictError, match="have been confirmed"):
        played.do(lambda session: progress.write_report(session, me, today, "又一次", clock))
    with pytest.raises(NotFoundError):
        played.do(lambda session: progress.confirm_numbers(session, played.head, str(report), values, clock))
    with pytest.raises(InvalidInput):
        played.do(lambda session: progress.write_report(session, me, date(2026, 10, 1), "早了", clock))


def test_who_is_late_is_reminded_every_three_days(small: Played) -> None:
    small.step("goals")
    row_id = str(small.do(lambda session: small.goal(session, 0, "100").id))
    small.do(lambda session: goals.send(session, small.head, row_id, small.world.clock))
    clock = small.world.clock
    assert small.do(lambda session: service.remind(session, clock)) == 0
    clock.at += timedelta(days=6)  # type: ignore[attr-defined]
    assert small.do(lambda session: service.remind(session, clock)) == 1


def test_errors_are_words_in_both_languages(small: Played) -> None:
    with pytest.raises(InterviewEngineError) as refused:
        small.step("executing")
    assert refused.value.text("zh") != refused.value.text("en")
