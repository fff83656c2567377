"""`python -m bench validity_calibrated [--sets …]`: what a calibration adds, on people and answers left out of it.

Through the product's public functions (FeatureReader, cross_validated, panel): simulated interviews calibrated on other
people of the same domain (the scorer beneath was fitted on the other domain), and short answers calibrated on other
answers to the same question (SAF's comparison constants were fitted on the other questions; nothing is fitted on
Carousel and OS-grader but the calibration that is measured here and thrown away). Prints the length baseline and
bootstrap intervals, and writes bench/results/validity-calibrated-<set>.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import fit_reference
from bench.conventions import write_json
from bench.datasets import short_answers, simulated
from bench.datasets.short_answers import ShortAnswer
from bench.datasets.twins import twins
from bench.outcome import Figure, SetOutcome, bootstrap, lexical_length
from bench.setting import results_folder, shared_data, text_embedder, twin_folder
from bench.validity_parts.interviews import CUTS, LeftOut
from bench.vector_cache import CachedEmbedder
from interview_engine.assessment.calibration.agreement import cohens_kappa, pearson, quadratic_weighted_kappa
from interview_engine.assessment.calibration.features import FeatureReader
from interview_engine.assessment.calibration.fit import FOLDS, Example, cross_validated, fit
from interview_engine.assessment.calibration.learn import LEAST_RATINGS
from interview_engine.assessment.calibration.panel import among, compare
from interview_engine.assessment.evidence.reference import ReferenceModel
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.scoring import AnswerText, Embedder, Scorer

Vector = NDArray[np.float64]
Chosen = NDArray[np.int_]

LEARNED = {20: 0.81, 80: 0.84, 240: 0.87}
"""Ratings that a calibration begins with, and the bar of the agreement with people left out."""

REPEATS = 3

RIGHT = 5.0
"""Score from which a yes/no mark is yes: the middle of the scale, not tuned."""


def interviews(embedder: CachedEmbedder) -> SetOutcome:
    """Simulated interviews, five folds by person (resume) inside each domain."""
    folder = shared_data() / "A_text"
    left_out = LeftOut(embedder, folder, twins(twin_folder()))
    found = simulated.interviews(folder)
    examples: list[Example] = []
    domains: list[list[Example]] = []
    held: list[float] = []
    levels: list[float] = []
    length: list[float] = []
    for domain in sorted({interview.domain for interview in found}):
        reader = FeatureReader(partial(_given, left_out.scorer(domain)), embedder)
        own: list[Example] = []
        for number, interview in enumerate(found):
            if interview.domain != domain:
                continue
            kit = simulated.kit_of(interview.rubric, [question for question, _ in interview.turns])
            _, features = reader.read(kit, simulated.answers_of(interview.turns))
            words = lexical_length(" ".join(answer for _, answer in interview.turns))
            for one in features:
                if one.value is not None:
                    rating = 5.0 * interview.labels[one.competency_id]
                    own.append(Example(f"{number}", interview.person, one, rating))
                    length.append(words)
        predicted = cross_validated(own)
        held += list(predicted)
        levels += list(_levels(predicted, np.array([one.rating for one in own]) / 5.0, [one.person for one in own]))
        examples += own
        domains.append(own)
    y = np.array([one.rating for one in examples]) / 5.0
    base, after, long = np.array([one.value for one in examples]), np.array(held), np.array(length)
    people = [one.person for one in examples]
    thirds = np.digitize(long, np.quantile(long, (1 / 3, 2 / 3)))
    figures = (
        Figure(
            "QWK, calibrated on other people of the domain",
            *bootstrap(partial(_weighted, np.digitize(after, CUTS), y), people),
            n=len(y),
            bar=0.84,
            goal=0.88,
        ),
        Figure(
            "  the same, cuts refit on other people (see _levels)",
            *bootstrap(partial(_weighted, np.array(levels), y), people),
            n=len(y),
        ),
        *(figure for ratings in LEARNED for figure in _learned(domains, ratings)),
        Figure("r, calibrated", *bootstrap(partial(_r, after, y), people), n=len(y)),
        Figure("QWK, the scorer beneath", _weighted(np.digitize(base, CUTS), y, np.arange(len(y))), n=len(y)),
        Figure("QWK, length alone (thirds)", _weighted(thirds, y, np.arange(len(y))), n=len(y)),
        Figure(
            "band: two in three residuals within (of 10)", float(np.quantile(np.abs(after - 5 * y), 2 / 3)), n=len(y)
        ),
    )
    return SetOutcome("simulated interviews, calibrated", "MIT", "interviews simulated by a language model", figures)


def _learned(domains: Sequence[Sequence[Example]], ratings: int) -> tuple[Figure, Figure]:
    """QWK at the fixed cuts, and the error of 10, when only so many ratings of other people of the domain are known:
    over `REPEATS` draws together, the interval by person."""
    generator = np.random.default_rng(1)
    values: list[float] = []
    labels: list[float] = []
    people: list[str] = []
    for _ in range(REPEATS):
        for own in domains:
            names = sorted({one.person for one in own})
            for fold in range(FOLDS):
                held = set(names[fold::FOLDS])
                known = [one for one in own if one.person not in held]
                drawn = generator.choice(len(known), min(ratings, len(known)), replace=False)
                made = fit([known[i] for i in sorted(drawn)])
                out = [one for one in own if one.person in held]
                values += [made.predict(one.features) for one in out]
                labels += [one.rating / 5.0 for one in out]
                people += [one.person for one in out]
    x, y = np.array(values), np.array(labels)
    name = f"calibrated on {ratings} ratings, {REPEATS} draws"
    kappa = bootstrap(partial(_weighted, np.digitize(x, CUTS), y), people)
    error = bootstrap(lambda i: float(np.sqrt(np.mean((x[i] - 5 * y[i]) ** 2))), people)
    return (
        Figure(f"QWK, {name}", *kappa, n=len(y), bar=LEARNED[ratings]),
        Figure(f"  error of 10, {name}", *error, n=len(y)),
    )


def _levels(values: Vector, labels: Vector, people: Sequence[str]) -> Vector:
    """Low, medium or high by two cuts, for each fold of people those that agree best (QWK) on the others' scores.

    Not quite left out: the other people's scores come from maps that saw this fold's ratings, so the two cuts know a
    little of them. Therefore the bar stands against the cuts fixed in advance.
    """
    found = np.zeros(len(values))
    names = sorted(set(people))
    for fold in range(FOLDS):
        own = np.isin(people, names[fold::FOLDS])
        cuts = max(
            ((low, high) for low in np.arange(2.0, 4.6, 0.25) for high in np.arange(5.5, 8.1, 0.25)),
            key=partial(_agreement, values[~own], labels[~own]),
        )
        found[own] = np.digitize(values[own], cuts)
    return found


def _agreement(values: Vector, labels: Vector, cuts: tuple[float, float]) -> float:
    return quadratic_weighted_kappa(np.digitize(values, cuts), labels, (0, 1, 2))


def _given(scorer: Scorer, _: Embedder) -> Scorer:
    """A scorer that was made before, with vectors of its own."""
    return scorer


def saf(embedder: CachedEmbedder) -> SetOutcome:
    """SAF, each question calibrated on other answers to it."""
    answers = short_answers.saf(shared_data() / "A_text")
    measured = fit_reference.measured(answers, embedder)
    marks = np.array([answer.mark for answer in answers])
    groups = np.array([answer.question_id for answer in answers])

    def references(question: str) -> ReferenceModel:
        others = groups != question
        return fit_reference.fit(measured[others], marks[others])

    y, base, after, people, length = _short(answers, embedder, references)
    figures = (
        _correlation("r, calibrated on other answers to the question", after, y, people, bar=0.82),
        _correlation("r, the scorer beneath (leaving the question out)", base, y, people),
        _correlation("r, length alone (log words)", length, y, people),
    )
    return SetOutcome("SAF, calibrated", "MIT", "computer networks, about 80 answers a question", figures)


def carousel(embedder: CachedEmbedder) -> SetOutcome:
    """Carousel, each question calibrated on other answers to it."""
    answers = short_answers.carousel(shared_data() / "A_text")
    y, base, after, people, length = _short(answers, embedder)
    right = (y >= RIGHT).astype(float)
    long = (length >= np.median(length)).astype(float)
    figures = (
        Figure(
            "kappa, calibrated on other answers to the question",
            *bootstrap(partial(_kappa, (after >= RIGHT).astype(float), right), people),
            n=len(y),
            bar=0.70,
            goal=0.74,
            ceiling="human .833, zero-shot GPT-4 .740",
        ),
        Figure("kappa, the scorer beneath", _kappa((base >= RIGHT).astype(float), right, np.arange(len(y))), n=len(y)),
        Figure("kappa, length alone", _kappa(long, right, np.arange(len(y))), n=len(y)),
    )
    return SetOutcome("Carousel, calibrated", "CC BY-NC, measured only", "school answers, right or wrong", figures)


def os_grader(embedder: CachedEmbedder) -> SetOutcome:
    """OS-grader: three raters beside each other and beside the score."""
    answers = short_answers.os_grader(shared_data() / "A_text")
    y, base, after, people, length = _short(answers, embedder)
    table = 10.0 * np.array([answer.raters for answer in answers])
    human, kappa = among(table)
    before, later = compare(base, y, people), compare(after, y, people)
    figures = (
        Figure("human-human ICC(A,1)", human.single, n=human.items),
        Figure("human-human ICC(A,k), three raters", human.average, n=human.items),
        Figure("human-human QWK (levels 1-5)", kappa, n=human.items),
        Figure("human-engine ICC(A,1), uncalibrated", before.icc.single, n=len(y)),
        Figure("human-engine ICC(A,1), calibrated", later.icc.single, n=len(y)),
        Figure("human-engine QWK, uncalibrated", before.kappa.value, before.kappa.low, before.kappa.high, n=len(y)),
        Figure("human-engine QWK, calibrated", later.kappa.value, later.kappa.low, later.kappa.high, n=len(y)),
        _correlation("r, uncalibrated", base, y, people),
        _correlation("r, calibrated on other answers to the question", after, y, people),
        _correlation("r, length alone (log words)", length, y, people),
    )
    return SetOutcome("OS-grader, calibrated", "not stated, measured only", "40 answers to each of three", figures)


def _short(
    answers: Sequence[ShortAnswer],
    embedder: Embedder,
    references: Callable[[str], ReferenceModel | None] = lambda _: None,
) -> tuple[Vector, Vector, Vector, list[str], Vector]:
    """Mark, score beneath, calibrated score (0..10 each), answer and log words; a calibration for each question with
    enough answers. Where the scorer could not assess, both scores are 0."""
    y = 10.0 * np.array([answer.mark for answer in answers])
    base, after = np.zeros(len(answers)), np.zeros(len(answers))
    for question in sorted({answer.question_id for answer in answers}):
        rows = [i for i, answer in enumerate(answers) if answer.question_id == question]
        kit, ids = short_answers.kit_of([answers[i] for i in rows])
        fitted = references(question)

        def scorer(vectors: Embedder, fitted: ReferenceModel | None = fitted) -> Scorer:
            return EvidenceScorer(vectors, references=fitted)

        reader = FeatureReader(scorer, embedder)
        examples: dict[int, Example] = {}
        for i in rows:
            _, (features,) = reader.read(kit, [AnswerText(ids[question], "en", answers[i].text)])
            if features.value is not None:
                examples[i] = Example(f"{i}", f"{i}", features, float(y[i]))
                base[i] = after[i] = features.value
        if len(examples) >= LEAST_RATINGS:
            after[list(examples)] = cross_validated(list(examples.values()))
    length = np.log1p(np.array([lexical_length(answer.text) for answer in answers]))
    return y, base, after, [f"{i}" for i in range(len(answers))], length


def _correlation(name: str, x: Vector, y: Vector, people: Sequence[str], bar: float | None = None) -> Figure:
    return Figure(name, *bootstrap(partial(_r, x, y), people), n=len(y), bar=bar)


def _r(x: Vector, y: Vector, chosen: Chosen) -> float:
    return pearson(x[chosen], y[chosen])


def _kappa(x: Vector, y: Vector, chosen: Chosen) -> float:
    return cohens_kappa(x[chosen], y[chosen])


def _weighted(x: Vector, y: Vector, chosen: Chosen) -> float:
    return quadratic_weighted_kappa(x[chosen], y[chosen], (0, 1, 2))


SETS: dict[str, Callable[[CachedEmbedder], SetOutcome]] = {
    "os-grader": os_grader,
    "carousel": carousel,
    "saf": saf,
    "interviews": interviews,
}


def main(argv: Sequence[str]) -> int:
    """Measure the chosen sets; exit 0 whether or not bars are reached (the table says)."""
    parser = argparse.ArgumentParser(prog="python -m bench validity_calibrated", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=sorted(SETS), default=None)
    arguments = parser.parse_args(argv)
    embedder = text_embedder()
    for name in arguments.sets or SETS:
        outcome = SETS[name](embedder)
        embedder.save()
        print(outcome.table(), flush=True)
        write_json(results_folder() / f"validity-calibrated-{name}.json", outcome.document())
    return 0
