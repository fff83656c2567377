"""The state machines of recruiting as properties: whatever is tried in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.approvals.verdict import verdict
from interview_engine.hr.recruiting import rules
from interview_engine.hr.recruiting.rules import STAGES, Mover, Stage, may_move, next_stages

MOVERS: tuple[Mover, ...] = ("person", "candidate", "system")
ENDS = ("rejected", "withdrawn", "hired")


def walk(wishes: list[tuple[Stage, Mover]]) -> list[tuple[Stage, Mover]]:
    """Try every wish in turn from "new"; the moves that were allowed."""
    stage: Stage = "new"
    done = []
    for wish, by in wishes:
        if may_move(stage, wish, by):
            stage = wish
            done.append((wish, by))
    return done


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.sampled_from(MOVERS)), max_size=60))
def test_nobody_is_rejected_offered_or_hired_but_by_a_person(wishes: list[tuple[Stage, Mover]]) -> None:
    assert all(by == "person" for stage, by in walk(wishes) if stage in ("rejected", "offer", "hired"))


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.sampled_from(MOVERS)), max_size=60))
def test_nobody_is_hired_without_an_offer_and_only_that_nobody_came_follows_a_hire(
    wishes: list[tuple[Stage, Mover]],
) -> None:
    stages = [stage for stage, _ in walk(wishes)]
    if "hired" in stages:
        at = stages.index("hired")
        assert stages[at - 1] == "offer"
        assert set(stages[at:]) <= {"hired", "not_started"}


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.sampled_from(MOVERS)), max_size=60))
def test_an_offer_comes_out_of_a_review_only(wishes: list[tuple[Stage, Mover]]) -> None:
    stages: list[Stage] = ["new", *(stage for stage, _ in walk(wishes))]
    assert all(before == "review" for before, after in pairwise(stages) if after == "offer")


def test_every_stage_can_be_reached_and_of_a_hire_only_that_nobody_came_is_left() -> None:
    reached: set[Stage] = {"new"}
    while True:
        more = {to for stage in reached for by in MOVERS for to in next_stages(stage, by)} - reached
        if not more:
            break
        reached |= more
    assert reached == set(STAGES)
    final = [stage for stage in STAGES if not any(next_stages(stage, by) for by in MOVERS)]
    assert final == []
    assert next_stages("hired", "person") == ("not_started",)


def test_a_candidate_can_withdraw_as_long_as_the_application_goes_on() -> None:
    assert all(may_move(stage, "withdrawn", "candidate") for stage in rules.OPEN_STAGES)


@pytest.mark.parametrize(
    ("moves", "start", "finals"),
    [
        (rules.REQUISITION_MOVES, "draft", {"cancelled"}),
        (rules.INVITATION_MOVES, "sent", {"revoked"}),
        (rules.OFFER_MOVES, "draft", {"declined", "expired"}),
    ],
)
def test_the_other_machines_reach_every_state_and_end_where_they_should(
    moves: Mapping[str, frozenset[str]], start: str, finals: set[str]
) -> None:
    reached, todo = {start}, [start]
    while todo:
        for after in moves[todo.pop()] - reached:
            reached.add(after)
            todo.append(after)
    assert reached == set(moves)
    assert {state for state, after in moves.items() if not after} == finals


@given(st.lists(st.sampled_from(["submitted", "revoked", "expired", "opened", "consented", "in_progress", "sent"])))
def test_a_submitted_interview_is_never_answered_again(wishes: list[str]) -> None:
    state, submitted = "sent", False
    for wish in wishes:
        if wish in rules.INVITATION_MOVES[state]:  # type: ignore[index]
            assert not (submitted and wish in ("opened", "consented", "in_progress"))
            state = wish
            submitted = submitted or state == "submitted"


@given(st.lists(st.sampled_from([None, "approve", "reject"]), min_size=1, max_size=6))
def test_all_approves_with_every_voice_and_falls_with_one(decisions: list[str | None]) -> None:
    outcome = verdict("all", decisions)
    if "reject" in decisions:
        assert outcome == "rejected"
    else:
        assert (outcome == "approved") == (None not in decisions)


@given(st.integers(1, 6), st.integers(0, 5), st.sampled_from(["approve", "reject"]))
def test_any_is_settled_by_the_first_voice(count: int, at: int, decision: str) -> None:
    decisions: list[str | None] = [None] * count
    assert verdict("any", decisions) == "pending"
    decisions[at % count] = decision
    assert verdict("any", decisions) == {"approve": "approved", "reject": "rejected"}[decision]
