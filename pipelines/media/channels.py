"""Two channels, or several tracks, to the one sound that is heard: what was said is in it, wherever it was recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

EMPTY = 1e-4
"""A channel with this share of the other's energy (-40 dB) is empty: crosstalk of a cable, noise of an open input."""

OPPOSED = -0.5
"""Correlation under which one channel is the other turned round (a plug that was wired wrongly): their sum would be
silence, their difference is the voice."""

BLOCK = 1 << 20
"""Samples of a channel that are computed on at a time."""

FLOOR_DB = -60.0
"""Levels under this are silence: a track of digital or nearly digital silence varies by nothing."""

SAME_RANGE_DB = 6.0
"""A later track must vary by so much more than an earlier one to be preferred."""

SAME_SOUND = 0.6
"""Correlation of levels from which two tracks hold the same sound (a recorder's mix, and the microphone alone)."""

SPEECH_RANGE_DB = 12.0
"""A track that varies less is a hum, noise or silence; speech varies by 25 to 50 dB (the test recordings)."""


def sides(samples: NDArray[np.int16], names: Sequence[str]) -> NDArray[np.int16]:
    """Any number of channels as left and right, samples x 2: each the mean of its own and of the middle ones.

    Args:
        samples: samples x channels, at least two.
        names: FFmpeg's of the channels: "FL", "FR", "FC", "LFE", "BL", …; the bass channel is left out.
    """
    if samples.shape[1] == 2:
        return samples
    kept = [index for index, name in enumerate(names) if not name.startswith("LFE")] or [*range(len(names))]
    left = [index for index in kept if not names[index].endswith("R")]
    right = [index for index in kept if not names[index].endswith("L")]
    both = [samples[:, chosen or kept].mean(axis=1) for chosen in (left, right)]
    pair: NDArray[np.int16] = np.rint(np.stack(both, axis=1)).astype(np.int16)
    return pair


def weights(left: float, right: float, product: float) -> tuple[float, float]:
    """What left and right count in the mono sound, so that a voice keeps its level wherever it is.

    The same sound in both is averaged, two people in one channel each are added, a channel without sound is left out,
    and of two that cancel each other the difference is taken. It cannot clip but where two people shout together.

    Args:
        left, right: energies of the channels. product: the sum of the products of their samples.
    """
    if right <= EMPTY * left:
        return 1.0, 0.0
    if left <= EMPTY * right:
        return 0.0, 1.0
    correlation = product / math.sqrt(left * right)
    gain = 1.0 / (1.0 + (max(0.0, correlation) if correlation > OPPOSED else -correlation))
    return (gain, -gain) if correlation <= OPPOSED else (gain, gain)


def mono(pairs: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Left and right, samples x 2, as blocks of one channel, by one rule for the whole."""
    left = right = product = 0.0
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK].astype(np.float64)
        left += float(block[:, 0] @ block[:, 0])
        right += float(block[:, 1] @ block[:, 1])
        product += float(block[:, 0] @ block[:, 1])
    both = np.array(weights(left, right, product))
    for start in range(0, len(pairs), BLOCK):
        mixed = np.rint(pairs[start : start + BLOCK] @ both)
        yield np.clip(mixed, -32768, 32767).astype(np.int16)


def level_db(frame: AudioFrame) -> float:
    """Level of a decoded frame, all channels together, dB re full scale, at least `FLOOR_DB`."""
    samples = frame.to_ndarray()
    floats = samples.astype(np.float64)
    if samples.dtype.kind != "f":
        floats /= 2.0 ** (8 * samples.dtype.itemsize - 1)
        floats -= 1.0 if samples.dtype.kind == "u" else 0.0
    power = float(np.mean(np.nan_to_num(floats) ** 2)) if floats.size else 0.0
    return max(FLOOR_DB, 10.0 * math.log10(power)) if power > 0.0 else FLOOR_DB


def level_range_db(levels: Sequence[float]) -> float:
    """How much a track's level varies: from its 20th to its 95th percentile, in dB. Speech varies, hum does not."""
    if not levels:
        return 0.0
    low, high = np.percentile(levels, (20, 95))
    return float(high - low)


def speaking(tracks: Sequence[Sequence[float]]) -> int:
    """Which of several tracks, by the levels of their frames, holds the speech; the first where they are alike."""
    ranges = [level_range_db(levels) for levels in tracks]
    best = 0
    for index, found in enumerate(ranges):
        if found > ranges[best] + SAME_RANGE_DB:
            best = index
    return best


def has_own_speech(tracks: Sequence[Sequence[float]], place: int, chosen: int) -> bool:
    """Whether a track beside the chosen one varies as speech does, and at other times than that one."""
    levels = tracks[place]
    return level_range_db(levels) >= SPEECH_RANGE_DB and not _rises_together(levels, tracks[chosen])


def _rises_together(levels: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two tracks hold the same sound, by their levels over time: one may be mixed into the other."""
    if len(levels) < 2 or len(others) < 2:
        return False
    ours = np.interp(np.linspace(0, 1, len(others)), np.linspace(0, 1, len(levels)), levels)
    if np.ptp(ours) == 0.0 or np.ptp(others) == 0.0:
        return False
    return float(np.corrcoef(ours, others)[0, 1]) >= SAME_SOUND
