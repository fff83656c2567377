"""Validity on the authored Mandarin and English answers: levels, twins, modest wording, adversarial families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets.twins import Twin, twins
from bench.outcome import Figure, SetOutcome, bootstrap
from bench.setting import fresh_twin_folder
from interview_engine.assessment.calibration.agreement import pearson, quadratic_weighted_kappa
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText, ContentScores, Embedder, Scorer
from interview_engine.assessment.text import units

REFUSED = (
    *("one-word", "empty-ish", "keyword-list", "anchor-read-aloud"),
    *("question-read-back", "verse", "other-language", "other-language-undeclared", "swap", "other-topic"),
)
LOWEST_BAND = 2.5
"""Of 10: the lowest of the five levels reaches up to 1.25, a band round it to 2.5."""

STEPS = (2.25, 3.75)
"""Levels between the three that authors aimed at: 1.5, 3 and 4.5."""

TWIN_LIMIT = 0.7
"""Levels (1..5) by which an answer and its translation may differ; as points of 10 the stricter limit of the same
figure."""

POINTS_PER_LEVEL = 2.5


@dataclass(frozen=True, slots=True)
class Scored:
    """An authored answer with its score 0..10 for the competency named (None: not assessed) and the answer's reason."""

    twin: Twin
    value: float | None
    reason: str

    @property
    def level(self) -> float:
        """On 1..5; an answer that could not be assessed stands at 1."""
        return 1.0 + 0.4 * (self.value or 0.0)


def fresh(embedder: Embedder, most: int | None) -> list[SetOutcome]:
    """The answers of tests/data/twins_fresh, all of them whatever `most` says: nothing is ever fitted on them."""
    return measured(fresh_twin_folder(), ("fresh",), EvidenceScorer(embedder))


def measured(folder: Path, splits: Sequence[str], scorer: Scorer) -> list[SetOutcome]:
    """Per split the levels of the answers in `folder` and the adversarial ones of its folder `adversarial`."""
    plain = score_all(twins(folder), scorer)
    against = score_all(twins(folder / "adversarial"), scorer)
    outcomes = []
    for split in splits:
        outcomes.append(levels(plain, split))
        outcomes.append(adversarial(against, plain, split))
    return outcomes


def score_all(found: Sequence[Twin], scorer: Scorer) -> list[Scored]:
    """Every answer scored by itself through the public function."""
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    scored = []
    for twin in found:
        result = scorer.score(kits[twin.kit], [AnswerText(twin.question, twin.language, twin.text)])
        reason = result.answers[0].reason
        scored.append(Scored(twin, value_of(result, twin.competency), reason.code if reason else ""))
    return scored


def value_of(result: ContentScores, competency: str) -> float | None:
    """The score of one competency, None when it was not assessed."""
    for one in result.competencies:
        if one.competency_id == competency:
            return one.score.value if one.score else None
    return None


def levels(scored: Sequence[Scored], split: str) -> SetOutcome:
    """Agreement with the authors' levels, per language, and of twins and modest versions with their originals."""
    own = [one for one in scored if one.twin.split == split]
    plain = [one for one in own if not one.twin.family]
    figures = []
    for language in ("zh", "en"):
        part = [one for one in plain if one.twin.language == language]
        y = np.array([one.twin.level for one in part])
        x = np.array([one.level for one in part])
        stories = [one.twin.story for one in part]
        length = np.array([units(one.twin.text, language) for one in part], dtype=float)
        value, low, high = bootstrap(partial(_pearson, x, y), stories)
        figures.append(Figure(f"{language}: r with the level aimed at", value, low, high, n=len(part)))
        steps = np.digitize(x, STEPS)
        figures.append(
            Figure(
                f"{language}: QWK (3 levels)",
                quadratic_weighted_kappa(steps, np.digitize(y, STEPS), (0, 1, 2)),
                n=len(part),
            )
        )
        figures.append(Figure(f"{language}: mean error in levels", float(np.mean(np.abs(x - y))), n=len(part)))
        figures.append(Figure(f"{language}: r of length alone", pearson(length, y), n=len(part)))
        figures.append(Figure(f"{language}: not assessed", float(sum(one.value is None for one in part)), n=len(part)))
        figures.append(Figure(f"{language}: high above its own low", _ordered(part), n=len(part) // 3))
    figures += _pairs(own)
    note = "may build the scorer" if split == "dev" else "never used to build the scorer"
    return SetOutcome(
        f"authored twins, {split}", "this project", f"levels aimed at by their author; {note}", tuple(figures)
    )


def _pearson(x: NDArray[np.float64], y: NDArray[np.float64], chosen: NDArray[np.int_]) -> float:
    return pearson(x[chosen], y[chosen])


def _ordered(part: Sequence[Scored]) -> float:
    """Share of stories whose high answer scores above its low one."""
    by_story: dict[tuple[str, str], dict[float, float]] = {}
    for one in part:
        by_story.setdefault((one.twin.competency, one.twin.story), {})[one.twin.level] = one.level
    found = [told[max(told)] > told[min(told)] for told in by_story.values() if len(told) > 1]
    return float(np.mean(found))


def _pairs(own: Sequence[Scored]) -> list[Figure]:
    by_id = {one.twin.id: one for one in own}
    apart = [
        one.level - by_id[one.twin.twin_of].level
        for one in own
        if one.twin.language == "zh" and not one.twin.family and one.twin.twin_of in by_id
    ]
    modest = [
        one.level - by_id[one.twin.twin_of].level
        for one in own
        if one.twin.family == "modest" and one.twin.twin_of in by_id
    ]
    figures = [
        Figure("twins: mean difference zh - en (levels)", float(np.mean(apart)), n=len(apart)),
        Figure("twins: mean absolute difference", float(np.mean(np.abs(apart))), n=len(apart)),
        Figure("twins: share within 0.7", float(np.mean(np.abs(apart) <= TWIN_LIMIT)), n=len(apart)),
        Figure(
            "twins: share within 0.7 of 10",
            float(np.mean(np.abs(apart) <= TWIN_LIMIT / POINTS_PER_LEVEL)),
            n=len(apart),
        ),
    ]
    if modest:
        figures.append(Figure("modest: mean difference to the plain telling", float(np.mean(modest)), n=len(modest)))
    return figures


def adversarial(scored: Sequence[Scored], plain: Sequence[Scored], split: str) -> SetOutcome:
    """Per family and language: the share that ended as it must, and the reasons given."""
    by_id = {one.twin.id: one for one in plain}
    own = [one for one in scored if one.twin.split == split]
    figures = []
    for family in sorted({one.twin.family for one in own}):
        for language in ("zh", "en"):
            part = [
                one for one in own if one.twin.family == family and (one.twin.language == "zh") == (language == "zh")
            ]
            if not part:
                continue
            right = [_as_it_must(one, by_id) for one in part]
            why = ", ".join(sorted({one.reason or "scored" for one in part}))
            figures.append(Figure(f"{family} ({language})", float(np.mean(right)), n=len(part), bar=1.0, ceiling=why))
    return SetOutcome(f"adversarial answers, {split}", "this project", "share that ended as it must", tuple(figures))


def _as_it_must(one: Scored, by_id: dict[str, Scored]) -> bool:
    if one.twin.family in REFUSED:
        return one.value is None or one.value <= LOWEST_BAND
    if one.twin.family == "self-contradiction":
        return one.value is None or one.value <= 5.0
    under = by_id.get(one.twin.twin_of)
    if under is None:
        return False
    if under.value is None or one.value is None:
        return under.value is None and one.value is None
    return abs(one.value - under.value) <= 0.5
