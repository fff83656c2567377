"""Fit what accounts are scored by on the authored answers: deeds.json (direction and probes) and account.json (cues).

The authors in `authored.FITTED` and `authored.CHOSEN` and the development twins fit; every chance that the level is
fitted on comes from probes that did not see the author. Deterministic: the same data give the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.datasets.authored import Authored
from bench.datasets.twins import Twin
from interview_engine.assessment.evidence import deeds, level
from interview_engine.assessment.evidence.reading import IN_FAVOUR, Reading, deed_flags, read_sentences
from interview_engine.assessment.evidence.routing import sentence_weights
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Competency, Kit, Phrases, Question
from interview_engine.assessment.scoring import AnswerText, Embedder
from interview_engine.i18n import LocalizedText
from models.text.vectors import DIMENSION

Matrix = NDArray[np.float64]

PROBE_PULL = 10.0
"""Ridge of a probe (least squares, sum over sentences); of 1, 3, 5, 7, 10 and 20, authors left out in turn."""

MEAN_PULL = 0.3
"""What the mean of the answer is drawn to 0 by, as a share of PROBE_PULL: a probe has to see what a sentence has beyond
its answer. With 1 plain Mandarin accounts of authors left out agree by r .58 instead of .64, with 4 by .43."""

LEVEL_PULL = 1.0
"""Ridge of the direction, in levels of 1..5 over the sum of answers."""

CUE_SCALE = 0.1
"""Scale of the standardised cues beside vectors of unit length: how much the explained part may take. Cues alone reach
r .84 and .77 with the level of plain accounts of another author; at .05 the direction took their place."""

TWIN_WEIGHT = 3.0
"""Answers of the authors that one development twin counts as: the twins answer questions of shipped kits."""

MODEST_WEIGHT = 2.0
"""Answers that a modest telling counts as: modesty must cost nothing, and cues alone would charge half a level."""

TELLS = {"wrong": "wrong", "denied": "denied", "takenback": "taken_back"}
"""The telling in which a kind of evidence against stands."""

SOUND = 3.0
"""Level from which a development twin counts as an account without a wrong deed: another hand's way of telling good
work."""

RELIABILITY = 0.6
"""Of one account, for level.pool: r squared with the level aimed at, authors left out."""

FALSE_ALARMS = 0.01
"""Share of the answers without a wrong deed that may reach `DeedModel.grave`, authors left out."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer in the fit.

    Args:
        group: author, or "twins".
        level: 1..5.
        row: per sentence how much it counts.
        labels: per kind of deeds.KINDS and sentence that counts, whether the author marked it.
    """

    group: str
    telling: str
    level: float
    reading: Reading
    row: tuple[float, ...]
    labels: Matrix
    weight: float = 1.0

    @property
    def places(self) -> list[int]:
        """The sentences that count."""
        return [place for place, piece in enumerate(self.reading.pieces) if piece.weight > 0]

    @property
    def vectors(self) -> Matrix:
        """Of the sentences that count, n x d."""
        return np.array([self.reading.pieces[place].vector for place in self.places])

    @property
    def words(self) -> list[float]:
        """Length of each sentence that counts."""
        return [self.reading.pieces[place].words for place in self.places]

    @property
    def rows(self) -> Matrix:
        """The features of the sentences that count, with a 1 for the intercept."""
        shares = [part / sum(self.words) for part in self.words]
        found = deeds.features(self.vectors, shares, deed_flags(self.reading))
        return np.hstack([found, np.ones((len(found), 1))])

    @property
    def mean(self) -> Matrix:
        """The vector whose product with the direction is what the answer's sentences tell."""
        spent = np.array([self.reading.pieces[place].words * self.row[place] for place in self.places])
        mean: Matrix = (spent / spent.sum()) @ self.vectors
        return mean


def kit_of(answers: Sequence[Authored]) -> Kit:
    """A kit of one author's questions in one language: definitions stand for all anchors, there are no indicators."""
    first = {one.competency: one for one in answers}
    both = {key: (_same(one.name), _same(one.definition)) for key, one in first.items()}
    competencies = tuple(
        Competency(key, "general", name, definition, 100 / len(first), 3.0, (), (definition,) * 5)
        for key, (name, definition) in sorted(both.items())
    )
    questions = tuple(Question(key, _same(one.question), 0, 180, 1, (key,)) for key, one in sorted(first.items()))
    language = answers[0].language
    digest = hashlib.sha256(f"{answers[0].author} {language}".encode()).hexdigest()
    return Kit("authored", 1, _same("-"), _same("-"), (language,), competencies, questions, Phrases((), ()), digest)


def _same(text: str) -> LocalizedText:
    return LocalizedText(text, text)


def told_authored(found: Sequence[Authored], embedder: Embedder) -> list[Told]:
    """The authors' answers that can be read; disputed ones are left out."""
    encoder = Encoder(embedder)
    told = []
    for author, language in sorted({(one.author, one.language) for one in found}):
        own = [one for one in found if (one.author, one.language) == (author, language)]
        index = build(kit_of(own), language, encoder)
        for one in own:
            reading = _read(AnswerText(one.competency, language, one.text), index, encoder)
            if one.disputed or not any(piece.weight > 0 for piece in reading.pieces):
                continue
            row = tuple(piece.weight for piece in reading.pieces)
            kept = [piece.sentence for piece in reading.pieces if piece.weight > 0]
            labels = np.array([[float(one.carries(kind, sentence)) for sentence in kept] for kind in deeds.KINDS])
            weight = MODEST_WEIGHT if one.telling == "modest" else 1.0
            told.append(Told(author, one.telling, float(one.level), reading, row, labels, weight))
    return told


def told_twins(found: Sequence[Twin], embedder: Embedder) -> list[Told]:
    """The twins that can be read, under the shipped kits."""
    encoder = Encoder(embedder)
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    indexes: dict[tuple[str, str], KitIndex] = {}
    told = []
    for twin in found:
        key = (twin.kit, twin.language)
        if key not in indexes:
            indexes[key] = build(kits[twin.kit], twin.language, encoder)
        reading = _read(AnswerText(twin.question, twin.language, twin.text), indexes[key], encoder)
        kept = [piece for piece in reading.pieces if piece.weight > 0]
        if not kept:
            continue
        position = [entry.competency.id for entry in indexes[key].competencies].index(twin.competency)
        row = tuple(sentence_weights(reading, indexes[key], position))
        labels = np.zeros((len(deeds.KINDS), len(kept)))
        told.append(Told("twins", twin.family or "plain", twin.level, reading, row, labels, TWIN_WEIGHT))
    return told


def _read(answer: AnswerText, index: KitIndex, encoder: Encoder) -> Reading:
    """The reading without deeds, also of an answer that relevance alone would leave out."""
    return read_sentences(answer, index, encoder)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a least-squares fit needs of some answers: products of their sentences' features with each other and with
    the labels."""

    squares: Matrix
    products: Matrix

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.squares + other.squares, self.products + other.products)

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.squares - other.squares, self.products - other.products)


def sums(found: Sequence[Told]) -> Sums:
    """Of the sentences of these answers."""
    rows = np.vstack([one.rows for one in found])
    labels = np.concatenate([one.labels for one in found], axis=1)
    return Sums(rows.T @ rows, rows.T @ labels.T)


def probes(over: Sums) -> dict[str, Matrix]:
    """A least-squares probe per kind; the last place is the intercept, which is not drawn to 0."""
    pull = np.full(len(over.squares), PROBE_PULL)
    pull[DIMENSION : 2 * DIMENSION] *= MEAN_PULL
    pull[-1] = 1e-6
    solved = np.asarray(np.linalg.solve(over.squares + np.diag(pull), over.products), dtype=np.float64)
    return {kind: solved[:, place] for place, kind in enumerate(deeds.KINDS)}


def logistic(rows: Matrix, labels: Matrix, pull: float, weight: Matrix | None = None) -> Matrix:
    """Ridge logistic regression by L-BFGS; the last place is the intercept, which is not drawn to 0."""
    each = np.ones(len(rows)) if weight is None else weight

    def loss(b: Matrix) -> tuple[float, Matrix]:
        z = np.clip(rows @ b[:-1] + b[-1], -30.0, 30.0)
        p = 1.0 / (1.0 + np.exp(-z))
        value = float((each * (np.logaddexp(0.0, z) - labels * z)).sum() + 0.5 * pull * (b[:-1] @ b[:-1]))
        error = each * (p - labels)
        return value, np.concatenate([rows.T @ error + pull * b[:-1], [error.sum()]])

    start = np.zeros(rows.shape[1] + 1)
    solved: Matrix = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400, "gtol": 1e-3}).x
    return solved


def values(one: Told, fitted: Mapping[str, Matrix]) -> Matrix:
    """Of the probes, per kind and sentence that counts."""
    rows = one.rows
    return np.array([rows @ fitted[kind] for kind in deeds.KINDS])


def scales(found: Sequence[Told], seen: Sequence[Matrix]) -> list[tuple[float, float]]:
    """Per kind the slope and the intercept from a probe's value to a logit, from answers it did not see (Platt)."""
    labels = np.concatenate([one.labels for one in found], axis=1)
    row = np.concatenate(seen, axis=1)
    return [
        (float(fitted[0]), float(fitted[1]))
        for fitted in (logistic(row[place][:, None], labels[place], 1e-3) for place in range(len(deeds.KINDS)))
    ]


def scaled(value: Matrix, by: Sequence[tuple[float, float]]) -> Matrix:
    """Logits of the values of an answer."""
    return np.array([slope * row + start for row, (slope, start) in zip(value, by, strict=True)])


def left_out_values(found: Sequence[Told], always: Sequence[Told]) -> tuple[list[Matrix], dict[str, Matrix]]:
    """The values of every answer by probes that did not see its author, and the probes of all; `always` fits both."""
    groups = sorted({one.group for one in found})
    parts = {group: sums([one for one in found if one.group == group]) for group in groups}
    whole = sum((parts[group] for group in groups[1:]), parts[groups[0]])
    if always:
        whole = whole + sums(always)
    by_group = {group: probes(whole - parts[group]) for group in groups}
    return [values(one, by_group[one.group]) for one in found], probes(whole)


def answer_weights(found: Sequence[Told], seen: Sequence[Matrix]) -> dict[str, tuple[float, float, float]]:
    """How the chance of a kind in an answer follows from its sentences' logits."""
    weights = {}
    for place, kind in enumerate(deeds.KINDS):
        rows = np.array([deeds.summary(list(map(float, one[place]))) for one in seen])
        labels = np.array([float(TELLS.get(one.telling) == kind) for one in found])
        largest, second, start = map(float, logistic(rows, labels, 0.1))
        weights[kind] = (largest, second, start)
    return weights


def with_deeds(one: Told, seen: Matrix, fitted: deeds.DeedModel) -> Told:
    """The answer as the scorer reads it when its sentences have these logits."""
    pieces = list(one.reading.pieces)
    found = []
    for at, place in enumerate(one.places):
        piece = pieces[place]
        against = (float(seen[0, at]), float(seen[1, at]), float(seen[2, at]))
        points = float(piece.vector @ fitted.direction) - fitted.typical if fitted.direction.size > 1 else 0.0
        deed = deeds.Deed(points, against)
        found.append(deed)
        cues = tuple(cue for cue in piece.cues if cue.category not in IN_FAVOUR) if deed.speaks_against else piece.cues
        pieces[place] = replace(piece, deed=deed, cues=cues)
    reading = replace(one.reading, pieces=tuple(pieces), against=deeds.against(found, fitted))
    return replace(one, reading=reading)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both files."""

    model: deeds.DeedModel
    constants: level.Constants


def fit(authors: Sequence[Told], twins: Sequence[Told], signs: Matrix, like: level.Constants) -> Fitted:
    """Everything, from answers without deeds.

    Args:
        signs: of the weights of level.CATEGORIES.
        like: constants whose weights of indicators are taken over.
    """
    sound = [one for one in twins if one.level >= SOUND]
    left_out, final = left_out_values(authors, sound)
    by = scales(authors, left_out)
    final = {kind: _to_logits(final[kind], slope, start) for kind, (slope, start) in zip(deeds.KINDS, by, strict=True)}
    seen = [scaled(value, by) for value in left_out]
    weights = answer_weights(authors, seen)
    blank = deeds.DeedModel(np.zeros(1), 0.0, final, weights, 0.0, 1.0)
    read_out = [with_deeds(one, logit, blank) for one, logit in zip(authors, seen, strict=True)]
    own = [with_deeds(one, values(one, final), blank) for one in twins]
    plain = [*(one for one in read_out if one.telling not in TELLS), *own]
    means, spreads = _moments(read_out)
    constants, direction, typical = _level(plain, means, spreads, signs, like)
    model = replace(blank, direction=direction, typical=typical)
    before = _left_out_levels(read_out, own, signs, like, model)
    aimed = np.array([(one.level - 1.0) / 2.0 for one in read_out])
    heard = np.array([one.reading.against.any for one in read_out])
    floor = min(
        np.arange(-0.2, 0.61, 0.05),
        key=lambda low: float(np.mean((before + heard * np.minimum(0.0, low - before) - aimed) ** 2)),
    )
    wrong = np.array([one.reading.against.wrong for one in read_out if one.telling != "wrong"])
    model = replace(model, floor=float(floor), grave=float(np.quantile(wrong, 1.0 - FALSE_ALARMS)))
    s = before + heard * np.minimum(0.0, floor - before)
    spread = float(np.quantile(np.abs(5.0 * (s - aimed)), 2 / 3))
    return Fitted(model, replace(constants, spread=spread, wide_spread=1.2 * spread))


def _to_logits(probe: Matrix, slope: float, start: float) -> Matrix:
    """The probe whose value is the logit."""
    scaled_probe = slope * probe
    scaled_probe[-1] += start
    return scaled_probe


def _moments(found: Sequence[Told]) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    means, spreads = {}, {}
    for language in ("en", "zh"):
        rows = np.array([_density(one) for one in found if one.reading.language == language])
        means[language] = dict(zip(level.CATEGORIES, map(float, rows.mean(axis=0)), strict=True))
        spreads[language] = dict(zip(level.CATEGORIES, map(float, np.maximum(0.05, rows.std(axis=0))), strict=True))
    return means, spreads


def _density(one: Told) -> list[float]:
    found = level.densities(one.reading.pieces, one.row)
    return [found[name] for name in level.CATEGORIES]


def _z(one: Told, means: Mapping[str, Mapping[str, float]], spreads: Mapping[str, Mapping[str, float]]) -> Matrix:
    side = one.reading.language
    mean = np.array([means[side][name] for name in level.CATEGORIES])
    spread = np.array([spreads[side][name] for name in level.CATEGORIES])
    z: Matrix = np.clip((np.array(_density(one)) - mean) / spread, -level.Z_LIMIT, level.Z_LIMIT)
    return z


def _level(
    found: Sequence[Told],
    means: Mapping[str, Mapping[str, float]],
    spreads: Mapping[str, Mapping[str, float]],
    signs: Matrix,
    like: level.Constants,
) -> tuple[level.Constants, Matrix, float]:
    """Ridge over cues of a fixed sign and the mean sentence vector, towards s."""
    z = np.array([_z(one, means, spreads) for one in found])
    vectors = np.array([one.mean for one in found])
    weight = np.array([one.weight for one in found])
    aimed = np.array([(one.level - 1.0) / 2.0 for one in found])
    rows = np.hstack([CUE_SCALE * z, vectors, np.ones((len(found), 1))])
    pull = np.full(rows.shape[1], LEVEL_PULL)
    pull[-1] = 1e-6
    free = np.ones(rows.shape[1], dtype=bool)
    while True:
        part = rows[:, free]
        left = part.T @ (part * weight[:, None]) + np.diag(pull[free])
        solution = np.zeros(rows.shape[1])
        solution[free] = np.linalg.solve(left, part.T @ (weight * aimed))
        wrong = np.concatenate(
            [solution[: len(signs)] * signs < -1e-12, np.zeros(rows.shape[1] - len(signs), dtype=bool)]
        )
        if not wrong.any():
            break
        free &= ~wrong
    direction = solution[len(signs) : -1]
    typical = float(np.average(vectors @ direction, weights=weight))
    constants = replace(
        like,
        intercept=float(solution[-1]) + typical,
        weights=dict(zip(level.CATEGORIES, map(float, CUE_SCALE * solution[: len(signs)]), strict=True)),
        means=means,
        spreads=spreads,
        prior_weight=0.0,
        reliability=RELIABILITY,
    )
    return constants, direction, typical


def _left_out_levels(
    found: Sequence[Told], twins: Sequence[Told], signs: Matrix, like: level.Constants, model: deeds.DeedModel
) -> Matrix:
    """s before evidence against, of every answer by a fit that did not see its author."""
    s = np.zeros(len(found))
    for group in sorted({one.group for one in found}):
        rest = [one for one in found if one.group != group]
        means, spreads = _moments(rest)
        plain = [*(one for one in rest if one.telling not in TELLS), *twins]
        constants, direction, typical = _level(plain, means, spreads, signs, like)
        weights = np.array([constants.weights[name] for name in level.CATEGORIES])
        for place, one in enumerate(found):
            if one.group == group:
                told = float(one.mean @ direction) - typical
                total = constants.intercept + float(_z(one, means, spreads) @ weights) + told
                s[place] = min(level.HIGH, max(level.LOW, total))
    return s


def document(model: deeds.DeedModel, about: str) -> str:
    """deeds.json: numbers of 4 places, a list a line."""
    lines = [f' "about": "{about}"', f' "typical": {model.typical:.4f}', f' "floor": {model.floor:.2f}']
    lines += [f' "grave": {model.grave:.4f}', f' "direction": {_numbers(model.direction)}']
    lines.append(
        ' "answers": {' + ", ".join(f'"{k}": {_numbers(np.array(model.answers[k]))}' for k in deeds.KINDS) + "}"
    )
    lines.append(' "probes": {\n' + ",\n".join(f'  "{k}": {_numbers(model.probes[k])}' for k in deeds.KINDS) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _numbers(values: Matrix) -> str:
    return "[" + ", ".join(f"{value:.4f}" if value else "0" for value in values) + "]"
