"""What goes out of an approved run: files for the bank, the tax client and the insurances, and its journal entry."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.frame import console_page, done
from api.context import Context
from api.deps import Ctx
from api.export import XLSX, attachment, table_csv, table_xlsx
from api.sessions import PageActor
from interview_engine.errors import ConflictError, InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.pay import service as pay
from interview_engine.hr.pay.out import files, journal

router = APIRouter()
OUT = "/console/pay-runs/{pay_run_id}/out"
MEDIA = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=gb18030"}


@router.get(OUT)
def shown(request: Request, context: Ctx, actor: PageActor, pay_run_id: str, who: str = "") -> Response:
    """Every file of the run, and its journal entry; `who`: of which file to name those who do not stand in it."""
    require(actor, "payroll", "export")
    return _page(request, context, actor, pay_run_id, who=who)


@router.get(f"{OUT}/{{file}}.{{form}}")
def export(
    request: Request, context: Ctx, actor: PageActor, pay_run_id: str, file: str, form: str, without: bool = False
) -> Response:  # fmt: skip
    """One file. While somebody who should stand in it cannot, they are named, and it is had without them only when
    that is asked for."""
    require(actor, "payroll", "export")
    try:
        with context.database.transaction() as session:
            run, made = files.make(session, actor, pay_run_id, file, form, context.clock, without=without)
    except ConflictError as problem:
        if problem.code != "pay.left_out":
            raise
        return _page(request, context, actor, pay_run_id, problem, without=f"{file}.{form}", who=file)
    if made.text is not None:
        data = made.text
    elif form == "csv":
        data = table_csv(made.head, made.rows)
    else:
        data = table_xlsx(made.title, made.head, made.rows)
    number = f"-{run.number}" if run.number else ""
    return attachment(data, MEDIA[form], f"{made.title}-{run.month:%Y-%m}{number}.{form}")


@router.post("/console/pay-runs/{pay_run_id}/journal")
def post(request: Request, context: Ctx, actor: PageActor, pay_run_id: str) -> Response:
    """Write the run's journal entry, instead of one that was written before."""
    require(actor, "payroll", "export")

    def change(session: Session) -> str:
        return journal.post(session, actor, pay_run_id, context.clock).id

    return act(
        context,
        change,
        lambda run_id: done(OUT.format(pay_run_id=run_id), "run_posted"),
        lambda problem: _page(request, context, actor, pay_run_id, problem),
    )


def _page(
    request: Request, context: Context, actor: Actor, run_id: str, problem: InterviewEngineError | None = None,
    *, without: str = "", who: str = "",
) -> Response:  # fmt: skip
    with context.database.reading() as session:
        seen = pay.out_page(session, actor, run_id)
        missing = files.left_out(session, actor, run_id, who) if who else None
    return console_page(
        request, actor, "pay/out.html", seen=seen, kinds=files.FILES, states=pay.RUN_STATES, problem=problem,
        status=409 if without else None, without=without, who=who, missing=missing,
    )  # fmt: skip
