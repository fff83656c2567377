"""The transcript as lines with times, cut into runs: quoted as evidence, recognised with little confidence, plain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

from interview_engine.assessment.clarity import unsure_spans
from pipelines.reports.cues_document import Document
from pipelines.reports.format import clock

SENTENCE = re.compile(r"(?:[^。！？!?\n.]|\.(?!\s|$))*(?:[。！？!?\n]+|\.|$)")
"""A written answer's lines: up to the end of a sentence, zh or en."""


def transcript_lines(transcript: Document, quotes: Sequence[Document]) -> list[Document]:
    """Lines of the transcript with their times (None in writing), each cut into runs by quotes and uncertain words.

    The runs of all lines hold every character of the lines' text, in order.
    """
    text = transcript["text"]
    marks: list[dict[str, Any]] = [
        {"start": quote["char_start"], "end": quote["char_end"], "quote": quote} for quote in quotes
    ]
    unsure = unsure_spans(text, ((word["text"], word["probability"]) for word in transcript["words"]))
    marks += [{"start": begin, "end": end, "quote": None} for begin, end in unsure]
    return [
        {**line, "runs": _runs(text, line["start"], line["end"], marks)} for line in _located_lines(transcript, text)
    ]


def _located_lines(transcript: Document, text: str) -> list[Document]:
    lines: list[Document] = []
    at = 0
    for segment in transcript["segments"]:
        begin = text.find(segment["text"], at)
        if begin < 0 or not segment["text"]:
            continue
        at = begin + len(segment["text"])
        lines.append(
            {
                "start": begin,
                "end": at,
                "start_s": segment["start_s"],
                "end_s": segment["end_s"],
                "clock": clock(segment["start_s"]),
            }
        )
    if lines:
        return lines
    return [
        {"start": found.start(), "end": found.end(), "start_s": None, "end_s": None, "clock": None}
        for found in SENTENCE.finditer(text)
        if found.group().strip()
    ]


def _runs(text: str, start: int, end: int, marks: Sequence[dict[str, Any]]) -> list[Document]:
    inside = [mark for mark in marks if mark["start"] < end and mark["end"] > start]
    cuts = sorted({start, end, *(min(max(mark[side], start), end) for mark in inside for side in ("start", "end"))})
    runs = []
    for begin, stop in itertools.pairwise(cuts):
        over = [mark for mark in inside if mark["start"] <= begin and mark["end"] >= stop]
        quote = next((mark["quote"] for mark in over if mark["quote"] is not None), None)
        runs.append(
            {
                "text": text[begin:stop],
                "quote": None if quote is None else quote["number"],
                "against": bool(quote is not None and quote["against"]),
                "uncertain": any(mark["quote"] is None for mark in over),
            }
        )
    return runs
