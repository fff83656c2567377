"""The retention schedule: how long each kind of document is kept after the last day, and its destruction by plan.

What ships is data with its article and source (`schedule.json`); a company keeps longer, never shorter than the law's
least. Nothing goes at once: what is over is planned with a day, HR is told, a plan can be held or dropped until then,
a legal hold stops it, and a run that would destroy too large a share at once waits for a person.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock, china_day
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import check_group, person_within, reached_persons, require
from interview_engine.hr.accounts.service import actors_with_role
from interview_engine.hr.area import KeptKind, Over, Round
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import planning
from interview_engine.hr.privacy.erasure import ask, documents_asked_for, erase
from interview_engine.hr.privacy.holds import held_until
from interview_engine.hr.privacy.tables import ErasureRequest, RetentionRule
from interview_engine.hr.problems import invalid, text_within
from interview_engine.i18n import Text, msg
from interview_engine.law_articles import article_text
from interview_engine.store import audit
from interview_engine.store.blobs import BlobStore
from interview_engine.store.rows import batched, stamp, touch

_LOG = logging.getLogger("interview_engine.retention")

SHIPPED: Mapping[str, Mapping[str, Any]] = json.loads(
    Path(__file__).with_name("schedule.json").read_text(encoding="utf-8")
)
MOST_MONTHS = 1200
NEVER_STOPS = 10
"""So few destructions a day need nobody's confirmation, whatever share they are."""
AT_ONCE = 200
LISTED = 500


@dataclass(frozen=True, slots=True)
class Period:
    """How long a kind is kept: `months` after the last day of work, at least `least` by the article.

    `reason` says why it is longer than what ships, "" where it is not.
    """

    kind: KeptKind
    months: int
    least: int
    article: str
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that will be destroyed: what, whose, from which day, and what stops it.

    Args:
        request: its plan; None where it is not planned yet.
        held_until: the last day of a legal hold; None where there is none.
    """

    word: Text
    name: str
    person_id: str
    day: date
    request: ErasureRequest | None = None
    held_until: date | None = None


def periods(session: Session) -> list[Period]:
    """The schedule: every kind that an area keeps, with what ships or what the company has set."""
    own = {row.kind: row for row in session.scalars(select(RetentionRule))}
    found = []
    for kind in house().kept():
        shipped = SHIPPED[kind.name]
        least = int(shipped["least_months"])
        row = own.get(kind.name)
        months = int(shipped["months"]) if row is None else max(row.months, least)
        found.append(
            Period(kind, months, least, shipped["article"], shipped["source"], "" if row is None else row.reason)
        )  # fmt: skip
    return found


def set_period(session: Session, actor: Actor, kind: str, months: int, reason: str, clock: Clock) -> RetentionRule:
    """Keep a kind so many months after the last day; the same again changes nothing. Needs "contact" manage of the
    group: the administrator.

    Raises:
        PermissionDenied. InvalidInput: `retention.kind`, `retention.months` (below the law's least), reason.
    """
    check_group(session, actor, "contact", "manage")
    known = next((one for one in periods(session) if one.kind.name == kind), None)
    if known is None:
        raise invalid("kind", "retention.kind", msg("There is no such value."), msg("Choose the kind of document."))
    if not known.least <= months <= MOST_MONTHS:
        raise invalid(
            "months",
            "retention.months",
            msg("The law asks that this is kept for {least} months at least ({article}).", least=known.least,
                article=article_text(known.article)) if months < known.least
            else msg("At most {most} months can be set.", most=MOST_MONTHS),
            msg("Enter a longer period.") if months < known.least else msg("Enter a shorter period."),
        )  # fmt: skip
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    row = session.scalar(select(RetentionRule).where(RetentionRule.kind == kind).with_for_update())
    if row is None:
        row = RetentionRule(**stamp(actor.id, clock), kind=kind, months=months, reason=said)
        session.add(row)
    elif (row.months, row.reason) == (months, said):
        return row
    else:
        row.months, row.reason = months, said
        touch(row, actor.id, clock)
    session.flush()
    detail = {"months": months, "before": known.months}
    audit.record(session, actor.id, "retention_rule.set", f"retention_rule:{kind}", detail, clock)
    return row


def plan_schedule(given: Round) -> int:
    """Job: plan the destruction of what is over, and tell HR; returns how many plans were made."""
    with given.database.transaction() as session:
        return len(plan(session, given.clock, given.settings.deletion_days))


def carry_out_schedule(given: Round) -> int:
    """Job: carry out due plans, each in its own transaction; returns how many."""
    share = given.settings.deletion_share
    with given.database.reading() as session:
        stop = stopped(session, given.clock, share)
        wanted = planning.ripe(session, given.clock, _names(), only_confirmed=stop is not None, limit=50)
    if stop is not None:
        _LOG.warning("%d planned destructions wait for a person to confirm them", stop)
    done = 0
    for request_id in wanted:
        with given.database.transaction() as session:
            done += carry_out(session, given.blobs, request_id, given.clock)
    if done:
        given.database.empty_log()
    return done


def plan(session: Session, clock: Clock, days: int) -> list[ErasureRequest]:
    """Plan the destruction of what is over and not on hold.

    Args:
        days: from now until it is done.
    """
    made: list[ErasureRequest] = []
    day = clock.now() + timedelta(days=days)
    for period in periods(session):
        name = period.kind.name
        asked = set(session.scalars(documents_asked_for(name, clock)))
        for one in period.kind.over(session, period.months, period.least, china_day(clock) - timedelta(days=1)):
            if len(made) >= AT_ONCE:
                break
            if one.subject_id in asked or held_until(session, one.person_id, name, clock) is not None:
                continue
            made.append(ask(session, SYSTEM, one.person_id, one.subject_id, name, clock, planned_for=day))
    if made:
        _tell(session, made, day, clock)
    return made


def carry_out(session: Session, blobs: BlobStore, request_id: str, clock: Clock) -> bool:
    """Destroy what one plan names, unless it was stopped meanwhile or its reason is gone (the person came back, the
    period was lengthened); returns whether it was destroyed."""
    request = planning.locked_ripe(session, request_id, clock)
    if request is None:
        return False
    period = next((one for one in periods(session) if one.kind.name == request.kind), None)
    over: Sequence[Over] = ()
    if period is not None:
        over = period.kind.over(session, period.months, period.least, china_day(clock) - timedelta(days=1))
    if request.invitation_id not in {one.subject_id for one in over}:
        planning.drop(session, request, clock)
        return False
    erase(session, blobs, request.id, clock)
    return True


def stopped(session: Session, clock: Clock, share: int) -> int | None:
    """How many due destructions wait for a person, where with those of the last day they are more than `NEVER_STOPS`
    and more than `share` per cent of all that the schedule has planned or will within a year; else None."""
    waiting, gone = planning.waiting_and_gone(session, clock, _names())
    if waiting == 0 or waiting + gone <= NEVER_STOPS:
        return None
    until = china_day(clock) + timedelta(days=365)
    there = gone + sum(len(one.kind.over(session, one.months, one.least, until)) for one in periods(session))
    return waiting if (waiting + gone) * 100 > share * there else None


def coming(session: Session, actor: Actor, until: date, clock: Clock) -> list[Coming]:
    """What will be destroyed by a day, within reach, the nearest first; needs "identity" read of each person.

    What is planned has the day of its plan, other things the day on which their period ends.
    """
    require(actor, "identity", "read")
    plans = {
        (row.kind, row.invitation_id): row
        for row in session.scalars(
            select(ErasureRequest).where(*planning.is_open(), ErasureRequest.kind.in_(_names()))
        )
    }  # fmt: skip
    found: list[tuple[KeptKind, Over]] = []
    for period in periods(session):
        found.extend((period.kind, one) for one in period.kind.over(session, period.months, period.least, until))
    reached: set[str] = set()
    for part in batched(sorted({one.person_id for _, one in found}), 400):
        reached |= reached_persons(session, actor, "identity", "read", part)
    names: dict[str, str] = {}
    for part in batched(sorted(reached), 400):
        names |= dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(part))).tuples().all())
    rows: list[Coming] = []
    for kind, one in found:
        if one.person_id not in reached:
            continue
        request = plans.get((kind.name, one.subject_id))
        planned = (
            None if request is None or request.planned_for is None else request.planned_for.astimezone(CHINA).date()
        )
        held = held_until(session, one.person_id, kind.name, clock) if len(rows) < LISTED else None
        rows.append(Coming(kind.word, names[one.person_id], one.person_id, planned or one.day, request, held))
    return sorted(rows, key=lambda row: (row.day, row.name))[:LISTED]


def reach(actor: Actor) -> ColumnElement[bool]:
    """Plans of the schedule about persons whose identity the actor may write: a condition on ErasureRequest."""
    within = select(Person.id).where(person_within(actor, "identity", "write", Person.id, Person.department_id))
    return ErasureRequest.kind.in_(_names()) & ErasureRequest.person_id.in_(within)


def _names() -> tuple[str, ...]:
    return tuple(one.name for one in house().kept())


def _tell(session: Session, made: Sequence[ErasureRequest], day: datetime, clock: Clock) -> None:
    """To everybody in HR how many of theirs were planned: a number and a day, no names."""
    ids = [request.id for request in made]
    for actor in actors_with_role(session, ("administrator", "hr"), clock):
        theirs = select(func.count()).select_from(ErasureRequest).where(ErasureRequest.id.in_(ids), reach(actor))
        count = session.scalar(theirs) or 0
        if count and actor.account_id is not None:
            key = f"erasure.scheduled:{ids[0]}:{actor.account_id}"
            payload = {"title": str(count), "count": count, "expires_at": day.isoformat()}
            tell_account(session, actor.account_id, key, "erasure.scheduled", payload, clock)
