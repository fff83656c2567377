"""Validity on short answers marked by people: SAF, Carousel, OS-grader, SemEval-2013 task 7 (three-way)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import fit_reference
from bench.datasets import short_answers
from bench.datasets.short_answers import ShortAnswer
from bench.outcome import Figure, SetOutcome, bootstrap, lexical_length
from interview_engine.assessment.calibration.agreement import cohens_kappa, pearson
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.scoring import AnswerText, Embedder

Vector = NDArray[np.float64]

RIGHT = 5.0
"""Score from which a yes/no mark is yes: the middle of the scale, not tuned."""

CORRECT = 7.75
"""Score from which a SemEval answer is "correct": where full marks and others part best on SAF (`python -m bench fit`
prints it). Whatever its score, one that contradicts the reference is "contradictory" if it speaks of the same thing."""

SAME_THING = 2.0
"""Score below which an answer is too far from the reference to contradict it (a convention: the lowest fifth)."""

LABELS = ("correct", "contradictory", "incorrect")


def thinned(answers: Sequence[ShortAnswer], most: int | None) -> list[ShortAnswer]:
    """At most `most` answers, the same ones each time; all when None."""
    if most is None or len(answers) <= most:
        return list(answers)
    return random.Random(1).sample(list(answers), most)


def scored(answers: Sequence[ShortAnswer], scorer: EvidenceScorer) -> list[tuple[float, bool]]:
    """Score 0..10 and whether the answer contradicts its reference, each answer by itself; 0 where not assessed, nan
    where a person is to decide because it contradicts."""
    kit, ids = short_answers.kit_of(answers)
    found = []
    for answer in answers:
        result = scorer.score(kit, [AnswerText(ids[answer.question_id], "en", answer.text)])
        one = result.competencies[0]
        against = any(reason.code == "reference.contradicts" for reason in one.reasons)
        to_person = one.reason is not None and one.reason.code == "reference.contradicts"
        found.append((one.score.value if one.score else float("nan") if to_person else 0.0, against))
    return found


def saf(embedder: Embedder, answers: Sequence[ShortAnswer]) -> SetOutcome:
    """SAF, each question scored by constants fitted on the other questions."""
    features = fit_reference.measured(answers, embedder)
    marks = np.array([answer.mark for answer in answers])
    groups = np.array([answer.question_id for answer in answers])
    values = np.zeros(len(answers))
    for group in sorted(set(groups)):
        own = groups == group
        scorer = EvidenceScorer(embedder, references=fit_reference.fit(features[~own], marks[~own]))
        part = [answer for answer, mine in zip(answers, own, strict=True) if mine]
        values[own] = [value for value, _ in scored(part, scorer)]
    kept = ~np.isnan(values)
    answers = [answer for answer, there in zip(answers, kept, strict=True) if there]
    figures = (*_correlations(values[kept], answers, "leaving one question out", bar=0.68), _to_person(values))
    return SetOutcome("SAF", "MIT", "computer networks, marks of human graders", figures)


def carousel(embedder: Embedder, answers: Sequence[ShortAnswer]) -> SetOutcome:
    """Carousel, the shipped constants and the middle of the scale."""
    found = np.array([value for value, _ in scored(answers, EvidenceScorer(embedder))])
    to_person, answers = _to_person(found), [a for a, value in zip(answers, found, strict=True) if not np.isnan(value)]
    values = found[~np.isnan(found)]
    marks = np.array([answer.mark for answer in answers])
    groups = [answer.question_id for answer in answers]
    length = np.array([lexical_length(answer.text) for answer in answers])
    long = (length >= np.median(length)).astype(float)
    kappa = bootstrap(partial(_kappa, (values >= RIGHT).astype(float), marks), groups)
    figures = (
        Figure("kappa", *kappa, n=len(answers), bar=0.48, goal=0.70, ceiling="human .833, zero-shot GPT-4 .740"),
        Figure("kappa, length alone", _kappa(long, marks, np.arange(len(marks))), n=len(answers)),
        Figure("r", pearson(values, marks), n=len(answers)),
        to_person,
    )
    return SetOutcome("Carousel", "CC BY-NC, measured only", "school answers, right or wrong", figures)


def os_grader(embedder: Embedder, answers: Sequence[ShortAnswer]) -> SetOutcome:
    """OS-grader, the shipped constants."""
    found = np.array([value for value, _ in scored(answers, EvidenceScorer(embedder))])
    to_person, answers = _to_person(found), [a for a, value in zip(answers, found, strict=True) if not np.isnan(value)]
    values = found[~np.isnan(found)]
    figures = list(_correlations(values, answers, "mean of three raters", bar=0.60, ceiling="rater-rater .958"))
    marks = np.array([answer.mark for answer in answers])
    length = np.array([lexical_length(answer.text) for answer in answers])
    groups = np.array([answer.question_id for answer in answers])
    for group in sorted(set(groups)):
        own = groups == group
        text = f"length {pearson(length[own], marks[own]):.2f}"
        r = pearson(values[own], marks[own])
        figures.append(Figure(f"r inside question {group}", r, n=int(own.sum()), ceiling=text))
    figures.append(to_person)
    return SetOutcome("OS-grader", "not stated, measured only", "operating systems homework", tuple(figures))


def semeval(embedder: Embedder, answers: Sequence[ShortAnswer], corpus: str, bar: float) -> SetOutcome:
    """SemEval-2013 task 7, three-way, the shipped constants: no answer of the set was fitted on."""
    found = scored(answers, EvidenceScorer(embedder))
    told = [_three_way(value, no) for value, no in found]
    truth = [answer.label for answer in answers]
    groups = [answer.question_id for answer in answers]
    value, low, high = bootstrap(partial(_macro, told, truth), groups, resamples=200)
    length = np.array([lexical_length(answer.text) for answer in answers])
    long = ["correct" if one else "incorrect" for one in length >= np.median(length)]
    every = np.arange(len(truth))
    figures = (
        Figure("macro F1, three-way", value, low, high, n=len(answers), bar=bar, ceiling="best published, trained: .7"),
        Figure("macro F1, length alone", _macro(long, truth, every), n=len(answers)),
    )
    return SetOutcome(f"SemEval-2013 task 7, {corpus}", "CC BY-SA, measured only", "school science", figures)


def _to_person(values: Vector) -> Figure:
    """The share that gets no number because it seems to contradict the reference; the other figures leave it out."""
    return Figure("given to a person instead of a number", float(np.isnan(values).mean()), n=len(values))


def _three_way(value: float, against: bool) -> str:
    """An answer that says the opposite is not right however alike it is, so contradiction comes first."""
    if against and not value < SAME_THING:
        return "contradictory"
    return "correct" if value >= CORRECT else "incorrect"


def _correlations(
    values: Vector, answers: Sequence[ShortAnswer], note: str, bar: float, ceiling: str = ""
) -> tuple[Figure, ...]:
    marks = np.array([answer.mark for answer in answers])
    length = np.array([lexical_length(answer.text) for answer in answers])
    groups = [answer.question_id for answer in answers]
    value, low, high = bootstrap(partial(_pearson, values, marks), groups)
    return (
        Figure(f"r, {note}", value, low, high, n=len(answers), bar=bar, ceiling=ceiling),
        Figure("r, length alone (log words)", pearson(np.log1p(length), marks), n=len(answers)),
    )


def _pearson(x: Vector, y: Vector, chosen: NDArray[np.int_]) -> float:
    return pearson(x[chosen], y[chosen])


def _kappa(x: Vector, y: Vector, chosen: NDArray[np.int_]) -> float:
    return cohens_kappa(x[chosen], y[chosen])


def _macro(told: Sequence[str], truth: Sequence[str], chosen: NDArray[np.int_]) -> float:
    """Mean of the three classes' F1."""
    scores = []
    for label in LABELS:
        hit = sum(told[i] == label == truth[i] for i in chosen)
        said = sum(told[i] == label for i in chosen)
        true = sum(truth[i] == label for i in chosen)
        scores.append(2 * hit / (said + true) if said + true else 0.0)
    return float(np.mean(scores))
