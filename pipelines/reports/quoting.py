"""A quote as it is printed: its words, the unsure ones apart, and whether it hangs on one of those."""

from __future__ import annotations

import itertools
from typing import Any

from interview_engine.assessment.clarity import hangs_on_unsure, unsure_spans, within
from pipelines.reports.cues_document import Document


def unsure_of(evidence: Document, transcript: Document | None) -> list[list[int]]:
    """[start, end] in characters of the quote, of each word that was recognised with little confidence."""
    if transcript is None:
        return []
    spans = unsure_spans(transcript["text"], ((word["text"], word["probability"]) for word in transcript["words"]))
    start = evidence["char_start"]
    return [list(span) for span in within(spans, start, start + len(evidence["quote"]))]


def runs_of(quote: str, unsure: list[list[int]]) -> list[dict[str, Any]]:
    """The quote in pieces: `text`, and whether it is `uncertain`; together they are the quote."""
    cuts = sorted({0, len(quote), *(side for span in unsure for side in span)})
    return [
        {"text": quote[begin:end], "uncertain": any(a <= begin and end <= b for a, b in unsure)}
        for begin, end in itertools.pairwise(cuts)
    ]


def marked(evidence: Document, transcript: Document | None) -> dict[str, Any]:
    """`runs` of an evidence of a report document, and `doubtful`: an unsure word carries what the quote says."""
    unsure = unsure_of(evidence, transcript)
    language = "und" if transcript is None else transcript["language"]
    spans = [(start, end) for start, end in unsure]
    return {
        "runs": runs_of(evidence["quote"], unsure),
        "doubtful": hangs_on_unsure(evidence["quote"], spans, language),
    }
