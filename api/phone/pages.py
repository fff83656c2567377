"""The doors to WeChat and WeCom: callbacks that are answered at once, and the sign-in that needs no password."""

from __future__ import annotations

import hmac
import logging
import re
from contextlib import suppress
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.candidate.entry import entry_secret, keep_entry_phone
from api.candidate.own_applications import applications_address
from api.candidate.sessions import device_secret, keep_device
from api.context import Context
from api.deps import Ctx, client_address
from api.phone.employee import EXPORT, PAGES, TODAY, may_come_in
from api.phone.todo import TODO
from api.render import page
from api.sessions import PageActor, inside, keep_session, session_token
from api.visitor import Visitor, keep_visitor
from api.wechat import callbacks, oauth
from api.wechat.callbacks import Signed
from api.wechat.client import WechatError
from api.wechat.crypto import CallbackKeys
from interview_engine.errors import GoneError, InterviewEngineError, NotFoundError, PermissionDenied, TooLarge
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.onboarding import links
from interview_engine.hr.people import identities
from interview_engine.hr.recruiting.applying.reentry import reenter_interview, reenter_offer
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import devices, invitations
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest, token

router = APIRouter(prefix="/wechat")
log = logging.getLogger("interview_engine.wechat")

BROWSER_S = 600
JOB = re.compile(r"/p/([A-Za-z0-9_-]{1,80})\?wx=1")
"""A job's page, after the sign-in was tried."""
INTERVIEW = re.compile(r"^/i/([A-Za-z0-9_-]{20,100})(?:[/?].*)?$")
OWN = "/wechat/me"
LINK = "/wechat/link"
LINKED = re.compile(r"^/(?:[osnpae]/[A-Za-z0-9_.=-]{1,400}(?:\?.*)?|receipts\?sha256=[0-9a-f]{64})$")
"""Pages whose link is all that it takes to see them: an offer, a survey, a notice, the check of a receipt."""
SIGN = re.compile(r"/sign/[A-Za-z0-9_-]{20,100}")
"""A contract to be signed: its page asks who the visitor is."""
PAYSLIP = re.compile(r"/pay/[A-Za-z0-9_.-]{20,200}")
"""A payslip's link: its page asks whether the visitor is its person."""
ENTRY = re.compile(r"^/e/([A-Za-z0-9_-]{20,100})(?:[?#].*)?$")
OFFER = re.compile(r"^/o/([A-Za-z0-9_-]{20,100})(?:\?.*)?$")
REENTRY = re.compile(r"/wechat/(interview|offer)/([A-Za-z0-9-]{1,64})")


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
    back = inside(back, OWN)
    redirect = f"{context.service.public_url}/wechat/back/{channel}"
    job = JOB.fullmatch(back)
    if job is not None:
        redirect += f"?job={job.group(1)}"
    with context.database.transaction() as session:
        state = oauth.new_state(session, channel, browser, back, context.clock)
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
    job: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """From the sign-in: whoever it is goes on to where they wanted, signed in as far as we know them.

    On the way to a job's page (`job`) a sign-in that fails stops nobody: applying needs none.
    """
    browser = request.cookies.get(_cookie(context), "")
    job_page = f"/p/{job}?wx=1"
    back = ""
    try:
        with context.database.transaction() as session:
            back = oauth.use_state(session, channel, browser, state, context.clock)
        visitor = _who(context, channel, code)
    except InterviewEngineError as error:
        if JOB.fullmatch(job_page):
            log.info("the sign-in before a job's page failed: %s", error.code)
            return RedirectResponse(job_page, 303)
        if not isinstance(error, WechatError) or error.action != "restart_sign_in":
            raise
        # used or too old, for instance after the phone's "back": simply begin again
        return RedirectResponse(f"/wechat/in/{channel}?back={quote(back)}", 303)
    return _onward(context, request, visitor, back)


@router.get("/me")
def own(context: Ctx, request: Request, who: str = "") -> Response:
    """One's own applications, after the sign-in; a stranger is told how to become known."""
    if not who:
        channel = "official" if context.wechat.official is not None else "wecom"
        return RedirectResponse(f"/wechat/in/{channel}?back={OWN}", 303)
    person_id = proved(context, request, "wechat-me", who)
    return RedirectResponse(applications_address(context, person_id), 303)


@router.get("/link")
def link(context: Ctx, request: Request, actor: PageActor, who: str = "") -> Response:
    """Link the signed-in console account to this WeCom member, who needs no password afterwards.

    A page with a link first: after the form of the sign-in, browsers follow no redirect to another host (form-action).
    """
    if not who:
        if context.wechat.wecom is None:
            raise _not_set_up("wecom")
        return page(request, "wechat/link.html")
    openid = proved(context, request, "wechat-link", who)
    wecom = context.wechat.wecom
    if wecom is None or actor.person_id is None:
        raise _not_set_up("wecom")
    with context.database.transaction() as session:
        identities.bind(
            session, actor.person_id, "wecom", wecom.settings.corp_id, openid, context.clock, actor_id=actor.id
        )
    return RedirectResponse(f"{TODO}?linked=1", 303)


def _onward(context: Context, request: Request, visitor: Visitor, back: str) -> Response:
    """To the page `back`, with as much of a session as this visitor may have there."""
    if back.partition("?")[0] == LINK and visitor.channel == "wecom":
        return RedirectResponse(f"{LINK}?who={_proof(context, request, 'wechat-link', visitor.openid)}", 303)
    interview = INTERVIEW.match(back)
    if interview is not None and _bind_candidate(context, request, interview.group(1), visitor):
        return RedirectResponse(back, 303)
    if JOB.fullmatch(back) or SIGN.fullmatch(back) or PAYSLIP.fullmatch(back):
        response = RedirectResponse(back, 303)
        keep_visitor(response, context, visitor)
        return response
    with context.database.transaction() as session:
        person = identities.person_of(session, visitor.channel, visitor.app_id, visitor.openid)
        person_id = None if person is None else person.id
        account = None if person_id is None else account_of_person(session, person_id)
        reentry = REENTRY.fullmatch(back)
        if reentry is not None and person_id is not None:
            return _reenter(session, context, person_id, reentry.group(1), reentry.group(2))
        works_here = person_id is not None and may_come_in(session, visitor)
        if works_here and person_id is not None and back.startswith(PAGES):
            proof = f"?who={_proof(context, request, 'wechat-export', person_id)}" if back == EXPORT else ""
            response = RedirectResponse(back + proof, 303)
            keep_visitor(response, context, visitor)
            return response
        if account is not None and (visitor.channel == "wecom" or back != OWN) and interview is None:
            secret = sign_in.open_session(
                session,
                account,
                context.clock,
                complete=account.totp_confirmed_at is None,
                address=client_address(request),
                user_agent=request.headers.get("user-agent", ""),
            )
            response = RedirectResponse(TODO if back == OWN else back, 303)
            keep_session(response, context, secret)
            return response
        entry = ENTRY.match(back)
        if entry is not None and person_id is not None:
            return _to_entry(session, context, request, entry.group(1), person_id, back)
        if LINKED.match(back) and _still_leads_somewhere(session, context, back):
            return RedirectResponse(back, 303)
    if works_here and back == OWN:
        response = RedirectResponse(TODAY, 303)
        keep_visitor(response, context, visitor)
        return response
    if person_id is None:
        return _stranger(request, context, visitor.channel, back)
    return RedirectResponse(f"{OWN}?who={_proof(context, request, 'wechat-me', person_id)}", 303)


def _bind_candidate(context: Context, request: Request, link_token: str, visitor: Visitor) -> bool:
    """Bind the candidate's WeChat account when they open their invitation; once bound, another browser is accepted.

    Known is the first to come before the interview has begun, and whoever holds its device. Somebody else to whom the
    link was forwarded is not, and gets none of the candidate's later messages.

    False when the link leads nowhere any more: there may be a newer one among the person's own applications.
    """
    with context.database.transaction() as session:
        try:
            invitation: Invitation = devices.glance(session, link_token)
        except NotFoundError:
            return False
        application = session.get_one(Application, invitation.application_id)
        begun = invitation.device_hash is not None
        here = devices.is_bound(invitation, device_secret(request, context, link_token))
        known = identities.person_of(session, visitor.channel, visitor.app_id, visitor.openid)
        if known is not None and known.id == application.person_id:
            if begun and not here and invitation.state not in ("submitted", "revoked"):
                invitations.move_device(session, SYSTEM, invitation.id, context.clock)
            return True
        first = not begun and not identities.has_one(session, application.person_id, visitor.app_id)
        if here or first:
            identities.bind(
                session,
                application.person_id,
                visitor.channel,
                visitor.app_id,
                visitor.openid,
                context.clock,
                actor_id=f"candidate:{invitation.id}",
                unionid=visitor.unionid,
            )
    return True


def _to_entry(
    session: Session, context: Context, request: Request, link_token: str, person_id: str, back: str
) -> Response:
    """To the entry form: in one's own WeChat it opens on any phone, without a code."""
    response = RedirectResponse(back, 303)
    with suppress(NotFoundError, GoneError):  # the page says what is wrong
        secret = links.enter(
            session, link_token, person_id, entry_secret(request, context, session, link_token), context.clock
        )
        if secret is not None:
            keep_entry_phone(response, context, links.glance(session, link_token).id, secret)
    return response


def _still_leads_somewhere(session: Session, context: Context, back: str) -> bool:
    """The page of a superseded offer link: the visitor is led to their applications."""
    offer = OFFER.match(back)
    if offer is None:
        return True
    try:
        offers.open_offer(session, offer.group(1), context.clock)
    except NotFoundError:
        return False
    except GoneError:
        return True  # the page says that it has run out
    return True


def _reenter(session: Session, context: Context, person_id: str, what: str, application_id: str) -> Response:
    """Into one's own interview or offer by a new link."""
    if what == "offer":
        return RedirectResponse(f"/o/{reenter_offer(session, person_id, application_id, context.clock)}", 303)
    made = reenter_interview(session, person_id, application_id, context.clock)
    response = RedirectResponse(f"/i/{made.token}", 303)
    if made.device_secret is not None:
        keep_device(response, context, made.token, made.device_secret)
    return response


def _proof(context: Context, request: Request, purpose: str, value: str) -> str:
    """What the sign-in found, for the next page of this very browser: sent to somebody else it proves nothing."""
    browser = digest(request.cookies.get(_cookie(context), ""))
    later = context.clock.now() + timedelta(seconds=BROWSER_S)
    return context.signer.sign(purpose, f"{browser}:{value}", later)


def proved(context: Context, request: Request, purpose: str, who: str) -> str:
    """The identity that `_proof` signed for this browser.

    Raises:
        PermissionDenied: `signature.invalid`, `wechat.state` (another browser). GoneError: `signature.expired`.
    """
    browser, _, value = context.signer.verify(purpose, who, context.clock.now()).partition(":")
    if not hmac.compare_digest(browser, digest(request.cookies.get(_cookie(context), ""))):
        raise oauth.wrong_state()
    return value


def _stranger(request: Request, context: Context, channel: str, back: str) -> HTMLResponse:
    """A WeChat account that we do not know: what it can do next. A console session of this browser may be linked."""
    console = channel == "wecom" and bool(session_token(request, context))
    return page(request, "wechat/stranger.html", channel=channel, back=back, console=console)


def _who(context: Context, channel: str, code: str) -> Visitor:
    """The identity behind a code; of a WeCom member the userid."""
    if channel == "official" and context.wechat.official is not None:
        visitor = context.wechat.official.visitor(code)
        if visitor.snapshot:
            raise PermissionDenied(
                "wechat.snapshot",
                msg("This is WeChat's snapshot page, which cannot sign in."),
                msg("Tap “use the full service” below, then try again."),
            )
        app_id = context.wechat.official.settings.app_id
        return Visitor(channel, app_id, visitor.openid, visitor.unionid)
    if channel == "wecom" and context.wechat.wecom is not None:
        member = context.wechat.wecom.member(code)
        # somebody from outside the corporation, a candidate for instance: known by openid, never as a member
        return Visitor(channel, context.wechat.wecom.settings.corp_id, member.userid or f"external:{member.openid}")
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
                msg("The callback is too large."),
                msg("There is nothing to do."),
            )
    return body


def _cookie(context: Context) -> str:
    return "__Host-wechat" if context.service.secure else "wechat"


def _not_set_up(channel: str) -> NotFoundError:
    return NotFoundError(
        "wechat.not_set_up",
        msg("This WeChat channel is not set up here."),
        msg("An administrator sets it up by docs/wechat.md."),
    )
