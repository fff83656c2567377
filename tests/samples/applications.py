"""The application over a test's own context, at a hundredth of its price.

Making an application reads the signatures behind some 300 routes, 0.3 to 0.6 s of a processor. All applications of
these tests have the same routes, so one process reads them once; context, limits and middleware are each test's own.
"""

from __future__ import annotations

from copy import copy

from fastapi import FastAPI
from starlette.datastructures import State

from api.app import attach, create_app
from api.areas import AREAS
from api.context import Context
from api.limits import Buckets

_FIRST: list[FastAPI] = []


def application(context: Context, buckets: Buckets | None = None) -> FastAPI:
    """As `create_app`, with the routes of the first application of this process."""
    if not _FIRST:
        _FIRST.append(create_app(context))
    app = copy(_FIRST[0])
    app.router = copy(app.router)
    app.router.routes = list(app.router.routes)  # a route that one test adds is no other's
    app.state = State({"areas": AREAS})
    app.user_middleware, app.middleware_stack = [], None
    attach(app, context, buckets)
    return app
