"""The report as PDF, set by typst. Texts go in as JSON data, never as markup; a missing Chinese font is an error.

Letters that no font has are counted on the first page.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from interview_engine.i18n import languages
from pipelines.reports.cues_document import Document
from pipelines.reports.fonts import Font, find_font, lettering
from pipelines.reports.format import in_language, shown
from pipelines.reports.page import TEMPLATES, ai_label
from pipelines.reports.texts import TEXTS
from pipelines.reports.view import report_view


def render(document: Document, folder: Path, *, language: str, font: Font | None = None) -> bytes:
    """The PDF in `language` ("zh" or "en"); the same document gives the same bytes.

    Args:
        folder: the report's folder, in which the screenshots lie.
        font: looked for when None.

    Raises:
        SystemPackageError: `fonts.cjk_missing`.
    """
    data = _input(document, language)
    letters = lettering(data, font or find_font())
    data["font"] = letters.families
    data["notice"] = "" if letters.notice is None else letters.notice.get(language)
    created = datetime.fromisoformat(document["provenance"]["created_at"])
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / "report.typ").read_bytes(),
            root=str(folder.resolve()),
            font_paths=letters.folders,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(created.timestamp()),
        )
    )


def _input(document: Document, language: str) -> Document:
    view = report_view(document)
    producer = document["generated_by_ai"]["producer"]
    overall = view["overall"]
    score = overall["score"]
    provenance = view["provenance"]
    return {
        "view": localised(view, language),
        "texts": {key: text.get(language) for key, text in TEXTS.items()},
        "lang": language,
        "title": f"{view['candidate']} · {shown('report.title')[language]}",
        "producer": producer,
        "ai": ai_label(producer, view["interview_id"]),
        "band": ""
        if score is None
        else shown("overall.band", low=score["low_text"], high=score["high_text"])[language],
        "match-band": "" if overall["match_band"] is None else overall["match_band"][language],
        "formula": shown(overall["formula"], share=overall["share"])[language],
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
