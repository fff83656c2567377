"""A paper of the company as PDF, set by typst: a title, paragraphs, who signs. Texts go in as data, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst

from pipelines.reports.fonts import Font, find_font, lettering
from pipelines.reports.page import TEMPLATES


def render(paper: Mapping[str, Any], made: datetime, *, language: str, font: Font | None = None) -> bytes:
    """The PDF of {"title", "paragraphs": […], "signed"}; the same paper gives the same bytes.

    Args:
        made: when the paper was made, aware. font: looked for when None.

    Raises:
        SystemPackageError: `fonts.cjk_missing`.
    """
    letters = lettering(dict(paper), font or find_font())
    data = {
        "paper": dict(paper),
        "lang": language,
        "font": letters.families,
        "notice": "" if letters.notice is None else letters.notice.get(language),
    }
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / "paper.typ").read_bytes(),
            font_paths=letters.folders,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(made.timestamp()),
        )
    )
