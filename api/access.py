"""A program's call: who makes it (bearer token), what it needs, and its work in one transaction, once.

Each route of the API says what it needs by the type of its `call`: `call: Annotated[Call, needs("contact", "read")]`.
The permission matrix in the tests reads it from there, so no route can forget it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import Ctx
from interview_engine.clock import Clock
from interview_engine.errors import NotSignedIn
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.access.service import require
from interview_engine.hr.accounts import tokens
from interview_engine.i18n import msg
from interview_engine.store import idempotency

Made = TypeVar("Made", bound=BaseModel)

KEY_HEADER = "Idempotency-Key"

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token made in the console under “API tokens”. It does what its scopes name and its account may do.",
)


class Replayed(Exception):  # noqa: N818 not an error: the answer that was given before
    """The same request had an answer before; it is given again."""

    def __init__(self, kept: idempotency.Kept) -> None:
        super().__init__()
        self.kept = kept


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a program that is allowed in.

    Args:
        status: that the route answers with when all goes well.
        key: its Idempotency-Key, with `digest`, the sha256 of the request it came with.
    """

    context: Context
    actor: Actor
    status: int
    key: str | None
    digest: str

    @property
    def clock(self) -> Clock:
        """The clock of the server's context."""
        return self.context.clock

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with self.context.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction; also for reads that leave an audit record."""
        with self.context.database.transaction() as session:
            yield session

    def once(self, work: Callable[[Session], Made]) -> Made:
        """Do the work of a POST in one transaction; with a key, at most once for it.

        Raises:
            Replayed: it was done before; the answer of that time.
        """
        with self.context.database.transaction() as session:
            if self.key is None:
                return work(session)
            box = self.context.box
            kept = idempotency.begin(session, box, self.actor.id, self.key, self.digest, self.clock)
            if kept is not None:
                raise Replayed(kept)
            made = work(session)
            answer = idempotency.Kept(self.status, made.model_dump_json())
            idempotency.keep(session, box, self.actor.id, self.key, answer)
            return made


async def request_digest(request: Request) -> str:
    """sha256 over method, address and body of a request that carries a key; empty for others."""
    if request.method != "POST" or KEY_HEADER not in request.headers:
        return ""
    hashed = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    hashed.update(await request.body())
    return hashed.hexdigest()


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependency behind `needs`: lets a token in whose actor may do all of these to anything at all.

    Which rows the actor reaches is decided by the services, row by row.
    """

    rights: tuple[tuple[FieldClass, Action], ...]

    def __call__(
        self,
        request: Request,
        context: Ctx,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
        digest: Annotated[str, Depends(request_digest)],
    ) -> Call:
        """Check the token and what it may do; returns the call.

        Raises:
            NotSignedIn: `token.missing`, `token.invalid`. PermissionDenied: `access.denied`.
        """
        if credentials is None:
            raise NotSignedIn(
                "token.missing",
                msg("The token is missing."),
                msg("Send Authorization: Bearer <token>."),
            )
        with context.database.reading() as session:
            visit = tokens.visit_by_token(session, credentials.credentials, context.clock)
        for field_class, action in self.rights:
            require(visit.actor, field_class, action)
        if visit.stale:
            context.database.attempt(lambda session: tokens.touch_token(session, visit.token_id, context.clock))
        route = request.scope.get("route")
        status = getattr(route, "status_code", None) or 200
        return Call(context, visit.actor, status, request.headers.get(KEY_HEADER), digest)


def install(app: FastAPI) -> None:
    """Let an answer that was given before leave as it did then, marked `Idempotency-Replayed: true`."""

    @app.exception_handler(Replayed)
    async def _again(_request: Request, before: Replayed) -> Response:
        headers = {"Idempotency-Replayed": "true"}
        return Response(before.kept.body, before.kept.status, headers, media_type="application/json")


def needs(field_class: FieldClass, action: Action, *more: tuple[FieldClass, Action]) -> Any:
    """What a route needs, for `Annotated[Call, needs(…)]`."""
    return Depends(Needs(((field_class, action), *more)))
