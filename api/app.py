"""The application assembled from middleware, errors, pages and routes. Behaviour lives in the modules named here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import access, errors, openapi, reference
from api.area import WebArea
from api.areas import AREAS
from api.changes.hub import Changes
from api.console.lists.pages import list_pages
from api.context import Context
from api.i18n import COOKIE
from api.limits import Buckets, Limits
from api.middleware import COMPRESSION_LEVEL, NOT_COMPRESSED, SecurityHeaders
from api.phone.lists import phone_pages
from api.routes.lists import LISTS_TAG, list_routes
from api.switched_off import SwitchedOff
from api.switches import Switches, paths_of
from api.wing import Wing
from interview_engine import __version__
from interview_engine.i18n import languages

PAGES = (
    "candidate.public",
    "candidate.entry",
    "candidate.own_applications",
    "candidate.pages",
    "candidate.receipts",
    "candidate.uploads",
    "signing.pages",
    "console.system.sign_in",
    "console.router",
    "candidate.media",
    "phone.pages",
    "phone.todo",
    "phone.mine",
    "phone.photo",
    "phone.shifts",
    "phone.time",
    "phone.leaving",
    "phone.pay.door",
    "phone.pay.slips",
    "phone.performance.pages",
    "phone.performance.feedback",
    "phone.expenses",
    "phone.requests",
    "changes.routes",
    "phone.dictation",
)
"""Modules of api with pages for everybody: candidates, visitors from WeChat, who signs in. Each has `router`."""


def create_app(context: Context, buckets: Buckets | None = None, areas: tuple[WebArea, ...] = AREAS) -> FastAPI:
    """The whole application over one context.

    Args:
        buckets: limits on how often, when others than `api.limits.RATES` are wanted.
        areas: whose pages and routes it has.
    """
    app = FastAPI(
        title="Interview Engine",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.areas = areas
    errors.install(app)
    access.install(app)
    openapi.install(app, (*(tag for area in areas for tag in area.tags), LISTS_TAG))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for name in PAGES:
        app.include_router(Wing(import_module(f"api.{name}").router), include_in_schema=False)
    for area in areas:
        app.include_router(Wing(_all_of(area)))
    app.include_router(reference.router)
    app.add_api_route("/language/{language}", _switch_language, methods=["GET"], include_in_schema=False)
    attach(app, context, buckets)
    return app


def _all_of(area: WebArea) -> APIRouter:
    """Its lists, pages and routes."""
    found = APIRouter()
    for one in area.lists:
        found.include_router(Wing(list_pages(one)), include_in_schema=False)
        found.include_router(Wing(phone_pages(one)), include_in_schema=False)
        found.include_router(Wing(list_routes(one.spec), prefix="/api/v1"))
    for router in area.pages:
        found.include_router(Wing(router), include_in_schema=False)
    for router in area.routes:
        found.include_router(Wing(router, prefix="/api/v1"))
    return found


def attach(app: FastAPI, context: Context, buckets: Buckets | None = None) -> None:
    """Give an application its context, and the middleware over it; what is added last sees a request first.

    Args:
        buckets: as `create_app`'s.
    """
    app.state.context = context
    app.state.changes = Changes(context.database)
    app.state.switches = Switches(context.clock)
    app.state.module_paths = paths_of(app.state.areas)
    app.add_middleware(SwitchedOff, context=context, paths=app.state.module_paths)
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION_LEVEL, exclude_content_types=NOT_COMPRESSED)
    app.add_middleware(Limits, context=context, buckets=buckets)
    app.add_middleware(SecurityHeaders, secure=context.service.secure)


def _switch_language(language: str, request: Request, back: str = "/") -> RedirectResponse:
    """Keep the language in a cookie and go back to the page it was switched on (one of ours only)."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if inside else "/", 303)
    if language in languages():
        secure = request.app.state.context.service.secure
        response.set_cookie(COOKIE, language, max_age=31_536_000, httponly=True, samesite="lax", secure=secure)
    return response
