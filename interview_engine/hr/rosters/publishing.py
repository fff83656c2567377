"""A roster is published: its days become planned shifts, in the transaction in which it is, and who works is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.problems import conflict, invalid, text_within
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.checking import Break, broken
from interview_engine.hr.rosters.laying import Laid, lay
from interview_engine.hr.rosters.standing import open_roster, roster_for
from interview_engine.hr.rosters.tables import Roster
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch


def publish(session: Session, actor: Actor, roster_id: str, reason: str, clock: Clock) -> Roster:
    """Write every day of the roster into the plan: a shift or a day off. What breaks a rule needs a reason.

    Raises:
        As `open_roster`. ConflictError: `roster.empty`, `roster.forbidden` (a rule that no reason excuses is broken).
        InvalidInput: `roster.reason`. What `time.write_plan` says.
    """
    row = open_roster(session, actor, roster_id)
    laid = lay(session, row)
    if not laid.plan:
        raise conflict(
            "roster.empty", msg("Nobody has a shift yet."), msg("Have the roster worked out, or fill it in.")
        )
    found = broken(laid.problem, laid.plan)
    check(laid, found, reason)
    source = source_of(row)
    plans = rows_of(laid)
    changed = _changed(session, laid, plans)
    time.write_plan(session, actor, plans, source, clock)
    row.state, row.published_at, row.reason = "published", clock.now(), reason.strip() if found else ""
    touch(row, actor.id, clock)
    audit.record(
        session, actor.id, "roster.publish", f"roster:{row.id}", {"breaks": len(found), "reason": row.reason}, clock
    )
    for person_id in sorted(changed):
        key = f"roster.published:{row.id}:{person_id}:{clock.now().isoformat()}"
        days = {"first": row.first_day.isoformat(), "last": row.last_day.isoformat()}
        tell_person(session, person_id, key, "roster.published", days, clock)
    return row


def take_back(session: Session, actor: Actor, roster_id: str, clock: Clock) -> Roster:
    """Make a draft of a published roster. What is planned holds until it is published again.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = roster_for(session, actor, roster_id, "write", lock=True)
    if row.state == "published":
        laid = lay(session, row)
        row.state = "draft" if broken(laid.problem, laid.plan) else "checked"
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "roster.take_back", f"roster:{row.id}", {}, clock)
    return row


def check(laid: Laid, found: Sequence[Break], reason: str) -> None:
    """Refuse what must not be published.

    Raises:
        ConflictError: `roster.forbidden`. InvalidInput: `roster.reason`.
    """
    if forbidden := [one for one in found if rules.forbids(one)]:
        first = forbidden[0]
        member = laid.by_id.get(first.worker)
        raise conflict(
            "roster.forbidden",
            msg("{name}, {day}: {what}. No reason excuses this.", name="" if member is None else member.name,
                day=first.day.isoformat(), what=rules.sentence(first)),
            msg("Mend the cells that are marked so, then publish."),
        )  # fmt: skip
    if not text_within(reason, "reason", msg("reason"), 300, least=0) and found:
        raise invalid("reason", "roster.reason", msg("{count} rules are broken.", count=len(found)),
                      msg("Mend them, or say why it is published all the same."))  # fmt: skip


def source_of(row: Roster) -> str:
    """What planned days say wrote them."""
    return f"roster:{row.id}"


def rows_of(laid: Laid) -> list[time.PlanRow]:
    """Every day of every member: a shift, or a day off."""
    found = []
    for one in laid.members:
        for first, last in one.stays:
            for day in _days(first, last):
                item = laid.items.get((one.employment_id, day))
                found.append(time.PlanRow(one.employment_id, day, None if item is None else item.shift_id))
    return found


def _changed(session: Session, laid: Laid, plans: Sequence[time.PlanRow]) -> set[str]:
    """Persons for whom a day will be another one than it was."""
    row, members = laid.roster, laid.by_id
    ids = [one.employment_id for one in laid.members]
    before = time.plans_of(session, row.legal_entity_id, ids, row.first_day, row.last_day)
    found = set()
    for one in plans:
        held = before.on(one.employment_id, one.day)
        if (None if held.shift is None else held.shift.id) != one.shift_id or row.published_at is None:
            found.add(members[one.employment_id].person_id)
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
