"""How numbers, times and texts are shown, the same on the page and in the PDF."""

from __future__ import annotations

import math
from collections.abc import Mapping

from interview_engine.i18n import Text, languages, translated
from pipelines.reports.cues_document import Document
from pipelines.reports.texts import TEXTS

Both = dict[str, str]
"""A shown text by language: {"zh": …, "en": …}, and every other language that there are catalogues for."""


def shown(key: str, **values: str | Both) -> Both:
    """The catalogue's text with its placeholders filled; a value may itself be in several languages."""
    return fill(TEXTS[key], **values)


def fill(text: Text, **values: str | Both) -> Both:
    """A text with its placeholders filled in every language."""
    return {
        language: text.get(language).format(
            **{
                name: value if isinstance(value, str) else in_language(value, language)
                for name, value in values.items()
            }
        )
        for language in languages()
    }


def several(text: Text) -> Both:
    """A text in every language."""
    return {language: text.get(language) for language in languages()}


def in_language(text: Mapping[str, str], language: str) -> str:
    """One of the languages of a text. A kit's and an older report's have two: the others come from the catalogue where
    the English text is one of the product's (a policy's name), else they are English."""
    return text.get(language) or translated(text["en"], language)


def same(text: str) -> Both:
    """A text that needs no translation: a number, a name, a code."""
    return dict.fromkeys(languages(), text)


def clock(seconds: float) -> str:
    """Minutes and whole seconds reached: 74.9 is "01:14"."""
    whole = int(seconds)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def one(value: float) -> str:
    """One decimal: how scores and levels are shown."""
    return f"{value:.1f}"


def whole_percent(value: float) -> str:
    """A percentage without decimals: 91.18 is "91"."""
    return f"{value:.0f}"


def share_percent(share: float) -> str:
    """A share 0..1 as a percentage without decimals and without the sign."""
    return f"{100 * share:.0f}"


def plain(value: float) -> str:
    """A weight or limit as a person would write it: 30, 12.5."""
    return f"{value:g}"


def span_clock(span: Mapping[str, float]) -> str:
    """A stretch of time in whole seconds that hold it: "00:42–00:51". One that has no length is a moment: "00:42"."""
    first, last = clock(span["start_s"]), clock(math.ceil(round(span["end_s"], 1)))
    return first if last == first else f"{first}–{last}"


def score_position(level: float) -> float:
    """Where a level 1..5 lies on the score's track, percent of its length."""
    return 25.0 * (level - 1.0)


def track(score: Document, required_level: float | None) -> Document:
    """Geometry of a score's track in percent of its length, and its texts. Never a bare number: the band belongs."""
    low, high, value = (100.0 * score[name] / score["scale"] for name in ("low", "high", "value"))
    return {
        "low": round(low, 2),
        "width": round(high - low, 2),
        "value": round(value, 2),
        "required": None if required_level is None else round(score_position(required_level), 2),
        "value_text": one(score["value"]),
        "low_text": one(score["low"]),
        "high_text": one(score["high"]),
        "required_text": None if required_level is None else one((required_level - 1.0) / 0.4),
    }
