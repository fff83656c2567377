"""Graded notices (J4): how levels differ in way, repeat and read-receipt. Pure rules; the times are ours.

An information is sent once and counts as read when it is opened. An important notice wants a confirmation and goes out
again by another way, in the day. An emergency wants it too, goes on by one way after another, and knows no night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

Level = Literal["info", "important", "emergency"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class Grade:
    """What a level means.

    Args:
        waits: how long after the first, second, … sending the next follows, as long as nobody has read it.
        confirmed: read only when the reader says so; else when the page is opened.
    """

    waits: tuple[timedelta, ...]
    confirmed: bool


GRADES: Mapping[Level, Grade] = MappingProxyType(
    {
        "info": Grade((), confirmed=False),
        "important": Grade((timedelta(minutes=30), timedelta(hours=4)), confirmed=True),
        "emergency": Grade(tuple(timedelta(minutes=m) for m in (5, 5, 10, 20, 40, 60)), confirmed=True),
    }
)


def next_sending(level: Level, sendings: int, last_at: datetime) -> datetime | None:
    """When an unread notice goes out again; None when it was sent often enough.

    Args:
        sendings: how often it was sent, from 1.
        last_at: when the last of them went out.
    """
    waits = GRADES[level].waits
    return last_at + waits[sendings - 1] if 1 <= sendings <= len(waits) else None


def next_way_first(ways: Sequence[str], tried: Sequence[str]) -> list[str]:
    """The ways in the order to take now: those tried least often first, otherwise as they stand."""
    return sorted(ways, key=list(tried).count)


@dataclass(frozen=True, slots=True)
class ReadRate:
    """How far a notice came: receivers, to how many a message went out (the console's inbox is none), readers."""

    receivers: int
    reached: int
    read: int

    @property
    def rate(self) -> float | None:
        """Readers among receivers, 0..1; None where nobody was to receive it."""
        return self.read / self.receivers if self.receivers else None
