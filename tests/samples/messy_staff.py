"""A sheet of a company's staff as people keep them, and beside it what each line means: for imports on the pages.

Instructions on a sheet of their own, titles above the heads, heads merged over two rows, days as text, as days and as
numbers, ID numbers as text, with 15 digits, as numbers that lost digits, full-width digits, spaces, lines twice,
totals and signatures, and a dimension as WPS writes it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import openpyxl

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.id_numbers import read_id_number

UPPER = ("基本信息", "", "", "", "任职信息", "", "", "联系方式", "", "")
HEADS = (
    "工号",
    "员工姓名",
    "性别",
    "身份证号码",
    "所属部门",
    "岗位名称",
    "入职日期",
    "手机号码（必填）",
    "邮箱",
    "备注",
)
RULES = ("必填", "必填", "选填", "选填", "必填", "必填", "格式：YYYY-MM-DD", "必填", "选填", "选填")
FIRST_ROW = 6
"""Of the lines of people; two titles, two rows of heads and one that explains stand above."""
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", ("伟", "秀兰", "子涵", "建国", "雨桐", "丽", "志强", "小满")
DEPARTMENTS = ("销售部", "客户服务部", "生产部", "财务部", "仓储物流部")
TITLES = ("销售代表", "客服专员", "操作工", "会计", "仓管员")
ZERO = date(1899, 12, 30)
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""From plain to full-width."""
TODAY = date(2026, 11, 30)


@dataclass(frozen=True, slots=True)
class MessyStaff:
    """The file, and the truth about it.

    Args:
        right: by employee number, the values that its line means, where it can be taken.
        refused: by row, the head of the column at fault.
        odd: by row, the head of a cell that is understood and must be named.
        corrected: the same file with every refused line mended.
    """

    data: bytes
    right: Mapping[str, Mapping[str, Any]]
    refused: Mapping[int, str]
    odd: Mapping[int, str]
    corrected: bytes


def messy_staff(people: int = 300) -> MessyStaff:
    """A sheet of that many people, of whom every 25th has a line that cannot be taken, and one line twice."""
    lines: list[list[Any]] = []
    mended: list[list[Any]] = []
    right: dict[str, Mapping[str, Any]] = {}
    refused: dict[int, str] = {}
    odd: dict[int, str] = {}
    for number in range(people):
        row = FIRST_ROW + number
        person = person_of(number)
        cells, strange = cells_of(person, number)
        mended.append(list(cells))
        if number % 25 == 24:
            refused[row] = _spoil(cells, number // 25)
        else:
            right[person["employee_number"]] = person
            if strange:
                odd[row] = strange
        lines.append(cells)
    again = FIRST_ROW + people
    lines.append(list(mended[0]))
    refused[again] = HEADS[0]
    mended.append(list(mended[0]))
    return MessyStaff(_book(lines), right, refused, odd, _book(mended))


def person_of(number: int) -> dict[str, Any]:
    """Who stands in the line of that number, from 0."""
    born = date(1962, 1, 1) + timedelta(days=number * 41)
    first17 = f"330106{born:%Y%m%d}{number:03d}"
    of_old = number % 11 == 3
    id_number = next(
        read_id_number(f"{first17}{last}", TODAY).number for last in "0123456789X" if _fits(f"{first17}{last}")
    )
    return {
        "employee_number": f"QM{number + 1:04d}",
        "name": SURNAMES[number % 10] + GIVEN[number // 10 % 8],
        "id_number": id_number,
        "short": id_number[:6] + id_number[8:17] if of_old else "",
        "sex": "male" if number % 2 else "female",
        "department": DEPARTMENTS[number % 5],
        "title": TITLES[number % 5],
        "start_date": date(2015, 3, 1) + timedelta(days=number * 13),
        "phone": f"139{number:08d}",
        "email": f"qm{number + 1}@example.com",
    }


def _fits(number: str) -> bool:
    try:
        read_id_number(number, TODAY)
    except InvalidInput:
        return False
    return True


def cells_of(person: Mapping[str, Any], number: int) -> tuple[list[Any], str]:
    """The line's cells, and the head of one that is odd, if any."""
    day: date = person["start_date"]
    days: tuple[Any, ...] = (
        day.isoformat(), f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日", day,
        f"{day:%Y%m%d}", (day - ZERO).days, f"{day:%Y/%m/%d} 00:00",
    )  # fmt: skip
    phone = person["phone"]
    phones: tuple[Any, ...] = (
        phone, float(phone), phone.translate(WIDE), f"{phone[:3]} {phone[3:7]} {phone[7:]}", int(phone)
    )  # fmt: skip
    strange = ""
    id_cell: Any = person["id_number"]
    if person["short"]:
        id_cell, strange = float(person["short"]), HEADS[3]
    elif number % 13 == 5:
        id_cell, strange = f"'{id_cell}", HEADS[3]
    number_cell = person["employee_number"]
    if number % 17 == 7:
        number_cell, strange = number_cell.translate(WIDE), HEADS[0]
    if isinstance(days[number % 7], int):
        strange = HEADS[6]
    return [
        f"{number_cell} " if number % 4 == 1 else number_cell,
        f"{person['name']}\u3000" if number % 5 == 2 else person["name"],
        "男" if person["sex"] == "male" else "女",
        id_cell,
        f"{person['department']} " if number % 3 == 1 else person["department"],
        person["title"], days[number % 7], phones[number % 5], person["email"], "" if number % 6 else "转正",
    ], strange  # fmt: skip


def _spoil(cells: list[Any], which: int) -> str:
    """Make a line one that cannot be taken; the head of the column at fault."""
    place, value = (
        (3, 3.30106198001011e17),  # a spreadsheet has lost its last digits
        (6, "03/04/2018"),  # two days
        (6, "待定"),
        (7, "见备注"),
        (1, None),
        (3, "330106198001010011"),  # its last digit does not fit
    )[which % 6]
    cells[place] = value
    return HEADS[place]


def _book(lines: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    told = book.active
    assert told is not None
    told.title = "填写说明"
    for words in ("1. 请勿修改表头", "2. 工号、姓名、部门、岗位、入职日期、手机号码必填", "3. 示例：QM0001 王伟"):
        told.append([words])
    page = book.create_sheet("在职员工")
    for row in (["启明家居有限公司员工花名册"], ["制表日期：2026年11月30日"], UPPER, HEADS, RULES, *lines):
        page.append(list(row))
    for ended in ([None] * 10, ["合计", f"{len(lines)} 人"], ["制表人：李某", "审核人：王某"]):
        page.append(ended)
    page.merge_cells("A1:J1")
    for place in ("A3:D3", "E3:G3", "H3:I3"):
        page.merge_cells(place)
    made = io.BytesIO()
    book.save(made)
    return with_dimension_a1(made.getvalue())


def with_dimension_a1(data: bytes) -> bytes:
    """As WPS writes it: each sheet says that it is one cell."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as kept, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name in kept.namelist():
            book.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', kept.read(name)))
    return made.getvalue()
