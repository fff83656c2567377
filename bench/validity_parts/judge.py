"""Validity of the judge scorer with whatever model the settings name: agreement, not-assessed share, tokens, cost.

A judge is slow and costs money, so a sample is scored, always the same: a larger --limit holds the smaller. Read the
interval before the figure.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from bench import setting
from bench.datasets import simulated, twins
from bench.outcome import SEED, Figure, SetOutcome, bootstrap, lexical_length
from interview_engine.assessment.calibration.agreement import pearson, quadratic_weighted_kappa
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import AnswerText, CompetencyResult, ContentScores, Scorer
from interview_engine.assessment.text import units
from interview_engine.errors import ScorerError
from pipelines.scoring.score import judge_scorer

Item = TypeVar("Item")

SETS = ("interviews", "twins")
"""Sets whose levels are those of anchors, so that nothing need be fitted."""

CUTS = (10 / 3, 20 / 3)
"""Thirds of 0..10: a judge names levels by the anchors, so nothing is fitted."""

TWIN_CUTS = (3.125, 6.875)
"""Of 10; between the levels 1.5, 3 and 4.5 that the twins' author aimed at."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One score to compare: `label` 0, 1 or 2; `value` 0..10 or None; `length` of the text; `group` for resampling."""

    label: int
    value: float | None
    length: float
    group: str
    reason: str = ""


def run(sets: Sequence[str], limit: int, minutes: float | None = None) -> int:
    """Score `limit` items of each set with the judge of the settings; print and write validity-judge-<set>.json.

    Args:
        minutes: for each set; no item is begun after them, and the figures are of those that were.

    Raises:
        UsageError: `judge.not_set`. ScorerError: the endpoint failed.
    """
    scorer = judge_scorer(setting.weight_store(), setting.settings())
    for name in sets:
        outcome, spent = measure(scorer, name, limit, minutes)
        print(outcome.table())
        print(f"  {scorer.scorer_id}  {json.dumps(spent)}", flush=True)
        path = setting.results_folder() / f"validity-judge-{name}.json"
        document = {**outcome.document(), "scorer": scorer.scorer_id, "spent": spent}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(scorer: Scorer, name: str, limit: int, minutes: float | None = None) -> tuple[SetOutcome, dict[str, float]]:
    """Figures of a sample of the set, and what it took (sums of the provenance's counts)."""
    started, done = time.monotonic(), 0
    rated: list[Rated] = []
    spent: dict[str, float] = {}
    found = _simulated(scorer, limit) if name == "interviews" else _twins(scorer, limit)
    for done, (some, took) in enumerate(found, start=1):
        rated += some
        for key, value in took.items():
            if isinstance(value, int) and not isinstance(value, bool) and key != "judge_samples":
                spent[key] = spent.get(key, 0) + value
        print(f"\r{done} of {limit}", end="", file=sys.stderr, flush=True)
        if minutes is not None and time.monotonic() - started > 60 * minutes:
            break
    print(file=sys.stderr)
    cuts = CUTS if name == "interviews" else TWIN_CUTS
    licence = {"interviews": "MIT", "twins": "this project"}[name]
    return SetOutcome(f"{name}, judge", licence, f"sample of {done}", _figures(rated, cuts)), spent


def _simulated(scorer: Scorer, limit: int) -> Iterator[tuple[list[Rated], Mapping[str, object]]]:
    every = simulated.interviews(setting.shared_data() / "A_text")
    for interview in _sample(every, limit):
        kit = simulated.kit_of(interview.rubric, [question for question, _ in interview.turns])
        content = _content(scorer, kit, simulated.answers_of(interview.turns))
        words = lexical_length(" ".join(answer for _, answer in interview.turns))
        rows = [_rated(content, name, label, words, interview.person) for name, label in interview.labels.items()]
        yield rows, content.settings


def _twins(scorer: Scorer, limit: int) -> Iterator[tuple[list[Rated], Mapping[str, object]]]:
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    plain = [twin for twin in twins.twins(setting.twin_folder()) if not twin.family]
    for twin in _sample(plain, limit):
        kit = _only(kits[twin.kit], twin.competency)
        content = _content(scorer, kit, [AnswerText(twin.question, twin.language, twin.text)])
        label = {1.5: 0, 3.0: 1, 4.5: 2}[twin.level]
        length = units(twin.text, twin.language) * (0.62 if twin.language == "zh" else 1.0)
        yield [_rated(content, twin.competency, label, length, twin.story)], content.settings


def _content(scorer: Scorer, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
    """What the judge says. Replies none of which is usable fail an assessment; here they are counted and it goes on."""
    try:
        return scorer.score(kit, answers)
    except ScorerError as error:
        if error.code != "judge.invalid_reply":
            raise
        failed = Reason(error.code)
        results = tuple(CompetencyResult(c.id, "cannot_assess", None, (), (), (), (), failed) for c in kit.competencies)
        return ContentScores(results, (), {"judge_failed": 1})


def _only(kit: Kit, competency: str) -> Kit:
    """The kit with one competency: a request a sample and answer, instead of one for each that a question probes."""
    questions = tuple(replace(q, probes=tuple(p for p in q.probes if p == competency)) for q in kit.questions)
    return replace(
        kit, competencies=(kit.competency(competency),), questions=questions, sha256=f"{kit.sha256}:{competency}"
    )


def _sample(items: Sequence[Item], limit: int) -> list[Item]:
    """The first `limit` of a shuffle that is always the same; even distances would keep step with the levels."""
    order = np.random.default_rng(SEED).permutation(len(items))
    return [items[place] for place in order[:limit]]


def _rated(content: ContentScores, competency: str, label: int, length: float, group: str) -> Rated:
    result = next(one for one in content.competencies if one.competency_id == competency)
    reason = result.reason.code if result.reason else ""
    return Rated(label, result.score.value if result.score else None, length, group, reason)


def _figures(rated: Sequence[Rated], cuts: tuple[float, float]) -> tuple[Figure, ...]:
    scored = [one for one in rated if one.value is not None]
    reasons = sorted({one.reason for one in rated if one.value is None})
    figures = [
        Figure(f"not assessed: {reason}", float(sum(one.reason == reason for one in rated)), n=len(rated))
        for reason in reasons
    ]
    if len({one.label for one in scored}) < 2:
        return tuple(figures)
    y = np.array([one.label for one in scored], dtype=float)
    x = np.array([one.value for one in scored], dtype=float)
    length = np.array([one.length for one in scored])
    groups = [one.group for one in scored]
    steps = np.digitize(x, cuts)
    kappa = bootstrap(lambda i: quadratic_weighted_kappa(steps[i], y[i], (0, 1, 2)), groups)
    agreement = bootstrap(lambda i: pearson(x[i], y[i]), groups)
    return (
        Figure("QWK (3 levels, nothing fitted)", *kappa, n=len(y)),
        Figure("r", *agreement, n=len(y)),
        Figure("r of length alone", pearson(length, y), n=len(y)),
        *figures,
    )
