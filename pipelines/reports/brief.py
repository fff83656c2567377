"""The first minute of a report: what speaks for and against, in the candidate's words, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.reports.cues_document import Document

SHOWN = 3
"""Lines of each part: competencies that lie farthest from what the role requires."""
ASKED = 2
"""Indicators named for one competency."""


def brief(competencies: Sequence[Document]) -> Document:
    """The view's competencies as three short lists, each line with a competency and a quote of its own.

    `strengths` reach what the role requires, `concerns` do not or have words against them, `ask` were not shown. A
    quote stands in one line only, and one that hangs on unsure words only where there is no other.
    """
    scored = sorted((one for one in competencies if one["track"] is not None), key=_distance, reverse=True)
    used: set[tuple[object, ...]] = set()
    strengths = [_line(one, False, used) for one in scored if _distance(one) >= 0][:SHOWN]
    below = [one for one in reversed(scored) if _distance(one) < 0 or any(quote["against"] for quote in one["quotes"])]
    return {
        "strengths": strengths,
        "concerns": [_line(one, True, used) for one in below][:SHOWN],
        "ask": [
            {"id": one["id"], "name": one["name"], "texts": one["not_shown"][:ASKED]}
            for one in competencies
            if one["track"] is None
        ][:SHOWN],
    }


def mark_repeats(competencies: Sequence[Document]) -> None:
    """Give every quote `again`: the number and competency of the same words where they stand first, or None; and leave
    one picture of each answer: the others show the same face a moment later."""
    first: dict[tuple[object, ...], Document] = {}
    pictured: set[object] = set()
    for quote, name in _quotes(competencies):
        there = first.setdefault(_words(quote), {"number": quote["number"], "name": name})
        quote["again"] = None if there["number"] == quote["number"] else there
        if quote["again"] is not None or quote["answer"] in pictured:
            quote["frame"] = None
        elif quote["frame"] is not None:
            pictured.add(quote["answer"])


def _quotes(competencies: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    for one in competencies:
        for quote in one["quotes"]:
            yield quote, one["name"]


def _words(quote: Document) -> tuple[object, ...]:
    return quote["answer"], quote["char_start"], quote["text"]


def _distance(one: Document) -> float:
    """How far above what the role requires, percent of the score's track; without a requirement, above its middle."""
    required = one["track"]["required"]
    return float(one["track"]["value"]) - (50.0 if required is None else float(required))


def _line(one: Document, against: bool, used: set[tuple[object, ...]]) -> Document:
    """A competency with its first quote that no other line has, of the side wanted before those of the other."""
    free = sorted((quote for quote in one["quotes"] if _words(quote) not in used), key=lambda quote: quote["doubtful"])
    quote = next((quote for quote in free if quote["against"] is against), free[0] if free and against else None)
    if quote is not None:
        used.add(_words(quote))
    return {"id": one["id"], "name": one["name"], "track": one["track"], "quote": quote}
