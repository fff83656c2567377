"""A claim with its invoices beside what was read, and a payment list with its bank files."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.acting import act
from api.console.expense.invoice_file import INLINE, file_answer
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, attachment, table_csv, table_xlsx
from api.sessions import PageActor
from interview_engine.clock import china_day
from interview_engine.errors import ConflictError, InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.expense import claims, payouts
from interview_engine.hr.expense import service as expense
from interview_engine.hr.expense.invoices import FINDINGS, NAMES, SOURCES
from interview_engine.hr.expense.kinds import words_of
from interview_engine.hr.expense.lines import as_invoice
from interview_engine.hr.files.service import BANK_FORMS

CLAIMS = "/console/expense-claims"
PAYOUTS = "/console/expense-payouts"
MEDIA = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=gb18030"}

router = APIRouter()


@router.get(f"{CLAIMS}/{{claim_id}}")
def claim(claim_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """A claim with every invoice beside what was read of it."""
    with context.database.reading() as session:
        seen = expense.claim_page(session, actor, claim_id, context.clock)
        words = words_of(session, seen.claim.legal_entity_id)
    values = {one.id: as_invoice(one) for one in seen.lines}
    return console_page(
        request, actor, "expense/claim.html", seen=seen, kinds=words, values=values, names=NAMES, sources=SOURCES,
        looks=FINDINGS, states=claims.STATES, inline=INLINE, here=CLAIMS,
    )  # fmt: skip


@router.get(f"{CLAIMS}/{{claim_id}}/files/{{line_id}}")
def invoice_file(claim_id: str, line_id: str, context: Ctx, actor: PageActor) -> Response:
    """The invoice of a line."""
    return file_answer(claim_id, line_id, context, actor)


@router.get(f"{PAYOUTS}/{{payout_id}}")
def payout(payout_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """A payment list: who gets how much for what, its bank files, and marking it as paid."""
    require(actor, "payroll", "read")
    return _payout(request, context, actor, payout_id)


@router.get(f"{PAYOUTS}/{{payout_id}}/{{file}}.{{form}}")
def export(
    request: Request, context: Ctx, actor: PageActor, payout_id: str, file: str, form: str, without: bool = False
) -> Response:  # fmt: skip
    """The list for the bank. While somebody on it has no account they are named, and it is had without them only when
    that is asked for."""
    require(actor, "payroll", "export")
    try:
        with context.database.transaction() as session:
            row, made = payouts.bank_list(
                session, actor, payout_id, file, form, context.clock, without=without
            )  # fmt: skip
    except ConflictError as problem:
        if problem.code != "expense.left_out":
            raise
        return _payout(request, context, actor, payout_id, problem, without=f"{file}.{form}")
    if made.text is not None:
        data = made.text
    elif form == "csv":
        data = table_csv(made.head, made.rows)
    else:
        data = table_xlsx(made.title, made.head, made.rows)
    return attachment(data, MEDIA[form], f"{made.title}-{row.number}.{form}")


@router.post(f"{PAYOUTS}/{{payout_id}}/paid")
def paid(payout_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Mark it as paid on a day."""
    return act(
        context,
        lambda session: payouts.mark_paid(session, actor, payout_id, form.day("day"), context.clock),
        lambda _: done(f"{PAYOUTS}/{payout_id}", "payout_paid"),
        lambda problem: _payout(request, context, actor, payout_id, problem),
    )


@router.post(f"{PAYOUTS}/{{payout_id}}/drop")
def drop(payout_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Drop a list that was not paid."""
    return act(
        context,
        lambda session: payouts.drop(session, actor, payout_id, context.clock),
        lambda _: done(PAYOUTS, "payout_dropped"),
        lambda problem: _payout(request, context, actor, payout_id, problem),
    )


def _payout(
    request: Request, context: Context, actor: Actor, payout_id: str, problem: InterviewEngineError | None = None,
    *, without: str = "",
) -> Response:  # fmt: skip
    with context.database.reading() as session:
        row = payouts.get_for(session, actor, payout_id, "read")
        items = payouts.items_of(session, row)
    return console_page(
        request, actor, "expense/payout.html", row=row, items=items, states=payouts.STATES, problem=problem,
        status=409 if without else None, without=without, forms_of=BANK_FORMS, here=PAYOUTS, claims=CLAIMS,
        today=china_day(context.clock),
    )  # fmt: skip
