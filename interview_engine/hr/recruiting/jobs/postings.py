"""Postings: one requisition in one channel, each with its own link, so that channels can be told apart (C4)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import GoneError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.companies import service as companies
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.money import rounded
from interview_engine.store.rows import find, stamp, touch

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other when read aloud or typed from a poster."""
CODE_LENGTH = 10
MAX_PUBLIC = 500
"""Jobs on the public list; a company with more has a page of its own for them."""


@dataclass(frozen=True, slots=True)
class PostingSummary:
    """A posting with the number of its applications."""

    posting: Posting
    applications: int


def create_posting(
    session: Session,
    actor: Actor,
    requisition_id: str,
    channel: str,
    cost: Decimal,
    clock: Clock,
    *,
    automatic_invitation: bool = True,
) -> Posting:
    """Publish an open requisition in a channel; `cost` in yuan is all that is spent on it.

    Args:
        automatic_invitation: whoever applies through it is invited to the interview at once.

    Raises:
        ConflictError: `posting.not_open`. InvalidInput: no channel, `posting.cost`.
    """
    requisition = requisition_for(session, actor, requisition_id, "public", "write", lock=True)
    if requisition.state != "open":
        raise conflict(
            "posting.not_open",
            msg("The requisition is not open, so it cannot be posted."),
            msg("Open the requisition first."),
        )
    posting = Posting(
        **stamp(actor.id, clock),
        requisition_id=requisition.id,
        channel=text_within(channel, "channel", msg("channel"), 60),
        code="".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH)),
        cost=_checked(cost),
        automatic_invitation=automatic_invitation,
    )
    session.add(posting)
    session.flush()
    audit.record(session, actor.id, "posting.create", f"posting:{posting.id}", {"channel": posting.channel}, clock)
    return posting


def set_cost(session: Session, actor: Actor, posting_id: str, cost: Decimal, clock: Clock) -> Posting:
    """Correct what was spent on a posting, in yuan."""
    posting = _for_write(session, actor, posting_id)
    posting.cost = _checked(cost)
    touch(posting, actor.id, clock)
    audit.record(session, actor.id, "posting.cost", f"posting:{posting.id}", {}, clock)
    return posting


def close_posting(session: Session, actor: Actor, posting_id: str, clock: Clock) -> Posting:
    """Close a posting's link to applications; closing twice changes nothing."""
    posting = _for_write(session, actor, posting_id)
    if posting.closed_at is None:
        posting.closed_at = clock.now()
        touch(posting, actor.id, clock)
        audit.record(session, actor.id, "posting.close", f"posting:{posting.id}", {}, clock)
    return posting


def reopen_posting(session: Session, actor: Actor, posting_id: str, clock: Clock) -> Posting:
    """Reopen a closed link, at the same address; an open one stays as it is.

    Raises:
        ConflictError: `posting.not_open`, its requisition takes no applications.
    """
    posting = _for_write(session, actor, posting_id)
    requisition = requisition_for(session, actor, posting.requisition_id, "public", "write")
    if requisition.state != "open":
        raise conflict(
            "posting.not_open",
            msg("The requisition is not open, so it cannot be posted."),
            msg("Open the requisition first."),
        )
    if posting.closed_at is not None:
        posting.closed_at = None
        touch(posting, actor.id, clock)
        audit.record(session, actor.id, "posting.reopen", f"posting:{posting.id}", {}, clock)
    return posting


MODULE = "recruiting"
"""What a company switches off with recruiting."""
PUBLIC_CHANNEL = "jobs"
"""The channel of links on the public list of jobs."""


@dataclass(frozen=True, slots=True)
class PublicJob:
    """A job as anybody may see it, with the code of its link."""

    requisition: Requisition
    company: str
    code: str


def public_jobs(session: Session, clock: Clock) -> tuple[PublicJob, ...]:
    """Jobs that take applications now and have a link for the public list, the newest first."""
    rows = session.execute(
        select(Requisition, LegalEntity.name, Posting.code)
        .join(Posting, Posting.requisition_id == Requisition.id)
        .join(LegalEntity, LegalEntity.id == Requisition.legal_entity_id)
        .where(
            Requisition.state == "open",
            Posting.closed_at.is_(None),
            Posting.channel == PUBLIC_CHANNEL,
            Requisition.legal_entity_id.not_in(companies.switched(session).off.get(MODULE, ())),
        )
        .order_by(Requisition.opened_at.desc(), Posting.id.desc())
        .limit(MAX_PUBLIC)
    ).tuples()
    first: dict[str, PublicJob] = {}
    for requisition, company, code in rows:
        if not is_over(requisition, clock):
            first.setdefault(requisition.id, PublicJob(requisition, company, code))
    return tuple(first.values())


def is_over(requisition: Requisition, clock: Clock) -> bool:
    """Whether the last day of a job's applications has passed in Beijing."""
    return requisition.closes_on is not None and china_day(clock) > requisition.closes_on


def by_code(session: Session, code: str, clock: Clock) -> tuple[Posting, Requisition]:
    """The posting of a public link and its requisition, for anybody who has the link.

    Raises:
        NotFoundError: no such link. GoneError: `posting.closed`, it takes no applications any more or for now;
            `posting.paused`, the company has switched recruiting off.
    """
    row = session.execute(
        select(Posting, Requisition)
        .join(Requisition, Requisition.id == Posting.requisition_id)
        .where(Posting.code == code.strip().lower())
    ).one_or_none()
    if row is None:
        raise missing("posting", msg("job link"))
    posting, requisition = row.tuple()
    if posting.closed_at is not None or requisition.state != "open" or is_over(requisition, clock):
        raise closed()
    if not companies.is_on(session, MODULE, requisition.legal_entity_id):
        raise _paused(session.get_one(LegalEntity, requisition.legal_entity_id).name)
    return posting, requisition


def postings_of(session: Session, actor: Actor, requisition_id: str) -> tuple[PostingSummary, ...]:
    """The postings of a requisition, oldest first."""
    requisition_for(session, actor, requisition_id, "public", "read")
    counts = dict(
        session.execute(
            select(Application.posting_id, func.count())
            .where(Application.requisition_id == requisition_id)
            .group_by(Application.posting_id)
        )
        .tuples()
        .all()
    )
    rows = session.scalars(select(Posting).where(Posting.requisition_id == requisition_id).order_by(Posting.id))
    return tuple(PostingSummary(row, counts.get(row.id, 0)) for row in rows)


def closed() -> GoneError:
    """The refusal of an application that comes too late."""
    return GoneError(
        "posting.closed",
        msg("This job no longer accepts applications."),
        msg("Look at other jobs, or ask the recruiter."),
    )


def _paused(company: str) -> GoneError:
    """What is said to who opens a job of a company that does not recruit here for now."""
    return GoneError(
        "posting.paused",
        msg("{company} is not taking applications here at the moment.", company=company),
        msg(
            "Ask the HR department of {company} when it will. If you have been invited to an interview already, its "
            "link still works.",
            company=company,
        ),
    )


def _for_write(session: Session, actor: Actor, posting_id: str) -> Posting:
    posting = find(session, Posting, posting_id, lock=True)
    if posting is None:
        raise missing("posting", msg("posting"))
    requisition_for(session, actor, posting.requisition_id, "public", "write")
    return posting


def _checked(cost: Decimal) -> Decimal:
    if not (cost.is_finite() and 0 <= cost < Decimal("1e9")):
        raise invalid(
            "cost",
            "posting.cost",
            msg("The cost is an amount of 0 or more."),
            msg("Enter it in yuan."),
        )
    return rounded(cost)
