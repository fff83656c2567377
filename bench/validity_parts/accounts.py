"""Validity on the authored answers of authors who did not fit: levels over all tellings, conduct, denial, modest
wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import fit, fit_deeds
from bench.datasets.authored import CHOSEN, FITTED, SUPPLEMENTS, Authored, authored
from bench.datasets.twins import Twin
from bench.outcome import Figure, SetOutcome, bootstrap
from interview_engine.assessment.calibration.agreement import pearson
from interview_engine.assessment.evidence import level
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.scoring import AnswerText, Embedder, Scorer
from interview_engine.assessment.text import units

Vector = NDArray[np.float64]

PLAIN = ("exemplary", "competent", "mediocre", "weak")
LOW = 2.5
"""Level at or below which evidence against has been heard."""

MODEST = 0.2


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer with its score 0..10 (None: not assessed), the reason of the answer, whether a person is asked to look
    at its conduct, and whether the level aimed at lies in the printed band (False: not assessed)."""

    answer: Authored
    value: float | None
    reason: str
    flagged: bool
    in_band: bool

    @property
    def level(self) -> float:
        """On 1..5; an answer that could not be assessed stands at 1."""
        return 1.0 + 0.4 * (self.value or 0.0)


def score_all(found: Sequence[Authored], scorer: Scorer) -> list[Scored]:
    """Every answer by itself, through the public function, under a kit of its author's questions."""
    scored = []
    for author, language in sorted({(one.author, one.language) for one in found}):
        own = [one for one in found if (one.author, one.language) == (author, language)]
        kit = fit_deeds.kit_of(own)
        for one in own:
            result = scorer.score(kit, [AnswerText(one.competency, language, one.text)])
            result_of = next(r for r in result.competencies if r.competency_id == one.competency)
            reason = result.answers[0].reason
            flagged = any(r.code == "conduct.wrong_deed" for r in result_of.reasons)
            score = result_of.score
            in_band = score is not None and score.low <= 2.5 * (one.level - 1.0) <= score.high
            scored.append(Scored(one, score.value if score else None, reason.code if reason else "", flagged, in_band))
    return scored


def measured(folder: Path, authors: Sequence[str], scorer: Scorer, note: str) -> list[SetOutcome]:
    """The figures of these authors, Mandarin and English apart."""
    scored = score_all([one for one in authored(folder, authors) if not one.disputed], scorer)
    outcomes = []
    for language in ("zh", "en"):
        own = [one for one in scored if one.answer.language == language]
        outcomes.append(SetOutcome(f"authored accounts, {language}", "this project", note, tuple(figures(own))))
    return outcomes


def plain_words(folder: Path, authors: Sequence[str], scorer: Scorer) -> list[SetOutcome]:
    """Wrong deeds in blunt words beside honest accounts of the same trades, Mandarin and English apart."""
    scored = score_all(authored(folder, authors), scorer)
    outcomes = []
    for language in ("zh", "en"):
        own = [one for one in scored if one.answer.language == language]
        wrong, honest = _of(own, "wrong"), _of(own, "honest")
        found = [
            _mean("wrong deed at or below level 2.5", wrong, _is_low, 0.90),
            _mean("wrong deed: a person is asked to look", wrong, lambda s: float(s.flagged)),
            _mean("false alarms of conduct, honest tellings", honest, lambda s: float(s.flagged), limit=0.03),
            _mean("honest telling at or below level 2.5", honest, _is_low),
            _of_stories("honest above the wrong deed of its story", _above(own, "honest")),
            _mean("  mean level, wrong", wrong, lambda s: s.level),
            _mean("  mean level, honest", honest, lambda s: s.level),
        ]
        note = "one hand, who knew the scorer; nothing was fitted on them"
        outcomes.append(SetOutcome(f"blunt words, {language}", "this project", note, tuple(found)))
    return outcomes


def left_out(folder: Path, development: Sequence[Twin], embedder: Embedder) -> list[SetOutcome]:
    """The figures of the authors that fit and choose, each by constants that were fitted without his or her answers."""
    authors = [author for author in (*FITTED, *CHOSEN) if author not in SUPPLEMENTS]
    told = fit_deeds.told_authored(authored(folder, (*FITTED, *CHOSEN)), embedder)
    twins = fit_deeds.told_twins(development, embedder)
    scored: list[Scored] = []
    for author in sorted(authors):
        others = [one for one in told if one.group != author]
        fitted = fit_deeds.fit(others, twins, fit.SIGNS, level.constants())
        scorer = EvidenceScorer(embedder, accounts=fitted.constants, model=fitted.model)
        scored += score_all([one for one in authored(folder, [author]) if not one.disputed], scorer)
    note = "each author by constants fitted without him or her; chose the formula"
    return [
        SetOutcome(
            f"authored accounts, each of six authors left out, {language}",
            "this project",
            note,
            tuple(figures([one for one in scored if one.answer.language == language])),
        )
        for language in ("zh", "en")
    ]


def figures(own: Sequence[Scored]) -> list[Figure]:
    """Figures of one language."""
    zh = own[0].answer.language == "zh"
    found = [
        _r("all tellings: r with the level aimed at", own, 0.75),
        _r("four plain tellings: r", _of(own, *PLAIN), 0.82 if zh else 0.78),
        _length("  r of length alone, all tellings", own),
        _of_stories("four plain tellings: mean r inside a story", _inside(_of(own, *PLAIN)), 0.90),
        _mean("four plain tellings: mean error in levels", _of(own, *PLAIN), lambda s: abs(s.level - s.answer.level)),
        _mean("not assessed", own, lambda s: float(s.value is None)),
        _mean(
            "level aimed at inside the printed band, of those assessed",
            [one for one in own if one.value is not None],
            lambda s: float(s.in_band),
        ),
        _mean("wrong deed at or below level 2.5", _of(own, "wrong"), _is_low, 0.90),
        _of_stories("exemplary above the wrong deed of its story", _above(own, "exemplary"), 1.0),
        _mean("denied at or below level 2.5", _of(own, "denied"), _is_low, 0.85),
        _mean("taken back at or below level 2.5", _of(own, "takenback"), _is_low, 0.85),
        _mean("false alarms of conduct, honest tellings", _of(own, "honest"), lambda s: float(s.flagged), limit=0.03),
        _mean(
            "false alarms of conduct, all but wrong deeds",
            [one for one in own if one.answer.telling != "wrong"],
            lambda s: float(s.flagged),
            limit=0.03,
        ),
        _of_stories("modest less exemplary of its story, in levels", _apart(own, "modest", "exemplary")),
        _mean("boastful above its level", _of(own, "boastful"), lambda s: s.level - s.answer.level),
    ]
    for telling in dict.fromkeys(one.answer.telling for one in own):
        found.append(_mean(f"  mean level, {telling}", _of(own, telling), lambda s: s.level))
    return found


def _of(own: Sequence[Scored], *tellings: str) -> list[Scored]:
    return [one for one in own if one.answer.telling in tellings]


def _is_low(one: Scored) -> float:
    return float(one.level <= LOW)


def _r(name: str, own: Sequence[Scored], bar: float) -> Figure:
    x = np.array([one.level for one in own])
    y = np.array([float(one.answer.level) for one in own])
    value, low, high = bootstrap(lambda i: pearson(x[i], y[i]), [one.answer.story for one in own])
    return Figure(name, value, low, high, n=len(own), bar=bar)


def _mean(
    name: str,
    own: Sequence[Scored],
    measure: Callable[[Scored], float],
    bar: float | None = None,
    limit: float | None = None,
) -> Figure:
    values = np.array([measure(one) for one in own])
    value, low, high = bootstrap(partial(_mean_of, values), [one.answer.story for one in own])
    return Figure(name, value, low, high, n=len(own), bar=bar, limit=limit)


def _mean_of(values: Vector, i: NDArray[np.int_]) -> float:
    return float(values[i].mean())


def _length(name: str, own: Sequence[Scored]) -> Figure:
    words = np.array([float(units(one.answer.text, one.answer.language)) for one in own])
    aimed = np.array([float(one.answer.level) for one in own])
    value, low, high = bootstrap(lambda i: pearson(words[i], aimed[i]), [one.answer.story for one in own])
    return Figure(name, value, low, high, n=len(own))


def _of_stories(name: str, found: Sequence[float], bar: float | None = None) -> Figure:
    """The mean of one value a story; stories are drawn again for its interval."""
    values = np.array(found, dtype=float)
    value, low, high = bootstrap(partial(_mean_of, values), [str(place) for place in range(len(found))])
    return Figure(name, value, low, high, n=len(found), bar=bar)


def _stories(own: Sequence[Scored]) -> list[list[Scored]]:
    names = dict.fromkeys(one.answer.story for one in own)
    return [[one for one in own if one.answer.story == name] for name in names]


def _inside(own: Sequence[Scored]) -> list[float]:
    found = []
    for story in _stories(own):
        levels = np.array([one.level for one in story])
        if len(story) > 2 and np.ptp(levels) > 0:
            found.append(pearson(levels, np.array([float(one.answer.level) for one in story])))
    return found


def _above(own: Sequence[Scored], telling: str) -> list[float]:
    found = []
    for story in _stories(own):
        by = {one.answer.telling: one.level for one in story}
        if {telling, "wrong"} <= by.keys():
            found.append(float(by[telling] > by["wrong"]))
    return found


def _apart(own: Sequence[Scored], one: str, other: str) -> list[float]:
    found = []
    for story in _stories(own):
        by = {told.answer.telling: told.level for told in story}
        if {one, other} <= by.keys():
            found.append(by[one] - by[other])
    return found
