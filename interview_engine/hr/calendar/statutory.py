"""The statutory holidays of the law, `statutory_law.json`: their names, how many days each has, which are fixed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Slot:
    """One statutory day of a year; `day` is None where it moves (by the moon, or by the sun) and a person enters it."""

    holiday: str
    number: int
    of: int
    day: date | None


@cache
def source() -> str:
    """The law's name and where it was published."""
    law = _law()
    return f"{law['law']}（{law['source']}）"


def slots(year: int) -> tuple[Slot, ...]:
    """Every statutory day of a year in the order of the law, the fixed ones with their date.

    The law is the one in force since 2025; for years before it `year` is not asked.
    """
    found = []
    for holiday in _law()["holidays"]:
        fixed = [date.fromisoformat(f"{year}-{day}") for day in holiday["fixed"]]
        count = holiday["days"]
        found += [
            Slot(holiday["name"], number + 1, count, fixed[number] if number < len(fixed) else None)
            for number in range(count)
        ]
    return tuple(found)


@cache
def _law() -> dict[str, Any]:
    return dict(json.loads((Path(__file__).parent / "statutory_law.json").read_text("utf-8")))
