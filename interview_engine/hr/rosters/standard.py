"""The limits that a roster has where the company has set no others: law with its source, and what is usual."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from interview_engine.hr.rosters.plan import Limits, Span


@cache
def limits_data() -> Mapping[str, Any]:
    """`limits.json`: values, each with its law and source or as the company's own choice."""
    found: Mapping[str, Any] = json.loads(Path(__file__).with_name("limits.json").read_text(encoding="utf-8"))
    return found


def standard_limits() -> Limits:
    """Rest, days in a row, a day's minutes and the night."""
    data = limits_data()
    night = data["night"]
    return Limits(
        rest_minutes=data["rest_minutes"]["value"],
        days_in_row=data["days_in_row"]["value"],
        day_usual=data["day_usual_minutes"]["value"],
        night=Span(night["from_minute"], night["to_minute"]),
    )


def standard_week() -> tuple[int, int]:
    """Minutes of a week: usual, and at most."""
    data = limits_data()
    return data["week_usual_minutes"]["value"], data["week_most_minutes"]["value"]
