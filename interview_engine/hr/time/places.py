"""Places where phones may punch: entered, changed, ended."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.hr.time.tables import PunchPlace
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewPlace:
    """See `tables.PunchPlace`."""

    name: str
    latitude: int | None = None
    longitude: int | None = None
    radius_m: int = 200
    networks: tuple[str, ...] = ()
    department_id: str | None = None


def create(session: Session, actor: Actor, legal_entity_id: str, new: NewPlace, clock: Clock) -> PunchPlace:
    """Make a place; needs "public" manage of the company.

    Raises:
        PermissionDenied. InvalidInput: name, `place.position`, `place.network`, `place.department`.
    """
    check_owner(session, actor, "public", "manage", legal_entity_id)
    values = _clean(session, legal_entity_id, new)
    row = PunchPlace(**stamp(actor.id, clock), legal_entity_id=legal_entity_id, state="used", **values)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "punch_place.create", f"punch_place:{row.id}", {"name": row.name}, clock)
    return row


def change(session: Session, actor: Actor, place_id: str, new: NewPlace, clock: Clock) -> PunchPlace:
    """Change a place; the same again changes nothing.

    Raises:
        as `create`; NotFoundError.
    """
    get_for(session, actor, place_id)
    row = find(session, PunchPlace, place_id, lock=True)
    assert row is not None
    values = _clean(session, row.legal_entity_id, new)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "punch_place.change", f"punch_place:{row.id}", {"fields": changed}, clock)
    return row


def end(session: Session, actor: Actor, place_id: str, clock: Clock) -> None:
    """Let nobody punch there any more; again changes nothing.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = get_for(session, actor, place_id)
    if row.state != "ended":
        row.state = "ended"
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "punch_place.end", f"punch_place:{row.id}", {}, clock)


def get_for(session: Session, actor: Actor, place_id: str) -> PunchPlace:
    """A place of a company that the actor manages.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PunchPlace, place_id)
    if row is None:
        raise missing("punch_place", msg("place"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def department_of(session: Session, actor: Actor, name: str) -> str | None:
    """The id of the department of that name within reach; None for no name.

    Raises:
        InvalidInput: `org.no_department`.
    """
    return org.find_department(session, actor, name, "public", "manage").id if name else None


def _clean(session: Session, legal_entity_id: str, new: NewPlace) -> dict[str, Any]:
    if (new.latitude is None) != (new.longitude is None):
        raise invalid("latitude" if new.latitude is None else "longitude", "place.position",
                      msg("A position has a latitude and a longitude."), msg("Fill in both, or neither."))  # fmt: skip
    for one in new.networks:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise invalid("networks", "place.network", msg("This is no network: {text}", text=one[:40]),
                          msg("Write it as 203.0.113.7 or 203.0.113.0/24."))  from None  # fmt: skip
    if new.department_id is not None:
        held = session.get_one(Department, new.department_id)
        if held.legal_entity_id != legal_entity_id:
            raise invalid("department", "place.department", msg("This department is of another company."),
                          msg("Choose one of the company."))  # fmt: skip
    return {
        "name": text_within(new.name, "name", msg("name"), 80),
        "latitude": new.latitude,
        "longitude": new.longitude,
        "radius_m": new.radius_m,
        "networks": list(new.networks),
        "department_id": new.department_id,
    }
