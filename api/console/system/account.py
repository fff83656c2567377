"""One's own account: language, password, second factor, open sessions, tokens for other systems."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.charts import qr_code
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import ClientAddress, Ctx
from api.i18n import COOKIE, LANGUAGES
from api.sessions import OWN_ACCOUNT, PageActor, keep_session, session_token
from interview_engine.errors import InterviewEngineError, InvalidInput, SignInRefused, TooManyRequests
from interview_engine.hr.access.rules import TOKEN_SCOPES, Actor
from interview_engine.hr.accounts import second_factor, service, sign_in, tokens
from interview_engine.hr.problems import invalid
from interview_engine.store.secrets import digest

router = APIRouter()


@router.get(OWN_ACCOUNT)
def account(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The page."""
    return _page(request, context, actor)


@router.post(f"{OWN_ACCOUNT}/language")
def language(context: Ctx, actor: PageActor, form: Form) -> Response:
    """Read the console in this language from now on."""
    chosen = form.choice("language", LANGUAGES)
    with context.database.transaction() as session:
        service.set_language(session, actor, chosen, context.clock)
    response = done(OWN_ACCOUNT, "saved")
    response.set_cookie(
        COOKIE, chosen, max_age=31_536_000, httponly=True, samesite="lax", secure=context.service.secure
    )
    return response


@router.get(f"{OWN_ACCOUNT}/password")
def password_form(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form; the only page that opens while a password was set by somebody else."""
    return console_page(request, actor, "system/password.html", forced=request.state.account.must_change_password)


@router.post(f"{OWN_ACCOUNT}/password")
def password(request: Request, context: Ctx, actor: PageActor, address: ClientAddress, form: Form) -> Response:
    """A new password; every other session ends."""
    new = form.raw("new")
    try:
        if new != form.raw("again"):
            raise _differs()
        with context.database.transaction() as session:
            secret = service.change_password(
                session,
                request.state.account.id,
                form.raw("current"),
                new,
                context.clock,
                address=address,
                user_agent=request.headers.get("user-agent", ""),
            )
    except (InvalidInput, SignInRefused, TooManyRequests) as problem:
        forced = request.state.account.must_change_password
        return console_page(request, actor, "system/password.html", status=422, problem=problem, forced=forced)
    response = done(OWN_ACCOUNT, "password")
    keep_session(response, context, secret)
    return response


@router.post(f"{OWN_ACCOUNT}/second-factor")
def enrol(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Against the password, show the secret and its QR code; it counts once a code from it was typed."""
    try:
        with context.database.transaction() as session:
            account_id = request.state.account.id
            made = second_factor.enrol(session, context.box, account_id, form.raw("current"), context.clock)
    except (SignInRefused, TooManyRequests) as problem:
        return _page(request, context, actor, problem)
    return console_page(request, actor, "system/second_factor.html", secret=made.secret, qr=qr_code(made.uri))


@router.post(f"{OWN_ACCOUNT}/second-factor/confirm")
def confirm(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Prove that the authenticator has it; shows the recovery codes this once."""
    try:
        with context.database.transaction() as session:
            codes = second_factor.confirm(
                session, context.box, request.state.account.id, form.text("code"), context.clock
            )
    except (SignInRefused, TooManyRequests) as problem:
        return console_page(
            request, actor, "system/second_factor.html", status=422, problem=problem, secret="", qr=None
        )
    return console_page(request, actor, "system/recovery_codes.html", codes=codes)


@router.post(f"{OWN_ACCOUNT}/second-factor/remove")
def remove(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take it away again, against a code of it."""
    try:
        with context.database.transaction() as session:
            second_factor.remove(session, context.box, request.state.account.id, form.text("code"), context.clock)
    except (SignInRefused, TooManyRequests) as problem:
        return _page(request, context, actor, problem)
    return done(OWN_ACCOUNT, "totp-off")


@router.post(f"{OWN_ACCOUNT}/sessions/end")
def end_session(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """End one session, or all but this one ("all")."""
    account_id, chosen = request.state.account.id, form.text("session")
    own = digest(session_token(request, context))
    with context.database.transaction() as session:
        for row in sign_in.sessions_of(session, account_id, context.clock):
            if row.token_hash != own and chosen in ("all", row.token_hash):
                sign_in.revoke_session(session, account_id, row.token_hash, context.clock)
    return done(f"{OWN_ACCOUNT}#sessions", "revoked")


@router.post(f"{OWN_ACCOUNT}/tokens")
def new_token(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A token for another system; its secret is shown this once."""
    days = form.whole("days", 1, 3650, 365)
    try:
        with context.database.transaction() as session:
            issued = tokens.create_token(
                session,
                actor,
                form.text("name"),
                form.many("scope"),
                context.clock,
                expires_at=context.clock.now() + timedelta(days=days),
            )
    except InvalidInput as problem:
        return _page(request, context, actor, problem)
    return _page(request, context, actor, secret=issued.secret)


@router.post(f"{OWN_ACCOUNT}/tokens/{{token_id}}/revoke")
def revoke_token(token_id: str, context: Ctx, actor: PageActor) -> Response:
    """End a token."""
    with context.database.transaction() as session:
        tokens.revoke_token(session, actor, token_id, context.clock)
    return done(f"{OWN_ACCOUNT}#tokens", "revoked")


def _page(
    request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None, secret: str = ""
) -> Response:
    account_id = request.state.account.id
    with context.database.reading() as session:
        open_sessions = sign_in.sessions_of(session, account_id, context.clock)
        own_tokens = tokens.list_tokens(session, actor)
        left = second_factor.remaining_codes(session, account_id)
    return console_page(
        request,
        actor,
        "system/account.html",
        status=200 if problem is None else 422,
        problem=problem,
        sessions=open_sessions,
        own=digest(session_token(request, context)),
        tokens=own_tokens,
        token_secret=secret,
        recovery_left=left,
        scopes=tuple(TOKEN_SCOPES),
    )


def _differs() -> InvalidInput:
    return invalid(
        "again",
        "password.differs",
        "两次输入的新密码不同。",
        "The two new passwords differ.",
        "请重新输入。",
        "Type them again.",
    )
