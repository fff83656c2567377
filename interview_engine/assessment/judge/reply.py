"""What stands of a judge's reply once its quotes are looked up in the answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.judge.prompt import Given
from interview_engine.assessment.judge.shown import Shown
from interview_engine.assessment.kits.kit import LEVELS, Competency
from interview_engine.assessment.scoring import AnswerText
from interview_engine.assessment.text import units

SHORTEST_QUOTE = {"en": 3, "zh": 4}
"""Words (en) or characters (zh) below which a quote could be from anywhere and shows nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A verified quote: `answer.text[start:end]`, and what the judge says it shows.

    Args:
        level: the anchor that it supports.
        said: how the report words that; empty for the anchor.
    """

    answer: AnswerText
    start: int
    end: int
    indicator: str | None
    level: int
    said: str = ""

    @property
    def quote(self) -> str:
        """The claimed span of the answer's text, character by character."""
        return self.answer.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Verified:
    """A reply after checking.

    Args:
        level: 1..5, or None when no quote stands.
        claims: the quotes that stand, each span once.
        dropped: quotes that are not in the answers.
    """

    level: float | None
    claims: tuple[Claim, ...]
    dropped: int


def verify(document: object, competency: Competency, given: Given) -> Verified | None:
    """Check a reply; None when it does not have the form of judge_prompt.reply_schema.

    A quote carries level - 1 points. The reply's level counts only as far as its evidence is real:
    1 + (level - 1) x (points of the quotes that stand) / (points of all), and never above the strongest of them.
    A span that is quoted twice counts once, so that repeating a true quote cannot make up for invented ones.
    """
    if not isinstance(document, dict) or not isinstance(document.get("evidence"), list):
        return None
    level: int = document.get("level", 0)
    if not _is_level(level):
        return None
    known = {indicator.id for indicator in competency.indicators}
    standing: dict[tuple[int, int, int], Claim] = {}
    invented: dict[str, int] = {}
    for item in document["evidence"]:
        if not isinstance(item, dict) or not isinstance(item.get("quote"), str) or not _is_level(item.get("level")):
            return None
        where = place(item["quote"], given)
        if where is None:
            invented[item["quote"].strip()] = item["level"]
            continue
        number, start, end = where
        indicator = item.get("indicator")
        claim = Claim(given[number][0], start, end, indicator if indicator in known else None, item["level"])
        standing.setdefault(where, claim)
    claims = tuple(standing.values())
    if not claims:
        return Verified(None, (), len(invented))
    kept = sum(claim.level - 1 for claim in claims)
    claimed = kept + sum(points - 1 for points in invented.values())
    share = kept / claimed if claimed else 1.0
    supported = 1 + (level - 1) * share
    return Verified(min(supported, float(max(claim.level for claim in claims))), claims, len(invented))


def place(quote: str, given: Given) -> tuple[int, int, int] | None:
    """(number of the answer, start and end in its text) of the first answer that holds the quote."""
    for number, (answer, shown) in enumerate(given):
        found = shown.find(quote)
        if found is not None and _is_long_enough(answer, shown, *found):
            return number, *found
    return None


def _is_long_enough(answer: AnswerText, shown: Shown, start: int, end: int) -> bool:
    """An answer that is shorter than the limit (to a knowledge question) may be quoted whole."""
    language = "zh" if answer.language == "zh" else "en"
    least = min(SHORTEST_QUOTE[language], units(shown.text, language))
    return units(answer.text[start:end], language) >= least


def _is_level(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in LEVELS
