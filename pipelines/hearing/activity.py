"""Where there is voice, to a few hundredths of a second: what rates and pauses are measured on.

Silero VAD gives a probability each 32 ms. Two things made it fit for measuring and not only for cutting a recording
into pieces for a recogniser: it hears the sound without rumble and at a set level (a quiet laptop microphone with wind
in it otherwise halves its probabilities), and a silence has to be clear before it counts, but then begins where the
probability began to fall. Measured on the word alignments of two noisy recordings and on clean utterances joined with
known gaps: docs/cues.md, "Speech cues".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfilt

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE, as_floats
from pipelines.hearing.periodicity import STEP_S, Floats, Periodicity, periodicity
from pipelines.hearing.quality import without_hum
from pipelines.memory import return_pages

WINDOW_SAMPLES = 512
"""Samples of one probability."""
RUMBLE_HZ = 120.0
"""Below this a recording holds wind, handling and mains hum, and hardly any of what tells speech from silence."""
LEVEL_DB = -14.0
"""Root mean square that the loudest twentieth of the sound is brought to, dB re full scale."""
MAX_GAIN_DB = 30.0
"""Never more: else the noise of a silent room would be brought up to the level of speech."""

SILENT_UNDER = 0.4
"""A silence has to reach a lower speech probability than this, and ends when it is exceeded."""
FALLING_UNDER = 0.6
"""A silence that was reached began where the probability fell below this (Silero lags behind a voice that stops)."""

VOICED_OVER = 0.7
"""Harmonicity of a voice; the median over `VOICED_FRAMES` has to exceed it (Silero gives up on long, even vowels)."""
VOICED_FRAMES = 11
VOICED_NEEDS = 0.3
"""Least speech probability of a voice, so that a hum or a tone in a silence is none."""
DOUBTFUL_UNDER = 0.75
"""A burst that never exceeds this speech probability and holds no voice is a breath or a rustle."""
SHORTEST_SPEECH_S = 0.06
"""A shorter burst is a click (two windows)."""


class SpeechProbability(Protocol):
    """A voice activity model (models/speech/vad.py)."""

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability of speech, 0..1, of each `WINDOW_SAMPLES` samples of 16 kHz mono; the last may be padded."""
        ...


INAUDIBLE = 1e-15
"""Under this (-300 dB) a sample is nothing. Digital silence leaves a filter ever smaller numbers, and processors take
many times as long over numbers too small for their ordinary form: five times as long for the speech detector."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Where there is voice.

    Args:
        spans: of voice, filled pauses included; in order, inside the sound, none touching the next.
        samples: the sound as it was given: 16-bit, 16 kHz mono.
        gain_db: what brings its loud parts to `LEVEL_DB` once the rumble is out.
        periodicity: of the sound without rumble.
    """

    spans: tuple[Span, ...]
    samples: NDArray[np.int16]
    gain_db: float
    periodicity: Periodicity

    def sound(self) -> NDArray[np.float32]:
        """float32: the samples without rumble, amplified by `gain_db`. Made anew each time: cheaper than keeping it."""
        return levelled(self.samples)[0]


def find_activity(samples: NDArray[np.int16], vad: SpeechProbability) -> Activity:
    """Voice in 16-bit samples of 16 kHz mono."""
    sound, gain_db = levelled(samples)
    periodic = periodicity(sound)
    if samples.size < WINDOW_SAMPLES:
        return Activity((), samples, gain_db, periodic)
    frames = int(samples.size / SAMPLE_RATE / STEP_S)
    times = (np.arange(frames) + 0.5) * STEP_S
    windows = vad.probabilities(sound)
    centres = (np.arange(windows.size) + 0.5) * WINDOW_SAMPLES / SAMPLE_RATE
    probability = np.interp(times, centres, windows)
    harmonicity = np.zeros(frames)
    if periodic.times_s.size:
        harmonicity = np.interp(times, periodic.times_s, periodic.harmonicity)
    return Activity(without_hum(samples, spans_of(probability, harmonicity)), samples, gain_db, periodic)


def spans_of(probability: Floats, harmonicity: Floats) -> tuple[Span, ...]:
    """Speech spans from the speech probability and the harmonicity of each `STEP_S`, by the thresholds above."""
    silent = probability < SILENT_UNDER
    for start, end in true_runs(probability < FALLING_UNDER):
        reached = np.flatnonzero(silent[start:end])
        if reached.size:
            silent[start : start + reached[0]] = True
    voiced = (median_filter(harmonicity, VOICED_FRAMES) > VOICED_OVER) & (probability > VOICED_NEEDS)
    spans = []
    for start, end in true_runs(~silent | voiced):
        heard = voiced[start:end].any() or probability[start:end].max() > DOUBTFUL_UNDER
        if heard and (end - start) * STEP_S >= SHORTEST_SPEECH_S:
            spans.append(Span(start * STEP_S, end * STEP_S))
    return tuple(spans)


BLOCK = 1 << 18
"""Samples (16 s) filtered together: of a long answer each whole array beside the sound is felt."""


def levelled(samples: NDArray[np.int16]) -> tuple[NDArray[np.float32], float]:
    """The sound without rumble and with its loud parts at `LEVEL_DB`, float32, and the gain in dB that did it."""
    frame = SAMPLE_RATE // 40
    whole = samples.size // frame * frame
    if whole == 0:
        return as_floats(samples), 0.0
    sound = _without_rumble(samples)
    frames = sound[:whole].reshape(-1, frame)
    power = np.einsum("ij,ij->i", frames, frames) / frame
    loud_db = 10 * np.log10(max(float(np.quantile(power, 0.95)), 1e-18))
    gain_db = min(LEVEL_DB - loud_db, MAX_GAIN_DB)
    sound *= np.float32(10 ** (gain_db / 20))
    return sound, gain_db


def _without_rumble(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """float32 in about -1..1, without any sample that is `INAUDIBLE`."""
    high_pass = butter(4, RUMBLE_HZ, "highpass", fs=SAMPLE_RATE, output="sos").astype(np.float32)
    state = np.zeros((len(high_pass), 2), np.float32)
    sound = np.empty(samples.size, np.float32)
    for start in range(0, samples.size, BLOCK):
        block, state = sosfilt(high_pass, as_floats(samples[start : start + BLOCK]), zi=state)
        block[np.abs(block) < INAUDIBLE] = 0.0
        sound[start : start + BLOCK] = block
        return_pages(samples)
    return sound


def true_runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one-past-last index of each run of True."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
