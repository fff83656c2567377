"""Names, employers, titles, schools and degrees in Chinese résumé prose, by the grammar of how they are written.

A clause is "when, (verb) organisation + title": 「2007年10月至今任某某有限公司财务部经理」. The organisation runs to
the last word that organisations end with and leaves a title behind it; departments before a title belong to the title.
Written from the grammar and from public lists (surnames, peoples of China, degrees), not learnt from résumés: the rated
set it is measured on states no licence (`python -m bench resume`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["name", "nationality", "people", "native_place", "degree", "major", "organisation", "title"]

WORDS: dict[str, list[str]] = json.loads(Path(__file__).with_name("resume_words.json").read_text(encoding="utf-8"))
"""The lists of words, some of them patterns. Longer ones stand before those that they begin with."""

SURNAMES = frozenset(WORDS["surnames"][0])


def any_of(name: str) -> str:
    """The words of a list as one alternative of a pattern."""
    return "|".join(WORDS[name])


_TITLE_ENDS = any_of("title_ends")
_DEPARTMENT = any_of("departments")
_TITLE = re.compile(f"(?:{_TITLE_ENDS})(?:助理)?(?:级)?$")
_RANKED_TITLE = re.compile(f"(?:{any_of('ranks')})*(?:{_TITLE_ENDS})(?:助理)?$")
_WEAK_END = re.compile(f"(?:{any_of('weak_organisation_ends')})$")
_STANDS_ALONE = re.compile("[本该原]?(?:公司|集团|[\u4e00-\u9fff]{2}(?:集团|公司))$|[\u4e00-\u9fff]{2}(?:大学|银行)$")
_ENDS = re.compile(f"(?:{any_of('organisation_ends')})(?:（[^（）]{{1,8}}）|\\([^()]{{1,8}}\\))?")

_DATE = r"(?:19|20)\d{2}\s*(?:年|[./])?\s*(?:\d{1,2}\s*(?:月|[./]\d{1,2})?份?)?(?:\s*\d{1,2}日)?"
_WHEN = re.compile(
    rf"^(?:自|从|于|由|截至|到)?\s*(?:{_DATE}|{_DATE}(?:起|开始)|同年|次年|报告期内)\s*"
    rf"(?:(?:至今|起至今|以来|起|开始|[-–—~～－―─至到]+\s*(?:{_DATE}|今|现在|目前|退休)?(?:期间)?))?\s*"
)
_VERB = re.compile(f"^(?:{any_of('verb_leads')})*(?:{any_of('verbs')})?(?:{any_of('verb_tails')})*")
_TAIL = re.compile(f"(?:{any_of('tails')})+$")
_PRAISE = re.compile(any_of("praise"))
_DEGREE = re.compile(
    "(?:全日制|在职|函授|大学|国家统招)?(?:博士后|博士研究生|博士生|博士|硕士研究生|硕士生|硕士|研究生|双学士|学士|大学本科|本科|大学专科|大专|专科|中专|中技|技校|"
    "高中|初中|大学(?=学历|文化|毕业)|(?<![\u4e00-\u9fff])大学(?=[，。]|$)|EMBA|MBA|MPA|BBA|PhD)(?:以上)?(?:学历|学位|文化程度|文化|毕业生)?"
)
_DEGREE_AFTER = re.compile("研究员|导师|生导师|后流动站|学院|学校|生院|院|点")
_MAJOR = re.compile(r"([\u4e00-\u9fffA-Za-z与和及（）()]{2,16}?)(?:专业|方向)")
_SCIENCE = re.compile(f"(?:{any_of('sciences')})$")
_NATIONALITY = re.compile(
    r"(?:中国|[\u4e00-\u9fff]{2,4})(?:（[^（）]{1,4}）)?(?:公民|国籍|籍)(?!贯)|(?<=国籍[：:])[\u4e00-\u9fff]{2,5}"
)
_PEOPLE = re.compile(f"(?:{any_of('peoples')})族|(?<=[男女][，,])汉(?=[，,])")
_NATIVE = re.compile(
    r"(?<=籍贯[：:])[\u4e00-\u9fff]{2,10}"
    r"|(?<=[，,。])[\u4e00-\u9fff]{1,4}(?:省|市|自治区)?[\u4e00-\u9fff]{2,5}(?:市|县|区)?(?=人[，,。])"
)
_NAME = re.compile(
    r"^\s*([\u4e00-\u9fff](?:\s*[\u4e00-\u9fff·]){1,5}?)\s*(?:（[^（）]{1,20}）|\([^()]{1,20}\))?"
    r"\s*(?=[：:，,。]|先生|女士|小姐|同志|男|女|$)"
)
_CLAUSE = re.compile(r"[，。；;！？|｜\n\r\t]|[ \u3000]{2,}(?=[^\d])|(?<![A-Za-z])[,.](?!\d)")
_PIECE = re.compile(r"、|兼任|兼(?!职)|以及|及其|(?<=[长理事任师授员席司团学院])(?:和|及|与|暨)(?=[\u4e00-\u9fff]{3})")


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch `start`..`end` of the text (characters) and what it is."""

    kind: Kind
    start: int
    end: int
    text: str


def entities(text: str) -> list[Entity]:
    """Everything found, in order of place; stretches do not overlap."""
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []

    def add(kind: Kind, start: int, end: int) -> None:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end and not any(start < other_end and other_start < end for other_start, other_end in taken):
            taken.append((start, end))
            found.append(Entity(kind, start, end, text[start:end]))

    for start, end in _spans(text, _CLAUSE):
        clause = text[start:end]
        name = _name(clause) if _begins_a_sentence(text, start) else None
        if name:
            add("name", start + name[0], start + name[1])
    for match in _NATIONALITY.finditer(text):
        add("nationality", match.start(), match.end())
    for match in _PEOPLE.finditer(text):
        add("people", match.start(), match.end())
    for match in _NATIVE.finditer(text):
        if not _TITLE.search(match.group()):
            add("native_place", match.start(), match.end())
    for start, end in _spans(text, _CLAUSE):
        for kind, begin, stop in _clause(text[start:end]):
            add(kind, start + begin, start + stop)
    return sorted(found, key=lambda entity: entity.start)


def _begins_a_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in "。；;\n" or text[max(0, start - 1) : start] in "\n"


def _name(clause: str) -> tuple[int, int] | None:
    match = _NAME.match(clause + "，")
    if match is None:
        return None
    plain = re.sub(r"\s", "", match.group(1))
    double = plain.startswith(tuple(WORDS["compound_surnames"]))
    if not (double or plain[0] in SURNAMES) or not 2 <= len(plain) <= (4 if double else 3):
        return None
    if _TITLE.search(plain) or _ENDS.search(plain) or _DEGREE.search(plain):
        return None
    return match.start(1), match.end(1)


def _clause(clause: str) -> Iterator[tuple[Kind, int, int]]:
    if _PRAISE.search(clause):
        return
    for start, end in _pieces(clause):
        piece = clause[start:end]
        lead = _lead(piece)
        body = piece[lead:]
        tail = _TAIL.search(body)
        if tail and tail.start() > 0:
            body = body[: tail.start()]
        body_start = start + lead
        for kind, begin, stop in _body(body):
            yield kind, body_start + begin, body_start + stop


def _lead(piece: str) -> int:
    """How many characters are when and verb."""
    lead = len(piece) - len(piece.lstrip())
    for _ in range(3):
        when = _WHEN.match(piece[lead:])
        if when and when.end():
            lead += when.end()
        verb = _VERB.match(piece[lead:])
        if verb is None or not verb.end():
            if not (when and when.end()):
                break
            continue
        lead += verb.end()
    return lead


def _body(body: str) -> Iterator[tuple[Kind, int, int]]:
    """What a clause's rest is made of: school + major + degree, organisation + title, or one of them."""
    degree = next((m for m in _DEGREE.finditer(body) if not _DEGREE_AFTER.match(body[m.end() :])), None)
    if degree is not None and not _TITLE.search(body):
        before = body[: degree.start()]
        yield from _school_and_major(before)
        yield "degree", degree.start(), degree.end()
        return
    organisation = _organisation_end(body)
    if organisation and organisation <= 4 and not _STANDS_ALONE.match(body[:organisation]) and _TITLE.search(body):
        yield "title", 0, len(body)
        return
    if organisation:
        yield "organisation", 0, organisation
        rest = body[organisation:]
        major = _MAJOR.match(rest)
        if major:
            yield "major", organisation, organisation + major.end()
        elif rest and _TITLE.search(rest):
            yield "title", organisation, len(body)
        return
    ranked = _RANKED_TITLE.search(body)
    if ranked and len(body) <= 24:
        split = _department_start(body, ranked.start())
        if split and _WEAK_END.search(body[:split]):
            yield "organisation", 0, split
            yield "title", split, len(body)
        else:
            yield "title", 0, len(body)
        return
    major = _MAJOR.match(body)
    if major:
        yield "major", 0, major.end()
    elif body in ("公司", "本公司", "集团"):
        yield "organisation", 0, len(body)


def _department_start(body: str, title_start: int) -> int:
    """Where a title begins together with the department before it: 平安寿险|市场营销部总经理."""
    weak = [end for end in range(4, title_start + 1) if _WEAK_END.search(body[:end])]
    if not weak:
        return title_start
    between = body[weak[-1] : title_start]
    return weak[-1] if not between or re.search(f"(?:{_DEPARTMENT})$", between) else title_start


def _school_and_major(before: str) -> Iterator[tuple[Kind, int, int]]:
    school = _organisation_end(before)
    if school:
        yield "organisation", 0, school
    rest = before[school:]
    major = _MAJOR.search(rest) or _SCIENCE.search(rest)
    if major and major.end() > major.start():
        yield "major", school + (0 if major.re is _MAJOR else major.start()), school + major.end()


def _organisation_end(body: str) -> int:
    """Where the organisation at the beginning ends; 0 without one.

    The last ending after which a title, a major, a degree or nothing remains; a department stays with its title.
    """
    best = 0
    for match in _ENDS.finditer(body):
        end = match.end()
        if end < 2:
            continue
        rest = body[end:]
        if rest and re.match(f"(?:{_TITLE_ENDS})", match.group() + rest[:1]):
            continue
        if rest and not (_TITLE.search(rest) or _MAJOR.match(rest) or _SCIENCE.search(rest) or len(rest) <= 1):
            continue
        if (
            best
            and match.group() in ("中心", "院", "站", "馆", "所", "台", "局", "学部")
            and rest
            and _TITLE.search(rest)
        ):
            continue
        if match.group() in ("党委", "团委", "人大", "政协") and best:
            continue
        best = end
    if best and body[best:] and body[best:][0] in "长":
        return 0
    return best


def _pieces(clause: str) -> Iterator[tuple[int, int]]:
    yield from _spans(clause, _PIECE)


def _spans(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for match in separator.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)
