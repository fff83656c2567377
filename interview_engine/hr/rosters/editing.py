"""A person changes a roster on the board: shifts of cells, pins, and how many are needed. Rules are said, not imposed:
what breaks one is written down and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import invalid, text_within
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.laying import Cell, Laid, lay
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
    members = laid.by_id
    have = _have(laid)
    for each in changes:
        key: Cell = (each.employment_id, each.day)
        known = each.employment_id in members and row.first_day <= each.day <= row.last_day
        held = laid.items.get(key)
        kept = held is not None and held.shift_id == each.shift_id
        if not known or (each.shift_id is not None and each.shift_id not in laid.usable and not kept):
            raise invalid("changes", "roster.cell", msg("This is no person, day or shift of the roster."),
                          msg("Reload the page and try again."))  # fmt: skip
        if held is not None:
            have[held.day, held.shift_id, held.post] = have.get((held.day, held.shift_id, held.post), 0) - 1
        post = _post(laid, each, held, have)
        _set(session, actor, laid, each, post, clock)
        if each.shift_id is not None:
            have[each.day, each.shift_id, post] = have.get((each.day, each.shift_id, post), 0) + 1
    session.flush()
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


def again(session: Session, row: Roster, actor: Actor, clock: Clock) -> Laid:
    """The roster read again and judged."""
    laid = lay(session, row)
    judge(laid, actor.id, clock)
    session.flush()
    return laid


def _have(laid: Laid) -> dict[tuple[date, str, str], int]:
    found: dict[tuple[date, str, str], int] = {}
    for row in laid.items.values():
        key = (row.day, row.shift_id, row.post)
        found[key] = found.get(key, 0) + 1
    return found


def _post(laid: Laid, each: Change, held: RosterItem | None, have: dict[tuple[date, str, str], int]) -> str:
    """The post of a cell: as said; the one it has; else what is still needed of those the person can fill, the posts
    of fewest people first."""
    if each.shift_id is None:
        return ""
    if each.post is not None:
        return each.post[:60]
    if held is not None and held.shift_id == each.shift_id:
        return held.post
    mine = {*laid.by_id[each.employment_id].posts, ""}
    needed = [
        one
        for one in laid.problem.shift_demand
        if (one.day, one.shift) == (each.day, each.shift_id) and one.skill in mine
    ]
    for one in sorted(needed, key=lambda one: (one.skill == "", one.skill)):
        if have.get((one.day, one.shift, one.skill), 0) < one.count:
            return one.skill
    return next((one.skill for one in sorted(needed, key=lambda one: one.skill)), "")


def _set(session: Session, actor: Actor, laid: Laid, each: Change, post: str, clock: Clock) -> None:
    held = session.scalar(
        select(RosterItem).where(
            RosterItem.roster_id == laid.roster.id, RosterItem.employment_id == each.employment_id,
            RosterItem.day == each.day,
        )
    )  # fmt: skip
    if each.shift_id is None:
        if held is not None:
            session.delete(held)
            session.flush()
        return
    if held is None:
        member = laid.by_id[each.employment_id]
        made = RosterItem(
            **stamp(actor.id, clock), roster_id=laid.roster.id, employment_id=each.employment_id,
            person_id=member.person_id, day=each.day, shift_id=each.shift_id, post=post, pinned=bool(each.pinned),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return
    held.shift_id, held.post = each.shift_id, post
    held.pinned = held.pinned if each.pinned is None else each.pinned
    touch(held, actor.id, clock)
