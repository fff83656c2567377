"""What a region or a company says of kinds of leave is entered by one person and checked by another; then it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner
from interview_engine.hr.companies import service as companies
from interview_engine.hr.leave.tables import LeaveRule
from interview_engine.hr.leave.types import OWN, SAID, WORDS, LeaveType, Said, in_force
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.ids import new_id
from interview_engine.store.rows import find, stamp, touch

STATES: Mapping[str, Text] = {
    "entered": msg("To be checked"),
    "confirmed": msg("Confirmed", context="leave"),
    "dropped": msg("Dropped"),
}
COUNTRY = "CN"


@dataclass(frozen=True, slots=True)
class NewRule:
    """What somebody enters; see `tables.LeaveRule`. `leave_type` "" makes a kind of the company's own."""

    region: str
    leave_type: str
    first_day: date
    law: str
    source: str
    last_day: date | None = None
    name_zh: str = ""
    name_en: str = ""
    values: Mapping[str, Any] | None = None
    papers: str = ""


def enter(session: Session, actor: Actor, new: NewRule, clock: Clock) -> LeaveRule:
    """Enter a row; it holds once a second person has checked it. Needs "public" manage of the group, or of the company
    whose row it is.

    Raises:
        PermissionDenied. InvalidInput: `leave.region`, `leave.kind`, `leave.days`, `input.…`.
    """
    clean = _clean(session, actor, new)
    made = stamp(actor.id, clock)
    clean["leave_type"] = clean["leave_type"] or f"{OWN}{new_id(clock.now())}"
    row = LeaveRule(**made, **clean, state="entered", entered_by=actor.id)
    session.add(row)
    session.flush()
    detail = {"region": row.region, "kind": row.leave_type, "from": row.first_day.isoformat()}
    audit.record(session, actor.id, "leave_rule.enter", f"leave_rule:{row.id}", detail, clock)
    return row


def change(session: Session, actor: Actor, row_id: str, new: NewRule, clock: Clock) -> LeaveRule:
    """Correct a row. One that was checked stays, and the correction becomes a further row to be checked; the same again
    changes nothing.

    Raises:
        as `enter`; NotFoundError; ConflictError: `leave.rule_dropped`.
    """
    row = _locked(session, actor, row_id)
    own = row.leave_type.startswith(OWN)
    values = _clean(session, actor, new) | ({"leave_type": row.leave_type} if own else {})
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    if row.state == "dropped":
        raise _dropped()
    if row.state == "confirmed":
        further = LeaveRule(**stamp(actor.id, clock), **values, state="entered", entered_by=actor.id)
        session.add(further)
        session.flush()
        audit.record(session, actor.id, "leave_rule.enter", f"leave_rule:{further.id}", {}, clock)
        return further
    for name, value in values.items():
        setattr(row, name, value)
    row.entered_by = actor.id
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "leave_rule.change", f"leave_rule:{row.id}", {}, clock)
    return row


def check(session: Session, actor: Actor, row_id: str, clock: Clock) -> LeaveRule:
    """Say, as the second person, that a row is as its source says; it holds from now on. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `leave.same_person`; `leave.rule_dropped`.
    """
    row = _locked(session, actor, row_id)
    if row.state == "confirmed":
        return row
    if row.state == "dropped":
        raise _dropped()
    if row.entered_by == actor.id:
        raise conflict(
            "leave.same_person",
            msg("Who entered a row cannot check it."),
            msg("Ask a colleague to compare it with its source."),
        )
    row.state, row.checked_by, row.checked_at = "confirmed", actor.id, clock.now()
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "leave_rule.check", f"leave_rule:{row.id}", {}, clock)
    return row


def drop(session: Session, actor: Actor, row_id: str, clock: Clock) -> LeaveRule:
    """Drop a row that nobody has checked yet. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `leave.rule_checked`.
    """
    row = _locked(session, actor, row_id)
    if row.state == "confirmed":
        raise conflict(
            "leave.rule_checked",
            msg("This row was checked; leave may have been decided by it."),
            msg("Enter a further row with the right values."),
        )
    if row.state != "dropped":
        row.state = "dropped"
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "leave_rule.drop", f"leave_rule:{row.id}", {}, clock)
    return row


def get_for(session: Session, actor: Actor, row_id: str) -> LeaveRule:
    """A row of the group, or of a company whose rows the actor manages.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, LeaveRule, row_id)
    if row is None:
        raise missing("leave_rule", msg("row"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row


def regions_of(session: Session, legal_entity_id: str) -> tuple[str, ...]:
    """The regions whose rows hold for a company, from the widest to the narrowest."""
    return companies.regions_of(session, legal_entity_id)


def said_in(session: Session, legal_entity_id: str) -> list[Said]:
    """The checked rows of a company's regions, in the order in which they were entered."""
    rows = session.scalars(
        select(LeaveRule)
        .where(LeaveRule.region.in_(regions_of(session, legal_entity_id)), LeaveRule.state == "confirmed")
        .order_by(LeaveRule.id)
    )
    return [
        Said(
            row.region,
            row.leave_type,
            row.first_day,
            row.last_day,
            LocalizedText(row.name_zh, row.name_en) if row.name_zh else None,
            {name: getattr(row, name) for name in SAID},
            row.papers,
            row.law,
            row.source,
        )
        for row in rows
    ]


def types_of(session: Session, legal_entity_id: str, day: date) -> dict[str, LeaveType]:
    """The kinds of leave of a company on a day. What law and company say of them is no secret within it."""
    return in_force(said_in(session, legal_entity_id), regions_of(session, legal_entity_id), day)


def words_of(session: Session, legal_entity_id: str) -> dict[str, Text]:
    """What kinds of leave are called in a company, its own among them, by name."""
    own = {one.name: one.word for one in said_in(session, legal_entity_id) if one.word is not None}
    return {**WORDS, **own}


def _dropped() -> Exception:
    return conflict("leave.rule_dropped", msg("This row was dropped."), msg("Enter a new one."))


def _clean(session: Session, actor: Actor, new: NewRule) -> dict[str, Any]:
    region = new.region.strip()
    kind, _, company = region.partition(":")
    if kind != "company" and region != COUNTRY and not (region.startswith("CN-") and len(region) == 5):
        raise invalid("region", "leave.region", msg("There is no such region."),
                      msg("Write CN, CN-33 for a province, or leave it empty for your company."))  # fmt: skip
    check_owner(session, actor, "public", "manage", company if kind == "company" else None)
    own = not new.leave_type or new.leave_type.startswith(OWN)
    if not own and new.leave_type not in WORDS:
        raise invalid("leave_type", "leave.kind", msg("There is no such value."), msg("Choose a kind of leave."))
    names = [new.name_zh.strip(), new.name_en.strip()]
    if own and not all(names):
        raise required("name_zh" if not names[0] else "name_en", msg("name of the kind of leave"))
    if own and (new.values or {}).get("limited_by") == "balance":
        raise invalid(
            "limited_by", "leave.own_limit", msg("A kind of your own has no balance in the ledger."),
            msg("Limit it by the days of each leave or of a year, or not at all."),
        )  # fmt: skip
    if new.last_day is not None and new.last_day < new.first_day:
        raise invalid(
            "last_day", "leave.days", msg("The last day is before the first."), msg("Correct the day and send again.")
        )
    values = {name: (new.values or {}).get(name) for name in SAID}
    return {
        "region": region,
        "legal_entity_id": company if kind == "company" else None,
        "leave_type": new.leave_type,
        "name_zh": names[0][:40],
        "name_en": names[1][:40],
        "first_day": new.first_day,
        "last_day": new.last_day,
        "papers": new.papers.strip()[:200],
        "law": text_within(new.law, "law", msg("title and number of the document"), 300),
        "source": text_within(new.source, "source", msg("source"), 300),
        **values,
    }


def _locked(session: Session, actor: Actor, row_id: str) -> LeaveRule:
    row = find(session, LeaveRule, row_id, lock=True)
    if row is None:
        raise missing("leave_rule", msg("row"))
    check_owner(session, actor, "public", "manage", row.legal_entity_id)
    return row
