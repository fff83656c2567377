"""Where the console begins, and what its areas share; their pages are in `api/areas.py`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.area import areas_of
from api.console.frame import first_page
from api.sessions import PageActor
from pipelines.reports.page import asset

router = APIRouter()

SHARED = {"report.css": "text/css", "report.js": "text/javascript", "ranking.css": "text/css"}
"""Of the report's and the ranking's own pages, which the console shows in the same way."""


@router.get("/console")
def first(request: Request, actor: PageActor) -> Response:
    """To the first page of one's own."""
    return RedirectResponse(first_page(areas_of(request), actor), 303)


@router.get("/console/{name}.{kind}")
def shared(name: str, kind: str) -> Response:
    """A stylesheet or script of the pipelines' pages."""
    file = f"{name}.{kind}"
    if file not in SHARED:
        return Response(status_code=404)
    return Response(asset(file), media_type=SHARED[file], headers={"Cache-Control": "public, max-age=86400"})
