"""The WeChat clients of this installation, from its settings, and the channels they make."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from api.wechat.channels import OfficialChannel, WecomChannel, closes_the_way
from api.wechat.crypto import CallbackKeys
from api.wechat.official import OfficialAccount
from api.wechat.tokens import TokenHolder
from api.wechat.wecom import WecomApp
from interview_engine.clock import Clock
from interview_engine.store.deliver import Channel
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.wechat_settings import WechatSettings


@dataclass(frozen=True, slots=True)
class Wechat:
    """The clients that are set up; None where nothing is."""

    official: OfficialAccount | None = None
    official_keys: CallbackKeys | None = None
    wecom: WecomApp | None = None
    wecom_keys: CallbackKeys | None = None

    closes_the_way = staticmethod(closes_the_way)

    def channels(self, database: Database, public_url: str, clock: Clock) -> dict[str, Channel]:
        """The channels "official" and "wecom", as far as they are set up."""
        made: dict[str, Channel] = {}
        if self.official is not None:
            made["official"] = OfficialChannel(database, self.official, public_url, clock)
        if self.wecom is not None:
            made["wecom"] = WecomChannel(database, self.wecom, public_url, clock)
        return made

    def channel_names(self) -> tuple[str, ...]:
        """Of "official" and "wecom" those that are set up."""
        return tuple(n for n, app in (("official", self.official), ("wecom", self.wecom)) if app is not None)

    def close(self) -> None:
        """Give the connections back."""
        for client in (self.official, self.wecom):
            if client is not None:
                client.close()


def connect(
    settings: WechatSettings,
    database: Database,
    box: SecretBox,
    clock: Clock,
    transport: httpx.BaseTransport | None = None,
) -> Wechat:
    """Clients for what the settings name. `transport` is given by tests.

    Raises:
        UsageError: `wechat.aes_key`.
    """
    holder = TokenHolder(database, box, clock)
    official, wecom = settings.official, settings.wecom
    return Wechat(
        None if official is None else OfficialAccount(official, holder, transport=transport),
        None if official is None else CallbackKeys(official.token, official.aes_key, official.app_id),
        None if wecom is None else WecomApp(wecom, holder, transport=transport),
        None if wecom is None else CallbackKeys(wecom.token, wecom.aes_key, wecom.corp_id),
    )
