"""Phrases that are on every list of guesses: examples from advice on passwords, quotations, verses, proverbs.

zxcvbn judges words one by one and takes these for strong. `known_phrases.json` holds them squashed.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

PHRASES: tuple[str, ...] = tuple(
    sorted(json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")), key=len, reverse=True)
)
"""The longest first."""


def squashed(text: str) -> str:
    """Letters and digits only, full width made plain, without case: how a phrase is known however it is written."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def beyond_phrases(password: str) -> int:
    """How many letters and digits are left of it without known phrases."""
    rest = squashed(password)
    for phrase in PHRASES:
        rest = rest.replace(phrase, "")
    return len(rest)
