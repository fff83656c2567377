"""Times of day of shifts become moments of their zone, and windows that never share a punch (E4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.time.rules.shifts import Shift, night_minutes, parts_text, read_parts, spans, window, windows

NIGHT = Shift("n", "N", "夜班", "fixed", "Asia/Shanghai", ((1320, 1800),), night=(1320, 1800))
DAY = Shift("d", "D", "白班", "fixed", "Asia/Shanghai", ((540, 720), (780, 1080)), before=120, after=240)


def berlin(*parts: tuple[int, int]) -> Shift:
    return Shift("b", "B", "Nacht", "fixed", "Europe/Berlin", parts, night=(1380, 1860))


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("09:00-12:00, 13:00-18:00", ((540, 720), (780, 1080))),
        ("22:00-06:00", ((1320, 1800),)),
        ("20:00～24:00；01:00-05:00", ((1200, 1440), (1500, 1740))),
    ],
)
def test_times_are_read_as_people_write_them(said: str, parts: tuple[tuple[int, int], ...]) -> None:
    assert read_parts(said) == parts
    assert read_parts(parts_text(parts)) == parts


@pytest.mark.parametrize(
    "said", ["", "9", "25:00-26:00", "09:00-09:60", "09:00-12:00-13:00", "09:00", "08:00-07:00,09:00-10:00"]
)
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"no time|too many"):
        read_parts(said)


def test_a_shift_in_shanghai_begins_the_day_before_in_utc() -> None:
    assert spans(NIGHT, date(2026, 3, 31)) == [
        (datetime(2026, 3, 31, 14, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    ]


def test_the_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    """Berlin, 25 October 2026; and on 29 March it is an hour shorter."""
    shift = berlin((1320, 1800))
    lengths = {}
    for day in (date(2026, 10, 24), date(2026, 3, 28), date(2026, 6, 1)):
        begin, end = spans(shift, day)[0]
        lengths[day] = int((end - begin).total_seconds()) // 60
    assert list(lengths.values()) == [540, 420, 480]
    begin, end = spans(shift, date(2026, 10, 24))[0]
    assert night_minutes([(begin, end)], shift) == 480  # 23:00–06:00 has eight hours in that night


def test_night_minutes_of_both_ends_of_a_day() -> None:
    begin, end = spans(NIGHT, date(2026, 3, 31))[0]
    assert night_minutes([(begin - timedelta(hours=2), end + timedelta(hours=3))], NIGHT) == 480
    assert night_minutes([(begin, end)], DAY) == 0


def test_a_window_is_grace_before_and_after() -> None:
    found = window(DAY, date(2026, 11, 9))
    assert (found.begin, found.end) == (datetime(2026, 11, 8, 23, tzinfo=UTC), datetime(2026, 11, 9, 14, tzinfo=UTC))


def test_two_shifts_that_follow_closely_meet_halfway() -> None:
    """A night until 06:00 and a day from 09:00: what is punched until 07:30 belongs to the night."""
    found = windows([(date(2026, 11, 9), NIGHT), (date(2026, 11, 10), DAY)])
    border = datetime(2026, 11, 9, 23, 30, tzinfo=UTC)
    assert found[0][2].end == found[1][2].begin == border


def shift_of(begin: int, length: int, before: int, after: int) -> Shift:
    return Shift("x", "X", "x", "fixed", "Asia/Shanghai", ((begin, begin + length),), before=before, after=after)


SHIFTS = st.builds(shift_of, st.integers(0, 1439), st.integers(1, 960), st.integers(0, 720), st.integers(0, 720))


@given(st.lists(SHIFTS, min_size=1, max_size=8))
def test_no_moment_belongs_to_two_shifts(shifts: list[Shift]) -> None:
    first = date(2026, 11, 1)
    found = windows([(first + timedelta(days=place), shift) for place, shift in enumerate(shifts)])
    for before, after in pairwise(found):
        assert before[2].end <= after[2].begin
    assert all(one[2].begin <= one[2].end for one in found)
