"""What holds from a day on: no overlaps, and corrections keep what was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from interview_engine.store import dated

FIRST = date(2027, 1, 1)
START = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wage:
    valid_from: date
    revision: int
    dated_state: str
    created_at: datetime
    amount: int


@st.composite
def wages(draw: st.DrawFn) -> list[Wage]:
    steps = draw(
        st.lists(st.tuples(st.integers(0, 30), st.sampled_from(("holds", "holds", "ended", "withdrawn"))), max_size=12)
    )
    revisions: dict[int, int] = {}
    rows = []
    for number, (day, state) in enumerate(steps):
        revisions[day] = revisions.get(day, 0) + 1
        rows.append(Wage(FIRST + timedelta(days=day), revisions[day], state, START + timedelta(hours=number), number))
    return rows


@given(wages())
def test_spans_never_overlap(rows: list[Wage]) -> None:
    spans = dated.history(rows)
    for one, other in pairwise(spans):
        assert one.last is not None
        assert one.last < other.first


@given(wages(), st.integers(-2, 32))
def test_at_most_one_row_holds_on_a_day_and_it_began_by_then(rows: list[Wage], offset: int) -> None:
    day = FIRST + timedelta(days=offset)
    held = [span.row for span in dated.history(rows) if span.holds(day)]
    assert len(held) <= 1
    assert dated.as_of(rows, day) is (held[0] if held else None)


@given(wages(), st.integers(0, 12))
def test_what_was_known_then_does_not_change_by_later_writing(rows: list[Wage], hours: int) -> None:
    known_at = START + timedelta(hours=hours)
    early = [row for row in rows if row.created_at <= known_at]
    assert dated.history(rows, known_at) == dated.history(early)


@given(wages())
def test_a_row_that_is_withdrawn_leaves_what_was_before_it(rows: list[Wage]) -> None:
    if not rows:
        return
    last = max(rows, key=lambda row: (row.valid_from, row.revision))
    newer = Wage(last.valid_from, last.revision + 1, "withdrawn", START + timedelta(days=9), -1)
    without = [row for row in rows if row.valid_from != last.valid_from]
    assert dated.as_of([*rows, newer], last.valid_from) == dated.as_of(without, last.valid_from)
