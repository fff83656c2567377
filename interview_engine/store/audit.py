"""The audit trail: append-only, hash-chained, in the transaction of what it tells of (L10).

`record` keeps an event until its transaction is about to commit, then takes the last lock of the transaction, on the
end of the chain. So two writers never wait for each other in a circle, and nothing commits without its events.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Result, Select, event, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from interview_engine.clock import Clock
from interview_engine.store.tables import AuditEvent, AuditHead
from interview_engine.store.trail_seal import GENESIS, HEAD_ID, is_ours, key_of, move_end, seal_of_end, seal_of_event
from interview_engine.store.upsert import insert_for
from interview_engine.store.webhook_events import Happening, fan_out

_PENDING = "interview_engine.audit.pending"
_COLUMNS = ("sequence", "at", "actor", "action", "subject", "detail", "prev_hash", "hash")
_WITH_SEAL = (*_COLUMNS, "seal")
_HASHED = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))
_EXPORTED = json.JSONEncoder(ensure_ascii=False)
"""Made once: `json.dumps` with settings of its own makes an encoder for every event."""
_END = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """The first place where the chain does not hold.

    Args:
        sequence: of the event that is wrong or missing.
        kind: "missing" (a gap), "changed" (its hash is not of its content), "unlinked" (it does not follow the one
            before), "cut" (events are missing at the end), "rewritten" (the end known from elsewhere is not in it),
            "unsealed" (an event, or the end, does not bear the seal of this installation's key).
    """

    sequence: int
    kind: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at some time. Kept elsewhere, it shows even a chain rewritten as a whole."""

    sequence: int
    hash: str


@dataclass(slots=True)
class _Pending:
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    inside: tuple[SessionTransaction, ...]
    """The savepoints it was recorded in: when one is rolled back, it did not happen."""


def record(session: Session, actor_id: str, action: str, subject: str, detail: dict[str, Any], clock: Clock) -> None:
    """Write down that `actor_id` did `action` to `subject`. It is in the table once the transaction has committed.

    Args:
        actor_id: `Actor.id`.
        action: "requisition.opened", "report.read"; up to 80 characters.
        subject: "table:id".
        detail: JSON values. Identifiers and states, never names, answers or pay: the trail outlives an erasure.

    Raises:
        RuntimeError: the session is a reading one, which never commits: the event would be lost.
        ValueError: `detail` holds what is no JSON value.
    """
    if session.connection().get_execution_options().get("reading", False):
        raise RuntimeError("audit.record in a session that never commits")
    pending: list[_Pending] | None = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = []
        event.listen(session, "before_commit", _append_pending)
        event.listen(session, "after_soft_rollback", _drop_rolled_back)
    inside: list[SessionTransaction] = []
    transaction = session.get_nested_transaction()
    while transaction is not None and transaction.nested:
        inside.append(transaction)
        transaction = transaction.parent
    pending.append(
        _Pending(clock.now(), actor_id[:80], _clean(action)[:80], _clean(subject)[:120], _clean(detail), tuple(inside))
    )


def anchor(session: Session, *, lock: bool = False) -> Anchor:
    """The end of the chain now; locked, nobody appends before this transaction ends."""
    head = session.get(AuditHead, HEAD_ID, with_for_update=lock or None, populate_existing=True)
    return Anchor(0, GENESIS) if head is None else Anchor(head.sequence, head.hash)


def read_anchor(text: str) -> Anchor | None:
    """An end as people keep it, "number:hash"; None when it is none."""
    found = _END.fullmatch(text.strip())
    return None if found is None else Anchor(int(found[1]), found[2])


def verify(session: Session, known: Anchor | None = None) -> AuditProblem | None:
    """Walk the whole chain, and its seals where the database was opened with their key; None when it holds.

    Args:
        known: an end of the chain that was kept elsewhere; it must still be in it.
    """
    key = key_of(session)
    head: tuple[int, str, str | None] = (0, GENESIS, None)

    def events(rows: Result[*tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        nonlocal head
        for *values, sequence, digest, seal in rows:
            head = (sequence or 0, digest or GENESIS, seal)
            yield dict(zip(_WITH_SEAL, values, strict=True))

    # the end comes with the events, by one statement: what is appended meanwhile is in neither
    ends = (AuditHead.sequence, AuditHead.hash, AuditHead.seal)
    statement = _in_order(_WITH_SEAL, *ends).outerjoin(AuditHead, AuditHead.id == HEAD_ID)
    with session.execute(statement) as rows:
        end, found = _walk(events(rows), known, key)
    if found is not None:
        return found
    if end.sequence == 0:
        row = session.execute(select(*ends).where(AuditHead.id == HEAD_ID)).one_or_none()
        head = head if row is None else (row.sequence, row.hash, row.seal)
    if head[:2] != (end.sequence, end.hash):
        return AuditProblem(end.sequence + 1, "cut")
    if key is not None and not is_ours(key, head[2], end.sequence, end.hash):
        return AuditProblem(max(end.sequence, 1), "unsealed")
    return _is_cut(end, known)


def exported(session: Session) -> Iterator[str]:
    """The whole trail as JSON, one event a line in order; `verify_exported` can check it without the database."""
    with session.execute(_in_order(_COLUMNS)) as rows:
        for row in rows:
            values = dict(zip(_COLUMNS, row, strict=True))
            values["at"] = _instant(values["at"])
            yield _EXPORTED.encode(values)


def verify_exported(lines: Iterable[str], known: Anchor | None = None) -> AuditProblem | None:
    """The same check as `verify` on an export; its own last line is taken for the end unless `known` is later."""

    def events() -> Iterator[dict[str, Any]]:
        for line in lines:
            values = json.loads(line)
            values["at"] = datetime.fromisoformat(values["at"])
            yield values

    end, found = _walk(events(), known)
    return found or _is_cut(end, known)


def _in_order(names: Iterable[str], *more: Any) -> Select[*tuple[Any, ...]]:
    """All events in order, a thousand at a time; the result is to be closed, since the server keeps a cursor for it."""
    columns = (getattr(AuditEvent, name) for name in names)
    return select(*columns, *more).order_by(AuditEvent.sequence).execution_options(yield_per=1000)


def _walk(
    events: Iterable[dict[str, Any]], known: Anchor | None, key: bytes | None = None
) -> tuple[Anchor, AuditProblem | None]:
    """How far the chain holds, and where it first does not."""
    sequence, previous, sealed = 0, GENESIS, False
    for values in events:
        sequence += 1
        if values["sequence"] != sequence:
            return Anchor(sequence, previous), AuditProblem(sequence, "missing")
        if values["prev_hash"] != previous:
            return Anchor(sequence, previous), AuditProblem(sequence, "unlinked")
        if values["hash"] != _hash(values):
            return Anchor(sequence, previous), AuditProblem(sequence, "changed")
        if key is not None and (sealed or values["seal"] is not None):
            sealed = True  # from the first on that has one
            if values["seal"] != seal_of_event(key, values["hash"]):
                return Anchor(sequence, previous), AuditProblem(sequence, "unsealed")
        previous = values["hash"]
        if known is not None and known.sequence == sequence and known.hash != previous:
            return Anchor(sequence, previous), AuditProblem(sequence, "rewritten")
    return Anchor(sequence, previous), None


def _is_cut(end: Anchor, known: Anchor | None) -> AuditProblem | None:
    """Whether the end that was kept lies beyond the one that is there."""
    return AuditProblem(end.sequence + 1, "cut") if known is not None and known.sequence > end.sequence else None


def _append_pending(session: Session) -> None:
    """Before the commit of the outermost transaction: everything else is written, now the chain."""
    pending: list[_Pending] = session.info[_PENDING]
    if not pending or session.get_nested_transaction() is not None:
        return
    session.flush()
    end, seal = _locked_head(session)
    key = key_of(session)
    # An end that somebody moved is not sealed again: that would hide what was cut. Nothing is from then on.
    sealing = key if key is not None and is_ours(key, seal, end.sequence, end.hash) else None
    rows: list[dict[str, Any]] = []
    for waiting in pending:
        values: dict[str, Any] = {
            "sequence": end.sequence + 1,
            "at": waiting.at,
            "actor": waiting.actor,
            "action": waiting.action,
            "subject": waiting.subject,
            "detail": waiting.detail,
            "prev_hash": end.hash,
        }
        values["hash"] = _hash(values)
        values["seal"] = None if sealing is None else seal_of_event(sealing, values["hash"])
        end = Anchor(values["sequence"], values["hash"])
        rows.append(values)
    pending.clear()
    session.execute(insert(AuditEvent), rows)
    seal = None if sealing is None else seal_of_end(sealing, end.sequence, end.hash)
    move_end(session, end.sequence, end.hash, seal)
    happenings = [
        Happening(row["sequence"], _instant(row["at"]), row["actor"], row["action"], row["subject"], row["detail"])
        for row in rows
    ]
    fan_out(session, happenings, rows[-1]["at"])


def _drop_rolled_back(session: Session, rolled_back: SessionTransaction) -> None:
    pending: list[_Pending] = session.info[_PENDING]
    if rolled_back.nested:
        pending[:] = [waiting for waiting in pending if rolled_back not in waiting.inside]
    else:
        pending.clear()


def _locked_head(session: Session) -> tuple[Anchor, str | None]:
    statement = (
        select(AuditHead.sequence, AuditHead.hash, AuditHead.seal).where(AuditHead.id == HEAD_ID).with_for_update()
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        first = insert_for(session, AuditHead).values(id=HEAD_ID, sequence=0, hash=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        row = session.execute(statement).one()
    return Anchor(row.sequence, row.hash), row.seal


def _hash(values: dict[str, Any]) -> str:
    """sha256 over a form of the event that both databases give back alike."""
    parts = [
        values["sequence"],
        _instant(values["at"]),
        values["actor"],
        values["action"],
        values["subject"],
        _canonical(values["detail"]),
        values["prev_hash"],
    ]
    return hashlib.sha256(_HASHED.encode(parts).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """Numbers as their shortest decimal text (PostgreSQL gives 1e20 back as an integer), keys in order."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value)).normalize()
        return {"number": "0" if number == 0 else str(number)}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return [[key, _canonical(value[key])] for key in sorted(value)]


def _clean(value: Any) -> Any:
    """JSON values only, without what a database would refuse or change: NUL, lone surrogates, NaN, tuples."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    raise ValueError(f"{type(value).__name__} is no JSON value")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
