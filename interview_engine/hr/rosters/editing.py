"""A person changes a roster on the board: shifts of cells, pins, and how many are needed. Rules are said, not imposed:
what breaks one is written down and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import invalid, text_within
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.laying import Cell, Laid, Member, lay
from interview_engine.hr.rosters.standing import judge, open_roster
from interview_engine.hr.rosters.tables import Roster, RosterDemand, RosterItem
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch

MOST_CHANGES = 400
"""Cells in one action."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell is to hold: a shift or none. `pinned`, `post` None leaves that as it is, or to be found."""

    employment_id: str
    day: date
    shift_id: str | None
    pinned: bool | None = None
    post: str | None = None


def set_cells(session: Session, actor: Actor, roster_id: str, changes: Sequence[Change], clock: Clock) -> Laid:
    """Set cells; returns the roster as it is now, which the caller may show.

    Raises:
        As `open_roster`. InvalidInput: `roster.cell` (nobody, no day or no shift of this roster), `roster.too_many`.
    """
    row = open_roster(session, actor, roster_id)
    if len(changes) > MOST_CHANGES:
        raise invalid("changes", "roster.too_many", msg("At most {most} cells in one change.", most=MOST_CHANGES),
                      msg("Change fewer and send again."))  # fmt: skip
    laid = lay(session, row)
    members, items = laid.by_id, dict(laid.items)
    have = Counter((one.day, one.shift_id, one.post) for one in items.values())
    for each in changes:
        key: Cell = (each.employment_id, each.day)
        member = members.get(each.employment_id)
        inside = row.first_day <= each.day <= row.last_day
        held = items.get(key)
        kept = held is not None and held.shift_id == each.shift_id
        if (
            member is None
            or not inside
            or (each.shift_id is not None and each.shift_id not in laid.usable and not kept)
        ):
            raise invalid("changes", "roster.cell", msg("This is no person, day or shift of the roster."),
                          msg("Reload the page and try again."))  # fmt: skip
        if held is not None:
            have[held.day, held.shift_id, held.post] -= 1
        wanted = replace(each, post=_post(laid, member, each, held, have))
        now = put(session, row, member.person_id, wanted, held, actor, clock)
        if now is None:
            items.pop(key, None)
        else:
            items[key] = now
            have[now.day, now.shift_id, now.post] += 1
    audit.record(session, actor.id, "roster.edit", f"roster:{row.id}", {"cells": len(changes)}, clock)
    return again(session, row, actor, clock)


def set_need(
    session: Session, actor: Actor, roster_id: str, day: date, shift_id: str, post: str, count: int, clock: Clock
) -> Laid:
    """Say how many a shift of a day needs in a post.

    Raises:
        As `open_roster`. InvalidInput: `roster.cell`, `roster.count`.
    """
    row = open_roster(session, actor, roster_id)
    laid = lay(session, row)
    clean = text_within(post, "post", msg("post"), 60, least=0)
    if shift_id not in laid.usable or not row.first_day <= day <= row.last_day:
        raise invalid("shift", "roster.cell", msg("This is no person, day or shift of the roster."),
                      msg("Reload the page and try again."))  # fmt: skip
    if not 0 <= count <= rules.MOST_PEOPLE:
        raise invalid("count", "roster.count", msg("0 to {most} people.", most=rules.MOST_PEOPLE),
                      msg("Correct it and send again."))  # fmt: skip
    held = session.scalar(
        select(RosterDemand).where(
            RosterDemand.roster_id == row.id, RosterDemand.day == day, RosterDemand.shift_id == shift_id,
            RosterDemand.post == clean,
        )
    )  # fmt: skip
    if held is not None:
        held.count = count
        touch(held, actor.id, clock)
    else:
        session.add(
            RosterDemand(
                **stamp(actor.id, clock), roster_id=row.id, day=day, shift_id=shift_id, post=clean, count=count
            )
        )
    session.flush()
    audit.record(session, actor.id, "roster.need", f"roster:{row.id}", {"day": day.isoformat(), "count": count}, clock)
    return again(session, row, actor, clock)


def put(
    session: Session, roster: Roster, person_id: str, to: Change, held: RosterItem | None, actor: Actor, clock: Clock
) -> RosterItem | None:
    """Make a cell hold what is said; returns its row, None where it holds nothing now. The caller has checked.

    Args:
        to: with its post; no post is "". held: the row of the cell, None where there is none.
    """
    now = held
    if to.shift_id is None:
        if held is not None:
            session.delete(held)
        now = None
    elif held is None:
        now = RosterItem(
            **stamp(actor.id, clock), roster_id=roster.id, employment_id=to.employment_id, person_id=person_id,
            day=to.day, shift_id=to.shift_id, post=to.post or "", pinned=bool(to.pinned),
        )  # fmt: skip
        session.add(now)
    else:
        held.shift_id, held.post = to.shift_id, to.post or ""
        held.pinned = held.pinned if to.pinned is None else to.pinned
        touch(held, actor.id, clock)
    session.flush()
    return now


def again(session: Session, row: Roster, actor: Actor, clock: Clock) -> Laid:
    """The roster read again and judged."""
    laid = lay(session, row)
    judge(laid, actor.id, clock)
    session.flush()
    return laid


def _post(
    laid: Laid, member: Member, each: Change, held: RosterItem | None, have: Counter[tuple[date, str, str]]
) -> str:
    """The post of a cell: as said; the one it has; else what is still needed of those the person can fill, the posts
    of fewest people first."""
    if each.shift_id is None:
        return ""
    if each.post is not None:
        return each.post[:60]
    if held is not None and held.shift_id == each.shift_id:
        return held.post
    mine = {*member.posts, ""}
    needed = [
        one
        for one in laid.problem.shift_demand
        if (one.day, one.shift) == (each.day, each.shift_id) and one.skill in mine
    ]
    for one in sorted(needed, key=lambda one: (one.skill == "", one.skill)):
        if have[one.day, one.shift, one.skill] < one.count:
            return one.skill
    return next((one.skill for one in sorted(needed, key=lambda one: one.skill)), "")
