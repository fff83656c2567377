"""Pitch and loudness (A6): a known glide and a known step are recovered, and real voices agree with another tracker."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_floats, as_integers
from pipelines.hearing.activity import Activity, levelled
from pipelines.hearing.loudness import GATE_DB, k_weighting, loudness_track, speech_blocks
from pipelines.hearing.periodicity import periodicity
from pipelines.hearing.pitch import track_pitch
from pipelines.hearing.prosody import measure_loudness, measure_pitch, thin
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))


def voice(hz: NDArray[np.float64], harmonics: int = 20) -> NDArray[np.float32]:
    """A buzz with this fundamental at each sample, its harmonics falling like a voice's (12 dB an octave)."""
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    sound = sum(np.sin(k * phase) / k**2 for k in range(1, harmonics + 1) if k * hz.max() < SAMPLE_RATE / 2)
    return (0.1 * sound).astype(np.float32)


def glide(start_hz: float, end_hz: float, seconds: float) -> NDArray[np.float64]:
    return np.linspace(start_hz, end_hz, int(seconds * SAMPLE_RATE))


def heard(samples: NDArray[np.float32]) -> Activity:
    """As listen() hears it, all of it taken for speech."""
    integers = as_integers(samples)
    sound, gain_db = levelled(integers)
    return Activity((Span(0.0, samples.size / SAMPLE_RATE),), integers, gain_db, periodicity(sound))


def recording(relative: str) -> NDArray[np.float32]:
    path = DATA / relative
    if not path.is_file():
        pytest.skip(f"the shared recording {relative} is not here (set SHARED_DATA)")
    with open_recording(path) as opened:
        audio = opened.media().audio
    assert audio is not None
    return as_floats(audio.samples)


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.01])
def test_a_glide_from_120_to_180_hz_is_recovered_within_five_percent(noise: float) -> None:
    true = glide(120.0, 180.0, 4.0)
    generator = np.random.default_rng(0)
    samples = voice(true) + noise * generator.standard_normal(true.size).astype(np.float32)
    track = track_pitch(heard(samples).periodicity)
    voiced = track.hz > 0
    assert voiced.mean() > 0.97
    expected = np.interp(track.times_s, np.arange(true.size) / SAMPLE_RATE, true)
    assert np.abs(track.hz[voiced] / expected[voiced] - 1).max() < 0.05
    pitch = measure_pitch(heard(samples), [Span(0.0, 4.0)])
    assert pitch is not None
    assert pitch.median_hz == pytest.approx(150.0, rel=0.02)
    assert pitch.interquartile_semitones == pytest.approx(12 * np.log2(165 / 135), rel=0.05)
    assert pitch.track[0][1] == pytest.approx(120.0, rel=0.05)
    assert pitch.track[-1][1] == pytest.approx(180.0, rel=0.05)


@given(st.floats(75.0, 400.0), st.floats(-0.4, 0.4), st.integers(3, 25))
@settings(max_examples=25, deadline=None)
def test_any_voice_is_tracked_without_octave_errors(start_hz: float, octaves: float, harmonics: int) -> None:
    true = glide(start_hz, float(np.clip(start_hz * 2**octaves, 75.0, 450.0)), 1.5)
    track = track_pitch(heard(voice(true, harmonics)).periodicity)
    voiced = track.hz > 0
    expected = np.interp(track.times_s, np.arange(true.size) / SAMPLE_RATE, true)
    assert voiced.mean() > 0.9
    assert np.mean(np.abs(track.hz[voiced] / expected[voiced] - 1) < 0.05) > 0.98


def test_noise_and_silence_have_no_pitch() -> None:
    generator = np.random.default_rng(1)
    noise = (0.1 * generator.standard_normal(3 * SAMPLE_RATE)).astype(np.float32)
    assert measure_pitch(heard(noise), [Span(0.0, 3.0)]) is None
    assert measure_pitch(heard(np.zeros(3 * SAMPLE_RATE, np.float32)), [Span(0.0, 3.0)]) is None
    assert measure_pitch(heard(np.zeros(100, np.float32)), []) is None


def test_only_speech_is_tracked() -> None:
    track = track_pitch(periodicity(voice(np.full(3 * SAMPLE_RATE, 150.0))), [Span(1.0, 2.0)])
    voiced = track.times_s[track.hz > 0]
    assert voiced.min() >= 1.0
    assert voiced.max() <= 2.0


@pytest.mark.slow
@pytest.mark.parametrize(
    "relative",
    [
        "C_audio/mfa/acoustic_corpus.wav",
        "C_audio/speechocean762_train/024270011.wav",
        "C_audio/aishell_S0150/BAC009S0150W0146.wav",
    ],
)
def test_real_voices_agree_with_an_independent_tracker(relative: str) -> None:
    """librosa.pyin (Mauch and Dixon 2014), fifteen times slower, is the second opinion."""
    import librosa

    samples = recording(relative)[SAMPLE_RATE : 5 * SAMPLE_RATE]
    other, sure, _ = librosa.pyin(samples, fmin=65, fmax=600, sr=SAMPLE_RATE, frame_length=1024, hop_length=160)
    track = track_pitch(heard(samples).periodicity)
    expected = np.interp(track.times_s, np.arange(other.size) * 0.01, np.where(sure, other, np.nan))
    both = (track.hz > 0) & ~np.isnan(expected)
    assert both.sum() > 50
    ratio = track.hz[both] / expected[both]
    assert np.mean(np.abs(ratio - 1) > 0.2) <= 0.05
    assert abs(12 * np.log2(np.median(ratio))) < 0.25


def test_the_weighting_is_the_standards_own_at_48_khz() -> None:
    """ITU-R BS.1770-4, tables 1 and 2."""
    shelf, high_pass = k_weighting(48_000)
    expected = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585]
    np.testing.assert_allclose(shelf, expected, rtol=1e-9)
    np.testing.assert_allclose(high_pass, [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621], rtol=1e-9)


def test_a_full_scale_tone_has_the_level_the_standard_states() -> None:
    """A 997 Hz sine at full scale in one channel reads -3.01 (BS.1770-4, annex 1)."""
    times = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    track = loudness_track(np.sin(2 * np.pi * 997 * times).astype(np.float32))
    assert track.db[5:].mean() == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("step_db", [6.0, -6.0])
def test_a_step_of_six_db_is_recovered_within_five_percent(step_db: float) -> None:
    samples = voice(np.full(6 * SAMPLE_RATE, 150.0)) * np.float32(0.3)
    samples[3 * SAMPLE_RATE :] *= np.float32(10 ** (step_db / 20))
    loudness = measure_loudness(heard(samples), [Span(0.0, 6.0)])
    assert loudness is not None
    before = np.median([db for time_s, db in loudness.track if 0.5 < time_s < 2.5])
    after = np.median([db for time_s, db in loudness.track if 3.5 < time_s < 5.5])
    assert after - before == pytest.approx(step_db, rel=0.05)
    assert loudness.range_db == pytest.approx(6.0, rel=0.05)


def test_a_step_in_a_real_voice_is_recovered_within_five_percent() -> None:
    samples = recording("C_audio/jfk/jfk.flac")
    whole = [Span(0.0, samples.size / SAMPLE_RATE)]
    quiet, loud = (measure_loudness(heard(samples * np.float32(gain)), whole) for gain in (0.4, 0.8))
    assert quiet is not None
    assert loud is not None
    assert loud.median_db - quiet.median_db == pytest.approx(20 * np.log10(2), rel=0.05)
    assert loud.range_db == pytest.approx(quiet.range_db, abs=0.1)


def test_levels_do_not_depend_on_the_level_the_finder_works_at() -> None:
    samples = voice(np.full(2 * SAMPLE_RATE, 150.0))
    sound, gain_db = levelled(as_integers(samples))
    direct = loudness_track(sound / np.float32(10 ** (gain_db / 20)))
    np.testing.assert_allclose(loudness_track(sound, gain_db).db, direct.db, atol=0.01)


def test_only_blocks_of_speech_count_and_silence_never_does() -> None:
    samples = np.concatenate([voice(np.full(2 * SAMPLE_RATE, 150.0)), np.zeros(2 * SAMPLE_RATE, np.float32)])
    track = loudness_track(samples)
    assert track.db.min() == GATE_DB
    speech = speech_blocks(track, [Span(0.0, 2.0)])
    assert track.times_s[speech].max() == pytest.approx(1.9)
    assert not speech_blocks(track, [Span(2.5, 4.0)]).any()
    assert measure_loudness(heard(samples[: SAMPLE_RATE // 4]), [Span(0.0, 0.25)]) is None


@given(st.lists(st.floats(0, 30), max_size=80))
def test_tracks_hold_at_most_four_moments_a_second(moments: list[float]) -> None:
    times_s = np.array(sorted(moments))
    track = thin(times_s, np.ones(times_s.size))
    steps = [int(time_s / 0.25 + 1e-9) for time_s, _ in track]
    assert len(track) <= 4 * 30 + 1
    assert steps == sorted(steps)
