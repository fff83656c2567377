"""Sounds behind a voice whose kind is known: noises of rooms, machines and tapes, and music, all made here.

Mono at 16 kHz, as loud as `LEVEL` in the root mean square; the same seed gives the same sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from interview_engine.assessment.media import SAMPLE_RATE

Sound = NDArray[np.float64]
Make = Callable[[np.random.Generator, float], Sound]

LEVEL = 0.05
"""-26 dB re full scale: about as loud as speech usually is."""


def made(make: Make, seed: int, seconds: float) -> Sound:
    """One sound of a kind, brought to `LEVEL`."""
    sound = make(np.random.default_rng(seed), seconds)
    return np.asarray(sound * (LEVEL / np.sqrt(np.mean(sound**2))))


def _times(seconds: float) -> Sound:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _sloped(power: float) -> Make:
    """Noise whose power falls with the frequency to this power, from 50 Hz on: 0 white, 1 pink, 2 brown."""

    def make(random: np.random.Generator, seconds: float) -> Sound:
        size = int(seconds * SAMPLE_RATE)
        spectrum = np.fft.rfft(random.standard_normal(size))
        spectrum /= np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 50.0) ** (power / 2)
        return np.asarray(np.fft.irfft(spectrum, size))

    return make


def _passed(sound: Sound, hz: float | tuple[float, float], kind: str) -> Sound:
    return np.asarray(sosfilt(butter(2, hz, kind, fs=SAMPLE_RATE, output="sos"), sound))


def _hiss(random: np.random.Generator, seconds: float) -> Sound:
    """A tape: high noise that breathes a little, and the transport's 50 Hz."""
    times = _times(seconds)
    flutter = 1 + 0.1 * np.sin(2 * np.pi * 0.7 * times)
    noise = _passed(random.standard_normal(times.size), 2000.0, "highpass")
    return flutter * noise + 0.05 * np.sin(2 * np.pi * 50 * times)


def _fan(random: np.random.Generator, seconds: float) -> Sound:
    """Air, and the tone of the blades with its harmonics, a little unsteady."""
    times = _times(seconds)
    phase = 2 * np.pi * np.cumsum(117 + 0.8 * np.sin(2 * np.pi * 0.3 * times)) / SAMPLE_RATE
    blades = sum(np.sin(n * phase + n) / n for n in range(1, 7))
    return 0.5 * _sloped(1.0)(random, seconds) / 0.005 + 0.3 * np.asarray(blades)


def _hum(random: np.random.Generator, seconds: float) -> Sound:
    """Mains, its odd harmonics, and some hiss."""
    times = _times(seconds)
    tones = sum(np.sin(2 * np.pi * 50 * n * times + n) / n for n in (1, 2, 3, 5, 7, 9, 11))
    return np.asarray(tones) + 0.1 * random.standard_normal(times.size)


def _voice(random: np.random.Generator, seconds: float) -> Sound:
    """Nothing that can be understood, in the rhythm, the pitch and the bands of a talking voice."""
    times = _times(seconds)
    base = random.uniform(90, 230)
    slow = np.interp(times, np.arange(0, seconds + 0.4, 0.2), random.normal(0, 0.12, int(seconds / 0.2) + 2))
    phase = 2 * np.pi * np.cumsum(base * np.exp(slow)) / SAMPLE_RATE
    source = np.asarray(sum(np.sin(n * phase) / n for n in range(1, 18)))
    sound = np.zeros(times.size)
    at = 0.0
    while at < seconds:
        length = random.uniform(0.08, 0.28)
        part = slice(int(at * SAMPLE_RATE), int((at + length) * SAMPLE_RATE))
        size = sound[part].size
        if size > 64 and random.uniform() > 0.2:
            vowel = sum(
                _passed(source[part], (0.85 * hz, 1.15 * hz), "bandpass")
                for hz in (random.uniform(300, 800), random.uniform(900, 2200), random.uniform(2400, 3200))
            )
            sound[part] += np.asarray(vowel) * np.hanning(size)
        at += length + (random.uniform(0.3, 1.5) if random.uniform() < 0.1 else 0.0)
    return sound


def _cafe(random: np.random.Generator, seconds: float) -> Sound:
    """A dozen people talking at once, cups that clink, a room."""
    sound = sum(random.uniform(0.4, 1.0) * _voice(random, seconds) for _ in range(12))
    times = _times(seconds)
    clinks = np.zeros(times.size)
    for at in np.sort(random.uniform(0, seconds, int(seconds / 2))):
        since = np.maximum(times - at, 0.0)
        tone = np.sin(2 * np.pi * random.uniform(2500, 5000) * since)
        clinks += (times >= at) * tone * np.exp(-since / 0.04)
    room = _sloped(1.0)(random, seconds)
    return np.asarray(sound / np.std(sound) + 0.5 * clinks + 0.3 * room / np.std(room))


def _traffic(random: np.random.Generator, seconds: float) -> Sound:
    """Cars that pass: low noise that swells and fades."""
    times = _times(seconds)
    swell = np.interp(times, np.arange(0, seconds + 4, 2.0), random.uniform(0.3, 1.5, int(seconds / 2) + 2))
    return swell * _sloped(2.0)(random, seconds)


def _keys(random: np.random.Generator, seconds: float) -> Sound:
    """Somebody who types."""
    times = _times(seconds)
    sound = 0.02 * random.standard_normal(times.size)
    for at in np.cumsum(random.uniform(0.08, 0.3, int(seconds / 0.19)))[:-2]:
        if at < seconds - 0.1:
            since = np.maximum(times - at, 0.0)
            sound += (times >= at) * random.standard_normal(times.size) * np.exp(-since / 0.008)
    return sound


def _note(times: Sound, at: float, hz: float, length: float, decay: float, rich: int) -> Sound:
    """One tone of an instrument: harmonics that get softer, a beginning, a decay."""
    sound = np.zeros(times.size)
    part = slice(int(at * SAMPLE_RATE), int((at + length) * SAMPLE_RATE))
    since = times[part] - at
    shape = np.minimum(since / 0.015, 1.0) * np.exp(-since / decay) * np.minimum((length - since) / 0.03, 1.0)
    sound[part] = shape * np.sum([np.sin(2 * np.pi * hz * n * since) / n**1.3 for n in range(1, rich + 1)], axis=0)
    return sound


def _pitch(step: float) -> float:
    """Hz of a semitone step above the A below middle C."""
    return float(220.0 * 2 ** (step / 12))


SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def _piano(random: np.random.Generator, seconds: float) -> Sound:
    """A melody over broken chords."""
    times = _times(seconds)
    sound = np.zeros(times.size)
    for beat, at in enumerate(np.arange(0, seconds - 1.2, 0.3)):
        root = (0, 5, 7, 0)[beat // 8 % 4]
        sound += _note(times, at, _pitch(root - 12 + (0, 4, 7, 4)[beat % 4]), 1.1, 0.5, 8)
        if beat % 2 == 0:
            sound += 1.2 * _note(times, at, _pitch(12 + float(random.choice(SCALE))), 0.6, 0.4, 6)
    return sound


def _strings(random: np.random.Generator, seconds: float) -> Sound:
    """Chords held for two seconds, with vibrato."""
    times = _times(seconds)
    sound = np.zeros(times.size)
    for bar, at in enumerate(np.arange(0, seconds - 0.1, 2.0)):
        for step in (0, 4, 7, 12):
            hz = _pitch((0, 5, -3, 7)[bar % 4] + step)
            wobble = 0.004 * np.sin(2 * np.pi * 5.5 * times + random.uniform(0, 6))
            phase = 2 * np.pi * np.cumsum(hz * (1 + wobble)) / SAMPLE_RATE
            inside = np.clip(np.minimum((times - at) / 0.15, (at + 2.0 - times) / 0.15), 0.0, 1.0)
            sound += inside * np.asarray(sum(np.sin(n * phase) / n**1.5 for n in range(1, 9)))
    return sound


def _band(random: np.random.Generator, seconds: float) -> Sound:
    """Drums, a bass and a lead, 120 beats a minute."""
    times = _times(seconds)
    sound = np.zeros(times.size)
    for beat, at in enumerate(np.arange(0, seconds - 0.6, 0.25)):
        since = np.maximum(times - at, 0.0)
        on = times >= at
        if beat % 2 == 0:
            sound += 1.5 * on * np.sin(2 * np.pi * 60 * since) * np.exp(-since / 0.08)
        if beat % 4 == 2:
            sound += 0.6 * on * random.standard_normal(times.size) * np.exp(-since / 0.05)
        sound += _note(times, at, _pitch(-24 + (0, 0, 5, 7)[beat // 8 % 4]), 0.24, 0.3, 5)
        sound += 0.7 * _note(times, at, _pitch(float(random.choice(SCALE))), 0.45, 0.35, 10)
    return sound


def _guitar(random: np.random.Generator, seconds: float) -> Sound:
    """Plucked strings, as K. Karplus and A. Strong, "Digital synthesis of plucked-string and drum timbres", Computer
    Music Journal 7(2), 1983, make them: a burst of noise in a delay line that averages itself."""
    size = int(seconds * SAMPLE_RATE)
    sound = np.zeros(size)
    for at in np.arange(0, seconds - 1.0, 0.35):
        delay = round(SAMPLE_RATE / _pitch(float(random.choice(SCALE)) + float(random.choice((-12, 0)))))
        line = random.uniform(-1, 1, delay)
        rounds = [line]
        for _ in range(SAMPLE_RATE // delay):
            line = 0.498 * (line + np.roll(line, 1))
            rounds.append(line)
        pluck = np.concatenate(rounds)[:SAMPLE_RATE]
        start = int(at * SAMPLE_RATE)
        sound[start : start + pluck.size] += pluck[: size - start]
    return sound


def _flute(random: np.random.Generator, seconds: float) -> Sound:
    """One melody, no chords, with breath."""
    times = _times(seconds)
    sound = 0.05 * random.standard_normal(times.size)
    at = 0.0
    while at < seconds - 0.6:
        length = float(random.choice((0.25, 0.5, 0.5, 1.0)))
        sound += _note(times, at, _pitch(12 + float(random.choice(SCALE))), length, 4.0, 3)
        at += length
    return sound


NOISES: Mapping[str, Make] = {
    "white noise": _sloped(0.0),
    "pink noise": _sloped(1.0),
    "brown noise": _sloped(2.0),
    "tape hiss": _hiss,
    "fan": _fan,
    "hum": _hum,
    "café": _cafe,
    "traffic": _traffic,
    "typing": _keys,
}
MUSIC: Mapping[str, Make] = {
    "piano": _piano,
    "strings": _strings,
    "band": _band,
    "guitar": _guitar,
    "flute": _flute,
}
