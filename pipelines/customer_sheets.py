"""Tables as customers have them: the heads found below titles and instructions, over one row or two, and lines told
from totals, signatures and heads that are printed again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from interview_engine.errors import UsageError
from interview_engine.hr.migration.source import Left, SourceLine, SourceTable
from interview_engine.i18n import msg
from pipelines.spreadsheets import Grid, bare_cell, plain_cell, read_grids

HEADS_WITHIN = 30
"""Rows in which the heads are looked for."""
_TOTAL = re.compile(
    r"(?:合计|总计|小计|共计|总人数|合\s+计|总\s+计|grand total|total|sum)(?:[:：（(\s\d].*)?", re.IGNORECASE
)
_GROUP = re.compile(r"[^\d@]*[\u3400-\u9fff][^@]*")
"""The heading of a group: words, and no number or address in front."""
GROUPED_FROM = 4
"""Columns from which on words that stand alone in the first one are the heading of a group."""
_COUNTED = re.compile(r"共\s*\d+\s*(?:人|条|行|名|个).*")
_SIGNED = re.compile(r"(?:制表|制表人|审核|审核人|审批|审批人|填表人|填报人|复核|单位盖章|打印日期|制表日期)\s*[:：].*")
_EXPLAINS = re.compile(r"(?:填写说明|填表说明|说明|注意事项|注意|备注|注|示例|样例|例如|例)\s*(?:[:：]|$).*|\*.{12,}")
_RULE = re.compile(
    r"必填项?|选填项?|非必填|请填写.*|格式[:：]?.*|如[:：].*|例[:：].*|.*(?:yyyy|YYYY)[-/.年].*|下拉选择|文本|日期|数字"
)


@dataclass(frozen=True, slots=True)
class _Heads:
    sheet: str
    first: int
    last: int
    names: tuple[str, ...]
    known: int


def read_customer_sheet(path: Path, is_known: Callable[[str], bool]) -> SourceTable:
    """The table of a CSV, XLSX or XLS that has the most heads that are known; else the first with two heads in a row.

    What stands in a cell that is merged over several lines holds for each of them.

    Raises:
        UsageError: as `read_grids`; `table.heads`, no row could be heads.
    """
    sheets = {
        name: Grid([[bare_cell(cell) for cell in row] for row in one.rows], one.down)
        for name, one in read_grids(path).items()
    }
    heads = _heads(sheets, is_known)
    if heads is None:
        raise UsageError(
            "table.heads",
            msg("{name} has no row with the names of columns.", name=path.name),
            msg("Put the names of the columns above the lines."),
        )
    rows = sheets[heads.sheet].rows
    width = max((place + 1 for row in rows[heads.first :] for place, cell in enumerate(row) if cell), default=0)
    used = [place for place in range(width) if any(place < len(row) and row[place] for row in rows[heads.first :])]
    names = _once([heads.names[place] if place < len(heads.names) else "" for place in used], used)
    above = _reaching_down(sheets[heads.sheet], heads.last)
    lines = []
    for number, row in enumerate(rows[heads.last :], start=heads.last + 1):
        cells = tuple(row[place] if place < len(row) else "" for place in used)
        if any(cells):
            left = _left(cells, names)
            if not left:
                cells = tuple(
                    plain_cell(cell or above.get((number - 1, place), ""))
                    for place, cell in zip(used, cells, strict=True)
                )
            lines.append(SourceLine(number, cells, left))
    return SourceTable(heads.sheet, names, tuple(lines))


def _reaching_down(sheet: Grid, first: int) -> dict[tuple[int, int], str]:
    """By row and column, what stands in the first of the cells that are merged over several rows below the heads."""
    return {
        (row, column): sheet.rows[top][column]
        for column, top, bottom in sheet.down
        if first <= top < len(sheet.rows) and column < len(sheet.rows[top]) and sheet.rows[top][column]
        for row in range(top + 1, min(bottom + 1, len(sheet.rows)))
    }


def _heads(sheets: dict[str, Grid], is_known: Callable[[str], bool]) -> _Heads | None:
    """The heads with the most known names; of as many, one row before two, the first sheet, the highest row.

    Where cells of a row of heads are merged with those below, the heads are all rows that they reach over.
    """
    found: list[_Heads] = []
    plain: _Heads | None = None
    for sheet, grid in sheets.items():
        rows = grid.rows
        for place, row in enumerate(rows[:HEADS_WITHIN]):
            if not any(row):
                continue
            names = tuple(row)
            one = _Heads(sheet, place, place + 1, names, _count(names, is_known))
            if plain is None and sum(bool(name) for name in names) > 1:
                plain = one
            found.append(one)
            if place + 1 < len(rows) and any(rows[place + 1]):
                merged = _merged(row, rows[place + 1], is_known)
                found.append(_Heads(sheet, place, place + 2, merged, _count(merged, is_known)))
    known = [one for one in found if one.known]
    if not known:
        return plain
    best = max(known, key=lambda one: (one.known, one.first - one.last))
    deepest = max((bottom for _, top, bottom in sheets[best.sheet].down if top == best.first), default=0)
    return next(
        (one for one in known if (one.sheet, one.first, one.last - 1) == (best.sheet, best.first, deepest)), best
    )


def _count(names: Sequence[str], is_known: Callable[[str], bool]) -> int:
    return sum(is_known(name) for name in names if name)


def _merged(upper: Sequence[str], lower: Sequence[str], is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Heads of two rows: the lower name counts, with the one it stands under where only both together are known; the
    upper one where a cell reaches down from it."""
    names: list[str] = []
    over = ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        over = above or (over if below else "")
        both = f"{over}{below}"
        names.append(both if below and over and not is_known(below) and is_known(both) else below or above)
    return tuple(names)


def _once(names: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    """Each name once: columns without one are called by their letters, the second of two has a number."""
    found: list[str] = []
    for name, place in zip(names, places, strict=True):
        wanted = " ".join(name.split()) or f"[{_letters(place)}]"
        number = 2
        said = wanted
        while said in found:
            said, number = f"{wanted} ({number})", number + 1
        found.append(said)
    return tuple(found)


def _letters(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _left(cells: Sequence[str], names: Sequence[str]) -> Left | None:
    """Why a line is no row; None where it is one."""
    filled = [cell for cell in cells if cell]
    first = filled[0]
    if sum(cell == name for cell, name in zip(cells, names, strict=True) if cell) * 2 > len(filled) > 1:
        return "heads"
    if _TOTAL.fullmatch(first) or _COUNTED.fullmatch(first) or _SIGNED.fullmatch(first):
        return "total"
    if len(filled) == 1 and cells[0] and len(cells) >= GROUPED_FROM and _GROUP.fullmatch(first):
        return "section"
    if (len(filled) <= 2 and _EXPLAINS.fullmatch(first)) or (
        len(filled) > 1 and sum(bool(_RULE.fullmatch(cell)) for cell in filled) * 2 > len(filled)
    ):
        return "instruction"
    return None
