"""Texts of contracts with named places in them, filled for one person. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from interview_engine.errors import InvalidInput
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, joined, msg

PLACES: Mapping[str, Text] = {
    "company.name": msg("Company"),
    "company.city": msg("City of the company"),
    "person.name": msg("Name"),
    "person.phone": msg("Phone"),
    "person.email": msg("Mail"),
    "employment.number": msg("Employee number"),
    "employment.department": msg("Department"),
    "employment.title": msg("Job title"),
    "employment.start_date": msg("First day of work"),
    "contract.kind": msg("Kind of contract"),
    "contract.number": msg("Which contract with the company it is"),
    "contract.first_day": msg("First day of the contract"),
    "contract.last_day": msg("Last day of the contract"),
    "contract.probation": msg("Last day of probation"),
    "contract.note": msg("Note of the contract"),
    "today": msg("The day it is made"),
}
"""What a template may name, and what each is."""
ASKED = "ask."
"""Begins a place that whoever makes the contract fills in: "{ask.月工资}"."""
MOST_ASKED = 40
MOST_BODY = 60_000
_PLACE = re.compile(r"\{([^{}\n]*)\}")
_LABEL = re.compile(rf"[^{{}}\n]{{1,{MOST_ASKED}}}")

BlockKind = Literal["heading", "paragraph"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text: a heading (a line that began with "# ") or a paragraph."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A filled contract.

    Args:
        language: "zh" or "en". company, person: the two who sign.
    """

    language: str
    title: str
    blocks: tuple[Block, ...]
    company: str
    person: str


def places_in(text: str) -> tuple[str, ...]:
    """The names of the places, each once, in their order."""
    return tuple(dict.fromkeys(found.strip() for found in _PLACE.findall(text)))


def asked_in(text: str) -> tuple[str, ...]:
    """The labels of what has to be typed when a contract is made of it, in their order."""
    return tuple(name.removeprefix(ASKED) for name in places_in(text) if name.startswith(ASKED))


def check(text: str, field: str = "body") -> None:
    """Refuse a text whose places nobody could fill.

    Raises:
        InvalidInput: `template.place`, a place is not known; `template.brace`, a brace without its other one.
    """
    unknown = [name for name in places_in(text) if name not in PLACES and not _is_asked(name)]
    if unknown:
        raise invalid(
            field,
            "template.place",
            msg("Nothing is known by the name {names}.", names=", ".join(f"{{{name}}}" for name in unknown[:5])),
            msg(
                "Choose from the list of places, or write {example} for what is typed when a contract is made.",
                example="{ask.…}",
            ),
        )
    left = _PLACE.sub("", text)
    if "{" in left or "}" in left:
        line = next(number for number, one in enumerate(left.splitlines(), 1) if "{" in one or "}" in one)
        raise invalid(
            field,
            "template.brace",
            msg("Line {line} has a brace without its other one.", line=line),
            msg("A place is written in one line: {example}.", example="{person.name}"),
        )


def filled(text: str, values: Mapping[str, str], field: str = "body") -> str:
    """The text with every place filled.

    Raises:
        InvalidInput: `template.empty`, for a place there is nothing; its `field` is the place's name.
    """
    lacking = [name for name in places_in(text) if not values.get(name, "").strip()]
    if lacking:
        raise lacking_values(lacking)
    return _PLACE.sub(lambda found: values[found.group(1).strip()].strip(), text)


def lacking_values(names: Iterable[str]) -> InvalidInput:
    """The refusal that names what is not known yet."""
    listed = list(names)
    words = [PLACES[name] if name in PLACES else msg("“{label}”", label=name.removeprefix(ASKED)) for name in listed]
    return invalid(
        listed[0],
        "template.empty",
        msg("The contract needs what is not known yet: {names}.", names=joined(words)),
        msg("Fill it in here, or in the employee's file, and make the contract again."),
    )


def blocks_of(text: str) -> tuple[Block, ...]:
    """The text in parts: "# " at the beginning of a line makes it a heading, every other line is a paragraph."""
    found: list[Block] = []
    for line in text.splitlines():
        clean = line.strip()
        if clean.startswith("# "):
            found.append(Block("heading", clean[2:].strip()))
        elif clean:
            found.append(Block("paragraph", clean))
    return tuple(found)


def _is_asked(name: str) -> bool:
    label = name.removeprefix(ASKED)
    return name.startswith(ASKED) and bool(label.strip()) and _LABEL.fullmatch(label) is not None
