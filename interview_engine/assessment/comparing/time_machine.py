"""What a change of rubric would do to past interviews, before it is saved: who changes band, group or side of the bar.

Both sides are scored by the same engine from the same transcripts, so the rubric is all that differs; or one side is
what the reports say as they are stored, and then scorer and measure of the match may differ too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interview_engine.assessment.comparing.ranking import Entry, EntryCompetency, covered_groups
from interview_engine.assessment.fulfilment import fulfilment

Cause = Literal["score", "weight", "required_level", "added", "removed", "assessed", "not_assessed", "measure"]

MAX_DRIVERS = 3

LEAST_POINTS = 0.05
"""Match points below which a competency's part in a change is not worth a line."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One competency's part in a change: match points before and after, and what in it changed."""

    competency_id: str
    points_before: float
    points_after: float
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One interview before and after.

    Args:
        group_before, group_after: tie groups among all interviews; None where there is no score.
        above_before, above_after: match at or above the bar; None where there is no match.
        band_left: the new score lies outside the old band, or one of them could not be assessed.
        drivers: what moved the match most, largest first.
    """

    before: Entry
    after: Entry
    group_before: int | None
    group_after: int | None
    above_before: bool | None
    above_after: bool | None
    band_left: bool
    drivers: tuple[Driver, ...]

    @property
    def flips(self) -> bool:
        """Whether the interview changes its side of the bar (or can no longer, or only now, be assessed)."""
        return self.above_before != self.above_after

    @property
    def group_changed(self) -> bool:
        """Whether it changes its tie group."""
        return self.group_before != self.group_after


@dataclass(frozen=True, slots=True)
class Comparison:
    """All interviews of an archive, those that flip first, then by how much the match moves."""

    bar: float
    changes: tuple[Change, ...]

    @property
    def flips(self) -> int:
        """How many change their side of the bar."""
        return sum(change.flips for change in self.changes)


def compare(before: Sequence[Entry], after: Sequence[Entry], bar: float) -> Comparison:
    """Compare the same interviews scored with two rubrics; `bar` is the match percent HR works with, 0..100.

    Raises:
        ValueError: the two sides are not the same interviews.
    """
    old, new = _by_id(before), _by_id(after)
    if set(old) != set(new):
        raise ValueError("both sides must hold the same interviews")
    old_groups, new_groups = _groups(old), _groups(new)
    changes = [
        Change(
            old[key],
            new[key],
            old_groups.get(key),
            new_groups.get(key),
            _above(old[key], bar),
            _above(new[key], bar),
            _band_left(old[key], new[key]),
            _drivers(old[key], new[key]),
        )
        for key in sorted(old)
    ]
    changes.sort(key=lambda change: (not change.flips, -abs(_moved(change)), change.before.interview_id))
    return Comparison(bar, tuple(changes))


def _by_id(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.interview_id: entry for entry in entries}


def _groups(entries: Mapping[str, Entry]) -> dict[str, int]:
    places = {key: (one.coverage, one.score) for key, one in sorted(entries.items()) if one.score is not None}
    return dict(zip(places, covered_groups(list(places.values())), strict=True))


def _above(entry: Entry, bar: float) -> bool | None:
    return None if entry.match_percent is None else entry.match_percent >= bar


def _band_left(old: Entry, new: Entry) -> bool:
    if old.score is None or new.score is None:
        return (old.score is None) != (new.score is None)
    return not old.score.low <= new.score.value <= old.score.high


def _moved(change: Change) -> float:
    return (change.after.match_percent or 0.0) - (change.before.match_percent or 0.0)


def _points(entry: Entry, competency: EntryCompetency | None) -> float:
    """Match points of one competency: its share of the assessed weight times how far the requirement is met."""
    if competency is None or competency.score is None or not entry.assessed_weight:
        return 0.0
    share = 100 * competency.weight / entry.assessed_weight
    return share * fulfilment(competency.score.level, competency.required_level, entry.measure)


def _drivers(old: Entry, new: Entry) -> tuple[Driver, ...]:
    was = {competency.competency_id: competency for competency in old.competencies}
    now = {competency.competency_id: competency for competency in new.competencies}
    found = []
    for key in dict.fromkeys([*was, *now]):
        before, after = _points(old, was.get(key)), _points(new, now.get(key))
        if abs(after - before) >= LEAST_POINTS:
            found.append(Driver(key, before, after, _causes(was.get(key), now.get(key), old.measure != new.measure)))
    found.sort(key=lambda driver: (-abs(driver.points_after - driver.points_before), driver.competency_id))
    return tuple(found[:MAX_DRIVERS])


def _causes(old: EntryCompetency | None, new: EntryCompetency | None, other_measure: bool) -> tuple[Cause, ...]:
    if old is None:
        return ("added",)
    if new is None:
        return ("removed",)
    causes: list[Cause] = []
    if old.weight != new.weight:
        causes.append("weight")
    if old.required_level != new.required_level:
        causes.append("required_level")
    if old.score is None and new.score is not None:
        causes.append("assessed")
    elif old.score is not None and new.score is None:
        causes.append("not_assessed")
    elif old.score is not None and new.score is not None and old.score.value != new.score.value:
        causes.append("score")
    if other_measure and old.score is not None and new.score is not None:
        causes.append("measure")
    return tuple(causes)
