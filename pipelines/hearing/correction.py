"""A candidate's correction of a transcript: their text with the times of what was heard, and that text beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.assessment.transcript import Segment, Transcript, Word
from pipelines.hearing.transcribe import written

MUCH = 0.4
"""Share of the text beyond which a correction is more than mending: twice what the recogniser gets wrong on clear
speech (CER 0.16 on AISHELL S0150, WER 0.21 on speechocean762). Then a person should listen."""

_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\s\u3400-\u4dbf\u4e00-\u9fff]+")
_SENTENCE_END = re.compile(r"[.!?。！？…;；][\"'”’)）」』]*$")


@dataclass(frozen=True, slots=True)
class _Token:
    """A Chinese character or a run of anything else, with its place in the text; `key` is what is compared."""

    text: str
    start: int
    key: str


def with_correction(answer: AnswerAssessment, text: str, languages: Sequence[str]) -> AnswerAssessment:
    """The answer with the candidate's text instead of the recognised one. What was measured of sound and picture stays.

    Args:
        text: the candidate's; empty leaves the answer as it is, and so does an answer that has no transcript.
        languages: those the kit covers.
    """
    if answer.transcript is None or not text.strip():
        return answer
    heard = answer.transcript
    transcript = corrected(heard, text)
    reason = None
    if transcript.language not in languages:
        reason = Reason("language.not_covered", {"language": transcript.language})
    transcript = replace(transcript, reason=reason)
    signals = answer.signals
    share = changed_share(heard.text, transcript.text)
    if answer.mode != "text" and share > MUCH:
        signals = (*signals, Signal(Reason("transcript.corrected", {"share": f"{100 * share:.0f}"})))
    if reason is not None:
        return replace(answer, transcript=transcript, status="cannot_assess", reason=reason, signals=signals)
    if answer.status == "cannot_assess":
        return replace(answer, transcript=transcript, status="assessed", reason=None, signals=signals)
    return replace(answer, transcript=transcript, signals=signals)


def changed_share(heard: str, text: str) -> float:
    """How much of the longer of two texts is not in the other, in order: 0 the same, 1 nothing in common."""
    ours, theirs = [token.key for token in _tokens(text)], [token.key for token in _tokens(heard)]
    longer = max(len(ours), len(theirs))
    if longer == 0:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks())
    return 1.0 - same / longer


def corrected(heard: Transcript, text: str) -> Transcript:
    """The correction as a transcript. A word that was heard keeps its time; one that was not shares the gap it is in.

    Without times in `heard` (a written answer) there are none in the result.
    """
    plain = written(text.strip())
    if not heard.words:
        return replace(plain, recognised=heard.text)
    tokens = _tokens(plain.text)
    times = _times(tokens, heard.words)
    words = tuple(Word(token.text, start_s, end_s, 1.0) for token, (start_s, end_s) in zip(tokens, times, strict=True))
    return replace(plain, words=words, segments=_segments(plain.text, tokens, times), recognised=heard.text)


def _tokens(text: str) -> list[_Token]:
    """Punctuation belongs to what it follows; it does not count in a comparison."""
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        key = to_simplified("".join(character for character in match[0] if character.isalnum()).casefold())
        if key or not found:
            found.append(_Token(match[0], match.start(), key))
            continue
        last = found[-1]
        found[-1] = _Token(text[last.start : match.end()], last.start, last.key)
    return found


def _times(tokens: Sequence[_Token], heard: Sequence[Word]) -> list[tuple[float, float]]:
    old = [piece for word in heard for piece in _pieces(word)]
    matcher = SequenceMatcher(None, [key for key, _, _ in old], [token.key for token in tokens], autojunk=False)
    found: list[tuple[float, float] | None] = [None] * len(tokens)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            _, start_s, end_s = old[block.a + step]
            found[block.b + step] = (start_s, end_s)
    filled = _filled(found, heard[0].start_s, heard[-1].end_s)
    return [(round(start_s, 3), round(end_s, 3)) for start_s, end_s in filled]


def _pieces(word: Word) -> list[tuple[str, float, float]]:
    """A heard word's tokens, which share its time evenly."""
    tokens = _tokens(word.text)
    step = (word.end_s - word.start_s) / max(1, len(tokens))
    return [
        (token.key, word.start_s + step * index, word.start_s + step * (index + 1))
        for index, token in enumerate(tokens)
    ]


def _filled(found: Sequence[tuple[float, float] | None], first_s: float, last_s: float) -> list[tuple[float, float]]:
    """Times for all: a run without shares the time between its neighbours evenly."""
    result: list[tuple[float, float]] = []
    index = 0
    while index < len(found):
        known = found[index]
        if known is not None:
            result.append(known)
            index += 1
            continue
        end = next((later for later in range(index, len(found)) if found[later] is not None), len(found))
        following = found[end] if end < len(found) else None
        low = result[-1][1] if result else first_s
        high = max(low, following[0] if following is not None else last_s)
        step = (high - low) / (end - index)
        result += [(low + step * n, low + step * (n + 1)) for n in range(end - index)]
        index = end
    return result


def _segments(text: str, tokens: Sequence[_Token], times: Sequence[tuple[float, float]]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    begin = 0
    for index, token in enumerate(tokens):
        if index + 1 < len(tokens) and not _SENTENCE_END.search(token.text):
            continue
        piece = text[tokens[begin].start : token.start + len(token.text)]
        segments.append(Segment(piece, times[begin][0], times[index][1], 0.0, 0.0))
        begin = index + 1
    return tuple(segments)
