"""Whether an answer speaks to its question, whatever its level: likeness to the question against the kit's others.

Likeness alone does not tell: all answers of a trade are alike. What tells is how much nearer the answer is to its own
question than to the kit's others, in meaning and in the words that only that question uses. Fitted by `python -m bench
fit --only relevance` (logistic) on own and swapped answers of authors and of real applicants (SIOP 2024, MIT, half of
the people).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence.rubric import KitIndex, unit

Vectors = NDArray[np.float64]

FEATURES = ("above_mean", "above_next", "best_above_mean", "best_above_next", "words", "words_above_next", "rubric")
WORDS_AHEAD = FEATURES.index("words_above_next")
CLEAR, CLEAR_WORDS = 2.0, 1.0
"""An answer below `cut` is off topic where another question suits it this well (logit) and it uses more than so many
words of that question alone beyond any other's: 18 (zh) and 15 (en) in a thousand own answers of the authors that fit
and choose are off topic by this or `cut_apart`."""

MOST_WORDS = 6.0
"""Words of the question's own from which more tell nothing."""


@dataclass(frozen=True, slots=True)
class RelevanceModel:
    """weights per feature and an intercept, in logits; below `cut` an answer is off topic. `stray` is the cosine below
    which an answer is off topic although no other question suits it better, `stray_thin` the one of a text that tells
    of next to nothing done. `cut_apart`, by language, is the cut where other questions ask for other competencies: the
    rubric's feature then spreads the logits, and an own answer may lie lower."""

    weights: tuple[float, ...]
    intercept: float
    cut: float
    stray: dict[str, float]
    stray_thin: dict[str, float]
    cut_apart: dict[str, float]


@cache
def model() -> RelevanceModel:
    """The constants that ship (relevance.json)."""
    text = files("interview_engine.assessment.evidence").joinpath("relevance.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    return RelevanceModel(
        tuple(raw["weights"]), raw["intercept"], raw["cut"], raw["stray"], raw["stray_thin"], raw["cut_apart"]
    )


def off_topic(
    vectors: Vectors,
    words: Sequence[float],
    used: frozenset[str],
    index: KitIndex,
    question_id: str,
    thin: bool,
    fitted: RelevanceModel,
) -> bool:
    """Whether the answer is about something else than its question. It never is where it uses more words of its own
    question alone than of any other: the questions of one trade are alike in meaning, and an answer is nearer to a
    neighbour's by chance.

    Args:
        vectors, words: of the sentences that count and their lengths; not empty.
        used: content stems of those sentences.
        thin: it tells of next to nothing done.
    """
    stray = fitted.stray_thin if thin else fitted.stray
    if likeness(vectors, index, question_id) < stray[index.language]:
        return True
    found = features(vectors, words, used, index, question_id)
    if found is None or found[WORDS_AHEAD] > 0.0:
        return False
    own = _logit(found, fitted)
    apart = [name for name in index.questions if index.probed(name) not in ((), index.probed(question_id))]
    if not apart or thin or own >= fitted.cut:
        return own < fitted.cut
    if own < fitted.cut_apart[index.language]:
        return True
    others = [features(vectors, words, used, index, name) for name in apart]
    return any(one and one[WORDS_AHEAD] > CLEAR_WORDS and _logit(one, fitted) > CLEAR for one in others)


def value(
    vectors: Vectors,
    words: Sequence[float],
    used: frozenset[str],
    index: KitIndex,
    question_id: str,
    fitted: RelevanceModel,
) -> float:
    """How surely the answer speaks to its question, in logits; the cut itself where the kit asks nothing else."""
    found = features(vectors, words, used, index, question_id)
    if found is None:
        return fitted.cut
    return _logit(found, fitted)


def _logit(found: Sequence[float], fitted: RelevanceModel) -> float:
    return fitted.intercept + sum(w * x for w, x in zip(fitted.weights, found, strict=True))


def likeness(vectors: Vectors, index: KitIndex, question_id: str) -> float:
    """Best cosine of a sentence to the question or to a clause of what it probes."""
    targets = [index.questions[question_id][None]]
    targets += [index.competencies[position].clauses for position in index.probed(question_id)]
    return float((vectors @ np.concatenate(targets).T).max())


def features(
    vectors: Vectors, words: Sequence[float], used: frozenset[str], index: KitIndex, question_id: str
) -> tuple[float, ...] | None:
    """The features in the order of FEATURES; None where the kit asks nothing else."""
    names = [name for name in index.questions if index.probed(name)]
    if question_id not in names or len(names) < 2:
        return None
    own = names.index(question_id)
    whole = unit(np.asarray(words) @ vectors)
    asked = np.stack([index.questions[name] for name in names])
    meant = asked @ whole
    best = (vectors @ asked.T).max(axis=0)
    held = Counter(term for name in names for term in index.question_terms[name])
    shared = np.array(
        [
            min(
                MOST_WORDS,
                sum(
                    1.0 / held[term]
                    for term in sorted(used & index.question_terms[name])
                    if held[term] <= max(1.0, len(names) / 2)
                ),
            )
            for name in names
        ]
    )
    rubric = np.array(
        [
            float(
                whole @ unit(np.concatenate([index.competencies[i].clauses for i in index.probed(name)]).mean(axis=0))
            )
            for name in names
        ]
    )
    other = np.arange(len(names)) != own
    apart = [i for i in range(len(names)) if index.probed(names[i]) != index.probed(question_id)]
    return (
        float(meant[own] - meant.mean()),
        float(meant[own] - meant[other].max()),
        float(best[own] - best.mean()),
        float(best[own] - best[other].max()),
        float(shared[own]),
        float(shared[own] - shared[other].max()),
        float(rubric[own] - rubric[apart].max()) if apart else 0.0,
    )
