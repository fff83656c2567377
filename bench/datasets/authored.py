"""Interview answers at known levels by eight authors who worked apart, and supplements (tests/data/authored): all of it
invented."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_engine.assessment.evidence.sentences import Sentence

SUPPLEMENTS = ("i", "j")
"""A ninth and a tenth author, who knew the scorer and wrote what its fit lacked; they only fit."""

FITTED = ("b", "c", "e", "f", "h", *SUPPLEMENTS)
"""Authors whose answers fit the constants."""

CHOSEN = ("d",)
"""Whose answers choose the cut of relevance, and among forms of the formula with those of FITTED, each left out in
turn. When the choice is made, they help to fit the level and the probes."""

REPORTED = ("a", "g")
"""Whose answers only measure: nothing was fitted or chosen on them, and their errors were not read."""

PLAIN_WORDS = ("k", "l")
"""Wrong deeds in blunt words beside honest accounts, two halves by lot, of one hand. Nothing that ships is fitted on
either: k is there to improve the probes with, l to report on (with k in the fit other wrong deeds were heard less)."""

LEAST_MARKED = 0.34
"""Share of a sentence that an author's mark must cover for the sentence to carry it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an author marked in an answer: "wrong", "denied" or "taken_back", from character `start` to `end`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Authored:
    """One answer.

    Args:
        author: one letter.
        story: one person and one event in one language; its answers tell it in eleven ways (the supplement: in two to
            eight).
        telling: "exemplary", "competent", "mediocre", "weak", "wrong", "modest", "boastful", "denied", "takenback",
            "short", "longwinded", "honest" or "mixed".
        level: of the deed as its author meant it, 1..5.
        competency, name, definition, question: what was asked, in the language of the answer.
        disputed: a second rater, blind to author and telling, gave a level two or more away.
    """

    id: str
    author: str
    language: str
    story: str
    competency: str
    name: str
    definition: str
    question: str
    telling: str
    level: int
    text: str
    marks: tuple[Mark, ...]
    disputed: bool = False

    def carries(self, kind: str, sentence: Sentence) -> bool:
        """Whether the author's marks of `kind` cover at least LEAST_MARKED of the sentence."""
        covered = sum(
            max(0, min(mark.end, sentence.char_end) - max(mark.start, sentence.char_start))
            for mark in self.marks
            if mark.kind == kind
        )
        return covered >= LEAST_MARKED * max(1, len(sentence.quote))


def authored(folder: Path, authors: Sequence[str]) -> list[Authored]:
    """The answers of `authors` (one file each, a story a line), in order of the file.

    Raises:
        FileNotFoundError: an author's file is missing.
    """
    found = []
    for author in authors:
        for line in (folder / f"{author}.jsonl").read_text(encoding="utf-8").splitlines():
            story = json.loads(line)
            for answer in story["answers"]:
                found.append(
                    Authored(
                        f"{story['story']}-{answer['telling']}",
                        author,
                        story["language"],
                        story["story"],
                        story["competency"],
                        story["name"],
                        story["definition"],
                        story["question"],
                        answer["telling"],
                        answer["level"],
                        answer["text"],
                        tuple(Mark(kind, start, end) for kind, start, end in answer.get("marks", [])),
                        answer.get("disputed", False),
                    )
                )
    return found
