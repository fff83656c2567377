"""Numbers of a text with what they number: "443" of the port in "port 443", 30 of the days in "within 30 days".

Two texts that give different numbers of the same thing say different things, however alike they read.
"""

from __future__ import annotations

import re
from collections import defaultdict

from interview_engine.assessment.spoken_numbers import COUNTED
from interview_engine.assessment.text import fold, function_words, stem

_DIGITS = r"\d+(?:[.:/]\d+)*%?"
_NUMBER = {
    "en": re.compile(rf"(?<![\w.]){_DIGITS}|\b(?:zero|two|three|four|five|six|seven|eight|nine|half)\b"),
    "zh": re.compile(rf"(?<![A-Za-z0-9.]){_DIGITS}|一半|[零二两三四五六七八九](?=[{COUNTED}])"),
}
_AFTER = re.compile(r"[\s-]*([a-z]+)")
_BEFORE = re.compile(r"([a-z]+)[\s:=]*$")
_HAN_AFTER = re.compile(r"[\u4e00-\u9fff]")
_HAN_BEFORE = re.compile(r"([\u4e00-\u9fff]{2})[是为叫：:\s]*$")


def figures(text: str, language: str) -> dict[str, frozenset[str]]:
    """The numbers of `text` (as plain.py reads it) by what they number; "" holds those of which that is not said."""
    folded = fold(text)
    found: dict[str, set[str]] = defaultdict(set)
    for match in _NUMBER[language].finditer(folded):
        found[_role(folded, match, language)].add("二" if match.group() == "两" else match.group())
    return {role: frozenset(values) for role, values in found.items()}


def disagree(said: dict[str, frozenset[str]], given: dict[str, frozenset[str]]) -> bool:
    """Whether both give numbers of the same thing and none of them is the same."""
    return any(role and given[role].isdisjoint(values) for role, values in said.items() if role in given)


def _role(folded: str, match: re.Match[str], language: str) -> str:
    if match.group().endswith("%"):
        return "%"
    if language == "zh":
        after = _HAN_AFTER.match(folded, match.end())
        if after and after.group() in COUNTED:
            return after.group()
        before = _HAN_BEFORE.search(folded, 0, match.start())
        return before.group(1) if before else ""
    dull = function_words("en")
    after = _AFTER.match(folded, match.end())
    if after and after.group(1) not in dull:
        return stem(after.group(1))
    before = _BEFORE.search(folded, 0, match.start())
    return stem(before.group(1)) if before and before.group(1) not in dull else ""
