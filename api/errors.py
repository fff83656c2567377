"""From the error tree to HTTP: problem+json (RFC 9457) for programs, a page for people. Only this file has statuses."""

from __future__ import annotations

import logging
import sqlite3
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api.i18n import language_of
from interview_engine import errors
from interview_engine.errors import InterviewEngineError
from interview_engine.i18n import Text, msg
from interview_engine.store.outages import outage_of

log = logging.getLogger("interview_engine.api")

STATUSES: tuple[tuple[type[InterviewEngineError], int], ...] = (
    (errors.NotSignedIn, 401),
    (errors.PermissionDenied, 403),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.GoneError, 410),
    (errors.TooLarge, 413),
    (errors.UnsupportedMedia, 415),
    (errors.InvalidInput, 422),
    (errors.TooManyRequests, 429),
    (errors.PolicyError, 409),
    (errors.KitError, 422),
    (errors.MediaError, 422),
    (errors.ReportError, 422),
    (errors.ManifestError, 422),
    (errors.UsageError, 400),
    (errors.ScorerError, 502),
    (errors.OutputError, 503),
    (errors.Busy, 503),
    (errors.WeightsError, 503),
    (errors.SystemPackageError, 503),
)
"""First match wins."""

PLAIN: dict[int, tuple[str, Text, Text]] = {
    400: (
        "request.invalid",
        msg("The request cannot be understood."),
        msg("Check the format and try again."),
    ),
    404: (
        "page.unknown",
        msg("This page does not exist."),
        msg("Check the address, or go to the first page."),
    ),
    405: (
        "method.unknown",
        msg("This address does not support that method."),
        msg("See the API's documentation at /api/docs."),
    ),
    413: (
        "request.too_large",
        msg("This is too large."),
        msg("Send it in smaller parts."),
    ),
    415: (
        "request.media_type",
        msg("This content type is not supported."),
        msg("See the API's documentation at /api/docs."),
    ),
    429: (
        "request.too_many",
        msg("Too many requests."),
        msg("Wait a moment and try again."),
    ),
}


RETRY_AFTER_S = 10
OUTAGE = (
    msg("The service cannot reach its database or its disk at the moment."),
    msg("Saved data is safe. The system retries by itself; you can also try again in a minute."),
)

LOGGED = (errors.PermissionDenied, errors.NotSignedIn, errors.TooManyRequests)
"""Refusals that somebody may want to know of later."""


def status_of(error: InterviewEngineError) -> int:
    """The HTTP status of an error; 500 for one the table does not name."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def problem(status: int, code: str, message: Text, next_step: Text, language: str, **more: Any) -> dict[str, Any]:
    """The body of application/problem+json: `title` and `detail` in `language`, both languages beside."""
    return {
        "type": f"urn:interview-engine:error:{code}",
        "status": status,
        "code": code,
        "title": message.get(language),
        "detail": next_step.get(language),
        "zh": {"message": message.zh, "next_step": next_step.zh},
        "en": {"message": message.en, "next_step": next_step.en},
        **more,
    }


def place(request: Request) -> str:
    """The route of a request, for the log: its template, since a path may hold the secret of a link."""
    template = getattr(request.scope.get("route"), "path", "an unknown path")
    return f"{request.method} {template}"


def who(request: Request) -> str:
    """Whose request it is, for the log: the account where one is known by now."""
    account = getattr(request.state, "account", None)
    return "nobody signed in" if account is None else f"account:{account.id}"


def install(app: FastAPI) -> None:
    """Let every error of the tree, of validation and of the framework leave as a problem or a page."""

    @app.exception_handler(InterviewEngineError)
    async def _own(request: Request, error: InterviewEngineError) -> Response:
        more: dict[str, Any] = {}
        if isinstance(error, errors.InvalidInput) and error.field:
            more["field"] = error.field
        headers = {}
        if isinstance(error, errors.TooManyRequests | errors.Busy):
            headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        if isinstance(error, errors.OutputError):
            log.warning("503 on %s: %s, %s", place(request), error.code, error.next_step.en)
            headers.update(_come_again(request))
        if isinstance(error, errors.NotSignedIn) and request.url.path.startswith("/api/"):
            headers["WWW-Authenticate"] = "Bearer"
        if isinstance(error, LOGGED):
            log.warning("refused: %s on %s by %s", error.code, place(request), who(request))
        again = await _form_again(request, error)
        if again is not None:
            again.headers.update(headers)
            return again
        return respond(request, status_of(error), error.code, error.message, error.next_step, headers, **more)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        fields = [
            {"field": ".".join(str(part) for part in item["loc"]), "problem": item["msg"]} for item in error.errors()
        ]
        named = ", ".join(entry["field"] for entry in fields[:5])
        message = msg("Some fields are not valid: {named}.", named=named)
        next_step = msg("Correct the fields listed in `fields`.")
        return respond(request, 422, "request.fields", message, next_step, {}, fields=fields)

    @app.exception_handler(HTTPException)
    async def _framework(request: Request, error: HTTPException) -> Response:
        if 300 <= error.status_code < 400:
            return Response(status_code=error.status_code, headers=dict(error.headers or {}))
        code, message, next_step = PLAIN.get(error.status_code, PLAIN[400])
        return respond(request, error.status_code, code, message, next_step, dict(error.headers or {}))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(sqlite3.Error)
    @app.exception_handler(OSError)
    @app.exception_handler(Exception)  # also what is raised around the routes, in the layers that count and sign in
    async def _unexpected(request: Request, error: Exception) -> Response:
        outage = outage_of(error)
        if outage is not None:
            log.warning("503 on %s: the database or the disk is %s", place(request), outage)
            return respond(request, 503, "server.outage", *OUTAGE, _come_again(request))
        number = uuid.uuid4().hex[:12]
        log.error("unexpected error %s on %s", number, place(request), exc_info=error)
        message = msg("The server failed (number {number}).", number=number)
        next_step = msg("Saved data is safe. Try again; if the error comes back, report the number.")
        return respond(request, 500, "server.failed", message, next_step, {"Connection": "close"})


async def _form_again(request: Request, error: InterviewEngineError) -> Response | None:
    """The page of the console that a refused form was sent from, with what was typed; None where that cannot be."""
    from api.console.refill import page_again

    out_of_reach = isinstance(error, errors.PermissionDenied) and error.code != "session.csrf"
    if (
        request.method != "POST"
        or not request.url.path.startswith("/console")
        or "text/html" not in request.headers.get("accept", "")
        or out_of_reach
        or isinstance(error, errors.NotSignedIn)
    ):
        return None
    language = language_of(request)
    told = {"message": error.message.get(language), "next_step": error.next_step.get(language)}
    return await page_again(request, status_of(error), told, getattr(error, "field", ""))


def _come_again(request: Request) -> dict[str, str]:
    """Headers of a 503. After a body that may not have been read to its end the connection is of no more use."""
    closing = {} if request.method in ("GET", "HEAD", "OPTIONS") else {"Connection": "close"}
    return {"Retry-After": str(RETRY_AFTER_S), **closing}


def _page(request: Request, status: int, values: dict[str, str], **more: Any) -> Response:
    """The page of a problem; for who is signed in to the console with its navigation, where the database answers."""
    from api.console.frame import console_page
    from api.render import page
    from api.sessions import page_actor

    if request.url.path.startswith("/console") and status not in (401, 500, 503):
        try:
            actor = page_actor(request, request.app.state.context, None)
            return console_page(request, actor, "error.html", status=status, refused=values)
        except (HTTPException, InterviewEngineError, SQLAlchemyError, sqlite3.Error, OSError):
            pass  # nobody is signed in, or the navigation cannot be read: the plain page says the same
    return page(request, "error.html", status=status, problem=values, **more)


def respond(
    request: Request,
    status: int,
    code: str,
    message: Text,
    next_step: Text,
    headers: dict[str, str],
    **more: Any,
) -> Response:
    """A problem for programs (and for the recorder), a page for a browser that navigates."""
    language = language_of(request)
    accepts = request.headers.get("accept", "")
    if "text/html" in accepts and not request.url.path.startswith("/api/"):
        values = {"code": code, "message": message.get(language), "next_step": next_step.get(language)}
        response = _page(request, status, values, **more)
        response.headers.update(headers)
        return response
    body = problem(status, code, message, next_step, language, **more)
    return JSONResponse(body, status, headers, media_type="application/problem+json")
