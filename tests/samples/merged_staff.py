"""A sheet of staff as an assistant keeps it by hand, and whom it means: for imports on the pages.

A line of facts above the heads, heads over two rows, two levels of departments in cells that are merged over all their
lines, subtotals, "/" and "无" for nothing, months of birth, ID numbers as numbers, and the first line twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
from messy_staff import cells_of, person_of, with_dimension_a1

ORGANISATION = (
    ("总经办", ""),
    ("市场中心", "品牌部"),
    ("市场中心", "渠道部"),
    ("制造中心", "一车间"),
    ("制造中心", "二车间"),
    ("财务部", ""),
)
UPPER = ("序号", "工号", "姓名", "部门", "", "岗位", "入职时间", "联系方式", "", "身份证号", "出生年月", "性别")
LOWER = ("", "", "", "一级部门", "二级部门", "", "", "手机", "E-mail", "", "", "")
LOST = 3.30106198001011e17
"""An ID number of which a spreadsheet has lost the last digits."""
EACH = 50
"""People in a department."""


@dataclass(frozen=True, slots=True)
class MergedStaff:
    """The sheet as a workbook and as a CSV of Chinese Excel, and the truth about it.

    Args:
        people: by employee number, whom the lines mean that can be taken.
        refused: how many lines cannot be taken.
    """

    xlsx: bytes
    csv: bytes
    people: Mapping[str, Mapping[str, Any]]
    refused: int


def merged_staff() -> MergedStaff:
    """A sheet of 300 people, of whom every 60th has lost digits of the ID number, and one line twice."""
    rows: list[list[Any]] = [
        ["启明家居有限公司 人员信息表"],
        ["单位：人", "", "", "", "", "", "填表日期", "2026/11/30"],
    ]
    rows += [list(UPPER), list(LOWER)]
    merged = ["A1:L1", "D3:E3", "H3:I3", *(f"{column}3:{column}4" for column in "ABCFGJKL")]
    people: dict[str, Mapping[str, Any]] = {}
    first: list[Any] = []
    refused = 1
    for place, levels in enumerate(ORGANISATION):
        begins = len(rows) + 1
        for number in range(place * EACH, (place + 1) * EACH):
            line, person = _line(number, levels)
            first = first or line
            rows.append(line)
            if number % 60 == 59:
                line[9] = LOST
                refused += 1
            else:
                people[person["employee_number"]] = {**person, "department": levels[1] or levels[0]}
        merged += [f"{column}{begins}:{column}{len(rows)}" for column in "DE"]
        rows.append(["小计", "", f"{EACH} 人"])
    rows += [first, ["合计", "", f"{EACH * len(ORGANISATION)} 人"], ["制表：李某", "", "", "审核："]]
    return MergedStaff(_book(rows, merged), _csv(rows), people, refused)


def _line(number: int, levels: tuple[str, str]) -> tuple[list[Any], Mapping[str, Any]]:
    person = person_of(number)
    cells, _ = cells_of(person, number)
    born = person["id_number"][6:12]
    mail = "无" if number % 9 == 2 else person["email"]
    line = [number + 1, cells[0], cells[1], levels[0], levels[1] or "/", cells[5], cells[6], cells[7], mail, cells[3],
            float(f"{born[:4]}.{born[4:]}") if number % 2 else f"{born[:4]}年{born[4:]}月", cells[2]]  # fmt: skip
    return line, {**person, "email": None if mail == "无" else mail}


def _book(rows: list[list[Any]], merged: list[str]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "人员信息表"
    for row in rows:
        page.append(row)
    for place in merged:
        page.merge_cells(place)
    made = io.BytesIO()
    book.save(made)
    return with_dimension_a1(made.getvalue())


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_shown(cell) for cell in row] for row in rows])
    return text.getvalue().encode("gbk")


def _shown(cell: Any) -> Any:
    """As a spreadsheet writes a cell into a CSV: as it is shown."""
    if isinstance(cell, float) and cell > 1e11:
        return f"{cell:.5E}" if cell > 1e16 else f"{cell:.0f}"
    return f"{cell:%Y/%m/%d}" if isinstance(cell, date) else cell
