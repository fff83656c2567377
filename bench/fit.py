"""`python -m bench fit`: fit the constants of the evidence scorer on the open sets and write its files.

Only sets whose licence lets a fitted constant ship are used: the simulated interviews (MIT) and the development half of
the authored twins (ours). Deterministic: the same data give the same file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import fit_deeds, fit_idle, fit_reference, fit_relevance
from bench.datasets import short_answers, simulated, siop, twins
from bench.datasets.authored import CHOSEN, FITTED, SUPPLEMENTS, authored
from bench.setting import authored_folder, idle_file, shared_data, text_embedder, twin_folder
from interview_engine.assessment.evidence import level, quotes
from interview_engine.assessment.evidence.reading import Piece, read
from interview_engine.assessment.evidence.reference import ReferenceModel
from interview_engine.assessment.evidence.relevance import RelevanceModel
from interview_engine.assessment.evidence.routing import route, sentence_weights
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText, Embedder

Matrix = NDArray[np.float64]

SIGNS = np.array([1.0] * len(level.FOR) + [-1.0] * len(level.AGAINST))

BELIEF = {
    "method": 0.10,
    "check": 0.10,
    "instrument": 0.03,
    "precise": 0.08,
    "outcome": 0.08,
    "reason": 0.04,
    "sequence": 0.04,
    "episode": 0.04,
    "learning": 0.10,
    "action": 0.12,
    "number": 0.12,
    "named": 0.05,
    "compare": 0.08,
    "probe": 0.12,
    "restraint": 0.05,
    "upper": 0.05,
    "vague": -0.10,
    "no_method": -0.08,
    "default": -0.08,
    "external": -0.06,
    "reactive": -0.05,
    "habit": -0.08,
    "simple": -0.04,
    "uncertain": -0.04,
    "undone": -0.04,
    "general": -0.15,
    "deflect": -0.08,
    "unknown": -0.10,
    "taken_back": -0.10,
    "lower": -0.05,
    "negated": -0.05,
}
"""What the weights are drawn towards where the data say little: own, specific, checked action with its outcome counts
for, generality and deflection against (behaviour description interviewing; Janz 1982, Taylor & Small 2002)."""

PULL = 150.0
"""Strength of that pull, in rows of data."""

TWIN_WEIGHT = 12.0
"""Rows of simulated text that one authored answer counts as: there are few, and they are what speech is like."""

LEAST_SPREAD = 0.05
"""Smallest spread of a density: a cue that is rare in the fitting data must not become a lever."""

PRIOR = 1.05
PRIOR_WEIGHT = 0.15
"""Pooling (docs/scoring.md, step 7): what keeps a score near the middle while little was said."""

RELIABILITY = 0.3
"""Of one answer, for level.pool: the slope of the label on the mean of several answers is about twice that on one
answer (simulated interviews against authored single answers); Spearman and Brown's formula then gives .3 to .4."""

INDICATOR_WEIGHT = 0.10
INDICATOR_MEAN = 0.7
INDICATOR_LIMIT = 4
"""An indicator shown adds 0.5 of 10, at most four count, and the mean authored answer (0.7 shown) is left where it is.
Set by hand: the simulated interviews have no indicators."""

WIDER = 1.2
"""Band of a competency of which little was said, re the usual band (docs/scoring.md, "Set by hand")."""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer in the fit: its densities, the level it should have (0..2), and who and what it belongs to."""

    source: str
    language: str
    group: str
    domain: str
    density: Matrix
    target: float
    shown: int | None
    words: float = 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated interview in the fit: rows of its answers, and their weight per dimension (turns x dimensions)."""

    person: str
    domain: str
    rows: tuple[Row, ...]
    weights: Matrix
    labels: Matrix


def simulated_people(found: Sequence[simulated.Interview], embedder: Embedder) -> list[Person]:
    """Every interview as rows; the target of a turn is the mean of the labels under its routing weights."""
    encoder = Encoder(embedder)
    people = []
    for interview in found:
        kit = simulated.kit_of(interview.rubric, [question for question, _ in interview.turns])
        index = build(kit, "en", encoder)
        labels = np.array([interview.labels[entry.competency.id] for entry in index.competencies], dtype=float)
        rows, weights = [], []
        for answer in simulated.answers_of(interview.turns):
            reading = read(answer, index, encoder)
            routes = route(reading, index)
            weight = np.array([routes.get(position, 0.0) for position in range(len(labels))])
            density = _density(reading.pieces, [piece.weight for piece in reading.pieces])
            share = weight / weight.sum() if weight.sum() > 0 else np.full(len(labels), 1 / len(labels))
            rows.append(
                Row("simulated", "en", interview.person, interview.domain, density, float(share @ labels), None)
            )
            weights.append(weight)
        people.append(Person(interview.person, interview.domain, tuple(rows), np.array(weights), labels))
    return people


def twin_rows(found: Sequence[twins.Twin], embedder: Embedder) -> list[Row]:
    """The authored answers as rows, at their target level."""
    encoder = Encoder(embedder)
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    indexes: dict[tuple[str, str], KitIndex] = {}
    rows = []
    for twin in found:
        key = (twin.kit, twin.language)
        if key not in indexes:
            indexes[key] = build(kits[twin.kit], twin.language, encoder)
        index = indexes[key]
        reading = read(AnswerText(twin.question, twin.language, twin.text), index, encoder)
        position = next(i for i, entry in enumerate(index.competencies) if entry.competency.id == twin.competency)
        if reading.reason is not None or position not in reading.probed:
            continue
        weights = sentence_weights(reading, index, position)
        shown = len({one.indicator for one in quotes.showings([reading], index.competencies[position])})
        target = (twin.level - 1.0) / 2.0
        rows.append(
            Row(
                "twins",
                twin.language,
                twin.story,
                twin.kit,
                _density(reading.pieces, weights),
                target,
                shown,
                reading.words,
            )
        )
    return rows


def _density(pieces: Sequence[Piece], weights: Sequence[float]) -> Matrix:
    found = level.densities(pieces, weights)
    return np.array([found[name] for name in level.CATEGORIES])


def fit(people: Sequence[Person], authored: Sequence[Row]) -> level.Constants:
    """Constants from the given interviews and authored answers: ridge towards BELIEF with fixed signs, then a stretch
    that undoes the shrinkage of ridge and pooling, estimated on people left out."""
    factor, spread = _held_out(people, authored)
    solved = _solve(people, authored)
    weights = {name: factor * value for name, value in solved.weights.items()}
    return replace(solved, weights=weights, spread=spread, wide_spread=WIDER * spread)


def _solve(people: Sequence[Person], authored: Sequence[Row]) -> level.Constants:
    rows = [row for person in people for row in person.rows]
    means, spreads = _moments(rows, authored)
    everything = [*rows, *authored]
    z = np.array([_z(row.density, row.language, means, spreads) for row in everything])
    y = np.array([row.target - _indicator_part(row.shown) for row in everything])
    weight = np.array([TWIN_WEIGHT if row.source == "twins" else 1.0 for row in everything])
    kinds = ["all"]
    own = np.ones((len(everything), 1))
    a = np.concatenate([z, own], axis=1)
    pull = np.concatenate([np.full(z.shape[1], PULL), np.full(len(kinds), 1e-6)])
    start = np.concatenate([[BELIEF[name] for name in level.CATEGORIES], np.ones(len(kinds))])
    free = np.ones(a.shape[1], dtype=bool)
    while True:
        part = a[:, free]
        left = part.T @ (part * weight[:, None]) + np.diag(pull[free])
        right = part.T @ (weight * y) + pull[free] * start[free]
        solution = np.zeros(a.shape[1])
        solution[free] = np.linalg.solve(left, right)
        wrong = np.concatenate([solution[: z.shape[1]] * SIGNS < -1e-12, np.zeros(len(kinds), dtype=bool)])
        if not wrong.any():
            break
        free &= ~wrong
    intercept = float(np.mean(solution[z.shape[1] :]))
    weights = dict(zip(level.CATEGORIES, map(float, solution[: z.shape[1]]), strict=True))
    return level.Constants(
        intercept=intercept,
        weights=weights,
        means=means,
        spreads=spreads,
        indicator_weight=INDICATOR_WEIGHT,
        indicator_mean=INDICATOR_MEAN,
        indicator_limit=INDICATOR_LIMIT,
        prior=PRIOR,
        prior_weight=PRIOR_WEIGHT,
        reliability=RELIABILITY,
        spread=0.0,
        wide_spread=0.0,
    )


def _moments(
    rows: Sequence[Row], authored: Sequence[Row]
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Mean and spread of each density: English over both sources with equal say, Mandarin over the authored answers."""
    english = [np.array([row.density for row in rows])] if rows else []
    english += [np.array([row.density for row in authored if row.language == "en"])]
    chinese = np.array([row.density for row in authored if row.language == "zh"])
    mean = {"en": np.mean([part.mean(axis=0) for part in english], axis=0), "zh": chinese.mean(axis=0)}
    spread = {"en": np.mean([part.std(axis=0) for part in english], axis=0), "zh": chinese.std(axis=0)}
    return (
        {language: _named(values) for language, values in mean.items()},
        {language: _named(np.maximum(values, LEAST_SPREAD)) for language, values in spread.items()},
    )


def _named(values: Matrix) -> dict[str, float]:
    return dict(zip(level.CATEGORIES, map(float, values), strict=True))


def _z(
    density: Matrix, language: str, means: Mapping[str, Mapping[str, float]], spreads: Mapping[str, Mapping[str, float]]
) -> Matrix:
    mean = np.array([means[language][name] for name in level.CATEGORIES])
    spread = np.array([spreads[language][name] for name in level.CATEGORIES])
    z: Matrix = np.clip((density - mean) / spread, -level.Z_LIMIT, level.Z_LIMIT)
    return z


def _indicator_part(shown: int | None) -> float:
    return 0.0 if shown is None else INDICATOR_WEIGHT * (min(shown, INDICATOR_LIMIT) - INDICATOR_MEAN)


def row_level(row: Row, fitted: level.Constants) -> float:
    """s of a row under the constants, as level.level computes it."""
    weights = np.array([fitted.weights[name] for name in level.CATEGORIES])
    s = fitted.intercept + float(_z(row.density, row.language, fitted.means, fitted.spreads) @ weights)
    return min(level.HIGH, max(level.LOW, s + _indicator_part(row.shown)))


def pooled(person: Person, fitted: level.Constants) -> Matrix:
    """Pooled level 0..2 per dimension of a simulated interview."""
    s = np.array([row_level(row, fitted) for row in person.rows])
    return np.array([level.pool(list(s), list(weights), fitted) for weights in np.maximum(person.weights.T, 1e-9)])


def _held_out(people: Sequence[Person], authored: Sequence[Row], folds: int = 5) -> tuple[float, float]:
    """Factor for the weights and half-width of the band, both from people and stories left out of the fit.

    The factor is the slope of the label on the prediction, the mean of simulated interviews and authored answers: it
    gives back the spread that ridge and pooling took. The band holds two labels in three (mean of both sources).
    """
    names = sorted({person.person for person in people})
    stories = sorted({row.group for row in authored})
    pooled_pairs: list[tuple[float, float]] = []
    single_pairs: list[tuple[float, float]] = []
    for fold in range(folds):
        out = {name for i, name in enumerate(names) if i % folds == fold}
        out_stories = {story for i, story in enumerate(stories) if i % folds == fold}
        fitted = _solve(
            [person for person in people if person.person not in out],
            [row for row in authored if row.group not in out_stories],
        )
        for person in people:
            if person.person in out:
                pooled_pairs += list(zip(map(float, pooled(person, fitted)), map(float, person.labels), strict=True))
        for row in authored:
            if row.group in out_stories:
                single_pairs.append((level.pool([row_level(row, fitted)], [1.0], fitted), row.target))
    sources = [np.array(pairs) for pairs in (pooled_pairs, single_pairs) if pairs]
    factor = float(np.clip(np.mean([_slope(pairs[:, 0], pairs[:, 1]) for pairs in sources]), 1.0, 2.0))
    widths = []
    for pairs in sources:
        value = np.clip(5.0 * (PRIOR + factor * (pairs[:, 0] - PRIOR)), 0.0, 10.0)
        widths.append(float(np.quantile(np.abs(5.0 * pairs[:, 1] - value), 2 / 3)))
    return factor, float(np.mean(widths))


def _slope(x: Matrix, y: Matrix) -> float:
    return float(((x - x.mean()) * (y - y.mean())).sum() / max(1e-9, ((x - x.mean()) ** 2).sum()))


def document(fitted: level.Constants | ReferenceModel | RelevanceModel, about: str) -> str:
    """The JSON file: constants rounded to 4 places, so that it is the same wherever it is made."""

    def rounded(value: object) -> object:
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, Mapping):
            return {key: rounded(entry) for key, entry in value.items()}
        if isinstance(value, tuple):
            return [rounded(entry) for entry in value]
        return value

    body = {"about": about, **{field.name: rounded(getattr(fitted, field.name)) for field in fields(fitted)}}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def main(argv: Sequence[str]) -> int:
    """Fit on everything open and write the constants (into --out FOLDER)."""
    parser = argparse.ArgumentParser(prog="python -m bench fit", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(level.__file__).parent)
    parser.add_argument("--only", choices=("idle", "level", "reference", "deeds", "relevance"))
    arguments = parser.parse_args(argv)
    embedder = text_embedder()
    steps = {"idle": _idle, "level": _level, "reference": _reference, "relevance": _relevance, "deeds": _deeds}
    for name, step in steps.items():
        if arguments.only in (None, name):
            step(arguments.out, embedder)
            embedder.save()
    return 0


def _idle(out: Path, embedder: Embedder) -> None:
    padded = fit_idle.padding(idle_file(), embedder)
    without_the_last = [author for author in FITTED if author != SUPPLEMENTS[-1]]
    fitted = fit_idle.fit(padded, fit_idle.told(authored(authored_folder(), without_the_last), embedder))
    about = "Fitted by `python -m bench fit` on tests/data/idle and the authors that fit (tests/data/authored)."
    (out / "idle.json").write_text(fit_idle.document(fitted, about), encoding="utf-8")
    print(f"{sum(map(len, padded.values()))} sentences of padding -> idle.json")


def _level(out: Path, embedder: Embedder) -> None:
    people = simulated_people(simulated.interviews(shared_data() / "A_text"), embedder)
    own = twin_rows([twin for twin in twins.twins(twin_folder()) if twin.split == "dev"], embedder)
    fitted = fit(people, own)
    about = "Fitted by `python -m bench fit` on the simulated interviews (MIT) and the development twins."
    (out / "level.json").write_text(document(fitted, about), encoding="utf-8")
    print(f"{len(people)} interviews, {len(own)} authored answers -> level.json")
    for name in level.CATEGORIES:
        print(f"  {name:12s} {fitted.weights[name]:+.3f}")


def _reference(out: Path, embedder: Embedder) -> None:
    answers = fit_reference.sampled(short_answers.saf(shared_data() / "A_text"))
    features = fit_reference.measured(answers, embedder)
    marks = np.array([answer.mark for answer in answers])
    compared = fit_reference.fit(features, marks)
    cut = fit_reference.full_mark_cut(features, marks, [answer.question_id for answer in answers])
    print(f"best cut for a full mark, questions left out: {cut:.2f} (short.CORRECT)")
    about = "Fitted by `python -m bench fit` on SAF (MIT)."
    (out / "reference.json").write_text(document(compared, about), encoding="utf-8")
    print(f"{len(answers)} marked answers -> reference.json")
    for name, weight in compared.weights.items():
        print(f"  {name:24s} {weight:+.3f}")


def _relevance(out: Path, embedder: Embedder) -> None:
    applicants = fit_relevance.fitting_half(siop.applicants(shared_data() / "A_text"))
    five = [author for author in FITTED if author not in SUPPLEMENTS]
    found = fit_relevance.pairs(authored(authored_folder(), five), applicants, embedder)
    fitted = fit_relevance.fit(found)
    about = "Fitted by `python -m bench fit` on five authors and half of the applicants of SIOP 2024 (MIT)."
    (out / "relevance.json").write_text(document(fitted, about), encoding="utf-8")
    print(f"{len(found)} answers under a question -> relevance.json")


def _deeds(out: Path, embedder: Embedder) -> None:
    accounts = fit_deeds.told_authored(authored(authored_folder(), (*FITTED, *CHOSEN)), embedder)
    own = fit_deeds.told_twins([twin for twin in twins.twins(twin_folder()) if twin.split == "dev"], embedder)
    fitted = fit_deeds.fit(accounts, own, SIGNS, level.constants())
    about = "Fitted by `python -m bench fit` on six authors, two supplements (tests/data/authored), development twins."
    (out / "deeds.json").write_text(fit_deeds.document(fitted.model, about), encoding="utf-8")
    (out / "account.json").write_text(document(fitted.constants, about), encoding="utf-8")
    print(f"{len(accounts)} accounts, {len(own)} twins -> deeds.json, account.json")
