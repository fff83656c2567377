"""Whisper's tokens around a text: how long a text may be, which runs may come twice, where timestamps are wanted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.speech.whisper.tokens import (
    FEW_SENTENCES_S,
    LONGEST_RUN,
    LOOP_TOKENS,
    MAX_TOKENS,
    SHORTEST_RUN,
    kept,
    limit,
    longest_run,
    prompted,
    timed,
)


class _Tokenizer(SimpleNamespace):
    """As much of faster-whisper's tokenizer as a prompt takes; a text's tokens are its characters' numbers."""

    sot_prev = 9_000
    sot_sequence = (9_001, 9_002, 9_003)
    no_timestamps = 9_004

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]


@pytest.mark.parametrize(
    ("language", "duration_s", "wanted"),
    [("en", FEW_SENTENCES_S + 1, True), ("en", FEW_SENTENCES_S, False), ("zh", 28.0, False), ("de", 28.0, True)],
)
def test_timestamps_are_wanted_in_long_windows_but_not_in_mandarin(
    language: str, duration_s: float, wanted: bool
) -> None:
    tokenizer = _Tokenizer(language_code=language)
    assert timed(tokenizer, duration_s) is wanted
    tokens, start = prompted(tokenizer, "", duration_s)
    assert (tokenizer.no_timestamps in tokens) is not wanted
    assert start == 0


@given(st.text(min_size=1, max_size=500).filter(lambda text: text.strip()), st.sampled_from((5.0, 28.0)))
def test_a_prompt_keeps_its_end_and_leaves_room_for_the_text(prompt: str, duration_s: float) -> None:
    tokenizer = _Tokenizer(language_code="en")
    tokens, start = prompted(tokenizer, prompt, duration_s)
    assert tokens[0] == tokenizer.sot_prev
    assert tokens[start] == tokenizer.sot_sequence[0]
    earlier = tokens[1:start]
    assert len(earlier) <= MAX_TOKENS - 1
    assert " ".join(("", prompt.strip())).endswith("".join(map(chr, earlier)))


@given(st.floats(0.0, 30.0))
def test_a_longer_window_may_have_more_tokens_up_to_the_models_limit(duration_s: float) -> None:
    assert 20 <= limit(duration_s) <= limit(duration_s + 1.0) <= MAX_TOKENS


def test_a_window_that_looped_may_repeat_less() -> None:
    assert longest_run(avoid_repeats=True) == SHORTEST_RUN < longest_run(avoid_repeats=False) == LONGEST_RUN


def test_of_a_loop_that_is_heard_again_only_the_beginning_is_kept() -> None:
    text = range(MAX_TOKENS)
    assert kept(text, cut_off=True, run=LONGEST_RUN) == tuple(range(LOOP_TOKENS))
    assert kept(text, cut_off=True, run=SHORTEST_RUN) == tuple(text)
    assert kept(text, cut_off=False, run=LONGEST_RUN) == tuple(text)
