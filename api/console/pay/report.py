"""What pay costs: choose a department and a period, see the charts with their tables (G5)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console import charts
from api.console.frame import console_page
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InvalidInput
from interview_engine.hr.access.service import require
from interview_engine.hr.org.service import legal_entities
from interview_engine.hr.pay.cost_report import Asked, cost_report, departments_within

router = APIRouter()
REPORT = "/console/pay-report"


@router.get(REPORT)
def shown(
    request: Request, context: Ctx, actor: PageActor, company: str = "", department: str = "", first: str = "",
    last: str = "",
) -> Response:  # fmt: skip
    """The costs of closed runs within reach; what was typed stays where it is no month."""
    require(actor, "payroll", "read")
    asked, problem = Asked(company, department, first, last), None
    with context.database.reading() as session:
        try:
            seen = cost_report(session, actor, asked)
        except InvalidInput as refused:
            problem = refused
            seen = cost_report(session, actor, Asked(company, department))
        companies, departments = legal_entities(session), departments_within(session, actor)
    marks = [None if one.budget is None else float(one.budget.amount) for one in seen.months]
    drawn = charts.columns([max(float(one.cost), 0.0) for one in seen.months], marks=marks)
    return console_page(
        request, actor, "pay/report.html", seen=seen, asked=asked, companies=companies, departments=departments,
        drawn=drawn, problem=problem, status=None if problem is None else 422,
    )  # fmt: skip
