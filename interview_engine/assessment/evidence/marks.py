"""A knowledge answer's mark in steps: a cut for every step on its likeness to the reference, for each question alone.

The likeness (`ReferenceMatch.score`, 0..1) was fitted to marks of many questions. Where one question's steps lie on it
differs: a question that asks for a list earns marks earlier than one that asks for a reason. So the cuts that ship are
where the fitted mark is halfway between two steps, and a calibration moves them by what people gave to answers to that
question. A mark sets no score; it says in whole steps what the answer reached.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import nextafter

from interview_engine.assessment.evidence.reference import Mark, ReferenceMatch, likeness_of
from interview_engine.assessment.kits.kit import Kit, Question

LEAST_RATED = 10
"""Rated answers to a question from which its cuts are fitted (a convention: as many as a calibration needs)."""

SHIPPED_WORTH = 20
"""How many rated answers the cut that ships is worth beside those at hand (a convention): ten ratings move it a third
of the way, eighty four fifths."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer that people rated: who gave it, its likeness 0..1 and the rating as a share of the full mark, 0..1."""

    person: str
    likeness: float
    share: float


def shipped_cuts(marks: Sequence[float]) -> tuple[float, ...]:
    """The likeness from which each step but the first is reached.

    Args:
        marks: the steps, 0 first, rising, the full mark last.
    """
    return tuple(likeness_of((low + high) / 2.0 / marks[-1]) for low, high in pairwise(marks))


def reached(likeness: float, marks: Sequence[float], cuts: Sequence[float]) -> float:
    """The step of `marks` that a likeness of 0..1 reaches; it never falls with the likeness."""
    return marks[bisect_right(cuts, likeness)]


def with_mark(
    match: ReferenceMatch, kit: Kit, question_id: str, cuts: Mapping[str, tuple[float, ...]]
) -> ReferenceMatch:
    """The match with the step it reaches. None is given where the question has no marks, or where the answer seems to
    say the opposite of the reference and a person decides.

    Args:
        cuts: by question; those that ship where it has none.
    """
    number, question = next((at, one) for at, one in enumerate(kit.questions, start=1) if one.id == question_id)
    if not question.marks or match.denies:
        return match
    given = reached(match.score, question.marks, cuts.get(question_id) or shipped_cuts(question.marks))
    return replace(match, mark=Mark(number, given, question.marks[-1]))


def fitted_cuts(marks: Sequence[float], rated: Sequence[Rated]) -> tuple[float, ...]:
    """The cuts of one question from answers to it that people rated; those that ship where there are fewer than
    `LEAST_RATED`, where ratings do not rise with the likeness, or where fitted cuts are not nearer to the ratings of
    people who were left out."""
    shipped = shipped_cuts(marks)
    if len(rated) < LEAST_RATED or not _rise(rated):
        return shipped
    people = sorted({one.person for one in rated})
    fold = {person: place % FOLDS for place, person in enumerate(people)}
    before = after = 0.0
    for number in range(FOLDS):
        held = [one for one in rated if fold[one.person] == number]
        cuts = _fit(marks, [one for one in rated if fold[one.person] != number])
        before += sum(_off(one, marks, shipped) for one in held)
        after += sum(_off(one, marks, cuts) for one in held)
    return _fit(marks, rated) if after < before else shipped


def own_question(kit: Kit, competency_id: str) -> Question | None:
    """The question with marks that alone probes this competency and probes nothing else: ratings of the competency are
    ratings of its answer. None where there is no such question."""
    probing = [question for question in kit.questions if competency_id in question.probes]
    if len(probing) == 1 and probing[0].marks and probing[0].probes == (competency_id,):
        return probing[0]
    return None


def _fit(marks: Sequence[float], rated: Sequence[Rated]) -> tuple[float, ...]:
    moved = []
    for step, shipped in enumerate(shipped_cuts(marks), start=1):
        least = (marks[step - 1] + marks[step]) / 2.0 / marks[-1]
        best = _parting([(one.likeness, one.share >= least) for one in rated], shipped)
        moved.append((len(rated) * best + SHIPPED_WORTH * shipped) / (len(rated) + SHIPPED_WORTH))
    return tuple(min(1.0, round(cut, 6)) for cut in accumulate(moved, max))


def _rise(rated: Sequence[Rated]) -> bool:
    middle = sum(one.likeness for one in rated) / len(rated)
    return sum((one.likeness - middle) * one.share for one in rated) > 0.0


def _parting(rated: Sequence[tuple[float, bool]], shipped: float) -> float:
    """The likeness that best parts answers that reached a step from those that did not, nearest to the shipped cut
    among equals."""
    places = sorted({likeness for likeness, _ in rated})
    between = [(one + other) / 2.0 for one, other in pairwise(places)]
    options = [shipped, *between, *places[:1], *(nextafter(place, 2.0) for place in places[-1:])]
    return min(options, key=lambda cut: (sum((value >= cut) != did for value, did in rated), abs(cut - shipped), cut))


def _off(one: Rated, marks: Sequence[float], cuts: Sequence[float]) -> float:
    """How far the step is from what people gave, as a share of the full mark."""
    return abs(reached(one.likeness, marks, cuts) / marks[-1] - one.share)
