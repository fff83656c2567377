"""What the board of a roster shows, as its template reads it and as its script takes it after every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.service import Board
from interview_engine.i18n import Text, msg

WEEKDAYS: Sequence[Text] = (
    msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"),
)  # fmt: skip

NOBODY = msg("nobody has this post")


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody's line: hours of the roster, and for each day what the cell holds."""

    employment_id: str
    name: str
    posts: str
    hours: str
    cells: Sequence[Mapping[str, str]]


def rows_of(board: Board, language: str) -> list[Row]:
    """The lines of the board, cells in the order of days."""
    laid = board.laid
    said = broken_cells(board, language)
    found = []
    for one in board.members:
        cells: list[Mapping[str, str]] = []
        minutes = 0
        for day, _ in board.days:
            item = laid.items.get((one.employment_id, day))
            shift = None if item is None else laid.shifts[item.shift_id]
            minutes += 0 if shift is None else shift.minutes
            cells.append({
                "shift": "" if shift is None else shift.id,
                "code": "" if shift is None else shift.code,
                "pinned": "1" if item is not None and item.pinned else "",
                "post": "" if item is None else item.post,
                "out": "" if one.on(day) else "1",
                "away": "1" if laid.away.get((one.employment_id, day), 0) > 0 else "",
                "wish": _wish(board, one.employment_id, day),
                "broken": said.get(key_of(one.employment_id, day), ""),
            })  # fmt: skip
        found.append(Row(one.employment_id, one.name, ", ".join(one.posts), _hours(minutes), cells))
    return found


def key_of(employment_id: str, day: date) -> str:
    """How the page and its script call a cell."""
    return f"{employment_id}:{day.isoformat()}"


def broken_cells(board: Board, language: str) -> dict[str, str]:
    """By cell, the rules that it breaks in words."""
    found: dict[str, str] = {}
    for one in board.broken:
        key = key_of(one.worker, one.day)
        words = rosters.sentence(one).get(language)
        found[key] = f"{found[key]}; {words}" if key in found else words
    return found


def broken_lines(board: Board, language: str) -> list[dict[str, str]]:
    """The rules that are broken, one line each: whose cell, in words, and whether no reason excuses it."""
    names = {one.employment_id: one.name for one in board.members}
    return [
        {
            "key": key_of(one.worker, one.day),
            "who": names[one.worker],
            "day": one.day.isoformat(),
            "words": rosters.sentence(one).get(language),
            "forbidden": "1" if rosters.forbids(one) else "",
        }
        for one in board.broken
    ]


def covers_of(board: Board) -> list[dict[str, Any]]:
    """What each shift has of what it needs: [needed, there] by day."""
    return [
        {
            "key": f"{one.shift.id}:{one.post}",
            "shift": one.shift.id,
            "code": one.shift.code,
            "name": one.shift.name,
            "post": one.post,
            "cells": [list(cell) for cell in one.cells],
        }
        for one in board.covers
    ]


def state_of(board: Board, language: str, changed: Sequence[tuple[str, date]] = ()) -> dict[str, Any]:
    """What the script needs after a change: the cells that changed, hours, broken rules and coverage."""
    keys = {key_of(*one) for one in changed}
    rows = rows_of(board, language)
    cells = {
        key: {name: cell[name] for name in ("shift", "code", "pinned", "post")}
        for row in rows
        for (day, _), cell in zip(board.days, row.cells, strict=True)
        if (key := key_of(row.employment_id, day)) in keys
    }
    return {
        "cells": cells,
        "hours": {row.employment_id: row.hours for row in rows},
        "broken": broken_lines(board, language),
        "covers": covers_of(board),
        "uncovered": board.uncovered,
        "gaps": gaps_of(board, language)[0],
        "state": rosters.STATES[board.roster.state].get(language),
    }


def gaps_of(board: Board, language: str) -> tuple[list[dict[str, str]], int]:
    """What is not covered and which rule binds whom, in words; how many gaps there are in all."""
    names = {one.employment_id: one.name for one in board.members}
    found, count = rosters.explained(board.laid)
    lines = []
    for one in found:
        shift = board.laid.shifts[one.gap.shift or ""]
        parts = [one.gap.day.isoformat(), f"{shift.code} {shift.name}", *([one.gap.skill] if one.gap.skill else [])]
        said = [NOBODY.get(language)] if not one.able else []
        if one.free:
            said.append(msg("free and allowed: {names}", names=_names(one.free, names)).get(language))
        said += [
            f"{rosters.RULES[rule].get(language)}: {_names(people, names)}" for rule, people in one.refused.items()
        ]
        lines.append({"what": f"{' · '.join(parts)} −{one.gap.missing}", "why": "; ".join(said)})
    return lines, count


def _names(people: Sequence[str], names: Mapping[str, str]) -> str:
    shown = [names[one] for one in people if one in names][:4]
    more = len(people) - len(shown)
    return ", ".join(shown) + (f" +{more}" if more else "")


def _wish(board: Board, employment_id: str, day: date) -> str:
    wish = board.laid.wishes.get((employment_id, day))
    if wish is None:
        return ""
    shift = "" if wish.shift_id is None else board.laid.shifts[wish.shift_id].code
    return ("+" if wish.wants else "−") + shift


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")
