"""Every text is in a catalogue, every catalogue is in step with the texts, no language is coded for in Python (L5)."""

from __future__ import annotations

import importlib.util
import re
import string
from pathlib import Path
from types import ModuleType

import pytest

from interview_engine.i18n import catalogue_files, entries

ROOT = Path(__file__).parents[1]
PLACES = string.Formatter()


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / ".ci" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
KEYS: dict[str, set[str]] = tool.used()
LANGUAGES: list[str] = tool.languages()


def _places(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in PLACES.parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_what_the_tool_writes(language: str) -> None:
    """Sorted, each msgid in the catalogue of its folder and nowhere else, none missing, none unused."""
    wanted = tool.written(language, KEYS)
    found = {path: path.read_text("utf-8") for path in (tool.LOCALE / language).glob("*.po")}
    assert [path.name for path, text in wanted.items() if found.get(path) != text] == [], "run .ci/catalogues.py"
    assert set(found) == set(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    texts = [entry for path in catalogue_files(language) for entry in entries(path.read_text("utf-8"))]
    assert len(texts) > 500
    assert [key for key, translation in texts if not translation] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_msgid(language: str) -> None:
    for path in catalogue_files(language):
        for key, translation in entries(path.read_text("utf-8")):
            assert _places(translation) == _places(key.rpartition("\x04")[2]), (path.name, key)


def test_a_text_that_is_not_written_out_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(tool.python_keys("name = 'x'\nmsg(name)\n"))
    assert list(tool.python_keys("msg('a', context='b')\nmark('c')\nself.msg(x)\n")) == ["b\x04a", "c"]


def test_a_text_that_several_folders_use_is_common_to_them() -> None:
    assert tool.area_of(["interview_engine/store/engine.py"]) == "store"
    assert tool.area_of(["api/templates/console/system/audit.html", "api/console/recruiting/people.py"]) == "console"
    assert tool.area_of(["api/cli/audit.py", "api/console/recruiting/people.py"]) == "console"
    assert tool.area_of(["api/candidate/pages.py", "api/console/frame.py"]) == "common"


CLUMSY = (
    r"\bwhoever\b",
    r"\bwhat there (is|are|was)\b",
    r"\bthe \w+ there are\b",
    r"\bso many\b",
    r"\banew\b",
    r"\bat once\b",
    r"\b(go|goes|going) on\b",
    r"\blet go of\b",
    r"\bhand(ed)? in\b",
    r"\blook(s|ed)? again\b",
    r"\blooked at\b",
    r"\btaken? back\b",
    r"\bto be had\b",
    r"\bmay stay empty\b",
    r"^Please give\b",
    r"\bneeds? your word\b",
    r"\bQuestion before\b",
)
"""Turns of phrase that English of the field says otherwise: retry, continue, submit, under review, revoke, optional."""


@pytest.mark.parametrize("phrase", CLUMSY)
def test_english_is_said_as_the_field_says_it(phrase: str) -> None:
    assert [key for key in KEYS if re.search(phrase, key.rpartition("\x04")[2], re.IGNORECASE)] == []
