"""The answer to who asks for a page or a route of a module that their company has switched off (L8)."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import Context
from api.errors import respond, status_of
from api.phone.employee import known_employee
from api.sessions import signed_in
from api.switches import company_for, module_at, off_for, switches_of
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.accounts import tokens
from interview_engine.hr.companies import service as companies


class SwitchedOff:
    """Answers pages and routes of a module that is off for the caller's company with what is to be said of it. Pure
    ASGI, so that none is forgotten. Who is not known goes on to where they sign in."""

    def __init__(self, app: ASGIApp, *, context: Context, paths: tuple[tuple[str, str], ...]) -> None:
        self.app = app
        self.context = context
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        module = module_at(self.paths, scope["path"]) if scope["type"] == "http" else None
        if module is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        known = switches_of(request).known()
        if known is not None and module not in known.off:  # nearly always: no thread for it
            await self.app(scope, receive, send)
            return
        refusal = await run_in_threadpool(self._refusal, request, module)
        if refusal is None:
            await self.app(scope, receive, send)
            return
        said = (status_of(refusal), refusal.code, refusal.message, refusal.next_step)
        answer = await run_in_threadpool(respond, request, *said, {})
        await answer(scope, receive, send)

    def _refusal(self, request: Request, module: str) -> InterviewEngineError | None:
        off = off_for(request, self.context)
        if module not in off.off:
            return None
        with self.context.database.reading() as session:
            person_id, known = self._caller(request, session)
            if not known or not off.is_off(module, company_for(request, session, person_id)):
                return None
        return companies.switched_off(companies.named(module))

    def _caller(self, request: Request, session: Session) -> tuple[str | None, bool]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                return tokens.visit_by_token(session, token, self.context.clock).actor.person_id, True
            except InterviewEngineError:
                return None, False
        visit = signed_in(request, self.context)
        if visit is not None:
            return visit.person.id, True
        person = known_employee(request, self.context)
        return (None, False) if person is None else (person.id, True)
