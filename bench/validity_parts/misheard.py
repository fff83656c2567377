"""Levels survive mishearing: authored answers as written, beside what the product's recogniser made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets.authored import CHOSEN, FITTED, REPORTED, authored
from bench.datasets.misheard import misheard
from bench.outcome import Figure, SetOutcome, bootstrap
from bench.text_scores import score
from bench.validity_parts.accounts import Scored, score_all
from interview_engine.assessment.calibration.agreement import pearson
from interview_engine.assessment.scoring import Scorer

NEAR = 0.5
"""Levels by which a misheard answer may stand elsewhere than the written one (half a step of the anchors)."""

Pair = tuple[Scored, Scored]


def measured(folder: Path, scorer: Scorer) -> list[SetOutcome]:
    """The figures, Mandarin and English apart. Most of the answers were fitted on: this compares two forms of each, and
    says nothing of how true the level of either is."""
    pairs = misheard(folder, authored(folder, sorted((*FITTED, *CHOSEN, *REPORTED))))
    outcomes = []
    for language in ("zh", "en"):
        own = [pair for pair in pairs if pair.written.language == language]
        if not own:
            continue
        written = score_all([pair.written for pair in own], scorer)
        heard = {one.answer.id: one for one in score_all([pair.heard for pair in own], scorer)}
        figures = _figures([(one, heard[one.answer.id]) for one in written], language)
        note = "the demo's synthetic voices, Whisper base"
        outcomes.append(SetOutcome(f"misheard accounts, {language}", "this project", note, tuple(figures)))
    return outcomes


def _figures(own: Sequence[Pair], language: str) -> list[Figure]:
    both = [(one, other) for one, other in own if one.value is not None and other.value is not None]
    levels = np.array([[one.level, other.level] for one, other in both])
    aimed = np.array([float(one.answer.level) for one, _ in both])
    return [
        _mean("words (characters) misheard", own, lambda one, other: _wrong(one, other, language)),
        _mean("mean difference in levels, of those assessed both ways", both, lambda one, other: _apart(one, other)),
        _mean("  the same, with its sign", both, lambda one, other: other.level - one.level),
        _mean(f"within {NEAR} levels", both, lambda one, other: float(_apart(one, other) <= NEAR)),
        Figure("largest difference", float(np.abs(levels[:, 0] - levels[:, 1]).max()), n=len(both)),
        Figure("r with the level aimed at, as written", pearson(levels[:, 0], aimed), n=len(both)),
        Figure("r with the level aimed at, as heard", pearson(levels[:, 1], aimed), n=len(both)),
        _mean("assessed as written, not as heard", own, lambda one, other: float(_lost(one, other))),
        _mean("assessed as heard, not as written", own, lambda one, other: float(_lost(other, one))),
    ]


def _wrong(one: Scored, other: Scored, language: str) -> float:
    return score(one.answer.text, other.answer.text, language).rate


def _apart(one: Scored, other: Scored) -> float:
    return abs(one.level - other.level)


def _lost(one: Scored, other: Scored) -> bool:
    return one.value is not None and other.value is None


def _mean(name: str, pairs: Sequence[Pair], measure: Callable[[Scored, Scored], float]) -> Figure:
    values = np.array([measure(one, other) for one, other in pairs])
    value, low, high = bootstrap(partial(_mean_of, values), [one.answer.story for one, _ in pairs])
    return Figure(name, value, low, high, n=len(values))


def _mean_of(values: NDArray[np.float64], chosen: NDArray[np.int_]) -> float:
    return float(values[chosen].mean())
