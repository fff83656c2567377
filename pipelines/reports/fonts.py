"""Fonts for paper: one for Chinese, others for what it lacks, and a count of what none on this computer can print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from interview_engine.errors import SystemPackageError
from interview_engine.i18n import Text, msg

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
"""Where fontconfig (and macOS and Windows) keep fonts."""

FONT_FILES = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("NotoSansCJKsc-Regular.otf", "Noto Sans CJK SC"),
    ("NotoSansSC-Regular.otf", "Noto Sans SC"),
    ("NotoSansSC-Regular.ttf", "Noto Sans SC"),
    ("SourceHanSansSC-Regular.otf", "Source Han Sans SC"),
    ("wqy-zenhei.ttc", "WenQuanYi Zen Hei"),
    ("wqy-microhei.ttc", "WenQuanYi Micro Hei"),
    ("PingFang.ttc", "PingFang SC"),
    ("msyh.ttc", "Microsoft YaHei"),
)
"""Fonts that hold the Simplified Chinese of a report, best first, and the family each file gives."""

MOST_LOOKED_INTO = 400
"""Font files opened in search of a letter; a desktop with more has what it has among the first."""
MOST_NAMED = 8
_STYLES = ("bold", "italic", "oblique", "black", "light", "thin", "medium", "condensed", "mono")


@dataclass(frozen=True, slots=True)
class Font:
    """A font file's folder, the family in it, and the file itself."""

    folder: Path
    family: str
    path: Path


@dataclass(frozen=True, slots=True)
class Lettering:
    """The fonts of one document, the main one first, and the characters that none of them has, in order of code."""

    fonts: tuple[Font, ...]
    lacking: tuple[str, ...]

    @property
    def folders(self) -> list[str]:
        """Where the fonts lie, each folder once."""
        return list(dict.fromkeys(str(font.folder) for font in self.fonts))

    @property
    def families(self) -> list[str]:
        """Families in the order in which a letter is looked for."""
        return list(dict.fromkeys(font.family for font in self.fonts))

    @property
    def notice(self) -> Text | None:
        """What the page says of characters that it cannot print; None when there are none."""
        if not self.lacking:
            return None
        codes = [f"U+{ord(letter):04X}" for letter in self.lacking[:MOST_NAMED]]
        listed = ", ".join(codes) + (" …" if len(self.lacking) > MOST_NAMED else "")
        return msg(
            "{count} characters are printed as boxes, because no font of this computer has them: {listed}. "
            "The report in the browser shows them.",
            count=len(self.lacking),
            listed=listed,
        )


def find_font(folders: Sequence[Path] = FONT_FOLDERS) -> Font:
    """The best font for Chinese that is installed.

    Raises:
        SystemPackageError: `fonts.cjk_missing`. Without one the PDF would be written with blanks and raise nothing.
    """
    there = {path.name: path for path in _files(folders)}
    for name, family in FONT_FILES:
        if name in there:
            return Font(there[name].parent, family, there[name])
    raise SystemPackageError(
        "fonts.cjk_missing",
        msg("No Chinese font was found; Chinese in the PDF would be blank."),
        msg("Install one: apt-get install -y fonts-noto-cjk (or fonts-wqy-zenhei)."),
    )


def lettering(document: Any, main: Font, folders: Sequence[Path] = FONT_FOLDERS) -> Lettering:
    """Fonts for every text in a tree of dictionaries, lists and strings: `main`, and others only for what it lacks."""
    lacking = _letters(document) - _characters(main.path)
    fonts = [main]
    if lacking:
        files = sorted(_files(folders), key=lambda path: (any(s in path.name.lower() for s in _STYLES), path.name))
        for path in files[:MOST_LOOKED_INTO]:
            found = lacking & _characters(path)
            if found:
                fonts.append(Font(path.parent, _family(path), path))
                lacking -= found
            if not lacking:
                break
    return Lettering(tuple(fonts), tuple(sorted(lacking)))


def _files(folders: Iterable[Path]) -> list[Path]:
    return [path for folder in folders if folder.is_dir() for path in folder.rglob("*.[ot]t[cf]")]


def _letters(value: Any) -> set[str]:
    """The characters that leave ink: without spaces, controls, and marks that only join or choose a form."""
    if isinstance(value, str):
        return {
            letter
            for letter in set(value)
            if unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
            and not 0xFE00 <= ord(letter) <= 0xFE0F
        }
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    found: set[str] = set()
    return found.union(*(_letters(child) for child in children))


@cache
def _characters(path: Path) -> frozenset[str]:
    """What the first font of a file can print; nothing for a file that is no font."""
    try:
        with path.open("rb") as file:
            return frozenset(map(chr, _first(file, path).getBestCmap() or {}))
    except (TTLibError, OSError, ValueError, KeyError, AssertionError):
        return frozenset()


@cache
def _family(path: Path) -> str:
    with path.open("rb") as file:
        return str(_first(file, path)["name"].getBestFamilyName())


def _first(file: BinaryIO, path: Path) -> TTFont:
    return TTCollection(file, lazy=True).fonts[0] if path.suffix == ".ttc" else TTFont(file, lazy=True)
