"""The ranked list of a requisition on paper, set by typst. Texts go in as data, never as markup."""

from __future__ import annotations

import json
from typing import Any

import typst

import interview_engine
from interview_engine.errors import Bilingual
from pipelines.reports.page import TEMPLATES, ai_label
from pipelines.reports.pdf import Font, find_font, localised

TEXTS: dict[str, Bilingual] = {
    "first": Bilingual("先看这里：需要人来判断", "Look here first: needs a person to judge"),
    "group": Bilingual("并列组 {number}", "Tie group {number}"),
    "note": Bilingual("区间重叠，不分先后", "bands overlap: no order within"),
    "candidate": Bilingual("候选人", "Candidate"),
    "match": Bilingual("匹配度", "Match"),
    "score": Bilingual("总分（区间）", "Score (band)"),
    "waiting": Bilingual("没有评估", "Without an assessment"),
    "foot": Bilingual(
        "浅色带是分数的区间，细线是岗位要求的水平。没有自动淘汰：决定由人作出并写明理由。由人工智能辅助生成。",
        "The light band is the score's band, the thin line the level required. Nobody is rejected by this: a person "
        "decides and says why. Made with AI.",
    ),
    "page": Bilingual("第 {page} / {pages} 页", "page {page} of {pages}"),
}


def render(document: dict[str, Any], *, language: str, font: Font | None = None) -> bytes:
    """The PDF of a "requisition-ranking/1" document in `language` ("zh" or "en").

    Raises:
        SystemPackageError: `fonts.cjk_missing`.
    """
    chosen = font or find_font()
    producer = f"interview-engine {interview_engine.__version__}"
    data = {
        "document": localised(document, language),
        "texts": {key: text.get(language) for key, text in TEXTS.items()},
        "lang": language,
        "font": chosen.family,
        "producer": producer,
        "ai": ai_label(producer, document["requisition"]["id"]),
    }
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / "ranking.typ").read_bytes(),
            font_paths=[str(chosen.folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    )
