"""Rank candidates of one kit without pretending: tie groups by overlapping bands, and first of all what needs a person.

The rule. Candidates with a score are ordered by it. The best one opens group 1; going down, everybody whose band
overlaps the band of the group's best belongs to it; the first whose band does not overlap opens the next group. So

* the bands of all members of a group overlap its best one's (they may not overlap each other: overlapping is not
  transitive, and chaining it would end in one group of everybody);
* groups are stretches of the order: of one coverage, nobody with a higher score is in a lower group, and equal scores
  share a group;
* the band of a group's best lies wholly below that of the best of the group above.

Coverage comes before the score: those of whom all was assessed are put into groups first, then those of whom a part
was, with numbers that go on. What was not assessed may have been worth nothing or everything, so a higher score from
half of the questions is no better place.

Who needs a person stands first (cannot be assessed, then to be reviewed). A candidate to be reviewed keeps the group
that the score falls in: a signal never touches a score or a place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from interview_engine.assessment.fulfilment import MEASURE, Measure
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import Score, Status
from interview_engine.i18n import LocalizedText, Message, Text, joined, msg

Coverage = Literal["whole", "part"]
COVERAGES: tuple[Coverage, ...] = ("whole", "part")
WHOLE_PERCENT = 99.5
"""Assessed weight from which an interview counts as wholly assessed (shown as 100 %)."""

Section = Literal["cannot_assess", "needs_review", "ranked"]
SECTIONS: tuple[Section, ...] = ("cannot_assess", "needs_review", "ranked")


@dataclass(frozen=True, slots=True)
class Remark:
    """A coded sentence for people."""

    code: str
    text: Text


def remark_for(reason: Reason | None) -> Remark | None:
    """A reason of the engine as a remark in the console's languages; None for none."""
    return None if reason is None else Remark(reason.code, LocalizedText(reason.text("zh"), reason.text("en")))


@dataclass(frozen=True, slots=True, order=True)
class Ruler:
    """What scores were measured with; only scores of one ruler can be compared.

    Args:
        kit_sha256: of the kit file, so that an edit without a new version is noticed too.
        scorer: name and version.
    """

    kit_id: str
    kit_version: int
    kit_sha256: str
    scorer: str


@dataclass(frozen=True, slots=True)
class EntryCompetency:
    """One competency of a candidate. `score` None: not assessed, and `reason` says why."""

    competency_id: str
    name: Text
    weight: float
    required_level: float
    is_delivery: bool
    score: Score | None
    reason: Remark | None

    @property
    def meets(self) -> bool:
        """Whether the level reached is at least the required one."""
        return self.score is not None and self.score.level >= self.required_level


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ranking needs of one report. `match_percent` and `score` are None exactly when it cannot be assessed."""

    interview_id: str
    candidate: str
    ruler: Ruler
    role: Text
    status: Status
    reason: Remark | None
    match_percent: float | None
    score: Score | None
    assessed_weight: float
    competencies: tuple[EntryCompetency, ...]
    needs_review: tuple[Remark, ...]
    match_band: tuple[float, float] | None = None
    measure: Measure = MEASURE

    @property
    def coverage(self) -> Coverage:
        """Whether all of the kit's weight was assessed."""
        return coverage_of(self.assessed_weight)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place: the section of the list, the tie group (None without a score), and why, in order."""

    entry: Entry
    section: Section
    group: int | None
    reasons: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class KitRanking:
    """The list of one ruler: `candidates` in the order shown, `groups` the number of tie groups."""

    ruler: Ruler
    role: Text
    candidates: tuple[Ranked, ...]
    groups: int


def coverage_of(assessed_weight: float) -> Coverage:
    """The coverage of an interview of which so many percent of the kit's weight were assessed."""
    return "whole" if assessed_weight >= WHOLE_PERCENT else "part"


def rank(entries: Iterable[Entry]) -> tuple[KitRanking, ...]:
    """One list per ruler, in the order of the rulers. The order of `entries` does not matter."""
    by_ruler: dict[Ruler, list[Entry]] = {}
    for entry in entries:
        by_ruler.setdefault(entry.ruler, []).append(entry)
    return tuple(_rank_kit(ruler, by_ruler[ruler]) for ruler in sorted(by_ruler))


def tie_groups(scores: Sequence[Score]) -> tuple[int, ...]:
    """The group number of each score, 1 first, by the rule of this module; in the order of `scores`."""
    order = sorted((-score.value, score.high, index) for index, score in enumerate(scores))
    groups = [0] * len(scores)
    lowest, number = math.inf, 0
    for _, high, index in order:
        if high < lowest:
            lowest = scores[index].low
            number += 1
        groups[index] = number
    return tuple(groups)


def covered_groups(places: Sequence[tuple[Coverage, Score]]) -> tuple[int, ...]:
    """The group of each place: tie groups of the wholly assessed, then, counted on, of those assessed in part."""
    groups = [0] * len(places)
    last = 0
    for coverage in COVERAGES:
        own = [index for index, place in enumerate(places) if place[0] == coverage]
        for index, group in zip(own, tie_groups([places[index][1] for index in own]), strict=True):
            groups[index] = last + group
        last = max(groups, default=0)
    return tuple(groups)


def _rank_kit(ruler: Ruler, entries: Sequence[Entry]) -> KitRanking:
    scored = sorted(
        (entry for entry in entries if entry.score is not None),
        key=_order,
    )
    groups = covered_groups([(entry.coverage, entry.score) for entry in scored if entry.score is not None])
    best = {group: entry for entry, group in reversed(list(zip(scored, groups, strict=True)))}
    places = [
        Ranked(
            entry,
            "needs_review" if entry.needs_review else "ranked",
            group,
            (*entry.needs_review, *_place_reasons(entry, group, best)),
        )
        for entry, group in zip(scored, groups, strict=True)
    ]
    without = sorted(
        (entry for entry in entries if entry.score is None), key=lambda entry: (entry.candidate, entry.interview_id)
    )
    places += [Ranked(entry, "cannot_assess", None, _cannot_reasons(entry)) for entry in without]
    ordered = sorted(places, key=lambda place: SECTIONS.index(place.section))
    return KitRanking(ruler, entries[0].role, tuple(ordered), max(groups, default=0))


def _order(entry: Entry) -> tuple[int, float, float, str, str]:
    """Wholly assessed first, then best first; of equal scores the lower band first, so that they share a group."""
    score = entry.score or Score(0.0, 0.0, 0.0)
    return (COVERAGES.index(entry.coverage), -score.value, score.high, entry.candidate, entry.interview_id)


def _cannot_reasons(entry: Entry) -> tuple[Remark, ...]:
    own = () if entry.reason is None else (entry.reason,)
    return (*own, *entry.needs_review)


def _shown(score: Score | None) -> str:
    return "–" if score is None else f"{score.value:.1f} ({score.low:.1f}–{score.high:.1f})"


def _place_reasons(entry: Entry, group: int, best: dict[int, Entry]) -> tuple[Remark, ...]:
    """Why a candidate stands there: the group, what meets the requirement, what does not, what was not assessed."""
    reasons = [_group_reason(entry, group, best)]
    if entry.status == "partial":
        share = f"{entry.assessed_weight:.0f}"
        reasons.append(
            Remark(
                "rank.partial",
                msg("Only {share}% of the weight was assessed.", share=share),
            )
        )
    return (*reasons, *competency_reasons(entry))


def competency_reasons(entry: Entry) -> tuple[Remark, ...]:
    """Which competencies meet the requirement, which do not, and which were not assessed."""
    reasons = []
    below = [c for c in entry.competencies if c.score is not None and not c.meets]
    missing = [c for c in entry.competencies if c.score is None]
    met = [c for c in entry.competencies if c.meets]
    if met:
        reasons.append(_listing("rank.meets", msg("Meets the requirement"), met))
    if below:
        reasons.append(_listing("rank.below", msg("Below the requirement"), below))
    if missing:
        reasons.append(_listing("rank.not_assessed", msg("Not assessed"), missing))
    return tuple(reasons)


def _group_reason(entry: Entry, group: int, best: dict[int, Entry]) -> Remark:
    own, leader = _shown(entry.score), best[group]
    if entry is not leader:
        top = _shown(leader.score)
        return Remark(
            "rank.overlaps",
            msg(
                "Score {own}: the band overlaps that of the best of tie group {group}, {top}.",
                own=own,
                group=group,
                top=top,
            ),
        )
    if group == 1:
        return Remark("rank.best", msg("Score {own}, the highest.", own=own))
    above = _shown(best[group - 1].score)
    if best[group - 1].coverage != leader.coverage:
        return Remark("rank.best_in_part", msg("Score {own}, the highest of those assessed in part.", own=own))
    return Remark(
        "rank.below_group",
        msg(
            "Score {own}: the band lies below that of the best of tie group {group}, {above}.",
            own=own,
            group=group - 1,
            above=above,
        ),
    )


def _listing(code: str, heading: Text, competencies: Sequence[EntryCompetency]) -> Remark:
    def level(competency: EntryCompetency) -> Text:
        if competency.score is None:
            return competency.name
        reached = f"{competency.score.level:.1f}/{competency.required_level:g}"
        return Message("{name} {reached}", (("name", competency.name), ("reached", reached)))

    listed = joined([level(competency) for competency in competencies])
    return Remark(code, msg("{heading}: {listed}.", heading=heading, listed=listed))
