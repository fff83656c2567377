"""F2: the median time to decide, by kind and department, of what was decided and where the reader manages."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from hiring_world import World
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.times import summarise
from interview_engine.hr.recruiting.jobs import requisitions

WAITS = st.lists(st.tuples(st.sampled_from(["leave", "offer"]), st.sampled_from(["a", None]), st.floats(0, 1e6)))


@given(WAITS)
def test_every_request_counts_once_in_the_median_of_its_kind_and_department(
    waits: list[tuple[str, str | None, float]],
) -> None:
    found = summarise(waits)
    assert sum(one.count for one in found) == len(waits)
    for one in found:
        seconds = [wait for kind, place, wait in waits if (kind, place) == (one.kind, one.department_id)]
        assert (one.median_s, one.longest_s) == (median(seconds), max(seconds))
    assert [one.median_s for one in found] == sorted((one.median_s for one in found), reverse=True)


def test_f2_ten_minutes_is_what_it_took(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    clock.ticks = False
    begin = clock.now()
    with world.database.transaction() as session:
        for minutes, decision in ((5, "approve"), (10, "reject"), (90, "approve"), (None, None)):
            row = requisitions.create_requisition(session, world.actor("recruiter"), world.new_requisition(), clock)
            clock.at += timedelta(seconds=1)
            approval = requisitions.submit_for_approval(session, world.actor("recruiter"), row.id, clock)
            if minutes is not None:
                clock.at += timedelta(minutes=minutes)
                approvals.decide(session, world.actor("hr"), approval.id, decision, "说明", clock)  # type: ignore[arg-type]
        (found,) = approvals.decision_times(session, world.actor("hr"), begin, clock.now() + timedelta(days=1))
        assert (found.kind, found.department_id, found.count) == ("requisition", world.department_id, 3)
        assert (found.median_s, found.longest_s) == (600, 5400)
        assert approvals.decision_times(session, world.actor("other_manager"), begin, clock.now()) == []
        assert approvals.decision_times(session, world.actor("hr"), begin - timedelta(days=9), begin) == []
