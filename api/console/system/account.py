"""One's own account: language, password, second factor, open sessions, tokens for other systems."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.charts import qr_code
from api.console.forms import Form
from api.console.frame import console_page, done
from api.context import Context
from api.deps import ClientAddress, Ctx
from api.i18n import CONSOLE_LANGUAGES, COOKIE
from api.sessions import OWN_ACCOUNT, PageActor, keep_session, session_token
from interview_engine.errors import InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import TOKEN_SCOPES, Actor
from interview_engine.hr.accounts import second_factor, service, sign_in, tokens
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest

router = APIRouter()


@router.get(OWN_ACCOUNT)
def account(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The account of the person who is signed in: language, password, second step, sessions, tokens."""
    return _page(request, context, actor)


@router.post(f"{OWN_ACCOUNT}/language")
def language(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Set the language of the console."""

    def change(session: Session) -> str:
        chosen = form.choice("language", CONSOLE_LANGUAGES)
        service.set_language(session, actor, chosen, context.clock)
        return chosen

    def then(chosen: str) -> Response:
        response = done(OWN_ACCOUNT, "saved")
        response.set_cookie(
            COOKIE, chosen, max_age=31_536_000, httponly=True, samesite="lax", secure=context.service.secure
        )
        return response

    return act(context, change, then, lambda problem: _page(request, context, actor, problem))


@router.get(f"{OWN_ACCOUNT}/password")
def password_form(request: Request, context: Ctx, actor: PageActor) -> Response:
    """The form; the only page that opens while a temporary password is set."""
    return console_page(request, actor, "system/password.html", forced=request.state.account.must_change_password)


@router.post(f"{OWN_ACCOUNT}/password")
def password(request: Request, context: Ctx, actor: PageActor, address: ClientAddress, form: Form) -> Response:
    """Set a new password; every other session ends."""

    forced = request.state.account.must_change_password

    def change(session: Session) -> str:
        new = form.raw("new")
        if new != form.raw("again"):
            raise _differs()
        return service.change_password(
            session,
            request.state.account.id,
            form.raw("current"),
            new,
            context.clock,
            address=address,
            user_agent=request.headers.get("user-agent", ""),
        )

    def then(secret: str) -> Response:
        response = done("/console/home" if forced else OWN_ACCOUNT, "password")
        keep_session(response, context, secret)
        return response

    def again(problem: InterviewEngineError) -> Response:
        return console_page(request, actor, "system/password.html", problem=problem, forced=forced)

    return act(context, change, then, again)


@router.post(f"{OWN_ACCOUNT}/second-factor")
def enrol(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Against the password, show the secret and its QR code; it counts once a code from it was typed."""
    account_id, current = request.state.account.id, form.raw("current")
    return act(
        context,
        lambda session: second_factor.enrol(session, context.box, account_id, current, context.clock),
        lambda made: console_page(
            request, actor, "system/second_factor.html", secret=made.secret, qr=qr_code(made.uri)
        ),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{OWN_ACCOUNT}/second-factor/confirm")
def confirm(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Prove that the authenticator has the secret; shows the recovery codes once."""
    account_id, code = request.state.account.id, form.text("code")
    return act(
        context,
        lambda session: second_factor.confirm(session, context.box, account_id, code, context.clock),
        lambda codes: console_page(request, actor, "system/recovery_codes.html", codes=codes, renewed=False),
        lambda problem: console_page(request, actor, "system/second_factor.html", problem=problem, secret="", qr=None),
    )


@router.post(f"{OWN_ACCOUNT}/second-factor/codes")
def new_codes(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Against the password and a code, new recovery codes, shown this once; the old ones no longer work."""
    account_id, current, code = request.state.account.id, form.raw("current"), form.text("code")
    return act(
        context,
        lambda session: second_factor.new_recovery_codes(
            session, context.box, account_id, current, code, context.clock
        ),
        lambda codes: console_page(request, actor, "system/recovery_codes.html", codes=codes, renewed=True),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{OWN_ACCOUNT}/second-factor/remove")
def remove(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Remove one's own second factor, against a code of it."""
    account_id, code = request.state.account.id, form.text("code")
    return act(
        context,
        lambda session: second_factor.remove(session, context.box, account_id, code, context.clock),
        lambda _: done(OWN_ACCOUNT, "totp-off"),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{OWN_ACCOUNT}/sessions/end")
def end_session(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """End one session, or all but this one ("all")."""
    account_id, chosen = request.state.account.id, form.text("session")
    own = digest(session_token(request, context))

    def change(session: Session) -> None:
        for row in sign_in.sessions_of(session, account_id, context.clock):
            if row.token_hash != own and chosen in ("all", row.token_hash):
                sign_in.revoke_session(session, account_id, row.token_hash, context.clock)

    return act(
        context,
        change,
        lambda _: done(f"{OWN_ACCOUNT}#sessions", "revoked"),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{OWN_ACCOUNT}/tokens")
def new_token(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A token for another system; its secret is shown this once."""

    def change(session: Session) -> str:
        days = form.whole("days", 1, 3650, 365)
        issued = tokens.create_token(
            session,
            actor,
            form.text("name"),
            form.many("scope"),
            context.clock,
            expires_at=context.clock.now() + timedelta(days=days),
        )
        return issued.secret

    return act(
        context,
        change,
        lambda secret: _page(request, context, actor, secret=secret),
        lambda problem: _page(request, context, actor, problem),
    )


@router.post(f"{OWN_ACCOUNT}/tokens/{{token_id}}/revoke")
def revoke_token(token_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Revoke one of the own API tokens; requests with it are refused from then on."""
    return act(
        context,
        lambda session: tokens.revoke_token(session, actor, token_id, context.clock),
        lambda _: done(f"{OWN_ACCOUNT}#tokens", "revoked"),
        lambda problem: _page(request, context, actor, problem),
    )


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
        msg("The two new passwords differ."),
        msg("Type them again."),
    )
