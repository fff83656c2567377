"""Typed settings of the Official Account and of the WeCom application; each is None when it is not set up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import PREFIX

TEMPLATES = ("invitation", "result", "offer", "onboarding", "todo", "notice")
"""Kinds of message that a template of the Official Account can be named for."""


@dataclass(frozen=True, slots=True)
class TemplateSetting:
    """One message template of the Official Account's console.

    Args:
        template_id: from the console.
        fields: our field ("title", "stage", "time", "name") → the template's ("thing2", "phrase5", "time3").
        subscription: sent as a subscription notice (needs a credit), not as a template message.
    """

    template_id: str
    fields: Mapping[str, str]
    subscription: bool = False


@dataclass(frozen=True, slots=True)
class OfficialSettings:
    """An Official Account (certified service account).

    Args:
        api_url: where its API answers; another host in tests and demos.
        open_url: where people sign in.
    """

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    templates: Mapping[str, TemplateSetting] = field(default_factory=dict)
    api_url: str = "https://api.weixin.qq.com"
    open_url: str = "https://open.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WecomSettings:
    """A self-built WeCom application."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_url: str = "https://qyapi.weixin.qq.com"
    open_url: str = "https://open.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """Both, each None when it is not set up."""

    official: OfficialSettings | None = None
    wecom: WecomSettings | None = None


def read_wechat_settings(environment: Mapping[str, str]) -> WechatSettings:
    """From INTERVIEW_ENGINE_WECHAT_APP_ID, _SECRET, _TOKEN, _AES_KEY, _TEMPLATES (JSON), _API_URL, _OPEN_URL and
    INTERVIEW_ENGINE_WECOM_CORP_ID, _AGENT_ID, _SECRET, _TOKEN, _AES_KEY, _API_URL, _OPEN_URL.

    Raises:
        UsageError: `settings.wechat`: part of what is needed is missing or not valid; names the variable.
    """

    def text(name: str) -> str:
        return environment.get(PREFIX + name, "").strip()

    def all_of(prefix: str, names: tuple[str, ...]) -> dict[str, str] | None:
        values = {name: text(f"{prefix}_{name}") for name in names}
        if not any(values.values()):
            return None
        missing = [f"{prefix}_{name}" for name, value in values.items() if not value]
        if missing:
            raise _wrong(missing[0])
        return values

    official = all_of("WECHAT", ("APP_ID", "SECRET", "TOKEN", "AES_KEY"))
    wecom = all_of("WECOM", ("CORP_ID", "AGENT_ID", "SECRET", "TOKEN", "AES_KEY"))
    if wecom and not wecom["AGENT_ID"].isdecimal():
        raise _wrong("WECOM_AGENT_ID")
    default = OfficialSettings("", "", "", "")
    return WechatSettings(
        None
        if official is None
        else OfficialSettings(
            official["APP_ID"],
            official["SECRET"],
            official["TOKEN"],
            official["AES_KEY"],
            _templates(text("WECHAT_TEMPLATES")),
            text("WECHAT_API_URL").rstrip("/") or default.api_url,
            text("WECHAT_OPEN_URL").rstrip("/") or default.open_url,
        ),
        None
        if wecom is None
        else WecomSettings(
            wecom["CORP_ID"],
            int(wecom["AGENT_ID"]),
            wecom["SECRET"],
            wecom["TOKEN"],
            wecom["AES_KEY"],
            text("WECOM_API_URL").rstrip("/") or "https://qyapi.weixin.qq.com",
            text("WECOM_OPEN_URL").rstrip("/") or default.open_url,
        ),
    )


def _templates(raw: str) -> dict[str, TemplateSetting]:
    if not raw:
        return {}
    try:
        document: Any = json.loads(raw)
        templates = {
            str(kind): TemplateSetting(
                str(entry["template_id"]),
                {str(ours): str(theirs) for ours, theirs in entry["fields"].items()},
                bool(entry.get("subscription", False)),
            )
            for kind, entry in document.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _wrong("WECHAT_TEMPLATES") from None
    if set(templates) - set(TEMPLATES):
        raise _wrong("WECHAT_TEMPLATES")
    return templates


def _wrong(name: str) -> UsageError:
    return UsageError(
        "settings.wechat",
        msg("WeChat settings are incomplete or wrong: {prefix}{name}", prefix=PREFIX, name=name),
        msg("See docs/wechat.md."),
    )
