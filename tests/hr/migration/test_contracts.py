"""Sheets of contracts: whose each is, what is wrong with its days, and what the law says of it (L2, D8)."""

from __future__ import annotations

from datetime import date

import pytest
from import_desk import Desk
from sqlalchemy import event, func, select

from interview_engine.hr.files import contract_ends
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.migration.kept import words

STAFF = [
    ("E001", "何小满", "客户服务部", "客服", "13800006701", "2018-01-01"),
    ("E002", "李雷", "销售部", "客户经理", "13800006702", "2024-03-06"),
    ("E003", "韩梅", "客户服务部", "客服", "13800006703", "2026-06-01"),
]
HEADS = (
    "工号",
    "手机",
    "姓名",
    "合同类型",
    "合同开始日期",
    "合同结束日期",
    "试用期截止",
    "签订次数",
    "合同编号",
    "合同主体",
)


def row(number: str = "E001", kind: str = "固定期限", first: str = "2018-01-01", last: str = "2020-12-31", *,
        phone: str = "", name: str = "", probation: str = "", count: str = "", code: str = "", company: str = "",
        ) -> tuple[str, ...]:  # fmt: skip
    return (number, phone, name, kind, first, last, probation, count, code, company)


def taken(desk: Desk, *rows: tuple[str, ...]) -> str:
    return desk.imported(list(rows), HEADS, "contracts")


def said(desk: Desk, batch_id: str, number: int, kind: str) -> list[tuple[str, str]]:
    found = next(one for one in desk.lines(batch_id) if one.number == number)
    return [(one["column"], words(one, "en")[0]) for one in found.notes if one["kind"] == kind]


@pytest.fixture(autouse=True)
def staff(desk: Desk) -> None:
    desk.imported(STAFF)


def test_contracts_are_taken_over_signed_and_counted_whatever_their_order(desk: Desk) -> None:
    batch_id = taken(
        desk,
        row(first="2021-01-01", last="2023-12-31", code="HT-2"),
        row(probation="2018-03-31", code="HT-1"),
        row("E003", "无固定期限", "2026-06-01", "长期"),
    )
    assert desk.states(batch_id) == ["made"] * 3
    with desk.world.database.reading() as session:
        rows = session.scalars(select(Contract).order_by(Contract.first_day)).all()
        assert [(one.number, one.sign_count, one.state) for one in rows] == [
            ("HT-1", 1, "active"), ("HT-2", 2, "active"), ("", 1, "active")
        ]  # fmt: skip
        assert rows[2].last_day is None
    assert said(desk, batch_id, 4, "odd") == [("合同结束日期", "“长期” stands for nothing here.")]


def test_a_person_is_found_by_number_or_phone_and_two_that_disagree_are_refused(desk: Desk) -> None:
    batch_id = taken(
        desk,
        row("", phone="138 0000 6702", first="2024-03-06", last="2027-03-05"),
        row("E001", phone="13800006702"),
        row("E404"),
        row(""),
        row("E003", name="李雷", first="2026-06-01", last="2029-05-31"),
        row("E001", company="没有的公司"),
    )
    assert desk.states(batch_id) == ["made"] + ["refused"] * 5
    columns = [said(desk, batch_id, number, "refused")[0][0] for number in range(3, 8)]
    assert columns == ["手机", "工号", "工号", "姓名", "合同主体"]


def test_days_that_cannot_be_are_refused_with_their_column(desk: Desk) -> None:
    batch_id = taken(
        desk,
        row(last="2017-12-31"),
        row(first="2018-01-02", last=""),
        row(first="2018-01-03", probation="2021-06-30"),
        row(first="2017-01-01"),
        row("E002", first="2024-03-06", last="2027-03-05"),
        row("E002", first="2026-03-06", last="2029-03-05"),
        row(kind="劳务"),
    )
    assert desk.states(batch_id) == ["refused"] * 4 + ["made"] + ["refused"] * 2
    columns = [said(desk, batch_id, number, "refused")[0][0] for number in (2, 3, 4, 5, 7, 8)]
    assert columns == ["合同结束日期", "合同结束日期", "试用期截止", "合同开始日期", "合同开始日期", "合同类型"]
    assert "2024-03-06" in said(desk, batch_id, 7, "refused")[0][1]


def test_what_the_law_says_is_named_and_the_line_is_taken(desk: Desk) -> None:
    batch_id = taken(
        desk,
        row(last="2020-12-31", probation="2018-12-31"),
        row(first="2021-01-01", last="2023-12-31"),
        row(first="2024-01-01", last="2026-12-31", probation="2024-02-28"),
        row("E002", first="2025-06-01", last="2028-05-31"),
        row("E003", first="2026-06-01", last="2029-05-31", count="3"),
    )
    assert desk.states(batch_id) == ["made"] * 5
    assert desk.batch(batch_id).counts["warned"] >= 5
    assert said(desk, batch_id, 2, "warned")[0] == (
        "试用期截止", "A contract of this length allows 6 months of probation at most."
    )  # fmt: skip
    assert {column for column, _ in said(desk, batch_id, 4, "warned")} == {"试用期截止", "签订次数"}
    assert any("open-ended one counts as concluded" in text for _, text in said(desk, batch_id, 5, "warned"))
    assert any("third contract" in text for _, text in said(desk, batch_id, 6, "warned"))


def test_the_check_names_the_same_and_writes_nothing(desk: Desk) -> None:
    batch_id = desk.receive(
        [row(first="2021-01-01", last="2023-12-31"), row(probation="2018-12-31")], HEADS, "contracts"
    )
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made", "made"]
    assert [column for column, _ in said(desk, batch_id, 3, "warned")] == ["试用期截止"]
    with desk.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contract)) == 0


def test_the_same_sheet_again_changes_nothing_and_a_correction_changes_one(desk: Desk) -> None:
    taken(desk, row(), row("E002", first="2024-03-06", last="2027-03-05"))
    again = taken(desk, row(), row("E002", first="2024-03-06", last="2027-06-05", code="HT-9"))
    assert desk.states(again) == ["same", "changed"]
    assert {field for field, _, _ in desk.lines(again)[1].changes} == {"last_day", "number"}
    desk.step(again, "undoing")
    assert desk.states(again)[1] == "taken_back"
    with desk.world.database.reading() as session:
        found = session.scalars(select(Contract).where(Contract.first_day == date(2024, 3, 6))).one()
        assert (found.last_day, found.number) == (date(2027, 3, 5), "")


def test_contracts_are_rolled_back_but_for_those_somebody_has_decided_on(desk: Desk) -> None:
    batch_id = taken(desk, row(last="2026-12-31"), row("E002", first="2024-03-06", last="2027-03-05"))
    decided = str(desk.lines(batch_id)[0].row_id)
    with desk.world.database.transaction() as session:
        contract_ends.decide_on_end(session, desk.actor, decided, "renew", desk.world.clock)
    desk.step(batch_id, "undoing")
    assert desk.states(batch_id) == ["kept", "taken_back"]
    with desk.world.database.reading() as session:
        assert session.scalars(select(Contract.id)).all() == [decided]


def test_a_contract_that_fits_once_the_former_is_corrected_is_taken_with_the_correction(desk: Desk) -> None:
    taken(desk, row(last="2020-12-31"))
    batch_id = desk.receive(
        [row(last="2019-12-31"), row(first="2020-01-01", last="2022-12-31")], HEADS, "contracts"
    )  # fmt: skip
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["changed", "made"]
    desk.step(batch_id, "writing")
    assert desk.states(batch_id) == ["changed", "made"]
    with desk.world.database.reading() as session:
        rows = session.execute(select(Contract.last_day, Contract.sign_count).order_by(Contract.first_day)).all()
    assert [tuple(one) for one in rows] == [(date(2019, 12, 31), 1), (date(2022, 12, 31), 2)]


def test_lines_of_one_person_are_checked_against_each_other_before_anything_is_written(desk: Desk) -> None:
    sheet = [
        row(last="2020-12-31"),
        row("", phone="13800006701", first="2020-06-01", last="2022-12-31"),
        row(),
        row("E002", first="2024-03-06", last="2027-03-05"),
    ]
    batch_id = desk.receive(sheet, HEADS, "contracts")
    desk.step(batch_id, "checking")
    checked = [(line.state, [words(one, "en") for one in line.notes]) for line in desk.lines(batch_id)]
    assert [state for state, _ in checked] == ["made", "refused", "refused", "made"]
    assert "2018-01-01 to 2020-12-31" in checked[1][1][-1][0]
    desk.step(batch_id, "writing")
    assert [(line.state, [words(one, "en") for one in line.notes]) for line in desk.lines(batch_id)] == checked


def test_an_import_asks_no_more_of_the_database_for_many_contracts_than_for_few(desk: Desk) -> None:
    desk.imported(
        [
            (f"F{number:03d}", f"员工{number}", "销售部", "客服", f"139000{number:05d}", "2024-01-01")
            for number in range(90)
        ]
    )
    asked: list[str] = []
    engine = desk.world.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def statements(*numbers: int) -> int:
        asked.clear()
        rows = [row(f"F{number:03d}", first="2024-01-01", last="2026-12-31") for number in numbers]
        batch_id = taken(desk, *rows)
        assert desk.states(batch_id) == ["made"] * len(numbers)
        count = len([one for one in asked if "audit" not in one])
        desk.step(batch_id, "undoing")
        assert desk.states(batch_id) == ["taken_back"] * len(numbers)
        return count

    few, many = statements(*range(5)), statements(*range(5, 85))
    assert many <= few + 5
