"""A contract on the phone of who signs it: identified, read in full, signed or declined, taken along (D9).

The link alone shows nothing. In WeChat and WeCom the account must be the person's; a one-time code goes to where the
person is reached; then this device may go on, and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.candidate.sessions import OwnOrigin
from api.context import Context
from api.deps import ClientAddress, Ctx
from api.i18n import language_of
from api.render import page
from api.signing import flow
from api.visitor import browser_of, visitor_of
from interview_engine.errors import InterviewEngineError, NotFoundError, PermissionDenied
from interview_engine.hr.people import identities
from interview_engine.hr.problems import invalid, missing
from interview_engine.hr.signing import service
from interview_engine.hr.signing.provider import OWN
from interview_engine.hr.signing.service import Opened
from interview_engine.hr.signing.steps import From
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest

router = APIRouter()

COOKIE_AGE_S = 90 * 86_400


@router.get("/sign/{token}")
def opened(token: str, request: Request, context: Ctx, address: ClientAddress) -> Response:
    """Where the person stands with this contract."""
    return _page(token, request, context, _came(request, address))


@router.post("/sign/{token}/code")
def code(token: str, request: Request, context: Ctx, address: ClientAddress, _: OwnOrigin) -> Response:
    """Have a code sent."""
    came = _came(request, address)

    def change() -> Response:
        _identity(token, request, context)
        with context.database.transaction() as session:
            service.send_code(session, token, came, context.clock)
        return RedirectResponse(f"/sign/{token}?code=sent", 303)

    return _act(token, request, context, came, change)


@router.post("/sign/{token}/identify")
def identify(
    token: str,
    request: Request,
    context: Ctx,
    address: ClientAddress,
    _: OwnOrigin,
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Take the code."""
    came = _came(request, address)

    def change() -> Response:
        identity = _identity(token, request, context)
        with context.database.transaction() as session:
            secret = service.identify(session, token, code, identity, came, context.clock)
            row_id = service.open_link(session, token, "", context.clock).request.id
        if secret is None:
            raise invalid(
                "code", "signing.code_wrong", msg("This is not the code."), msg("Type the six digits of the last one.")
            )
        response = RedirectResponse(f"/sign/{token}", 303)
        response.set_cookie(
            _cookie(context, row_id),
            secret,
            max_age=COOKIE_AGE_S,
            httponly=True,
            samesite="lax",
            secure=context.service.secure,
            path="/",
        )
        return response

    return _act(token, request, context, came, change)


@router.post("/sign/{token}/sign")
def sign(
    token: str,
    request: Request,
    context: Ctx,
    address: ClientAddress,
    _: OwnOrigin,
    agree: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Sign."""
    came = _came(request, address)

    def change() -> Response:
        if agree != "yes":
            raise invalid(
                "agree",
                "signing.not_agreed",
                msg("Tick that you have read the document and sign it."),
                msg("Nothing is signed yet."),
            )
        flow.sign(context, token, _device(request, context, token), came)
        return RedirectResponse(f"/sign/{token}", 303)

    return _act(token, request, context, came, change)


@router.post("/sign/{token}/decline")
def decline(
    token: str,
    request: Request,
    context: Ctx,
    address: ClientAddress,
    _: OwnOrigin,
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Do not sign, and say why."""
    came = _came(request, address)

    def change() -> Response:
        with context.database.transaction() as session:
            service.decline(session, token, _device(request, context, token), reason, came, context.clock)
        return RedirectResponse(f"/sign/{token}", 303)

    return _act(token, request, context, came, change)


@router.get("/sign/{token}/{name}.{form}")
def file(token: str, name: str, form: str, request: Request, context: Ctx, address: ClientAddress) -> Response:
    """The document as it stands, or the evidence, for the device that identified itself."""
    device = _device(request, context, token)
    with context.database.transaction() as session:
        service.note_shown(session, token, device, _came(request, address), context.clock, file=True)
        row = service.open_link(session, token, device, context.clock).request
        sha256 = {
            ("contract", "pdf"): row.document_sha256 or row.sent_sha256,
            ("evidence", "pdf"): row.evidence_pdf_sha256,
            ("evidence", "json"): row.evidence_sha256,
        }.get((name, form))
    if sha256 is None:
        raise missing("document", msg("signed document"))
    media_type = "application/json" if form == "json" else "application/pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return Response(context.blobs.read(sha256), media_type=media_type, headers=headers)


def _act(token: str, request: Request, context: Context, came: From, change: Callable[[], Response]) -> Response:
    """What a step answers, or the page with what was wrong; a link that leads nowhere is a page by itself."""
    try:
        return change()
    except NotFoundError:
        raise
    except InterviewEngineError as problem:
        return _page(token, request, context, came, problem)


def _page(
    token: str, request: Request, context: Context, came: From, problem: InterviewEngineError | None = None
) -> Response:
    device = _device(request, context, token)
    with context.database.reading() as session:
        found = service.open_link(session, token, device, context.clock)
        standing = _standing(found, context)
    again = _sign_in(token, request, context) if standing == "identify" else None
    if again is not None and problem is None:
        return RedirectResponse(again, 303)
    if problem is None and standing in ("identify", "read"):
        try:
            if standing == "identify":
                _identity(token, request, context)
        except PermissionDenied as refused:
            problem = refused
    with context.database.transaction() as session:
        service.note_opened(session, token, came, context.clock)
        if standing == "read" and found.request.provider == OWN:
            service.note_shown(session, token, device, came, context.clock)
        found = service.open_link(session, token, device, context.clock)
        return page(
            request,
            "public/sign.html",
            200 if problem is None else 422,
            found=found,
            standing=standing,
            token=token,
            sent="code" in request.query_params or found.request.code_hash is not None,
            elsewhere=found.request.device_hash is not None and not found.here,
            problem=None if problem is None else problem.text(language_of(request)),
        )


def _standing(found: Opened, context: Context) -> str:
    """What the page is about: ended in some way, identify, read (and sign), or done."""
    row = found.request
    if row.state in ("withdrawn", "declined", "expired"):
        return row.state
    if row.state in service.OPEN and row.expires_at <= context.clock.now():
        return "expired"
    if not found.here:
        return "identify"
    return "done" if row.state == "signed" else "read"


def _sign_in(token: str, request: Request, context: Context) -> str | None:
    """In WeChat or WeCom, where that is set up: to its sign-in first, unless this browser has just proved who it is."""
    browser = browser_of(request)
    if browser is None or browser not in context.wechat.channel_names() or visitor_of(request, context) is not None:
        return None
    return f"/wechat/in/{browser}?back=/sign/{token}"


def _identity(token: str, request: Request, context: Context) -> str | None:
    """The channel in which the browser proved to be the person's; None where it proved nothing of the kind.

    Raises:
        PermissionDenied: `signing.other_person`, it is somebody else's account.
    """
    visitor = visitor_of(request, context)
    browser = browser_of(request)
    if visitor is None or browser is None or visitor.channel != browser:
        return None
    with context.database.reading() as session:
        person = identities.person_of(session, visitor.channel, visitor.app_id, visitor.openid)
        row = service.open_link(session, token, "", context.clock).request
        known = identities.has_one(session, row.person_id, visitor.app_id)
        if person is not None and person.id == row.person_id:
            return visitor.channel
        if person is None and not known:
            return None  # the person has no account there yet: the code alone decides
    raise PermissionDenied(
        "signing.other_person",
        msg("This account belongs to somebody else than the person who is asked to sign."),
        msg("Open the link with your own account, or tell your HR department that it went astray."),
    )


def _came(request: Request, address: str) -> From:
    return From(address, request.headers.get("user-agent", ""))


def _cookie(context: Context, request_id: str) -> str:
    """The cookie by which the phone is known again, whichever link it came by."""
    name = f"sign-{digest(request_id)[:16]}"
    return f"__Host-{name}" if context.service.secure else name


def _device(request: Request, context: Context, token: str) -> str:
    with context.database.reading() as session:
        row_id = service.open_link(session, token, "", context.clock).request.id
    found = request.cookies.get(_cookie(context, row_id), "")
    return found or request.cookies.get(_cookie(context, token), "")  # who identified by an older release
