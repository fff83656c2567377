"""What punches make of a day of work: decided in the shift's zone and in minutes, and never against somebody (G6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.time.rules.days import Decided, Punch, assigned, decide
from interview_engine.hr.time.rules.shifts import Shift, window

MON = date(2026, 11, 9)
OFFICE = Shift("d", "D", "白班", "fixed", "Asia/Shanghai", ((540, 720), (780, 1080)), grace_late=5)
NIGHT = Shift("n", "N", "夜班", "fixed", "Asia/Shanghai", ((1320, 1800),), break_minutes=30, night=(1320, 1800))
FLEX = Shift("f", "F", "弹性", "flexible", "Asia/Shanghai", ((540, 1080),), break_minutes=60, flex=90)


def at(text: str, zone: str = "Asia/Shanghai", day: date = MON) -> Punch:
    """A local time; "+06:00" is one of the next day."""
    later = text.startswith("+")
    moment = datetime.fromisoformat(f"{day + timedelta(days=1 if later else 0)}T{text.lstrip('+')}")
    return Punch(moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))


def day_of(shift: Shift, *times: str, leave: int = 0, zone: str = "Asia/Shanghai", day: date = MON) -> Decided:
    found = assigned([(day, shift)], [at(one, zone, day) for one in times])[0]
    return decide(shift, day, found[2], found[3], leave)


@pytest.mark.parametrize(
    ("times", "worked", "problems"),
    [
        (("08:55", "18:03"), 480, ()),
        (("09:05", "18:00"), 475, ()),
        (("09:06", "18:00"), 474, ("late",)),
        (("08:55", "17:30"), 450, ("early",)),
        (("08:55", "12:00", "13:00", "18:00"), 480, ()),
        (("08:55", "10:00", "11:00", "18:00"), 420, ("away",)),
        (("08:55", "12:00"), 180, ("absent",)),
        (("06:00", "07:30"), 0, ("absent",)),
    ],
)
def test_minutes_of_a_shift_in_two_parts(times: tuple[str, ...], worked: int, problems: tuple[str, ...]) -> None:
    if times[0] == "06:00":
        shift = Shift("d", "D", "白班", "fixed", "Asia/Shanghai", OFFICE.parts, before=240)
        found = day_of(shift, *times)
    else:
        found = day_of(OFFICE, *times)
    assert (found.worked, found.problems, found.held) == (worked, problems, False)


def test_an_odd_punch_holds_the_day_and_cuts_nothing() -> None:
    found = day_of(OFFICE, "08:55", "12:00", "18:00")
    assert (found.held, found.late, found.early, found.absent) == (True, 0, 0, 0)


def test_no_punch_holds_the_day() -> None:
    assert (day_of(OFFICE).held, day_of(OFFICE).problems) == (True, ("no_punch",))


def test_two_punches_of_one_minute_are_one() -> None:
    assert day_of(OFFICE, "08:55:01", "08:55:40", "18:00").problems == ()


def test_a_forged_place_holds_the_day() -> None:
    held = window(OFFICE, MON)
    punches = [Punch(at("09:00").at, flagged=True), at("18:00")]
    assert decide(OFFICE, MON, held, punches).problems == ("flagged",)


def test_leave_excuses_what_is_missing() -> None:
    assert day_of(OFFICE, leave=480).problems == ()
    assert day_of(OFFICE, "13:00", "18:00", leave=240).problems == ()
    short = day_of(OFFICE, "14:30", "18:00", leave=240)
    assert (short.problems, short.late) == (("late",), 30)
    assert day_of(OFFICE, leave=240).problems == ("no_punch",)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    found = day_of(NIGHT, "21:50", "+06:05")
    assert (found.worked, found.night, found.problems) == (450, 450, ())


def test_who_comes_later_to_flexible_work_goes_later() -> None:
    assert day_of(FLEX, "10:00", "19:00").problems == ()
    assert day_of(FLEX, "10:00", "18:30").problems == ("early",)
    assert (day_of(FLEX, "10:45", "19:30").problems, day_of(FLEX, "10:45", "19:30").late) == (("late",), 15)


def test_a_night_of_summer_time_in_berlin_is_as_long_as_it_is() -> None:
    shift = Shift("b", "B", "Nacht", "fixed", "Europe/Berlin", ((1320, 1800),))
    autumn, spring = date(2026, 10, 24), date(2026, 3, 28)
    assert day_of(shift, "21:58", "+06:01", zone="Europe/Berlin", day=autumn).worked == 540
    assert day_of(shift, "21:58", "+06:01", zone="Europe/Berlin", day=spring).worked == 420


def test_the_moment_counts_and_not_where_the_clock_on_the_wall_hangs() -> None:
    """16:00:30Z on 31 March is 1 April in Shanghai. Ürümqi works by Beijing time from ten, Singapore by its own."""
    night = Shift("n", "N", "夜班", "fixed", "Asia/Shanghai", ((0, 480),))
    found = assigned([(date(2026, 3, 31), night), (date(2026, 4, 1), night)],
                     [Punch(datetime(2026, 3, 31, 16, 0, 30, tzinfo=UTC))])  # fmt: skip
    assert [len(one[3]) for one in found] == [0, 1]
    urumqi = Shift("u", "U", "白班", "fixed", "Asia/Shanghai", ((600, 840), (960, 1200)))
    singapore = Shift("s", "S", "day", "fixed", "Asia/Singapore", ((600, 840), (960, 1200)))
    for shift in (urumqi, singapore):
        assert day_of(shift, "09:58", "20:00").worked == 480


@given(st.permutations([at("08:50"), at("12:01"), at("12:59"), at("18:02"), at("+08:58"), at("+18:00")]))
def test_punches_out_of_order_give_the_same_days(punches: list[Punch]) -> None:
    found = assigned([(MON, OFFICE), (MON + timedelta(days=1), OFFICE)], punches)
    assert [len(one[3]) for one in found] == [4, 2]
    assert all(decide(one[1], one[0], one[2], one[3]).problems == () for one in found)


SHIFTS = st.builds(
    lambda begin, length, rest, kind, flex: Shift(
        "x", "X", "x", kind, "Europe/Berlin", ((begin, begin + length),), break_minutes=min(rest, length - 1),
        flex=flex, night=(1320, 1800),
    ),
    st.integers(0, 1439), st.integers(1, 1440), st.integers(0, 120), st.sampled_from(["fixed", "flexible"]),
    st.integers(0, 240),
)  # fmt: skip


@given(SHIFTS, st.lists(st.integers(-300, 2200), max_size=8), st.integers(0, 1500))
def test_minutes_never_exceed_the_window_nor_the_shift(shift: Shift, minutes: list[int], leave: int) -> None:
    day = date(2026, 10, 24)
    begin = datetime(2026, 10, 23, 22, tzinfo=UTC)
    punches = [Punch(begin + timedelta(minutes=one)) for one in minutes]
    held = assigned([(day, shift)], punches)[0]
    found = decide(shift, day, held[2], held[3], leave)
    assert 0 <= found.night <= found.worked <= held[2].minutes
    assert found.leave <= found.required
    whole = shift.parts[0][1] - shift.parts[0][0] + 60
    assert 0 <= found.late + found.early + found.away + found.absent <= whole
    if not found.held and found.leave >= found.required:
        assert found.absent == 0
