"""Planned deletions that nobody asked for: each has a date, and people can hold, cancel or release it.

Why something is past its time, and who reaches it, is the business of the area that it belongs to: it gives `reach`,
a condition on ErasureRequest.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.privacy.holds import is_on_hold
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import touch


def hold(session: Session, actor: Actor, request_id: str, reach: ColumnElement[bool], clock: Clock) -> None:
    """Put one plan on hold until it is released.

    Raises:
        PermissionDenied: may not manage anything. NotFoundError: there is none that the actor reaches.
        ConflictError: `erasure.done`, it is done already.
    """
    request = _locked(session, actor, request_id, reach)
    request.held_at = request.held_at or clock.now()
    _changed(session, actor, request, "erasure.hold", clock)


def release(
    session: Session, actor: Actor, request_id: str, reach: ColumnElement[bool], days: int, clock: Clock
) -> None:
    """Release a plan on hold, due at least `days` from now. Raises as `hold`."""
    request = _locked(session, actor, request_id, reach)
    request.held_at = None
    request.planned_for = max(request.planned_for or clock.now(), clock.now() + timedelta(days=days))
    _changed(session, actor, request, "erasure.release", clock)


def cancel(session: Session, actor: Actor, request_id: str, reach: ColumnElement[bool], clock: Clock) -> None:
    """Cancel one plan: it is not made again for a year (`erasure.KEPT_AGAIN`). Raises as `hold`."""
    request = _locked(session, actor, request_id, reach)
    request.cancelled_at = clock.now()
    _changed(session, actor, request, "erasure.cancel", clock)


def confirm(session: Session, actor: Actor, reach: ColumnElement[bool], clock: Clock) -> int:
    """A person approves the due deletions, whatever their number; returns how many.

    Raises:
        PermissionDenied: may not manage anything.
    """
    require(actor, "public", "manage")
    rows = session.scalars(select(ErasureRequest).where(*is_ripe(clock), reach).with_for_update()).all()
    for request in rows:
        request.confirmed_at = clock.now()
        _changed(session, actor, request, "erasure.confirm", clock)
    return len(rows)


def drop(session: Session, request: ErasureRequest, clock: Clock) -> None:
    """Drop a plan whose reason is gone."""
    audit.record(session, "system", "erasure.drop", f"erasure_request:{request.id}", {"kind": request.kind}, clock)
    session.delete(request)


def is_open() -> tuple[ColumnElement[bool], ...]:
    """Planned, and neither done nor dropped."""
    return (
        ErasureRequest.planned_for.is_not(None),
        ErasureRequest.done_at.is_(None),
        ErasureRequest.cancelled_at.is_(None),
    )


def is_ripe(clock: Clock) -> tuple[ColumnElement[bool], ...]:
    """Whether a plan is due, and neither put on hold nor stopped by a legal hold, as SQL."""
    due = ErasureRequest.planned_for <= clock.now()
    return (*is_open(), ErasureRequest.held_at.is_(None), due, ~is_on_hold(clock))


def ripe(
    session: Session, clock: Clock, kinds: Collection[str], *, only_confirmed: bool, limit: int
) -> tuple[str, ...]:  # fmt: skip
    """Ids of the plans of those kinds that are due, the oldest first."""
    which = ErasureRequest.confirmed_at.is_not(None) if only_confirmed else true()
    of_kinds = ErasureRequest.kind.in_(tuple(kinds))
    statement = select(ErasureRequest.id).where(*is_ripe(clock), of_kinds, which)
    statement = statement.order_by(ErasureRequest.id).limit(limit)
    return tuple(session.scalars(statement))


def locked_ripe(session: Session, request_id: str, clock: Clock) -> ErasureRequest | None:
    """One of them, for this transaction alone; None when it was held, dropped or done meanwhile."""
    return session.scalar(
        select(ErasureRequest).where(ErasureRequest.id == request_id, *is_ripe(clock)).with_for_update()
    )


def waiting_and_gone(session: Session, clock: Clock, kinds: Collection[str]) -> tuple[int, int]:
    """The plans of those kinds that are due, and those carried out in the last day; both without what a person
    confirmed."""
    those = (ErasureRequest.confirmed_at.is_(None), ErasureRequest.kind.in_(tuple(kinds)))
    waiting = _count(session, *is_ripe(clock), *those)
    since = ErasureRequest.done_at > clock.now() - timedelta(days=1)
    return waiting, _count(session, ErasureRequest.planned_for.is_not(None), since, *those)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ErasureRequest).where(*which)) or 0


def _locked(session: Session, actor: Actor, request_id: str, reach: ColumnElement[bool]) -> ErasureRequest:
    require(actor, "public", "manage")
    statement = select(ErasureRequest).where(
        ErasureRequest.id == request_id, ErasureRequest.planned_for.is_not(None), reach
    )
    request = session.scalar(statement.with_for_update())
    if request is None:
        raise missing("planned_deletion", msg("planned deletion"))
    if request.done_at is not None:
        raise conflict("erasure.done", msg("It is deleted already."))
    return request


def _changed(session: Session, actor: Actor, request: ErasureRequest, what: str, clock: Clock) -> None:
    touch(request, actor.id, clock)
    audit.record(session, actor.id, what, f"erasure_request:{request.id}", {"kind": request.kind}, clock)
