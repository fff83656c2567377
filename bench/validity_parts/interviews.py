"""Validity on the simulated interviews: agreement per dimension leaving one domain out, and the judge tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import fit
from bench.datasets import simulated, twins
from bench.outcome import Figure, SetOutcome, bootstrap, lexical_length
from interview_engine.assessment.calibration.agreement import pearson, quadratic_weighted_kappa
from interview_engine.assessment.evidence.level import Constants
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.scoring import Embedder, Score

Vector = NDArray[np.float64]

CUTS = (3.1, 7.1)
"""Score (0..10) below which a label is low, and from which it is high, set before (docs/scoring.md, "Set by hand")."""

FLAT_BAR, FLAT_GOAL = 0.5, 0.3


class LeftOut:
    """Scorers whose constants were fitted without one domain of simulated interviews (authored answers stay in)."""

    def __init__(self, embedder: Embedder, folder: Path, authored: Sequence[twins.Twin]) -> None:
        self._embedder = embedder
        self._people = fit.simulated_people(simulated.interviews(folder), embedder)
        self._authored = fit.twin_rows([twin for twin in authored if twin.split == "dev"], embedder)
        self._scorers: dict[str, EvidenceScorer] = {}

    def scorer(self, domain: str) -> EvidenceScorer:
        """The scorer for `domain`, fitted on the other domains."""
        if domain not in self._scorers:
            others = [person for person in self._people if person.domain != domain]
            self._scorers[domain] = EvidenceScorer(self._embedder, self.constants(others))
        return self._scorers[domain]

    def constants(self, people: Sequence[fit.Person]) -> Constants:
        """Constants fitted on these people and the development twins."""
        return fit.fit(people, self._authored)


def scores(scorer: EvidenceScorer, rubric: simulated.Rubric, turns: simulated.Turns) -> dict[str, float | None]:
    """Score 0..10 per dimension of an interview, None where it could not be assessed."""
    return {name: one.value if one else None for name, one in banded(scorer, rubric, turns).items()}


def banded(scorer: EvidenceScorer, rubric: simulated.Rubric, turns: simulated.Turns) -> dict[str, Score | None]:
    """The same with the printed band."""
    kit = simulated.kit_of(rubric, [question for question, _ in turns])
    result = scorer.score(kit, simulated.answers_of(turns))
    return {one.competency_id: one.score for one in result.competencies}


def interviews(left_out: LeftOut, folder: Path) -> SetOutcome:
    """Per-dimension agreement with the true levels, pooled over both domains, each scored by the other's constants."""
    labels: list[int] = []
    values: list[float] = []
    in_band: list[bool] = []
    judge: list[float] = []
    length: list[float] = []
    people: list[str] = []
    domains: list[str] = []
    unscored = 0
    for interview in simulated.interviews(folder):
        found = banded(left_out.scorer(interview.domain), interview.rubric, interview.turns)
        words = lexical_length(" ".join(answer for _, answer in interview.turns))
        for name, label in interview.labels.items():
            score = found[name]
            if score is None:
                unscored += 1
                continue
            labels.append(label)
            values.append(score.value)
            in_band.append(score.low <= 5.0 * label <= score.high)
            judge.append(interview.judge[name])
            length.append(words)
            people.append(interview.person)
            domains.append(interview.domain)
    y, x = np.array(labels, dtype=float), np.array(values)
    by = np.array(domains)
    figures = [
        _kappa("QWK, leaving one domain out", y, x, people, bar=0.72, goal=0.82, ceiling="LLM judge .81"),
        Figure("r, leaving one domain out", *bootstrap(lambda i: pearson(x[i], y[i]), people), n=len(y)),
    ]
    for domain in sorted(set(domains)):
        own = by == domain
        figures.append(_kappa(f"QWK, {domain}", y[own], x[own], [p for p, o in zip(people, own, strict=True) if o]))
    figures.append(Figure("QWK, length alone", _length_kappa(y, np.array(length), by), n=len(y)))
    levels = np.digitize(np.array(judge), (0.67, 1.33))
    figures.append(
        Figure("QWK, authors' LLM judge (mean level)", quadratic_weighted_kappa(levels, y, (0, 1, 2)), n=len(y))
    )
    figures.append(Figure("not assessed", float(unscored), n=len(y) + unscored))
    residual = 5.0 * y - x
    figures.append(Figure("residual standard deviation (of 10)", float(residual.std()), n=len(y)))
    figures.append(Figure("share of labels inside the printed band", float(np.mean(in_band)), n=len(y)))
    return SetOutcome("simulated interviews", "MIT", "interviews simulated by a language model", tuple(figures))


def _kappa(
    name: str,
    y: Vector,
    x: Vector,
    people: Sequence[str],
    bar: float | None = None,
    goal: float | None = None,
    ceiling: str = "",
) -> Figure:
    levels = np.digitize(x, CUTS)

    def kappa(i: NDArray[np.int_]) -> float:
        return quadratic_weighted_kappa(levels[i], y[i], (0, 1, 2))

    value, low, high = bootstrap(kappa, people)
    return Figure(name, value, low, high, n=len(y), bar=bar, goal=goal, ceiling=ceiling)


def _length_kappa(y: Vector, length: Vector, domain: NDArray[np.str_]) -> float:
    """Length with cuts at the label shares of the other domain: as good a length-only scorer as can be had."""
    levels = np.zeros(len(y))
    for name in np.unique(domain):
        own, other = domain == name, domain != name
        cuts = np.quantile(length[other], np.cumsum([np.mean(y[other] == 0), np.mean(y[other] == 1)]))
        levels[own] = np.digitize(length[own], cuts)
    return quadratic_weighted_kappa(levels, y, (0, 1, 2))


def judge_tests(left_out: LeftOut, folder: Path) -> SetOutcome:
    """The judge tests: what must not move, and what must move the right way."""
    flat: dict[str, list[float]] = {name: [] for name in simulated.FLAT_FAMILIES}
    moves: dict[str, list[float]] = {}
    for test in simulated.judge_tests(folder):
        scorer = left_out.scorer(test.domain)
        before = scores(scorer, test.rubric, [*test.base, *test.before])
        after = scores(scorer, test.rubric, [*test.base, *test.before, test.added])
        if test.dimension is None:
            flat[test.family].append(_largest_move(before, after))
            continue
        moves.setdefault(test.family, []).append(_right_way(test, before, after))
    every = np.array([value for values in flat.values() for value in values])
    figures = [
        Figure("must not move: share within ±0.5", float(np.mean(every <= FLAT_BAR)), n=len(every), bar=1.0, goal=1.0),
        Figure("must not move: share within ±0.3", float(np.mean(every <= FLAT_GOAL)), n=len(every)),
        Figure("must not move: largest move", float(every.max()), n=len(every)),
    ]
    figures += [Figure(f"  {name}: largest move", float(np.max(found)), n=len(found)) for name, found in flat.items()]
    bars = {"high-evidence": 0.95, "medium-evidence-debase": 0.95, "low-evidence": 0.75, "high-evidence-debase": 0.75}
    for name, right in moves.items():
        figures.append(Figure(f"{name}: moves the right way", float(np.mean(right)), n=len(right), bar=bars.get(name)))
    return SetOutcome("judge tests", "MIT", "180 turns added to simulated interviews", tuple(figures))


def _or_middle(value: float | None) -> float:
    """A dimension that was not assessed stands at the prior for the purpose of a difference."""
    return 5.0 * fit.PRIOR if value is None else value


def _largest_move(before: dict[str, float | None], after: dict[str, float | None]) -> float:
    """Largest change of a printed score; a score that appears or disappears counts as a full move from the prior."""
    return max(abs(_or_middle(after[name]) - _or_middle(before[name])) for name in before)


def _right_way(test: simulated.JudgeTest, before: dict[str, float | None], after: dict[str, float | None]) -> float:
    """1 when the named dimension moved towards the level of the evidence, or away from it when it was taken back."""
    assert test.dimension is not None
    old, new = _or_middle(before[test.dimension]), _or_middle(after[test.dimension])
    place = 5.0 * simulated.LEVELS[test.level or "medium"]
    if test.family == "medium-evidence":
        return float(abs(new - place) <= abs(old - place) + 1e-9)
    if test.family.endswith("-debase"):
        return float(new > old) if test.level == "low" else float(new < old)
    return float(new > old) if test.level == "high" else float(new < old)
