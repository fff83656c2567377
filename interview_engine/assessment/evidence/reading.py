"""One answer as the evidence scorer reads it: its sentences, what each is worth, whether it answers the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence import deeds, idle, locks, misconduct, relevance
from interview_engine.assessment.evidence.cues import Cue, asks_would, find, is_negated
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, unit
from interview_engine.assessment.evidence.sentences import Sentence, split
from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import AnswerText
from interview_engine.assessment.text import fold, grams, located_terms, terms, units

Vectors = NDArray[np.float64]

RELEVANT = {"en": (0.18, 0.30), "zh": (0.17, 0.29)}
"""Where a sentence begins to count and where it counts in full: best cosine to a clause of the rubric, to the question
or to the rest of the answer. Real sentences lie above .2 (1 % quantile under shipped kits, both languages); Mandarin
hobby sentences have their median there, English ones lie higher and are left to the locks (development half of the
twins)."""

GATE_RECITAL = 0.35
GATE_COURTESY = 0.1
"""Factors for a recital of the CV and for a short turn of courtesy or self-praise (docs/scoring.md, "Set by hand")."""

EVIDENT = frozenset(
    {"method", "check", "instrument", "precise", "outcome", "learning", "probe", "compare", "restraint", "number"}
    | {"no_method", "default", "external", "general", "deflect", "vague", "habit", "unknown", "reactive", "simple"}
    | {"undone", "taken_back"}
)
LEVEL_CATEGORIES = frozenset(
    EVIDENT | {"instrument", "reason", "sequence", "episode", "action", "named", "uncertain", "upper", "lower"}
)
"""Categories that move a level in either direction (level.py)."""

IN_FAVOUR = frozenset(
    {"method", "check", "instrument", "precise", "outcome", "reason", "sequence", "episode", "learning", "action"}
    | {"number", "named", "compare", "probe", "restraint", "upper"}
)
"""Categories that speak for a deed."""

TELLING = EVIDENT | {"action", "sequence", "episode", "reason"}
LEAST_TOLD = 2
"""An account tells of something: verse has one of these cues at most, one real applicant in ten as few (c. 60
words)."""

AGAINST_ONESELF = frozenset(
    {"vague", "external", "habit", "simple", "uncertain", "undone", "unknown", "deflect", "default", "taken_back"}
)
"""What a modest clause is not held to."""

SAME_MEANING = {"en": 0.74, "zh": 0.68}
"""Cosine to an earlier sentence from which a sentence says it again in other words: less than one in a thousand
sentences of the authors that fit lies above."""

_CLAUSE = re.compile(r"[^,，。！？；;.!?\n]+")

FULL_EVIDENCE = 6.5
"""Distinct cues of these categories, for or against, from which a turn counts in full; one with fewer says little
either way and weighs in proportion (the median simulated turn has 4, an authored answer 11, a CV recital 1 to 2). With
5 one claim of a single sentence still moved a score by .7 of 10; with 8 strong evidence counts too little."""

DECLARED_PROBES = 3
"""A question that probes at most this many competencies was written for them, and its answer counts in full for each;
one that probes more belongs to an interview without a plan."""

LEAST_GATE = 0.12
"""Gate of a turn up to which it counts for nothing; from there on it counts by what it has above."""

TAKEN_BACK_WORTH = 2.5
"""Cues that a phrase counts as which takes a claim back ("in theory", 其实没真做过): the claim was told before, so the
taking back needs no more words and is not held against its length."""

TYPICAL_WORDS = 24.0
"""Length at which the gate is neutral (docs/scoring.md, "Set by hand")."""

ENGLISH_WORDS_PER_CHARACTER = 0.62
"""English words that a Mandarin character stands for: a convention. The development twins have 0.75; the constant only
scales lengths (gate, densities), and Mandarin densities are standardised by their own means, so it moves little."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence with what was found in it.

    Args:
        weight: 0..1, how much it counts; 0 when `left_out` says why.
        words: its length in words, Mandarin converted to English words.
        deed: what it tells of the deed; None where it does not count and in a dialogue without a plan.
    """

    sentence: Sentence
    cues: tuple[Cue, ...]
    vector: Vectors
    weight: float
    words: float
    left_out: str | None
    deed: deeds.Deed | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer read.

    Args:
        probed: positions of the content competencies its question probes.
        pieces: its sentences in order.
        vector: unit mean of the sentences that count; zero when none does.
        gate: 0..1, how far the answer as a whole speaks to the question and the rubric.
        reason: why it could not be used, or None.
        notes: reasons a reader needs although the answer counts.
        against: the chances that the answer tells a wrong deed, denies methods or takes claims back.
    """

    answer: AnswerText
    language: str
    probed: tuple[int, ...]
    pieces: tuple[Piece, ...]
    vector: Vectors
    gate: float
    reason: Reason | None
    notes: tuple[Reason, ...] = ()
    against: deeds.Against = deeds.NOTHING_AGAINST

    @property
    def is_account(self) -> bool:
        """Whether its question was written for what it probes (`DECLARED_PROBES`): the answer is then an account of a
        deed, elsewhere a turn of a dialogue."""
        return len(self.probed) <= DECLARED_PROBES

    @property
    def words(self) -> float:
        """Length of what counts, in English words."""
        return sum(piece.words * piece.weight for piece in self.pieces)


def read(answer: AnswerText, index: KitIndex, encoder: Encoder, fitted: deeds.DeedModel | None = None) -> Reading:
    """Read `answer` against the index of its language. Never raises for a poor answer: `reason` says what is wrong.

    Args:
        fitted: constants of the deeds; None for those that ship.
    """
    reading = read_sentences(answer, index, encoder)
    if reading.reason is not None or not reading.is_account or _is_compared(answer, index):
        return reading
    return _with_deeds(reading, fitted or deeds.model())


def read_sentences(answer: AnswerText, index: KitIndex, encoder: Encoder) -> Reading:
    """The reading without deeds: sentences, locks, relevance."""
    language = index.language
    probed = index.probed(answer.question_id)
    empty = Reading(answer, language, probed, (), np.zeros(0), 0.0, None)
    reason = _refused(answer, language, index)
    if reason is not None:
        return replace(empty, reason=reason)
    if _is_compared(answer, index):
        return _read_short(empty, index, encoder)
    sentences = split(answer)
    would = _asks_would(answer, index)
    cues = [
        (*_spared(piece.text, find(piece.text, language, would)), *_of_anchors(piece.text, index, answer.question_id))
        for piece in sentences
    ]
    vectors = encoder.embed([piece.text for piece in sentences], language)
    left_out = _said_again(_left_out(sentences, cues, index, answer.question_id), vectors, language)
    if len(probed) <= DECLARED_PROBES:
        left_out = idle.left_out(left_out, vectors, language, idle.model())
    weights = _relevance(vectors, left_out, index, answer.question_id, probed)
    factor = ENGLISH_WORDS_PER_CHARACTER if language == "zh" else 1.0
    pieces = tuple(
        Piece(sentence, found, vector, weight, factor * _length(sentence.text, found, language), why)
        for sentence, found, vector, weight, why in zip(sentences, cues, vectors, weights, left_out, strict=True)
    )
    notes = tuple(Reason(code) for code in ("text.instruction",) if code in left_out)
    vector = unit(sum((piece.weight * piece.vector for piece in pieces), np.zeros(vectors.shape[1])))
    reading = Reading(answer, language, probed, pieces, vector, 0.0, None, notes)
    reason = _too_little(reading, sentences)
    if reason is not None:
        return replace(reading, reason=reason)
    gate = _gate(reading, index)
    return replace(reading, gate=gate) if gate > 0 else replace(reading, reason=Reason("text.off_topic"))


def _asks_would(answer: AnswerText, index: KitIndex) -> bool:
    """Whether the answer's question asks what one would do."""
    asked = [question.text for question in index.kit.questions if question.id == answer.question_id]
    return any(asks_would(text.get(index.language), index.language) for text in asked)


def _is_compared(answer: AnswerText, index: KitIndex) -> bool:
    """Whether the question has reference answers, so that the answer is compared with them."""
    return any(question.references for question in index.kit.questions if question.id == answer.question_id)


def _with_deeds(reading: Reading, fitted: deeds.DeedModel) -> Reading:
    """The reading with the deed of every sentence that counts; a sentence that speaks against the deed shows no cue for
    it: what was denied or taken back was not done."""
    places = [place for place, piece in enumerate(reading.pieces) if piece.weight > 0]
    vectors = np.array([reading.pieces[place].vector for place in places])
    words = [reading.pieces[place].words for place in places]
    seen = deeds.look(vectors, words, deed_flags(reading), fitted) if places else ()
    texts = [piece.sentence.text for piece in reading.pieces]
    beside = [text for text, piece in zip(texts, reading.pieces, strict=True) if not piece.weight > 0]
    told = misconduct.told([texts[place] for place in places], reading.language, beside)
    found = misconduct.marked(seen, told)
    pieces = list(reading.pieces)
    for place, deed in zip(places, found, strict=True):
        piece = pieces[place]
        cues = tuple(cue for cue in piece.cues if cue.category not in IN_FAVOUR) if deed.speaks_against else piece.cues
        pieces[place] = replace(piece, deed=deed, cues=cues)
    against = misconduct.with_words(deeds.against(seen, fitted), told)
    return replace(reading, pieces=tuple(pieces), against=against)


def deed_flags(reading: Reading) -> Vectors:
    """What the cues of every sentence that counts tell the probes (deeds.flags), n x k."""
    return np.array(
        [
            deeds.flags(piece.cues, piece.sentence.text, piece.words, reading.language)
            for piece in reading.pieces
            if piece.weight > 0
        ]
    )


def _said_again(codes: Sequence[str | None], vectors: Vectors, language: str) -> list[str | None]:
    """The codes with text.repetition where a sentence says in other words what an earlier one said."""
    found = list(codes)
    for place in range(1, len(found)):
        earlier = [before for before in range(place) if found[before] is None]
        if (
            found[place] is None
            and earlier
            and float((vectors[earlier] @ vectors[place]).max()) > SAME_MEANING[language]
        ):
            found[place] = "text.repetition"
    return found


def _length(text: str, cues: Sequence[Cue], language: str) -> int:
    """Words (characters) of a sentence without its hedges ("I guess", 可能) and the clauses that are only modest
    ("nothing special really", 也没什么): a density divides by length, and being modest takes words."""
    spent = sum(units(cue.text, language) for cue in cues if cue.category == "hedge")
    for start, end in _modest_clauses(text, cues):
        inside = {cue.category for cue in cues if start <= cue.start < end}
        if not inside & LEVEL_CATEGORIES:
            spent += units(text[start:end], language)
    return max(1, units(text, language) - spent)


def _spared(text: str, cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues without those against the candidate in a modest clause ("it was mostly the team, nothing special"):
    being modest about oneself is no evidence against oneself."""
    spans = _modest_clauses(text, cues)
    return tuple(
        cue
        for cue in cues
        if not ((cue.category in AGAINST_ONESELF or cue.negated) and any(a <= cue.start < b for a, b in spans))
    )


def _modest_clauses(text: str, cues: Sequence[Cue]) -> list[tuple[int, int]]:
    modest = [cue.start for cue in cues if cue.category == "modest"]
    return [match.span() for match in _CLAUSE.finditer(text) if any(match.start() <= at < match.end() for at in modest)]


def _of_anchors(text: str, index: KitIndex, question_id: str) -> tuple[Cue, ...]:
    """Words of `text` that only the upper anchors of what the question probes use ("upper"), or only the lower ones
    ("lower"); a word of the question, or one that is denied, is neither."""
    probed = index.probed(question_id)
    upper = frozenset().union(*(index.competencies[i].upper for i in probed))
    lower = frozenset().union(*(index.competencies[i].lower for i in probed))
    asked = index.question_terms.get(question_id, frozenset())
    folded = fold(text)
    found = []
    for term, start, end in located_terms(text, index.language):
        side = "upper" if term in upper - lower else "lower" if term in lower - upper else ""
        if side and term not in asked and not is_negated(folded, start, index.language):
            found.append(Cue(side, term, start, end, False))
    return tuple(found)


def _refused(answer: AnswerText, language: str, index: KitIndex) -> Reason | None:
    if not answer.text.strip():
        return Reason("text.empty")
    if answer.language not in index.kit.languages:
        return Reason("language.not_covered", {"language": answer.language})
    foreign = locks.other_language(answer.text, language)
    if foreign is not None:
        return Reason("language.not_covered", {"language": foreign})
    if _is_compared(answer, index):
        return None
    return locks.whole(plain_text(answer.text, language), language, index)


def _read_short(empty: Reading, index: KitIndex, encoder: Encoder) -> Reading:
    """An answer to be compared with a reference: it may be one word, but no order and no read-back question."""
    answer, language = empty.answer, empty.language
    sentences = split(answer)
    cues = [find(piece.text, language) for piece in sentences]
    barred = ("text.instruction", "text.question_read_back")
    left_out = [code if code in barred else None for code in _left_out(sentences, cues, index, answer.question_id)]
    vectors = encoder.embed([piece.text for piece in sentences], language)
    pieces = tuple(
        Piece(sentence, found, vector, 0.0 if why else 1.0, float(units(sentence.text, language)), why)
        for sentence, found, vector, why in zip(sentences, cues, vectors, left_out, strict=True)
    )
    notes = tuple(Reason(code) for code in ("text.instruction",) if code in left_out)
    reading = Reading(answer, language, empty.probed, pieces, unit(vectors.mean(axis=0)), 1.0, None, notes)
    kept = [code for code in left_out if code is None]
    return reading if kept else replace(reading, reason=Reason(next(code for code in left_out if code)))


def _left_out(
    sentences: Sequence[Sentence], cues: Sequence[Sequence[Cue]], index: KitIndex, question_id: str
) -> list[str | None]:
    before: list[frozenset[str]] = []
    codes: list[str | None] = []
    for sentence, found in zip(sentences, cues, strict=True):
        code = locks.sentence(sentence.text, index.language, index, question_id, found)
        if code is None and locks.repeats(sentence.text, before, index.language):
            code = "text.repetition"
        before.append(frozenset(grams(sentence.text, index.language, 3)))
        codes.append(code)
    return codes


def _relevance(
    vectors: Vectors, left_out: Sequence[str | None], index: KitIndex, question_id: str, probed: Sequence[int]
) -> list[float]:
    """Weight 0..1 per sentence: a ramp over its best cosine to rubric clauses, question and rest of the answer."""
    kept = np.array([code is None for code in left_out])
    clauses = (
        np.concatenate([index.competencies[i].clauses for i in probed]) if probed else np.zeros((1, vectors.shape[1]))
    )
    best = (vectors @ clauses.T).max(axis=1)
    question = index.questions.get(question_id)
    if question is not None:
        best = np.maximum(best, vectors @ question)
    total = vectors[kept].sum(axis=0) if kept.any() else np.zeros(vectors.shape[1])
    rest = unit(total - vectors)
    best = np.maximum(best, (vectors * rest).sum(axis=1))
    low, high = RELEVANT[index.language]
    ramp = np.clip((best - low) / (high - low), 0.0, 1.0)
    return [float(value) if keep else 0.0 for value, keep in zip(ramp, kept, strict=True)]


def _too_little(reading: Reading, sentences: Sequence[Sentence]) -> Reason | None:
    """The commonest lock as the reason, when too little is left of the answer. In an account, who says enough beside
    self-praise has answered: one real applicant in twenty tells what he or she is like in most of a written answer."""
    spared = "text.self_praise" if reading.is_account else ""
    total = sum(piece.words for piece in reading.pieces if piece.left_out != spared)
    kept = sum(piece.words for piece in reading.pieces if piece.left_out is None)
    lost: dict[str, float] = {}
    for piece in reading.pieces:
        if piece.left_out is not None:
            lost[piece.left_out] = lost.get(piece.left_out, 0.0) + piece.words
    enough = kept >= locks.SHORTEST["en"] and kept >= locks.MIN_LEFT * total
    if enough or not lost:
        return None
    if kept >= 3 * locks.SHORTEST["en"]:
        return None
    return Reason(max(sorted(lost), key=lambda code: lost[code]))


def _gate(reading: Reading, index: KitIndex) -> float:
    """How far the answer counts, 0..1; 0 is off topic. Whether an account speaks to its question is one thing
    (relevance.py), how good it is another: neither its length nor its cues decide here."""
    if not reading.probed:
        return 0.0
    if not reading.is_account:
        return _gate_of_turn(reading, index)
    if not any(piece.weight > 0 for piece in reading.pieces):
        return 0.0
    vectors, words, used = _spoken(reading)
    told = {cue.text for piece in reading.pieces for cue in piece.cues if cue.category in TELLING}
    thin = len(told) < LEAST_TOLD
    if relevance.off_topic(vectors, words, used, index, reading.answer.question_id, thin, relevance.model()):
        return _small_talk(reading) if _shows_its_own(reading, index) else 0.0
    return _small_talk(reading)


def _shows_its_own(reading: Reading, index: KitIndex) -> bool:
    """Whether a sentence uses a phrase of an indicator of what its question probes, not negated: then it answers that
    question, whatever it is near. The kit's author said so."""
    indicators = [one for position in reading.probed for one in index.competencies[position].indicators]
    return any(
        not is_negated(folded, match.start(), reading.language)
        for folded in (fold(piece.sentence.text) for piece in reading.pieces if piece.weight > 0)
        for indicator in indicators
        if indicator.pattern is not None
        for match in indicator.pattern.finditer(folded)
    )


def suits(reading: Reading, index: KitIndex, fitted: relevance.RelevanceModel) -> float:
    """How surely an account with a sentence that counts speaks to its question, in logits (relevance.value)."""
    vectors, words, used = _spoken(reading)
    return relevance.value(vectors, words, used, index, reading.answer.question_id, fitted)


def _spoken(reading: Reading) -> tuple[Vectors, list[float], frozenset[str]]:
    """Vectors, lengths and content stems of the sentences that count."""
    counted = [piece for piece in reading.pieces if piece.weight > 0]
    used = terms(" ".join(piece.sentence.text for piece in counted), reading.language)
    return (
        np.array([piece.vector for piece in counted]),
        [piece.words * piece.weight for piece in counted],
        used,
    )


def _small_talk(reading: Reading) -> float:
    """1 for an account, less for a short turn of courtesy or self-praise and for a recital of the CV."""
    categories = {cue.category for piece in reading.pieces for cue in piece.cues}
    told = sum(piece.words for piece in reading.pieces)
    worth = 1.0
    if categories & {"self_praise", "courtesy"} and told < 30:
        worth *= GATE_COURTESY
    if "recital" in categories and told < 45:
        worth *= GATE_RECITAL
    return worth


def _gate_of_turn(reading: Reading, index: KitIndex) -> float:
    """How far a turn of a dialogue speaks to the rubric: a logistic of its likeness to whole anchors, the rubric
    words it uses, its length and its likest sentence; zero up to LEAST_GATE (docs/scoring.md, step 4), in proportion
    to its cues. The question tells what a short answer ("no, we had no such system") is about."""
    entries = [index.competencies[i] for i in reading.probed]
    likeness = max(float((entry.anchors @ reading.vector).max()) for entry in entries)
    closest = max(
        (
            float((entry.clauses @ piece.vector).max())
            for entry in entries
            for piece in reading.pieces
            if piece.weight > 0
        ),
        default=0.0,
    )
    used = terms(" ".join(piece.sentence.text for piece in reading.pieces if piece.left_out is None), reading.language)
    categories = {cue.category for piece in reading.pieces for cue in piece.cues}
    asked = index.question_parts[reading.answer.question_id]
    likeness = max(likeness, *(float((entry.anchors @ asked.T).max()) for entry in entries))
    closest = max(closest, *(float((entry.clauses @ asked.T).max()) for entry in entries))
    used |= index.question_terms[reading.answer.question_id]
    words = max(reading.words, TYPICAL_WORDS) if "taken_back" in categories else reading.words
    rubric_words = max(sum(index.term_weight[term] for term in sorted(used & entry.terms)) for entry in entries)
    z = 6.0 * (likeness - 0.33) + 0.35 * (min(rubric_words, 8.0) - 3.2) + 2.2 * log(max(1.0, words) / TYPICAL_WORDS)
    z += 5.0 * (closest - 0.38)
    gate = 1.0 / (1.0 + exp(-max(-30.0, min(30.0, 2.2 * z))))
    evident: dict[str, float] = {}
    for piece in reading.pieces:
        for cue in piece.cues:
            if cue.category in EVIDENT:
                worth = piece.weight * (TAKEN_BACK_WORTH if cue.category == "taken_back" else 1.0)
                evident[cue.text] = max(worth, evident.get(cue.text, 0.0))
    gate *= min(1.0, sum(evident.values()) / FULL_EVIDENCE)
    gate *= _small_talk(reading)
    return max(0.0, gate - LEAST_GATE) / (1.0 - LEAST_GATE)
