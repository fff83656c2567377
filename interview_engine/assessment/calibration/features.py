"""What a calibration sees of an interview, per competency: the scorer's own score, cue densities, and word groups.

Everything comes from the same readings as the evidence scorer's own level: sentences that a lock left out, answers that
were refused and answers that speak to another competency count for nothing here either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence import level
from interview_engine.assessment.evidence.cues import is_negated
from interview_engine.assessment.evidence.marks import own_question
from interview_engine.assessment.evidence.reading import Reading, read
from interview_engine.assessment.evidence.reference import compared, model
from interview_engine.assessment.evidence.routing import route, sentence_weights
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores, Embedder, Scorer
from interview_engine.assessment.text import HAN, WORD, fold

Vectors = NDArray[np.float32]
ScorerMaker = Callable[[Embedder], Scorer]

_CLAUSE = re.compile(r"[.,!?;:()\n]")
SOFTENED = 0.6
"""Power of an answer's share in a competency: what people rate leaks over from neighbouring answers. Picked on the
simulated interviews (.5 to .7 gives r .87, 1 gives .865, 2 gives .855; other people of the same domain)."""

NUMBER, NEGATED = "#", "not·"
"""Every number is one word; a word in the scope of a negator is another word than without."""


@dataclass(frozen=True, slots=True)
class Features:
    """One competency of one interview.

    Args:
        competency_id: of the kit.
        value: the scorer's own score, 0..10; None when it could not assess (then the rest is empty).
        densities: of the categories of `level.CATEGORIES`, weighted mean over the answers that speak to it.
        grams: word groups and their share, 0..1: weighted mean over those answers of 1 / sqrt(groups in the answer).
        vector: of a knowledge answer, the weighted mean embedding; empty elsewhere.
        told: the same of accounts and turns of a dialogue. Their likeness to an anchor sets no level (docs/scoring.md,
            step 3); a direction that people's ratings have shown may move one.
        likeness: 0..1, of the answer to the competency's own question with marks (`marks.own_question`) to its
            reference; None where there is no such question or answer, or a person decides.
    """

    competency_id: str
    value: float | None
    densities: tuple[float, ...] = ()
    grams: Mapping[str, float] = field(default_factory=dict)
    vector: tuple[float, ...] = ()
    told: tuple[float, ...] = ()
    likeness: float | None = None


class FeatureReader:
    """Scores an interview with the scorer beneath and measures what a calibration sees; embeds every sentence once.

    Args:
        make_scorer: from an embedder to the scorer beneath, so that both use the same remembered vectors.
        embedder: unit vectors for zh and en.
    """

    def __init__(self, make_scorer: ScorerMaker, embedder: Embedder) -> None:
        self._vectors = _Remembered(embedder)
        self._scorer = make_scorer(self._vectors)
        self._encoder = Encoder(self._vectors)
        self._indexes: dict[tuple[str, str], tuple[Kit, KitIndex]] = {}

    @property
    def scorer_id(self) -> str:
        """Of the scorer beneath."""
        return self._scorer.scorer_id

    def read(self, kit: Kit, answers: Sequence[AnswerText]) -> tuple[ContentScores, tuple[Features, ...]]:
        """The scorer's result and, for each of its competencies in the same order, what a calibration sees."""
        self._vectors.forget()
        scores = self._scorer.score(kit, answers)
        ordered = sorted(answers, key=lambda answer: (answer.question_id, answer.language, answer.text))
        readings = [read(answer, self._index(kit, answer.language), self._encoder) for answer in ordered]
        routes = [route(reading, self._index(kit, reading.language)) for reading in readings]
        grams = [word_groups(reading) if routed else {} for reading, routed in zip(readings, routes, strict=True)]
        pooled = _Pool(self._index, kit, readings, routes, grams)
        found = [
            Features(result.competency_id, None)
            if result.score is None
            else pooled.features(position, result.competency_id, result.score.value)
            for position, result in enumerate(scores.competencies)
        ]
        return scores, tuple(replace(one, likeness=self._likeness(kit, one.competency_id, readings)) for one in found)

    def _likeness(self, kit: Kit, competency_id: str, readings: Sequence[Reading]) -> float | None:
        question = own_question(kit, competency_id)
        own = [reading for reading in readings if question is not None and reading.answer.question_id == question.id]
        found = [compared(reading, kit, self._encoder, model()) for reading in own]
        known = [match.score for match in found if match is not None and not match.denies]
        return max(known, default=None)

    def _index(self, kit: Kit, language: str) -> KitIndex:
        side = "zh" if language == "zh" else "en"
        key = (kit.sha256, side)
        known = self._indexes.get(key)
        if known is None or known[0] != kit:
            known = (kit, build(kit, side, self._encoder))
            self._indexes[key] = known
        return known[1]


@dataclass(frozen=True, slots=True)
class _Pool:
    """The readings of one interview, pooled per competency."""

    index: Callable[[Kit, str], KitIndex]
    kit: Kit
    readings: Sequence[Reading]
    routes: Sequence[Mapping[int, float]]
    grams: Sequence[Mapping[str, float]]

    def features(self, position: int, competency_id: str, value: float) -> Features:
        used = [
            (reading, routed[position] ** SOFTENED, words)
            for reading, routed, words in zip(self.readings, self.routes, self.grams, strict=True)
            if routed.get(position, 0.0) > 0
        ]
        total = sum(share for _, share, _ in used)
        density = np.zeros(len(level.CATEGORIES))
        pooled: dict[str, float] = {}
        vector, told = np.zeros(0), np.zeros(0)
        compared = {question.id for question in self.kit.questions if question.references}
        several = len(self.kit.questions) > 1
        for reading, share, words in used:
            part = share / total
            row = sentence_weights(reading, self.index(self.kit, reading.language), position)
            measured = level.densities(reading.pieces, row)
            density += part * np.array([measured[name] for name in level.CATEGORIES])
            knowledge = reading.answer.question_id in compared
            # what is right to say in answer to one knowledge question says nothing of another
            mark = f"{reading.answer.question_id}·" if knowledge and several else ""
            for name, amount in words.items():
                pooled[mark + name] = pooled.get(mark + name, 0.0) + part * amount
            if knowledge and not several:
                vector = part * reading.vector + (vector if len(vector) else 0.0)
            elif not knowledge:
                told = part * reading.vector + (told if len(told) else 0.0)
        return Features(
            competency_id,
            value,
            tuple(map(float, density)),
            dict(sorted(pooled.items())),
            tuple(map(float, vector)),
            tuple(map(float, told)),
        )


def word_groups(reading: Reading) -> dict[str, float]:
    """The distinct single words and pairs (zh: pairs of characters) of the sentences that count, each worth
    1 / sqrt(number of them): saying a thing twice adds nothing, and a long answer weighs no more than a short one."""
    found: set[str] = set()
    for piece in reading.pieces:
        if piece.left_out is None and piece.weight > 0:
            found.update(groups(piece.sentence.text, reading.language))
    return dict.fromkeys(sorted(found), 1.0 / sqrt(max(1, len(found))))


def groups(text: str, language: str) -> list[str]:
    """Words and pairs of neighbours inside a clause (en), or pairs of characters (zh), negated ones marked."""
    folded = fold(text)
    if language == "zh":
        return [
            (NEGATED if is_negated(folded, match.start() + i, "zh") else "") + match.group()[i : i + 2]
            for match in HAN.finditer(folded)
            for i in range(len(match.group()) - 1)
        ]
    found: list[str] = []
    before, end = "", 0
    for match in WORD.finditer(folded):
        word = NUMBER if match.group().isdigit() else match.group()
        word = NEGATED + word if is_negated(folded, match.start(), "en") else word
        if before and not _CLAUSE.search(folded, end, match.start()):
            found.append(f"{before} {word}")
        found.append(word)
        before, end = word, match.end()
    return found


class _Remembered:
    """An embedder that keeps the vectors of the interview at hand, so that two readers cost one embedding."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[str, str], Vectors] = {}

    def forget(self) -> None:
        self._known.clear()

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if (language, text) not in self._known]
        if missing:
            for text, vector in zip(missing, self._embedder.embed(missing, language), strict=True):
                self._known[language, text] = vector
        return np.stack([self._known[language, text] for text in texts])
