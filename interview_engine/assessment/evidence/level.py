"""From cues to a level: one stated formula, the same categories in both languages, constants in level.json.

    s = intercept + sum over categories of  weight x (density - mean) / spread,     clipped to -0.2 .. 2.2

s is 0 at the low anchors, 1 in the middle, 2 at the high ones. The density of a category is the number of DISTINCT cues
divided by the square root of the words that count, so saying a thing twice, or praising oneself, adds nothing. Weights
have a fixed sign (level.json, `signs`) and are fitted by `python -m bench fit` on open data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import erf, sqrt

from interview_engine.assessment.evidence.reading import Piece

FOR = (
    "method", "check", "instrument", "precise", "outcome", "reason", "sequence", "episode", "learning", "action",
    "number", "named", "compare", "probe", "restraint", "upper",
)  # fmt: skip
AGAINST = (
    "vague", "no_method", "default", "external", "reactive", "habit", "simple", "uncertain", "undone", "general",
    "deflect", "unknown", "taken_back", "lower", "negated",
)  # fmt: skip
CATEGORIES = FOR + AGAINST

SHORT_WORDS = 20.0
"""Answers shorter than this are read as if they had this many words, so that one cue in a short line is no density."""

LEAST_WEIGHT = 0.2
"""Pooled weight below which a competency was not shown (docs/scoring.md, step 7 and "Set by hand")."""

LOW, HIGH = -0.2, 2.2
Z_LIMIT = 3.0


@dataclass(frozen=True, slots=True)
class Constants:
    """The fitted constants.

    Args:
        intercept: s of an answer with average densities.
        weights: per category, in s per spread.
        means, spreads: per language and category, of the density.
        indicator_weight: s added per distinct indicator shown, up to `indicator_limit`, re `indicator_mean`.
        prior, prior_weight: pooling starts from this level with this weight.
        reliability: of one answer (see `pool`).
        spread: of the true score (0..10) round the printed one; `wide_spread` when little was said.
    """

    intercept: float
    weights: Mapping[str, float]
    means: Mapping[str, Mapping[str, float]]
    spreads: Mapping[str, Mapping[str, float]]
    indicator_weight: float
    indicator_mean: float
    indicator_limit: int
    prior: float
    prior_weight: float
    reliability: float
    spread: float
    wide_spread: float


@dataclass(frozen=True, slots=True)
class Part:
    """What one category added to s, and the cues it did so with."""

    category: str
    points: float
    cues: tuple[str, ...]


@cache
def constants() -> Constants:
    """The constants that ship (level.json)."""
    raw = json.loads(files("interview_engine.assessment.evidence").joinpath("level.json").read_text(encoding="utf-8"))
    raw.pop("about")
    return Constants(**raw)


def category_of(category: str, negated: bool) -> str:
    """The category a cue counts in: a negated one counts against."""
    return "negated" if negated else category


def densities(pieces: Sequence[Piece], weights: Sequence[float]) -> dict[str, float]:
    """Per category: distinct cues, each with the largest weight of a sentence it is in, over sqrt(words that count)."""
    words = max(SHORT_WORDS, sum(piece.words * weight for piece, weight in zip(pieces, weights, strict=True)))
    found = _distinct(pieces, weights)
    return {name: sum(found.get(name, {}).values()) / sqrt(words) for name in CATEGORIES}


def parts(pieces: Sequence[Piece], weights: Sequence[float], language: str, fitted: Constants) -> tuple[Part, ...]:
    """What every category adds to s, in the order of CATEGORIES."""
    found = _distinct(pieces, weights)
    density = densities(pieces, weights)
    return tuple(
        Part(name, fitted.weights[name] * _z(density[name], name, language, fitted), tuple(sorted(found.get(name, {}))))
        for name in CATEGORIES
    )


def level(found: Sequence[Part], shown: int | None, fitted: Constants) -> float:
    """s of an answer from its parts; `shown` is the number of indicators shown, None when the kit names none."""
    total = fitted.intercept + sum(part.points for part in found)
    if shown is not None:
        total += fitted.indicator_weight * (min(shown, fitted.indicator_limit) - fitted.indicator_mean)
    return min(HIGH, max(LOW, total))


def pool(levels: Sequence[float], weights: Sequence[float], fitted: Constants) -> float:
    """Pooled level of a competency from its answers' levels s and their weights (at least one above 0).

    prior + V / (V + prior_weight) x n / (1 + (n - 1) x reliability) x (weighted mean - prior)

    V is what the sum of the weights W has above LEAST_WEIGHT, n = W^2 / sum of squares the number of answers they
    amount to. The first factor keeps a score near the prior while little was said, and at the prior where it just
    begins to count: a word more or less never makes a score jump. The second is Spearman and Brown's: the mean of
    several answers holds less noise than one answer, so it is drawn less towards the middle. Accounts, whose
    prior_weight is 0, are not drawn to the prior.
    """
    total = sum(weights)
    count = total * total / sum(weight * weight for weight in weights)
    mean = sum(weight * value for weight, value in zip(weights, levels, strict=True)) / total
    steady = count / (1.0 + (count - 1.0) * fitted.reliability)
    above = max(0.0, total - LEAST_WEIGHT)
    held = above / (above + fitted.prior_weight) if fitted.prior_weight > 0 else 1.0
    return fitted.prior + held * steady * (mean - fitted.prior)


def piece_points(piece: Piece, weight: float, words: float, language: str, fitted: Constants) -> dict[str, float]:
    """What the cues of one sentence add to s by category, as if it alone held them."""
    points: dict[str, float] = {}
    for name, texts in _distinct([piece], [weight]).items():
        step = fitted.weights[name] / fitted.spreads[language][name] / sqrt(max(SHORT_WORDS, words))
        points[name] = step * sum(texts.values())
    return points


def distribution(value: float, spread: float) -> tuple[float, ...]:
    """Probabilities of the levels 1..5 for a score 0..10 with a normal error of `spread`; they sum to 1."""
    edges = [-1e9, 1.25, 3.75, 6.25, 8.75, 1e9]
    below = [0.5 * (1.0 + erf((edge - value) / (spread * sqrt(2.0)))) for edge in edges]
    raw = [high - low for low, high in pairwise(below)]
    total = sum(raw)
    return tuple(part / total for part in raw)


def _z(density: float, name: str, language: str, fitted: Constants) -> float:
    z = (density - fitted.means[language][name]) / fitted.spreads[language][name]
    return min(Z_LIMIT, max(-Z_LIMIT, z))


def _distinct(pieces: Sequence[Piece], weights: Sequence[float]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for piece, weight in zip(pieces, weights, strict=True):
        if weight <= 0:
            continue
        for cue in piece.cues:
            name = category_of(cue.category, cue.negated)
            if name in _KNOWN:
                texts = found.setdefault(name, {})
                texts[cue.text] = max(texts.get(cue.text, 0.0), weight)
    return found


_KNOWN = frozenset(CATEGORIES)
