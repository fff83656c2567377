"""Overtime in minutes: each by the kind of its own calendar date, and what is beyond the most of a month. Pure.

The most of a month stands with its source in `law.json`; what the minutes are paid is the business of pay.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

Kind = Literal["workday", "restday", "statutory"]

_LIMIT: dict[str, Any] = json.loads(Path(__file__).parent.with_name("law.json").read_text(encoding="utf-8"))[
    "most_overtime_a_month"
]
MOST_MONTH_MINUTES: int = _LIMIT["hours"] * 60
LIMIT_LAW: str = _LIMIT["law"]


def minutes_by_kind(start: datetime, end: datetime, kind_of: Callable[[date], Kind], zone: ZoneInfo) -> dict[Kind, int]:
    """The minutes from `start` to `end` (aware), each by the kind of its own local date: a night shift splits.

    Raises:
        ValueError: the end is before the start, or a time without a zone.
    """
    if start.tzinfo is None or end.tzinfo is None or end < start:
        raise ValueError(f"from {start} to {end}")
    found: dict[Kind, int] = {}
    at, last = start.astimezone(zone), end.astimezone(zone)
    while at < last:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), zone)
        upto = min(midnight, last)
        kind = kind_of(at.date())
        # differences of one zone ignore its changes of the clock; instants do not
        found[kind] = found.get(kind, 0) + int((upto.timestamp() - at.timestamp()) // 60)
        at = upto
    return found


def over_limit(minutes: int, most: int) -> int:
    """Minutes beyond the most of a month (Labour Law, article 41); every kind of day counts."""
    return max(0, minutes - most)
