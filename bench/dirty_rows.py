"""Sheets of employees as customers have them, with what each line must become: for measuring imports.

Every kind of dirt is drawn from a fixed seed, and beside the sheet stands the truth: the values that the line means, or
that it cannot be taken and in which column.
"""

from __future__ import annotations

import csv
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

SEED = 20261130
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建文志新雅欣怡晨宇浩"
TITLES = ("工程师", "客服", "客户经理", "会计", "店长", "产品经理（高级）", "A/B 测试分析师")
EXCEL_ZERO = date(1899, 12, 30)
HEADS = (
    "工 号*",
    "员工姓名",
    "所属部门",
    "岗位名称",
    "职级",
    "手机号码（必填）",
    "电子邮箱",
    "入职日期",
    "试用期结束日期",
    "备注",
)
UPPER = ("基本信息", "", "", "", "", "联系方式", "", "任职", "", "")
REFUSED_SHARE = 0.03
WIDE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a line must become.

    Args:
        number: of the line in the file.
        values: by field, where it can be taken; None where it must be refused.
        column: the head of the column at fault, of one that must be refused; "" for any.
    """

    number: int
    values: dict[str, Any] | None
    column: str = ""


@dataclass(slots=True)
class DirtySheet:
    """The lines as cells, titles and totals among them, and the truth about those that are rows."""

    rows: list[list[Any]] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)


def dirty_sheet(lines: int, departments: Sequence[str], *, seed: int = SEED) -> DirtySheet:
    """That many lines of employees in the departments of these names."""
    draw = random.Random(seed)
    made = DirtySheet()
    made.rows += [["员工花名册"], ["制表日期：2026年11月30日"], list(UPPER), list(HEADS)]
    made.rows.append(["必填", "必填", "必填", "必填", "选填", "必填", "选填", "格式：YYYY-MM-DD", "选填", "选填"])
    for number in range(lines):
        _add(made, draw, number, departments)
        if number % 2500 == 2499:
            made.rows.append(list(HEADS))  # a new page
    made.rows += [[None] * 10, ["合计", f"{lines} 人"], ["审核人：李某"]]
    return made


def write_xlsx(sheet: DirtySheet, path: Path) -> None:
    """As WPS saves it: instructions in front, heads merged over two rows, a wrong dimension."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "填写说明"
    first.append(["请勿修改表头", "必填项请填写完整"])
    page = book.create_sheet("花名册")
    for row in sheet.rows:
        page.append(row)
    page.merge_cells("A1:J1")
    for place in ("A3:E3", "F3:G3", "H3:I3"):
        page.merge_cells(place)
    book.save(path)
    with zipfile.ZipFile(path) as package:
        kept = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in kept.items():
            package.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data))


def write_csv(sheet: DirtySheet, path: Path, encoding: str = "gb18030") -> None:
    """The same as a CSV of Chinese Excel."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in sheet.rows])


def _add(made: DirtySheet, draw: random.Random, number: int, departments: Sequence[str]) -> None:
    name = draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2))))
    day = date(2005, 1, 1) + timedelta(days=draw.randrange(7500))
    phone = f"138{number:08d}"
    probation = day + timedelta(days=90) if draw.random() < 0.3 else None
    level = draw.choice((None, draw.randrange(1, 15)))
    mail = f"e{number}@example.com" if draw.random() < 0.8 else None
    truth: dict[str, Any] = {
        "employee_number": f"E{number:06d}", "name": name, "department": draw.choice(departments),
        "title": draw.choice(TITLES), "level": level, "phone": phone, "email": mail, "start_date": day,
        "probation_end": probation,
    }  # fmt: skip
    cells: list[Any] = [
        _number(draw, truth["employee_number"]), _spaced(draw, name), _spaced(draw, truth["department"]),
        truth["title"],
        level if level is None or draw.random() < 0.5 else str(level), _phone(draw, phone), mail, _day(draw, day),
        None if probation is None else _day(draw, probation), draw.choice((None, "已转正", "调入")),
    ]  # fmt: skip
    row = len(made.rows) + 1
    if draw.random() < REFUSED_SHARE:
        column = _spoil(draw, cells, made)
        made.rows.append(cells)
        made.truths.append(Truth(row, None, column))
        return
    made.rows.append(cells)
    made.truths.append(Truth(row, truth))


def _spoil(draw: random.Random, cells: list[Any], made: DirtySheet) -> str:
    """Make a line one that cannot be taken; the column at fault."""
    kind = draw.randrange(7)
    if kind == 0:
        cells[7] = draw.choice(("24/3/5", "5.6.19", "03/04/2018"))
        return HEADS[7]
    if kind == 1:
        cells[7] = draw.choice(("2024-02-30", "未知", "#N/A", "2024年"))
        return HEADS[7]
    if kind == 2:
        cells[2] = "没有的部门"
        return HEADS[2]
    if kind == 3:
        cells[5] = draw.choice(("12345", "1380", "见备注", "同上"))
        return HEADS[5]
    if kind == 4:
        cells[1] = None
        return HEADS[1]
    if kind == 5 and made.truths:
        earlier = next((one for one in reversed(made.truths) if one.values), None)
        if earlier is not None and earlier.values is not None:
            cells[0] = earlier.values["employee_number"]  # a second line with the same number
            return HEADS[0]
    cells[6] = draw.choice(("待补", "a@b", "x@@example.com"))
    return HEADS[6]


def _number(draw: random.Random, number: str) -> str:
    return draw.choice((number, f"'{number}", number.lower(), number.translate(WIDE), f" {number} ", f"{number}\u200b"))


def _spaced(draw: random.Random, text: str) -> str:
    return draw.choice((text, text, f" {text}", f"{text}\u3000", f"\ufeff{text}"))


def _phone(draw: random.Random, phone: str) -> Any:
    return draw.choice(
        (phone, int(phone), float(phone), f"'{phone}", phone.translate(WIDE),
         f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}",
         f"{phone[:3]}-{phone[3:7]}-{phone[7:]}")
    )  # fmt: skip


def _day(draw: random.Random, day: date) -> Any:
    return draw.choice(
        (day, f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d}",
         f"{day:%Y%m%d}", (day - EXCEL_ZERO).days, f"{day} 00:00:00", f"{day:%Y－%m－%d}")
    )  # fmt: skip
