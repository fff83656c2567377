"""Which of the codes of a quote a reader can follow: what a cue counts for in the score is not always what it says.

A cue counts wherever it stands; beside a quote its word ("gives figures") has to be true of the sentence. Nothing here
moves a score.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from interview_engine.assessment.evidence.cues import Cue
from interview_engine.assessment.evidence.level import category_of
from interview_engine.assessment.evidence.reading import Piece
from interview_engine.assessment.text import function_words

_SMALL = frozenset({"one", "two", "twice", "half", "1", "2", "一", "二", "两", "半", "一半"})
"""Numbers that are no figure: "call us twice", 第二个."""

_DATES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|"
    r"november|december"
)
_NO_REASON = re.compile(r"show(?:ed|s|n|ing)?")

OF_THE_SPEAKER = frozenset({"reactive", "undone", "unknown", "no_method", "default", "uncertain", "simple", "negated"})
"""Codes that blame whoever the clause is about."""

BY_THE_SPEAKER = frozenset({"action", "method", "check", "probe", "instrument", "restraint", "reason"})
"""Codes that credit whoever the clause is about: "62 customers had written to us" is no way of working."""

_NO_OUTCOME = re.compile(r"\b(?:is|was|were|got|get|gets|been|being|it's)\s+(?:\w+ly\s+|just\s+)?$")
"""Before "stuck": what is stuck is no result; a habit that stuck is."""

_NO_METHOD = re.compile(r"\b(?:the|a|an|his|her|their|its|my|your|our)\s+(?:\w+\s+)?$")
"""Before a word of _THINGS: the tracking of a parcel and the owner of a shop are nobody's way of working."""

_THINGS = frozenset({"tracking", "owner", "owners"})

_CLAUSE_END = {
    "en": re.compile(r"[.!?;:,\n]|\b(?:and|but|so|that|because|when|while|if|who|which|after|before|until)\b"),
    "zh": re.compile(r"[，。！？；、：,.!?;:\s]|但是|所以"),
}
_PEOPLE = (
    r"others|people|customers?|clients?|colleagues?|managers?|boss|supervisors?|store|suppliers?|office|parents?|"
    r"students?"
)
_SPEAKER = {
    "en": re.compile(rf"\b(?:i|we|me|us|(?:my|our)(?! (?:\w+ )?(?:{_PEOPLE})\b))\b", re.IGNORECASE),
    "zh": re.compile("我|咱|自己"),
}
_OTHER = {
    "en": re.compile(rf"\b(?i:he|she|they|{_PEOPLE})\b|(?<=[a-z,] )(?!I\b)[A-Z][a-z]+"),
    "zh": re.compile("他|她|客户|顾客|同事|领导|老板|经理|主管|别人|人家|对方|师傅|家长|学生"),
}
_SUBJECT = re.compile(
    r"(?<![跟给请对向帮把让叫找问陪带和替为被了过与到])(?:他|她|客户|顾客|领导|老板|经理|主管|别人|人家|对方|师傅|家长|学生)们?(?!的|一起)"
)
"""Somebody else at whose doing a Mandarin clause looks: not who something was done with, for or to."""

_SUBJECT_WITHIN = 8
"""Characters from the begin of a Mandarin clause in which its subject stands; a clause without one goes on with that of
the clause before."""


def can_be_said(piece: Piece, language: str) -> Callable[[str], bool]:
    """Whether the word of a code is true of the sentence; codes that come from no cue always are."""
    side = "zh" if language == "zh" else "en"
    held: dict[str, bool] = {}
    for cue in piece.cues:
        name = category_of(cue.category, cue.negated)
        held[name] = held.get(name, False) or _is_true(name, cue, piece.sentence.text, side)
    return lambda name: held.get(name, True)


def _is_true(name: str, cue: Cue, text: str, side: str) -> bool:
    if name == "number":
        return cue.text.strip() not in _SMALL and text[max(0, cue.start - 1) : cue.start] != "第"
    if name == "named":
        misheard = text[cue.start : cue.end].istitle() and cue.text in function_words("en") - {"will"}
        return _DATES.fullmatch(cue.text) is None and not misheard
    if name == "reason" and _NO_REASON.fullmatch(cue.text) is not None:
        return False
    if name == "unknown" and cue.text.startswith("i think"):
        return False
    if name == "outcome" and cue.text == "stuck":
        return _NO_OUTCOME.search(text[: cue.start].lower()) is None
    if name == "method" and cue.text in _THINGS and _NO_METHOD.search(text[: cue.start].lower()) is not None:
        return False
    if name in BY_THE_SPEAKER:
        return not _is_done_by_another(text, cue, side)
    return name not in OF_THE_SPEAKER or not _is_of_another(text, cue.start, side)


def _is_done_by_another(text: str, cue: Cue, side: str) -> bool:
    """Whether somebody else did what a cue in favour names. English names who it was; a Mandarin clause that does not
    goes on with whom the clauses before it were about."""
    if side == "en":
        return _SPEAKER[side].search(cue.text) is None and _is_of_another(text, cue.start, side)
    for clause in reversed(_CLAUSE_END[side].split(text[: cue.end])):
        if _SPEAKER[side].search(clause) is not None:
            return False
        if _SUBJECT.search(clause, 0, _SUBJECT_WITHIN) is not None:
            return True
    return False


def _is_of_another(text: str, start: int, side: str) -> bool:
    """Whether the clause before offset `start` names somebody else and not the speaker."""
    before = text[:start]
    cut = max((match.end() for match in _CLAUSE_END[side].finditer(before)), default=0)
    return _SPEAKER[side].search(text, cut, start) is None and _OTHER[side].search(text, cut, start) is not None
