"""Tables people hand in: every encoding and delimiter Excel and WPS write, and clear errors."""

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
