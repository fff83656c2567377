"""A wing answers the same as its router, and is not asked for paths of others."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Match
from starlette.testclient import TestClient

from api.wing import Wing


def _router() -> APIRouter:
    inner = APIRouter()
    inner.add_api_route("/rooms/{room}/chairs", lambda room: {"room": room}, methods=["GET"])
    outer = APIRouter()
    outer.add_api_route("/doors", lambda: {"doors": 2}, methods=["GET"])
    outer.include_router(inner, prefix="/upstairs")
    return outer


@pytest.mark.parametrize("root_path", ["", "/hr"])
def test_every_route_is_reached_below_its_prefix(root_path: str) -> None:
    app = FastAPI()
    app.include_router(Wing(_router(), prefix="/api"))
    client = TestClient(app, root_path=root_path)
    assert client.get(f"{root_path}/api/doors").json() == {"doors": 2}
    assert client.get(f"{root_path}/api/upstairs/rooms/a%20b/chairs").json() == {"room": "a b"}
    assert client.post(f"{root_path}/api/doors").status_code == 405
    assert client.get(f"{root_path}/doors").status_code == 404


def test_no_route_is_tried_for_another_path(monkeypatch: pytest.MonkeyPatch) -> None:
    wing = Wing(_router(), prefix="/api")
    monkeypatch.setattr(APIRouter, "matches", lambda _self, _scope: (Match.FULL, {}))
    assert wing.matches({"type": "http", "path": "/console/doors"}) == (Match.NONE, {})
    assert wing.matches({"type": "http", "path": "/api/doors"}) == (Match.FULL, {})
    assert wing.matches({"type": "http", "path": "/api/upstairs/rooms/7/chairs"}) == (Match.FULL, {})
