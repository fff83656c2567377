"""Acting on several candidates of a job at once: a page that names them and asks, one transaction, a way back (A18)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.own_applications import applications_token
from api.console.acting import act
from api.console.actors import account_names
from api.console.forms import Form
from api.console.frame import console_page
from api.console.recruiting import words
from api.console.recruiting.requisitions import HOME, requisition_head
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.reviewing import bulk
from interview_engine.hr.recruiting.rules import BULK_KINDS, MESSAGE_GRACE, BulkKind
from interview_engine.hr.recruiting.tables import BulkAction
from interview_engine.i18n import msg
from interview_engine.store.secrets import token

router = APIRouter()

LISTS = {"ranking": "", "applicants": "/applicants"}
"""The pages that candidates are chosen on, by the word in a form; values follow the job's address."""


@router.get(f"{HOME}/{{requisition_id}}/chosen")
def ask(
    requisition_id: str,
    request: Request,
    context: Ctx,
    actor: PageActor,
    do: str = "",
    id: Annotated[list[str] | None, Query()] = None,
    at: str = "ranking",
    filters: str = "",
) -> Response:
    """Who was chosen, what would happen to whom, and the form that does it."""
    values = {"at": at, "filters": filters, "key": token(), "words": ""}
    return _page(requisition_id, request, context, actor, do, id or [], values)


@router.post(f"{HOME}/{{requisition_id}}/chosen")
def do_it(requisition_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Do it, then back to the list with what was done and a button to undo it."""
    kind, ids, key = form.text("do"), form.many("id"), form.text("key")

    def change(session: Session) -> str:
        made = bulk.carry_out(
            session, actor, requisition_id, _known(kind), ids, form.raw("words"), key, context.clock,
            partial(applications_token, context),
        )  # fmt: skip
        return made.id

    def again(problem: InterviewEngineError) -> Response:
        values = {
            "at": form.text("at"),
            "filters": form.text("filters"),
            "key": key or token(),
            "words": form.raw("words"),
        }
        return _page(requisition_id, request, context, actor, kind, ids, values, problem)

    return act(
        context, change, lambda made: _to_list(requisition_id, form.text("at"), form.text("filters"), made), again
    )


@router.post("/console/chosen/{action_id}/undo")
def undo(action_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Give everybody back what they had, or stop the messages that wait."""
    return act(
        context,
        lambda session: bulk.undo(session, actor, action_id, context.clock),
        lambda row: _to_list(row.requisition_id, form.text("at"), form.text("filters"), row.id),
    )


def outcome_values(
    session: Session, actor: Actor, context: Context, requisition_id: str, action: str
) -> dict[str, Any]:
    """For the list: what an action that has just been carried out or undone did (`bulk_done`, None without one), and
    the earlier ones that can still be undone, each with who did it."""
    found = bulk.outcome(session, actor, requisition_id, action, context.clock) if action else None
    rows = [row for row in _undoable(session, actor, context, requisition_id) if row.id != action]
    names = account_names(session, [], [row.actor for row in rows])
    earlier = [{"row": row, "who": names.get(row.actor, "")} for row in rows]
    return {"bulk_done": found, "bulk_words": words.BULK, "bulk_earlier": earlier}


def _undoable(session: Session, actor: Actor, context: Context, requisition_id: str) -> Sequence[BulkAction]:
    if not may_at_all(actor, "interview", "write"):
        return ()
    return bulk.still_undoable(session, actor, requisition_id, context.clock)


def _page(
    requisition_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    do: str,
    ids: list[str],
    values: dict[str, Any],
    problem: InterviewEngineError | None = None,
) -> Response:
    with context.database.reading() as session:
        row = requisitions.get_requisition(session, actor, requisition_id)
        head = requisition_head(session, actor, row)
        planned = None
        try:
            planned = bulk.plan(session, actor, requisition_id, "invite" if do == "invite" else _known(do), ids)
        except InvalidInput as refused:  # nobody is chosen, or too many are
            problem = problem or refused
    return console_page(
        request,
        actor,
        "recruiting/chosen.html",
        problem=problem,
        row=row,
        head=head,
        plan=planned,
        do=do,
        asks=words.BULK,
        stages=words.STAGES,
        list_address=_list_address(requisition_id, values["at"], values["filters"]),
        grace=round(MESSAGE_GRACE.total_seconds() / 60),
        **values,
    )


def _known(kind: str) -> BulkKind:
    if kind not in BULK_KINDS:
        raise missing("action", msg("action"))
    return kind


def _to_list(requisition_id: str, at: str, filters: str, action_id: str) -> Response:
    address = _list_address(requisition_id, at, filters, bulk=action_id)
    return RedirectResponse(address, 303)


def _list_address(requisition_id: str, at: str, filters: str, **more: str) -> str:
    """The list that was come from, with its filters."""
    pairs = [pair for pair in parse_qsl(filters) if pair[0] not in ("bulk", "done")]
    query = urlencode([*pairs, *more.items()])
    return f"{HOME}/{requisition_id}{LISTS.get(at, '')}{'?' if query else ''}{query}"
