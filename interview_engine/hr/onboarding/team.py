"""Whom a new colleague will meet: names, job titles, and the photos that those people give (D4)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.files.service import shown_of
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.org.service import managers_above
from interview_engine.hr.people.names import person_names
from interview_engine.store.rows import find


@dataclass(frozen=True, slots=True)
class Teammate:
    """Somebody whom a new colleague will meet.

    `title` is the job title in this company, "" where they have none here; `photo_id` None where they give no photo.
    """

    name: str
    title: str
    photo_id: str | None


def team_of(session: Session, row: Onboarding, *, limit: int = 12) -> list[Teammate]:
    """Those whom the new colleague will work with: the head first, then their department; each with the photo that they
    give to colleagues of this company."""
    heads = managers_above(session, row.department_id)[:1]
    titles = employments.titles_of(session, heads, row.legal_entity_id)
    named = person_names(session, heads).items()
    people = [(one, name, titles.get(one, "")) for one, name in named if one != row.person_id]
    people += employments.names_in(session, row.department_id, without={row.person_id, *heads}, limit=limit)
    company = row.legal_entity_id if _is_colleague(session, row) else None
    photos = shown_of(session, {one for one, _, _ in people}, company)
    return [Teammate(name, title, photos.get(one)) for one, name, title in people[:limit]]


def _is_colleague(session: Session, row: Onboarding) -> bool:
    """From the approval on, and no longer than they work here: the link outlives both."""
    if row.state == "approved":
        return True
    employment = None if row.employment_id is None else find(session, Employment, row.employment_id)
    return row.state == "joined" and employment is not None and employment.state != "left"
