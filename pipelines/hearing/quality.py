"""What spoils a recording for the ear: clipping, and a hum that is no voice. Notes for a person, never part of a score.

Figures: docs/cues.md, "What is a signal and not a cue".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span, gaps, merge, total_s
from interview_engine.assessment.media import SAMPLE_RATE, as_floats

BLOCK = SAMPLE_RATE // 10
"""Samples that clipping is looked for in."""

PLATEAU = 0.95
"""A sample at this share of its block's peak or more lies on the plateau that clipping leaves; a codec rounds it."""

CLIPPED_SHARE = 0.03
"""Share of such samples in loud blocks from which a voice is clipped. On 121 recordings .0002 to .012; the same clipped
by 10 dB has .05 and by 30 dB .085 (docs/cues.md)."""

LOUD_SHARE = 0.5
"""Blocks whose peak reaches this share of the loud ones' (their 95th percentile) are looked at."""

QUIETEST_PEAK = 0.01
"""Quieter recordings (-40 dB) hold too few steps of 16 bits to tell a plateau from rounding."""

FRAME, HOP = 512, 256
LOWEST_BIN = 3
"""Of the spectrum of a frame; below it (94 Hz) lies the rumble."""

STEADY = 0.97
"""How much the spectra of single frames are like their mean (cosine) from which a sound is a hum and no voice, however
its loudness beats. 121 recordings of speech, music and noise: .77 to .942; a beating tone .988 to 1."""

LEAST_STEADY_S = 1.0
"""A vowel can be steady for as long as this."""

LONG_SPAN_S = 3.0
"""A single stretch of "voice" this long that is steady is a hum, whatever else is in the recording."""

LONGEST_LOOK_S = 20.0
"""So much of a sound is enough to know whether it is steady."""

AUDIBLE_DB = -50.0
"""A hum under this level, dB re full scale, disturbs nobody."""


def clipped(samples: NDArray[np.int16], spans: Sequence[Span]) -> tuple[Span, ...]:
    """Where a voice is clipped, to 0.1 s; empty when it is not, or only now and then.

    Args:
        spans: of voice.
    """
    blocks = [(at, as_floats(samples[at : at + BLOCK])) for at in _block_starts(samples, spans)]
    if not blocks:
        return ()
    levels = np.abs(np.stack([block for _, block in blocks]))
    peaks = levels.max(axis=1)
    reference = float(np.percentile(peaks, 95))
    if reference < QUIETEST_PEAK:
        return ()
    loud = peaks > LOUD_SHARE * reference
    shares = (levels >= PLATEAU * peaks[:, np.newaxis]).mean(axis=1)
    if float(shares[loud].mean()) < CLIPPED_SHARE:
        return ()
    places = (at / SAMPLE_RATE for (at, _), bad in zip(blocks, loud & (shares >= CLIPPED_SHARE), strict=True) if bad)
    return merge([Span(round(at_s, 2), round(at_s + 0.1, 2)) for at_s in places])


def without_hum(samples: NDArray[np.int16], spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Spans of voice without those that are a hum: all of them when they are one together, else long steady ones."""
    if is_steady(samples, spans):
        return ()
    return tuple(span for span in spans if span.duration_s < LONG_SPAN_S or not is_steady(samples, [span]))


def hum(samples: NDArray[np.int16], spans: Sequence[Span]) -> tuple[Span, ...]:
    """Where an audible steady tone fills what is no voice; empty when none does."""
    silences = gaps(merge(spans), Span(0.0, samples.size / SAMPLE_RATE))
    heard = [samples[round(s.start_s * SAMPLE_RATE) : round(s.end_s * SAMPLE_RATE)] for s in silences]
    if not heard:
        return ()
    power = float(np.mean(as_floats(np.concatenate(heard)).astype(np.float64) ** 2))
    if power <= 0.0 or 10.0 * np.log10(power) < AUDIBLE_DB or not is_steady(samples, silences):
        return ()
    return tuple(Span(round(span.start_s, 2), round(span.end_s, 2)) for span in silences if span.duration_s >= 0.5)


def is_steady(samples: NDArray[np.int16], spans: Sequence[Span]) -> bool:
    """Whether the sound in these spans keeps one spectrum throughout: a hum, a tone, whatever its loudness does."""
    if total_s(spans) < LEAST_STEADY_S:
        return False
    frames = _frames(samples, spans)
    if len(frames) < 8:
        return False
    spectra = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1))[:, LOWEST_BIN:]
    energy = np.sum(spectra**2, axis=1)
    spectra = np.sqrt(spectra[energy > 1e-3 * energy.max()]) if energy.max() > 0.0 else spectra[:0]
    if len(spectra) < 8:
        return False
    spectra /= np.linalg.norm(spectra, axis=1, keepdims=True)
    mean = spectra.mean(axis=0)
    return float(np.mean(spectra @ (mean / np.linalg.norm(mean)))) >= STEADY


def _frames(samples: NDArray[np.int16], spans: Sequence[Span]) -> NDArray[np.float32]:
    found: list[NDArray[np.float32]] = []
    left = round(LONGEST_LOOK_S * SAMPLE_RATE)
    for span in spans:
        part = as_floats(samples[round(span.start_s * SAMPLE_RATE) : round(span.end_s * SAMPLE_RATE)][:left])
        left -= part.size
        if part.size >= FRAME:
            found.append(np.lib.stride_tricks.sliding_window_view(part, FRAME)[::HOP])
    return np.concatenate(found) if found else np.empty((0, FRAME), dtype=np.float32)


def _block_starts(samples: NDArray[np.int16], spans: Sequence[Span]) -> list[int]:
    starts: list[int] = []
    for span in spans:
        first, last = round(span.start_s * SAMPLE_RATE), min(samples.size, round(span.end_s * SAMPLE_RATE))
        starts += range(first, last - BLOCK + 1, BLOCK)
    return starts
