"""Word and character error rates. Texts are stored raw and normalised only here, when they are scored.

English follows the rules of Whisper's English normaliser (Radford et al. 2022, appendix C): lower case, no bracketed
remarks, no hesitation sounds, contractions spelled out, numbers as digits, no punctuation. Chinese: Traditional to
Simplified, width folded, punctuation and spaces stripped, numbers as digits.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.spoken_numbers import ZH_DIGITS, with_digits, zh_value

HESITATIONS = re.compile(r"\b(hmm|mm|mhm|mmm|uh|um|er|erm|uhm)\b")

CONTRACTIONS = {
    r"\bwon't\b": "will not",
    r"\bcan't\b": "can not",
    r"\blet's\b": "let us",
    r"\bain't\b": "is not",
    r"\by'all\b": "you all",
    r"\bwanna\b": "want to",
    r"\bgotta\b": "got to",
    r"\bgonna\b": "going to",
    r"\bi'ma\b": "i am going to",
    r"\bwoulda\b": "would have",
    r"\bcoulda\b": "could have",
    r"\bshoulda\b": "should have",
    r"\bma'am\b": "madam",
    r"\bmr\b": "mister",
    r"\bmrs\b": "missus",
    r"\bst\b": "saint",
    r"\bdr\b": "doctor",
    r"\balright\b": "all right",
    r"\byknow\b": "you know",
    r"n't\b": " not",
    r"'re\b": " are",
    r"'s\b": " is",
    r"'d\b": " would",
    r"'ll\b": " will",
    r"'t\b": " not",
    r"'ve\b": " have",
    r"'m\b": " am",
}

_ZH_NUMERAL = re.compile(
    r"(?:\d+(?:\.\d+)?[十百千万亿]+|[零〇一二三四五六七八九两幺十百千万亿]+)(?:点[零〇一二三四五六七八九两幺]+)?"
)


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Edit errors against a reference. `errors` counts substitutions, deletions and insertions of units."""

    errors: int
    units: int

    @property
    def rate(self) -> float:
        """errors / units of the reference; may exceed 1."""
        return self.errors / self.units if self.units else float(self.errors > 0)

    def __add__(self, other: ErrorCount) -> ErrorCount:
        return ErrorCount(self.errors + other.errors, self.units + other.units)


def edit_distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Levenshtein distance in units."""
    row = list(range(len(hypothesis) + 1))
    for i, unit in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (unit != other))
    return row[-1]


def score(reference: str, hypothesis: str, language: str) -> ErrorCount:
    """Characters for "zh", words for "en", after `normalise`."""
    expected, found = units(reference, language), units(hypothesis, language)
    return ErrorCount(edit_distance(expected, found), len(expected))


def units(text: str, language: str) -> list[str]:
    """The normalised characters (zh) or words (en) that errors are counted in."""
    normalised = normalise(text, language)
    return list(normalised) if language == "zh" else normalised.split()


def normalise(text: str, language: str) -> str:
    """The form in which texts are compared; never shown and never stored."""
    return _chinese(text) if language == "zh" else _english(text)


@functools.lru_cache(maxsize=4096)
def _english(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    text = re.sub(r"[<\[][^>\]]*[>\]]|\([^)]+\)", "", text)
    text = HESITATIONS.sub("", text)
    text = re.sub(r"\s+'", "'", text)
    for pattern, replacement in CONTRACTIONS.items():
        text = re.sub(pattern, replacement, text)
    text = re.sub(r"(\d),(\d)", r"\1\2", text)
    text = re.sub(r"\.([^0-9]|$)", r" \1", text)
    text = "".join(
        character
        if character in ".%$¢€£"
        else ""
        if unicodedata.category(character) == "Mn"
        else " "
        if unicodedata.category(character)[0] in "MSP"
        else character
        for character in text
    )
    text = with_digits(text, "en")
    text = re.sub(r"\bone\b", "1", text)
    text = re.sub(r"[.$¢€£]([^0-9])", r" \1", text)
    text = re.sub(r"([^0-9])%", r"\1 ", text)
    return " ".join(text.split())


@functools.lru_cache(maxsize=4096)
def _chinese(text: str) -> str:
    text = to_simplified(unicodedata.normalize("NFKC", text)).lower()
    text = re.sub(r"(\d),(\d{3})", r"\1\2", text)
    text = re.sub(r"百分之(\d+(?:\.\d+)?)", r"\1%", with_digits(text, "zh"))
    # Every numeral, also those that with_digits leaves in words (一起): both sides are treated alike.
    text = _ZH_NUMERAL.sub(lambda match: zh_value(match[0]) or _digit_by_digit(match[0]), text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", "", text)
    return "".join(character for character in text if character in "%." or unicodedata.category(character)[0] in "LN")


def _digit_by_digit(numeral: str) -> str:
    return "".join(ZH_DIGITS.get(character, character) for character in numeral)
