"""The double of WeChat on a real port, with the product's client set up for it, on one clock."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from hiring_world import MovingClock
from starlette.applications import Starlette

from api.wechat.connect import Wechat, connect
from api.wechat.double.app import make_app
from api.wechat.double.state import Corporation, Official, World
from api.wechat.official import OfficialAccount
from api.wechat.wecom import WecomApp
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.wechat_settings import read_wechat_settings

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KINDS = ("invitation", "result", "offer", "onboarding", "todo", "notice")
FIELDS = ("thing1", "phrase2", "time3")


@contextmanager
def on_a_port(app: Starlette) -> Iterator[str]:
    """Serve an ASGI application; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass(frozen=True, slots=True)
class WechatWorld:
    """The double's memory and address, and the product's clients for it."""

    fake: World
    url: str
    wechat: Wechat
    clock: MovingClock
    database: Database

    @property
    def official(self) -> OfficialAccount:
        assert self.wechat.official is not None
        return self.wechat.official

    @property
    def wecom(self) -> WecomApp:
        assert self.wechat.wecom is not None
        return self.wechat.wecom


def settings_for(url: str, *, subscription: bool = False) -> dict[str, str]:
    """The product's settings, as an administrator would write them."""
    fields = {"title": "thing1", "stage": "phrase2", "time": "time3"}
    templates = {kind: {"template_id": kind, "fields": fields, "subscription": subscription} for kind in KINDS}
    return {
        "INTERVIEW_ENGINE_WECHAT_APP_ID": "wxfake",
        "INTERVIEW_ENGINE_WECHAT_SECRET": "oa-secret",
        "INTERVIEW_ENGINE_WECHAT_TOKEN": "oa-token",
        "INTERVIEW_ENGINE_WECHAT_AES_KEY": AES_KEY,
        "INTERVIEW_ENGINE_WECHAT_TEMPLATES": json.dumps(templates),
        "INTERVIEW_ENGINE_WECHAT_API_URL": f"{url}/oa",
        "INTERVIEW_ENGINE_WECHAT_OPEN_URL": f"{url}/oa",
        "INTERVIEW_ENGINE_WECOM_CORP_ID": "wwfake",
        "INTERVIEW_ENGINE_WECOM_AGENT_ID": "1000002",
        "INTERVIEW_ENGINE_WECOM_SECRET": "qy-secret",
        "INTERVIEW_ENGINE_WECOM_TOKEN": "qy-token",
        "INTERVIEW_ENGINE_WECOM_AES_KEY": AES_KEY,
        "INTERVIEW_ENGINE_WECOM_API_URL": f"{url}/qy",
        "INTERVIEW_ENGINE_WECOM_OPEN_URL": f"{url}/qy",
    }


def fake_world(clock: MovingClock) -> World:
    """A WeChat and a WeCom with nobody in them."""
    official = Official("wxfake", "oa-secret", "oa-token", AES_KEY, "")
    official.templates = dict.fromkeys(KINDS, FIELDS)
    return World(clock, official, Corporation("wwfake", 1000002, "qy-secret", "qy-token", AES_KEY, ""))


@pytest.fixture
def wechat_world(sqlite_database: Database) -> Iterator[WechatWorld]:
    """The double and the clients, with one follower and one member."""
    clock = MovingClock()
    fake = fake_world(clock)
    fake.official.followers.add("o-candidate")
    fake.corporation.members.add("recruiter")
    with on_a_port(make_app(fake)) as url:
        wechat = connect(read_wechat_settings(settings_for(url)), sqlite_database, SecretBox("s" * 40), clock)
        try:
            yield WechatWorld(fake, url, wechat, clock, sqlite_database)
        finally:
            wechat.close()
