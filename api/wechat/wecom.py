"""The WeCom application's calls that the product uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from api.wechat.client import ApiClient, WechatError
from api.wechat.tokens import TokenHolder
from interview_engine.wechat_settings import WecomSettings

DUPLICATE_S = 14_400
"""WeCom drops a repeat of the same message within this time (its longest)."""


@dataclass(frozen=True, slots=True)
class Member:
    """Who came through the sign-in page: a member by `userid`, or a stranger by `openid` (a candidate, say)."""

    userid: str | None
    openid: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What WeCom says of a message: `response_code` changes a card once; `unreached` are receivers it refused."""

    message_id: str
    response_code: str | None
    unreached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card; `key` comes back in the callback, or `url` is opened."""

    text: str
    key: str
    primary: bool = False
    url: str = ""


class WecomApp:
    """Calls of one self-built WeCom application: messages to employees, their sign-in, approval cards."""

    def __init__(
        self, settings: WecomSettings, holder: TokenHolder, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.settings = settings
        self._holder = holder
        self._key = f"wecom:{settings.corp_id}:{settings.agent_id}"
        self._api = ApiClient("wecom", settings.api_url, holder, self._key, self._new_token, transport=transport)

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def _new_token(self, api: ApiClient) -> tuple[str, float]:
        reply = api.plain(
            "GET",
            "/cgi-bin/gettoken",
            params={"corpid": self.settings.corp_id, "corpsecret": self.settings.secret},
        )
        return str(reply["access_token"]), float(reply["expires_in"])

    def send_textcard(self, userids: Sequence[str], title: str, description: str, url: str, button: str) -> Sent:
        """A card that opens a page. Title 128, description 512 bytes, button 4 characters."""
        card = {"title": title, "description": description, "url": url, "btntxt": button}
        return self._send(userids, {"msgtype": "textcard", "textcard": card})

    def send_buttons(
        self,
        userids: Sequence[str],
        *,
        title: str,
        description: str,
        facts: Sequence[tuple[str, str]],
        url: str,
        buttons: Sequence[Button],
        task_id: str,
    ) -> Sent:
        """A card whose buttons open a page or answer to our callback (button_interaction).

        Args:
            facts: at most 6 of (name of up to 5 characters, value of up to 26).
        """
        card = {
            "card_type": "button_interaction",
            "main_title": {"title": title, "desc": description},
            "horizontal_content_list": [{"keyname": name, "value": value} for name, value in facts],
            "card_action": {"type": 1, "url": url},
            "task_id": task_id,
            "button_list": [
                {"text": b.text, "style": 1 if b.primary else 2}
                | ({"type": 1, "url": b.url} if b.url else {"key": b.key})
                for b in buttons
            ],
        }
        return self._send(userids, {"msgtype": "template_card", "template_card": card})

    def settle_buttons(self, userids: Sequence[str], response_code: str, text: str) -> None:
        """Replace a card's buttons by what was decided; a response code works once, for 72 hours."""
        body = {
            "userids": list(userids),
            "agentid": self.settings.agent_id,
            "response_code": response_code,
            "button": {"replace_name": text},
        }
        self._api.call("POST", "/cgi-bin/message/update_template_card", json=body)

    def member(self, code: str) -> Member:
        """Who the code of the sign-in page stands for; it works once.

        Raises:
            WechatError: action "restart_sign_in" for a used or unknown code.
        """
        reply = self._api.call("GET", "/cgi-bin/auth/getuserinfo", params={"code": code})
        userid, openid = reply.get("userid"), reply.get("openid")
        if not userid and not openid:
            raise WechatError(40029, "restart_sign_in", False)
        return Member(str(userid) if userid else None, str(openid) if openid else None)

    def sign_in_address(self, redirect: str, state: str) -> str:
        """Where a person is sent to sign in without a question."""
        query = urlencode(
            [
                ("appid", self.settings.corp_id),
                ("redirect_uri", redirect),
                ("response_type", "code"),
                ("scope", "snsapi_base"),
                ("state", state),
                ("agentid", str(self.settings.agent_id)),
            ]
        )
        return f"{self.settings.open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    def _send(self, userids: Sequence[str], message: dict[str, Any]) -> Sent:
        body = {
            "touser": "|".join(userids),
            "agentid": self.settings.agent_id,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_S,
            **message,
        }
        reply = self._api.call("POST", "/cgi-bin/message/send", json=body)
        named = "|".join(str(reply.get(key) or "") for key in ("invaliduser", "unlicenseduser"))
        unreached = tuple(dict.fromkeys(part for part in named.split("|") if part))
        code = reply.get("response_code")
        return Sent(str(reply.get("msgid", "")), str(code) if code else None, unreached)
