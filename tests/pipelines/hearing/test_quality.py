"""Clipping and hum are noted, and a hum is no voice (A2, A6)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from media_reading import CLIPS

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_integers
from pipelines.hearing.quality import clipped, hum, is_steady, without_hum
from pipelines.media.ingest import open_recording

TIMES = np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
WHOLE = (Span(0.0, 8.0),)
RNG = np.random.default_rng(3)
NOISE = RNG.normal(0, 0.002, TIMES.size)


def voice() -> np.ndarray:
    """Harmonics whose pitch and formant move all the time, in syllables."""
    phase = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.7 * TIMES)) / SAMPLE_RATE
    centre = 900 + 500 * np.sin(2 * np.pi * 1.9 * TIMES)
    tones = [np.sin(n * phase) * np.exp(-(((130 * n - centre) / 400) ** 2)) for n in range(1, 25)]
    return 0.2 * np.sum(tones, axis=0) * (0.1 + np.abs(np.sin(2 * np.pi * 2 * TIMES))) + NOISE


HUMS = {
    "beating 150 Hz": 0.2 * (np.sin(2 * np.pi * 150 * TIMES) + np.sin(2 * np.pi * 151.5 * TIMES)),
    "harmonics of 100 Hz": sum(0.2 / n * np.sin(2 * np.pi * 100 * n * TIMES + n) for n in range(1, 9)),
    "a whistle": 0.3 * np.sin(2 * np.pi * 1800 * TIMES) * (1.2 + np.sin(2 * np.pi * 0.4 * TIMES)) / 2,
}


@pytest.mark.parametrize("kind", HUMS)
def test_a_steady_tone_is_no_voice_however_it_beats(kind: str) -> None:
    samples = as_integers(HUMS[kind] + NOISE)
    assert is_steady(samples, WHOLE)
    assert without_hum(samples, WHOLE) == ()
    assert hum(samples, ()) == WHOLE


def test_a_voice_is_not_steady_and_stays() -> None:
    samples = as_integers(voice())
    assert not is_steady(samples, WHOLE)
    assert without_hum(samples, WHOLE) == WHOLE


def test_a_long_hum_beside_a_voice_is_left_out_alone() -> None:
    sound = np.where(TIMES < 4.0, voice(), HUMS["beating 150 Hz"])
    spans = (Span(0.0, 3.9), Span(4.1, 8.0))
    assert without_hum(as_integers(sound), spans) == spans[:1]


def test_a_humming_room_is_named_by_its_pauses_and_a_quiet_one_is_not() -> None:
    spans = (Span(2.0, 6.0),)
    tone = HUMS["beating 150 Hz"]
    assert hum(as_integers(np.where((TIMES > 2) & (TIMES < 6), voice(), 0.05 * tone)), spans) == (
        Span(0.0, 2.0),
        Span(6.0, 8.0),
    )
    assert hum(as_integers(0.003 * tone), ()) == ()
    assert hum(as_integers(30 * NOISE), ()) == ()
    assert hum(np.zeros(0, np.int16), ()) == ()


@pytest.mark.parametrize(("decibels", "found"), [(0, False), (10, True), (20, True), (30, True)])
def test_a_clipped_voice_is_noted(decibels: int, found: bool) -> None:
    sound = voice() / np.abs(voice()).max()
    for level in (1.0, 0.2):
        spans = clipped(as_integers(level * np.clip(sound * 10 ** (decibels / 20), -1, 1)), WHOLE)
        assert bool(spans) == found
        assert all(0.0 <= span.start_s < span.end_s <= 8.01 for span in spans)


def test_silence_and_nothing_are_not_clipped() -> None:
    assert clipped(np.zeros(SAMPLE_RATE, np.int16), (Span(0.0, 1.0),)) == ()
    assert clipped(np.zeros(0, np.int16), ()) == ()
    assert clipped(as_integers(np.full(SAMPLE_RATE, 0.005)), (Span(0.0, 1.0),)) == ()


CLIPPED = Path(CLIPS).parent / "E_faults" / "clipped30.wav"


@pytest.mark.skipif(not CLIPPED.is_file(), reason="the test recordings (SHARED_DATA) are not here")
def test_a_recorded_voice_that_is_clipped_is_noted() -> None:
    with open_recording(CLIPPED) as recording:
        audio = recording.media().audio
    assert audio is not None
    assert clipped(audio.samples, (Span(0.0, audio.samples.size / SAMPLE_RATE),))
