"""Retention: what is past its policy's period is planned, shown to HR and deleted days later, unless a person stops it.

Nobody asked for these deletions, so nothing goes at once: a plan has a day, can be held or dropped until then, is
dropped by itself when its reason is gone, and a run that would take too large a share at once waits for a person.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import require, visible
from interview_engine.hr.accounts.service import actors_with_role, every_holder
from interview_engine.hr.area import Round
from interview_engine.hr.employment.service import every_employee
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import service as planning
from interview_engine.hr.privacy.service import (
    ErasureRequest,
    ask,
    erase,
    interviews_asked_for,
    interviews_deleted,
    persons_asked_for,
    waiting_and_gone,
)
from interview_engine.hr.recruiting.tables import Application, Invitation, Requisition
from interview_engine.store.blobs import BlobStore

log = logging.getLogger("interview_engine.retention")

NEVER_STOPS = 10
"""So few deletions a day need nobody's confirmation, whatever share they are."""
LISTED = 500
KINDS = ("retention", "person")
"""Plans that are recruiting's; those of documents are in `privacy.scheduled`."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A deletion that nobody asked for.

    Args:
        name: of the person.
        application_id: the latest of the person, or that of the interview; None when there is none.
    """

    request: ErasureRequest
    name: str
    application_id: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """A run that waits for a person: it would delete `wanted` of `there` interviews and candidates in a day."""

    wanted: int
    there: int


def plan(session: Session, clock: Clock, days: int, *, limit: int = 200) -> tuple[ErasureRequest, ...]:
    """Job: plan the deletion of what is past its policy's time (`Policy.retention_days`), and tell HR of it.

    Recordings, transcripts and reports of interviews that ended so long ago go, scores and what people decided stay.
    Persons whose every application ended so long ago go as a whole, unless they agreed to be kept in the talent pool.

    Args:
        days: from now until it is done.
    """
    made = []
    day = clock.now() + timedelta(days=days)
    for policy in POLICIES:
        found = _old_interviews(policy, clock).where(Invitation.id.not_in(interviews_asked_for(clock)))
        for invitation_id, person_id in session.execute(found.limit(limit)).tuples():
            made.append(ask(session, SYSTEM, person_id, invitation_id, "retention", clock, planned_for=day))
        persons = _forgotten_persons(policy, clock).where(Person.id.not_in(persons_asked_for(clock)))
        for person_id in session.scalars(persons.limit(limit)).all():
            made.append(ask(session, SYSTEM, person_id, None, "person", clock, planned_for=day))
    if made:
        _tell(session, made, day, clock)
    return tuple(made)


def planned(session: Session, actor: Actor) -> tuple[Planned, ...]:
    """The open plans within the actor's reach, the nearest first.

    Raises:
        PermissionDenied: may not manage anything.
    """
    require(actor, "public", "manage")
    latest = select(func.max(Application.id)).where(Application.person_id == ErasureRequest.person_id)
    own = select(Invitation.application_id).where(Invitation.id == ErasureRequest.invitation_id)
    about = func.coalesce(
        own.correlate(ErasureRequest).scalar_subquery(), latest.correlate(ErasureRequest).scalar_subquery()
    )
    statement = (
        select(ErasureRequest, Person.name, about)
        .join(Person, Person.id == ErasureRequest.person_id)
        .where(*planning.is_open(), ErasureRequest.kind.in_(KINDS), reached(actor))
        .order_by(ErasureRequest.planned_for, ErasureRequest.id)
        .limit(LISTED)
    )
    return tuple(Planned(request, name, where) for request, name, where in session.execute(statement).tuples())


def stopped(session: Session, clock: Clock, share: int) -> Stop | None:
    """Why due deletions wait for a person; None when they do not.

    With what went by plan in the last day it is more than `share` per cent of all interviews and candidates, and more
    than `NEVER_STOPS`.
    """
    waiting, gone = waiting_and_gone(session, clock, KINDS)
    if waiting == 0 or waiting + gone <= NEVER_STOPS:
        return None
    interviews = (
        select(func.count())
        .select_from(Invitation)
        .where(Invitation.consented_at.is_not(None), Invitation.id.not_in(interviews_deleted()))
    )
    candidates = (
        select(func.count(func.distinct(Application.person_id)))
        .join(Person, Person.id == Application.person_id)
        .where(Person.erased_at.is_(None))
    )
    there = (session.scalar(interviews) or 0) + (session.scalar(candidates) or 0) + gone
    return Stop(waiting + gone, there) if (waiting + gone) * 100 > share * there else None


def ripe(session: Session, clock: Clock, share: int, *, limit: int = 50) -> tuple[str, ...]:
    """Job: ids of the due plans; of a stopped run only those that a person confirmed."""
    return planning.ripe(session, clock, KINDS, only_confirmed=stopped(session, clock, share) is not None, limit=limit)


def carry_out(session: Session, blobs: BlobStore, request_id: str, clock: Clock) -> bool:
    """Delete what one plan names, unless it was stopped meanwhile or its reason is gone (somebody applied again, was
    hired or agreed to be kept); returns whether it was deleted."""
    request = planning.locked_ripe(session, request_id, clock)
    if request is None:
        return False
    if not _is_still_over(session, request, clock):
        planning.drop(session, request, clock)
        return False
    erase(session, blobs, request.id, clock)
    return True


def plan_what_is_over(given: Round) -> int:
    """Job: plan the deletion of what is past its policy's period; returns how many plans were made."""
    with given.database.transaction() as session:
        return len(plan(session, given.clock, given.settings.deletion_days))


def carry_out_plans(given: Round) -> int:
    """Job: carry out due plans, each in its own transaction; returns how many."""
    share = given.settings.deletion_share
    with given.database.reading() as session:
        stop = stopped(session, given.clock, share)
        wanted = ripe(session, given.clock, share)
    if stop is not None:
        log.warning("%d planned deletions of %d wait for a person to confirm them", stop.wanted, stop.there)
    done = 0
    for request_id in wanted:
        with given.database.transaction() as session:
            done += carry_out(session, given.blobs, request_id, given.clock)
    if done:
        given.database.empty_log()
    return done


def reached(actor: Actor) -> ColumnElement[bool]:
    """Plans about an application in a job that the actor manages: a condition on ErasureRequest."""
    of_interview = select(Invitation.application_id).where(Invitation.id == ErasureRequest.invitation_id)
    about = (
        select(Application.id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(
            Application.person_id == ErasureRequest.person_id,
            or_(ErasureRequest.invitation_id.is_(None), Application.id.in_(of_interview.correlate(ErasureRequest))),
            visible(actor, "public", "manage", Requisition.department_id, Requisition.legal_entity_id),
        )
    )
    return and_(ErasureRequest.kind.in_((*KINDS, "interview")), about.correlate(ErasureRequest).exists())


def _tell(session: Session, made: list[ErasureRequest], day: datetime, clock: Clock) -> None:
    """To everybody in HR how many of theirs were planned: a number and a day, no names."""
    ids = [request.id for request in made]
    for actor in actors_with_role(session, ("administrator", "hr"), clock):
        theirs = select(func.count()).select_from(ErasureRequest).where(ErasureRequest.id.in_(ids), reached(actor))
        count = session.scalar(theirs) or 0
        if count and actor.account_id is not None:
            key = f"erasure.planned:{ids[0]}:{actor.account_id}"
            payload = {"title": str(count), "count": count, "expires_at": day.isoformat()}
            tell_account(session, actor.account_id, key, "erasure.planned", payload, clock)


def _is_still_over(session: Session, request: ErasureRequest, clock: Clock) -> bool:
    for policy in POLICIES:
        if request.kind == "retention":
            statement = select(_old_interviews(policy, clock).where(Invitation.id == request.invitation_id).exists())
        else:
            statement = select(_forgotten_persons(policy, clock).where(Person.id == request.person_id).exists())
        if session.scalar(statement):
            return True
    return False


def _old_interviews(policy: str, clock: Clock) -> Any:
    before = clock.now() - timedelta(days=POLICIES[policy].retention_days)
    return (
        select(Invitation.id, Application.person_id)
        .join(Application, Application.id == Invitation.application_id)
        .where(
            Invitation.policy == policy,
            Invitation.consented_at.is_not(None),
            func.coalesce(Invitation.submitted_at, Invitation.expires_at) < before,
        )
    )


def _forgotten_persons(policy: str, clock: Clock) -> Any:
    before = clock.now() - timedelta(days=POLICIES[policy].retention_days)
    other = aliased(Application)
    goes_on = select(other.person_id).where(
        or_(other.stage.not_in(("rejected", "withdrawn", "not_started")), other.stage_since >= before)
    )
    return (
        select(Person.id)
        .join(Application, Application.person_id == Person.id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(
            and_(
                Requisition.policy == policy,
                Application.stage.in_(("rejected", "withdrawn", "not_started")),
                Application.stage_since < before,
                Person.erased_at.is_(None),
                ~Person.talent_pool,
                Person.id.not_in(goes_on),
                Person.id.not_in(every_employee()),
                Person.id.not_in(every_holder()),
            )
        )
        .distinct()
    )
