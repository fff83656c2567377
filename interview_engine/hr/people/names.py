"""Names for pages that have only identifiers. The caller has checked that these names may be seen."""

from __future__ import annotations

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
