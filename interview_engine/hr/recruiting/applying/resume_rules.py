"""A résumé's text to fields: how to reach the person, degrees, schools, employers, titles, years, each with its place.

Works on a page of labels and dates (中英文简历) and on prose. A field is what the text says: nothing is guessed; what
was not found is absent. People check the fields beside the text they came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from interview_engine.errors import InvalidInput
from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.recruiting.applying.resume_entities import SURNAMES, Entity, any_of, entities
from interview_engine.hr.recruiting.jobs.degrees import degrees

PARSER = "resume-rules/1"

MAX_TEXT = 60_000
"""Characters read: a résumé is a few pages; what is longer is a book or an attack."""

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_GAP = r"[ \t\u00a0.·\-‐-―]?"
"""What stands between the groups of a number; "―" ends the dashes of Unicode's punctuation."""
_PHONE = re.compile(
    r"(?<![\d.])(?:[(（]?(?:(?:\+|00)?86[)）]?[ \t\u00a0\-‐-―]*(?:[(（]0[)）][ \t\u00a0]*)?)?[(（]?1[3-9]\d[)）]?"
    rf"{_GAP}\d{{4}}{_GAP}\d{{4}}"
    r"|(?<!\d[ \t\u00a0\-‐-―])(?:\+|00)[1-9]\d{0,2}(?:[ \t\u00a0]?[(（]0[)）])?(?:[ \t\u00a0\-‐-―]?\(?\d{2,6}\)?){2,5}"
    r"|(?<!\d[ \t\u00a0\-‐-―])[(（]?0[1-9]\d{1,2}[)）]?[ \t\u00a0\-‐-―]?\d{3,4}[ \t\u00a0\-‐-―]?\d{4}"
    r"|(?<!\d[ \t\u00a0\-‐-―])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4})(?![\d.]\d|\d)"
)
_LABELLED_NAME = re.compile(
    r"(?:^|[\s|｜])(?:姓\s*名|Name|Full name)[ \u3000]*(?:[:：]\s*|[\t\n]\s*)"
    r"([\u4e00-\u9fff·]{2,8}|[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){1,3})",
    re.M,
)
_LINE_BEGINS = r"^(?:#{1,3}[ \t]+)?[ \t]*(?:\*\*)?"
"""With what Markdown sets before a heading or bold words."""
_ENGLISH_NAME = re.compile(
    _LINE_BEGINS + r"([A-Z][a-z'’-]+(?: [A-Z](?:[a-z'’-]+|\.)){1,3})(?:\*\*)?[ \t]*(?:,.*)?$", re.M
)
_CHINESE_LINE_NAME = re.compile(
    _LINE_BEGINS + r"([\u4e00-\u9fff](?:[ \u3000]?[\u4e00-\u9fff]){1,2})(?=(?:\*\*)?[ \t]*$|[ \t]+\S|[|｜])", re.M
)
_NOT_NAMES = re.compile(any_of("not_names"))
_CITY = re.compile(
    r"(?:现居(?:住地|地)?|所在地|居住地|现住址|Location|Based in|Address)\s*[:：]?\s*"
    r"([\u4e00-\u9fff]{2,12}|[A-Z][A-Za-z .'-]{2,40})"
)
_SCHOOL_EN = re.compile(
    r"(?:[A-Z][A-Za-z.&'’-]* +(?:of |and |the |for |at )?){0,6}"
    r"(?:University|College|Institute of Technology|Polytechnic|School of [A-Z]\w+)"
    r"(?:[ ,]+(?:of |at )?[A-Z][A-Za-z'-]+){0,4}"
)
_SCHOOL_WORD = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,12}?(?:大学|学院|学校|中学)(?![\u4e00-\u9fff])")
_MAJOR_EN = re.compile(
    r"(?:Bachelor|Master|Doctor|B\.?Sc|M\.?Sc|B\.?A|M\.?A|B\.?Eng|M\.?Eng|Ph\.?D)(?:'s|s)?"
    r"(?: of (?:Science|Arts|Engineering|Business Administration|Education|Laws|Philosophy))?"
    r"(?: degree)?(?: of| in|,)\s+"
    r"([A-Z][A-Za-z &]{2,50}?)(?=[,.;\n(|]|\s{2}|\s\d|$)"
)
_TITLE_EN = re.compile(rf"\b(?:(?:{any_of('english_title_qualifiers')})[ -]){{0,4}}(?:{any_of('english_titles')})s?\b")
_EMPLOYER_EN = re.compile(
    r"(?:[A-Z][A-Za-z0-9&.'’-]*\s){0,5}[A-Z][A-Za-z0-9&.'’-]*\s" + rf"(?:{any_of('english_company_ends')})\b\.?"
)
_AT_EN = re.compile(r"(?:\bat|@|—|–|\|)\s+([A-Z][A-Za-z0-9&.'’-]*(?: (?:&|and|of)? ?[A-Z][A-Za-z0-9&.'’-]*){0,4})")
_YEAR_SPAN = re.compile(
    r"((?:19|20)\d{2})\s*(?:[年./-]\s*(\d{1,2}))?\s*月?\s*(?:[-–—~～至到]|to|until)+\s*"
    r"(?:((?:19|20)\d{2})\s*(?:[年./-]\s*(\d{1,2}))?|至今|今|现在|present|now|current)",
    re.I,
)
_SKILLS_HEAD = re.compile(
    r"^[ \t]*(?:专业技能|技能(?:特长|证书)?|掌握技能|(?:Technical |Key |Core )?Skills?)\s*[:：]?[ \t]*(.*)$",
    re.M | re.I,
)
_HEADING = re.compile(
    r"^[ \t]*(?:教育(?:背景|经历)|工作(?:经历|经验)|项目(?:经历|经验)|实习经历|自我评价|证书|语言(?:能力)?|兴趣爱好"
    r"|Education|(?:Work |Professional )?Experience|Employment|Projects?|Languages?|Certificat\w+|Interests|References"
    r"|Summary|Profile)[ \t]*[:：]?[ \t]*$",
    re.M | re.I,
)
_SCHOOL_ZH_END = re.compile("(?:大学|学院|学校|中学|党校|研究生院|学部)(?:[\u4e00-\u9fff]{1,8}(?:系|学院))?$")


@dataclass(frozen=True, slots=True)
class Field:
    """One value and where the text says it: characters `start`..`end`. `confidence` is 0..1, see CONFIDENCE."""

    value: str
    start: int
    end: int
    confidence: float


CONFIDENCE = {"labelled": 0.95, "form": 0.9, "grammar": 0.8}
"""How a value was found: after its label; by a form that hardly anything else has (an address of mail, a phone number);
by the grammar of names and titles. The last is about the share that was right on `resume_ner_zh` (bench resume)."""


def read_fields(text: str) -> dict[str, list[dict[str, Any]]]:
    """Fields by name, each a list of {"value", "start", "end", "confidence"} in order of place.

    Names: name, email, phone, city, degree (of `jobs.degrees`, highest first), school, major, employer, title, period
    ("2019-03–2021-06", open ones end in "–"), skill. Absent when nothing was found.
    """
    text = text[:MAX_TEXT]
    found = entities(text)
    fields = {
        "name": _name(text, found)[:1],
        "email": _forms(text, _EMAIL),
        "phone": _once(f for f in _forms(text, _PHONE) if sum(c.isdigit() for c in f.value) >= 8),
        "city": [_at(match, 1, "labelled") for match in _CITY.finditer(text)][:1],
        "degree": [Field(*found, CONFIDENCE["form"]) for found in degrees(text)],
        "school": _merged(
            _by_kind(found, "organisation", school=True), _matches(text, _SCHOOL_WORD) + _matches(text, _SCHOOL_EN)
        ),
        "major": _merged(_by_kind(found, "major"), [_at(match, 1, "grammar") for match in _MAJOR_EN.finditer(text)]),
        "employer": _merged(_by_kind(found, "organisation", school=False), _employers(text)),
        "title": _merged(_by_kind(found, "title"), _matches(text, _TITLE_EN)),
        "period": [_period(match) for match in _YEAR_SPAN.finditer(text)],
        "skill": _skills(text),
    }
    return {name: [asdict(field) for field in values] for name, values in fields.items() if values}


def _name(text: str, found: Sequence[Entity]) -> list[Field]:
    labelled = _LABELLED_NAME.search(text)
    if labelled:
        return [_at(labelled, 1, "labelled")]
    head = "\n".join(text.splitlines()[:8])
    for match in _CHINESE_LINE_NAME.finditer(head):
        plain = re.sub(r"[ \u3000]", "", match.group(1))
        if plain[0] in SURNAMES and not _NOT_NAMES.search(plain):
            return [Field(plain, match.start(1), match.end(1), CONFIDENCE["grammar"])]
    names = [Field(e.text, e.start, e.end, CONFIDENCE["grammar"]) for e in found if e.kind == "name"]
    if names:
        return names
    for match in _ENGLISH_NAME.finditer(head):
        if not _NOT_NAMES.search(match.group(1)) and not _TITLE_EN.search(match.group(1)):
            return [_at(match, 1, "grammar")]
    return []


def _employers(text: str) -> list[Field]:
    schools = [(match.start(), match.end()) for match in _SCHOOL_EN.finditer(text)]
    found = _matches(text, _EMPLOYER_EN)
    for line in re.finditer(r"[^\n]+", text):
        if _TITLE_EN.search(line.group()) or _YEAR_SPAN.search(line.group()):
            for match in _AT_EN.finditer(line.group()):
                start, end = line.start() + match.start(1), line.start() + match.end(1)
                if not _TITLE_EN.fullmatch(match.group(1)) and not any(s < end and start < e for s, e in schools):
                    found.append(Field(match.group(1), start, end, CONFIDENCE["grammar"]))
    return found


def _skills(text: str) -> list[Field]:
    skills: list[Field] = []
    for head in _SKILLS_HEAD.finditer(text):
        start = head.start(1)
        following = _HEADING.search(text, head.end())
        end = min(following.start() if following else len(text), start + 600)
        for match in re.finditer(r"[^,，、;；|｜\n•·\-–]{2,40}", text[start:end]):
            value = match.group().strip(" .。:：\t")
            if 2 <= len(value) <= 30 and not _YEAR_SPAN.search(value):
                offset = start + match.start() + match.group().find(value)
                skills.append(Field(value, offset, offset + len(value), CONFIDENCE["labelled"]))
    return skills[:40]


def _period(match: re.Match[str]) -> Field:
    begin_year, begin_month, end_year, end_month = match.groups()

    def month(year: str | None, number: str | None) -> str:
        if not year:
            return ""
        return f"{year}-{int(number):02d}" if number and 1 <= int(number) <= 12 else year

    value = f"{month(begin_year, begin_month)}–{month(end_year, end_month)}"
    return Field(value, match.start(), match.end(), CONFIDENCE["form"])


def _by_kind(found: Sequence[Entity], kind: str, *, school: bool | None = None) -> list[Field]:
    return [
        Field(entity.text, entity.start, entity.end, CONFIDENCE["grammar"])
        for entity in found
        if entity.kind == kind and (school is None or bool(_SCHOOL_ZH_END.search(entity.text)) == school)
    ]


def _forms(text: str, pattern: re.Pattern[str]) -> list[Field]:
    return _unique(_at(match, 0, "form") for match in pattern.finditer(text))


def _once(numbers: Iterable[Field]) -> list[Field]:
    """The numbers, of two ways to write one the first: a link (tel:) repeats what is read before it."""
    first: dict[str, Field] = {}
    for number in numbers:
        try:
            key = phone_key(number.value)
        except InvalidInput:
            key = None
        first.setdefault(key or number.value, number)
    return list(first.values())


def _matches(text: str, pattern: re.Pattern[str]) -> list[Field]:
    return [_at(match, 0, "grammar") for match in pattern.finditer(text)]


def _at(match: re.Match[str], group: int, how: str) -> Field:
    return Field(match.group(group).strip(), match.start(group), match.end(group), CONFIDENCE[how])


def _merged(first: Sequence[Field], second: Sequence[Field]) -> list[Field]:
    """Both lists in order of place; of two that overlap the first list's stays."""
    kept = list(first)
    kept += [
        field for field in second if not any(field.start < other.end and other.start < field.end for other in first)
    ]
    return _unique(sorted(kept, key=lambda field: field.start))


def _unique(fields: Iterator[Field] | Sequence[Field]) -> list[Field]:
    seen: set[str] = set()
    kept = []
    for field in fields:
        if field.value.lower() not in seen:
            seen.add(field.value.lower())
            kept.append(field)
    return kept
