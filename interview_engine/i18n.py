"""Texts that people read: English msgids, translated from gettext catalogues by area when they are shown.

`msg("The file {name} is empty.", name=path.name)` is the text; `locale/<language>/<area>.po` hold its translations.
English is the msgid itself. Catalogues are read as they are written, when their language is first asked for: nothing is
compiled, and nothing is read at import. A third language is a folder of catalogues, not a change of code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from interview_engine.english_counts import of_one

SOURCE = "en"
"""The language of the msgids."""

_FOLDERS: list[Path] = [Path(__file__).parent / "locale"]

_STRINGS = r'((?:"[^"\\]*(?:\\.[^"\\]*)*"\s*)+)'
_ENTRY = re.compile(rf"(?:^msgctxt {_STRINGS})?^msgid {_STRINGS}^msgstr {_STRINGS}", re.MULTILINE)
_PIECE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')


class Text(Protocol):
    """What can be read in several languages: the product's Message, a list of such, a LocalizedText people wrote."""

    @property
    def zh(self) -> str:
        """The text in Chinese."""

    @property
    def en(self) -> str:
        """The text in English."""

    def get(self, language: str) -> str:
        """The text in `language`; English where it is not translated."""


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A text that people wrote in both languages of their material: a kit's question, the name of a competency."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        """The text in `language`: "zh" gives Chinese, anything else English."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the product.

    Args:
        text: the msgid, English with str.format places.
        values: what fills the places, by name. A value that is a text itself is shown in the language of the whole.
            Without any, the text is shown as it is, braces and all.
        context: tells apart what English has one word for ("Level" of a notice, of a competency).
    """

    text: str
    values: tuple[tuple[str, object], ...] = ()
    context: str = ""

    def get(self, language: str) -> str:
        """The text in `language` with its places filled; English where no catalogue translates it."""
        return _filled(translated(self.text, language, self.context), self.values, language)

    def filled(self, **values: object) -> Message:
        """The same text with (more) places filled."""
        return Message(self.text, (*self.values, *values.items()), self.context)

    @property
    def en(self) -> str:
        """The text in English."""
        return self.get("en")

    @property
    def zh(self) -> str:
        """The text in Chinese."""
        return self.get("zh")


def msg(text: str, /, *, context: str = "", **values: object) -> Message:
    """A text of the product: English with {places}, and what fills them. `text` is written out: tools look for it."""
    return Message(text, tuple(values.items()), context)


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts one after another, with a separator between each two."""

    parts: tuple[object, ...]
    separator: Message

    def get(self, language: str) -> str:
        """The whole in `language`."""
        return self.separator.get(language).join(str(_shown(part, language)) for part in self.parts)

    @property
    def en(self) -> str:
        """The whole in English."""
        return self.get("en")

    @property
    def zh(self) -> str:
        """The whole in Chinese."""
        return self.get("zh")


def joined(parts: Iterable[object], separator: Message | None = None) -> Joined:
    """A list of texts or names, as the language writes lists: "a, b", "a、b"."""
    return Joined(tuple(parts), separator or msg(", "))


def mark(text: str, /) -> str:
    """The msgid itself, marked for the tools: a template or a translator shows it later."""
    return text


def translator(language: str) -> Callable[..., str]:
    """`_("text {name}", name=…)` for templates: the text in `language`, its places filled."""

    def translate(text: str | Text, /, *, context: str = "", **values: object) -> str:
        if isinstance(text, str):
            return _filled(translated(text, language, context), tuple(values.items()), language)
        return (text.filled(**values) if isinstance(text, Message) else text).get(language)

    return translate


def _filled(text: str, values: tuple[tuple[str, object], ...], language: str) -> str:
    if not values:
        return text
    text = of_one(text, values) if language == SOURCE else text
    return text.format(**{name: _shown(value, language) for name, value in values})


def translated(text: str, language: str, context: str = "") -> str:
    """A msgid in `language`, places unfilled; itself where no catalogue translates it."""
    return text if language == SOURCE else catalogue(language).get(_key(text, context)) or text


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are catalogues for, and English: Chinese and English first, the others by name."""
    found = {path.parent.name for folder in _FOLDERS for path in folder.glob("*/*.po")}
    return tuple(sorted({SOURCE, *found}, key=lambda language: (language != "zh", language != SOURCE, language)))


def add_folder(path: Path) -> None:
    """Read the catalogues `path`/<language>/*.po too: how an area brings its own. Twice is once."""
    if path not in _FOLDERS:
        _FOLDERS.append(path)
        catalogue.cache_clear()
        languages.cache_clear()


def catalogue_files(language: str) -> list[Path]:
    """Every catalogue of a language, in a stable order."""
    return [path for folder in _FOLDERS for path in sorted((folder / language).glob("*.po"))]


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every key with its translation, "" where there is none yet; empty for English.

    Raises:
        ValueError: two catalogues translate one msgid differently.
    """
    texts: dict[str, str] = {}
    for path in catalogue_files(language):
        for text, translation in entries(path.read_text("utf-8")):
            if texts.setdefault(text, translation) != translation:
                raise ValueError(f"{path}: “{text}” is translated otherwise in another catalogue")
    return texts


def entries(po: str) -> Iterator[tuple[str, str]]:
    """Key and translation of every entry of a catalogue, without its header.

    The key is the msgid, and with a context "context\\x04msgid", as in gettext's own files. A reader of our own, tested
    against Babel's: the catalogues have no plurals, and this is ten times as fast, which an error on the command line
    notices.
    """
    for found in _ENTRY.finditer(po):
        text = _joined(found[2])
        if text:
            yield _key(text, _joined(found[1] or "")), _joined(found[3])


def _key(text: str, context: str) -> str:
    return f"{context}\x04{text}" if context else text


def _joined(pieces: str) -> str:
    if "\\" not in pieces:
        return "".join(piece[1:-1] for piece in _PIECE.findall(pieces))
    # gettext's escapes are those of JSON, as far as texts use them (\" \\ \n \t)
    return "".join(json.loads(piece) for piece in _PIECE.findall(pieces))


def _shown(value: object, language: str) -> object:
    return value.get(language) if isinstance(value, _TEXTS) else value


_TEXTS = (Message, LocalizedText, Joined)
"""Made once: a page fills thousands of places."""
