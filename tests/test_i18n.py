"""Texts in the language of the reader: places, texts within texts, catalogues, folders of areas (L5)."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from interview_engine import i18n
from interview_engine.i18n import (
    LocalizedText,
    Message,
    add_folder,
    catalogue,
    catalogue_files,
    joined,
    languages,
    msg,
    translator,
)

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#: nowhere
msgid "The well {name} is "
"{depth} deep."
msgstr "Puits {name} : "
"{depth}."

msgid "a \\"well\\"\\n"
msgstr "un « puits »\\n"

msgctxt "of a story"
msgid "well"
msgstr "bon"

msgid "well"
msgstr "puits"

msgid "No translation yet"
msgstr ""
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a catalogue of a language that the product does not have."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "wells.po").write_text(PO, "utf-8")
    monkeypatch.setattr(i18n, "_FOLDERS", [tmp_path])
    for one in (catalogue, languages):
        one.cache_clear()
    yield tmp_path
    for one in (catalogue, languages):
        one.cache_clear()


def test_a_message_is_its_msgid_in_english_and_its_catalogue_entry_elsewhere(french: Path) -> None:
    well = msg("The well {name} is {depth} deep.", name="A", depth="9 m")
    assert well.get("en") == "The well A is 9 m deep."
    assert well.get("fr") == "Puits A : 9 m."


def test_a_value_that_is_a_text_is_shown_in_the_language_of_the_whole(french: Path) -> None:
    inner = msg('a "well"\n')
    whole = msg("The well {name} is {depth} deep.", name=inner, depth=LocalizedText("九米", "9 m"))
    assert whole.get("fr") == "Puits un « puits »\n : 9 m."


def test_a_context_tells_apart_what_english_has_one_word_for(french: Path) -> None:
    assert [msg("well").get("fr"), msg("well", context="of a story").get("fr")] == ["puits", "bon"]
    assert msg("well", context="of a story").get("en") == "well"


@pytest.mark.parametrize("text", ["No translation yet", "in no catalogue"])
def test_a_text_without_translation_is_shown_in_english(text: str, french: Path) -> None:
    assert msg(text).get("fr") == text


def test_a_language_without_catalogues_is_shown_in_english(french: Path) -> None:
    assert msg("The well").get("sv") == "The well"


def test_a_message_without_values_keeps_its_braces() -> None:
    assert msg("kit {id}").get("en") == "kit {id}"
    assert msg("kit {id}").filled(id="k").get("en") == "kit k"


def test_a_message_can_be_pickled_and_hashed() -> None:
    text = msg("{name} and {other}", name="a", other=msg("b"))
    assert pickle.loads(pickle.dumps(text)) == text
    assert len({text, msg("{name} and {other}", name="a", other=msg("b"))}) == 1


def test_parts_are_joined_as_the_language_writes_lists() -> None:
    assert joined(["a", msg("department")]).get("en") == "a, department"
    assert joined(["a", msg("department")]).get("zh") == "a、部门"


def test_a_translator_takes_msgids_and_messages(french: Path) -> None:
    translate = translator("fr")
    assert translate('a "well"\n') == "un « puits »\n"
    assert translate("The well {name} is {depth} deep.", name="B", depth=1) == "Puits B : 1."
    assert translate(msg("The well {name} is {depth} deep.", name="B"), depth=1) == "Puits B : 1."
    assert translate(LocalizedText("井", "well")) == "well"
    assert translate("well", context="of a story") == "bon", "as a template asks for it"


def test_the_languages_are_those_with_catalogues(french: Path) -> None:
    (french / "de").mkdir()
    assert languages() == ("en", "fr")


def test_an_area_adds_its_own_catalogues_once(french: Path, tmp_path: Path) -> None:
    own = tmp_path / "area"
    (own / "fr").mkdir(parents=True)
    (own / "fr" / "own.po").write_text('msgid "New"\nmsgstr "Neuf"\n', "utf-8")
    assert msg("New").get("fr") == "New"
    add_folder(own)
    add_folder(own)
    assert msg("New").get("fr") == "Neuf"
    assert len(catalogue_files("fr")) == 2


def test_two_catalogues_that_translate_one_text_differently_are_refused(french: Path) -> None:
    (french / "fr" / "again.po").write_text('msgid "a \\"well\\"\\n"\nmsgstr "une source\\n"\n', "utf-8")
    with pytest.raises(ValueError, match="translated otherwise"):
        catalogue("fr")


def test_the_catalogues_read_like_babel_reads_them() -> None:
    files = catalogue_files("zh")
    assert files
    for path in files:
        with path.open("rb") as file:
            by_babel = {
                f"{one.context}\x04{one.id}" if one.context else one.id: one.string for one in read_po(file) if one.id
            }
        assert dict(i18n.entries(path.read_text("utf-8"))) == by_babel, path.name


def test_places_that_touch_are_filled_in_order() -> None:
    assert Message("{a}{b}", (("a", 1), ("b", 2))).get("en") == "12"
