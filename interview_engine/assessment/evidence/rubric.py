"""A kit in the form the evidence scorer needs, per language: vectors of clauses and questions, words, patterns."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence.cues import phrase_pattern
from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.kits.kit import Competency, Kit
from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.scoring import AnswerText, Embedder
from interview_engine.assessment.text import grams, terms
from interview_engine.i18n import LocalizedText

Vectors = NDArray[np.float64]

NAME_WEIGHT = 0.7
COMMON_WEIGHT = 0.6
"""Target of a competency: mean of its anchors + 0.7 name - 0.6 mean over all (docs/scoring.md, "Set by hand")."""


@dataclass(frozen=True, slots=True)
class IndicatorIndex:
    """One indicator: the pattern of its phrases, and the vector of its text."""

    id: str
    marker: bool
    pattern: re.Pattern[str] | None
    vector: Vectors


@dataclass(frozen=True, slots=True)
class CounterIndex:
    """One counter-indicator: whether it is grave, and the pattern of its phrases."""

    id: str
    grave: bool
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class CompetencyIndex:
    """One content competency.

    Args:
        clauses: unit vectors of every sentence of its anchors, indicators and definition.
        anchors: unit vectors of its whole anchors, distinct ones in order of level.
        target: unit vector used for routing.
        terms: content stems of its name and anchors, for the rubric-word weight.
        upper, lower: content stems of its anchors 4 and 5, and of 1 and 2.
    """

    competency: Competency
    clauses: Vectors
    anchors: Vectors
    target: Vectors
    terms: frozenset[str]
    upper: frozenset[str]
    lower: frozenset[str]
    indicators: tuple[IndicatorIndex, ...]
    counters: tuple[CounterIndex, ...] = ()


@dataclass(frozen=True, slots=True)
class KitIndex:
    """A kit in one language. `questions` maps a question's id to its unit vector, `bias` holds per competency how much
    any text of the kit is drawn to it (routing subtracts it); `grams` are the 5-grams of anchors and indicators."""

    kit: Kit
    language: str
    competencies: tuple[CompetencyIndex, ...]
    questions: dict[str, Vectors]
    question_grams: dict[str, frozenset[str]]
    question_terms: dict[str, frozenset[str]]
    question_parts: dict[str, Vectors]
    grams: frozenset[str]
    term_weight: dict[str, float]
    rarity: dict[str, float]
    bias: Vectors

    def probed(self, question_id: str) -> tuple[int, ...]:
        """Positions in `competencies` of those the question probes; empty for an unknown question."""
        probes = {probe for question in self.kit.questions if question.id == question_id for probe in question.probes}
        return tuple(i for i, entry in enumerate(self.competencies) if entry.competency.id in probes)


class Encoder:
    """An Embedder whose vectors are centred: the mean of neutral sentences is taken away.

    multilingual-e5 puts all texts into a narrow cone (cosines .83 to .87); without the common part its cosines spread
    like MiniLM's. The neutral sentences are data (background.json).
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._centre: dict[str, Vectors] = {}
        self._ready: dict[str, dict[str, Vectors]] = {}

    def prepare(self, texts: Sequence[str], language: str) -> None:
        """Compute the vectors of these texts together, which is faster than a few at a time, and keep them until the
        next `prepare` of the language."""
        different = list(dict.fromkeys(texts))
        self._ready.pop(language, None)  # the next interview's vectors are asked for, and kept beside it, anew
        self._ready[language] = dict(zip(different, self.embed(different, language), strict=True))

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Centred unit vectors, len(texts) x d, in float64."""
        if not texts:
            return np.zeros((0, self._centre_of(language).shape[0]))
        ready = self._ready.get(language, {})
        if all(text in ready for text in texts):
            return np.stack([ready[text] for text in texts])
        raw = self._embedder.embed(list(texts), language).astype(np.float64)
        return unit(raw - self._centre_of(language))

    def _centre_of(self, language: str) -> Vectors:
        if language not in self._centre:
            neutral = background()[language]
            centre: Vectors = self._embedder.embed(neutral, language).astype(np.float64).mean(axis=0)
            self._centre[language] = centre
        return self._centre[language]


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero."""
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    scaled: Vectors = vectors / np.where(length > 0, length, 1.0)
    return scaled


@cache
def background() -> dict[str, list[str]]:
    """Neutral sentences per language."""
    text = files("interview_engine.assessment.evidence").joinpath("background.json").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = json.loads(text)
    return {language: loaded[language] for language in ("zh", "en")}


def build(kit: Kit, language: str, encoder: Encoder) -> KitIndex:
    """Index `kit` for answers in `language` ("zh" or "en")."""
    content = [competency for competency in kit.competencies if not competency.is_delivery]
    anchor_texts = [list(dict.fromkeys(_read(anchor, language) for anchor in entry.anchors)) for entry in content]
    names = encoder.embed([_read(entry.name, language) for entry in content], language)
    anchors = [encoder.embed(texts, language) for texts in anchor_texts]
    raw = np.stack([vectors.mean(axis=0) for vectors in anchors]) + NAME_WEIGHT * names
    targets = unit(raw - COMMON_WEIGHT * raw.mean(axis=0)) if len(content) > 1 else unit(raw)
    entries = []
    for position, entry in enumerate(content):
        clauses = _clauses(entry, language)
        entries.append(
            CompetencyIndex(
                entry,
                encoder.embed(clauses, language),
                anchors[position],
                targets[position],
                frozenset().union(
                    *(terms(text, language) for text in [_read(entry.name, language), *anchor_texts[position]])
                ),
                terms(" ".join(_read(anchor, language) for anchor in entry.anchors[3:]), language),
                terms(" ".join(_read(anchor, language) for anchor in entry.anchors[:2]), language),
                tuple(
                    IndicatorIndex(
                        indicator.id,
                        indicator.marker,
                        phrase_pattern(indicator.phrases.get(language), language),
                        encoder.embed([_read(indicator.text, language)], language)[0],
                    )
                    for indicator in entry.indicators
                ),
                tuple(
                    CounterIndex(counter.id, counter.grave, phrase_pattern(counter.phrases.get(language), language))
                    for counter in entry.counter_indicators
                ),
            )
        )
    questions = {question.id: _read(question.text, language) for question in kit.questions}
    vectors = encoder.embed(list(questions.values()), language)
    rubric_grams = {
        gram
        for entry, texts in zip(content, anchor_texts, strict=True)
        for text in [*texts, *(_read(indicator.text, language) for indicator in entry.indicators)]
        for gram in grams(text, language)
    }
    return KitIndex(
        kit,
        language,
        tuple(entries),
        dict(zip(questions, vectors, strict=True)),
        {key: frozenset(grams(text, language)) for key, text in questions.items()},
        {key: terms(text, language) for key, text in questions.items()},
        {key: _parts(text, language, encoder) for key, text in questions.items()},
        frozenset(rubric_grams),
        _term_weights(entries),
        _rarity(entries),
        _bias(entries, targets),
    )


def _read(text: LocalizedText, language: str) -> str:
    """A text of the kit as the rules read answers."""
    return plain_text(text.get(language), language)


def _clauses(entry: Competency, language: str) -> list[str]:
    texts = [anchor.get(language) for anchor in entry.anchors]
    texts += [indicator.text.get(language) for indicator in entry.indicators]
    texts.append(entry.definition.get(language))
    found = [piece.text for text in texts for piece in split(AnswerText("", language, text))]
    return list(dict.fromkeys(found)) or [_read(entry.name, language)]


def _parts(text: str, language: str, encoder: Encoder) -> Vectors:
    """Unit vectors of the sentences of a question."""
    return encoder.embed([piece.text for piece in split(AnswerText("", language, text))] or [text], language)


def _rarity(entries: Sequence[CompetencyIndex]) -> dict[str, float]:
    """ln(D / number of competencies whose rubric holds the stem): 0 for a word of all of them."""
    counts = Counter(term for entry in entries for term in entry.terms)
    return {term: log(len(entries) / count) for term, count in counts.items()}


def _term_weights(entries: Sequence[CompetencyIndex]) -> dict[str, float]:
    """ln(1 + D / number of competencies whose rubric holds the stem): Spärck Jones (1972), on a kit's competencies."""
    counts: dict[str, int] = {}
    for entry in entries:
        for term in entry.terms:
            counts[term] = counts.get(term, 0) + 1
    return {term: log(1 + len(entries) / count) for term, count in counts.items()}


def _bias(entries: Sequence[CompetencyIndex], targets: Vectors) -> Vectors:
    if len(entries) < 2:
        return np.zeros(len(entries))
    clauses = np.concatenate([entry.clauses for entry in entries])
    bias: Vectors = standardise(clauses @ targets.T).mean(axis=0)
    return bias


def standardise(rows: Vectors) -> Vectors:
    """Each row to mean 0 and standard deviation 1 (a small floor keeps a flat row at 0)."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    scaled: Vectors = centred / (rows.std(axis=1, keepdims=True) + 1e-3)
    return scaled
