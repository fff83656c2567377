"""Outbox messages in words, by template; each area hands over its own (`hr.area.Message`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from interview_engine.clock import CHINA
from interview_engine.errors import DeliveryError
from interview_engine.hr.house import house
from interview_engine.i18n import msg


@dataclass(frozen=True, slots=True)
class Words:
    """A message as people read it."""

    subject: str
    body: str


def words_for(template: str, payload: dict[str, Any], language: str, public_url: str) -> Words:
    """The text of a message in `language` ("zh" or "en").

    Args:
        public_url: of the service, without a last "/"; empty leaves addresses relative.

    Raises:
        DeliveryError: `message.no_words`: nobody has written this template's words; `message.no_link`: the payload
            does not have what its link is made of (a link's secret is wiped after use).
    """
    found = house().messages.get(template)
    if found is None:
        raise DeliveryError(
            "message.no_words",
            msg("The template “{template}” has no words.", template=template),
            msg("Add them to the messages of its area."),
            temporary=False,
        )
    values = {key: str(value) for key, value in payload.items() if isinstance(value, str | int | float)}
    return Words(
        found.subject.get(language).format_map(_Filled(values, language, "")),
        found.body.get(language).format_map(_Filled(values, language, link_of(template, payload, public_url))),
    )


def link_of(template: str, payload: dict[str, Any], public_url: str) -> str:
    """Where the message leads; empty when nowhere. Raises DeliveryError `message.no_link`, as above."""
    found = house().messages.get(template)
    if found is None or not found.path:
        return ""
    try:
        return public_url + found.path.format_map(payload)
    except KeyError as error:
        raise DeliveryError(
            "message.no_link",
            msg("The message lacks {error}, which its link is made of.", error=error),
            msg("The link may have been used; send a new one."),
            temporary=False,
        ) from None


class _Filled(dict[str, str]):
    """What placeholders become: the payload's values, a link, a date for people."""

    def __init__(self, values: dict[str, str], language: str, link: str) -> None:
        super().__init__(values)
        self["link"] = link
        if "expires_at" in values:
            at = datetime.fromisoformat(values["expires_at"])
            minute = f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
            self["expires"] = msg("{time} (Beijing time)", time=minute).get(language)

    def __missing__(self, key: str) -> str:
        return "—"
