"""Which language a page is in."""

from __future__ import annotations

from fastapi import Request

LANGUAGES = ("zh", "en")
COOKIE = "language"


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
