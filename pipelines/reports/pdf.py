"""The report as PDF, set by typst. Texts go in as JSON data, never as markup; a missing Chinese font is an error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from interview_engine.errors import SystemPackageError
from interview_engine.i18n import languages, msg
from pipelines.reports.cues_document import Document
from pipelines.reports.format import in_language, shown
from pipelines.reports.page import TEMPLATES, ai_label
from pipelines.reports.texts import TEXTS
from pipelines.reports.view import report_view

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


@dataclass(frozen=True, slots=True)
class Font:
    """A font file's folder and the family in it."""

    folder: Path
    family: str


def find_font(folders: Sequence[Path] = FONT_FOLDERS) -> Font:
    """The best font for Chinese that is installed.

    Raises:
        SystemPackageError: `fonts.cjk_missing`. Without one the PDF would be written with blanks and raise nothing.
    """
    there = {path.name: path.parent for folder in folders if folder.is_dir() for path in folder.rglob("*.[ot]t[cf]")}
    for name, family in FONT_FILES:
        if name in there:
            return Font(there[name], family)
    raise SystemPackageError(
        "fonts.cjk_missing",
        msg("No Chinese font was found; Chinese in the PDF would be blank."),
        msg("Install one: apt-get install -y fonts-noto-cjk (or fonts-wqy-zenhei)."),
    )


def render(document: Document, folder: Path, *, language: str, font: Font | None = None) -> bytes:
    """The PDF in `language` ("zh" or "en"); the same document gives the same bytes.

    Args:
        folder: the report's folder, in which the screenshots lie.
        font: looked for when None.

    Raises:
        SystemPackageError: `fonts.cjk_missing`.
    """
    chosen = font or find_font()
    created = datetime.fromisoformat(document["provenance"]["created_at"])
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / "report.typ").read_bytes(),
            root=str(folder.resolve()),
            font_paths=[str(chosen.folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_input(document, language, chosen), ensure_ascii=False)},
            timestamp=int(created.timestamp()),
        )
    )


def _input(document: Document, language: str, font: Font) -> Document:
    view = report_view(document)
    producer = document["generated_by_ai"]["producer"]
    overall = view["overall"]
    score = overall["score"]
    provenance = view["provenance"]
    return {
        "view": localised(view, language),
        "texts": {key: text.get(language) for key, text in TEXTS.items()},
        "lang": language,
        "font": font.family,
        "title": f"{view['candidate']} · {shown('report.title')[language]}",
        "producer": producer,
        "ai": ai_label(producer, view["interview_id"]),
        "band": ""
        if score is None
        else shown("overall.band", low=score["low_text"], high=score["high_text"])[language],
        "formula": shown("overall.formula", share=overall["share"])[language],
        "page-of": TEXTS["page.page_of"].get(language),
        "settings": "   ".join(f"{name} = {value}" for name, value in provenance["settings"].items()),
        "seconds": " · ".join(f"{stage} {seconds:.1f} s" for stage, seconds in provenance["stage_seconds"].items()),
        **{name: TEXTS[f"mark.{name}"].get(language) for name in ("colon", "comma", "semicolon")},
    }


def localised(value: Any, language: str) -> Any:
    """The same values with every {"zh": …, "en": …, …} replaced by its text in `language`."""
    if isinstance(value, dict):
        if {"zh", "en"} <= value.keys() <= set(languages()):
            return in_language(value, language)
        return {key: localised(child, language) for key, child in value.items()}
    if isinstance(value, list):
        return [localised(child, language) for child in value]
    return value
