"""Who opened a page inside WeChat: the browser by its name, the visitor by a signed cookie that the sign-in left.

A visitor is an identity (an openid, a member's userid), not yet a person of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from fastapi import Request
from fastapi.responses import Response

from api.context import Context
from interview_engine.errors import InterviewEngineError

LIFE = timedelta(hours=4)
"""Long enough to look for a résumé, short enough for a phone that is handed on."""
PURPOSE = "wechat-visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """An identity in one application of WeChat or WeCom."""

    channel: str
    app_id: str
    openid: str
    unionid: str | None = None


def browser_of(request: Request) -> Literal["official", "wecom"] | None:
    """Inside which program the page is open: WeChat, WeCom (which names both), or another browser."""
    agent = request.headers.get("user-agent", "").lower()
    if "wxwork" in agent:
        return "wecom"
    return "official" if "micromessenger" in agent else None


def keep_visitor(response: Response, context: Context, visitor: Visitor) -> None:
    """Put the identity into the browser that has just proved it."""
    value = "\n".join((visitor.channel, visitor.app_id, visitor.openid, visitor.unionid or ""))
    response.set_cookie(
        _cookie(context),
        context.signer.sign(PURPOSE, value, context.clock.now() + LIFE),
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=context.service.secure,
        path="/",
    )


def visitor_of(request: Request, context: Context) -> Visitor | None:
    """The identity that this browser has proved, while that is fresh."""
    signed = request.cookies.get(_cookie(context), "")
    if not signed:
        return None
    try:
        channel, app_id, openid, unionid = context.signer.verify(PURPOSE, signed, context.clock.now()).split("\n")
    except (InterviewEngineError, ValueError):
        # too old or not ours: as if there were none, the page asks again where it needs to
        return None
    return Visitor(channel, app_id, openid, unionid or None)


def _cookie(context: Context) -> str:
    return "__Host-wechat-visitor" if context.service.secure else "wechat-visitor"
