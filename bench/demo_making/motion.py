"""How a figure moves while it speaks: head, gaze and lids from seeded noise, the mouth from the sound itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.demo_making.figure import Floats
from bench.demo_making.voice import SAMPLE_RATE, Samples, Spoken


@dataclass(frozen=True, slots=True)
class Away:
    """A span in which the candidate looks off camera: the head turns so far (degrees, left and down positive)."""

    start_s: float
    end_s: float
    yaw_degrees: float
    pitch_degrees: float


@dataclass(frozen=True, slots=True)
class Motion:
    """One value a frame: head (n, 3) yaw, pitch, roll in radians; shift (n, 3) dm; gaze (n, 2) yaw, pitch in radians
    off the camera; units name → (n,) deflection 0..1."""

    head: Floats
    shift: Floats
    gaze: Floats
    units: dict[str, Floats]


def move(spoken: Spoken, times: Floats, away: Sequence[Away], seed: int) -> Motion:
    """The motion at the frame `times` (s, rising) of a recording."""
    random = np.random.default_rng(seed)
    loud, bright = _mouth_drive(spoken.samples, times)
    head = np.radians(
        np.stack([_wander(times, random, size) for size in (2.6, 1.7, 1.3)], axis=1)
        + np.stack([_wander(times, random, size, slowest=0.3, fastest=1.1) for size in (0.9, 0.8, 0.5)], axis=1)
    )
    head[:, 1] += np.radians(1.6) * _smooth(loud, times, 0.35)
    for start, end in spoken.spans:
        if random.random() < 0.55:
            at = start + 0.3 if random.random() < 0.5 else end - 0.2
            head[:, 1] += np.radians(random.uniform(3.0, 5.5)) * _bump(times, at, 0.28)
    gaze = _gaze(spoken, times, random)
    for span in away:
        turned = _plateau(times, span.start_s, span.end_s, 0.45)
        turn = np.radians([span.yaw_degrees, span.pitch_degrees])
        head[:, :2] += 0.7 * turned[:, None] * turn
        gaze = gaze * (1 - turned[:, None]) + _plateau(times, span.start_s - 0.15, span.end_s, 0.25)[:, None] * turn
    shift = np.stack([_wander(times, random, size) for size in (0.035, 0.015, 0.05)], axis=1)
    return Motion(head=head, shift=shift, gaze=gaze, units=_units(times, loud, bright, gaze, random))


def _units(times: Floats, loud: Floats, bright: Floats, gaze: Floats, random: np.random.Generator) -> dict[str, Floats]:
    blink = _blinks(times, random)
    rounded = np.clip(1 - bright, 0, 1) * loud
    spread = bright * loud
    brows = np.clip(_wander(times, random, 0.16, fastest=0.5) + 0.25 * _smooth(loud, times, 0.5) - 0.1, 0, 0.5)
    down = np.clip(gaze[:, 1] / np.radians(30), 0, 1)
    return {
        "jawOpen": 0.33 * loud,
        "mouthFunnel": 0.38 * rounded,
        "mouthPucker": 0.16 * rounded,
        "mouthStretchLeft": 0.22 * spread,
        "mouthStretchRight": 0.22 * spread,
        "mouthUpperUpLeft": 0.18 * spread,
        "mouthUpperUpRight": 0.18 * spread,
        "mouthLowerDownLeft": 0.20 * spread,
        "mouthLowerDownRight": 0.20 * spread,
        "eyeBlinkLeft": blink,
        "eyeBlinkRight": blink,
        "eyeLookDownLeft": down,
        "eyeLookDownRight": down,
        "browInnerUp": brows,
        "browOuterUpLeft": 0.6 * brows,
        "browOuterUpRight": 0.6 * brows,
    }


def _mouth_drive(samples: Samples, times: Floats) -> tuple[Floats, Floats]:
    """Loudness 0..1 and brightness 0..1 (share of the sound above 1.4 kHz) about each frame time."""
    half = SAMPLE_RATE // 30
    padded = np.concatenate([np.zeros(half, np.float32), samples, np.zeros(2 * half, np.float32)])
    window = np.hanning(2 * half)
    frequency = np.fft.rfftfreq(2 * half, 1 / SAMPLE_RATE)
    loud, bright = np.zeros(len(times)), np.zeros(len(times))
    for index, time in enumerate(times):
        start = min(round(time * SAMPLE_RATE), len(samples))
        power = np.abs(np.fft.rfft(padded[start : start + 2 * half] * window)) ** 2
        loud[index] = np.sqrt(power[(frequency > 100) & (frequency < 4000)].sum())
        high, low = (
            power[(frequency > 1400) & (frequency < 6000)].sum(),
            power[(frequency > 150) & (frequency <= 1400)].sum(),
        )
        bright[index] = high / max(high + low, 1e-9)
    loud = np.clip(loud / max(float(np.percentile(loud, 93)), 1e-6), 0, 1.15) ** 0.7
    loud[loud < 0.12] = 0.0
    return _smooth(loud, times, 0.05), np.clip(_smooth(bright, times, 0.08) * 2.2, 0, 1)


def _gaze(spoken: Spoken, times: Floats, random: np.random.Generator) -> Floats:
    """Small jumps about the camera, and a look aside in some of the longer pauses."""
    gaze = np.zeros((len(times), 2))
    at = 0.0
    while at < times[-1]:
        hold = random.uniform(0.8, 2.6)
        target = random.normal(0, 1, 2) * np.radians([1.1, 0.8])
        gaze[(times >= at) & (times < at + hold)] = target
        at += hold
    for (_, end), (start, _) in zip(spoken.spans, spoken.spans[1:], strict=False):
        if start - end > 0.75 and random.random() < 0.7:
            aside = np.radians([random.choice([-1, 1]) * random.uniform(7, 12), random.uniform(-5, 2)])
            gaze += _plateau(times, end - 0.1, start, 0.1)[:, None] * aside
    return gaze


def _blinks(times: Floats, random: np.random.Generator) -> Floats:
    closed = np.zeros(len(times))
    at = random.uniform(0.6, 2.0)
    while at < times[-1]:
        closed = np.maximum(closed, np.clip(1.25 - np.abs(times - at) / 0.13, 0, 1))
        at += random.choice([0.4, 1.0], p=[0.08, 0.92]) * random.uniform(2.2, 5.2)
    return np.asarray(0.80 * closed)


def _wander(
    times: Floats, random: np.random.Generator, size: float, slowest: float = 0.04, fastest: float = 0.4
) -> Floats:
    """Smooth noise of standard deviation `size` from ten slow waves (Hz)."""
    total = np.zeros(len(times))
    for frequency in np.geomspace(slowest, fastest, 10):
        total += np.sin(2 * np.pi * frequency * times * random.uniform(0.85, 1.15) + random.uniform(0, 2 * np.pi))
    return np.asarray(size * total / np.sqrt(5))


def _smooth(values: Floats, times: Floats, seconds: float) -> Floats:
    step = float(times[1] - times[0])
    reach = max(1, round(2 * seconds / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / seconds) ** 2)
    return np.asarray(np.convolve(values, kernel / kernel.sum(), mode="same"))


def _bump(times: Floats, centre: float, width: float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((times - centre) / (width / 2)) ** 2))


def _plateau(times: Floats, start: float, end: float, ramp: float) -> Floats:
    rise = np.clip((times - start) / ramp + 0.5, 0, 1)
    fall = np.clip((end - times) / ramp + 0.5, 0, 1)
    level = np.minimum(rise, fall)
    return np.asarray(level * level * (3 - 2 * level))
