"""The doors to WeChat and WeCom: callbacks that are answered at once, and the sign-in that needs no password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from api.context import Context
from api.deps import Ctx, client_address
from api.pages.public import applications_address
from api.pages.render import page
from api.sessions import PageActor, inside, keep_session, session_token
from api.wechat import callbacks, oauth
from api.wechat.callbacks import Signed
from api.wechat.client import WechatError
from api.wechat.crypto import CallbackKeys
from interview_engine.errors import Bilingual, NotFoundError, PermissionDenied, TooLarge
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.people import identities, sign_in
from interview_engine.hr.recruiting import devices, invitations
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.store.secrets import token

router = APIRouter(prefix="/wechat")

BROWSER_S = 600
INTERVIEW = re.compile(r"^/i/([A-Za-z0-9_-]{20,100})(?:[/?].*)?$")
OWN = "/wechat/me"
LINK = "/wechat/link"


@router.get("/{channel}/callback")
def check(
    channel: str,
    context: Ctx,
    timestamp: str = "",
    nonce: str = "",
    signature: str = "",
    msg_signature: str = "",
    echostr: str = "",
) -> PlainTextResponse:
    """The console checks the address: the echo, as it is for an Official Account, decrypted for WeCom."""
    keys = _keys(context, channel)
    signed = Signed(timestamp, nonce, signature, msg_signature)
    answer = callbacks.check_address(keys, signed, echostr, context.clock, encrypted=channel == "wecom")
    return PlainTextResponse(answer)


@router.post("/{channel}/callback")
async def called(
    channel: str,
    request: Request,
    context: Ctx,
    timestamp: str = "",
    nonce: str = "",
    msg_signature: str = "",
) -> PlainTextResponse:
    """Something happened there: it is kept once and answered at once; the chores do what follows from it."""
    keys = _keys(context, channel)
    body = await _body(request)
    inbound = callbacks.read_callback(keys, Signed(timestamp, nonce, msg_signature=msg_signature), body, context.clock)
    with context.database.transaction() as session:
        callbacks.keep(session, channel, inbound, context.clock)
    return PlainTextResponse("success" if channel == "official" else "")


@router.get("/in/{channel}")
def begin(channel: str, context: Ctx, request: Request, back: str = OWN) -> RedirectResponse:
    """To the sign-in of that channel, and from there back to a page of ours."""
    browser = request.cookies.get(_cookie(context)) or token()
    redirect = f"{context.service.public_url}/wechat/back/{channel}"
    with context.database.transaction() as session:
        state = oauth.new_state(session, channel, browser, inside(back, OWN), context.clock)
    response = RedirectResponse(_sign_in_address(context, channel, redirect, state), 303)
    response.set_cookie(
        _cookie(context),
        browser,
        max_age=BROWSER_S,
        httponly=True,
        samesite="lax",
        secure=context.service.secure,
        path="/wechat" if not context.service.secure else "/",
    )
    return response


@router.get("/back/{channel}")
def come_back(
    channel: str,
    context: Ctx,
    request: Request,
    code: Annotated[str, Query(max_length=512)] = "",
    state: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """From the sign-in: whoever it is goes on to where they wanted, signed in as far as we know them."""
    browser = request.cookies.get(_cookie(context), "")
    with context.database.transaction() as session:
        back = oauth.use_state(session, channel, browser, state, context.clock)
    try:
        app_id, openid, unionid = _who(context, channel, code)
    except WechatError as error:
        if error.action != "restart_sign_in":
            raise
        # used or too old, for instance after the phone's "back": simply begin again
        return RedirectResponse(f"/wechat/in/{channel}?back={quote(back)}", 303)
    return _onward(context, request, channel, app_id, openid, unionid, back)


@router.get("/me")
def own(context: Ctx, request: Request, who: str = "") -> Response:
    """One's own applications, after the sign-in; a stranger is told how to become known."""
    if not who:
        channel = "official" if context.wechat.official is not None else "wecom"
        return RedirectResponse(f"/wechat/in/{channel}?back={OWN}", 303)
    person_id = context.signer.verify("wechat-me", who, context.clock.now())
    return RedirectResponse(applications_address(context, person_id), 303)


@router.get("/link")
def link(context: Ctx, request: Request, actor: PageActor, who: str = "") -> Response:
    """Whoever is signed in to the console makes this WeCom member their own; from then on no password is needed."""
    if not who:
        return RedirectResponse(f"/wechat/in/wecom?back={LINK}", 303)
    openid = context.signer.verify("wechat-link", who, context.clock.now())
    wecom = context.wechat.wecom
    if wecom is None or actor.person_id is None:
        raise _not_set_up("wecom")
    with context.database.transaction() as session:
        identities.bind(
            session, actor.person_id, "wecom", wecom.settings.corp_id, openid, context.clock, actor_id=actor.id
        )
    return RedirectResponse("/console/account", 303)


def _onward(
    context: Context, request: Request, channel: str, app_id: str, openid: str, unionid: str | None, back: str
) -> Response:
    later = context.clock.now() + timedelta(seconds=BROWSER_S)
    if back.partition("?")[0] == LINK and channel == "wecom":
        return RedirectResponse(f"{LINK}?who={context.signer.sign('wechat-link', openid, later)}", 303)
    interview = INTERVIEW.match(back)
    if interview is not None:
        _bind_candidate(context, interview.group(1), channel, app_id, openid, unionid)
        return RedirectResponse(back, 303)
    with context.database.transaction() as session:
        account = identities.account_of(session, channel, app_id, openid)
        if account is not None and back != OWN:
            secret = sign_in.open_session(
                session,
                account,
                context.clock,
                complete=account.totp_confirmed_at is None,
                address=client_address(request),
                user_agent=request.headers.get("user-agent", ""),
            )
            response = RedirectResponse(back, 303)
            keep_session(response, context, secret)
            return response
        person = identities.person_of(session, channel, app_id, openid)
        person_id = None if person is None else person.id
    if person_id is not None:
        return RedirectResponse(f"{OWN}?who={context.signer.sign('wechat-me', person_id, later)}", 303)
    return _stranger(request, context, channel, back)


def _bind_candidate(
    context: Context, link_token: str, channel: str, app_id: str, openid: str, unionid: str | None
) -> None:
    """Whoever opens an invitation in WeChat is known from then on; known again, another browser is no hindrance."""
    with context.database.transaction() as session:
        invitation: Invitation = devices.glance(session, link_token)
        application = session.get_one(Application, invitation.application_id)
        known = identities.person_of(session, channel, app_id, openid)
        identities.bind(
            session,
            application.person_id,
            channel,
            app_id,
            openid,
            context.clock,
            actor_id=f"candidate:{invitation.id}",
            unionid=unionid,
        )
        bound_elsewhere = invitation.device_hash is not None and invitation.state not in ("submitted", "revoked")
        if known is not None and known.id == application.person_id and bound_elsewhere:
            invitations.move_device(session, SYSTEM, invitation.id, context.clock)


def _stranger(request: Request, context: Context, channel: str, back: str) -> HTMLResponse:
    """A WeChat account that we do not know: what it can do next. A console session of this browser may be linked."""
    console = channel == "wecom" and bool(session_token(request, context))
    return page(request, "wechat/stranger.html", channel=channel, back=back, console=console)


def _who(context: Context, channel: str, code: str) -> tuple[str, str, str | None]:
    """App id, openid (a member's userid in WeCom) and unionid behind a code."""
    if channel == "official" and context.wechat.official is not None:
        visitor = context.wechat.official.visitor(code)
        if visitor.snapshot:
            raise PermissionDenied(
                "wechat.snapshot",
                Bilingual("当前是微信的“快照页”，不能登录。", "This is WeChat's snapshot page, which cannot sign in."),
                Bilingual("请点页面底部的“使用完整服务”后重试。", "Tap “use the full service” below, then try again."),
            )
        return context.wechat.official.settings.app_id, visitor.openid, visitor.unionid
    if channel == "wecom" and context.wechat.wecom is not None:
        member = context.wechat.wecom.member(code)
        # somebody from outside the corporation, a candidate for instance: known by openid, never as a member
        return context.wechat.wecom.settings.corp_id, member.userid or f"external:{member.openid}", None
    raise _not_set_up(channel)


def _sign_in_address(context: Context, channel: str, redirect: str, state: str) -> str:
    if channel == "official" and context.wechat.official is not None:
        return context.wechat.official.sign_in_address(redirect, state)
    if channel == "wecom" and context.wechat.wecom is not None:
        return context.wechat.wecom.sign_in_address(redirect, state)
    raise _not_set_up(channel)


def _keys(context: Context, channel: str) -> CallbackKeys:
    keys = {"official": context.wechat.official_keys, "wecom": context.wechat.wecom_keys}.get(channel)
    if keys is None:
        raise _not_set_up(channel)
    return keys


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > callbacks.MAX_BODY:
            raise TooLarge(
                "wechat.body",
                Bilingual("回调内容太大。", "The callback is too large."),
                Bilingual("无需操作。", "There is nothing to do."),
            )
    return body


def _cookie(context: Context) -> str:
    return "__Host-wechat" if context.service.secure else "wechat"


def _not_set_up(channel: str) -> NotFoundError:
    return NotFoundError(
        "wechat.not_set_up",
        Bilingual("这里没有开通这个微信渠道。", "This WeChat channel is not set up here."),
        Bilingual("请管理员按 docs/wechat.md 设置。", "An administrator sets it up by docs/wechat.md."),
    )
