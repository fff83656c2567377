"""Shifts of a company: entered, changed, ended, and read as pure values."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.time import days_changed
from interview_engine.hr.time.rules import shifts as rules
from interview_engine.hr.time.tables import Shift
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import AT_ONCE, batched, find, stamp, touch

KINDS: Mapping[str, Text] = {"fixed": msg("Fixed times"), "flexible": msg("Flexible times")}
STATES: Mapping[str, Text] = {"used": msg("In use", context="shift"), "ended": msg("No longer used")}
LIMITS = {"before": rules.MOST_WINDOW, "after": rules.MOST_WINDOW, "grace_late": 240, "grace_early": 240, "flex": 480}
"""Minutes at most."""


@dataclass(frozen=True, slots=True)
class NewShift:
    """What somebody says of a shift; see `rules.shifts.Shift`."""

    code: str
    name: str
    parts: tuple[tuple[int, int], ...]
    kind: str = "fixed"
    zone: str = "Asia/Shanghai"
    break_minutes: int = 0
    before: int = 120
    after: int = 240
    grace_late: int = 0
    grace_early: int = 0
    flex: int = 0
    night: tuple[int, int] | None = None


def create(session: Session, actor: Actor, legal_entity_id: str, new: NewShift, clock: Clock) -> Shift:
    """Make a shift; needs "public" manage of the company.

    Raises:
        PermissionDenied. InvalidInput: see `_clean`. ConflictError: `shift.code_taken`.
    """
    check_owner(session, actor, "public", "manage", legal_entity_id)
    values = _clean(new)
    _check_code(session, legal_entity_id, values["code"], None)
    row = Shift(**stamp(actor.id, clock), legal_entity_id=legal_entity_id, state="used", **values)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "shift.create", f"shift:{row.id}", {"code": row.code}, clock)
    return row


def change(session: Session, actor: Actor, shift_id: str, new: NewShift, clock: Clock) -> Shift:
    """Change a shift; the same again changes nothing.

    Raises:
        as `create`; NotFoundError.
    """
    row = locked(session, actor, shift_id)
    values = _clean(new)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    _check_code(session, row.legal_entity_id, values["code"], row.id)
    for name in changed:
        setattr(row, name, values[name])
    touch(row, actor.id, clock)
    session.flush()
    days_changed.shift_changed(session, row.id, clock)
    audit.record(session, actor.id, "shift.change", f"shift:{row.id}", {"fields": sorted(changed)}, clock)
    return row


def end(session: Session, actor: Actor, shift_id: str, clock: Clock) -> Shift:
    """Use a shift no longer: nobody can be planned for it, what is planned stays. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = locked(session, actor, shift_id)
    if row.state != "ended":
        row.state = "ended"
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "shift.end", f"shift:{row.id}", {"code": row.code}, clock)
    return row


def get_for(session: Session, actor: Actor, shift_id: str) -> Shift:
    """A shift of a company that the actor manages.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, Shift, shift_id)
    if row is None:
        raise missing("shift", msg("shift"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def locked(session: Session, actor: Actor, shift_id: str) -> Shift:
    """The same, kept from others until the transaction ends."""
    get_for(session, actor, shift_id)
    row = find(session, Shift, shift_id, lock=True)
    assert row is not None
    return row


def named(session: Session, legal_entity_id: str, said: str) -> Shift:
    """The shift of a company with this code or name that is in use.

    Raises:
        InvalidInput: `shift.unknown`.
    """
    clean = said.strip()
    statement = select(Shift).where(Shift.legal_entity_id == legal_entity_id, Shift.state == "used")
    found = session.scalars(statement.where((Shift.code == clean) | (Shift.name == clean)).order_by(Shift.id)).all()
    exact = [one for one in found if one.code == clean] or list(found)
    if len(exact) != 1:
        raise invalid("shift", "shift.unknown", msg("There is no shift “{name}” in this company.", name=clean[:40]),
                      msg("Write its code as the list of shifts shows it."))  # fmt: skip
    return exact[0]


def value_of(row: Shift) -> rules.Shift:
    """A row as the rules read it."""
    kind: Any = row.kind
    return rules.Shift(
        row.id, row.code, row.name, kind, row.zone, tuple((begin, end) for begin, end in row.parts),
        row.break_minutes, row.before, row.after, row.grace_late, row.grace_early, row.flex,
        (row.night[0], row.night[1]) if row.night else None,
    )  # fmt: skip


def of_company(session: Session, legal_entity_id: str, *, used: bool = False) -> dict[str, rules.Shift]:
    """The shifts of a company by id, in the order of their codes; `used`: without those that are no longer used."""
    statement = select(Shift).where(Shift.legal_entity_id == legal_entity_id).order_by(Shift.code)
    if used:
        statement = statement.where(Shift.state == "used")
    return {row.id: value_of(row) for row in session.scalars(statement)}


def codes_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """By id, the codes of shifts. The caller has checked that they may be seen."""
    found: dict[str, str] = {}
    for part in batched(sorted(set(ids)), AT_ONCE):
        found |= dict(session.execute(select(Shift.id, Shift.code).where(Shift.id.in_(part))).tuples().all())
    return found


def _check_code(session: Session, legal_entity_id: str, code: str, but: str | None) -> None:
    held = session.scalar(select(Shift.id).where(Shift.legal_entity_id == legal_entity_id, Shift.code == code))
    if held is not None and held != but:
        raise conflict("shift.code_taken", msg("There is already a shift with the code {code}.", code=code),
                       msg("Choose another code, or change that shift."))  # fmt: skip


def _clean(new: NewShift) -> dict[str, Any]:
    """The columns; InvalidInput: `shift.zone`, `shift.minutes`, `shift.break`, `shift.flex`, `input.…`."""
    try:
        zoneinfo.ZoneInfo(new.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("zone", "shift.zone", msg("There is no such time zone."),
                      msg("Write it as in Asia/Shanghai."))  from None  # fmt: skip
    for name, most in LIMITS.items():
        if not 0 <= getattr(new, name) <= most:
            raise invalid(name, "shift.minutes", msg("0 to {most} minutes.", most=most),
                          msg("Correct it and send again."))  # fmt: skip
    span = sum(end - begin for begin, end in new.parts)
    if not 0 <= new.break_minutes < span:
        raise invalid("break_minutes", "shift.break", msg("The break is as long as the shift."),
                      msg("Correct it and send again."))  # fmt: skip
    if new.kind == "flexible" and len(new.parts) > 1:
        raise invalid("parts", "shift.flex", msg("A flexible shift has one part."),
                      msg("Give one span of time and the break in minutes."))  # fmt: skip
    return {
        "code": text_within(new.code, "code", msg("code"), 20),
        "name": text_within(new.name, "name", msg("name"), 60),
        "kind": new.kind,
        "zone": new.zone,
        "parts": [list(one) for one in new.parts],
        "break_minutes": new.break_minutes,
        "before": new.before,
        "after": new.after,
        "grace_late": new.grace_late,
        "grace_early": new.grace_early,
        "flex": new.flex if new.kind == "flexible" else 0,
        "night": [] if new.night is None else list(new.night),
    }
