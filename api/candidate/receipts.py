"""The page on which anybody checks a receipt: the link of its message opens it, or the receipt is pasted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import Ctx
from api.receipts import MAX_RECEIPT, checked
from api.render import page

router = APIRouter()


@router.get("/receipts")
def empty(request: Request, context: Ctx, sha256: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    """The form; with `sha256`, what is known of that receipt."""
    return _page(request, context, sha256)


@router.post("/receipts")
def check(
    request: Request, context: Ctx, _: OwnOrigin, receipt: Annotated[str, Form(max_length=MAX_RECEIPT)] = ""
) -> HTMLResponse:
    """Check what was pasted: the JSON of a receipt, or its SHA-256."""
    return _page(request, context, receipt)


def _page(request: Request, context: Context, given: str) -> HTMLResponse:
    found = None
    if given.strip():
        with context.database.reading() as session:
            found = checked(session, given)
    return page(request, "public/receipts.html", found=found, given=given)
