"""From a job description to requirements, and from a résumé to which of them it speaks of (C1, C3).

A requirement is a line of the description with its kind, found by the field's words in zh and en. A degree weighs 0
unless somebody writes down why the work needs it: people are not filtered by diploma. Nothing here rejects anyone.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from interview_engine.assessment.policy import Policy
from interview_engine.errors import PolicyError
from interview_engine.hr.problems import invalid
from interview_engine.hr.recruiting.jobs.requirement_matching import line_at, places_of
from interview_engine.i18n import Text, msg

RequirementKind = Literal["degree", "experience", "certificate", "language", "skill", "duty"]
KINDS: tuple[RequirementKind, ...] = get_args(RequirementKind)

MAX_REQUIREMENTS = 40
LONGEST = 300
"""Requirements of one job, characters of one: guards against a pasted book."""


@dataclass(frozen=True, slots=True)
class JobRequirement:
    """One thing that a job asks for.

    Args:
        text: as in the description.
        kind: duty is what the work is; it is shown, never looked for in a résumé.
        weight: 0..10, its share in the pre-filter; 0 shows it only.
        reason: why a degree weighs more than 0; not needed for other kinds.
    """

    text: str
    kind: RequirementKind
    weight: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One requirement against one résumé: the terms looked for, those found, and where the first stands."""

    text: str
    kind: RequirementKind
    weight: float
    terms: tuple[str, ...]
    found: tuple[str, ...]
    start: int | None
    quote: str


_KIND_WORDS: Mapping[RequirementKind, re.Pattern[str]] = {
    "degree": re.compile(
        r"学历|本科|大专|专科|硕士|博士|学士|研究生|211|985|双一流|"
        r"\b(?:degree|bachelor|master'?s|ph\.?d|diploma|college graduate|graduate of)\b",
        re.IGNORECASE,
    ),
    "certificate": re.compile(
        r"证书|资格证|执照|职称|\b(?:certificat\w*|licen[cs]e[ds]?|accredit\w*)\b", re.IGNORECASE
    ),
    "experience": re.compile(r"经验|年以上|工作年限|从业|\byears?\b|\bexperience[ds]?\b", re.IGNORECASE),
    "language": re.compile(
        r"英语|日语|韩语|法语|德语|普通话|粤语|外语|\b(?:english|mandarin|cantonese|japanese|fluent|spoken)\b",
        re.IGNORECASE,
    ),
    "skill": re.compile(
        r"熟悉|熟练|精通|掌握|了解|会用|使用|能够|具备|能力|"
        r"\b(?:skills?|skilled|proficien\w*|familiar|knowledge|ability|able to|command of|hands-on)\b",
        re.IGNORECASE,
    ),
}
"""The first kind whose words are in a line is its kind: a degree stays one when experience is asked with it."""

_POSTAL_CODE = re.compile(r"\b(?:zip|postal|post)[- ]?codes?\b|邮政编码|邮编|郵遞區號|邮政区号", re.IGNORECASE)

_HEADING_DUTIES = re.compile(r"职责|工作内容|岗位描述|responsibilit|what you will do|duties|the role", re.IGNORECASE)
_HEADING_NEEDS = re.compile(
    r"要求|任职|资格|条件|requirement|qualification|what we look for|you have|you bring|must have", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*•·▪●○—–]|[（(]?\d{1,2}[)）.、．:：]|[a-zA-Z][.)]|[一二三四五六七八九十]{1,3}[、.])\s*")
_LATIN_TERM = re.compile(r"[A-Za-z][A-Za-z0-9+#./-]*[A-Za-z0-9+#]|[A-Z]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_HAN_FILLER = re.compile(
    r"优先考虑|优先|良好的?|较强的?|优秀的?|一定的?|相关的?|工作|经验|经历|能力|熟悉|熟练|精通|掌握|了解|使用|能够|具备|具有|"
    r"年以上|以上|以及|或者|至少|要求|岗位|职位|专业|者|和|与|及|或|有|的|会|能|等"
)
_LATIN_FILLER = frozenset(
    re.findall(
        r"\S+",
        "a an and or the of in with for to at on as is are be you your we our have has least years year experience "
        "skills skill ability able good strong excellent proficient proficiency familiar familiarity knowledge working "
        "work preferred plus must required using use e.g etc including such hands-on command fluent spoken written",
    )
)


def names_postal_code(text: str) -> bool:
    """Whether a requirement speaks of a postal code, in zh or en."""
    return _POSTAL_CODE.search(unicodedata.normalize("NFKC", text)) is not None


def check_postal_codes(texts: Iterable[str], policy: Policy) -> None:
    """Where somebody lives stands for who they are: some laws do not let a selection ask for it.

    Raises:
        PolicyError: `policy.postal_code`, naming the article.
    """
    found = next((text for text in texts if names_postal_code(text)), None) if not policy.postal_codes else None
    if found is None:
        return
    raise PolicyError(
        "policy.postal_code",
        msg(
            "“{text}” asks for a postal code, which the policy forbids: {article}.", text=found, article=policy.article
        ),
        msg("Leave the postal code out, or say what the work really needs (a way to be on site by 8:00)."),
    )


def requirements_from(description: str) -> tuple[JobRequirement, ...]:
    """The requirements in a job description, in its order, without repeats; degrees with weight 0.

    Lines under a heading of duties are duties; under one of requirements, or with its words, the rest.
    """
    found: dict[str, JobRequirement] = {}
    section: Literal["duty", "need"] | None = None
    for line in description.splitlines():
        text = _BULLET.sub("", unicodedata.normalize("NFKC", line)).strip(" ;；。.")
        if not text:
            continue
        if len(text) <= 24 and _HEADING_DUTIES.search(text) and not _BULLET.match(line):
            section = "duty"
            continue
        if len(text) <= 24 and _HEADING_NEEDS.search(text) and not _BULLET.match(line):
            section = "need"
            continue
        for part in re.split(r"[;；。]", text):
            clean = part.strip()[:LONGEST]
            kind = _kind(clean, section)
            if len(clean) < 2 or kind is None:
                continue
            found.setdefault(clean, JobRequirement(clean, kind, 0.0 if kind in ("degree", "duty") else 1.0))
    return tuple(found.values())[:MAX_REQUIREMENTS]


def checked_requirements(requirements: Iterable[JobRequirement]) -> tuple[JobRequirement, ...]:
    """The requirements, valid.

    Raises:
        InvalidInput: `requirement.count`, `.text`, `.kind`, `.weight`; `requirement.degree_reason` where a degree has
            a weight and no reason (C3).
    """
    rows = tuple(replace(one, text=one.text.strip(), reason=one.reason.strip()) for one in requirements)
    if len(rows) > MAX_REQUIREMENTS:
        raise _bad("", "requirement.count", msg("There are more than {most} requirements.", most=MAX_REQUIREMENTS))
    for place, one in enumerate(rows):
        field = f"requirements.{place}"
        if not 1 <= len(one.text) <= LONGEST:
            raise _bad(
                f"{field}.text",
                "requirement.text",
                msg("A requirement has 1 to {longest} characters.", longest=LONGEST),
            )
        if one.kind not in KINDS:
            raise _bad(f"{field}.kind", "requirement.kind", msg("There is no such kind."))
        if not (math.isfinite(one.weight) and 0 <= one.weight <= 10):
            raise _bad(f"{field}.weight", "requirement.weight", msg("A weight is from 0 to 10."))
        if one.kind == "degree" and one.weight > 0 and len(one.reason) < 10:
            raise invalid(
                f"{field}.reason",
                "requirement.degree_reason",
                msg("A degree that counts needs a reason why the work needs it (at least 10 characters)."),
                msg("Enter the reason, or set the weight to 0."),
            )
    return rows


def requirements_of(stored: Sequence[Mapping[str, Any]]) -> tuple[JobRequirement, ...]:
    """The requirements kept with a requisition."""
    return tuple(
        JobRequirement(str(one["text"]), cast(RequirementKind, one["kind"]), float(one["weight"]), str(one["reason"]))
        for one in stored
    )


def prefilter(requirements: Sequence[JobRequirement], resume_text: str) -> tuple[float | None, tuple[Found, ...]]:
    """Which requirements a résumé speaks of, with the words that say so.

    Returns:
        The weighted share 0..1 of requirements with at least one of their terms in the text (None when nothing has a
        weight or there is no text), and one row for each that is looked for (duties are not).
    """
    text = unicodedata.normalize("NFKC", resume_text)
    rows = []
    got = total = 0.0
    for one in requirements:
        if one.kind == "duty":
            continue
        terms = terms_of(one.text)
        places = places_of(one.kind, unicodedata.normalize("NFKC", one.text), terms, text)
        first = min(places.values(), default=None)
        quote = "" if first is None else line_at(text, first)
        rows.append(Found(one.text, one.kind, one.weight, terms, tuple(places), first, quote))
        if terms:
            total += one.weight
            got += one.weight if places else 0.0
    return (got / total if total and text.strip() else None), tuple(rows)


def terms_of(text: str) -> tuple[str, ...]:
    """The words of a requirement worth looking for, folded: names of tools, and Chinese words without filler."""
    latin = [word.casefold() for word in _LATIN_TERM.findall(text)]
    han = [piece for run in _HAN_RUN.findall(text) for piece in _HAN_FILLER.split(run) if len(piece) >= 2]
    return tuple(dict.fromkeys([word for word in latin if word not in _LATIN_FILLER] + han))


def _kind(text: str, section: Literal["duty", "need"] | None) -> RequirementKind | None:
    if section == "duty":
        return "duty"
    for kind, words in _KIND_WORDS.items():
        if words.search(text):
            return kind
    return "skill" if section == "need" else None


def _bad(field: str, code: str, message: Text) -> Exception:
    return invalid(field or "requirements", code, message, msg("Change it and save again."))
