"""Typed settings of a provider of electronic signatures; None where the installation signs by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.settings import PREFIX, invalid_setting

LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class EsignSettings:
    """An application on the open platform of e签宝 (docs/e-sign.md).

    Args:
        url: "https://openapi.esign.cn", or the sandbox's; plain http only on this machine.
        org_id: the company's number there, whose seal is used; "" for the application's own company.
        seal_id: of the company's seal; "" for its default one.
    """

    app_id: str
    secret: str = field(repr=False)
    url: str = "https://openapi.esign.cn"
    org_id: str = ""
    seal_id: str = ""


def read_esign_settings(environment: Mapping[str, str]) -> EsignSettings | None:
    """Settings from INTERVIEW_ENGINE_ESIGN_APP_ID, _ESIGN_SECRET, _ESIGN_URL, _ESIGN_ORG_ID, _ESIGN_SEAL_ID.

    Raises:
        UsageError: `settings.esign`, one of application and secret is missing; `settings.invalid`, the address.
    """

    def text(name: str) -> str:
        return environment.get(f"{PREFIX}ESIGN_{name}", "").strip()

    app_id, secret = text("APP_ID"), text("SECRET")
    if not app_id and not secret:
        return None
    if not app_id or not secret:
        raise UsageError(
            "settings.esign",
            msg("The provider of signatures needs both its application's number and its secret."),
            msg("Set INTERVIEW_ENGINE_ESIGN_APP_ID and INTERVIEW_ENGINE_ESIGN_SECRET, or neither."),
        )
    url = (text("URL") or "https://openapi.esign.cn").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise invalid_setting("ESIGN_URL", url, "https://openapi.esign.cn")
    return EsignSettings(app_id, secret, url, text("ORG_ID"), text("SEAL_ID"))
