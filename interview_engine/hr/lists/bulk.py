"""One action on several rows: one transaction, a savepoint a row, an answer that names every row it left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.forms.fields import Value, checked_form
from interview_engine.hr.forms.spec import Bulk, ListSpec
from interview_engine.hr.lists.reading import reached
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store.page import MAX_ROWS


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of the rows: ids of those it was done to, and (id, why not) of the others."""

    done: tuple[str, ...]
    refused: tuple[tuple[str, InterviewEngineError], ...]


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
    done: list[str] = []
    refused: list[tuple[str, InterviewEngineError]] = []
    for row_id in chosen(session, actor, spec, bulk, ids):
        try:
            with session.begin_nested():
                bulk.do(session, actor, row_id, given, clock)
        except InterviewEngineError as error:
            refused.append((row_id, error))
        else:
            done.append(row_id)
    return BulkOutcome(tuple(done), tuple(refused))
