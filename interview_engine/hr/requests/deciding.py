"""What the end of an approval does to a request: its effect, or its counter-entries, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.area import Facts, Found, RequestKind
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.names import person_names
from interview_engine.hr.requests.asking import check
from interview_engine.hr.requests.kinds import CANCELLATION, AskedKind, Effect
from interview_engine.hr.requests.rows import as_ask, kind_named
from interview_engine.hr.requests.tables import Request, RequestEffect
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

AT_ONCE = 200
"""Requests whose day has come, of one round of the job."""
ENDED = {"rejected": "rejected", "withdrawn": "withdrawn", "expired": "expired"}


def as_request(kind: AskedKind) -> RequestKind:
    """The kind as approvals know it: for `Area.requests`."""
    return RequestKind(
        kind.name,
        kind.title,
        find_requests,
        approval_closed,
        facts=(CANCELLATION, *kind.facts),
        facts_of=facts_of,
        decided_by=decided_by if kind.decided_by is not None else None,
        asked=kind,
        legal_entity_id=kind.legal_entity_id,
    )


def facts_of(session: Session, request_id: str) -> Facts:
    """What the conditions of its flow may ask about a request."""
    row = session.get_one(Request, request_id)
    kind = kind_named(session, row.kind)
    known: dict[str, Decimal | str] = {CANCELLATION.name: "yes" if row.state == "cancelling" else "no"}
    asked = as_ask(session, kind, row)
    known |= {} if kind.facts_of is None else kind.facts_of(asked)
    return known | dict({} if kind.facts_in is None else kind.facts_in(session, asked))


def decided_by(session: Session, request_id: str) -> tuple[str, str] | None:
    """What one of those who decide on a request must be allowed to do with whom it is about; None: nothing more."""
    row = session.get_one(Request, request_id)
    kind = kind_named(session, row.kind)
    return None if kind.decided_by is None else kind.decided_by(as_ask(session, kind, row))


def find_requests(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    """What lists of approvals and cards show of requests: whom it is about, from when to when. No pay, no health."""
    rows = session.scalars(select(Request).where(Request.id.in_(ids))).all()
    names = person_names(session, {row.person_id for row in rows})
    return {row.id: Found(title_of(session, row, names.get(row.person_id, "")), page_of(row.id)) for row in rows}


def title_of(session: Session, row: Request, name: str) -> str:
    """ "林晓 · 2026-12-01 – 2026-12-02", with what the kind's `line` adds."""
    made = house().request_kind(session, row.kind)
    line = ""
    if made is not None and isinstance(made.asked, AskedKind) and made.asked.line is not None and row.payload:
        line = made.asked.line(as_ask(session, made.asked, row))
    days = [day.isoformat() for day in (row.day_from, row.day_to) if day is not None]
    if len(days) == 2 and days[0] == days[1]:
        days = days[:1]
    return " · ".join(part for part in (name, line, " – ".join(days)) if part)


def page_of(request_id: str) -> str:
    """The address of the request's page in the console."""
    return f"/console/requests/{request_id}"


def approval_closed(session: Session, actor: Actor, subject: str, state: str, clock: Clock) -> None:
    """The effect of an approval's end, in its transaction.

    Raises:
        InterviewEngineError: what the kind refuses now; nothing was decided then.
    """
    row = find(session, Request, subject.rpartition(":")[2], lock=True)
    if row is None or row.state not in ("pending", "cancelling"):
        return
    kind = kind_named(session, row.kind)
    if row.state == "cancelling":
        _cancellation_closed(session, actor, kind, row, state, clock)
    elif state == "approved":
        _approve(session, actor, kind, row, clock)
    else:
        _set_state(session, row, ENDED[state], actor, clock)
        if kind.refused is not None:
            kind.refused(session, as_ask(session, kind, row), actor.id, clock)
    _tell(session, row, clock)


def apply_due(session: Session, clock: Clock) -> int:
    """Job: give approved requests their effect whose day has come; one that is refused now stays and is noted.

    Returns how many took effect.
    """
    due = (
        select(Request.id)
        .where(Request.state == "approved", or_(Request.day_from.is_(None), Request.day_from <= china_day(clock)))
        .order_by(Request.id)
        .limit(AT_ONCE)
    )
    done = 0
    for request_id in session.scalars(due).all():
        row = find(session, Request, request_id, lock=True)
        if row is None or row.state != "approved":
            continue
        try:
            with session.begin_nested():
                _apply(session, SYSTEM, kind_named(session, row.kind), row, clock)
            done += 1
        except InterviewEngineError as problem:
            _give_up(session, row, problem, clock)
    return done


def effects_of(session: Session, request_id: str) -> list[RequestEffect]:
    """What a request did, with its counter-entries, in order. The caller has checked that it may be seen."""
    statement = select(RequestEffect).where(RequestEffect.request_id == request_id)
    return list(session.scalars(statement.order_by(RequestEffect.number)))


def _approve(session: Session, actor: Actor, kind: AskedKind, row: Request, clock: Clock) -> None:
    asked = as_ask(session, kind, row)
    if kind.on_its_day and row.day_from is not None and row.day_from > china_day(clock):
        check(session, kind, asked, clock)
        _set_state(session, row, "approved", actor, clock)
        return
    _apply(session, actor, kind, row, clock)


def _apply(session: Session, actor: Actor, kind: AskedKind, row: Request, clock: Clock) -> None:
    asked = as_ask(session, kind, row)
    check(session, kind, asked, clock)
    if kind.apply is not None:
        doing = replace(SYSTEM, id=actor.id)
        _write(session, row, kind.apply(session, doing, asked, clock), actor.id, clock)
    _set_state(session, row, "done", actor, clock)


def _cancellation_closed(
    session: Session, actor: Actor, kind: AskedKind, row: Request, state: str, clock: Clock
) -> None:
    done = effects_of(session, row.id)
    if state != "approved":
        waits = kind.on_its_day and not done and kind.apply is not None
        _set_state(session, row, "approved" if waits else "done", actor, clock)
        return
    undone = {one.reverses for one in done}
    standing = [one for one in done if one.reverses is None and one.number not in undone]
    if standing and kind.reverse is not None:
        asked = as_ask(session, kind, row)
        made = [Effect(one.table_name, one.row_id, one.quantity) for one in standing]
        counter = kind.reverse(session, replace(SYSTEM, id=actor.id), asked, made, clock)
        if len(counter) != len(standing):
            raise RuntimeError(f"{kind.name}: {len(standing)} effects, {len(counter)} counter-entries")
        _write(session, row, counter, actor.id, clock, [one.number for one in standing])
    _set_state(session, row, "cancelled", actor, clock)


def _write(
    session: Session,
    row: Request,
    effects: Sequence[Effect],
    actor_id: str,
    clock: Clock,
    reverses: Sequence[int] = (),
) -> None:
    last = session.scalar(select(func.max(RequestEffect.number)).where(RequestEffect.request_id == row.id)) or 0
    for place, effect in enumerate(effects):
        session.add(
            RequestEffect(
                **stamp(actor_id, clock),
                request_id=row.id,
                number=last + place + 1,
                table_name=effect.table,
                row_id=effect.row_id,
                quantity=effect.quantity,
                reverses=reverses[place] if reverses else None,
            )
        )
    session.flush()


def _give_up(session: Session, row: Request, problem: InterviewEngineError, clock: Clock) -> None:
    """Its day came and it is refused now: the person left, or the row has changed. It ends, and both are told."""
    session.refresh(row)
    row.cancel_reason = problem.message.get("zh")[:500]
    _set_state(session, row, "cancelled", SYSTEM, clock)
    _tell(session, row, clock)


def _set_state(session: Session, row: Request, state: str, actor: Actor, clock: Clock) -> None:
    row.state = state
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "request.state", f"request:{row.id}", {"to": state}, clock)


def _tell(session: Session, row: Request, clock: Clock) -> None:
    """Whoever asked, and whom it is about; a page to open, no words about it."""
    for person_id in sorted({row.person_id, row.asked_by_person_id}):
        key = f"request.decided:{row.id}:{row.state}:{person_id}"
        tell_person(session, person_id, key, "request.decided", {"request": row.id}, clock)
