"""Where the console begins, and what its areas share; their pages are in `api/areas.py`."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.sessions import PageActor
from pipelines.reports.page import asset

router = APIRouter()

SHARED = {"report.css": "text/css", "report.js": "text/javascript", "ranking.css": "text/css"}
"""Of the report's and the ranking's own pages, which the console shows in the same way."""


@router.get("/console")
def first(_: PageActor) -> Response:
    """To what waits for oneself."""
    return RedirectResponse("/console/home", 303)


@router.get("/console/{name}.{kind}")
def shared(name: str, kind: str) -> Response:
    """A stylesheet or script of the pipelines' pages."""
    file = f"{name}.{kind}"
    if file not in SHARED:
        return Response(status_code=404)
    return Response(asset(file), media_type=SHARED[file], headers={"Cache-Control": "public, max-age=86400"})
