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


def sides(names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Which of any number of channels (at least two) are on the left and on the right; middle ones are on both, the
    bass channel is on none.

    Args:
        names: FFmpeg's of the channels: "FL", "FR", "FC", "LFE", "BL", ….
    """
    if len(names) == 2:
        return [0], [1]
    kept = [index for index, name in enumerate(names) if not name.startswith("LFE")] or [*range(len(names))]
    left = [index for index in kept if not names[index].endswith("R")]
    right = [index for index in kept if not names[index].endswith("L")]
    return left or kept, right or kept


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


def mono(samples: NDArray[np.int16], names: Sequence[str]) -> Iterator[NDArray[np.int16]]:
    """Channels, samples x channels, as blocks of one channel, by one rule for the whole.

    The channels of a side are added, and made softer by what adding the same sound in several of them made louder, so
    that a voice in the middle of six channels is as loud as alone. Then left and right go together by `weights`.
    """
    both = sides(names)
    gains = np.array([_gain(samples, side) for side in both])
    left = right = product = 0.0
    for block in _blocks(samples):
        pair = _pair(block, both, gains)
        left += float(pair[:, 0] @ pair[:, 0])
        right += float(pair[:, 1] @ pair[:, 1])
        product += float(pair[:, 0] @ pair[:, 1])
    shares = np.array(weights(left, right, product))
    for block in _blocks(samples):
        mixed = np.rint(_pair(block, both, gains) @ shares)
        yield np.clip(mixed, -32768, 32767).astype(np.int16)


def _blocks(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    for start in range(0, len(samples), BLOCK):
        yield samples[start : start + BLOCK]


def _pair(block: NDArray[np.int16], both: Sequence[Sequence[int]], gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Left and right of a block, samples x 2."""
    return np.stack([block[:, side].sum(axis=1, dtype=np.float64) for side in both], axis=1) * gains


def _gain(samples: NDArray[np.int16], side: Sequence[int]) -> float:
    """Energy of some channels over that of their sum, at most 1: of the same sound in all of them 1 over their number,
    of different sounds 1."""
    if len(side) == 1:
        return 1.0
    apart = together = 0.0
    for block in _blocks(samples):
        channels = block[:, side].astype(np.float64)
        total = channels.sum(axis=1)
        apart += float((channels**2).sum())
        together += float(total @ total)
    return min(1.0, apart / together) if together > 0.0 else 1.0


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
