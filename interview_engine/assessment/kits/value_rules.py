"""What makes a single value of a kit valid: ids, texts, phrases, counts, ranges, lists without repeats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interview_engine.errors import shown
from interview_engine.i18n import LocalizedText, Text, msg

LANGUAGES = ("zh", "en")
MAX_PHRASES = 60
MAX_TEXT = 1000
"""Characters of one text. A guard against a wrong file, far above what a real kit needs."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

Path = tuple[str | int, ...]
"""Where a value is: ("competencies", 0, "weight"). Positions count from 0."""


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """A rule that a value breaks. `path` is of the value, or of the list that lacks it."""

    code: str
    path: Path
    message: Text
    next_step: Text


def check_id(path: Path, value: str) -> Iterator[RuleProblem]:
    """What is wrong with an id."""
    if not _ID.fullmatch(value):
        yield RuleProblem(
            "kit.id",
            path,
            msg("“{value}” is not a valid id.", value=shown(value)),
            msg("Use lower-case letters, digits and hyphens, beginning with a letter, at most 40 characters."),
        )


def check_text(path: Path, text: LocalizedText, longest: int = MAX_TEXT) -> Iterator[RuleProblem]:
    """What is wrong with a text in its languages."""
    for language in LANGUAGES:
        yield from check_one_text((*path, language), text.get(language), longest)


def check_one_text(path: Path, text: str, longest: int) -> Iterator[RuleProblem]:
    """Empty, too long, or with invisible characters."""
    if not text.strip():
        yield RuleProblem(
            "kit.empty_text",
            path,
            msg("This is empty."),
            msg("Write the text."),
        )
    elif len(text) > longest:
        yield RuleProblem(
            "kit.long_text",
            path,
            msg("It has {count} characters; at most {longest}.", count=len(text), longest=longest),
            msg("Make it shorter."),
        )
    elif any(unicodedata.category(character) in _HIDDEN for character in text):
        yield RuleProblem(
            "kit.character",
            path,
            msg("The text holds an invisible character."),
            msg("Retype the text."),
        )


def check_phrases(path: Path, phrases: Sequence[str]) -> Iterator[RuleProblem]:
    """What is wrong with a list of phrases: too many, twice, too short, a gap at an end."""
    if len(phrases) > MAX_PHRASES:
        yield from check_count(path, len(phrases), MAX_PHRASES)
    yield from check_unique(path, [phrase.casefold() for phrase in phrases], leaf=True)
    for number, phrase in enumerate(phrases):
        yield from check_one_text((*path, number), phrase, 80)
        plain = phrase.strip()
        if plain and len(re.sub(r"[\s…*]", "", plain)) < 2:
            yield RuleProblem(
                "kit.short_phrase",
                (*path, number),
                msg("“{plain}” is a single character, found anywhere.", plain=shown(plain)),
                msg("Write a phrase of two characters or more."),
            )
        elif plain != plain.strip("…"):
            yield RuleProblem(
                "kit.gap",
                (*path, number),
                msg("“…” stands between two words only."),
                msg("Take it off the beginning or the end."),
            )


def check_count(path: Path, count: int, most: int) -> Iterator[RuleProblem]:
    """A list that is empty or too long."""
    if 1 <= count <= most:
        return
    yield RuleProblem(
        "kit.count",
        path,
        msg("There are {count} entries, not 1 to {most}.", count=count, most=most),
        msg("Add or remove entries."),
    )


def check_range(path: Path, value: float, limits: tuple[float, float]) -> Iterator[RuleProblem]:
    """A number outside its limits; NaN is outside of none."""
    low, high = limits
    if value < low or value > high:
        yield RuleProblem(
            "kit.range",
            path,
            msg("{value:g} is not between {low:g} and {high:g}.", value=value, low=low, high=high),
            msg("Give a number in that range."),
        )


def check_unique(path: Path, ids: Sequence[str], leaf: bool = False) -> Iterator[RuleProblem]:
    """Entries that were already there; `leaf`: the entries are the ids, else each has an `id` field."""
    seen: set[str] = set()
    for number, value in enumerate(ids):
        if value and value in seen:
            yield RuleProblem(
                "kit.duplicate",
                (*path, number) if leaf else (*path, number, "id"),
                msg("“{value}” was given before.", value=shown(value)),
                msg("Leave it out or change it."),
            )
        seen.add(value)


def check_distinct(paths: Sequence[Path], texts: Sequence[str]) -> Iterator[RuleProblem]:
    """Texts that repeat an earlier one of their list."""
    seen: dict[str, Path] = {}
    for path, text in zip(paths, texts, strict=True):
        key = text.strip().casefold()
        if key and key in seen:
            yield RuleProblem(
                "kit.same_text",
                path,
                msg("The text is the same as an earlier one."),
                msg("Write what sets them apart."),
            )
        seen.setdefault(key, path)
