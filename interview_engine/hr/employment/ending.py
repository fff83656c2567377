"""How an employment ends: with a last day, which can be called off until it is over."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import lifecycle, states
from interview_engine.hr.employment.reading import check_reach, locked
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.problems import conflict, invalid, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch


def end(session: Session, actor: Actor, employment_id: str, last_day: date, reason: str, clock: Clock) -> Employment:
    """End an employment with `last_day`; the same day again changes nothing. Needs "contact" manage.

    Until that day is over the person works here ("notice"); a day that is over ends it at once.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, with another last day.
        InvalidInput: `employment.last_day` (before the first), reason.
    """
    row = locked(session, employment_id)
    check_reach(session, actor, row, "contact", "manage")
    clean = text_within(reason, "reason", msg("reason"), 300, least=2)
    if row.last_day == last_day:
        return row
    if row.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    if last_day < row.start_date:
        raise invalid(
            "leaving_on",
            "employment.last_day",
            msg("The last day is before the first."),
            msg("Change the day."),
        )
    before = row.last_day
    row.last_day = last_day
    row.leaving_reason = clean
    touch(row, actor.id, clock)
    detail = {"last_day": last_day.isoformat()}
    audit.record(session, actor.id, "employment.end", f"employment:{row.id}", detail, clock)
    told = {"last_day": last_day.isoformat()}
    was = {} if before is None else {"last_day": before.isoformat()}
    lifecycle.happened(session, row, "notice", china_day(clock), actor.id, clock, before=was, after=told)
    states.step(session, row, actor.id, clock)
    return row


def call_off_end(session: Session, actor: Actor, employment_id: str, clock: Clock) -> Employment:
    """Take an agreed last day back before it is over; where there is none nothing changes. Needs "contact" manage.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `employment.ended`, the last day is over.
    """
    row = locked(session, employment_id)
    check_reach(session, actor, row, "contact", "manage")
    if row.state == "left":
        raise conflict("employment.ended", msg("The employment has ended already."))
    if row.last_day is None:
        return row
    before = {"last_day": row.last_day.isoformat()}
    row.last_day = None
    row.leaving_reason = None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "employment.call_off_end", f"employment:{row.id}", {}, clock)
    lifecycle.happened(session, row, "notice_withdrawn", china_day(clock), actor.id, clock, before=before)
    states.step(session, row, actor.id, clock, quietly=True)
    return row
