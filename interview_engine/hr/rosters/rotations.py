"""Rotations: crews that go round a cycle of shifts, as plants work that never stop (三班两运转, 四班三运转).

`rotations.json` holds them: shifts as spans of minutes, a cycle of days ("-" is free), and how many crews go round it,
each as many days behind the one before as the cycle has days for a crew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from interview_engine.hr.rosters.plan import Assignment, Plan, Shift, Span
from interview_engine.i18n import Text, msg

FREE = "-"

TITLES: Mapping[str, Text] = {
    "three_crews_two_shifts": msg("Three crews, two shifts"),
    "four_crews_three_shifts": msg("Four crews, three shifts"),
    "four_crews_two_shifts": msg("Four crews, two shifts"),
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """A cycle of shifts.

    Args:
        cycle: codes of shifts by day, `FREE` for a free day.
        crews: how many go round it; the cycle has a multiple of as many days.
    """

    name: str
    shifts: tuple[Shift, ...]
    cycle: tuple[str, ...]
    crews: int

    def code(self, crew: int, day_number: int) -> str:
        """What a crew, from 0, works on a day, counted from the first."""
        behind = len(self.cycle) // self.crews
        return self.cycle[(day_number + crew * behind) % len(self.cycle)]


@cache
def rotations() -> Mapping[str, Rotation]:
    """Those that ship, by name."""
    found = json.loads(Path(__file__).with_name("rotations.json").read_text(encoding="utf-8"))
    return {
        name: Rotation(
            name,
            tuple(
                Shift(code, tuple(Span(start, end) for start, end in spans)) for code, spans in each["shifts"].items()
            ),
            tuple(each["cycle"]),
            each["crews"],
        )
        for name, each in found.items()
    }


def rotate(
    rotation: Rotation, crews: Sequence[Sequence[str]], skill: str, first: date, days: int, begins: date | None = None
) -> Plan:
    """What the workers of each crew work on `days` days from `first`.

    Args:
        crews: ids of workers, by crew; as many crews as the rotation has.
        skill: the post they fill.
        begins: the day on which the first crew begins its cycle; `first` by default.

    Raises:
        ValueError: another number of crews.
    """
    if len(crews) != rotation.crews:
        raise ValueError(f"{rotation.name} has {rotation.crews} crews, not {len(crews)}")
    offset = (first - (begins or first)).days
    return frozenset(
        Assignment(first + timedelta(days=number), worker, code, skill)
        for number in range(days)
        for crew, workers in enumerate(crews)
        if (code := rotation.code(crew, offset + number)) != FREE
        for worker in workers
    )
