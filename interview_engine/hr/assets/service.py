"""Things handed out: to whom and when, given back, lost or not asked back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.access.service import check_row, require
from interview_engine.hr.assets import rules
from interview_engine.hr.assets.tables import AssetHolding as AssetHolding
from interview_engine.hr.employment import service as employments
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.tasks import service as tasks
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewHolding:
    """What is handed out; see `tables.AssetHolding`. `task_id`: the task of joining that this does, "" for none."""

    kind: str
    name: str
    handed_on: date
    tag: str = ""
    note: str = ""
    task_id: str = ""


def hand_out(session: Session, actor: Actor, employment_id: str, new: NewHolding, clock: Clock) -> AssetHolding:
    """Hand a thing out to an employee; needs "contact" write, or that the task with which it is done is the actor's.

    The task is done with it. The same thing to the same person on the same day once more changes nothing.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `asset.kind`, name, tag, `asset.day` (to come, before the first
            day of work or after the last). ConflictError: `asset.held` (somebody has the thing with that tag),
            `asset.left`.
    """
    row = employments.locked(session, employment_id)
    task = _task(session, actor, new.task_id, row.person_id)
    if task is None:
        _check(session, actor, row.department_id, row.legal_entity_id, row.person_id, "write")
    if row.state == "left":
        raise conflict("asset.left", msg("This employment has ended: nothing is handed out any more."))
    values = _checked(new, row.start_date, row.last_day, clock)
    again = next((one for one in open_of(session, row.id) if _same(one, values)), None)
    if again is not None:
        return again
    if _held(session, row.legal_entity_id, str(values["tag"])) is not None:
        raise _taken(str(values["tag"]))
    made = AssetHolding(
        **stamp(actor.id, clock), **values, person_id=row.person_id, employment_id=row.id, state="held",
        legal_entity_id=row.legal_entity_id, department_id=row.department_id, task_id=new.task_id or None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, actor.id, "asset.hand_out", f"asset:{made.id}", {"kind": made.kind}, clock)
    if task is not None and task.state in ("open", "blocked"):
        tasks.close(session, actor, task.id, "done", "", clock)
    return made


def change(session: Session, actor: Actor, holding_id: str, new: NewHolding, clock: Clock) -> AssetHolding:
    """Correct what was written of a thing; needs "contact" write.

    Raises:
        As `hand_out`. ConflictError: `asset.over`, it is not in use any more.
    """
    row = get_for(session, actor, holding_id, "write", lock=True)
    _check_held(row)
    employment = employments.locked(session, row.employment_id)
    values = _checked(new, employment.start_date, employment.last_day, clock)
    held = _held(session, row.legal_entity_id, str(values["tag"]))
    if held is not None and held.id != row.id:
        raise _taken(str(values["tag"]))
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "asset.change", f"asset:{row.id}", {}, clock)
    return row


def end(
    session: Session, actor: Actor, holding_id: str, state: str, reason: str, clock: Clock, *, day: date | None = None
) -> AssetHolding:
    """Say what became of a thing (`rules.ENDS`); the same again changes nothing. Needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `asset.state`, `asset.day`, reason (lost and waived need one).
        ConflictError: `asset.over`, something else was said of it.
    """
    row = get_for(session, actor, holding_id, "write", lock=True)
    if state not in rules.ENDS:
        raise invalid("state", "asset.state", msg("There is no such value."), msg("Choose one of the list."))
    if row.state == state:
        return row
    _check_held(row)
    needs = state in rules.NEEDS_REASON
    said = text_within(reason, "reason", msg("reason"), 300, least=2) if needs else reason.strip()[:300]
    when = day or china_day(clock)
    if not row.handed_on <= when <= china_day(clock):
        raise invalid(
            "ended_on", "asset.day", msg("The day is before it was handed out, or still to come."),
            msg("Change the day."),
        )  # fmt: skip
    row.state, row.reason, row.ended_on = state, said, when
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "asset.end", f"asset:{row.id}", {"to": state}, clock)
    return row


def take_back(
    session: Session, actor: Actor, ids: Sequence[str], since: datetime, clock: Clock
) -> Mapping[str, InterviewEngineError]:
    """Remove what an import wrote at or after `since`; by id, why a row stays: somebody has changed it."""
    stays: dict[str, InterviewEngineError] = {}
    for row_id in ids:
        try:
            row = get_for(session, actor, row_id, "write", lock=True)
            if row.created_at < since or row.updated_at != row.created_at:
                raise conflict("asset.changed", msg("This thing has been changed since it was imported."))
        except InterviewEngineError as error:
            stays[row_id] = error
            continue
        session.delete(row)
        audit.record(session, actor.id, "asset.take_back", f"asset:{row_id}", {}, clock)
    session.flush()
    return stays


def get_for(
    session: Session, actor: Actor, holding_id: str, action: Action, *, lock: bool = False
) -> AssetHolding:  # fmt: skip
    """A thing that the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "contact", action)
    row = find(session, AssetHolding, holding_id, lock=lock)
    if row is None:
        raise missing("asset", msg("thing handed out"))
    _check(session, actor, row.department_id, row.legal_entity_id, row.person_id, action)
    return row


def of_employment(session: Session, employment_id: str) -> Sequence[AssetHolding]:
    """Everything handed out in an employment, the newest first. The caller has checked that it may be seen."""
    statement = select(AssetHolding).where(AssetHolding.employment_id == employment_id)
    return session.scalars(statement.order_by(AssetHolding.handed_on.desc(), AssetHolding.id.desc())).all()


def open_of(session: Session, employment_id: str) -> Sequence[AssetHolding]:
    """What is still in use of an employment. The caller has checked."""
    return [one for one in of_employment(session, employment_id) if one.state == "held"]


def open_count(employment: Any) -> ScalarSelect[int]:
    """SQL of how many things of an employment are in use, for lists of other areas."""
    return (
        select(func.count(AssetHolding.id))
        .where(AssetHolding.employment_id == employment, AssetHolding.state == "held")
        .correlate_except(AssetHolding)
        .scalar_subquery()
    )


def find_rows(session: Session, actor: Actor, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """By (employee number, tag), the newest row of that thing in that person's hands, within reach."""
    employment = employments.of_numbers(session, actor, sorted({number for number, _ in keys}))
    by_id = {row_id: number for number, row_id in employment.items()}
    found: dict[tuple[str, str], str] = {}
    for part in employments.parts(sorted(by_id)):
        statement = select(AssetHolding).where(AssetHolding.employment_id.in_(part), AssetHolding.tag != "")
        for row in session.scalars(statement.order_by(AssetHolding.id)):
            found[(by_id[row.employment_id], row.tag)] = row.id
    return {key: found[key] for key in keys if key in found}


def _checked(new: NewHolding, first: date, last: date | None, clock: Clock) -> dict[str, object]:
    if new.kind not in rules.KINDS:
        raise invalid("kind", "asset.kind", msg("There is no such value."), msg("Choose one of the list."))
    if new.handed_on < first or new.handed_on > china_day(clock) or (last is not None and new.handed_on > last):
        raise invalid(
            "handed_on", "asset.day", msg("The day is outside the employment, or still to come."),
            msg("Change the day."),
        )  # fmt: skip
    return {
        "kind": new.kind,
        "name": text_within(new.name, "name", msg("name of the thing"), 120),
        "tag": text_within(new.tag, "tag", msg("inventory number"), 60).upper() if new.tag.strip() else "",
        "handed_on": new.handed_on,
        "note": text_within(new.note, "note", msg("note"), 300) if new.note.strip() else "",
    }


def _task(session: Session, actor: Actor, task_id: str, person_id: str) -> tasks.Task | None:
    """The task that is the actor's; None where there is none, or it is somebody else's."""
    if not task_id:
        return None
    task = find(session, tasks.Task, task_id)
    if task is None or task.person_id != person_id:
        raise missing("task", msg("task"))
    return task if tasks.is_mine(session, actor, task) else None


def _held(session: Session, legal_entity_id: str, tag: str) -> AssetHolding | None:
    if not tag:
        return None
    return session.scalar(
        select(AssetHolding).where(
            AssetHolding.legal_entity_id == legal_entity_id, AssetHolding.tag == tag, AssetHolding.state == "held"
        )
    )


def _same(row: AssetHolding, values: dict[str, object]) -> bool:
    return all(getattr(row, name) == values[name] for name in ("kind", "name", "tag", "handed_on"))


def _taken(tag: str) -> Exception:
    return conflict(
        "asset.held",
        msg("The thing with the number {tag} is in somebody's hands already.", tag=tag),
        msg("Write down first that it was given back, or correct the number."),
    )


def _check_held(row: AssetHolding) -> None:
    if row.state != "held":
        raise conflict("asset.over", msg("It has been written down already what became of this thing."))


def _check(
    session: Session, actor: Actor, department_id: str, legal_entity_id: str, person_id: str, action: Action
) -> None:
    check_row(
        session, actor, "contact", action,
        department_id=department_id, legal_entity_id=legal_entity_id, person_id=person_id,
    )  # fmt: skip
