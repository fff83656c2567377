"""What somebody is paid a month from a day on, in fen. Dated: a correction is a further revision."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.area import Over
from interview_engine.hr.employment import lifecycle
from interview_engine.hr.employment.tables import Employment, PayRate
from interview_engine.hr.months import add_months
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store import audit, dated
from interview_engine.store.rows import find


def set_pay(
    session: Session, actor: Actor, employment_id: str, monthly_fen: int, from_day: date, clock: Clock, *, ref: str = ""
) -> PayRate:
    """Say what is paid a month from a day on. Needs "pay" write; neither trail nor timeline holds the amount.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `pay.amount`, `pay.day` (outside the employment).
    """
    employment = _locked(session, actor, employment_id, "write")
    if monthly_fen < 0:
        raise invalid("monthly", "pay.amount", msg("Pay is never below zero."), msg("Correct the amount."))
    if from_day < employment.start_date or (employment.last_day is not None and from_day > employment.last_day):
        raise invalid(
            "from_day",
            "pay.day",
            msg("The day is outside the employment."),
            msg("Choose a day from the first day of work to the last."),
        )
    return _write(session, actor, employment, from_day, monthly_fen, ref, clock)


def call_off_pay(session: Session, actor: Actor, rate_id: str, clock: Clock, *, ref: str = "") -> PayRate:
    """Take a change of pay back: what held before holds on.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `dated.changed`, that day was written anew since.
    """
    rate = find(session, PayRate, rate_id)
    if rate is None:
        raise missing("pay_rate", msg("pay"))
    employment = _locked(session, actor, rate.employment_id, "write")
    newest = max(one.revision for one in rates(session, rate.employment_id) if one.valid_from == rate.valid_from)
    if newest != rate.revision:
        raise conflict("dated.changed", msg("Pay from that day on was entered again since."))
    return _write(session, actor, employment, rate.valid_from, rate.monthly_fen, ref, clock, withdrawn=True)


def pay_on(session: Session, employment_id: str, day: date) -> int | None:
    """Fen a month on a day; None where nothing is known. The caller has checked that pay may be read."""
    held = dated.as_of(rates(session, employment_id), day)
    return None if held is None else held.monthly_fen


def rates(session: Session, employment_id: str) -> list[PayRate]:
    """Every row of an employment. The caller has checked that pay may be read."""
    return list(dated.of_subject(session, PayRate, ("employment_id", employment_id)))


def pay_rates_of(session: Session, legal_entity_id: str) -> dict[str, list[PayRate]]:
    """By employment, every row of a company. The caller has checked that pay may be read."""
    found: dict[str, list[PayRate]] = {}
    for row in session.scalars(select(PayRate).where(PayRate.legal_entity_id == legal_entity_id)):
        found.setdefault(row.employment_id, []).append(row)
    return found


def _write(
    session: Session,
    actor: Actor,
    employment: Employment,
    day: date,
    monthly_fen: int,
    ref: str,
    clock: Clock,
    *,
    withdrawn: bool = False,
) -> PayRate:
    row = dated.write(
        session,
        PayRate,
        ("employment_id", employment.id),
        day,
        {
            "person_id": employment.person_id,
            "legal_entity_id": employment.legal_entity_id,
            "monthly_fen": monthly_fen,
            "ref": ref,
        },
        actor.id,
        clock,
        state="withdrawn" if withdrawn else "holds",
    )
    kind = "correction" if withdrawn else "pay_changed"
    lifecycle.happened(session, employment, kind, day, actor.id, clock, ref=ref)
    audit.record(session, actor.id, "employment.pay", f"employment:{employment.id}", {"from": day.isoformat()}, clock)
    return row


def _locked(session: Session, actor: Actor, employment_id: str, action: str) -> Employment:
    employment = find(session, Employment, employment_id, lock=action == "write")
    if employment is None:
        raise missing("employment", msg("employment"))
    check_row(
        session,
        actor,
        "pay",
        action,
        department_id=employment.department_id,
        legal_entity_id=employment.legal_entity_id,
        person_id=employment.person_id,
    )
    return employment


def pay_over(session: Session, months: int, _: int, until: date) -> list[Over]:
    """Employments whose records of pay are over by a day: for the retention schedule."""
    rows = session.execute(
        select(Employment.id, Employment.person_id, Employment.last_day)
        .where(
            Employment.state == "left",
            Employment.last_day <= until,
            Employment.id.in_(select(PayRate.employment_id)),
        )
        .order_by(Employment.last_day, Employment.id)
    ).tuples()
    found = [Over(row_id, person_id, add_months(last, months)) for row_id, person_id, last in rows if last]
    return [one for one in found if one.day <= until]


def erase_pay(session: Session, employment_id: str, removal: Removal) -> None:
    """Destroy the records of pay of an employment."""
    removal.delete(session, PayRate, PayRate.employment_id == employment_id)
