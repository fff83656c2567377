"""An answer's text as the rules read it: one script, and one spelling of a number, however it was typed or recognised.

Traditional characters become Simplified, "thirty" and 三十 become 30, 百分之二十 and "20 percent" become 20%. Whole
numbers below ten become words ("2 weeks" is read as "two weeks", 2个 as 两个), since word lists and kits name them so.
Every character knows the span it came from, so a quote is always of the text as it was given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.spoken_numbers import COUNTED, EN_SCALES, EN_UNITS, ZH_DIGITS, spoken

_FULL_WIDTH = str.maketrans("０１２３４５６７８９％，．", "0123456789%，.")
_ZH_WORDS = {digit: word for word, digit in ZH_DIGITS.items() if word in "零一二三四五六七八九"}
_EN_WORDS = {str(value): word for word, value in EN_UNITS.items() if value < 10}
_DATED = "月日号楼级届期"
"""Characters before which a 2 is said 二; before the others of COUNTED it is 两."""

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,]*\d)")
_PERCENT = re.compile(r"(?<=\d)\s*(?:percent|per cent|％|%)(?![a-z])", re.IGNORECASE)
_HALF = re.compile(r"(?<![\d.,/])(?:50(?:\.0)?%|1/2)(?![\d/])")
_THIRDS = re.compile(r"\b(a|one|two) thirds?\b", re.IGNORECASE)
_SCALED = re.compile(rf"(?<![\w.,])(\d+(?:\.\d+)?)((?:\s+(?:{'|'.join(EN_SCALES)}))+)\b", re.IGNORECASE)
_BESIDE = r"\w.,:：/%$€£¥+\-–"
_SMALL_EN = re.compile(
    rf"(?<![{_BESIDE}])(?<!^)([0-9])(?=(?:\s+[A-Za-z]|-[A-Za-z]|[;!?)]|[,.](?:\s|$)|$))", re.MULTILINE
)
_FIRST_EN = re.compile(r"^([0-9])(?=\s+[A-Za-z])", re.MULTILINE)
_SMALL_ZH = re.compile(rf"(?<![\dA-Za-z.,:：/%+\-–第])([0-9])(?=[{COUNTED}])")
_ORDINAL_ZH = re.compile(r"(?<=第)([1-9])(?!\d)")
_BLANK_ZH = re.compile(r"(?<=[\u4e00-\u9fff])[ \u00a0]+(?=\d)|(?<=[\d%])[ \u00a0]+(?=[\u4e00-\u9fff])")
_ABOUT_TEN_ZH = re.compile(r"(?<![几数零〇一二三四五六七八九两百千万])十(?=[几来多余])")
_ZERO_ZH = re.compile(r"(?<![\dA-Za-z.,:：/%+\-–])0(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` as the rules read it; `starts[i]` and `ends[i]` bound what its character i came from in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original from which the characters `start` to `end` (at least one) came."""
        return self.starts[start], self.ends[end - 1]

    def rewritten(self, edits: Iterable[tuple[int, int, str]]) -> Plain:
        """The same with spans of `text` replaced; `edits` do not overlap and are (start, end, replacement)."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, new in sorted(edits):
            text.append(self.text[at:start] + new)
            starts += [*self.starts[at:start], *[self.starts[start]] * len(new)]
            ends += [*self.ends[at:start], *[self.ends[end - 1]] * len(new)]
            at = end
        text.append(self.text[at:])
        return Plain("".join(text), (*starts, *self.starts[at:]), (*ends, *self.ends[at:]))


def plain(text: str, language: str) -> Plain:
    """How the rules read `text`, which is in "zh" or "en" (another language is read as "en")."""
    return _plain(text, "zh" if language == "zh" else "en")


@lru_cache(maxsize=32)
def _plain(text: str, side: str) -> Plain:
    """An answer is read by several steps one after the other: its spelling is worked out once."""
    same_length = (to_simplified(text) if side == "zh" else text).translate(_FULL_WIDTH)
    found = Plain(same_length, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    for step in (*_COMMON, *(_ZH if side == "zh" else _EN)):
        edits = list(step(found.text, side))
        found = found.rewritten(edits) if edits else found
    return found


def plain_text(text: str, language: str) -> str:
    """The text of `plain`."""
    return plain(text, language).text


Edits = Iterable[tuple[int, int, str]]


def _replacing(pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> Callable[[str, str], Edits]:
    def edits(text: str, side: str) -> Edits:
        return [(match.start(), match.end(), new(match)) for match in pattern.finditer(text)]

    return edits


def _spoken(text: str, side: str) -> Edits:
    """Numbers in words from ten on; 几十 and 几百 are none, and below ten the word stays."""
    return [
        (start, end, digits)
        for start, end, digits in spoken(text, side)
        if not (digits.replace(" ", "").isdigit() and all(len(one) == 1 for one in digits.split()))
        and not (end - start == 1 and text[max(0, start - 1) : start] in ("几", "数", "好"))
    ]


def _scaled(match: re.Match[str]) -> str:
    value = round(float(match[1]) * math.prod(EN_SCALES[scale] for scale in match[2].lower().split()), 6)
    return f"{value:.0f}" if value == int(value) else match[0]


def _small_zh(match: re.Match[str]) -> str:
    following = match.string[match.end() : match.end() + 1]
    return "两" if match[1] == "2" and following not in _DATED else _ZH_WORDS[match[1]]


def _small_en(text: str, side: str) -> Edits:
    """Whole numbers below ten before a word, after it, or before another such number ("2 2 days")."""
    found: dict[int, str] = {}
    read = text
    while True:
        matches = [match for pattern in (_SMALL_EN, _FIRST_EN) for match in pattern.finditer(read)]
        if not matches:
            return [(at, at + 1, _EN_WORDS[digit]) for at, digit in found.items()]
        for match in matches:
            found[match.start()] = match[1]
            # a letter of one place, so that a number before it stands before a word
            read = read[: match.start()] + "x" + read[match.end() :]


_PERCENTS = _replacing(_PERCENT, lambda match: "%")
_COMMON = (_replacing(_THOUSANDS, lambda match: match[0].replace(",", "")), _spoken, _PERCENTS)
_BLANKS = _replacing(_BLANK_ZH, lambda match: "")
_ZH = (
    _BLANKS,
    _replacing(_ABOUT_TEN_ZH, lambda match: "10"),
    _replacing(_HALF, lambda match: "一半"),
    _replacing(_SMALL_ZH, _small_zh),
    _replacing(_ORDINAL_ZH, lambda match: _ZH_WORDS[match[1]]),
    _replacing(_ZERO_ZH, lambda match: "零"),
    _BLANKS,
)
_EN = (
    _replacing(_THIRDS, lambda match: f"{'2' if match[1].lower() == 'two' else '1'}/3"),
    _replacing(_SCALED, _scaled),
    _spoken,  # "30 hundred twenty": no number in words before the 3000 was one
    _PERCENTS,
    _replacing(_HALF, lambda match: "half"),
    _small_en,
)
