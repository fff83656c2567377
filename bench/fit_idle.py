"""Fit which sentences tell nothing of a deed (idle.json): invented padding against sentences of authored answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets.authored import Authored
from bench.fit_deeds import logistic
from interview_engine.assessment.evidence import idle
from interview_engine.assessment.evidence.rubric import Encoder
from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.scoring import AnswerText, Embedder

Matrix = NDArray[np.float64]

LANGUAGES = ("en", "zh")

CODES = {
    "praise": "text.self_praise",
    "motto": "text.self_praise",
    "courtesy": "text.self_praise",
    "private": "text.off_topic",
    "verse": "text.off_topic",
}
"""What a sentence of each kind in the file is left out for."""

SHARE = 0.25
"""Weight of all padding beside that of all sentences of answers."""

PULL = 1.0
"""Ridge of the logistic probes; of .1, .3, 1 and 3 all found 83 to 94 % of praise and mottoes left out of the fit."""

LOST = 0.01
"""Share of the sentences of an author left out of the fit that may be taken for padding."""

PADDED = ("boastful",)
"""Tellings that hold padding themselves and are no counter-example."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of one author's answers in one language."""

    author: str
    language: str
    vectors: Matrix


def padding(path: Path, embedder: Embedder) -> dict[str, Matrix]:
    """Vectors of the invented padding by code."""
    raw: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
    encoder = Encoder(embedder)
    found: dict[str, list[Matrix]] = {code: [] for code in idle.KINDS}
    for language in LANGUAGES:
        for kind, texts in raw[language].items():
            found[CODES[kind]].append(encoder.embed([plain_text(text, language) for text in texts], language))
    return {code: np.concatenate(parts) for code, parts in found.items()}


def told(answers: Sequence[Authored], embedder: Embedder) -> list[Sentences]:
    """The sentences of all answers but those that hold padding."""
    encoder = Encoder(embedder)
    found = []
    for author, language in sorted({(one.author, one.language) for one in answers}):
        texts = [
            piece.text
            for one in answers
            if (one.author, one.language) == (author, language) and one.telling not in PADDED
            for piece in split(AnswerText("", language, one.text))
        ]
        found.append(Sentences(author, language, encoder.embed(texts, language)))
    return found


def fit(padded: dict[str, Matrix], sentences: Sequence[Sentences]) -> idle.IdleModel:
    """The probes of all, with cuts from authors left out in turn."""
    authors = sorted({part.author for part in sentences})
    probes = {code: _probe(padded[code], [part.vectors for part in sentences]) for code in idle.KINDS}
    cuts: dict[str, dict[str, float]] = {language: {} for language in LANGUAGES}
    for code in idle.KINDS:
        heard: dict[str, list[Matrix]] = {language: [] for language in LANGUAGES}
        for author in authors:
            probe = _probe(padded[code], [part.vectors for part in sentences if part.author != author])
            for part in sentences:
                if part.author == author:
                    heard[part.language].append(part.vectors @ probe[:-1] + probe[-1])
        for language in LANGUAGES:
            cuts[language][code] = float(np.quantile(np.concatenate(heard[language]), 1.0 - LOST))
    return idle.IdleModel(probes, cuts)


def _probe(padded: Matrix, sentences: Sequence[Matrix]) -> Matrix:
    others = np.concatenate(list(sentences))
    rows = np.concatenate([padded, others])
    labels = np.concatenate([np.ones(len(padded)), np.zeros(len(others))])
    each = np.where(labels > 0, SHARE * len(others) / len(padded), 1.0)
    return logistic(rows, labels, PULL, each)


def document(fitted: idle.IdleModel, about: str) -> str:
    """idle.json: numbers of 4 places, a list a line."""
    cuts = {language: {code: round(value, 4) for code, value in by.items()} for language, by in fitted.cuts.items()}
    probes = ",\n".join(
        f'  "{code}": [' + ", ".join(f"{value:.4f}" for value in fitted.probes[code]) + "]" for code in idle.KINDS
    )
    return f'{{\n "about": "{about}",\n "cuts": {json.dumps(cuts)},\n "probes": {{\n{probes}\n }}\n}}\n'
