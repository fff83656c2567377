"""Bias audit in LL144's form (row A14), against an example worked out by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.comparing.fairness import GroupRow, Person, audit, audit_table


def _people() -> list[Person]:
    """By hand: 40 men, 24 selected (60 %); 20 women, 9 selected (45 %): impact ratio of women .45 / .60 = .75.
    Scores: men 1..40, women 41..60, so all 20 women and 10 men stand above the median 30.5."""
    men = [Person({"sex": "male", "ethnicity": "a" if i < 20 else "b"}, float(i + 1), i < 24) for i in range(40)]
    women = [Person({"sex": "female", "ethnicity": "a"}, float(41 + i), i < 9) for i in range(20)]
    return men + women


@pytest.fixture
def by_sex() -> tuple[GroupRow, GroupRow]:
    """The rows of women and of men."""
    female, male = audit_table(_people(), ["sex"], "selection").rows
    return female, male


def test_selection_rates_by_hand(by_sex: tuple[GroupRow, GroupRow]) -> None:
    female, male = by_sex
    assert (female.n, female.hits, female.rate) == (20, 9, 0.45)
    assert (male.n, male.hits, male.rate) == (40, 24, 0.6)


def test_the_impact_ratio_by_hand_is_measured_against_the_most_selected(by_sex: tuple[GroupRow, GroupRow]) -> None:
    female, male = by_sex
    assert female.impact_ratio == pytest.approx(0.75)
    assert male.impact_ratio == 1.0
    assert female.ratio_low is not None
    assert female.ratio_low < 0.75
    assert (male.ratio_low, male.ratio_high) == (None, None)
    assert female.below_four_fifths
    assert not male.below_four_fifths


def test_scoring_rates_count_scores_above_the_median_by_hand() -> None:
    table = audit_table(_people(), ["sex"], "scoring")
    female, male = table.rows
    assert table.median_score == 30.5
    assert (female.hits, female.rate, female.impact_ratio) == (20, 1.0, 1.0)
    assert (male.hits, male.rate, male.impact_ratio) == (10, 0.25, 0.25)


def test_intersections_are_crossed_after_the_single_attributes() -> None:
    tables = audit(_people(), ["sex", "ethnicity"])
    assert [(t.kind, t.attributes) for t in tables] == [
        ("selection", ("sex",)),
        ("selection", ("ethnicity",)),
        ("selection", ("sex", "ethnicity")),
        ("scoring", ("sex",)),
        ("scoring", ("ethnicity",)),
        ("scoring", ("sex", "ethnicity")),
    ]
    assert [row.group for row in tables[2].rows] == [("female", "a"), ("male", "a"), ("male", "b")]


def test_a_group_under_two_percent_is_listed_but_left_out_of_the_ratios() -> None:
    people = [Person({"sex": "male"}, 5.0, i < 30) for i in range(99)] + [Person({"sex": "x"}, 9.0, True)]
    male, other = audit_table(people, ["sex"], "selection").rows
    assert (other.left_out, other.impact_ratio, other.n) == (True, None, 1)
    assert male.impact_ratio == 1.0


def test_unknown_people_are_counted_and_in_no_row() -> None:
    people = [*_people(), Person({"sex": ""}, 5.0, True), Person({}, 5.0, True)]
    table = audit_table(people, ["sex"], "selection")
    assert (table.n, table.unknown, table.undecided) == (60, 2, 0)


def test_people_without_a_decision_are_not_called_people_without_a_group() -> None:
    people = [*_people(), *(Person({"sex": "female"}, 5.0, None) for _ in range(3)), Person({}, 5.0, None)]
    table = audit_table(people, ["sex"], "selection")
    assert (table.n, table.unknown, table.undecided) == (60, 1, 3)
    assert audit_table(people, ["sex"], "scoring").undecided == 0


def test_without_decisions_there_is_only_the_scoring_audit() -> None:
    people = [Person({"sex": "male"}, 5.0), Person({"sex": "female"}, 6.0)]
    assert [table.kind for table in audit(people, ["sex"])] == ["scoring"]


def test_nobody_at_all_gives_an_empty_table() -> None:
    table = audit_table([], ["sex"], "scoring")
    assert table.rows == ()
    assert math.isnan(table.median_score)


def test_a_trend_has_every_quarter_by_itself_and_together_they_are_the_whole() -> None:
    early = [replace(one, period="2026-3") for one in _people()]
    late = [Person({"sex": sex}, 5.0, taken, "2026-4") for sex, taken in (("male", True), ("female", False))]
    table = audit([*late, *early], ["sex"])[0]
    assert [(part.period, part.n) for part in table.periods] == [("2026-3", 60), ("2026-4", 2)]
    female, male = table.periods[0].rows
    assert (female.impact_ratio, male.impact_ratio) == (pytest.approx(0.75), 1.0)
    assert [row.rate for row in table.periods[1].rows] == [0.0, 1.0]
    assert table.n == 62


def test_one_quarter_alone_is_no_trend() -> None:
    people = [replace(one, period="2026-4") for one in _people()]
    assert all(table.periods == () for table in audit(people, ["sex"]))


@given(
    st.lists(st.tuples(st.sampled_from(["f", "m", "x", ""]), st.floats(0, 10), st.booleans()), min_size=1, max_size=60)
)
def test_rates_are_shares_and_the_best_group_has_ratio_one(rows: list[tuple[str, float, bool]]) -> None:
    people = [Person({"sex": sex}, score, selected) for sex, score, selected in rows]
    table = audit_table(people, ["sex"], "selection")
    assert sum(row.n for row in table.rows) + table.unknown == len(people)
    ratios = [row.impact_ratio for row in table.rows if row.impact_ratio is not None]
    assert not ratios or max(ratios) == 1.0
    assert all(0 <= row.rate <= 1 for row in table.rows)
