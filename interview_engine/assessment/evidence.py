"""The default scorer: quotes from the transcript, cues in the quotes, one stated formula. Offline, no language model.

The steps (docs/scoring.md explains each): read every answer (sentences, locks, relevance, gate), route it to the
competencies its question probes, turn its cues into a level, pool the answers of a competency, and say which quotes did
it. Nothing depends on the order of the answers, on time or on chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_engine.assessment import level, quotes
from interview_engine.assessment.coherence import coherence
from interview_engine.assessment.kit import Kit
from interview_engine.assessment.reading import Reading, read
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.routing import route, sentence_weights
from interview_engine.assessment.rubric import CompetencyIndex, Encoder, KitIndex, build
from interview_engine.assessment.scoring import (
    AnswerFinding,
    AnswerText,
    CompetencyResult,
    ContentScores,
    Embedder,
    Score,
)

SCORER_ID = "evidence/1"

LEAST_WEIGHT = 0.35
"""Pooled weight below which a competency was not shown (SCORING_RECIPE.md, step 7)."""

WIDE_WEIGHT = 0.5

COHERENCE_SHARE = 0.35
"""Part of the level of a competency marked `coherence` that comes from the order of the answer (a convention)."""


class EvidenceScorer:
    """Implements scoring.Scorer. Keeps the indexes of the kits it has seen, so a rescoring run embeds each kit once.

    Args:
        embedder: unit vectors for zh and en; injected, so that the domain imports no model.
        fitted: constants of the formula; None for those that ship.
    """

    def __init__(self, embedder: Embedder, fitted: level.Constants | None = None) -> None:
        self._encoder = Encoder(embedder)
        self._fitted = fitted or level.constants()
        self._indexes: dict[tuple[str, str], tuple[Kit, KitIndex]] = {}

    @property
    def scorer_id(self) -> str:
        """Name and version."""
        return SCORER_ID

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """Score one interview (see scoring.Scorer)."""
        ordered = sorted(answers, key=lambda answer: (answer.question_id, answer.language, answer.text))
        readings = [read(answer, self._index(kit, answer.language), self._encoder) for answer in ordered]
        by_answer = {id(answer): reading for answer, reading in zip(ordered, readings, strict=True)}
        findings = tuple(AnswerFinding(answer.question_id, by_answer[id(answer)].reason) for answer in answers)
        entries = self._index(kit, kit.languages[0]).competencies
        routes = [route(reading, self._index(kit, reading.language)) for reading in readings]
        results = tuple(self._competency(kit, position, readings, routes) for position in range(len(entries)))
        return ContentScores(results, findings)

    def _index(self, kit: Kit, language: str) -> KitIndex:
        side = "zh" if language == "zh" else "en"
        key = (kit.sha256, side)
        known = self._indexes.get(key)
        if known is None or known[0] != kit:
            known = (kit, build(kit, side, self._encoder))
            self._indexes[key] = known
        return known[1]

    def _competency(
        self, kit: Kit, position: int, readings: Sequence[Reading], routes: Sequence[dict[int, float]]
    ) -> CompetencyResult:
        fitted = self._fitted
        used = [
            (reading, route[position]) for reading, route in zip(readings, routes, strict=True) if position in route
        ]
        entry = self._index(kit, kit.languages[0]).competencies[position]
        notes = _notes(readings, position)
        weight = sum(share for _, share in used)
        if weight < LEAST_WEIGHT:
            return _cannot(entry, self._why(readings, position), notes)
        level_sum = 0.0
        rows: list[list[float]] = []
        shown: list[quotes.Showing] = []
        for at, (reading, share) in enumerate(used):
            own = self._index(kit, reading.language)
            row = sentence_weights(reading, own, position)
            rows.append(row)
            showing = quotes.showings([reading], own.competencies[position])
            shown += [quotes.Showing(one.indicator, at, one.piece) for one in showing]
            level_sum += share * self._level(
                reading, row, own.competencies[position], len({s.indicator for s in showing})
            )
        pooled = (fitted.prior_weight * fitted.prior + level_sum) / (fitted.prior_weight + weight)
        value = round(min(10.0, max(0.0, 5.0 * pooled)), 4)
        spread = fitted.wide_spread if weight < WIDE_WEIGHT else fitted.spread
        found = {showing.indicator for showing in shown}
        return CompetencyResult(
            entry.competency.id,
            "assessed",
            Score(value, max(0.0, value - spread), min(10.0, value + spread)),
            level.distribution(value, spread),
            quotes.choose([reading for reading, _ in used], rows, [share for _, share in used], shown, fitted),
            tuple(indicator.id for indicator in entry.indicators if indicator.id not in found),
            tuple((indicator.id, indicator.id in found) for indicator in entry.indicators if indicator.marker),
            reasons=notes,
        )

    def _level(self, reading: Reading, row: Sequence[float], entry: CompetencyIndex, shown: int) -> float:
        found = level.parts(reading.pieces, row, reading.language, self._fitted)
        s = level.level(found, shown if entry.indicators else None, self._fitted)
        if not entry.competency.coherence:
            return s
        kept = [piece for piece in reading.pieces if piece.left_out is None]
        ordered = coherence(
            [piece.sentence.text for piece in kept], np.array([piece.vector for piece in kept]), reading.language
        )
        return s if ordered is None else (1 - COHERENCE_SHARE) * s + COHERENCE_SHARE * 2.0 * ordered

    def _why(self, readings: Sequence[Reading], position: int) -> Reason:
        probing = [reading for reading in readings if position in reading.probed]
        if probing and all(reading.reason is not None for reading in probing):
            return Reason("competency.answers_not_assessable")
        return Reason("competency.not_shown")


def _notes(readings: Sequence[Reading], position: int) -> tuple[Reason, ...]:
    """Why answers that probe the competency were left out, in whole or in part; each once."""
    found: dict[str, Reason] = {}
    for reading in readings:
        if position in reading.probed:
            for reason in (*((reading.reason,) if reading.reason else ()), *reading.notes):
                found.setdefault(reason.code, reason)
    return tuple(found[code] for code in sorted(found))


def _cannot(entry: CompetencyIndex, reason: Reason, notes: tuple[Reason, ...]) -> CompetencyResult:
    return CompetencyResult(
        entry.competency.id,
        "cannot_assess",
        None,
        (),
        (),
        tuple(indicator.id for indicator in entry.indicators),
        tuple((indicator.id, False) for indicator in entry.indicators if indicator.marker),
        reason,
        notes,
    )
