"""Parameters are entered by one person and checked by another; then runs take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_group
from interview_engine.hr.pay.parameters import COUNTRY, KINDS, LOCAL, NATIONAL, Book, Parameter, book, check_values
from interview_engine.hr.pay.tables import PayParameter
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch

STATES: Mapping[str, Text] = {
    "entered": msg("To be checked"),
    "provisional": msg("Provisional"),
    "confirmed": msg("Confirmed", context="parameter"),
    "dropped": msg("Dropped"),
}
CHECKED = ("provisional", "confirmed")
CONTRIBUTIONS = ("social_insurance", "housing_fund")


@dataclass(frozen=True, slots=True)
class NewParameter:
    """What somebody enters; see `tables.PayParameter`."""

    kind: str
    place: str
    item: str
    first_day: date
    last_day: date | None
    values: Mapping[str, Any]
    law: str
    source: str
    provisional: bool = False


def enter(session: Session, actor: Actor, new: NewParameter, clock: Clock) -> PayParameter:
    """Enter a row; it counts once a second person has checked it. Needs "payroll" write for the whole group.

    Raises:
        PermissionDenied. InvalidInput: `pay.values`, `pay.place`, `pay.item`, `pay.days`, `pay.source`, `input.…`.
    """
    check_group(session, actor, "payroll", "write")
    row = PayParameter(**stamp(actor.id, clock), **_clean(new), state="entered", entered_by=actor.id)
    session.add(row)
    session.flush()
    detail = {"kind": row.kind, "place": row.place, "from": row.first_day.isoformat()}
    audit.record(session, actor.id, "pay_parameter.enter", f"pay_parameter:{row.id}", detail, clock)
    return row


def change(session: Session, actor: Actor, row_id: str, new: NewParameter, clock: Clock) -> PayParameter:
    """Correct a row. One that was checked stays as it is, and the correction becomes a further row to be checked; the
    same values again change nothing.

    Raises:
        as `enter`; NotFoundError; ConflictError: `pay.parameter_dropped`.
    """
    row = _locked(session, actor, row_id)
    values = _clean(new)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    if row.state == "dropped":
        raise conflict("pay.parameter_dropped", msg("This row was dropped."), msg("Enter a new one."))
    if row.state in CHECKED:
        return enter(session, actor, new, clock)
    for name, value in values.items():
        setattr(row, name, value)
    # who changes it has entered it: the other one may check it now
    row.entered_by = actor.id
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "pay_parameter.change", f"pay_parameter:{row.id}", {}, clock)
    return row


def check(session: Session, actor: Actor, row_id: str, clock: Clock) -> PayParameter:
    """Say, as the second person, that a row is as its source says; runs take it from now on. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.same_person`; `pay.parameter_dropped`.
    """
    row = _locked(session, actor, row_id)
    if row.state in CHECKED:
        return row
    if row.state == "dropped":
        raise conflict("pay.parameter_dropped", msg("This row was dropped."), msg("Enter a new one."))
    if row.entered_by == actor.id:
        raise conflict(
            "pay.same_person",
            msg("Who entered a row cannot check it."),
            msg("Ask a colleague to compare it with its source."),
        )
    row.state = "provisional" if row.provisional else "confirmed"
    row.checked_by, row.checked_at = actor.id, clock.now()
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "pay_parameter.check", f"pay_parameter:{row.id}", {"to": row.state}, clock)
    return row


def drop(session: Session, actor: Actor, row_id: str, clock: Clock) -> PayParameter:
    """Drop a row that nobody has checked yet. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.parameter_checked`: runs may have taken it.
    """
    row = _locked(session, actor, row_id)
    if row.state == "dropped":
        return row
    if row.state in CHECKED:
        raise conflict(
            "pay.parameter_checked",
            msg("This row was checked; pay may have been worked out by it."),
            msg("Enter a further row with the right values."),
        )
    row.state = "dropped"
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "pay_parameter.drop", f"pay_parameter:{row.id}", {}, clock)
    return row


def get(session: Session, row_id: str) -> PayParameter:
    """A row. What law and cities say is no secret.

    Raises:
        NotFoundError.
    """
    row = find(session, PayParameter, row_id)
    if row is None:
        raise missing("pay_parameter", msg("pay parameter"))
    return row


def find_rows(session: Session, keys: Sequence[tuple[str, str, str, date]]) -> dict[tuple[str, str, str, date], str]:
    """By (kind, place, item, first day), the newest row that was not dropped."""
    wanted = set(keys)
    found: dict[tuple[str, str, str, date], str] = {}
    for kinds in batched(sorted({key[0] for key in wanted}), 400):
        rows = session.scalars(
            select(PayParameter)
            .where(PayParameter.kind.in_(kinds), PayParameter.state != "dropped")
            .order_by(PayParameter.id)
        )
        found.update({key: row.id for row in rows if (key := (row.kind, row.place, row.item, row.first_day)) in wanted})
    return found


def book_now(session: Session) -> Book:
    """What ships and every row that was checked: what a run may use."""
    rows = session.scalars(select(PayParameter).where(PayParameter.state.in_(CHECKED)).order_by(PayParameter.id))
    return book(as_parameter(row) for row in rows)


def as_parameter(row: PayParameter) -> Parameter:
    """A row as rules take it."""
    return Parameter(
        row.id, row.kind, row.place, row.item, row.first_day, row.last_day, row.figures, row.law, row.source,
        row.state == "provisional",
    )  # fmt: skip


def _clean(new: NewParameter) -> dict[str, Any]:
    place = COUNTRY if new.kind in NATIONAL else new.place.strip()
    if new.kind not in KINDS:
        raise invalid("kind", "pay.kind", msg("There is no such parameter."), msg("Choose one of the list."))
    if new.kind in LOCAL and (not place or place == COUNTRY or len(place) > 40):
        raise required("place", msg("city or province"))
    if (new.kind in CONTRIBUTIONS) != bool(new.item) or (new.kind == "housing_fund") != (new.item == "fund"):
        raise invalid(
            "item",
            "pay.item",
            msg("The item does not belong to this kind."),
            msg("Choose an insurance for social insurance, the fund for the housing fund, and none for others."),
        )
    if new.last_day is not None and new.last_day < new.first_day:
        raise invalid(
            "last_day", "pay.days", msg("The last day is before the first."), msg("Correct the day and send again.")
        )
    source = text_within(new.source, "source", msg("source"), 300)
    if not source.startswith(("https://", "http://")):
        raise invalid(
            "source", "pay.source", msg("The source is no address."), msg("Copy the address of the published text.")
        )
    law = text_within(new.law, "law", msg("title and number of the document"), 300)
    values = dict(new.values)
    check_values(Parameter("", new.kind, place, new.item, new.first_day, new.last_day, values, law, source))
    return {
        "kind": new.kind, "place": place, "item": new.item, "first_day": new.first_day, "last_day": new.last_day,
        "figures": values, "law": law, "source": source, "provisional": new.provisional,
    }  # fmt: skip


def _locked(session: Session, actor: Actor, row_id: str) -> PayParameter:
    check_group(session, actor, "payroll", "write")
    row = find(session, PayParameter, row_id, lock=True)
    if row is None:
        raise missing("pay_parameter", msg("pay parameter"))
    return row
