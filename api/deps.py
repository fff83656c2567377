"""What routes ask for, as annotated dependencies."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.context import Context


def get_context(request: Request) -> Context:
    """The server's context."""
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


Ctx = Annotated[Context, Depends(get_context)]


def client_address(request: Request) -> str:
    """The caller's address; X-Forwarded-For is believed from the proxies of the settings only."""
    context = get_context(request)
    direct = request.client.host if request.client else ""
    if direct not in context.service.trusted_proxies:
        return direct
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    for hop in reversed(hops):
        if hop not in context.service.trusted_proxies:
            return hop
    return direct


ClientAddress = Annotated[str, Depends(client_address)]
