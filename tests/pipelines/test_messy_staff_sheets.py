"""Sheets of staff as customers keep them: their heads are found and mapped without a hand (L2)."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

from interview_engine.hr.employment.employee_sheet import FIELDS
from interview_engine.hr.files.id_sheet import FIELDS as ID_FIELDS
from interview_engine.hr.forms.matching import known_heads, propose, read_sheet
from interview_engine.hr.forms.reading import DayOrder
from interview_engine.hr.migration.source import SourceTable
from pipelines.customer_sheets import read_customer_sheet

ALL = (*FIELDS, *ID_FIELDS)


def read(
    table: SourceTable, orders: dict[str, DayOrder] | None = None
) -> tuple[dict[int, dict[str, object]], set[int]]:
    """The values of lines that can be taken, and the numbers of those that cannot."""
    rows = ((line.number, dict(zip(table.heads, line.cells, strict=True))) for line in table.lines if line.left is None)
    found = read_sheet(ALL, table.heads, rows, ("employee_number",), orders=orders)
    return {line.row: dict(line.values) for line in found.lines}, {one.row for one in found.anomalies}


def test_a_gbk_csv_with_a_title_heads_over_two_rows_levels_and_totals(tmp_path: Path) -> None:
    path = tmp_path / "花名册.csv"
    rows = [
        ["启明家居员工花名册", *[""] * 10],
        [""] * 11,
        ["基本信息", "", "", "", "组织", "", "", "任职", "", "联系方式", ""],
        [
            "工号",
            "姓名",
            "性别",
            "身份证号码",
            "一级部门",
            "二级部门",
            "三级部门",
            "岗位",
            "入职日期",
            "手机号码",
            "备注",
        ],
        [
            "Q001",
            "何小满",
            "女",
            "11010519491231002x",
            "总部",
            "销售部",
            "华东区",
            "客服",
            "2021年3月5日",
            "13800006701.0",
            "",
        ],
        ["Ｑ００２", "李雷", "男", "", "总部", "销售部", "", "主管", "44260", "１３８００００６７０２", ""],
        [""] * 11,
        ["Q003", "韩梅", "", "1.10105E+17", "总部", "", "", "会计", "2021.3.5", "13800006703", ""],
        ["Q001", "重复", "", "", "总部", "", "", "会计", "2021-3-5", "13800006704", ""],
        ["合计", "4人", *[""] * 9],
    ]
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    values, refused = read(read_customer_sheet(path, known_heads(ALL)))
    assert {row: (one["department"], str(one["start_date"])) for row, one in values.items()} == {
        5: ("总部/销售部/华东区", "2021-03-05"), 6: ("总部/销售部", "2021-03-05")
    }  # fmt: skip
    assert (values[5]["id_number"], values[5]["sex"]) == ("11010519491231002X", "female")
    assert (values[6]["employee_number"], values[6]["phone"]) == ("Q002", "13800006702")
    assert refused == {8, 9}


def test_english_heads_hidden_columns_notes_and_a_second_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Staff"
    page.append(
        ["Employee ID", "Full Name", "Gender", "ID Card Number", "Dept", "Position", "Mobile", "Hire Date", "Salary"]
    )
    page.append(["U1", "Han Mei", "F", "11010519491231002X", "HQ/Sales/East", "Agent", 13800006701, "21-3-5", 9000])
    page["B2"].comment = openpyxl.comments.Comment("on leave until May", "hr")
    page.column_dimensions["I"].hidden = True
    book.create_sheet("Codes").append(["code", "meaning"])
    path = tmp_path / "staff.xlsx"
    book.save(path)
    table = read_customer_sheet(path, known_heads(ALL))
    assert table.sheet == "Staff"
    assert propose(ALL, table.heads).keys() == set(table.heads) - {"Salary"}
    values, refused = read(table)
    assert (values, refused) == ({}, {2})  # the day can mean several: refused until somebody says the order
    values, refused = read(table, {"start_date": "ymd"})
    assert (str(values[2]["start_date"]), values[2]["phone"], refused) == ("2021-03-05", "13800006701", set())


def test_a_heading_of_a_group_is_no_row_and_what_is_alone_but_no_heading_is_one(tmp_path: Path) -> None:
    path = tmp_path / "花名册.csv"
    lines = [
        "序号,姓名,部门,岗位,入职日期,手机",
        "销售部（2人）,,,,,",
        "1,何小满,销售部,销售,2024-03-05,13800000001",
        "2,,,,,",
    ]
    path.write_text("\n".join([*lines, "张伟,,,,,", "备注人,,,,,13800000002"]), "utf-8")
    table = read_customer_sheet(path, known_heads(FIELDS))
    assert [(line.number, line.left) for line in table.lines] == [
        (2, "section"), (3, None), (4, None), (5, "section"), (6, None),
    ]  # fmt: skip


def test_numbers_with_decimals_and_names_that_are_spaced_out_are_made_plain_and_named(tmp_path: Path) -> None:
    path = tmp_path / "花名册.csv"
    heads = "工号,姓名,部门,岗位,入职日期"
    lines = [
        "1253.0,张　伟,销售部,销售,2024-03-05",
        "1254.5,李 雷,销售部,1.0,2024-03-05",
        "A1.0,Li Lei,销售部,销售,2024-03-05",
    ]
    path.write_text("\n".join([heads, *lines]), "utf-8")
    table = read_customer_sheet(path, known_heads(FIELDS))
    rows = ((line.number, dict(zip(table.heads, line.cells, strict=True))) for line in table.lines)
    found = read_sheet(FIELDS, table.heads, rows, ("employee_number",))
    said = [(line.values["employee_number"], line.values["name"]) for line in found.lines]
    assert said == [("1253", "张伟"), ("1254.5", "李雷"), ("A1.0", "Li Lei")]
    assert [(one.row, one.column) for one in found.mended] == [(2, "工号"), (2, "姓名"), (3, "姓名")]


def book_of(path: Path, rows: list[list[object]], merged: tuple[str, ...]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for place in merged:
        page.merge_cells(place)
    book.save(path)
    return path


def test_a_cell_merged_over_several_lines_holds_for_each_and_totals_between_them_stay_totals(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["部门", "姓名", "岗位", "入职日期"],
        ["销售部", "何小满", "销售", "2024-03-05"],
        [None, "李雷", "销售", "2024-03-06"],
        ["小计", "2人", None, None],
        ["客服部", "韩梅", "客服", "2024-03-07"],
        [None, None, None, None],
        [None, "王伟", "客服", "2024-03-08"],
    ]
    table = read_customer_sheet(book_of(tmp_path / "a.xlsx", rows, ("A2:A3", "A5:A7")), known_heads(FIELDS))
    assert [(line.number, line.cells[0], line.left) for line in table.lines] == [
        (2, "销售部", None), (3, "销售部", None), (4, "小计", "total"), (5, "客服部", None), (7, "客服部", None),
    ]  # fmt: skip


def test_a_cell_that_is_empty_and_not_merged_stays_empty(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["部门", "姓名", "岗位", "入职日期"],
        ["销售部", "何小满", "销售", "2024-03-05"],
        [None, "李雷", "销售", "2024-03-06"],
    ]
    table = read_customer_sheet(book_of(tmp_path / "a.xlsx", rows, ()), known_heads(FIELDS))
    assert [line.cells[0] for line in table.lines] == ["销售部", ""]


def test_heads_over_two_rows_are_found_below_a_line_of_facts_and_levels_count_as_known(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["启明家居 人员信息表"],
        ["单位：人", None, None, None, "填表日期", "2026/11/30"],
        ["姓名", "部门", None, "岗位", "入职时间", None],
        [None, "一级部门", "二级部门", None, None, "备注"],
        ["何小满", "销售部", "华东区", "销售", "2024-03-05", None],
    ]
    merged = ("A1:F1", "A3:A4", "B3:C3", "D3:D4", "E3:E4")
    table = read_customer_sheet(book_of(tmp_path / "a.xlsx", rows, merged), known_heads(FIELDS))
    assert table.heads == ("姓名", "一级部门", "二级部门", "岗位", "入职时间", "备注")
    assert [line.number for line in table.lines] == [5]


def test_a_second_row_of_heads_that_only_merged_cells_show_is_no_line(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["姓名", "部门", "岗位", "入职时间", "家庭", None],
        [None, None, None, None, "住址区县", "住址街道"],
        ["何小满", "销售部", "销售", "2024-03-05", "西湖区", "文一路"],
    ]
    merged = ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1")
    table = read_customer_sheet(book_of(tmp_path / "a.xlsx", rows, merged), known_heads(FIELDS))
    assert table.heads == ("姓名", "部门", "岗位", "入职时间", "住址区县", "住址街道")
    assert [line.number for line in table.lines] == [3]


def test_a_cell_that_says_there_is_no_phone_or_mail_is_empty_and_named(tmp_path: Path) -> None:
    path = tmp_path / "花名册.csv"
    path.write_text("姓名,部门,岗位,入职日期,手机,邮箱\n何小满,销售部,销售,2024-03-05,/,无\n", "utf-8")
    table = read_customer_sheet(path, known_heads(FIELDS))
    rows = ((line.number, dict(zip(table.heads, line.cells, strict=True))) for line in table.lines)
    found = read_sheet(FIELDS, table.heads, rows)
    assert (found.lines[0].values["phone"], found.lines[0].values["email"]) == (None, None)
    assert [one.column for one in found.mended] == ["手机", "邮箱"]
