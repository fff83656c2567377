"""Pages that anybody may open."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

router = APIRouter()


@router.get("/")
def first() -> RedirectResponse:
    """The console; who is not signed in is asked to."""
    return RedirectResponse("/console", 303)
