"""Requests for deletion: of a person, or of the parts that areas know (an interview), within `DUE_DAYS`.

The receipt names the sha256 of everything that went; it holds no content, and can be checked.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.area import Round
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.consents import end_consents
from interview_engine.hr.privacy.erasing import erase_part, erase_person
from interview_engine.hr.privacy.holds import held_until, is_on_hold
from interview_engine.hr.privacy.shredding import missing_again, note
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import BlobStore
from interview_engine.store.engine import Database
from interview_engine.store.rows import find, stamp, touch

_LOG = logging.getLogger("interview_engine.privacy")

DUE_DAYS = 30
"""Days within which a deletion must be done (820 ILCS 42/15 says 30; PIPL article 47 "without delay")."""

KEPT_AGAIN = timedelta(days=365)
"""After a person dropped a plan it is not made again for so long."""

SCHEMA = "erasure-receipt/1"
Kind = str
"""interview, person, retention, or a kind of the retention schedule (`Area.kept`)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deletion that is to be done now."""

    request_id: str
    kind: Kind


def request_erasure(
    session: Session, actor: Actor, clock: Clock, *, person_id: str, invitation_id: str | None = None
) -> ErasureRequest:
    """Ask for the deletion of one interview, or of everything of a person; asking again gives the same request.

    Raises:
        NotFoundError: person. PermissionDenied: neither one's own nor within "contact" write.
    """
    if find(session, Person, person_id) is None:
        raise missing("person", msg("person"))
    if actor.person_id != person_id and actor is not SYSTEM:
        check_row(session, actor, "contact", "manage", department_id=None, legal_entity_id=None, person_id=person_id)
    kind: Kind = "interview" if invitation_id is not None else "person"
    return ask(session, actor, person_id, invitation_id, kind, clock)


def erase(session: Session, blobs: BlobStore, request_id: str, clock: Clock) -> dict[str, Any]:
    """Delete what a request asks for and write its receipt; a request that is done gives its receipt again.

    Blobs that another row still names (the same file handed in elsewhere) stay and are listed as kept.

    Raises:
        NotFoundError: the request. ConflictError: `erasure.on_hold`, a legal hold stops it until a day.
    """
    request = find(session, ErasureRequest, request_id, lock=True)
    if request is None:
        raise missing("erasure_request", msg("erasure request"))
    if request.receipt is not None:
        return request.receipt
    person = find(session, Person, request.person_id, lock=True)
    if person is None:
        raise missing("person", msg("person"))
    stopped = held_until(session, request.person_id, request.kind, clock)
    if stopped is not None:
        raise conflict(
            "erasure.on_hold",
            msg("A legal hold stops this deletion until {day}.", day=stopped.isoformat()),
            msg("It is done by itself once the hold has ended."),
        )
    removed = _remove(session, blobs, request, clock)
    receipt = write_receipt(request, removed, clock)
    request.receipt = receipt
    request.done_at = clock.now()
    touch(request, "system", clock)
    note(blobs, request, removed, clock)
    detail = {"receipt": receipt["sha256"], "kind": request.kind}
    audit.record(session, "system", "erasure.done", f"erasure_request:{request.id}", detail, clock)
    if request.kind == "interview":
        # to the person while they can still be reached
        key, payload = f"erasure.done:{request.id}", {"receipt": receipt["sha256"]}
        tell_person(session, request.person_id, key, "erasure.done", payload, clock)
    return receipt


def erase_what_is_asked(given: Round) -> int:
    """Job: every deletion asked for, each in its own transaction; returns how many were done."""
    with given.database.reading() as session:
        asked = due(session, given.clock)
    for request in asked:
        with given.database.transaction() as session:
            erase(session, given.blobs, request.request_id, given.clock)
    if asked:
        if given.blobs.keys is not None:
            given.blobs.keys.forget()
        given.database.empty_log()
    return len(asked)


def erase_again(database: Database, blobs: BlobStore, clock: Clock) -> int:
    """At the start: what was deleted after the backup that this database was restored from is deleted once more, keys
    and all, before anything is served. Returns how many deletions that were; without a restore it is none.

    Raises:
        OutputError: the blob store does not answer.
    """
    again = 0
    for request_id in missing_again(database, blobs):
        noted = blobs.note_of_erased(request_id)
        with database.transaction() as session:
            if _asked_again(session, request_id, noted, clock):
                erase(session, blobs, request_id, clock)
                again += 1
    if again:
        if blobs.keys is not None:
            blobs.keys.forget()
        database.empty_log()
        _LOG.warning("%d deletions were done after the backup that this database is from; they are done again", again)
    return again


def _asked_again(session: Session, request_id: str, noted: Mapping[str, Any], clock: Clock) -> bool:
    """The request as it was; False when this database has not heard of the person yet."""
    if find(session, Person, noted["person"]) is None:
        return False
    if find(session, ErasureRequest, request_id) is None:
        asked = ErasureRequest(
            **stamp("system", clock) | {"id": request_id},
            person_id=noted["person"],
            invitation_id=noted["invitation"],
            kind=noted["kind"],
            due_at=clock.now(),
        )
        session.add(asked)
        session.flush()
    detail = {"kind": noted["kind"], "erased_at": noted["at"]}
    audit.record(session, "system", "erasure.again", f"erasure_request:{request_id}", detail, clock)
    return True


def empty_the_log(given: Round) -> bool:
    """Job: after deletions of the last hour, once more: a reader may have been in the way, or the process died."""
    with given.database.reading() as session:
        lately = select(ErasureRequest.id).where(ErasureRequest.done_at > given.clock.now() - timedelta(hours=1))
        if session.scalar(lately.limit(1)) is None:
            return True
    return given.database.empty_log()


def write_receipt(request: ErasureRequest, removed: Removal, clock: Clock) -> dict[str, Any]:
    """The receipt of a deletion; `sha256` is over all else in it and stands in the audit trail too."""
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "request": request.id,
        "kind": request.kind,
        "requested_at": request.created_at.isoformat(),
        "erased_at": clock.now().isoformat(),
        "due_at": request.due_at.isoformat(),
        "blobs": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.blobs)],
        "kept": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.kept)],
        "texts": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.texts)],
        "keys": sorted(removed.keys),
        "rows": dict(sorted(removed.rows.items())),
    }
    return {**content, "sha256": _digest(content)}


def verify_receipt(receipt: Mapping[str, Any]) -> bool:
    """Whether a receipt is whole: its sha256 is of its content."""
    content = {key: value for key, value in receipt.items() if key != "sha256"}
    return receipt.get("sha256") == _digest(content)


def latest_request(session: Session, invitation_id: str, kind: Kind = "interview") -> ErasureRequest | None:
    """The latest request for the deletion of an interview (or of its recordings, "retention"), with its receipt once it
    is done."""
    return session.scalars(
        select(ErasureRequest)
        .where(ErasureRequest.invitation_id == invitation_id, ErasureRequest.kind == kind)
        .order_by(ErasureRequest.id.desc())
    ).first()


def request_for_all(session: Session, person_id: str) -> ErasureRequest | None:
    """The latest request for everything of a person. A plan that nobody asked for counts once it is done."""
    counts = or_(ErasureRequest.planned_for.is_(None), ErasureRequest.done_at.is_not(None))
    return session.scalars(
        select(ErasureRequest)
        .where(ErasureRequest.person_id == person_id, ErasureRequest.kind == "person", counts)
        .order_by(ErasureRequest.id.desc())
    ).first()


def interviews_asked_for(clock: Clock) -> Select[str | None]:
    """Ids of invitations whose recordings or interview are deleted, asked to be or planned to be, for a list's IN.

    A plan that a person dropped counts for `KEPT_AGAIN`.
    """
    return select(ErasureRequest.invitation_id).where(
        ErasureRequest.invitation_id.is_not(None),
        ErasureRequest.kind.in_(("retention", "interview")),
        _counts(clock),
    )


def documents_asked_for(kind: str, clock: Clock) -> Select[str | None]:
    """Ids of documents of a kind of the schedule that are deleted or planned to be. Dropped plans count as above."""
    return select(ErasureRequest.invitation_id).where(
        ErasureRequest.invitation_id.is_not(None), ErasureRequest.kind == kind, _counts(clock)
    )


def interviews_deleted() -> Select[str | None]:
    """Ids of invitations whose recordings or interview are deleted, for a list's IN."""
    return select(ErasureRequest.invitation_id).where(
        ErasureRequest.invitation_id.is_not(None),
        ErasureRequest.kind.in_(("retention", "interview")),
        ErasureRequest.done_at.is_not(None),
    )


def persons_asked_for(clock: Clock) -> Select[str]:
    """Ids of persons whose deletion as a whole is asked for or planned and not done, for a list's IN. Dropped plans
    count as above."""
    return select(ErasureRequest.person_id).where(
        ErasureRequest.kind == "person", ErasureRequest.done_at.is_(None), _counts(clock)
    )


def _counts(clock: Clock) -> ColumnElement[bool]:
    return or_(ErasureRequest.cancelled_at.is_(None), ErasureRequest.cancelled_at > clock.now() - KEPT_AGAIN)


def due(session: Session, clock: Clock, *, limit: int = 50) -> tuple[Due, ...]:
    """Job: what somebody asked for and is not done, the oldest first. There is no reason to wait until it is due.

    What nobody asked for is planned (`planned_for`) and carried out by `recruiting.retention` and `scheduled`. What a
    legal hold stops waits for its end.
    """
    rows = session.execute(
        select(ErasureRequest.id, ErasureRequest.kind)
        .where(ErasureRequest.done_at.is_(None), ErasureRequest.planned_for.is_(None), ~is_on_hold(clock))
        .order_by(ErasureRequest.id)
        .limit(limit)
    )
    return tuple(Due(request_id, kind) for request_id, kind in rows.tuples())


def _remove(session: Session, blobs: BlobStore, request: ErasureRequest, clock: Clock) -> Removal:
    if request.kind == "person":
        end_consents(session, SYSTEM, clock, person_id=request.person_id)
        return erase_person(session, blobs, request.person_id, clock)
    if request.invitation_id is None:
        raise conflict("erasure.interview", msg("The request names no interview."))
    return erase_part(session, blobs, request.kind, request.person_id, request.invitation_id, clock)


def ask(
    session: Session,
    actor: Actor,
    person_id: str,
    invitation_id: str | None,
    kind: Kind,
    clock: Clock,
    *,
    planned_for: datetime | None = None,
) -> ErasureRequest:
    """A request of whoever was checked already; one that is under way is given again.

    Args:
        planned_for: nobody asked, and it is not done before. A plan that somebody asks for is a plan no longer.
    """
    there = session.scalars(
        select(ErasureRequest)
        .where(
            ErasureRequest.person_id == person_id,
            ErasureRequest.invitation_id == invitation_id
            if invitation_id is not None
            else ErasureRequest.invitation_id.is_(None),
            ErasureRequest.kind == kind,
        )
        .order_by(ErasureRequest.id.desc())
    ).first()
    if there is not None and there.done_at is not None and kind == "person":
        there = None
    if there is not None and (there.done_at is not None or there.planned_for is None):
        return there
    if there is not None and planned_for is not None and there.cancelled_at is None:
        return there
    if there is None:
        there = ErasureRequest(
            **stamp(actor.id, clock), person_id=person_id, invitation_id=invitation_id, kind=kind, due_at=clock.now()
        )
        session.add(there)
    there.planned_for = planned_for
    there.held_at = there.cancelled_at = there.confirmed_at = None
    there.due_at = clock.now() + timedelta(days=DUE_DAYS)
    touch(there, actor.id, clock)
    session.flush()
    what = "erasure.request" if planned_for is None else "erasure.plan"
    audit.record(session, actor.id, what, f"erasure_request:{there.id}", {"kind": kind}, clock)
    return there


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
