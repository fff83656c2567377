"""Calls to WeChat's and WeCom's API: the token is put in, errors are decided by code, and nothing is tried for ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from api.wechat.codes import MAX_TRIES, Platform, action_for
from api.wechat.tokens import TokenHolder
from interview_engine.errors import DeliveryError
from interview_engine.i18n import msg
from interview_engine.store.deadline import Deadline

logging.getLogger("httpx").setLevel(logging.WARNING)
"""Its lines hold whole addresses, in which WeChat wants secrets, tokens and codes."""

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
CALL_S = 10.0
"""For one whole call by the wall, however slowly the platform speaks."""
BACKOFF_S = (0.5, 2.0)
MAX_REPLY = 1_000_000


class WechatError(DeliveryError):
    """WeChat answered with an error code.

    Args:
        errcode: WeChat's number.
        action: what codes.action_for says to it.
    """

    def __init__(self, errcode: int, action: str, temporary: bool) -> None:
        super().__init__(
            f"wechat.{errcode}",
            msg("WeChat answered with error {errcode}.", errcode=errcode),
            _NEXT.get(action, _NEXT["message"]),
            temporary,
        )
        self.errcode = errcode
        self.action = action

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it crosses from a worker process as itself."""
        return (type(self), (self.errcode, self.action, self.temporary))


_NEXT = {
    "retry": msg("WeChat is busy; it is tried again later."),
    "wait_minute": msg("The quota is used up; it goes out when the window ends."),
    "wait_hour": msg("The quota is used up; it goes out when the window ends."),
    "wait_day": msg("Today's quota is used up; it goes out tomorrow."),
    "renew_token": msg("The access token is refused; check the secret."),
    "restart_sign_in": msg("Open the link and sign in again."),
    "spent": msg("Refused or no credit left; another channel is used."),
    "receiver": msg("Not reached here; another channel is used."),
    "message": msg("Check the template and its fields."),
    "set_up": msg("Check secret, rights, domain and IPs."),
}

TEMPORARY = frozenset({"retry", "wait_minute", "wait_hour", "wait_day"})


class ApiClient:
    """The API of one WeChat or WeCom application, with its access token.

    Args:
        token_key: of this application's token in the holder.
        fetch_token: gets a new token; it uses `plain` and so never recurses.
        pause: waits between tries; injected.
    """

    def __init__(
        self,
        platform: Platform,
        base_url: str,
        holder: TokenHolder,
        token_key: str,
        fetch_token: Callable[[ApiClient], tuple[str, float]],
        *,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.platform = platform
        self.holder = holder
        self.token_key = token_key
        self._fetch_token = fetch_token
        self._pause = pause
        # A connection for each call: the deadline ends the one that its call has opened.
        made = transport or httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._http = httpx.Client(base_url=base_url, transport=made, timeout=TIMEOUT, follow_redirects=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One call with the application's token.

        At most `MAX_TRIES` requests: again when WeChat is busy, once more with a new token when it refuses the token.

        Raises:
            WechatError: what is left after that. DeliveryError: `wechat.unreachable`, `wechat.reply`.
        """
        refused: str | None = None
        renewed = False
        for attempt in range(MAX_TRIES):
            last = attempt == MAX_TRIES - 1
            token = self.holder.get(self.token_key, lambda: self._fetch_token(self), refused=refused)
            try:
                return self.plain(method, path, params={"access_token": token, **(params or {})}, json=json)
            except WechatError as error:
                if error.action == "renew_token" and not renewed and not last:
                    refused, renewed = token, True
                    continue
                if error.action != "retry" or last:
                    raise
            except DeliveryError:
                if last:
                    raise
            self._pause(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
        raise AssertionError("every last try returns or raises")

    def plain(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One request without a token, not repeated. Raises as `call`."""
        try:
            with Deadline(CALL_S) as deadline:
                response = self._http.request(
                    method, path, params=dict(params or {}), json=json, extensions={"trace": deadline.trace}
                )
        except httpx.HTTPError:
            raise _unreachable() from None
        if response.status_code != 200 or len(response.content) > MAX_REPLY:
            raise _unreachable()
        try:
            reply = response.json()
        except ValueError:
            raise _bad_reply() from None
        if not isinstance(reply, dict):
            raise _bad_reply()
        code = reply.get("errcode", 0)
        if isinstance(code, bool) or not isinstance(code, int):
            raise _bad_reply()
        action = action_for(self.platform, code)
        if action != "ok":
            raise WechatError(code, action, action in TEMPORARY)
        return reply

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


def _unreachable() -> DeliveryError:
    return DeliveryError(
        "wechat.unreachable",
        msg("WeChat's server cannot be reached."),
        msg("It is tried again; check the network."),
    )


def _bad_reply() -> DeliveryError:
    return DeliveryError(
        "wechat.reply",
        msg("WeChat's reply cannot be understood."),
        msg("It is tried again."),
    )
