"""One action on several rows: one transaction, a savepoint a row, an answer that names every row it left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Value, checked_form
from interview_engine.hr.forms.spec import Bulk, ListSpec
from interview_engine.hr.lists.reading import reached
from interview_engine.hr.lists.tables import BulkDone
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of the rows: ids of those it was done to, and (id, why not) of the others."""

    done: tuple[str, ...]
    refused: tuple[tuple[str, InterviewEngineError], ...]
    undo_id: str = ""
    """By which it is undone; "" where it cannot be, or nothing was done."""


UNDO_WITHIN = timedelta(minutes=30)
"""How long an action can be undone: until somebody has seen the list again, not until others have built on it."""


def chosen(session: Session, actor: Actor, spec: ListSpec, bulk: Bulk, ids: Sequence[str]) -> tuple[str, ...]:
    """The rows among them that the actor sees, each once, in their order.

    Raises:
        PermissionDenied: the action is not for the actor. InvalidInput: `bulk.none`, none was chosen; `bulk.many`.
        NotFoundError: not one of them is there for the actor.
    """
    require(actor, *bulk.needs)
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise invalid("id", "bulk.none", msg("Nothing is chosen."), msg("Tick the rows first."))
    if len(wanted) > MAX_ROWS:
        raise invalid(
            "id", "bulk.many", msg("More than {most} rows are chosen.", most=MAX_ROWS), msg("Do it in several steps.")
        )
    seen = reached(session, actor, spec, wanted, spec.field_class, "read")
    if not seen:
        raise missing(spec.name, spec.thing)
    return tuple(row_id for row_id in wanted if row_id in seen)


def do_bulk(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    bulk: Bulk,
    ids: Sequence[str],
    values: Mapping[str, Value],
    clock: Clock,
) -> BulkOutcome:
    """Do it to each row that is there; what a row refuses is told and undone for that row alone.

    Raises:
        As `chosen`. InvalidInput: a field of the action.
    """
    given = checked_form(bulk.fields, values)
    ids = chosen(session, actor, spec, bulk, ids)
    before = {} if bulk.undo is None else bulk.undo.holds(session, actor, ids, given)
    done: list[str] = []
    refused: list[tuple[str, InterviewEngineError]] = []
    for row_id in ids:
        try:
            with session.begin_nested():
                bulk.do(session, actor, row_id, given, clock)
        except InterviewEngineError as error:
            refused.append((row_id, error))
        else:
            done.append(row_id)
    undo_id = ""
    if bulk.undo is not None and done and actor.account_id is not None:
        session.flush()
        after = bulk.undo.holds(session, actor, done, given)
        rows = [[row_id, before.get(row_id), after.get(row_id)] for row_id in done]
        kept = BulkDone(
            **stamp(actor.id, clock), list_name=spec.name, action=bulk.name, account_id=actor.account_id,
            given={name: None if value is None else str(value) for name, value in given.items()},
            rows=[one for one in rows if one[1] != one[2]],
        )  # fmt: skip
        if kept.rows:
            session.add(kept)
            session.flush()
            undo_id = kept.id
    return BulkOutcome(tuple(done), tuple(refused), undo_id)


def undo_bulk(session: Session, actor: Actor, spec: ListSpec, done_id: str, clock: Clock) -> BulkOutcome:
    """Give rows back what they held before an action of the actor's; a row that somebody has changed since stays and is
    told.

    Raises:
        NotFoundError: there is no such action, it is another's, or it was undone. PermissionDenied: the action is no
            longer for the actor. ConflictError: `bulk.too_late`.
    """
    row = find(session, BulkDone, done_id, lock=True)
    bulk = None if row is None else next((one for one in spec.bulk if one.name == row.action), None)
    is_own = row is not None and row.account_id == actor.account_id and row.list_name == spec.name
    if row is None or bulk is None or bulk.undo is None or not is_own or row.undone_at is not None:
        raise missing("bulk_done", msg("action to undo"))
    require(actor, *bulk.needs)
    if clock.now() - row.created_at > UNDO_WITHIN:
        minutes = int(UNDO_WITHIN.total_seconds()) // 60
        raise conflict("bulk.too_late", msg("It can be undone for {count} minutes, and they are over.", count=minutes),
                       msg("Change the rows by hand, if need be."))  # fmt: skip
    held = {row_id: (before, after) for row_id, before, after in row.rows}
    seen = reached(session, actor, spec, list(held), spec.field_class, "read")
    now = bulk.undo.holds(session, actor, list(held), row.given)
    done: list[str] = []
    refused: list[tuple[str, InterviewEngineError]] = []
    for row_id, (before, after) in held.items():
        try:
            if row_id not in seen or now.get(row_id) != after:
                raise conflict("bulk.changed", msg("Somebody has changed or removed this row since."),
                               msg("Look at it and change it by hand, if need be."))  # fmt: skip
            with session.begin_nested():
                bulk.undo.do(session, actor, row_id, before, row.given, clock)
        except InterviewEngineError as error:
            refused.append((row_id, error))
        else:
            done.append(row_id)
    row.undone_at = clock.now()
    touch(row, actor.id, clock)
    detail = {"action": row.action, "rows": len(done), "kept": len(refused)}
    audit.record(session, actor.id, "list.undo", f"list:{spec.name}", detail, clock)
    return BulkOutcome(tuple(done), tuple(refused))


def clear(session: Session, clock: Clock) -> None:
    """Job: forget what can no longer be undone."""
    session.execute(delete(BulkDone).where(BulkDone.created_at < clock.now() - UNDO_WITHIN))
