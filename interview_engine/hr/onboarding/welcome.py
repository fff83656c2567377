"""What who joins is told of a place: address, the way there, what to bring, and more, by department and company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_row
from interview_engine.hr.onboarding.tables import WelcomeText
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.i18n import LocalizedText, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

PARTS = ("address", "way", "materials", "more")


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a text is for: a department, a company, or (both None) everybody."""

    legal_entity_id: str | None = None
    department_id: str | None = None


def keep(
    session: Session,
    actor: Actor,
    place: Place,
    texts: Mapping[str, str],
    clock: Clock,
    *,
    text_id: str | None = None,
) -> WelcomeText:
    """Write what is told there; needs "public" manage of the place.

    Args:
        texts: by "<part>_zh" and "<part>_en" of `PARTS`; English that is left out is said as in Chinese.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: a text is too long. ConflictError: `welcome.there`.
    """
    _check(session, actor, place)
    there = _of(session, place)
    if there is not None and there.id != text_id:
        raise conflict(
            "welcome.there", msg("This place has a welcome text already."), msg("Change that one in the list.")
        )
    if text_id is None:
        row = WelcomeText(**stamp(actor.id, clock))
        session.add(row)
    else:
        row = get(session, actor, text_id)
        touch(row, actor.id, clock)
    row.legal_entity_id, row.department_id = place.legal_entity_id, place.department_id
    for part in PARTS:
        zh = text_within(texts.get(f"{part}_zh", ""), f"{part}_zh", msg("text", context="welcome"), 2000, least=0)
        en = text_within(texts.get(f"{part}_en", ""), f"{part}_en", msg("text", context="welcome"), 2000, least=0)
        setattr(row, f"{part}_zh", zh or en)
        setattr(row, f"{part}_en", en or zh)
    session.flush()
    audit.record(session, actor.id, "welcome_text.keep", f"welcome_text:{row.id}", {}, clock)
    return row


def get(session: Session, actor: Actor, text_id: str) -> WelcomeText:
    """A text that the actor may change. Raises NotFoundError, PermissionDenied."""
    row = find(session, WelcomeText, text_id, lock=True)
    if row is None:
        raise missing("welcome_text", msg("welcome text"))
    _check(session, actor, Place(row.legal_entity_id, row.department_id))
    return row


def remove(session: Session, actor: Actor, text_id: str, clock: Clock) -> None:
    """Take a text away; what is above it counts again. Raises NotFoundError, PermissionDenied."""
    row = get(session, actor, text_id)
    audit.record(session, actor.id, "welcome_text.remove", f"welcome_text:{row.id}", {}, clock)
    session.delete(row)
    session.flush()


def told_at(session: Session, department_id: str) -> dict[str, LocalizedText]:
    """By part, what is told in a department: each part of the nearest place that says something of it."""
    department = session.get_one(Department, department_id)
    above = [one for one in reversed(department.path.split("/")) if one]
    rows = session.scalars(select(WelcomeText)).all()
    by_department = {row.department_id: row for row in rows if row.department_id is not None}
    nearest = [by_department[one] for one in above if one in by_department]
    nearest += [row for row in rows if row.department_id is None and row.legal_entity_id == department.legal_entity_id]
    nearest += [row for row in rows if row.department_id is None and row.legal_entity_id is None]
    found: dict[str, LocalizedText] = {}
    for part in PARTS:
        for row in nearest:
            zh, en = getattr(row, f"{part}_zh"), getattr(row, f"{part}_en")
            if zh or en:
                found[part] = LocalizedText(zh or en, en or zh)
                break
    return found


def _of(session: Session, place: Place) -> WelcomeText | None:
    statement = select(WelcomeText)
    if place.department_id is not None:
        return session.scalar(statement.where(WelcomeText.department_id == place.department_id))
    return session.scalar(
        statement.where(
            WelcomeText.department_id.is_(None),
            WelcomeText.legal_entity_id.is_(None)
            if place.legal_entity_id is None
            else WelcomeText.legal_entity_id == place.legal_entity_id,
        ).limit(1)
    )


def _check(session: Session, actor: Actor, place: Place) -> None:
    if place.department_id is None:
        check_owner(session, actor, "public", "manage", place.legal_entity_id)
    else:
        check_row(
            session, actor, "public", "manage", department_id=place.department_id,
            legal_entity_id=place.legal_entity_id,
        )  # fmt: skip
