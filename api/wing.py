"""A router behind a look at the beginning of the path: a request tries its routes only where one of them can match."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope


class Wing(APIRouter):
    """The routes of one router, skipped as a whole by requests for other paths.

    Routes are tried one after another, some microseconds each, and a house of many areas has hundreds of them.

    Args:
        router: whose routes.
        prefix: put before their paths.
    """

    def __init__(self, router: APIRouter, prefix: str = "") -> None:
        super().__init__()
        self.include_router(router, prefix=prefix)
        paths = {context.path or "" for context in iter_route_contexts(self.routes)}
        self._heads = tuple(sorted({path.partition("{")[0] for path in paths}))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every router's; no match where no route begins as the path does."""
        path: str = scope["path"]
        if not path.removeprefix(scope.get("root_path", "")).startswith(self._heads):
            return Match.NONE, {}
        return super().matches(scope)
