"""Asking: by a person for themselves, or for somebody else by who may; withdrawing it, and calling it off.

Locks are taken in one order: approval, request, employment, period. Who asks and whom it is about are locked while it
is asked for, so that a form that is sent twice is one request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import ConflictError, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_persons, check_row, denied
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.area import Post
from interview_engine.hr.companies import service as companies
from interview_engine.hr.forms.fields import Field, Value, checked_form
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.requests.kinds import Ask, AskedKind, Line
from interview_engine.hr.requests.rows import (
    as_ask,
    days_of,
    fields_for,
    held,
    kept,
    kind_named,
    kinds_of_house,
    written,
)
from interview_engine.hr.requests.tables import Request
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

SAY_SO = msg("Correct it and send again.")


def may_ask(session: Session, actor: Actor, kind: AskedKind, person_id: str, post: Post) -> bool:
    """Whether the actor may ask for this, for that person: themselves where the kind is for that, or somebody for whom
    they may. A right that reaches oneself too ("contact" read) does not stand in for `by_oneself`."""
    if kind.closed:
        return False
    if kind.legal_entity_id is not None and kind.legal_entity_id != post.legal_entity_id:
        return False
    if actor.person_id == person_id:
        return kind.by_oneself
    return _may_for(session, actor, kind, person_id)


def askable(session: Session, actor: Actor, person_id: str) -> list[AskedKind]:
    """The kinds that the actor may ask for now, for that person; none of somebody who does not work here."""
    post = house().post_of(session, person_id)
    if post is None or post.state == "pending":
        return []
    off = companies.settings_of(session, post.legal_entity_id).modules_off
    return [
        kind
        for kind in kinds_of_house(session).values()
        if house().module_of_kind(kind.name) not in off and may_ask(session, actor, kind, person_id, post)
    ]


def count_waiting(session: Session, kinds: Sequence[str], legal_entity_id: str) -> int:
    """How many requests of these kinds wait for a decision in a company."""
    waiting = (Request.kind.in_(kinds), Request.state.in_(("pending", "cancelling")))
    of_company = select(func.count()).select_from(Request).where(*waiting, Request.legal_entity_id == legal_entity_id)
    return session.scalar(of_company) or 0


def form_of(
    session: Session, actor: Actor, kind_name: str, person_id: str | None
) -> tuple[AskedKind, tuple[Field, ...]]:
    """A kind with the fields of its form for that person.

    Raises:
        NotFoundError: kind. PermissionDenied. ConflictError: `request.not_here`.
    """
    kind = kind_named(session, kind_name)
    if person_id is None:
        raise denied()
    post = house().post_of(session, person_id)
    if post is None or post.state == "pending":
        _refuse_stranger(session, actor, kind, person_id)
        raise _not_here()
    if not may_ask(session, actor, kind, person_id, post):
        raise denied()
    _check_on(session, kind, post)
    return kind, fields_for(session, kind, post)


def ask(
    session: Session,
    actor: Actor,
    kind_name: str,
    values: Mapping[str, Value],
    clock: Clock,
    *,
    person_id: str | None = None,
    key: str | None = None,
) -> Request:
    """Ask for something; whoever decides is told.

    Args:
        values: of the kind's form, by name.
        person_id: whom it is about; None is the actor themselves.
        key: the sender's, up to 80 characters: the same again with the same form gives the request that there is.

    Raises:
        NotFoundError: kind or person. PermissionDenied. InvalidInput: a value, `request.day` (too long ago, before the
            first day of work or after the last), what the kind checks. ConflictError: `request.not_here` (the person
            does not work here), `request.sent` (the key came with another form), see `approvals.start`.
    """
    kind = kind_named(session, kind_name)
    about = person_id or actor.person_id
    if about is None or actor.person_id is None:
        raise denied()
    _lock(session, {about, actor.person_id})
    post = house().post_of(session, about)
    fields = kind.fields if post is None else fields_for(session, kind, post)
    clean = checked_form(fields, values)
    payload = written(kind.fields, clean)
    if key is not None and (sent := _sent(session, actor.person_id, key[:80])) is not None:
        same = (sent.kind, sent.person_id) == (kind.name, about) and held(session, kind, sent, "payload") == payload
        if not same:
            raise conflict(
                "request.sent",
                msg("This form was sent already, with other words."),
                msg("Look at your requests: withdraw that one, or start over."),
            )
        return sent
    if post is None or post.state == "pending":
        _refuse_stranger(session, actor, kind, about)
        raise _not_here()
    if not may_ask(session, actor, kind, about, post):
        raise denied()
    _check_on(session, kind, post)
    first, last = days_of(kind, clean)
    asked = Ask("", about, post, clean, first, last)
    check(session, kind, asked, clock)
    before = {} if kind.before is None else kind.before(session, asked)
    row = Request(
        **stamp(actor.id, clock),
        kind=kind.name,
        person_id=about,
        asked_by_person_id=actor.person_id,
        employment_id=post.employment_id,
        department_id=post.department_id,
        legal_entity_id=post.legal_entity_id,
        field_class=kind.field_class,
        payload={},
        before={},
        form_version=kind.version(),
        state="pending",
        day_from=first,
        day_to=last,
        idempotency_key=None if key is None else key[:80],
    )
    row.payload = kept(session, kind, row, "payload", clean, clock)
    row.before = kept(session, kind, row, "before", before, clock)
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "request.ask", f"request:{row.id}", {"kind": kind.name}, clock)
    if kind.started is not None:
        kind.started(session, as_ask(session, kind, row), actor.id, clock)
    approvals.start(session, actor, kind.name, subject_of(row), row.department_id, clock, about=about)
    return row


def preview(
    session: Session, actor: Actor, kind_name: str, values: Mapping[str, Value], person_id: str | None = None
) -> Sequence[Line]:
    """What the request's page would show besides its fields, while it is filled in; none while fields that it needs are
    empty. Of somebody else only what the actor may read of them.

    Args:
        person_id: whom it is about; None is the actor.

    Raises:
        as `form_of`.
    """
    about = person_id or actor.person_id or ""
    kind, fields = form_of(session, actor, kind_name, about)
    post = house().post_of(session, about)
    if kind.lines is None or post is None:
        return ()
    needed = kind.previews or tuple(one.name for one in fields if one.required and one.kind == "day")
    if any(values.get(name) is None for name in needed):
        return ()
    first, last = days_of(kind, values)
    if first is not None and last is not None and last < first:
        return ()
    lines = kind.lines(session, Ask("", about, post, values, first, last))
    if about == actor.person_id:
        return lines
    reads = {one: _reads(session, actor, one, about, post) for one in {line.field_class for line in lines}}
    return [line for line in lines if reads[line.field_class]]


def _reads(session: Session, actor: Actor, field_class: str, person_id: str, post: Post) -> bool:
    try:
        check_row(
            session, actor, field_class, "read",
            department_id=post.department_id, legal_entity_id=post.legal_entity_id, person_id=person_id,
        )  # fmt: skip
    except PermissionDenied:
        return False
    return True


def check(session: Session, kind: AskedKind, asked: Ask, clock: Clock) -> None:
    """What is asked of every request, and what its kind asks; before it is made, and again before it takes effect."""
    if asked.post.state == "left":
        raise conflict(
            "request.not_here",
            msg("The person whom it is about does not work here any more."),
            msg("Reject it, or let it be withdrawn."),
        )
    first, last = asked.day_from, asked.day_to
    if first is not None and last is not None and last < first:
        raise invalid(kind.days[1], "request.day", msg("The last day is before the first."), SAY_SO)  # type: ignore[misc]
    if first is not None and not asked.id:
        _check_past(kind, first, clock)
    for name, day in zip(kind.days, (first, last), strict=False):
        if day is None:
            continue
        if day < asked.post.first_day:
            raise invalid(name, "request.day", msg("The day is before the first day of work."), SAY_SO)
        if asked.post.last_day is not None and day > asked.post.last_day:
            raise invalid(name, "request.day", msg("The day is after the last day of work."), SAY_SO)
    if kind.check is not None:
        kind.check(session, asked, clock)


def in_force(session: Session, asked: Ask, kinds: Sequence[str], *, decided: bool = False) -> list[Ask]:
    """Other requests of these kinds about the same person that wait or hold, on a day that this one speaks of.

    Args:
        decided: only those that hold.
    """
    first, last = asked.day_from, asked.day_to or asked.day_from
    if first is None or last is None:
        return []
    rows = session.scalars(
        select(Request).where(
            Request.person_id == asked.person_id,
            Request.kind.in_(tuple(kinds)),
            Request.state.in_((*(() if decided else ("pending",)), "approved", "done", "cancelling")),
            Request.id != asked.id,
            Request.day_from <= last,
            func.coalesce(Request.day_to, Request.day_from) >= first,
        )
    )
    return [as_ask(session, kind_named(session, row.kind), row) for row in rows]


def withdraw(session: Session, actor: Actor, request_id: str, clock: Clock) -> Request:
    """Withdraw what is not yet decided, by who asked or whom it is about. Withdrawn already changes nothing.

    Of a cancellation that waits for a decision it is the cancellation that is withdrawn.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `approval.decided`.
    """
    row = find(session, Request, request_id)
    if row is None:
        raise missing("request", msg("request"))
    _check_own(actor, row)
    if row.state == "withdrawn":
        return row
    pending = approvals.of_subject(session, row.kind, subject_of(row))
    if pending is None:
        raise missing("approval", msg("approval"))
    approvals.withdraw(session, actor, pending.id, clock)
    return row


def cancel(session: Session, actor: Actor, request_id: str, reason: str, clock: Clock) -> Request:
    """Ask that what was approved is called off: counter-entries follow once the flow of its kind agrees.

    Raises:
        NotFoundError. PermissionDenied: neither who asked, nor whom it is about, nor who may ask for them.
        ConflictError: `request.state` (nothing is in force), `request.final` (it cannot be undone).
        InvalidInput: reason.
    """
    seen = find(session, Request, request_id)
    if seen is None:
        raise missing("request", msg("request"))
    kind = kind_named(session, seen.kind)
    own = actor.person_id in (seen.person_id, seen.asked_by_person_id)
    if not own and not _may_for(session, actor, kind, seen.person_id):
        raise denied()
    approvals.of_subject(session, seen.kind, subject_of(seen), lock=True)
    row = find(session, Request, request_id, lock=True)
    assert row is not None
    if row.state not in ("approved", "done"):
        raise conflict(
            "request.state",
            msg("Nothing is in force that could be cancelled."),
            msg("Withdraw a request that still waits for a decision."),
        )
    if row.state == "done" and kind.apply is not None and kind.reverse is None:
        raise conflict(
            "request.final",
            msg("What has been done by it cannot be undone."),
            msg("Talk to HR about what is to be done instead."),
        )
    row.cancel_reason = text_within(reason, "reason", msg("reason"), 500, least=2)
    row.state = "cancelling"
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "request.cancel", f"request:{row.id}", {"kind": row.kind}, clock)
    approvals.start(session, actor, row.kind, subject_of(row), row.department_id, clock, about=row.person_id)
    return row


def subject_of(row: Request) -> str:
    """What approvals call it."""
    return f"{row.kind}:{row.id}"


def _check_past(kind: AskedKind, first: date, clock: Clock) -> None:
    if kind.earliest_days is None:
        return
    earliest = china_day(clock) - timedelta(days=kind.earliest_days)
    if first < earliest:
        raise invalid(
            kind.days[0],  # type: ignore[misc]
            "request.day",
            msg("The day lies too far in the past; the earliest is {day}.", day=earliest.isoformat()),
            msg("Choose a later day, or ask HR to correct what was."),
        )


def _check_on(session: Session, kind: AskedKind, post: Post) -> None:
    """Refuse what is new in a module that the company has switched off; what waits is decided as before."""
    module = house().module_of_kind(kind.name)
    if module is not None:
        companies.check_on(session, module, post.legal_entity_id)


def _may_for(session: Session, actor: Actor, kind: AskedKind, person_id: str) -> bool:
    if kind.for_others is None:
        return False
    try:
        check_persons(session, actor, *kind.for_others, (person_id,))
    except PermissionDenied:
        return False
    return True


def _refuse_stranger(session: Session, actor: Actor, kind: AskedKind, person_id: str) -> None:
    """Whether somebody works here is told to themselves and to who may ask for them, and to nobody else."""
    if actor.person_id != person_id and not _may_for(session, actor, kind, person_id):
        raise denied()


def _not_here() -> ConflictError:
    return conflict(
        "request.not_here",
        msg("Only for people who work here can something be asked for."),
        msg("Ask HR: the first day of work is not reached, or the employment has ended."),
    )


def _check_own(actor: Actor, row: Request) -> None:
    if actor.person_id is None or actor.person_id not in (row.person_id, row.asked_by_person_id):
        raise denied()


def _lock(session: Session, person_ids: set[str]) -> None:
    for one in sorted(person_ids):
        person = find(session, Person, one, lock=True)
        if person is None or person.erased_at is not None:
            raise missing("person", msg("person"))


def _sent(session: Session, person_id: str, key: str) -> Request | None:
    mine = Request.asked_by_person_id == person_id
    return session.scalar(select(Request).where(mine, Request.idempotency_key == key))
