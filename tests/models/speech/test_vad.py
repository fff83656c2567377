"""Where there is speech, on real recordings (A5 needs it; no speech must give no transcript)."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from models.speech.vad import BLOCK, WINDOW, SileroVoiceActivity
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


def test_speech_is_found_where_it_is_spoken(vad: SileroVoiceActivity) -> None:
    found = vad.probabilities(read("C_audio/mfa/acoustic_corpus.wav"))

    def mean(start_s: float, end_s: float) -> float:
        return float(found[round(start_s / STEP) : round(end_s / STEP)].mean())

    assert mean(0.0, 0.8) < 0.2
    assert mean(1.2, 4.0) > 0.8
    assert mean(17.6, 18.0) < 0.3  # between "…some words" and "and here's" there is a pause


def test_silence_holds_no_speech(vad: SileroVoiceActivity) -> None:
    assert vad.probabilities(np.zeros(32_000, np.float32)).max() < 0.2
    assert vad.probabilities(np.zeros(0, np.float32)).size == 0


def test_blocks_leave_no_seam(vad: SileroVoiceActivity) -> None:
    speech = read("C_audio/mfa/cold_corpus.wav")[: 16_000 * 20]
    long = np.concatenate([speech, speech, speech])
    assert len(long) > BLOCK * WINDOW
    shifted = np.concatenate([np.zeros(WINDOW * 7, np.float32), long])
    seam = BLOCK - 7
    here, there = vad.probabilities(long), vad.probabilities(shifted)[7:]
    # A state that was lost at the seam would show as a jump there; what is left is the state before the first sample.
    assert np.abs(here[seam - 5 : seam + 20] - there[seam - 5 : seam + 20]).max() < 0.02
