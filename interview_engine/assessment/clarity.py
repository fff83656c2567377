"""Which words of a quote were recognised with little confidence, and whether the quote hangs on them.

Recognition turns 少装 into 手装 and "desk" into "death", and the word's probability is often all that tells. A quote
keeps what it moved of the score; but a reader meets first the quotes whose words are sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from interview_engine.assessment.scoring import CompetencyResult, Evidence
from interview_engine.assessment.text import located_terms
from interview_engine.assessment.transcript import Transcript

UNSURE_BELOW = 0.5
"""Words recognised with less probability are unsure (a convention)."""

NUMBER_OR_NAME = re.compile(r"\d+|[A-Z][a-z]+|[A-Z]{2,}")
"""What a quote may hang on besides content words: numbers and names."""

COVERED = ("zh", "en")
"""Languages whose function words are known; words of others are looked at as English."""

Span = tuple[int, int]


def unsure_spans(text: str, words: Iterable[tuple[str, float]]) -> tuple[Span, ...]:
    """Where the unsure words stand in `text`: (start, end) in characters, in order.

    Args:
        words: (text, probability 0..1) of each word of `text`, in order.
    """
    found = []
    at = 0
    for word, probability in words:
        begin = text.find(word, at)
        if begin < 0:
            continue
        at = begin + len(word)
        if probability < UNSURE_BELOW:
            found.append((begin, at))
    return tuple(found)


def within(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of `spans` that lie in start..end, counted from `start`."""
    return tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start)


def hangs_on_unsure(quote: str, unsure: Sequence[Span], language: str) -> bool:
    """Whether an unsure word of the quote carries its content: a content word, a number or a name.

    Args:
        unsure: (start, end) in characters of the quote.
        language: ISO 639-1.
    """
    if not unsure:
        return False
    known = language if language in COVERED else "en"
    content = [(start, end) for _, start, end in located_terms(quote, known)]
    content += [match.span() for match in NUMBER_OR_NAME.finditer(quote)]
    return any(start < b and end > a for start, end in content for a, b in unsure)


def clear_first(
    results: Sequence[CompetencyResult], transcripts: Mapping[str, Transcript]
) -> tuple[CompetencyResult, ...]:
    """The same results, in each of which quotes that hang on unsure words come after the others.

    Args:
        transcripts: by question.
    """
    unsure = {
        question: unsure_spans(one.text, ((word.text, word.probability) for word in one.words))
        for question, one in transcripts.items()
    }

    def doubtful(quote: Evidence) -> bool:
        end = quote.char_start + len(quote.quote)
        inside = within(unsure.get(quote.question_id, ()), quote.char_start, end)
        return bool(inside) and hangs_on_unsure(quote.quote, inside, transcripts[quote.question_id].language)

    return tuple(replace(result, evidence=tuple(sorted(result.evidence, key=doubtful))) for result in results)
