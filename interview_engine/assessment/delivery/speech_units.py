"""What a speech rate counts: characters in Mandarin, words in English, and which of them are filled pauses.

Mandarin counts syllables as they are spoken, since a Han character is a syllable: a number counts as the characters it
is read with (320 is 三百二十: four), a Latin word as its estimated syllables (Loft: one), an abbreviation in capitals
as its letters (APP: three). English counts words as a person would say them: a number counts as the words it is read
with (25 is "twenty five": two), and the parts of a hyphenated word count each ("real-time": two; "e-mail": one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interview_engine.assessment.delivery.speech_cues import FilledPause
from interview_engine.assessment.transcript import Word

Unit = Literal["characters", "words"]

ISOLATED_GAP_S = 0.15
"""Silence that sets a word apart from its neighbour, so that 那个 or 啊 is a filled pause and not part of a phrase."""

_ENGLISH_FILLER = re.compile(r"u+h+m*|u+m+|e+r+m*|e+h+m+|a+h+m+|h+m+|m+m+", re.IGNORECASE)
_MANDARIN_FILLERS = frozenset({"嗯", "呃", "唔"})
"""Filled pauses wherever they stand."""
_MANDARIN_WHEN_ISOLATED = frozenset({"啊", "额"})
"""Filled pauses between two breaks; inside a phrase they are a particle (好啊) or a word (金额)."""
_MANDARIN_BEFORE_BREAK = frozenset({"那个"})
"""A filled pause before a comma or a break, or when said twice; else a demonstrative (那个项目)."""

_ATOM = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\u3007]|[A-Za-z\u00c0-\u024f]+(?:['’\-][A-Za-z\u00c0-\u024f]+)*"
    r"|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[%％$¥￥€£]|[^\s\w]",
)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3007]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_CURRENCY = frozenset("$¥￥€£")
_SENTENCE_END = frozenset("。！？.!?")


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of a transcript that counts as `units` (0 for punctuation and filled pauses), with its time."""

    text: str
    start_s: float
    end_s: float
    units: int
    filler: bool = False


def unit_of(language: str) -> Unit:
    """What rates count in `language` (ISO 639-1): characters in Chinese, words in all others."""
    return "characters" if language == "zh" else "words"


def tokens(words: Sequence[Word], language: str) -> tuple[Token, ...]:
    """The words as counted tokens in order of time, filled pauses marked.

    The time of a Mandarin word of several characters is shared out evenly among them.
    """
    ordered = sorted(words, key=lambda word: (word.start_s, word.end_s))
    if unit_of(language) == "words":
        return tuple(_english_token(word) for word in ordered)
    atoms = _join_latin([atom for word in ordered for atom in _atoms(word)])
    return tuple(_mark_mandarin_fillers(_count_mandarin(atoms)))


def count_units(text: str, language: str) -> int:
    """Characters or words in a text, filled pauses left out by the same rules (a text has no times, so only punctuation
    sets a filler apart)."""
    pieces = [text] if unit_of(language) == "characters" else text.split()
    return sum(token.units for token in tokens([Word(piece, 0.0, 0.0, 1.0) for piece in pieces], language))


def filled_pauses(counted: Sequence[Token]) -> tuple[FilledPause, ...]:
    """The tokens that are filled pauses."""
    return tuple(FilledPause(token.text, token.start_s, token.end_s) for token in counted if token.filler)


def _english_token(word: Word) -> Token:
    core = word.text.strip().strip("\"'“”‘’.,;:!?…-—()[]")
    acronym = len(core) > 1 and core.isupper()
    if _ENGLISH_FILLER.fullmatch(core) and not (acronym and core == "ER"):
        return Token(core.lower(), word.start_s, word.end_s, 0, filler=True)
    return Token(word.text, word.start_s, word.end_s, _english_words(word.text))


def _english_words(text: str) -> int:
    """How many words a written English token is read with."""
    count = 0
    for atom in _ATOM.findall(text):
        if atom[0].isdigit():
            count += _english_number(atom)
        elif atom in "%％" or atom in _CURRENCY:
            count += 1
        elif _LATIN.match(atom):
            parts = [part for part in atom.split("-") if part]
            count += max(1, sum(len(part) > 1 for part in parts)) if len(parts) > 1 else 1
        elif _HAN.match(atom):
            count += 1
    return count


def _english_number(text: str) -> int:
    """Words of a number as read: 25 is 2, 320 is 3, 1999 is 3 ("nineteen ninety-nine"), 3.5 is 3."""
    whole, _, decimals = text.replace(",", "").partition(".")
    after_point = 1 + len(decimals) if decimals else 0
    if len(whole) > 12 or (len(whole) > 1 and whole[0] == "0"):
        return len(whole) + after_point
    value = int(whole)
    year = len(whole) == 4 and "," not in text and not decimals and (1100 <= value <= 1999 or 2010 <= value <= 2099)
    if year:
        hundreds, rest = divmod(value, 100)
        return _below_thousand(hundreds) + (_below_thousand(rest) if rest >= 10 else 1 + (rest > 0))
    groups = [int(whole[max(0, end - 3) : end]) for end in range(len(whole), 0, -3)]
    words = sum(_below_thousand(group) + (place > 0) for place, group in enumerate(groups) if group)
    return max(1, words) + after_point


def _below_thousand(value: int) -> int:
    """Words of 1..999 ("three hundred twenty": 3)."""
    hundreds, rest = divmod(value, 100)
    tens = 0 if rest == 0 else 1 if rest < 20 or rest % 10 == 0 else 2
    return 2 * (hundreds > 0) + tens


def _atoms(word: Word) -> Iterator[Token]:
    """Characters, Latin words, numbers and punctuation of a Mandarin word, its time shared out by characters."""
    found = _ATOM.findall(word.text)
    size = sum(len(atom) for atom in found)
    done = 0
    for atom in found:
        start_s = word.start_s + (word.end_s - word.start_s) * done / size
        done += len(atom)
        yield Token(atom, start_s, word.start_s + (word.end_s - word.start_s) * done / size, 0)


def _join_latin(atoms: Sequence[Token]) -> list[Token]:
    """Join a Latin word that the recogniser cut in pieces ("Lo" + "ft"): lower case that follows without a gap."""
    joined: list[Token] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        cut = (
            last is not None
            and bool(_LATIN.match(last.text) and _LATIN.match(atom.text))
            and atom.text[0].islower()
            and last.end_s > 0.0
            and abs(atom.start_s - last.end_s) < 0.01
        )
        if last is not None and cut:
            joined[-1] = replace(last, text=last.text + atom.text, end_s=atom.end_s)
        else:
            joined.append(atom)
    return joined


def _count_mandarin(atoms: Sequence[Token]) -> list[Token]:
    counted = []
    for index, atom in enumerate(atoms):
        after = atoms[index + 1].text if index + 1 < len(atoms) else ""
        counted.append(replace(atom, units=_mandarin_units(atom.text, after)))
    return counted


def _mandarin_units(text: str, after: str) -> int:
    if text[0].isdigit():
        return _mandarin_number(text, after)
    if text in "%％":
        return 3
    if text in _CURRENCY:
        return 2 if text == "$" or text in "€£" else 1
    if _HAN.match(text):
        return 1
    if _LATIN.match(text):
        return _syllables(text)
    return 0


def _mandarin_number(text: str, after: str) -> int:
    """Characters of a number as read: 320 is 三百二十 (4), 105 is 一百零五 (4), 12 is 十二 (2), 3.5 is 三点五 (3).

    Digit by digit before 年, after a leading zero and from nine digits on (telephone numbers).
    """
    whole, _, decimals = text.replace(",", "").partition(".")
    after_point = 1 + len(decimals) if decimals else 0
    by_digit = len(whole) > 8 or (len(whole) > 1 and whole[0] == "0") or (len(whole) == 4 and after == "年")
    if by_digit:
        return len(whole) + after_point
    high, low = divmod(int(whole), 10_000)
    if not high:
        return _below_ten_thousand(low) + after_point
    linking_zero = 0 < low < 1000
    return _below_ten_thousand(high) + 1 + linking_zero + (_below_ten_thousand(low) if low else 0) + after_point


def _below_ten_thousand(value: int) -> int:
    """Characters of 0..9999: a digit and its unit each, one 零 for inner zeros, 10..19 without the leading 一."""
    if value < 10:
        return 1
    digits = str(value)
    count = sum(1 if place == len(digits) - 1 else 2 for place, digit in enumerate(digits) if digit != "0")
    inner_zeros = len(re.findall(r"0+(?=[1-9])", digits))
    return count + inner_zeros - (10 <= value < 20)


def _syllables(word: str) -> int:
    """Estimated syllables of a Latin word: its vowel groups, a silent final e left out; letters of an abbreviation."""
    if word.isupper():
        return len(word)
    groups = re.findall(r"[aeiouyà-öø-ÿ]+", word.lower())
    silent = len(groups) > 1 and bool(re.search(r"[^aeiouyl]e$", word.lower()))
    return max(1, len(groups) - silent)


def _mark_mandarin_fillers(atoms: list[Token]) -> Iterator[Token]:
    index = 0
    while index < len(atoms):
        size = _mandarin_filler_size(atoms, index)
        if size == 0:
            yield atoms[index]
            index += 1
            continue
        text = "".join(atom.text for atom in atoms[index : index + size])
        yield Token(text, atoms[index].start_s, atoms[index + size - 1].end_s, 0, filler=True)
        index += size


def _mandarin_filler_size(atoms: Sequence[Token], index: int) -> int:
    """How many atoms from `index` on are one filled pause; 0 when it is none."""
    text = atoms[index].text
    if text in _MANDARIN_FILLERS or _ENGLISH_FILLER.fullmatch(text):
        return 1
    if text in _MANDARIN_WHEN_ISOLATED:
        return int(_break_before(atoms, index) and _break_after(atoms, index + 1))
    pair = "".join(atom.text for atom in atoms[index : index + 2])
    if pair not in _MANDARIN_BEFORE_BREAK:
        return 0
    following = atoms[index + 2 : index + 4]
    repeated = "".join(atom.text for atom in following) == pair
    sentence_ends = bool(following) and following[0].text in _SENTENCE_END
    return 2 if repeated or (following and _break_after(atoms, index + 2) and not sentence_ends) else 0


def _break_before(atoms: Sequence[Token], index: int) -> bool:
    if index == 0:
        return True
    before = atoms[index - 1]
    return _is_break(before) or atoms[index].start_s - before.end_s >= ISOLATED_GAP_S


def _break_after(atoms: Sequence[Token], index: int) -> bool:
    if index >= len(atoms):
        return True
    after = atoms[index]
    return _is_break(after) or after.start_s - atoms[index - 1].end_s >= ISOLATED_GAP_S


def _is_break(atom: Token) -> bool:
    return (atom.units == 0 and not _HAN.match(atom.text)) or atom.text in _MANDARIN_FILLERS
