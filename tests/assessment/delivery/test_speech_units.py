"""What a speech rate counts (A5): characters and words as they are spoken, filled pauses apart."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.delivery.speech_units import count_units, filled_pauses, tokens
from interview_engine.assessment.transcript import Word


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("我负责三个项目。", 7),
        ("三百二十", 4),
        ("320", 4),
        ("105", 4),
        ("12", 2),
        ("3.5", 3),
        ("10500", 5),
        ("1,200", 4),
        ("2024年", 5),
        ("20%", 5),
        ("13800138000", 11),
        ("尚街Loft时尚生活园区", 9),
        ("KPI", 3),
        ("", 0),
        ("……", 0),
    ],
)
def test_mandarin_counts_what_is_said_a_character_a_syllable(text: str, characters: int) -> None:
    assert count_units(text, "zh") == characters


@pytest.mark.parametrize("spoken", [0, 7, 10, 16, 20, 99, 100, 108, 110, 320, 1005, 1050, 1500, 9999, 10000, 10500])
def test_digits_count_like_the_characters_they_are_read_with(spoken: int) -> None:
    read = cn2an.an2cn(str(spoken))
    if read.startswith("一十"):
        read = read[1:]
    assert count_units(str(spoken), "zh") == count_units(read, "zh")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I handled three projects.", 4),
        ("25 people", 3),
        ("320", 3),
        ("1999", 3),
        ("2005", 3),
        ("$1,000", 3),
        ("3.5%", 4),
        ("real-time e-mail", 3),
        ("don't", 1),
        ("— …", 0),
    ],
)
def test_english_counts_the_words_a_person_would_say(text: str, words: int) -> None:
    assert count_units(text, "en") == words


def test_fillers_are_named_and_not_counted() -> None:
    assert count_units("Um, I think, uh, hmm, so.", "en") == 3
    assert count_units("嗯，我觉得，呃，可以", "zh") == 5
    found = filled_pauses(tokens([Word("Um,", 0.2, 0.5, 0.9), Word("yes", 0.9, 1.2, 0.9)], "en"))
    assert [(pause.text, pause.start_s, pause.end_s) for pause in found] == [("um", 0.2, 0.5)]


def test_particles_and_demonstratives_are_words_unless_they_stand_apart() -> None:
    assert count_units("好啊。", "zh") == 2
    assert count_units("啊，是的", "zh") == 2
    assert count_units("那个项目很大", "zh") == 6
    assert count_units("那个，我们开始", "zh") == 4
    assert count_units("那个那个项目", "zh") == 4
    assert count_units("我要那个。", "zh") == 4
    assert count_units("金额很大", "zh") == 4
    assert count_units("the ER was full", "en") == 4


def test_a_break_in_time_sets_a_filler_apart_like_a_comma() -> None:
    def said(gap_s: float) -> int:
        words = [Word("那个", 1.0, 1.3, 0.9), Word("项目", 1.3 + gap_s, 1.8 + gap_s, 0.9)]
        return sum(token.units for token in tokens(words, "zh"))

    assert said(0.0) == 4
    assert said(0.4) == 2


def test_a_latin_word_in_pieces_is_one_word() -> None:
    pieces = [Word("尚", 0.0, 0.2, 1.0), Word("Lo", 0.2, 0.3, 1.0), Word("ft", 0.3, 0.5, 1.0)]
    assert [token.text for token in tokens(pieces, "zh")] == ["尚", "Loft"]


@given(st.text(max_size=40), st.sampled_from(["zh", "en", "de"]))
def test_any_text_counts_zero_or_more(text: str, language: str) -> None:
    assert count_units(text, language) >= 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["嗯", "我们", "20", "API", "好啊", "，", "那个"]), st.floats(0, 60), st.floats(0, 2)
        ),
        max_size=12,
    )
)
def test_tokens_stay_inside_the_time_of_their_words(rows: list[tuple[str, float, float]]) -> None:
    words = [Word(text, start_s, start_s + length_s, 1.0) for text, start_s, length_s in rows]
    found = tokens(words, "zh")
    for token in found:
        assert min(word.start_s for word in words) - 1e-9 <= token.start_s <= token.end_s + 1e-9
        assert token.end_s <= max(word.end_s for word in words) + 1e-9
