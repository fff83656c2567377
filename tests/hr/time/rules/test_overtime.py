"""Overtime by the kind of the calendar date of each hour, and the most of a month (F3)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from interview_engine.hr.pay import rules as pay_rules
from interview_engine.hr.time.rules.overtime import MOST_MONTH_MINUTES, Kind, minutes_by_kind, over_limit

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_night_shift_over_midnight_into_a_statutory_day_splits() -> None:
    kinds: dict[date, Kind] = {date(2026, 4, 30): "workday", date(2026, 5, 1): "statutory"}
    start = datetime(2026, 4, 30, 22, 0, tzinfo=SHANGHAI)
    end = datetime(2026, 5, 1, 6, 0, tzinfo=SHANGHAI)
    found = minutes_by_kind(start, end, lambda day: kinds[day], SHANGHAI)
    assert found == {"workday": 120, "statutory": 360}
    assert minutes_by_kind(start.astimezone(UTC), end.astimezone(UTC), lambda day: kinds[day], SHANGHAI) == found


def test_more_than_36_hours_of_overtime_are_counted() -> None:
    assert over_limit(38 * 60, MOST_MONTH_MINUTES) == 120
    assert over_limit(36 * 60, MOST_MONTH_MINUTES) == 0


def test_time_and_pay_know_the_same_limit() -> None:
    law = json.loads(Path(pay_rules.__file__).parent.with_name("law.json").read_text(encoding="utf-8"))
    rows = law["rows"] if isinstance(law, dict) else law
    row = next(one for one in rows if one["kind"] == "overtime")
    assert int(row["values"]["most_hours_a_month"]) * 60 == MOST_MONTH_MINUTES
