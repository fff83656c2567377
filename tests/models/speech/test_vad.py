"""Where there is speech: spans by rule, and on real recordings (A5 needs them; no speech must give no transcript)."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.speech.vad import BLOCK, WINDOW, SileroVoiceActivity, spans_of
from models.weights.registry import WeightStore, default_root

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))
STEP = WINDOW / 16_000


@pytest.fixture(scope="module")
def vad() -> SileroVoiceActivity:
    return SileroVoiceActivity(WeightStore(default_root()))


def read(relative: str) -> NDArray[np.float32]:
    path = DATA / relative
    if not path.is_file():
        pytest.skip(f"the shared recording {relative} is not here (set SHARED_DATA)")
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(frames, axis=1)[0]
    return samples.astype(np.float32) / 32768 if samples.dtype == np.int16 else samples.astype(np.float32)


@given(
    st.lists(st.floats(0, 1, width=32), max_size=200),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_spans_are_in_order_apart_and_inside(
    probabilities: list[float], min_silence_s: float, min_speech_s: float, pad_s: float
) -> None:
    length_s = len(probabilities) * STEP
    spans = spans_of(
        np.array(probabilities, np.float32),
        length_s,
        min_silence_s=min_silence_s,
        min_speech_s=min_speech_s,
        pad_s=pad_s,
    )
    for span in spans:
        assert 0 <= span.start_s <= span.end_s <= length_s + 1e-9
    for before, after in itertools.pairwise(spans):
        assert before.end_s <= after.start_s + 1e-9


def test_short_silences_are_closed_and_short_bursts_left_out() -> None:
    probabilities = np.array([0.0] * 10 + [0.9] * 20 + [0.0] * 4 + [0.9] * 20 + [0.0] * 30 + [0.9] * 2 + [0.0] * 10)
    spans = spans_of(
        probabilities.astype(np.float32), len(probabilities) * STEP, min_silence_s=0.25, min_speech_s=0.1, pad_s=0.0
    )
    assert [(round(span.start_s / STEP), round(span.end_s / STEP)) for span in spans] == [(10, 54)]


def test_speech_is_found_where_it_is_spoken(vad: SileroVoiceActivity) -> None:
    spans = vad.speech_spans(read("C_audio/mfa/acoustic_corpus.wav"))
    assert spans[0].start_s == pytest.approx(1.0, abs=0.2)
    # The gap between "…some words" and "and here's" (17.3 s to 18.3 s) is a pause.
    assert not any(span.start_s < 17.8 < span.end_s for span in spans)


def test_silence_holds_no_speech(vad: SileroVoiceActivity) -> None:
    assert vad.speech_spans(np.zeros(32_000, np.float32)) == []
    assert vad.speech_spans(np.zeros(0, np.float32)) == []


def test_blocks_leave_no_seam(vad: SileroVoiceActivity) -> None:
    speech = read("C_audio/mfa/cold_corpus.wav")[: 16_000 * 20]
    long = np.concatenate([speech, speech, speech])
    assert len(long) > BLOCK * WINDOW
    shifted = np.concatenate([np.zeros(WINDOW * 7, np.float32), long])
    seam = BLOCK - 7
    here, there = vad.probabilities(long), vad.probabilities(shifted)[7:]
    # A state that was lost at the seam would show as a jump there; what is left is the state before the first sample.
    assert np.abs(here[seam - 5 : seam + 20] - there[seam - 5 : seam + 20]).max() < 0.02
