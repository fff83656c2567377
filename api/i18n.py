"""Which language a page is in, and its words: gettext catalogues, read as they are written, without a compile step."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from fastapi import Request

LANGUAGES = ("zh", "en")
COOKIE = "language"
LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every English text with its translation, from all `locale/<language>/*.po`; empty for English itself.

    Raises:
        ValueError: two files translate one text differently.
    """
    words: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if not message.id:
                    continue
                english, translated = str(message.id), str(message.string)
                if words.setdefault(english, translated) != translated:
                    raise ValueError(f"{path.name}: “{english}” is translated twice")
    return words


def translator(language: str) -> Callable[..., str]:
    """`_("text {name}", name=…)` for templates: the text in `language`, its placeholders filled (str.format)."""
    words = catalogue(language)

    def translate(text: str, **values: object) -> str:
        found = words.get(text) or text
        return found.format(**values) if values else found

    return translate


def language_of(request: Request) -> str:
    """The page's language: the switch (cookie), else what the browser asks for first, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        name = part.split(";")[0].strip().lower()[:2]
        if name in LANGUAGES:
            return name
    return "zh"
