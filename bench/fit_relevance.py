"""Fit whether an answer speaks to its question: own answers against another question's answer in their place.

Authors who fit (their five questions are a kit) and half of the real applicants of SIOP 2024 (MIT); the other half
measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.datasets.authored import Authored
from bench.datasets.siop import Applicant
from bench.fit_deeds import kit_of, logistic
from bench.validity_parts.siop import CASE
from bench.validity_parts.siop import kit_of as kit_of_questions
from interview_engine.assessment.evidence import relevance
from interview_engine.assessment.evidence.reading import read_sentences
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.scoring import AnswerText, Embedder
from interview_engine.assessment.text import terms

Matrix = NDArray[np.float64]

CUT = -1.05
"""Logit below which an answer is off topic where all questions ask for the same: two in a hundred own answers of the
applicants lie below, and six in ten of the answers to another question."""

CUT_APART = {"zh": -3.0, "en": -2.2}
"""The same where other questions ask for other competencies: the closest cut with which 3 in a hundred own answers of
the authors that fit and choose lie above the interval of what is refused (18 in a thousand in Mandarin, 15 in English).
A quarter (zh) and a sixth (en) of the answers to another question are refused with it."""

STRAY = {"zh": 0.20, "en": 0.28}
"""Cosine of an answer's likest sentence to question and rubric: one own answer in a hundred of real applicants and
authors lies below."""

STRAY_THIN = {"zh": 0.27, "en": 0.34}
"""The same for a text that tells of next to nothing done (verse)."""

APPLICANT_WEIGHT = 2.0
PULL = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Features of one answer under one question, and whether it was given to it."""

    features: tuple[float, ...]
    own: bool
    weight: float


def fitting_half(found: Sequence[Applicant]) -> list[Applicant]:
    """Every second applicant."""
    return list(found[::2])


def pairs(authors: Sequence[Authored], applicants: Sequence[Applicant], embedder: Embedder) -> list[Pair]:
    """Every answer under its own question and under another of the same kit."""
    encoder = Encoder(embedder)
    found: list[Pair] = []
    for author, language in sorted({(one.author, one.language) for one in authors}):
        own = [one for one in authors if (one.author, one.language) == (author, language)]
        index = build(kit_of(own), language, encoder)
        names = list(index.questions)
        for place, one in enumerate(own):
            at = names.index(one.competency)
            other = names[(at + 1 + place % (len(names) - 1)) % len(names)]
            found += _both(one.text, one.competency, other, index, encoder, 1.0)
    for applicant in applicants:
        turns = applicant.turns
        kit = kit_of_questions([(question, "Behaviour at work") for question, _ in turns], [CASE], shared=True)
        index = build(kit, "en", encoder)
        for place in range(len(turns)):
            elsewhere = f"q{(place - 1) % len(turns)}"
            found += _both(turns[place][1], f"q{place}", elsewhere, index, encoder, APPLICANT_WEIGHT)
    return found


def _both(text: str, own: str, other: str, index: KitIndex, encoder: Encoder, weight: float) -> list[Pair]:
    found = []
    for question, is_own in ((own, True), (other, False)):
        reading = read_sentences(AnswerText(question, index.language, text), index, encoder)
        counted = [piece for piece in reading.pieces if piece.weight > 0]
        if not counted:
            continue
        used = terms(" ".join(piece.sentence.text for piece in counted), index.language)
        vectors = np.array([piece.vector for piece in counted])
        words = [piece.words * piece.weight for piece in counted]
        features = relevance.features(vectors, words, used, index, question)
        if features is not None:
            found.append(Pair(features, is_own, weight))
    return found


def fit(found: Sequence[Pair]) -> relevance.RelevanceModel:
    """Logistic regression over standardised features, in the features' own units."""
    rows = np.array([pair.features for pair in found])
    spread = rows.std(axis=0)
    solved = logistic(
        rows / spread,
        np.array([float(pair.own) for pair in found]),
        PULL,
        np.array([pair.weight for pair in found]),
    )
    weights = tuple(map(float, solved[:-1] / spread))
    return relevance.RelevanceModel(weights, float(solved[-1]), CUT, STRAY, STRAY_THIN, CUT_APART)
