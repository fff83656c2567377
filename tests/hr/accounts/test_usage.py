"""J7: the active rate and the counts of what is looked up follow from the audit trail."""

from __future__ import annotations

from datetime import timedelta

from hiring_world import make_world
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.accounts.usage import usage, usage_of
from interview_engine.store import audit
from interview_engine.store.engine import Database

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["account:a", "account:b", "account:gone", "candidate:a", "system"]),
        st.sampled_from(["report.read", "media.read", "requisition.create"]),
    )
)


@given(EVENTS)
def test_only_accounts_that_are_there_are_active(events: list[tuple[str, str]]) -> None:
    found = usage_of(events, ["a", "b", "c"])
    there = [event for event in events if event[0] in ("account:a", "account:b")]
    assert found.active == len({actor for actor, _ in there})
    assert sum(found.queries.values()) == sum(action.endswith(".read") for _, action in there)
    assert found.active_rate == found.active / 3


def test_a_time_without_accounts_has_no_rate() -> None:
    assert usage_of([], []).active_rate is None


def test_use_is_counted_within_its_time(sqlite_database: Database) -> None:
    world = make_world(sqlite_database)
    begin = world.clock.now() + timedelta(hours=1)
    for hours, role in ((0, "hr"), (2, "recruiter"), (2, "recruiter"), (9, "auditor")):
        world.clock.at = begin + timedelta(hours=hours - 1)
        with sqlite_database.transaction() as session:
            audit.record(session, world.actor(role).id, "report.read", "assessment:x", {}, world.clock)
    with sqlite_database.reading() as session:
        since = [begin, begin - timedelta(hours=1), begin + timedelta(hours=3)]
        found, longer, later = usage(session, since, begin + timedelta(hours=5))
    assert (found.active, found.queries) == (1, {"report.read": 2})
    assert (longer.active, longer.queries) == (2, {"report.read": 3})
    assert (later.active, later.queries) == (0, {})
    assert found.accounts == len(world.actors)


def test_what_is_looked_up_most_comes_first() -> None:
    events = [("account:a", "report.read")] * 3 + [("account:a", "media.read")] * 5 + [("account:a", "resume.read")]
    found = usage_of(events, ["a"])
    assert found.most_looked_up == [("media.read", 5), ("report.read", 3), ("resume.read", 1)]
