"""One's own shifts: a month on the phone, wishes, and an address under which a calendar reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.area import Post
from interview_engine.hr.companies import service as companies
from interview_engine.hr.house import house
from interview_engine.hr.months import last_of
from interview_engine.hr.problems import conflict
from interview_engine.hr.rosters.calendar_file import Event, calendar_text
from interview_engine.hr.rosters.tables import RosterFeed, RosterWish
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch
from interview_engine.store.secrets import digest, token

MODULE = "rosters"
DAYS_BACK, DAYS_AHEAD = 31, 92
"""Of a calendar's file."""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of one's own: its shift, None for a free day or one of which nothing is said (`said`); one's wish."""

    day: date
    shift: time.Shift | None
    said: bool
    wish: RosterWish | None


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """A month of one's own. `feed`: a calendar reads it under some address."""

    month: date
    days: Sequence[OwnDay]
    shifts: Sequence[time.Shift]
    feed: bool


def own_month(session: Session, actor: Actor, month: date) -> OwnMonth:
    """The month of who asks.

    Raises:
        ConflictError: `punch.not_here`. NotFoundError: the company has switched rosters off.
    """
    post = own_post(session, actor)
    first, last = month, last_of(month)
    plans = time.plans_of(session, post.legal_entity_id, [post.employment_id], first, last)
    wishes = {
        one.day: one
        for one in session.scalars(
            select(RosterWish).where(
                RosterWish.employment_id == post.employment_id, RosterWish.day >= first, RosterWish.day <= last
            )
        )
    }
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        held = plans.on(post.employment_id, day)
        days.append(OwnDay(day, held.shift, held.source != "none", wishes.get(day)))
    shifts = list(time.of_company(session, post.legal_entity_id, used=True).values())
    return OwnMonth(month, days, shifts, _held(session, post_person(actor)) is not None)


def own_post(session: Session, actor: Actor) -> Post:
    """Where who asks works.

    Raises:
        As `own_month`.
    """
    post = house().post_of(session, post_person(actor))
    if post is None:
        raise conflict("punch.not_here", msg("You do not work here now."), msg("Ask HR."))
    companies.check_on(session, MODULE, post.legal_entity_id)
    return post


def post_person(actor: Actor) -> str:
    """Who asks. PermissionDenied: nobody who is a person."""
    if actor.person_id is None:
        raise denied()
    return actor.person_id


def new_feed(session: Session, actor: Actor, clock: Clock) -> str:
    """A new secret address of one's shifts; the one before ends. Returns the secret, which is kept nowhere.

    Raises:
        As `own_month`.
    """
    own_post(session, actor)
    person_id = post_person(actor)
    end_feed(session, actor, clock)
    secret = token()
    row = RosterFeed(**stamp(actor.id, clock), person_id=person_id, token_hash=digest(secret), revoked_at=None)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "roster_feed.make", f"roster_feed:{row.id}", {}, clock)
    return secret


def end_feed(session: Session, actor: Actor, clock: Clock) -> None:
    """Let the address of one's shifts work no longer; again changes nothing."""
    held = _held(session, post_person(actor))
    if held is not None:
        held.revoked_at = clock.now()
        touch(held, actor.id, clock)
        session.flush()
        audit.record(session, actor.id, "roster_feed.end", f"roster_feed:{held.id}", {}, clock)


def read_feed(session: Session, secret: str, clock: Clock) -> str:
    """The calendar's file under a secret address.

    Raises:
        NotFoundError: `roster.feed`, there is no such address, it was ended, or its person does not work here.
    """
    row = session.scalar(
        select(RosterFeed).where(RosterFeed.token_hash == digest(secret), RosterFeed.revoked_at.is_(None))
    )
    post = None if row is None else house().post_of(session, row.person_id)
    if row is None or post is None or not companies.is_on(session, MODULE, post.legal_entity_id):
        raise NotFoundError(
            "roster.feed",
            msg("This calendar address does not work."),
            msg("Make a new one under “My shifts” on the phone."),
        )
    today = china_day(clock)
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    plans = time.plans_of(session, post.legal_entity_id, [post.employment_id], first, last)
    events = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        shift = plans.on(post.employment_id, day).shift
        outside = day < post.first_day or (post.last_day is not None and day > post.last_day)
        for part, (begin, end) in enumerate(time.spans(shift, day) if shift is not None and not outside else ()):
            key = f"{post.employment_id}:{day.isoformat()}:{part}"
            events.append(Event(key, f"{shift.name} ({shift.code})" if shift is not None else "", begin, end))
    return calendar_text(events, clock.now())


def _held(session: Session, person_id: str) -> RosterFeed | None:
    return session.scalars(
        select(RosterFeed).where(RosterFeed.person_id == person_id, RosterFeed.revoked_at.is_(None)).limit(1)
    ).first()
