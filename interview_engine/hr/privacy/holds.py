"""Legal holds: nothing of a person, of a kind of document, or of both is destroyed until a day, for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_group, check_persons, reached_persons, reaches_group
from interview_engine.hr.house import house
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.tables import ErasureRequest, LegalHold
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


def place_hold(
    session: Session, actor: Actor, person_id: str | None, kind: str, until: date, reason: str, clock: Clock
) -> LegalHold:
    """Let nothing be destroyed until a day (it counts). Needs "identity" write of the person, or "public" manage of the
    group where it is everybody's.

    Args:
        person_id: None is everybody. kind: of the schedule; "" is everything, recordings and requested deletions too.

    Raises:
        NotFoundError: person. PermissionDenied. InvalidInput: `hold.kind`, `hold.until` (over already), `hold.all`
            (neither a person nor a kind), reason.
    """
    if person_id is None:
        check_group(session, actor, "public", "manage")
        if not kind:
            raise invalid("kind", "hold.all", msg("A hold is of a person, of a kind of document, or of both."),
                          msg("Choose at least one of them."))  # fmt: skip
    else:
        person = find(session, Person, person_id)
        if person is None or person.erased_at is not None:
            raise missing("person", msg("person"))
        check_persons(session, actor, "identity", "write", (person_id,))
    if kind and kind not in {one.name for one in house().kept()}:
        raise invalid("kind", "hold.kind", msg("There is no such value."), msg("Choose the kind of document."))
    if until < china_day(clock):
        raise invalid("until", "hold.until", msg("The day is over already."), msg("Choose a day to come."))
    row = LegalHold(
        **stamp(actor.id, clock), person_id=person_id, kind=kind, until=until,
        reason=text_within(reason, "reason", msg("reason"), 300, least=2),
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"kind": kind, "until": until.isoformat()}
    audit.record(session, actor.id, "legal_hold.place", f"legal_hold:{row.id}", detail, clock)
    return row


def release_hold(session: Session, actor: Actor, hold_id: str, clock: Clock) -> LegalHold:
    """End a hold before its day; again changes nothing. Needs what placing it needs.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, LegalHold, hold_id, lock=True)
    if row is None:
        raise missing("legal_hold", msg("legal hold"))
    if row.person_id is None:
        check_group(session, actor, "public", "manage")
    else:
        check_persons(session, actor, "identity", "write", (row.person_id,))
    if row.released_at is None:
        row.released_at = clock.now()
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "legal_hold.release", f"legal_hold:{row.id}", {}, clock)
    return row


def standing_holds(session: Session, actor: Actor, clock: Clock) -> Sequence[LegalHold]:
    """The holds in force within reach, the nearest end first; those of everybody to who manages the group."""
    rows = session.scalars(
        select(LegalHold)
        .where(LegalHold.released_at.is_(None), LegalHold.until >= china_day(clock))
        .order_by(LegalHold.until, LegalHold.id)
    ).all()
    reached = reached_persons(session, actor, "identity", "write", {one.person_id for one in rows if one.person_id})
    group = reaches_group(session, actor, "public", "manage")
    return [one for one in rows if (one.person_id in reached if one.person_id else group)]


def held_until(session: Session, person_id: str, kind: str, clock: Clock) -> date | None:
    """The last day on which something of that kind of a person must not be destroyed; None where nothing holds it."""
    return session.scalar(
        select(LegalHold.until)
        .where(
            LegalHold.released_at.is_(None),
            LegalHold.until >= china_day(clock),
            or_(LegalHold.person_id.is_(None), LegalHold.person_id == person_id),
            _covers(kind),
        )
        .order_by(LegalHold.until.desc())
        .limit(1)
    )


def is_on_hold(clock: Clock) -> ColumnElement[bool]:
    """Whether a hold stops a deletion, as SQL over ErasureRequest."""
    return exists().where(
        LegalHold.released_at.is_(None),
        LegalHold.until >= china_day(clock),
        or_(LegalHold.person_id.is_(None), LegalHold.person_id == ErasureRequest.person_id),
        or_(LegalHold.kind == "", LegalHold.kind == ErasureRequest.kind,
            (ErasureRequest.kind == "person") & LegalHold.person_id.is_not(None)),
    )  # fmt: skip


def _covers(kind: str) -> ColumnElement[bool]:
    """A hold of one kind on a person stops the deletion of the whole person too."""
    whole = (LegalHold.person_id.is_not(None),) if kind == "person" else ()
    return or_(LegalHold.kind == "", LegalHold.kind == kind, *whole)
