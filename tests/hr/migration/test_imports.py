"""An import from the sheet to the rows and back: nothing guessed, all or nothing, incremental, taken back (L2)."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from import_desk import HEADS, Desk
from sqlalchemy import func, select

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import assignments
from interview_engine.hr.employment.assignments import NewPlace
from interview_engine.hr.employment.tables import EmployeeNumber, Employment, LifecycleEvent
from interview_engine.hr.leave.service import minutes_of
from interview_engine.hr.leave.tables import LeaveOpening
from interview_engine.hr.migration import receiving, running, sampling, service
from interview_engine.hr.migration.comparing import compare
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.source import SourceTable
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.people.tables import Department, Person

HE = ("E001", "何小满", "客户服务部", "客服", "13800006701", "2024.3.5")
LI = ("E002", "李雷", "销售部", "客户经理", "13800006702", "2024年3月6日")
HAN = ("E003", "韩梅", "客户服务部", "客服", "13800006703", "45000")


def count(desk: Desk, table: type[Any]) -> int:
    with desk.world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def said(desk: Desk, batch_id: str, number: int) -> list[tuple[str, str, str]]:
    line = next(one for one in desk.lines(batch_id) if one.number == number)
    return [(one["kind"], one["column"], words(one, "zh")[0]) for one in line.notes]


def test_a_check_says_what_every_line_will_do_and_writes_none(desk: Desk) -> None:
    before = count(desk, Employment)
    batch_id = desk.receive([HE, LI, ("E004", "王五", "没有的部门", "x", "", "2024-1-1"), HE])
    batch = desk.step(batch_id, "checking")
    assert batch.state == "checked"
    assert desk.states(batch_id) == ["made", "made", "refused", "refused"]
    assert batch.counts == {"made": 2, "refused": 2, "odd": 0}
    assert said(desk, batch_id, 4)[0][:2] == ("refused", "部门")
    assert said(desk, batch_id, 5)[0][:2] == ("refused", "工号")
    assert count(desk, Employment) == before


def test_what_was_checked_is_written_and_the_same_sheet_again_changes_nothing(desk: Desk) -> None:
    first = desk.imported([HE, LI, HAN])
    assert desk.batch(first).counts["made"] == 3
    with desk.world.database.reading() as session:
        rows = session.execute(
            select(EmployeeNumber.number, Person.name, Employment.start_date)
            .join(Person, Person.id == EmployeeNumber.person_id)
            .join(Employment, Employment.person_id == Person.id)
            .order_by(EmployeeNumber.number)
        ).tuples()
        assert [row for row in rows if row[0].startswith("E0")] == [
            ("E001", "何小满", date(2024, 3, 5)),
            ("E002", "李雷", date(2024, 3, 6)),
            ("E003", "韩梅", date(2023, 3, 15)),
        ]  # fmt: skip
    again = desk.receive([HE, LI, HAN])
    assert desk.step(again, "checking").counts == {"same": 3, "odd": 1}
    desk.step(again, "writing")
    assert desk.states(again) == ["same"] * 3


def test_only_what_changed_is_changed(desk: Desk) -> None:
    desk.imported([HE, LI])
    batch_id = desk.receive([HE, (*LI[:3], "销售主管", *LI[4:]), HAN])
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["same", "changed", "made"]
    assert desk.lines(batch_id)[1].changes == [("title", "客户经理", "销售主管")]
    desk.step(batch_id, "writing")
    with desk.world.database.reading() as session:
        assert "销售主管" in set(session.scalars(select(Employment.title)))


def test_a_first_day_that_differs_is_refused_and_not_passed_over(desk: Desk) -> None:
    desk.imported([HE])
    batch_id = desk.receive([(*HE[:5], "2024-03-09")])
    desk.step(batch_id, "checking")
    assert said(desk, batch_id, 2)[0][:2] == ("refused", "入职日期")


def test_the_mapping_is_remembered_for_the_shape_of_heads(desk: Desk) -> None:
    heads = ("编码", *HEADS[1:])
    batch_id = desk.receive([HE], heads)
    assert "编码" not in desk.batch(batch_id).mapping
    desk.mapped(
        batch_id, {**desk.batch(batch_id).mapping, "编码": "employee_number"}, {"level": "3"}, {"start_date": "ymd"}
    )
    other = desk.receive([LI], tuple(reversed(heads)))
    batch = desk.batch(other)
    assert batch.mapping["编码"] == "employee_number"
    assert (batch.given, batch.orders) == ({"level": "3"}, {"start_date": "ymd"})
    with desk.world.database.reading() as session:
        assert receiving.proposal(session, desk.actor, batch)["编码"] == "remembered"
    assert "编码" not in desk.batch(desk.receive([HE], (*heads[:5], "到岗日期"))).mapping


@pytest.mark.parametrize(
    "mapping", [{"没有": "name"}, {"姓名": "nothing"}, {"姓名": "name", "岗位": "name"}], ids=["head", "field", "twice"]
)
def test_a_mapping_that_cannot_be_is_refused(desk: Desk, mapping: dict[str, str]) -> None:
    batch_id = desk.receive([HE])
    with pytest.raises(InvalidInput):
        desk.mapped(batch_id, mapping)


def test_a_required_field_without_a_column_is_named_on_the_batch(desk: Desk) -> None:
    batch_id = desk.receive([HE])
    desk.mapped(batch_id, {"姓名": "name"})
    batch = desk.step(batch_id, "checking")
    assert batch.state == "failed"
    assert batch.problem is not None
    assert "部门" in words(batch.problem, "zh")[0]


def test_a_batch_is_taken_back_whole_where_nobody_changed_anything(desk: Desk) -> None:
    tables = (Employment, Person, EmployeeNumber, LifecycleEvent)
    before = [count(desk, table) for table in tables]
    batch_id = desk.imported([HE, LI, HAN])
    batch = desk.step(batch_id, "undoing")
    assert (batch.state, batch.counts["taken_back"], batch.counts["kept"]) == ("undone", 3, 0)
    assert [count(desk, table) for table in tables] == before
    again = desk.imported([HE, LI, HAN])
    assert desk.batch(again).counts["made"] == 3


def test_what_somebody_changed_since_is_named_and_kept(desk: Desk) -> None:
    batch_id = desk.imported([HE, LI])
    moved = desk.lines(batch_id)[0].row_id
    with desk.world.database.transaction() as session:
        place = NewPlace(desk.world.other_department_id, "主管")
        assignments.assign(session, SYSTEM, str(moved), place, date(2025, 1, 1), "transfer", desk.world.clock)
    batch = desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["kept", "taken_back"]
    assert (batch.counts["taken_back"], batch.counts["kept"]) == (1, 1)
    assert said(desk, batch_id, 2)[-1][0] == "kept"


def test_values_that_a_batch_changed_are_as_before_when_it_is_taken_back(desk: Desk) -> None:
    desk.imported([HE, LI])
    batch_id = desk.imported([(*HE[:3], "资深客服", "13800006799", HE[5])])
    assert desk.states(batch_id) == ["changed"]
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["taken_back"]
    check = desk.receive([HE, LI])
    assert desk.step(check, "checking").counts["same"] == 2


def test_a_row_that_would_do_something_else_by_now_is_refused(desk: Desk) -> None:
    batch_id = desk.receive([HE, LI])
    desk.step(batch_id, "checking")
    desk.imported([(*HE[:3], "主管", *HE[4:]), LI])
    batch = desk.step(batch_id, "writing")
    assert desk.states(batch_id) == ["refused", "same"]
    assert batch.counts["refused"] == 1


def test_a_write_that_breaks_off_leaves_nothing_and_begins_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = count(desk, Employment)
    batch_id = desk.receive([HE, LI])
    desk.step(batch_id, "checking")
    keep = running._keep

    def broken(*given: Any, **named: Any) -> None:
        keep(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_keep", broken)
    with pytest.raises(KeyboardInterrupt):
        desk.step(batch_id, "writing")
    assert (desk.batch(batch_id).state, count(desk, Employment)) == ("writing", before)
    monkeypatch.setattr(running, "_keep", keep)
    assert desk.step(batch_id, "writing").counts["made"] == 2


def test_nobody_reads_or_writes_a_batch_out_of_reach(desk: Desk) -> None:
    batch_id = desk.imported([HE])
    for role in ("interviewer", "hiring_manager"):
        with desk.world.database.transaction() as session:
            actor = desk.world.actor(role)
            with pytest.raises((NotFoundError, PermissionDenied)):
                service.begin(session, actor, batch_id, "undoing", desk.world.clock)
    table = SourceTable("", HEADS, ())
    with desk.world.database.transaction() as session, pytest.raises(PermissionDenied):
        receiving.receive(session, desk.box, desk.world.actor("interviewer"), "employees", "x", "0", table, None,
                        desk.world.clock)  # fmt: skip


def test_a_step_begins_only_when_its_turn_has_come(desk: Desk) -> None:
    batch_id = desk.receive([HE])
    with pytest.raises(ConflictError) as caught:
        desk.step(batch_id, "writing")
    assert caught.value.code == "import.unchecked"
    done = desk.imported([LI])
    for step in ("checking", "writing"):
        with pytest.raises(ConflictError) as caught:
            desk.step(done, step)
        assert caught.value.code == "import.written"


def test_a_sample_is_drawn_once_and_ticked_with_who_and_when(desk: Desk) -> None:
    batch_id = desk.imported([HE, LI, HAN])
    with desk.world.database.transaction() as session:
        batch = sampling.draw_sample(session, desk.actor, batch_id, random.Random(1), desk.world.clock, size=2)
        rows = [one["row"] for one in batch.sample]
        again = sampling.draw_sample(session, desk.actor, batch_id, random.Random(2), desk.world.clock, size=2)
        assert [one["row"] for one in again.sample] == rows
        sampling.judge_sample(session, desk.actor, batch_id, {rows[0]: True, rows[1]: False}, desk.world.clock)
        with pytest.raises(InvalidInput):
            sampling.judge_sample(session, desk.actor, batch_id, {99: True}, desk.world.clock)
    sample = desk.batch(batch_id).sample
    assert [one["fits"] for one in sample] == [True, False]
    assert {one["by"] for one in sample} == {desk.actor.account_id}


def test_two_systems_are_compared_line_by_line_and_field_by_field(desk: Desk) -> None:
    desk.imported([HE, LI, HAN])
    other, new = (*LI[:3], "总监", "138 0000 6702", LI[5]), ("E009", "新人", "销售部", "x", "", "2024-1-1")
    batch_id = desk.receive([HE, other, new, ("E010", "", "销售部", "x", "", "2024-1-1")])
    with desk.world.database.reading() as session:
        found = compare(session, desk.box, desk.actor, session.get_one(ImportBatch, batch_id))
    told = [(one.what, one.number, one.field, one.source, one.here) for one in found.differences if one.number]
    assert told == [
        ("differs", 3, "title", "总监", "客户经理"), ("not_here", 4, "", "", ""), ("unread", 5, "", "", "")
    ]  # fmt: skip
    assert found.equal == 1
    assert "韩梅" in {one.name for one in found.differences if one.what == "not_there"}


def test_departments_come_with_their_parents_and_go_again(desk: Desk) -> None:
    heads = ("部门名称", "上级部门")
    rows = [("华东区", ""), ("上海分部", "华东区"), ("门店", "华东区/上海分部"), ("孤儿", "没有的")]
    desk.role = "administrator"
    batch_id = desk.imported(rows, heads, "departments")
    assert desk.states(batch_id) == ["made", "made", "made", "refused"]
    with desk.world.database.reading() as session:
        shop = session.scalars(select(Department).where(Department.name == "门店")).one()
        assert shop.path.count("/") == 4
    again = desk.receive(rows[:3], heads, "departments")
    assert desk.step(again, "checking").counts == {"same": 3, "odd": 0}
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["taken_back"] * 3 + ["refused"]


def test_leave_is_taken_over_in_minutes_corrected_by_a_difference_and_taken_back(desk: Desk) -> None:
    desk.imported([HE, LI])
    heads = ("工号", "假期类型", "统计日期", "剩余天数", "剩余小时")
    rows = [("E001", "年假", "2026-12-31", "5.5", ""), ("E002", "调休", "2026-12-31", "", "12")]
    batch_id = desk.receive(rows, heads, "leave_opening")
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["refused", "made"]  # how long a day is must be said
    desk.mapped(batch_id, desk.batch(batch_id).mapping, {"hours_a_day": "8"})
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made", "made"]
    desk.step(batch_id, "writing")
    other = desk.imported([("E001", "年假", "2026-12-31", "6", ""), rows[1]], heads, "leave_opening")
    assert desk.states(other) == ["changed", "same"]
    with desk.world.database.reading() as session:
        first = session.scalars(select(LeaveOpening).order_by(LeaveOpening.id)).all()
        assert sorted(row.minutes for row in first) == [240, 720, 2640]
        assert minutes_of(session, first[0].employment_id, first[0].kind, date(2026, 12, 31)) in (2880, 720)
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["kept", "taken_back"]


def test_old_cells_are_emptied_and_a_batch_in_work_is_left_alone(desk: Desk) -> None:
    old, running_one = desk.receive([HE]), desk.receive([LI])
    with desk.world.database.transaction() as session:
        service.begin(session, desk.actor, running_one, "checking", desk.world.clock)
    desk.world.clock.pass_days(8)
    with desk.world.database.transaction() as session:
        service.clear(session, desk.world.clock)
    with desk.world.database.reading() as session:
        kept = dict(session.execute(select(ImportRow.batch_id, ImportRow.source)).tuples().all())
    assert kept[old] == ""
    assert kept[running_one] != ""
