"""A contract and its evidence as PDF, set by typst. Texts go in as JSON data, never as markup.

The last page of a contract is for the signatures: where each stands is known (`BOXES`), so that a seal fits there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from io import BytesIO
from typing import Any

import typst

from interview_engine.errors import InvalidInput
from interview_engine.hr.signing.texts import Paper
from interview_engine.i18n import Text, msg
from pipelines.reports.fonts import Font, find_font, lettering

TEMPLATES = resources.files("pipelines") / "templates"
POINTS_HIGH = 841.89
"""An A4 page."""
BOXES: Mapping[str, tuple[int, int, int, int]] = {
    "Company": (57, 590, 287, 680),
    "Employee": (308, 590, 538, 680),
}
"""Where the signatures stand on the last page: left, low, right, high, in points from the lower left corner."""
WORDS: Mapping[str, Text] = {
    "signatures": msg("Signatures"),
    "company": msg("For the company"),
    "employee": msg("Employee"),
    "sealed": msg(
        "Both signatures are electronic. Any PDF reader shows whether the document was changed after them; the "
        "evidence of each step is kept with it."
    ),
    "page": msg("page {page} of {pages}"),
}


def contract(paper: Paper, *, made_at: datetime, font: Font | None = None) -> bytes:
    """The PDF of a filled contract; the same paper and time give the same bytes.

    Raises:
        SystemPackageError: `fonts.cjk_missing`. InvalidInput: `paper.letters`, there are characters that no font of
            this computer has: a contract with boxes in it is nothing to sign.
    """
    language = paper.language
    boxes = {
        name: [left, POINTS_HIGH - high, right - left, high - low] for name, (left, low, right, high) in BOXES.items()
    }
    data: dict[str, Any] = {
        "title": paper.title,
        "blocks": [{"kind": block.kind, "text": block.text} for block in paper.blocks],
        "company": paper.company,
        "person": paper.person,
        "lang": language,
        "words": {key: text.get(language) for key, text in WORDS.items()},
        "boxes": boxes,
    }
    return _set("contract.typ", data, made_at, font)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(pdf)).pages)


def stamp(lines: Sequence[str], *, language: str, width: float, height: float, font: Font | None = None) -> bytes:
    """The look of a signature as a PDF of its own, of this size in points; the first line is the name."""
    data = {"lines": list(lines), "lang": language, "width": width, "height": height}
    return _set("stamp.typ", data, None, font)


def evidence(page: Mapping[str, Any], *, language: str, made_at: datetime, font: Font | None = None) -> bytes:
    """The evidence of a signature to be read by people.

    Args:
        page: "title", "intro", "facts" as (name, value) pairs, "steps" as (time, what, from where) rows, "heads" of
            the rows, "note".
    """
    data = {**page, "lang": language, "words": {"page": WORDS["page"].get(language)}}
    return _set("evidence.typ", data, made_at, font)


def _set(name: str, data: dict[str, Any], made_at: datetime | None, font: Font | None) -> bytes:
    letters = lettering(data, font or find_font())
    if letters.lacking:
        raise InvalidInput(
            "paper.letters",
            msg("No font of this computer has the characters {listed}.", listed=" ".join(letters.lacking[:8])),
            msg("Write them otherwise, or install a font that has them: apt-get install -y fonts-noto-cjk."),
            field="body",
        )
    data["font"] = letters.families
    return bytes(
        typst.compile(  # type: ignore[misc]  # its stubs want one type for the source and for every path
            (TEMPLATES / name).read_bytes(),
            font_paths=letters.folders,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=0 if made_at is None else int(made_at.timestamp()),
        )
    )
