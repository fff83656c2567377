"""Where there is voice (A5): silences from the sound, breaths and rustle left out, long even vowels kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_floats, as_integers
from pipelines.hearing import activity as module
from pipelines.hearing.activity import LEVEL_DB, MAX_GAIN_DB, RUMBLE_HZ, find_activity, levelled, spans_of, true_runs


def scores(*stretches: tuple[float, float]) -> NDArray[np.float64]:
    """(seconds, value) after one another, one value each 10 ms."""
    return np.concatenate([np.full(round(seconds * 100), value) for seconds, value in stretches])


def found(probability: NDArray[np.float64], harmonicity: NDArray[np.float64] | None = None) -> list[Span]:
    if harmonicity is None:
        harmonicity = np.zeros(probability.size)
    return [Span(round(span.start_s, 2), round(span.end_s, 2)) for span in spans_of(probability, harmonicity)]


def test_a_clear_silence_parts_speech_and_a_dip_does_not() -> None:
    assert found(scores((1, 0.9), (0.6, 0.1), (1, 0.9))) == [Span(0.0, 1.0), Span(1.6, 2.6)]
    assert found(scores((1, 0.9), (0.6, 0.5), (1, 0.9))) == [Span(0.0, 2.6)]


def test_a_silence_begins_where_the_probability_began_to_fall() -> None:
    assert found(scores((1, 0.9), (0.2, 0.55), (0.6, 0.1), (1, 0.9))) == [Span(0.0, 1.0), Span(1.8, 2.8)]


def test_a_breath_between_words_is_silence() -> None:
    breath = scores((1, 0.9), (0.3, 0.1), (0.2, 0.65), (0.3, 0.1), (1, 0.9))
    assert found(breath) == [Span(0.0, 1.0), Span(1.8, 2.8)]


def test_a_short_sure_word_is_speech_and_a_click_is_not() -> None:
    word = scores((1, 0.9), (0.5, 0.1), (0.2, 0.95), (0.5, 0.1), (1, 0.9))
    assert len(found(word)) == 3
    click = scores((1, 0.9), (0.5, 0.1), (0.03, 0.95), (0.5, 0.1), (1, 0.9))
    assert len(found(click)) == 2


def test_a_long_even_vowel_that_the_model_gives_up_on_is_still_voice() -> None:
    probability = scores((1, 0.9), (1, 0.35), (1, 0.02), (1, 0.9))
    harmonicity = scores((2, 0.9), (1, 0.1), (1, 0.9))
    assert found(probability, harmonicity) == [Span(0.0, 2.0), Span(3.0, 4.0)]


def test_a_hum_in_a_silence_is_not_voice() -> None:
    probability = scores((1, 0.9), (1, 0.02), (1, 0.9))
    assert found(probability, scores((3, 0.9))) == [Span(0.0, 1.0), Span(2.0, 3.0)]


@given(st.lists(st.floats(0, 1), max_size=80), st.lists(st.floats(0, 1), min_size=80, max_size=80))
def test_spans_are_in_order_apart_and_inside(probability: list[float], harmonicity: list[float]) -> None:
    spans = spans_of(np.array(probability), np.array(harmonicity)[: len(probability)])
    for span in spans:
        assert 0.0 <= span.start_s < span.end_s <= len(probability) * 0.01 + 1e-9
    for before, after in itertools.pairwise(spans):
        assert before.end_s < after.start_s


@given(st.lists(st.booleans(), max_size=50))
def test_runs_are_exactly_the_true_indices(mask: list[bool]) -> None:
    inside = [index for start, end in true_runs(np.array(mask, dtype=bool)) for index in range(start, end)]
    assert inside == [index for index, value in enumerate(mask) if value]


class Deaf:
    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros(-(-samples.size // 512), np.float32)


@pytest.mark.parametrize("length", [0, 1, 400, 511, 512, 5000])
def test_sound_of_any_length_can_be_heard(length: int) -> None:
    activity = find_activity(np.zeros(length, np.int16), Deaf())
    assert activity.spans == ()
    assert activity.sound().size == length
    assert activity.sound().dtype == np.float32


def test_a_quiet_recording_with_rumble_is_brought_up_without_the_rumble() -> None:
    times = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    tone = 0.002 * np.sin(2 * np.pi * 440 * times)
    rumble = 0.2 * np.sin(2 * np.pi * 30 * times)
    sound, gain_db = levelled(as_integers(tone + rumble))
    assert gain_db == pytest.approx(MAX_GAIN_DB)
    spectrum = np.abs(np.fft.rfft(sound))
    assert spectrum[30 * 4] < spectrum[440 * 4]
    loud, _ = levelled(as_integers(0.5 * np.sin(2 * np.pi * 440 * times)))
    assert 10 * np.log10(np.mean(loud[SAMPLE_RATE:] ** 2)) == pytest.approx(LEVEL_DB, abs=0.2)


def test_silence_after_a_sound_becomes_nothing_at_all() -> None:
    click = np.zeros(2 * SAMPLE_RATE, np.int16)
    click[:100] = 16_384
    sound, _ = levelled(click)
    assert not sound[SAMPLE_RATE:].any()
    smallest_ordinary = np.finfo(np.float32).tiny
    assert not ((sound != 0) & (np.abs(sound) < smallest_ordinary)).any()


@pytest.mark.parametrize("length", [0, 1, 399, 400, 999, 1000, 1001, 3000, 4567])
def test_sound_is_levelled_in_blocks_as_in_one_go(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.random.default_rng(0).integers(-32_768, 32_768, length, dtype=np.int16)
    whole, whole_gain_db = levelled(samples)
    monkeypatch.setattr(module, "BLOCK", 1000)
    sound, gain_db = levelled(samples)
    assert gain_db == pytest.approx(whole_gain_db, abs=1e-6)
    np.testing.assert_allclose(sound, whole, atol=1e-6)
    if length >= 400:
        high_pass = butter(4, RUMBLE_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
        expected = sosfilt(high_pass, as_floats(samples).astype(np.float64)) * 10 ** (gain_db / 20)
        np.testing.assert_allclose(sound, expected, atol=1e-4)


def test_levelling_leaves_the_sound_it_was_given_as_it_is() -> None:
    samples = np.random.default_rng(0).integers(-32_768, 32_768, 5000, dtype=np.int16)
    before = samples.copy()
    levelled(samples)
    assert np.array_equal(samples, before)
