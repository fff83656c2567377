"""Packing speech into windows: every span is heard, no window is too long, times lead back to the answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_floats
from models.speech.recogniser import MAX_WINDOW_S
from pipelines.hearing.speech_windows import pack

LENGTH_S = 300.0


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    spans: list[Span] = []
    at = 0.0
    for silence, length in draw(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.1, 70)), min_size=1, max_size=8)):
        start = at + silence
        end = start + length
        if end > LENGTH_S:
            break
        spans.append(Span(start, end))
        at = end
    return spans


AUDIO = np.random.default_rng(0).integers(-32_768, 32_768, round(LENGTH_S * SAMPLE_RATE), dtype=np.int16)


@given(speech())
def test_windows_are_short_enough_and_hold_all_speech(spans: list[Span]) -> None:
    windows = pack(spans, AUDIO)
    for window in windows:
        assert len(window.samples(AUDIO)) <= MAX_WINDOW_S * SAMPLE_RATE
    heard = np.zeros(len(AUDIO), bool)
    for window in windows:
        for piece in window.pieces:
            heard[piece.start : piece.end] = True
    for span in spans:
        assert heard[round(span.start_s * SAMPLE_RATE) + 1 : round(span.end_s * SAMPLE_RATE) - 1].all()


@given(speech(), st.floats(0, 1))
def test_a_moment_of_a_window_leads_back_to_its_own_sound(spans: list[Span], share: float) -> None:
    for window in pack(spans, AUDIO):
        samples = window.samples(AUDIO)
        index = min(len(samples) - 1, round(share * len(samples)))
        back = round(window.answer_time(index / SAMPLE_RATE) * SAMPLE_RATE)
        assert samples[index] in as_floats(AUDIO[max(0, back - 1) : back + 2])


@given(speech())
def test_times_never_run_backwards(spans: list[Span]) -> None:
    for window in pack(spans, AUDIO):
        length_s = len(window.samples(AUDIO)) / SAMPLE_RATE
        times = [window.answer_time(step * length_s / 50) for step in range(51)]
        assert all(before <= after for before, after in itertools.pairwise(times))


def test_a_long_silence_is_shortened_not_heard() -> None:
    (window,) = pack([Span(10.0, 12.0), Span(100.0, 103.0)], AUDIO)
    assert len(window.samples(AUDIO)) / SAMPLE_RATE == pytest.approx(0.5 + 2 + 1 + 3 + 0.5, abs=0.01)
    assert window.answer_time(0.0) == pytest.approx(9.5)
    assert window.answer_time(0.5 + 2 + 0.75) == pytest.approx(99.75, abs=0.01)


def test_a_span_too_long_for_a_window_is_cut_where_the_loudest_sound_there_is_pauses() -> None:
    """Full scale, whose squares no 16-bit number holds, but for 0.2 s."""
    audio = np.full(40 * SAMPLE_RATE, -32_768, np.int16)
    audio[20 * SAMPLE_RATE : round(20.2 * SAMPLE_RATE)] = 100
    first, second = pack([Span(0.0, 40.0)], audio)
    assert first.pieces[-1].end / SAMPLE_RATE == pytest.approx(20.1 + 0.5, abs=0.06)
    assert second.start_s == pytest.approx(20.1 - 0.5, abs=0.06)
    heard = first.samples(audio)
    assert (heard.dtype, heard.min()) == (np.float32, -1.0)


def test_a_window_can_start_later() -> None:
    (window,) = pack([Span(10.0, 12.0), Span(100.0, 103.0)], AUDIO)
    later = window.starting_at(11.0)
    assert later.answer_time(0.0) == pytest.approx(11.0)
    assert len(window.samples(AUDIO)) - len(later.samples(AUDIO)) == round(1.5 * SAMPLE_RATE)
    assert later.answer_time(2.0) == window.answer_time(3.5)


@given(speech(), st.floats(0.0, 1.0))
def test_what_follows_a_moment_is_the_end_of_the_window(spans: list[Span], share: float) -> None:
    for window in pack(spans, AUDIO):
        whole = window.samples(AUDIO)
        cut = min(len(whole) - 1, int(share * len(whole)))
        rest = window.after(cut / SAMPLE_RATE)
        assert np.array_equal(rest.samples(AUDIO), whole[cut:])
        assert rest.answer_time(0.0) == pytest.approx(window.answer_time(cut / SAMPLE_RATE), abs=1e-6)
        moment_s = window.answer_time(cut / SAMPLE_RATE)
        assert window.window_time(moment_s) == pytest.approx(cut / SAMPLE_RATE, abs=1e-3)
