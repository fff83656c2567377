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


@pytest.mark.parametrize("head", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\n', "SEP=;\r", "sep=;,,\n", "sep=;;;\n"])
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


@pytest.mark.parametrize(
    "head",
    [
        "\u202ainterview\u202c,\u2066sex\u2069",
        "\u00a0interview\u3000,sex\ufe0f",
        "ｉｎｔｅｒｖｉｅｗ,ＳＥＸ",
        "inter\u2060view,\ufeffs\u00adex",
    ],
)
def test_a_header_is_known_whatever_a_keyboard_or_a_chat_put_into_it(head: str, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"{head}\na-1,男\n", encoding="utf-8")
    assert [row.cells for row in read_rows(path, ("interview", "sex"))] == [{"interview": "a-1", "sex": "男"}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_utf_16_is_read_with_and_without_its_mark_and_a_byte_too_many(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(f"interview{delimiter}sex\r\na-1{delimiter}男\r\n".encode(encoding) + b"\n")
    assert [row.cells for row in read_rows(path, ("interview",))] == [{"interview": "a-1", "sex": "男"}]


@pytest.mark.parametrize("name", ["s.xls", "s.xlsx"])
def test_text_under_the_name_of_a_workbook_is_read_as_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes("interview\tsex\na-1\t男\n".encode("gbk"))
    assert [row.cells for row in read_rows(path, ("interview",))] == [{"interview": "a-1", "sex": "男"}]


@pytest.mark.parametrize("stated", [b"A1", b"B2", b"A1:XFD1048576", None])
@pytest.mark.parametrize("cells", ["named", "in order"])
def test_what_a_sheet_states_of_its_size_and_its_cells_places_is_a_hint(
    stated: bytes | None, cells: str, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["请先阅读：每人一行"])
    table = book.create_sheet("数据")
    for line in (["interview", "sex"], ["a-1", "男"], ["a-2", "女"]):
        table.append(line)
    path = tmp_path / "t.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as kept:
        parts = {name: kept.read(name) for name in kept.namelist()}
    with zipfile.ZipFile(path, "w") as changed:
        for name, data in parts.items():
            new = b"" if stated is None else b'<dimension ref="' + stated + b'"/>'
            data = re.sub(rb"<dimension [^>]*/>", new, data)
            if cells == "in order" and name.startswith("xl/worksheets/"):
                data = re.sub(rb'<(c|row) r="[A-Z]*\d+"', rb"<\1", data)
            changed.writestr(name, data)
    assert [row.cells["interview"] for row in read_rows(path, ("interview", "sex"))] == ["a-1", "a-2"]


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
