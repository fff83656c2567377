"""Separations: opened by a resignation or by HR, moved, called off, and closed when the last day is over.

The last day itself is the employment's; a separation follows it whoever sets it (`following`). Locks are taken in one
order: approval, request, employment, separation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import SYSTEM, Action, Actor, FieldClass
from interview_engine.hr.access.service import check_row, reached_persons, require
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.offboarding import rules
from interview_engine.hr.offboarding.protection import check_not_barred
from interview_engine.hr.offboarding.tables import FinalSettlement, Separation
from interview_engine.hr.people.names import person_names
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.requests import service as requests
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class NewSeparation:
    """What HR enters; see `tables.Separation`. `notice_on` None is today. `article_42_checked`: see `protection`."""

    kind: str
    last_day: date
    reason: str
    notice_on: date | None = None
    article_42_checked: bool = False


def open_separation(
    session: Session, actor: Actor, employment_id: str, new: NewSeparation, clock: Clock
) -> Separation:  # fmt: skip
    """Enter that somebody leaves, or has left; the same again changes nothing. Needs "public" manage.

    Who has not begun yet can only not come: their employment then has no day. A last day that is over ends the
    employment at once; one that ended already keeps its last day.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `separation.kind`, `separation.last_day` (the employment ended on
            another day), `separation.notice` (after the last day, or still to come), reason, see `employment.end`.
        ConflictError: `separation.open` (there is one), `separation.not_begun`, `separation.protected`.
    """
    row = employments.locked(session, employment_id)
    check(session, actor, row, "write")
    if new.kind not in rules.CHOSEN_KINDS:
        raise invalid("kind", "separation.kind", msg("There is no such value."), msg("Choose why somebody leaves."))
    reason = text_within(new.reason, "reason", msg("reason"), 300, least=2)
    notice_on = new.notice_on or min(china_day(clock), new.last_day)
    if notice_on > china_day(clock):
        raise invalid("notice_on", "separation.notice", msg("The day of notice is still to come."),
                      msg("Change the day."))  # fmt: skip
    held = current(session, employment_id, lock=True)
    if held is not None:
        if (held.kind, held.last_day, held.reason) == (new.kind, new.last_day, reason):
            return held
        raise conflict(
            "separation.open",
            msg("It is written down already that this person leaves, on {day}.", day=held.last_day.isoformat()),
            msg("Change the last day there, or decide on the resignation first."),
        )
    if row.state == "pending":
        return _not_begun(session, actor, row, new.kind, reason, clock)
    if row.state == "left" and row.last_day != new.last_day:
        raise invalid(
            "last_day", "separation.last_day",
            msg("This employment ended on {day}.", day="" if row.last_day is None else row.last_day.isoformat()),
            msg("Enter that day."),
        )  # fmt: skip
    check_not_barred(session, row, new.kind, notice_on, new.last_day, checked=new.article_42_checked)
    employments.end(session, replace(SYSTEM, id=actor.id), employment_id, new.last_day, reason, clock)
    return write(session, row, new.kind, reason, notice_on, "approved", actor.id, clock)


def write(
    session: Session,
    employment: Employment,
    kind: str,
    reason: str,
    notice_on: date,
    state: str,
    actor_id: str,
    clock: Clock,
    *,
    last_day: date | None = None,
    request_id: str | None = None,
) -> Separation:
    """A new separation of an employment that has none. The caller has checked."""
    last = last_day or employment.last_day
    assert last is not None
    row = Separation(
        **stamp(actor_id, clock),
        person_id=employment.person_id,
        employment_id=employment.id,
        legal_entity_id=employment.legal_entity_id,
        department_id=employment.department_id,
        kind=kind,
        last_day=last,
        notice_on=notice_on,
        reason=reason,
        request_id=request_id,
        state=state,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor_id, "separation.open", f"separation:{row.id}", {"kind": kind, "state": state}, clock)
    return row


def move(session: Session, actor: Actor, separation_id: str, last_day: date, clock: Clock) -> Separation:
    """Another last day, of the employment too; a settlement that was handed over is taken back. Needs "public" manage.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `separation.state`; `employment.ended`, the last day is over.
        InvalidInput: `employment.last_day`.
    """
    row = get_for(session, actor, separation_id, "write")
    if row.state not in rules.AGREED:
        raise wrong_state()
    employments.end(
        session, replace(SYSTEM, id=actor.id), row.employment_id, last_day, row.reason or "–" * 2, clock
    )  # fmt: skip
    row = locked(session, separation_id)
    follow_day(session, row, last_day, actor.id, clock)
    return row


def follow_day(session: Session, row: Separation, last_day: date, actor_id: str, clock: Clock) -> bool:
    """Bring a separation to the employment's last day; whether it changed. What was settled is open again."""
    if row.last_day == last_day:
        return False
    before, row.last_day = row.last_day, last_day
    if row.state == "settled":
        row.state = "handover"
        taken_back(session, row, actor_id, clock)
    touch(row, actor_id, clock)
    detail = {"from": before.isoformat(), "to": last_day.isoformat()}
    audit.record(session, actor_id, "separation.move", f"separation:{row.id}", detail, clock)
    return True


def correct_kind(
    session: Session, actor: Actor, separation_id: str, kind: str, clock: Clock, *, article_42_checked: bool = False
) -> Separation:
    """Say why somebody leaves, where that is not known or was wrong. Needs "public" manage.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `separation.kind`. ConflictError: `separation.state` (settled),
            `separation.protected`.
    """
    employment = employments.locked(session, get_for(session, actor, separation_id, "write").employment_id)
    row = locked(session, separation_id)
    if kind not in rules.CHOSEN_KINDS:
        raise invalid("kind", "separation.kind", msg("There is no such value."), msg("Choose why somebody leaves."))
    if row.kind == kind:
        return row
    if row.state in ("settled", "closed", "withdrawn"):
        raise wrong_state()
    check_not_barred(session, employment, kind, row.notice_on, row.last_day, checked=article_42_checked)
    row.kind = kind
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "separation.kind", f"separation:{row.id}", {"to": kind}, clock)
    return row


def withdraw(session: Session, actor: Actor, separation_id: str, reason: str, clock: Clock) -> Separation:
    """Call off that somebody leaves, before the last day is over. Needs "public" manage.

    What a resignation did is undone by its own request, with a counter-entry for every effect, once whoever decides
    on resignations agrees; until then nothing changes. What HR entered is undone at once.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `separation.state`, `employment.ended`.
    """
    row = get_for(session, actor, separation_id, "write")
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    if row.state not in rules.AGREED:
        raise wrong_state()
    if row.request_id is not None:
        asked = replace(SYSTEM, id=actor.id, account_id=actor.account_id, person_id=actor.person_id)
        requests.cancel(session, asked, row.request_id, said, clock)
        return row
    employments.call_off_end(session, replace(SYSTEM, id=actor.id), row.employment_id, clock)
    row = locked(session, separation_id)
    called_off(session, row, said, actor.id, clock)
    return row


def called_off(session: Session, row: Separation, reason: str, actor_id: str, clock: Clock) -> None:
    """The separation's part of it: the record stays, a settlement counts no more. The caller has checked."""
    if row.state == "withdrawn":
        return
    row.state, row.withdrawn_reason = "withdrawn", reason[:300]
    touch(row, actor_id, clock)
    settlement = session.scalar(select(FinalSettlement).where(FinalSettlement.separation_id == row.id))
    if settlement is not None:
        settlement.state = "void"
        touch(settlement, actor_id, clock)
    session.flush()
    audit.record(session, actor_id, "separation.withdraw", f"separation:{row.id}", {}, clock)


def set_state(session: Session, row: Separation, state: str, actor_id: str, clock: Clock) -> None:
    """Move a locked separation, with its audit record. The caller has checked that it may."""
    row.state = state
    touch(row, actor_id, clock)
    session.flush()
    audit.record(session, actor_id, "separation.state", f"separation:{row.id}", {"to": state}, clock)


def taken_back(session: Session, row: Separation, actor_id: str, clock: Clock) -> None:
    """A settlement that was handed over is a draft again, and counts that it was."""
    settlement = session.scalar(select(FinalSettlement).where(FinalSettlement.separation_id == row.id))
    if settlement is None or settlement.state != "handed_over":
        return
    settlement.state = "draft"
    settlement.reopened += 1
    touch(settlement, actor_id, clock)
    audit.record(session, actor_id, "settlement.reopen", f"separation:{row.id}", {}, clock)


def current(session: Session, employment_id: str, *, lock: bool = False) -> Separation | None:
    """The separation of an employment that is not called off. The caller has checked."""
    statement = select(Separation).where(Separation.employment_id == employment_id, Separation.state != "withdrawn")
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def of_request(session: Session, request_id: str) -> Separation | None:
    """The separation that a resignation opened."""
    statement = select(Separation).where(Separation.request_id == request_id).order_by(Separation.id.desc())
    return session.scalars(statement.with_for_update().limit(1)).one_or_none()


def of_person(session: Session, person_id: str) -> Sequence[Separation]:
    """A person's separations, the newest first; of every employment. The caller has checked that they may be seen."""
    statement = select(Separation).where(Separation.person_id == person_id)
    return session.scalars(statement.order_by(Separation.last_day.desc(), Separation.id.desc())).all()


def get_for(
    session: Session, actor: Actor, separation_id: str, action: Action, *, lock: bool = False
) -> Separation:  # fmt: skip
    """A separation that the actor may read ("contact") or write ("public" manage: HR).

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, *_needs(action))
    row = _found(session, separation_id, lock=lock)
    check(session, actor, row, action)
    return row


def locked(session: Session, separation_id: str) -> Separation:
    """A separation, kept from others until the transaction ends; after the employment's lock."""
    return _found(session, separation_id, lock=True)


def check(session: Session, actor: Actor, row: Employment | Separation, action: Action) -> None:
    """Whether the actor may: who leaves is read with "contact", entered and settled by HR ("public" manage)."""
    check_row(
        session, actor, *_needs(action),
        department_id=row.department_id, legal_entity_id=row.legal_entity_id, person_id=row.person_id,
    )  # fmt: skip


def _needs(action: Action) -> tuple[FieldClass, Action]:
    return ("contact", "read") if action == "read" else ("public", "manage")


def wrong_state() -> Exception:
    """The answer to what cannot be done in the state it is in."""
    return conflict(
        "separation.state", msg("This cannot be done in the state that the leaving is in."),
        msg("Reload the page to see how far it is."),
    )  # fmt: skip


def names_for(session: Session, actor: Actor, ids: Sequence[str]) -> Mapping[str, str]:
    """By id of a separation, the person's name, of those whom the actor may see."""
    rows = dict(
        session.execute(select(Separation.id, Separation.person_id).where(Separation.id.in_(ids))).tuples().all()
    )
    reached = reached_persons(session, actor, "contact", "read", rows.values())
    names = person_names(session, reached)
    return {row_id: names[person] for row_id, person in rows.items() if person in names}


def _not_begun(
    session: Session, actor: Actor, row: Employment, kind: str, reason: str, clock: Clock
) -> Separation:  # fmt: skip
    if kind != "no_show":
        raise conflict(
            "separation.not_begun",
            msg("This person has not begun yet."),
            msg("Choose “did not come” as the kind, or wait for the first day of work."),
        )
    employments.never_begun(session, replace(SYSTEM, id=actor.id), row.id, clock)
    return write(session, row, kind, reason, china_day(clock), "closed", actor.id, clock)


def _found(session: Session, separation_id: str, *, lock: bool = False) -> Separation:
    row = find(session, Separation, separation_id, lock=lock)
    if row is None:
        raise missing("separation", msg("leaving", context="record"))
    return row
