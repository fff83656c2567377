"""What law and cities say, year beside year, each row with its source."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.frame import console_page
from api.deps import Ctx
from api.i18n import language_of
from api.sessions import PageActor
from interview_engine.hr.access.service import require
from interview_engine.hr.pay import years
from interview_engine.hr.pay.service import book_now

router = APIRouter()
YEARS = "/console/pay-years"


@router.get(YEARS)
def shown(request: Request, context: Ctx, actor: PageActor, place: str = "CN") -> Response:
    """Every parameter of a place: what ships, and the checked rows of the company."""
    require(actor, "payroll", "read")
    with context.database.reading() as session:
        book = book_now(session)
    compared = years.compared(book, place, language_of(request))
    return console_page(request, actor, "pay/years.html", places=years.places(book), place=place, compared=compared)
