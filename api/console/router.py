"""The console of recruiters and HR: all its pages put together."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.console.competency import kits as console_kits
from api.console.competency import model as console_model
from api.console.competency import portrait as console_portrait
from api.console.frame import first_page
from api.console.quality import pages as console_quality
from api.console.recruiting import application as console_application
from api.console.recruiting import channels as console_channels
from api.console.recruiting import deciding as console_deciding
from api.console.recruiting import people as console_people
from api.console.recruiting import ranking as console_ranking
from api.console.recruiting import report as console_report
from api.console.recruiting import requisitions as console_requisitions
from api.console.system import account as console_account
from api.console.system import administration as console_administration
from api.console.system import notices as console_notices
from api.console.system import operations as console_operations
from api.console.work import approvals as console_approvals
from api.console.work import inbox as console_inbox
from api.sessions import PageActor
from pipelines.reports.page import asset

router = APIRouter()
for part in (
    console_approvals,
    console_inbox,
    console_account,
    console_administration,
    console_requisitions,
    console_people,
    console_portrait,
    console_quality,
    console_ranking,
    console_report,
    console_application,
    console_channels,
    console_deciding,
    console_kits,
    console_model,
    console_notices,
    console_operations,
):
    router.include_router(part.router)

SHARED = {"report.css": "text/css", "report.js": "text/javascript", "ranking.css": "text/css"}
"""Of the report's and the ranking's own pages, which the console shows in the same way."""


@router.get("/console")
def first(actor: PageActor) -> Response:
    """To the first page of one's own."""
    return RedirectResponse(first_page(actor), 303)


@router.get("/console/{name}.{kind}")
def shared(name: str, kind: str) -> Response:
    """A stylesheet or script of the pipelines' pages."""
    file = f"{name}.{kind}"
    if file not in SHARED:
        return Response(status_code=404)
    return Response(asset(file), media_type=SHARED[file], headers={"Cache-Control": "public, max-age=86400"})
