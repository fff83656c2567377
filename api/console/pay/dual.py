"""A run beside the month as another system paid it: what differs, by its cause, line by line (L2)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.frame import console_page
from api.deps import Ctx
from api.export import XLSX, attachment, table_xlsx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.hr.access.service import require
from interview_engine.hr.pay import service as pay
from interview_engine.hr.pay.dual import words
from interview_engine.hr.pay.dual.comparing import compare
from interview_engine.hr.pay.words import column_word
from interview_engine.i18n import joined, msg

router = APIRouter()
DUAL = "/console/pay-runs/{pay_run_id}/dual"
SHOWN = 50
"""Lines of a cause on the page; the sheet has them all."""
HEAD = (msg("Cause"), msg("Name"), msg("Employee number"), msg("Line", context="pay"), msg("Other system"),
        msg("This run"), msg("Difference"), msg("Note"))  # fmt: skip


@router.get(DUAL)
def shown(request: Request, context: Ctx, actor: PageActor, pay_run_id: str) -> Response:
    """The differences by cause, as a clerk works them off."""
    require(actor, "payroll", "read")
    with context.database.transaction() as session:
        seen = compare(session, actor, pay_run_id, context.clock)
    return console_page(
        request, actor, "pay/dual.html", seen=seen, words=words, column_word=column_word, most=SHOWN,
        states=pay.RUN_STATES, columns=joined(column_word(one) for one in seen.columns),
    )  # fmt: skip


@router.get(f"{DUAL}.xlsx")
def export(request: Request, context: Ctx, actor: PageActor, pay_run_id: str) -> Response:
    """Every line that differs, as a sheet."""
    require(actor, "payroll", "export")
    language = language_of(request)
    with context.database.transaction() as session:
        seen = compare(session, actor, pay_run_id, context.clock)
    rows = []
    for group in seen.groups:
        for place in group.places:
            note = words.note(place.differs)
            rows.append((
                words.TITLES[group.cause].get(language), place.name, place.number,
                column_word(place.differs.column).get(language), place.differs.old, place.differs.new,
                place.differs.change, "" if note is None else note.get(language),
            ))  # fmt: skip
    title = msg("Comparison with the other system").get(language)
    data = table_xlsx(title, [one.get(language) for one in HEAD], rows)
    return attachment(data, XLSX, f"{title}-{seen.run.month:%Y-%m}.xlsx")
