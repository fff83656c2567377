"""A field for a file speaks the page's language: what a browser writes beside its own button is in the browser's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import api

TEMPLATES = Path(api.__file__).parent / "templates"
WITH_FILES = sorted(path for path in TEMPLATES.rglob("*.html") if 'type="file"' in path.read_text(encoding="utf-8"))
RECORDER = TEMPLATES / "candidate" / "interview.html"
"""Its field is hidden behind a button of its own."""


def test_pages_with_files_are_found() -> None:
    assert len(WITH_FILES) > 8
    assert RECORDER in WITH_FILES


@pytest.mark.parametrize("path", [path for path in WITH_FILES if path != RECORDER], ids=lambda path: path.stem)
def test_a_file_field_says_in_our_words_what_to_choose_and_what_was_chosen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for field in re.findall(r"<input type=\"file\".*?>", text):
        assert 'data-choose="' in field
        assert 'data-none="' in field
    assert "fields.js" in text or path.is_relative_to(TEMPLATES / "console"), "whose frame has it"
