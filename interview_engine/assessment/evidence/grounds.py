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

_SMALL = frozenset({"one", "two", "twice", "half", "1", "2", "一", "二", "两", "半", "一半"})
"""Numbers that are no figure: "call us twice", 第二个."""

_DATES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|"
    r"november|december"
)
_NO_REASON = re.compile(r"show(?:ed|s|n|ing)?")

OF_THE_SPEAKER = frozenset({"reactive", "undone", "unknown", "no_method", "default", "uncertain", "simple", "negated"})
"""Codes that blame whoever the clause is about."""

_CLAUSE_END = {
    "en": re.compile(r"[.!?;:,\n]|\b(?:and|but|so)\b"),
    "zh": re.compile(r"[，。！？；、：,.!?;:\s]|但是|所以"),
}
_SPEAKER = {"en": re.compile(r"\b(?:i|we|my|our|me|us)\b", re.IGNORECASE), "zh": re.compile("我|咱|自己")}
_OTHER = {
    "en": re.compile(
        r"\b(?i:he|she|they|others|people|customers?|clients?|colleagues?|manager|boss|supervisor|store|supplier|"
        r"office|parents?|students?)\b|(?<=[a-z,] )(?!I\b)[A-Z][a-z]+"
    ),
    "zh": re.compile("他|她|客户|顾客|同事|领导|老板|经理|主管|别人|人家|对方|师傅|家长|学生"),
}


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
        return _DATES.fullmatch(cue.text.lower()) is None
    if name == "reason":
        return _NO_REASON.fullmatch(cue.text) is None
    if name == "unknown" and cue.text.startswith("i think"):
        return False
    return name not in OF_THE_SPEAKER or not _is_of_another(text, cue.start, side)


def _is_of_another(text: str, start: int, side: str) -> bool:
    """Whether the clause before offset `start` names somebody else and not the speaker."""
    before = text[:start]
    cut = max((match.end() for match in _CLAUSE_END[side].finditer(before)), default=0)
    scope = before[cut:]
    return _SPEAKER[side].search(scope) is None and _OTHER[side].search(scope) is not None
