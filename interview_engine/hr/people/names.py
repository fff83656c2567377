"""Names for pages that have only identifiers. The caller has checked that these names may be seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.people.tables import Person


def person_names(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """Names by person, in one query; without those that are not there."""
    wanted = list(person_ids)
    if not wanted:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).tuples().all())


def letters_of(name: str) -> str:
    """One or two letters that stand for somebody without a photo: of a Chinese, Japanese or Korean name the last two
    signs, which tell colleagues of one surname apart, of another one the first letters of the first and last word."""
    words = name.split()
    if not words:
        return ""
    if unicodedata.east_asian_width(words[-1][0]) in "WF":
        return words[-1][-2:]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()
