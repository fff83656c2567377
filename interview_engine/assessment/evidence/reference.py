"""A short answer against a reference answer: how much of what the reference says the answer says too.

For knowledge questions only (Question.references). A ridge model with fixed signs over plain measures of likeness; its
constants are in reference.json, fitted by `python -m bench fit` on SAF (MIT). 0 is nothing of the reference, 1 is all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence.figures import disagree, figures
from interview_engine.assessment.evidence.reading import Reading
from interview_engine.assessment.evidence.rubric import Encoder, unit
from interview_engine.assessment.evidence.sentences import split
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import AnswerText
from interview_engine.assessment.text import fold, terms, units

Vectors = NDArray[np.float64]

FEATURES = (
    *("likeness", "likeness_beyond_question", "coverage", "least_coverage", "recall", "recall_beyond_question"),
    *("precision", "characters", "pairs", "numbers", "opposite", "does_not_know"),
)
SIGNS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0)

QUESTION_SHARE = 0.5
"""Part of the question's own direction that is taken out of both vectors (docs/scoring.md, "Set by hand")."""

MAX_WORDS = 12

NOT_KNOWING = 0.6
"""Taken off an answer that says it does not know and gives next to nothing of the reference: set by hand, because the
set the weights are fitted on has no such answer."""

SHORT = {"en": 12, "zh": 20}
"""Words (en) or characters (zh) up to which an answer is one statement, so that its negation denies all of it."""

_CLAUSES = {
    "en": re.compile(r"[.;:!?,\n]+|\b(?:but|because|so|while|whereas)\b"),
    "zh": re.compile(r"[。；：！？，,;!?\n]+|但是|但|因为|所以|而"),
}
_NEGATION = {
    "en": re.compile(r"\b(?:not|no|never|without|cannot|neither|nor|\w+n't)\b"),
    "zh": re.compile(r"不|没|无|非|未"),
}
_UNKNOWING = {
    "en": re.compile(
        r"\b(?:i do not know|don't know|dont know|no idea|not sure|idk|can't remember|cannot remember|i give up)\b|"
        r"^\W*$"
    ),
    "zh": re.compile(r"不知道|不清楚|不会|忘了|没学过|不懂"),
}
_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ReferenceModel:
    """The fitted constants: score = logistic(4 (intercept + sum of weight x (feature - mean) / spread - 0.5)).

    The logistic leaves the middle as it is and bends the ends, so that answers above a full mark still differ.
    """

    intercept: float
    weights: Mapping[str, float]
    means: Mapping[str, float]
    spreads: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """The step that an answer reached: the number of its question in the kit, from 1, the mark and the full mark."""

    question: int
    given: float
    full: float


@dataclass(frozen=True, slots=True)
class ReferenceMatch:
    """How an answer compares with the reference it is nearest to.

    Args:
        score: 0..1.
        features: by name, as in FEATURES.
        said, missing: content words of the reference, beyond those of the question, that the answer has and lacks.
        contradicts: it uses the opposite of a word of the reference, or is negated where the reference is not, or not
        where
            the reference is.
        denies: the first or the second: no number then, a person decides.
        mark: where the question has marks and the answer does not deny.
    """

    score: float
    features: Mapping[str, float]
    said: tuple[str, ...]
    missing: tuple[str, ...]
    contradicts: bool
    denies: bool = False
    mark: Mark | None = None


@cache
def opposites() -> dict[str, list[tuple[str, str]]]:
    """Pairs of words that exclude each other, per language (opposites.json): general vocabulary, of no set's topic."""
    raw = json.loads(
        files("interview_engine.assessment.evidence").joinpath("opposites.json").read_text(encoding="utf-8")
    )
    return {language: [(one, other) for one, other in raw[language]] for language in ("en", "zh")}


@cache
def model() -> ReferenceModel:
    """The constants that ship (reference.json)."""
    raw = json.loads(
        files("interview_engine.assessment.evidence").joinpath("reference.json").read_text(encoding="utf-8")
    )
    raw.pop("about")
    return ReferenceModel(**raw)


def compare(
    text: str, question: str, references: Sequence[str], language: str, encoder: Encoder, fitted: ReferenceModel
) -> ReferenceMatch:
    """The best match of `text` among the references (at least one). It denies only what every reference says: an answer
    that agrees with one of them contradicts nothing."""
    said, asked, *given = (plain_text(one, language) for one in (text, question, *references))
    found = [_match(measure(said, asked, reference, language, encoder), said, asked, reference, language, fitted)
             for reference in given]  # fmt: skip
    best = max(found, key=lambda match: match.score)
    return replace(best, denies=all(match.denies for match in found))


def compared(reading: Reading, kit: Kit, encoder: Encoder, fitted: ReferenceModel) -> ReferenceMatch | None:
    """The comparison of an answer with its question's references; None where there is none or nothing to compare."""
    given = [question for question in kit.questions if question.id == reading.answer.question_id]
    if not given or not given[0].references or reading.reason is not None:
        return None
    kept = " ".join(piece.sentence.text for piece in reading.pieces if piece.left_out is None)
    texts = [one.get(reading.language) for one in given[0].references]
    return compare(kept, given[0].text.get(reading.language), texts, reading.language, encoder, fitted)


def measure(text: str, question: str, reference: str, language: str, encoder: Encoder) -> dict[str, float]:
    """The features of one answer against one reference, each on a fixed scale (0..1 but for the cosines)."""
    text, question, reference = (plain_text(one, language) for one in (text, question, reference))
    wanted_numbers = _numbers(reference, language)
    answer_parts = _part_vectors(text, language, encoder)
    clause_parts = _part_vectors(reference, language, encoder)
    own, wanted = unit(answer_parts.sum(axis=0)), unit(clause_parts.sum(axis=0))
    asked = unit(_part_vectors(question, language, encoder).sum(axis=0))
    cover = (clause_parts @ np.concatenate([answer_parts, own[None]]).T).max(axis=1)
    said, given, known = (terms(part, language) for part in (text, reference, question))
    fresh = given - known
    beyond = unit(own - QUESTION_SHARE * float(own @ asked) * asked)
    beyond_wanted = unit(wanted - QUESTION_SHARE * float(wanted @ asked) * asked)
    return {
        "likeness": float(own @ wanted),
        "likeness_beyond_question": float(beyond @ beyond_wanted),
        "coverage": float(cover.mean()),
        "least_coverage": float(cover.min()),
        "recall": _share(said & given, given),
        "recall_beyond_question": _share(said & fresh, fresh or given),
        "precision": _share(said & given, said - (known - given)),
        "characters": _cosine(_runs(text), _runs(reference)),
        "pairs": _pair_recall(text, reference),
        "numbers": _share(_numbers(text, language) & wanted_numbers, wanted_numbers, empty=0.5),
        "opposite": float(contradiction(text, question, reference, language)),
        "does_not_know": float(bool(_UNKNOWING[language].search(fold(text)))),
    }


def predict(features: Mapping[str, float], fitted: ReferenceModel) -> float:
    """Score 0..1 of measured features."""
    total = fitted.intercept
    for name in FEATURES:
        z = (features[name] - fitted.means[name]) / fitted.spreads[name]
        total += fitted.weights[name] * min(3.0, max(-3.0, z))
    if features["does_not_know"] > 0 and features["recall_beyond_question"] < 0.2:
        total -= NOT_KNOWING
    return likeness_of(total)


def likeness_of(mark: float) -> float:
    """The score 0..1 of an answer whose fitted mark is that share of the full mark (see `ReferenceModel`)."""
    return 1.0 / (1.0 + exp(-4.0 * (mark - 0.5)))


def reasons(match: ReferenceMatch) -> tuple[Reason, ...]:
    """What a reader needs: the mark, the reference's words that were said and that were not, and whether it says the
    opposite."""
    said = ", ".join(match.said[:MAX_WORDS]) or "–"
    missing = ", ".join(match.missing[:MAX_WORDS]) or "–"
    found = [Reason("reference.compared", {"said": said, "missing": missing})]
    if match.mark is not None:
        given, full = f"{match.mark.given:g}", f"{match.mark.full:g}"
        found.insert(0, Reason("reference.marked", {"question": str(match.mark.question), "mark": given, "full": full}))
    if match.contradicts:
        found.append(Reason("reference.contradicts"))
    return tuple(found)


def contradiction(text: str, question: str, reference: str, language: str) -> bool:
    """Whether the answer uses the opposite of a word of the reference, gives another number of the same thing, or is
    negated where the reference is not (and the other way round) while it speaks of the same thing."""
    said, given = fold(text), fold(reference)
    shared = terms(text, language) & terms(reference, language)
    denied = bool(_NEGATION[language].search(said)) != bool(_NEGATION[language].search(given))
    return (
        _opposes(said, given, language)
        or (denied and len(shared) >= 2)
        or _other_numbers(text, question, reference, language)
    )


def denial(text: str, question: str, reference: str, language: str) -> bool:
    """Whether the answer says the opposite of the reference so plainly that a person should decide: a clause uses the
    opposite of a word in the clause of the reference that it is about, a short answer is negated where the reference is
    not, or it gives another number of the same thing. An answer that leaves out a negated part is only incomplete.

    A denial anywhere in a longer answer says little: it flagged a quarter of SAF's good answers and a tenth of the
    bad ones. As it is, 5 % of SAF's good answers go to a person, 4 % of OS-grader's, 1 % of Carousel's.
    """
    said, given = fold(text), fold(reference)
    return (
        _opposes_in_a_clause(said, given, language)
        or _is_short_denial(said, given, language)
        or _other_numbers(text, question, reference, language)
    )


def _opposes_in_a_clause(said: str, given: str, language: str) -> bool:
    wanted = [(clause, terms(clause, language)) for clause in _CLAUSES[language].split(given)]
    wanted = [(clause, held) for clause, held in wanted if held]
    for clause in _CLAUSES[language].split(said):
        own = terms(clause, language)
        if len(own) < 2 or not wanted:
            continue
        about, held = max(wanted, key=lambda pair: (len(own & pair[1]), -len(pair[1])))
        shared = len(own & held)
        if shared >= 2 and 2 * shared >= min(len(own), len(held)) and _opposes(clause, about, language):
            return True
    return False


def _is_short_denial(said: str, given: str, language: str) -> bool:
    if units(said, language) > SHORT[language] or units(given, language) > 3 * SHORT[language]:
        return False
    denied = bool(_NEGATION[language].search(said)) and not _NEGATION[language].search(given)
    return denied and len(terms(said, language) & terms(given, language)) >= 2


def _other_numbers(text: str, question: str, reference: str, language: str) -> bool:
    """Whether the answer gives other numbers of a thing than the reference; the question's own numbers are nobody's."""
    asked = figures(question, language)
    said, given = (
        {role: values - asked.get(role, frozenset()) for role, values in figures(one, language).items()}
        for one in (text, reference)
    )
    return disagree(*({role: values for role, values in one.items() if values} for one in (said, given)))


def _opposes(said: str, given: str, language: str) -> bool:
    """Whether a word of one folded text excludes a word of the other."""
    for one, other in opposites()[language]:
        for here, there in ((one, other), (other, one)):
            wanted = _holds(here, given, language) and not _holds(there, given, language)
            told = _holds(there, said, language) and not _holds(here, said, language)
            if wanted and told:
                return True
    return False


def _match(
    features: dict[str, float], text: str, question: str, reference: str, language: str, fitted: ReferenceModel
) -> ReferenceMatch:
    fresh = terms(reference, language) - terms(question, language)
    said = terms(text, language)
    return ReferenceMatch(
        predict(features, fitted),
        features,
        tuple(sorted(fresh & said)),
        tuple(sorted(fresh - said)),
        features["opposite"] > 0,
        denial(text, question, reference, language),
    )


def _part_vectors(text: str, language: str, encoder: Encoder) -> Vectors:
    parts = [piece.text for piece in split(AnswerText("", language, text))] or ["-"]
    return encoder.embed(parts, language)


def _share(part: frozenset[str], whole: frozenset[str], empty: float = 0.0) -> float:
    return len(part) / len(whole) if whole else empty


def _numbers(text: str, language: str) -> frozenset[str]:
    return frozenset().union(*figures(text, language).values())


def _runs(text: str) -> Counter[str]:
    joined = " ".join(_TOKEN.findall(fold(text)))
    return Counter(joined[i : i + size] for size in (3, 4) for i in range(len(joined) - size + 1))


def _cosine(a: Counter[str], b: Counter[str]) -> float:
    dot = sum(count * b[key] for key, count in a.items())
    return dot / sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values())) if dot else 0.0


def _pair_recall(text: str, reference: str) -> float:
    def pairs(value: str) -> frozenset[str]:
        tokens = _TOKEN.findall(fold(value))
        return frozenset(" ".join(tokens[i : i + 2]) for i in range(len(tokens) - 1))

    wanted = pairs(reference)
    return _share(pairs(text) & wanted, wanted)


def _holds(word: str, folded: str, language: str) -> bool:
    return word in folded if language == "zh" else re.search(rf"\b{word}\b", folded) is not None
