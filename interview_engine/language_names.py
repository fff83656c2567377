"""What languages are called and how a page says which one it is in."""

from __future__ import annotations

from babel import Locale


def tag(language: str) -> str:
    """The language for a page's `lang`: "zh" is written in simplified characters."""
    return "zh-Hans" if language == "zh" else language


def own_name(language: str) -> str:
    """What a language calls itself, for a switch: 中文, EN, 日本語, Español."""
    if language == "en":
        return "EN"
    name = Locale.parse(language).get_display_name(language) or language
    return name[0].upper() + name[1:]
