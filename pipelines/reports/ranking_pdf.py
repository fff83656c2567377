"""The ranked list of a requisition on paper, set by typst. Texts go in as data, never as markup."""

from __future__ import annotations

import json
from typing import Any

import typst

import interview_engine
from interview_engine.i18n import Text, msg
from pipelines.reports.fonts import Font, find_font, lettering
from pipelines.reports.page import TEMPLATES, ai_label
from pipelines.reports.pdf import localised

TEXTS: dict[str, Text] = {
    "first": msg("Needs human review"),
    "group": msg("Tie group {number}"),
    "note": msg("bands overlap: no order within"),
    "candidate": msg("Candidate"),
    "match": msg("Match"),
    "score": msg("Score (band)"),
    "waiting": msg("Without an assessment"),
    "foot": msg(
        "The light band is the score's band, the thin line the level required. Nobody is "
        "rejected by this: a person decides and says why. Made with AI."
    ),
    "page": msg("page {page} of {pages}"),
}


def render(document: dict[str, Any], *, language: str, font: Font | None = None) -> bytes:
    """The PDF of a "requisition-ranking/1" document in `language` ("zh" or "en").

    Raises:
        SystemPackageError: `fonts.cjk_missing`.
    """
    producer = f"interview-engine {interview_engine.__version__}"
    data: dict[str, Any] = {
        "document": localised(document, language),
        "texts": {key: text.get(language) for key, text in TEXTS.items()},
        "lang": language,
        "producer": producer,
        "ai": ai_label(producer, document["requisition"]["id"]),
    }
    letters = lettering(data, font or find_font())
    data["font"] = letters.families
    data["notice"] = "" if letters.notice is None else letters.notice.get(language)
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / "ranking.typ").read_bytes(),
            font_paths=letters.folders,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    )
