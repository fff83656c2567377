"""Tables people hand in: every encoding and delimiter Excel and WPS write, and clear errors."""

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import UsageError
from pipelines.spreadsheets import read_rows, safe_cell, write_csv

TEXT = "Interview,sex\n林晓-1, female \n\n李雷-2,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_usual_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "组.csv"
    path.write_bytes(TEXT.replace(",", delimiter).encode(encoding))
    rows = read_rows(path, ("interview", "sex"))
    assert [row.cells for row in rows] == [
        {"interview": "林晓-1", "sex": "female"},
        {"interview": "李雷-2", "sex": ""},
    ]
    assert [row.number for row in rows] == [2, 4]


def test_xlsx_first_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Interview", "Rating"])
    book.active.append(["a-1", 4])
    path = tmp_path / "r.xlsx"
    book.save(path)
    assert read_rows(path, ("rating",))[0].cells == {"interview": "a-1", "rating": "4"}


def with_dimension_a1(path: Path) -> None:
    """As WPS writes it: the sheet says that it is one cell."""
    kept = {}
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            kept[name] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', book.read(name))
    with zipfile.ZipFile(path, "w") as book:
        for name, data in kept.items():
            book.writestr(name, data)


def test_a_sheet_that_says_it_is_one_cell_is_read_whole(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["interview", "性别"], ["a-1", "男"], ["a-2", "女"]):
        book.active.append(line)
    path = tmp_path / "wps.xlsx"
    book.save(path)
    with_dimension_a1(path)
    assert [row.cells for row in read_rows(path, ("interview",))] == [
        {"interview": "a-1", "性别": "男"},
        {"interview": "a-2", "性别": "女"},
    ]


def test_a_sheet_of_instructions_may_stand_in_front_and_hidden_ones_come_last(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["填写说明：请在第二张表中填写"])
    hidden = book.create_sheet("旧")
    hidden.append(["interview", "rating"])
    hidden.append(["old", 1])
    hidden.sheet_state = "hidden"
    table = book.create_sheet("数据")
    table.append(["interview", "rating"])
    table.append(["a-1", 4])
    path = tmp_path / "t.xlsx"
    book.save(path)
    assert [row.cells["interview"] for row in read_rows(path, ("interview", "rating"))] == ["a-1"]


def test_without_the_columns_in_any_sheet_the_first_one_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    book.create_sheet("二").append(["interview"])
    path = tmp_path / "t.xlsx"
    book.save(path)
    with pytest.raises(UsageError) as caught:
        read_rows(path, ("interview", "rating"))
    assert caught.value.code == "table.columns"


@pytest.mark.parametrize("head", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\n', "SEP=;\r"])
def test_the_line_by_which_excel_tells_the_delimiter_is_obeyed(tmp_path: Path, head: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(head + "interview;note, and more, in a, head\na-1;x\n", encoding="utf-8", newline="")
    (row,) = read_rows(path, ("interview",))
    assert (row.number, row.cells["interview"], row.cells["note, and more, in a, head"]) == (3, "a-1", "x")


def test_empty_lines_above_and_characters_without_width_do_not_hide_the_header(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("\n,\n\u200binter\u200dview\ufeff,sex\n\u2060a-1,\u200b男\n", encoding="utf-8")
    (row,) = read_rows(path, ("interview",))
    assert (row.number, row.cells) == (4, {"interview": "a-1", "sex": "男"})


def test_a_title_and_explanations_may_stand_above_the_header(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("2026 届面试名单\n填写说明：每人一行,\n\ninterview,sex\na-1,男\n", encoding="utf-8")
    (row,) = read_rows(path, ("interview", "sex"))
    assert (row.number, row.cells) == (5, {"interview": "a-1", "sex": "男"})


def test_a_head_of_two_rows_with_merged_cells_is_one_header(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (["interview", "评分", None], [None, "rating", "note"], ["a-1", 4, "好"]):
        sheet.append(line)
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    path = tmp_path / "t.xlsx"
    book.save(path)
    (row,) = read_rows(path, ("interview", "rating"))
    assert (row.number, row.cells) == (3, {"interview": "a-1", "rating": "4", "note": "好"})


def test_a_workbook_under_the_name_of_a_csv_is_read_as_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["interview"], ["a-1"]):
        book.active.append(line)
    path = tmp_path / "t.csv"
    book.save(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").rename(path)
    assert [row.cells for row in read_rows(path, ("interview",))] == [{"interview": "a-1"}]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "table.columns"),
        ("a.csv", b"x,y\n1,2\n", "table.columns"),
        ("a.csv", b"interview,interview\n1,2\n", "table.columns"),
        ("a.csv", b"\xff\xff\xff\xff", "table.unreadable"),
        ("a.csv", b'interview\n"open', "table.unreadable"),
        ("a.xlsx", b"not a workbook", "table.unreadable"),
    ],
)
def test_bad_tables_are_clear_errors(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_rows(path, ("interview",))
    assert caught.value.code == code
    with pytest.raises(UsageError):
        read_rows(tmp_path / "none.csv", ())


@given(st.text(max_size=20))
def test_no_exported_cell_starts_a_formula(value: str) -> None:
    assert not safe_cell(value).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("value", ["\n=1+1", "＝1+1", "＋1", "－1", "＠A1", " =1+1", "\ufeff=1+1", "\u3000＝1"])
def test_signs_of_chinese_keyboards_and_behind_spaces_start_no_formula(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["林晓", "a=b", "3 - 1", "", "  客服专员", "Anne-Marie", "a@example.org"])
def test_plain_text_is_left_as_it_is(value: str) -> None:
    assert safe_cell(value) == value


def test_csv_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes(write_csv(["a", "b"], [["林,晓", "=1+1"]]))
    assert read_rows(path, ("a", "b"))[0].cells == {"a": "林,晓", "b": "'=1+1"}
