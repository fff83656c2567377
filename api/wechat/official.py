"""The Official Account's calls that the product uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from api.wechat.client import ApiClient, WechatError
from api.wechat.tokens import TokenHolder
from interview_engine.wechat_settings import OfficialSettings


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came through the sign-in page. `snapshot`: a stand-in account that must not be bound to anybody."""

    openid: str
    unionid: str | None
    snapshot: bool


class OfficialAccount:
    """One certified service account."""

    def __init__(
        self, settings: OfficialSettings, holder: TokenHolder, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.settings = settings
        self._holder = holder
        self._api = ApiClient(
            "official", settings.api_url, holder, f"official:{settings.app_id}", self._new_token, transport=transport
        )

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def _new_token(self, api: ApiClient) -> tuple[str, float]:
        reply = api.plain(
            "POST",
            "/cgi-bin/stable_token",
            json={
                "grant_type": "client_credential",
                "appid": self.settings.app_id,
                "secret": self.settings.secret,
                "force_refresh": False,
            },
        )
        return str(reply["access_token"]), float(reply["expires_in"])

    def send_template(
        self, openid: str, template_id: str, values: Mapping[str, str], url: str, client_msg_id: str
    ) -> str:
        """A template message; `client_msg_id` lets WeChat drop a repeat. Returns WeChat's message id.

        Raises:
            WechatError, DeliveryError: see ApiClient.call.
        """
        reply = self._api.call(
            "POST",
            "/cgi-bin/message/template/send",
            json={
                "touser": openid,
                "template_id": template_id,
                "url": url,
                "client_msg_id": client_msg_id,
                "data": {name: {"value": value} for name, value in values.items()},
            },
        )
        return str(reply.get("msgid", ""))

    def send_subscription(self, openid: str, template_id: str, values: Mapping[str, str], page: str) -> None:
        """A subscription notice; it uses up one credit of the person for this template."""
        self._api.call(
            "POST",
            "/cgi-bin/message/subscribe/bizsend",
            json={
                "touser": openid,
                "template_id": template_id,
                "page": page,
                "data": {name: {"value": value} for name, value in values.items()},
            },
        )

    def reply_text(self, openid: str, text: str) -> None:
        """A customer-service message: within 48 hours after the person wrote."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        self._api.call("POST", "/cgi-bin/message/custom/send", json=body)

    def sign_in_address(self, redirect: str, state: str) -> str:
        """Where a person is sent to sign in without a question (snsapi_base). The order of the parameters matters."""
        query = urlencode(
            [
                ("appid", self.settings.app_id),
                ("redirect_uri", redirect),
                ("response_type", "code"),
                ("scope", "snsapi_base"),
                ("state", state),
            ]
        )
        return f"{self.settings.open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    def visitor(self, code: str) -> Visitor:
        """Who the code stands for; a code works once.

        Raises:
            WechatError: action "restart_sign_in" for a used or unknown code.
        """
        reply: dict[str, Any] = self._api.plain(
            "GET",
            "/sns/oauth2/access_token",
            params={
                "appid": self.settings.app_id,
                "secret": self.settings.secret,
                "code": code,
                "grant_type": "authorization_code",
            },
        )
        openid = reply.get("openid")
        if not isinstance(openid, str) or not openid:
            raise WechatError(40029, "restart_sign_in", False)
        unionid = reply.get("unionid")
        return Visitor(openid, str(unionid) if unionid else None, reply.get("is_snapshotuser") == 1)
