"""The time machine (row A19): which past decisions would flip, and why."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.comparing.ranking import Entry, EntryCompetency, Ruler
from interview_engine.assessment.comparing.time_machine import compare
from interview_engine.assessment.fulfilment import fulfilment
from interview_engine.assessment.scoring import Score
from interview_engine.i18n import LocalizedText

NAME = LocalizedText("能力", "competency")
RULER = Ruler("kit", 1, "0" * 64, "evidence/1")


def _entry(interview: str, values: Mapping[str, tuple[float, float, float | None]]) -> Entry:
    """`values`: competency → (weight, required level, score or None)."""
    competencies = tuple(
        EntryCompetency(
            key,
            NAME,
            weight,
            required,
            False,
            None if value is None else Score(value, max(0, value - 1), min(10, value + 1)),
            None,
        )
        for key, (weight, required, value) in values.items()
    )
    done = [c for c in competencies if c.score is not None]
    weight = sum(c.weight for c in done)
    match = score = None
    if weight:
        match = sum(c.weight * fulfilment(c.score.level, c.required_level) for c in done if c.score) / weight * 100
        mean = sum(c.weight * c.score.value for c in done if c.score) / weight
        score = Score(mean, max(0, mean - 1), min(10, mean + 1))
    status = "assessed" if weight else "cannot_assess"
    return Entry(interview, interview, RULER, NAME, status, None, match, score, weight, competencies, ())


def test_a_lower_requirement_flips_the_one_below_the_bar_and_names_the_cause() -> None:
    before = [_entry("a", {"x": (100, 4.0, 4.0)}), _entry("b", {"x": (100, 4.0, 9.0)})]
    after = [_entry("a", {"x": (100, 3.0, 4.0)}), _entry("b", {"x": (100, 3.0, 9.0)})]
    found = compare(before, after, 70)
    assert found.flips == 1
    first = found.changes[0]
    assert (first.before.interview_id, first.above_before, first.above_after) == ("a", False, True)
    assert first.drivers[0].causes == ("required_level",)
    assert first.drivers[0].points_before == pytest.approx(100 * 0.9 * 1.6 / 3)
    assert first.drivers[0].points_after == pytest.approx(100 * 0.9 * 1.6 / 2)
    assert not first.band_left


def test_a_stored_side_keeps_its_own_measure_and_the_change_of_measure_is_a_cause() -> None:
    after = _entry("a", {"x": (100, 4.0, 4.0)})
    stored = replace(after, measure="fulfilment/1", match_percent=65.0)
    (change,) = compare([stored], [after], 60).changes
    assert change.flips
    assert change.drivers[0].points_before == pytest.approx(65.0)
    assert change.drivers[0].points_after == pytest.approx(48.0)
    assert change.drivers[0].causes == ("measure",)


def test_weights_scores_and_competencies_that_come_and_go_are_told_apart() -> None:
    before = [_entry("a", {"x": (60, 3.0, 2.0), "y": (40, 3.0, 3.0)})]
    after = [_entry("a", {"x": (50, 3.0, 6.0), "z": (50, 3.0, 3.0)})]
    causes = {driver.competency_id: driver.causes for driver in compare(before, after, 70).changes[0].drivers}
    assert causes == {"x": ("weight", "score"), "y": ("removed",), "z": ("added",)}


def test_one_that_can_no_longer_be_assessed_is_a_flip_that_leaves_its_band() -> None:
    change = compare([_entry("a", {"x": (100, 3.0, 8.0)})], [_entry("a", {"x": (100, 3.0, None)})], 70).changes[0]
    assert change.flips
    assert change.band_left
    assert change.drivers[0].causes == ("not_assessed",)


def test_different_interviews_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same interviews"):
        compare([_entry("a", {"x": (100, 3.0, 8.0)})], [], 70)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12), st.floats(0, 100))
def test_the_same_rubric_changes_nothing(values: list[float], bar: float) -> None:
    entries = [_entry(str(n), {"x": (100, 3.5, value)}) for n, value in enumerate(values)]
    found = compare(entries, entries, bar)
    assert found.flips == 0
    assert not any(change.band_left or change.group_changed or change.drivers for change in found.changes)
