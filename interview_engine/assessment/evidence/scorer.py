"""The default scorer: quotes from the transcript, cues in the quotes, one stated formula. Offline, no language model.

The steps (docs/scoring.md explains each): read every answer (sentences, locks, relevance, gate), route it to the
competencies its question probes, turn its cues into a level, pool the answers of a competency, and say which quotes did
it. Nothing depends on the order of the answers, on time or on chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interview_engine.assessment.evidence import account, deeds, level, marks, quotes, reference
from interview_engine.assessment.evidence.coherence import coherence
from interview_engine.assessment.evidence.conduct import is_grave
from interview_engine.assessment.evidence.copies import without_copies
from interview_engine.assessment.evidence.reading import Reading, read
from interview_engine.assessment.evidence.routing import route, sentence_weights
from interview_engine.assessment.evidence.rubric import CompetencyIndex, Encoder, KitIndex, build
from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import (
    AnswerFinding,
    AnswerText,
    CompetencyResult,
    ContentScores,
    Embedder,
    Evidence,
    Score,
)

SCORER_ID = "evidence/3"

OWN_SHARE = 0.5
"""Share in a competency from which an answer is its own. One with less was given to something else, was routed there by
likeness, or is small talk: it may raise what the own answers showed, and not lower it."""

WIDE_WEIGHT = 0.5
SHORT_WORDS = 30.0
"""Where little was said: pooled weight, or words of an account, below which the band is the wide one."""

LIKELY = 0.5
"""Chance from which a reader is told that methods were denied or claims taken back."""

GRAVE_LIMIT = 2.5
"""Score of 10 (level 2) above which no competency stands whose answers tell a grave wrong deed."""

COHERENCE_SHARE = 0.35
"""Part of the level of a competency marked `coherence` that comes from the order of the answer (a convention)."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One answer as evidence for one competency: its share in the pool, its sentences' weights, its level s, the
    indicators it shows, the comparison with a reference where the question has one, the parts of an account's level
    where it is one, whether it tells a grave wrong deed, and its sentences that speak of another competency."""

    reading: Reading
    share: float
    row: tuple[float, ...]
    level: float
    shown: tuple[quotes.Showing, ...]
    match: reference.ReferenceMatch | None
    account: account.AccountLevel | None
    grave: bool
    of_others: frozenset[int] = frozenset()


class EvidenceScorer:
    """Implements scoring.Scorer. Keeps the indexes of the kits it has seen, so a rescoring run embeds each kit once.

    Args:
        embedder: unit vectors for zh and en; injected, so that the domain imports no model.
        fitted: constants for the turns of a dialogue without a plan; None, here and below, for those that ship.
        references: constants of the comparison with reference answers.
        accounts, model: constants for answers to questions that were written for what they probe.
        cuts: by question with marks the likeness from which each step is reached; those that ship where there are none.
    """

    def __init__(
        self,
        embedder: Embedder,
        fitted: level.Constants | None = None,
        references: reference.ReferenceModel | None = None,
        accounts: level.Constants | None = None,
        model: deeds.DeedModel | None = None,
        cuts: Mapping[str, tuple[float, ...]] | None = None,
    ) -> None:
        self._encoder = Encoder(embedder)
        self._fitted = fitted or level.constants()
        self._references = references or reference.model()
        self._accounts = accounts or account.constants()
        self._model = model or deeds.model()
        self._cuts = cuts or {}
        self._indexes: dict[tuple[str, str], tuple[Kit, KitIndex]] = {}

    @property
    def scorer_id(self) -> str:
        """Name and version as "evidence/<number>"; reports with the same one were scored by the same rules."""
        return SCORER_ID

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """Score one interview (see scoring.Scorer)."""
        ordered = sorted(answers, key=lambda answer: (answer.question_id, answer.language, answer.text))
        self._prepare(kit, ordered)
        readings = [self._read(kit, answer) for answer in ordered]
        for language in sorted({reading.language for reading in readings}):
            readings = without_copies(readings, self._index(kit, language))
        matches = [self._match(reading, kit) for reading in readings]
        routes = [route(reading, self._index(kit, reading.language)) for reading in readings]
        reasons = {id(answer): reading.reason for answer, reading in zip(ordered, readings, strict=True)}
        findings = tuple(AnswerFinding(answer.question_id, reasons[id(answer)]) for answer in answers)
        results = []
        for position in range(len(self._index(kit, kit.languages[0]).competencies)):
            used = [
                self._use(reading, kit, position, routed[position], match)
                for reading, routed, match in zip(readings, routes, matches, strict=True)
                if position in routed
            ]
            results.append(self._competency(kit, position, readings, used))
        return ContentScores(tuple(results), findings)

    def _prepare(self, kit: Kit, answers: Sequence[AnswerText]) -> None:
        """The vectors of all sentences of an interview at once."""
        for language in sorted({answer.language for answer in answers} & {*kit.languages}):
            typed = [AnswerText(answer.question_id, language, answer.text) for answer in answers]
            own = [one for one, answer in zip(typed, answers, strict=True) if answer.language == language]
            texts = [sentence.text for answer in own for sentence in split(answer)]
            self._encoder.prepare(texts, self._index(kit, language).language)

    def _index(self, kit: Kit, language: str) -> KitIndex:
        side = "zh" if language == "zh" else "en"
        key = (kit.sha256, side)
        known = self._indexes.get(key)
        if known is None or known[0] != kit:
            known = (kit, build(kit, side, self._encoder))
            self._indexes[key] = known
        return known[1]

    def _read(self, kit: Kit, answer: AnswerText) -> Reading:
        index = self._index(kit, answer.language)
        return read(answer, index, self._encoder, self._model)

    def _use(
        self, reading: Reading, kit: Kit, position: int, share: float, match: reference.ReferenceMatch | None
    ) -> _Use:
        index = self._index(kit, reading.language)
        entry = index.competencies[position]
        row = sentence_weights(reading, index, position)
        shown = quotes.showings([reading], entry)
        if match is not None:
            return _Use(reading, share, tuple(row), 2.0 * match.score, shown, match, None, False)
        count = len({one.indicator for one in shown}) if entry.indicators else None
        if not reading.is_account:
            found = level.parts(reading.pieces, row, reading.language, self._fitted)
            s = self._ordered(level.level(found, count, self._fitted), reading, entry)
            return _Use(reading, share, tuple(row), s, shown, None, None, False)
        told = account.measure(reading, row, count, self._accounts, self._model)
        s = self._ordered(told.s, reading, entry)
        others = [index.competencies[probe] for probe in reading.probed if probe != position]
        grave, of_others = is_grave(reading, entry, self._model), quotes.elsewhere(reading, row, entry, others)
        return _Use(reading, share, tuple(row), s, shown, None, told, grave, of_others)

    def _ordered(self, s: float, reading: Reading, entry: CompetencyIndex) -> float:
        """s, for a competency marked `coherence` mixed with how the sentences follow from each other."""
        if not entry.competency.coherence:
            return s
        kept = [piece for piece in reading.pieces if piece.left_out is None]
        ordered = coherence(
            [piece.sentence.text for piece in kept], np.array([piece.vector for piece in kept]), reading.language
        )
        return s if ordered is None else (1 - COHERENCE_SHARE) * s + COHERENCE_SHARE * 2.0 * ordered

    def _match(self, reading: Reading, kit: Kit) -> reference.ReferenceMatch | None:
        """The comparison with the question's reference answers, with its mark; see `reference.compared`."""
        found = reference.compared(reading, kit, self._encoder, self._references)
        return None if found is None else marks.with_mark(found, kit, reading.answer.question_id, self._cuts)

    def _competency(
        self, kit: Kit, position: int, readings: Sequence[Reading], used: Sequence[_Use]
    ) -> CompetencyResult:
        entry = self._index(kit, kit.languages[0]).competencies[position]
        notes = _notes(readings, position)
        weight = sum(one.share for one in used)
        if weight < level.LEAST_WEIGHT:
            return _cannot(entry, _why(readings, position), notes)
        if any(one.match is not None and one.match.denies for one in used):
            return _cannot(entry, Reason("reference.contradicts"), (*notes, *_compared(used)))
        fitted = self._accounts if any(one.account is not None for one in used) else self._fitted
        pooled = _pooled(used, fitted)
        grave = any(one.grave for one in used)
        value = round(min(GRAVE_LIMIT if grave else 10.0, max(0.0, 5.0 * pooled)), 4)
        short = all(one.account is not None and one.reading.words < SHORT_WORDS for one in used)
        spread = fitted.wide_spread if weight < WIDE_WEIGHT or short else fitted.spread
        found = {showing.indicator for one in used for showing in one.shown}
        return CompetencyResult(
            entry.competency.id,
            "assessed",
            Score(value, max(0.0, value - spread), min(10.0, value + spread)),
            level.distribution(value, spread),
            _quoted(used, fitted),
            tuple(indicator.id for indicator in entry.indicators if indicator.id not in found),
            tuple((indicator.id, indicator.id in found) for indicator in entry.indicators if indicator.marker),
            reasons=(*notes, *_said_against(used), *((Reason("text.little_said"),) if short else ()), *_compared(used)),
        )


def _pooled(used: Sequence[_Use], fitted: level.Constants) -> float:
    """The pooled level of all answers, and not below that of the competency's own accounts where there are some. The
    turns of a dialogue have no such edge: with one at .5 a repeated turn moved a competency by up to 2.9 of 10."""
    own = [one for one in used if one.account is not None and one.share >= OWN_SHARE]
    pools = [part for part in (used, own) if part]
    return max(level.pool([one.level for one in part], [one.share for one in part], fitted) for part in pools)


def _compared(used: Sequence[_Use]) -> tuple[Reason, ...]:
    return tuple(reason for one in used if one.match for reason in reference.reasons(one.match))


def _said_against(used: Sequence[_Use]) -> tuple[Reason, ...]:
    """What a person has to look at: a wrong deed, grave or such as lowers the score; methods denied or claims taken
    back, when that is likely."""
    told = [one.reading.against.chances for one in used if one.account is not None]
    found = [Reason("conduct.wrong_deed")] if any(one.grave for one in used) else []
    if not found and any(chances[0] > deeds.UNSURE[0] for chances in told):
        found.append(Reason("conduct.perhaps_wrong"))
    if any(max(chances[1:]) >= LIKELY for chances in told):
        found.append(Reason("conduct.not_done"))
    return tuple(found)


def _quoted(used: Sequence[_Use], fitted: level.Constants) -> tuple[Evidence, ...]:
    told = [one for one in used if one.match is None]
    shown = [
        quotes.Showing(showing.indicator, at, showing.piece) for at, one in enumerate(told) for showing in one.shown
    ]
    chosen = quotes.choose(
        [one.reading for one in told],
        [one.row for one in told],
        [one.share for one in told],
        shown,
        fitted,
        [one.account for one in told],
        [one.of_others for one in told],
    )
    compared = tuple(quotes.compared(one.reading, one.match.score) for one in used if one.match is not None)
    return (*compared, *chosen)


def _why(readings: Sequence[Reading], position: int) -> Reason:
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
