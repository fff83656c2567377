"""The part of an answer that a language model gets to see, and the way back from its words to the transcript.

What is shown is a cleaned copy: withheld sentences cut out, invisible characters gone, white space single, and the
brackets that chat templates are made of replaced by their full-width twins. Every character remembers where it came
from, so whatever a model quotes is stored as the span of the transcript itself. Cutting a sentence out leaves exactly
what would be there had it never been said.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interview_engine.assessment.text import is_invisible, spelling

_TEMPLATE_MARKS = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "{": "｛", "}": "｝", "|": "｜", "`": "｀"}
)
"""<|im_start|>, [INST], <<SYS>>, ```: a server reads them as its own marks even inside a message."""

_QUOTE_MARKS = frozenset("\"'“”‘’„‟«»‹›「」『』〝〞＂＇`´")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an answer.

    Args:
        original: the transcript's text.
        text: what the model sees.
        offsets: for each character of `text` its offset in `original`, rising.
        withheld: spans of `original` that were cut out, in order.
    """

    original: str
    text: str
    offsets: tuple[int, ...]
    withheld: tuple[Span, ...] = ()

    def without(self, spans: Sequence[Span]) -> Shown:
        """The same with these spans of `text` cut out as well."""
        gone = [(self.offsets[start], self.offsets[end - 1] + 1) for start, end in spans if start < end]
        # from the transcript again, not from `text`: white space around the cut may be needed now
        return _tidied(self.original, tuple(sorted((*self.withheld, *gone))))

    def place_of(self, start: int, end: int) -> Span:
        """Where the characters `start` to `end` of `original` are in `text`; empty when nothing of them is shown."""
        return bisect_left(self.offsets, start), bisect_left(self.offsets, end)

    def find(self, quote: str) -> Span | None:
        """The span of `original` that `quote` repeats, or None.

        White space, quotation marks, case and character width may differ, and stops at the ends; nothing else. Whole
        words only. A quote that runs over a cut gives its longer side; withheld text is never part of it.
        """
        needle, _ = _folded(quote.strip().strip("….。,，;；:：!！?？ "))
        folded, places = _folded(self.text)
        at = folded.find(needle) if needle else -1
        if at < 0:
            return None
        start, end = self._whole_words(places[at], places[at + len(needle) - 1] + 1)
        return self._longest_side(start, end)

    def _whole_words(self, start: int, end: int) -> Span:
        text = self.text
        while start > 0 and _is_letter(text[start]) and _is_letter(text[start - 1]):
            start -= 1
        while end < len(text) and _is_letter(text[end - 1]) and _is_letter(text[end]):
            end += 1
        return start, end

    def _longest_side(self, start: int, end: int) -> Span:
        edges = [start]
        for index in range(start + 1, end):
            before, after = self.offsets[index - 1], self.offsets[index]
            if any(before < low and high <= after for low, high in self.withheld):
                edges.append(index)
        edges.append(end)
        sides = [(self.offsets[low], self.offsets[high - 1] + 1) for low, high in pairwise(edges)]
        trimmed = [_trimmed(self.original, side) for side in sides]
        return max(trimmed, key=lambda side: side[1] - side[0])


def shown(text: str) -> Shown:
    """All of `text`, cleaned."""
    return _tidied(text, ())


def _tidied(original: str, withheld: tuple[Span, ...]) -> Shown:
    gone = {offset for start, end in withheld for offset in range(start, end)}
    visible = [
        (character, offset)
        for offset, character in enumerate(original)
        if offset not in gone and not is_invisible(character)
    ]
    kept: list[tuple[str, int]] = []
    for position, (character, offset) in enumerate(visible):
        if not character.isspace():
            kept.append((character.translate(_TEMPLATE_MARKS), offset))
            continue
        after = next((other for other, _ in visible[position + 1 :] if not other.isspace()), "")
        if kept and after and not (kept[-1][0].isspace() or _is_wide(kept[-1][0]) or _is_wide(after)):
            kept.append((" ", offset))
    return Shown(original, "".join(c for c, _ in kept), tuple(offset for _, offset in kept), withheld)


def _folded(text: str) -> tuple[str, list[int]]:
    """Letters and signs that must agree, and the place in `text` of each."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace() or character in _QUOTE_MARKS or is_invisible(character):
            continue
        for part in spelling(character):
            characters.append(part)
            places.append(place)
    return "".join(characters), places


def _is_letter(character: str) -> bool:
    """Of a script that writes words apart."""
    return character.isalnum() and not _is_wide(character)


def _is_wide(character: str) -> bool:
    """Chinese characters and their punctuation, which stand without spaces."""
    return unicodedata.east_asian_width(character) in "WF"


def _trimmed(text: str, span: Span) -> Span:
    piece = text[span[0] : span[1]]
    left = len(piece) - len(piece.lstrip())
    return span[0] + left, span[0] + left + len(piece.strip())
