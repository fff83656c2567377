"""The sections of the employee file that the entry form asks for as they are: several entries each, none required.

What is asked, and what of it is refused, is the section's own declaration (`files.sections`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.service import BY_NAME, Section
from interview_engine.hr.forms.fields import Value, checked_form
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

ASKED: tuple[Section, ...] = (BY_NAME["family"], BY_NAME["certificates"])
MOST = 10
"""Entries of one section in the form; more are added in the file later."""

Entries = tuple[Mapping[str, str], ...]
"""Of one section: by field, as it is typed; what says nothing is left out."""

_NAME = re.compile(rf"({'|'.join(one.name for one in ASKED)})-(\d{{1,2}})-([a-z_]+)")


def input_name(section: str, place: int, field: str) -> str:
    """What the form calls the field of an entry."""
    return f"{section}-{place}-{field}"


def is_asked(name: str) -> bool:
    """Whether a form's field is one of these."""
    return _NAME.fullmatch(name) is not None


def places(given: Mapping[str, str], section: str) -> int:
    """For how many entries of a section there is room in a form, at least one."""
    found = (match for name in given if (match := _NAME.fullmatch(name)) is not None and match[1] == section)
    return min(MOST, max((int(match[2]) + 1 for match in found), default=1))


def read_entries(given: Mapping[str, str], today: date) -> dict[str, Entries]:
    """The entries of each section, without those in which nothing was written.

    Raises:
        InvalidInput: of the first field that is not right, with the form's name of it; `entry.many`.
    """
    return {one.name: tuple(_read(one, given, today)) for one in ASKED}


def values_of(section: str, entry: Mapping[str, str]) -> dict[str, Value]:
    """An entry as the section keeps it."""
    return {one.name: read_value(one, entry.get(one.name, "")) for one in BY_NAME[section].fields}


def seen(section: Section, entry: Mapping[str, str]) -> dict[str, Value]:
    """An entry as the file shows it to who has not asked to see it in full."""
    values = values_of(section.name, entry)
    return {
        name: section.masks[name](str(value)) if name in section.masks and value is not None else value
        for name, value in values.items()
    }


def as_form(kept: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, str]:
    """The values of the form's fields, to be corrected."""
    return {
        input_name(section, place, name): value
        for section, entries in kept.items()
        for place, entry in enumerate(entries)
        for name, value in entry.items()
    }


def _read(section: Section, given: Mapping[str, str], today: date) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    names = [one.name for one in section.fields]
    rows = sorted({int(match[2]) for name in given if (match := _NAME.fullmatch(name)) and match[1] == section.name})
    for place in rows:
        raw = {name: given.get(input_name(section.name, place, name), "") for name in names}
        if not any(raw[one.name].strip() for one in section.fields if one.kind != "flag"):
            continue
        try:
            # an entry that is begun is asked for whole, and checked as in the file
            values = checked_form(section.fields, {one.name: read_value(one, raw[one.name]) for one in section.fields})
            section.tidy(values, today)
        except InvalidInput as wrong:
            field = input_name(section.name, place, wrong.field or names[0])
            raise InvalidInput(wrong.code, wrong.message, wrong.next_step, field=field) from None
        kept = {one.name: typed(one.kind, values[one.name]) for one in section.fields}
        found.append({name: value for name, value in kept.items() if value not in ("", "0")})
    if len(found) > MOST:
        raise invalid(
            input_name(section.name, MOST, names[0]),
            "entry.many",
            msg("The form takes {most} at most.", most=MOST),
            msg("Send it with these; the others are added in your file later."),
        )
    return found
