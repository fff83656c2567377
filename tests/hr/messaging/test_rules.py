"""J4, J6: a person's choice and what is known decide the way; at night what can wait waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.messaging.rules import DEFAULT_ORDER, Way, quiet_until, ways_in_order

ways = st.builds(Way, st.sampled_from(["reachable", "unknown", "blocked"]), st.booleans(), st.booleans())


def test_where_nothing_is_known_the_default_order_holds() -> None:
    assert ways_in_order(["email", "official", "wecom"], {}) == list(DEFAULT_ORDER)


def test_the_preferred_way_comes_first_and_a_closed_one_never() -> None:
    known = {"email": Way(preferred=True), "wecom": Way("blocked"), "official": Way("reachable")}
    assert ways_in_order(["wecom", "official", "email"], known) == ["email", "official"]


@given(st.lists(st.sampled_from(["wecom", "official", "email", "feishu"]), unique=True), st.data())
def test_no_unwanted_or_closed_way_is_ever_taken(available: list[str], data: st.DataObject) -> None:
    known = {name: data.draw(ways) for name in available if data.draw(st.booleans())}
    order = ways_in_order(available, known)
    assert len(order) == len(set(order))
    for name in available:
        way = known.get(name, Way())
        assert (name in order) == (way.wanted and way.state != "blocked")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 21, 13, 29, tzinfo=UTC), None),  # 21:29 in Beijing
        (datetime(2026, 11, 21, 13, 30, tzinfo=UTC), datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 23, 59, tzinfo=UTC), datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), None),  # 8:00 in Beijing
    ],
)
def test_messages_of_the_night_go_out_in_the_morning(now: datetime, until: datetime | None) -> None:
    assert quiet_until("assessment.ready", now) == until


def test_an_emergency_goes_out_at_any_hour() -> None:
    assert quiet_until("notice.emergency", datetime(2026, 11, 21, 20, tzinfo=UTC)) is None
