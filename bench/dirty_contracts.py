"""Sheets of contracts as customers have them, of employees that are here already, with what each line must become."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bench.dirty_rows import EXCEL_ZERO, SEED, WIDE, DirtySheet, Truth

HEADS = ("工 号*", "合同编号", "合同类型", "合同开始日期", "合同结束日期", "备注")
UPPER = ("合同信息", "", "", "", "", "其他")
REFUSED_SHARE = 0.02
KINDS = {"fixed": ("固定期限", "固定期限劳动合同"), "open": ("无固定期限", "无固定期限劳动合同")}


def dirty_contracts(employees: Sequence[tuple[str, date]], *, seed: int = SEED) -> DirtySheet:
    """A first contract of each employee, by number and first day of work."""
    draw = random.Random(seed)
    made = DirtySheet(rows=[["劳动合同台账"], ["制表日期：2026年11月30日"], list(UPPER), list(HEADS)])
    for place, (number, first) in enumerate(employees):
        kind = "open" if draw.random() < 0.1 else "fixed"
        last = None if kind == "open" else first + timedelta(days=365 * 3 - 1)
        truth: dict[str, Any] = {
            "number": f"HT{place:06d}", "kind": kind, "first_day": first, "last_day": last,
        }  # fmt: skip
        cells: list[Any] = [
            draw.choice((number, f" {number}", number.translate(WIDE))), truth["number"], draw.choice(KINDS[kind]),
            _day(draw, first), "" if last is None else _day(draw, last), "",
        ]  # fmt: skip
        row = len(made.rows) + 1
        column = _spoil(draw, cells, first) if kind == "fixed" and draw.random() < REFUSED_SHARE else ""
        made.rows.append(cells)
        made.truths.append(Truth(row, None if column else truth, column))
    made.rows += [["合计", f"{len(employees)} 份"], ["审核人：李某"]]
    return made


def _day(draw: random.Random, day: date) -> Any:
    return draw.choice((day, f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日",
                        (day - EXCEL_ZERO).days))  # fmt: skip


def _spoil(draw: random.Random, cells: list[Any], first: date) -> str:
    """Make a line one that cannot be taken; the column at fault."""
    place, value = draw.choice(((3, "待定"), (4, (first - timedelta(days=1)).isoformat()), (0, "Z999999")))
    cells[place] = value
    return HEADS[place]
