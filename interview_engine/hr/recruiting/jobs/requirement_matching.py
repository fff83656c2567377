"""Where a résumé speaks of a requirement, as a reader finds it. Pure.

A higher degree holds a lower one, 处理投诉 is 投诉处理, 普通话二级甲等 is fluent, 不会用 CRM is not CRM. Texts come
normalised (NFKC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interview_engine.hr.recruiting.jobs.degrees import RANKS, degrees

LONGEST_QUOTE = 160
"""Characters of a line that are quoted; of a longer one the sentence."""

NEAR = 60
"""Characters of a clause that are looked at on each side of a word: a page without punctuation is no one clause."""

_CLAUSE_ENDS = "，,。；;！!？?\n\r|｜"
_CLAUSE_END = re.compile(f"[{_CLAUSE_ENDS}]")
_NOT_BEFORE = re.compile(
    r"(?:不会|不懂|不熟|不了解|不擅长|没有|没用过|没做过|没接触|未曾|未接触|从未|(?<![\u4e00-\u9fff])无"
    r"|\bno\b|\bnot\b|\bnever\b|\bwithout\b|n't\b)[^，,。；;\n]{0,12}$"
)
_NOT_AFTER = re.compile(r"^[^，,。；;\n]{0,4}(?:不会|不懂|不熟|不了解|没用过|没做过|没接触|未接触|零基础)")
_LANGUAGES = (
    ("普通话|国语|mandarin|putonghua", "一级[甲乙]|二级[甲乙]"),
    ("英语|英文|english", "六级|cet-?6|专[四八]|tem-?[48]|雅思|ielts|托福|toefl"),
    ("日语|日文|japanese", r"\bn[12]\b|[一1]级"),
    ("韩语|韩文|korean", "topik ?[56]|[五六]级"),
    ("粤语|cantonese", r"(?!)"),
    ("法语|french", r"\b(?:dalf|c[12]|b2)\b|专[四八]"),
    ("德语|german", r"\b(?:testdaf|c[12]|b2)\b|专[四八]"),
)
"""Names of a language, and what its certificates call a fluent speaker."""
_FLUENT = "流利|流畅|标准|熟练|精通|母语|fluent|native|proficient"


def places_of(kind: str, requirement: str, terms: Sequence[str], resume: str) -> dict[str, int]:
    """What of a requirement stands in a résumé, each with its first place.

    Args:
        terms: the words of the requirement worth looking for.
    """
    if kind == "degree":
        asked = [RANKS[name] for name, _, _ in degrees(requirement)]
        if asked:
            # 大专或本科 asks for the lower
            first = min((start for name, start, _ in degrees(resume) if RANKS[name] >= min(asked)), default=None)
            return {} if first is None else {terms[0] if terms else requirement: first}
    requirement, resume = requirement.casefold(), resume.casefold()
    if kind == "language":
        asked_for = [(names, level) for names, level in _LANGUAGES if re.search(names, requirement)]
        if asked_for:
            fluent = re.search(_FLUENT, requirement) is not None
            spoken = {}
            for names, level in asked_for:
                place = _first(names, resume, f"{_FLUENT}|{level}" if fluent else "")
                if place is not None:
                    spoken[re.split(r"\|", names)[0]] = place
            return spoken
    found = {}
    for term in terms:
        place = _first(_pattern(term), resume)
        if place is not None:
            found[term] = place
    return found


def line_at(text: str, place: int) -> str:
    """The line that a place is in; of a very long one the sentence, or what is around the place."""
    line_start = text.rfind("\n", 0, place) + 1
    line_end = text.find("\n", place)
    start, end = line_start, len(text) if line_end < 0 else line_end
    if end - start > LONGEST_QUOTE:
        start = max([start, *(text.rfind(mark, start, place) + 1 for mark in "。；;")])
        end = min([end, *(at + 1 for mark in "。；;" if (at := text.find(mark, place, end)) >= 0)])
    if end - start > LONGEST_QUOTE:
        start = max(start, place - LONGEST_QUOTE // 2)
        end = min(end, start + LONGEST_QUOTE)
    cut = " ".join(text[start:end].split())
    return cut if start == line_start or text[start - 1] in "。；;" else f"…{cut}"


def _pattern(term: str) -> str:
    if term.isascii():
        return rf"(?<![a-z0-9]){re.escape(term)}(?![a-z0-9])"
    if re.fullmatch("[\u3400-\u9fff]{4}", term):
        one, other = term[:2], term[2:]
        return f"{term}|{one}[^{_CLAUSE_ENDS}]{{0,4}}{other}|{other}[^{_CLAUSE_ENDS}]{{0,4}}{one}"
    return re.escape(term)


def _first(pattern: str, text: str, beside: str = "") -> int | None:
    """The first place that is not denied in its clause; with `beside`, one whose clause says that too."""
    for start, end in _occurrences(pattern, text):
        before = re.split(_CLAUSE_END, text[max(0, start - NEAR) : start])[-1]
        after = re.split(_CLAUSE_END, text[end : end + NEAR])[0]
        if _NOT_BEFORE.search(before) or _NOT_AFTER.match(after):
            continue
        if not beside or _affirmed(beside, before + text[start:end] + after):
            return start
    return None


def _affirmed(pattern: str, clause: str) -> bool:
    return any(
        not re.search("(?:不|不太|不够|not )$", clause[: found.start()]) for found in re.finditer(pattern, clause)
    )


def _occurrences(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(pattern, text):
        yield found.start(), found.end()
