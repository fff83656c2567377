"""The language of an answer: Mandarin, English, both, or one that the kit does not cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.hearing.answer_language import RELIABLE, decide, decoding_languages, despite, of_text, told


def test_english_in_noise_is_not_welsh() -> None:
    found = decide([({"cy": 0.68, "en": 0.31, "la": 0.01}, 5.0)])
    assert found.language == "en"


def test_another_language_is_named() -> None:
    found = decide([({"ru": 0.9, "en": 0.1}, 10.0), ({"ru": 0.8, "zh": 0.2}, 10.0)])
    assert found.language == "ru"
    assert found.probabilities["ru"] == pytest.approx(0.85)


def test_a_doubtful_foreign_guess_counts_as_the_nearer_of_mandarin_and_english() -> None:
    assert decide([({"fr": 0.5, "en": 0.4, "zh": 0.1}, 5.0)]).language == "en"


def test_a_setting_outweighs_an_accent_but_not_another_language() -> None:
    assert decide([({"hi": 0.7, "en": 0.3}, 5.0)]).language == "hi"
    assert decide([({"hi": 0.7, "en": 0.3}, 5.0)], "en").language == "en"
    assert decide([({"pt": 0.96, "en": 0.04}, 5.0)], "en").language == "pt"


def test_the_only_language_of_a_kit_is_known_before_an_answer_is_heard() -> None:
    assert told("auto", ("en",)) == "en"
    assert told("auto", ("zh", "en")) == "auto"
    assert told("zh", ("en",)) == "zh"
    assert told("auto", ("fr",)) == "auto"


def test_a_kit_gives_way_to_sound_that_clearly_is_in_the_other_language() -> None:
    accent, mandarin = decide([({"zh": 0.86, "en": 0.14}, 9.0)], "en"), decide([({"zh": 0.97, "en": 0.03}, 9.0)], "en")
    assert despite("en", "auto", accent) == "en"
    assert despite("en", "auto", mandarin) == "auto"
    assert despite("en", "en", mandarin) == "en"


def test_windows_count_by_their_speech() -> None:
    assert decide([({"zh": 1.0}, 20.0), ({"en": 1.0}, 3.0)]).language == "zh"


def test_a_window_in_doubt_may_be_in_either_language_and_an_accent_counts_as_mandarin() -> None:
    assert decoding_languages({"zh": 0.3, "en": 0.6}) == ("en", "zh")
    assert decoding_languages({"zh": 0.65, "en": 0.3}) == ("en", "zh")
    assert decoding_languages({"zh": 0.8, "en": 0.19}) == ("zh", "en")
    assert decoding_languages({"zh": 0.05, "en": 0.9}) == ("en",)
    assert decoding_languages({"zh": 0.98, "en": 0.01}) == ("zh",)
    assert decoding_languages({"nn": 1.0}) == ("en",)


@given(st.dictionaries(st.sampled_from([*sorted(RELIABLE), "cy", "nn", "la"]), st.floats(0, 1), max_size=8))
def test_probabilities_stay_probabilities(probabilities: dict[str, float]) -> None:
    found = decide([(probabilities, 1.0)])
    total = sum(found.probabilities.values())
    assert total == pytest.approx(1.0) or total == 0
    assert found.language in RELIABLE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我在公司负责 SQL 和 Tableau 报表", "zh"),
        ("还行", "zh"),
        ("I led the team", "en"),
        ("fine", "en"),
        ("non-renewable resources", "en"),
        ("ps -e -o pid -a", "en"),
        ("Excel, SQL, Tableau", "en"),
        ("Résumé: I worked at the café", "en"),
        ("My manager was in Köln and the São Paulo office called me about it.", "en"),
        ("Ich habe das Team geleitet und die Kunden waren sehr zufrieden", "de"),
        ("J'ai dirigé l'équipe et nous avons réussi", "fr"),
        ("Lideré el equipo y los clientes estaban contentos", "es"),
        ("Eu trabalhei com a equipe e os clientes não reclamaram", "pt"),
        ("Ho guidato il gruppo e i clienti erano molto contenti", "it"),
        ("Ik heb het team geleid en de klanten waren zeer tevreden", "nl"),
        ("こんにちは、私は東京で働いています", "ja"),
        ("저는 회사에서 일했습니다", "ko"),
        ("Я работал в компании", "ru"),
        ("123 … !", "und"),
        ("", "und"),
    ],
)
def test_the_language_of_a_written_answer(text: str, language: str) -> None:
    assert of_text(text) == language


@given(st.text(max_size=60))
def test_any_text_has_a_language_code(text: str) -> None:
    assert of_text(text).isalpha()
