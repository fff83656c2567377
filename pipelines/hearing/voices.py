"""Whether a second voice can be heard: a flag for a person who should listen, never part of a score.

Windows of speech are described by models/speech/speaker.py and joined into groups by average linkage. A group beside
the largest one is called a second voice when it is unlike the largest group, measured against how alike the windows of
each are among themselves and how far their pitch is apart, and lasts long enough to be more than one odd window.
Figures: docs/cues.md, "What is a signal and not a cue".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span, merge
from models.speech.speaker import WINDOW_S, VoiceEmbedder
from pipelines.hearing.activity import Activity
from pipelines.hearing.periodicity import Floats
from pipelines.hearing.pitch import LEAST_VOICED, track_pitch

HOP_S = 0.8
"""Seconds from window to window."""
JOIN_S = 0.5
"""Speech spans with less silence between them are one stretch of talk."""
LEAST_TALK_S = 0.8
"""A shorter stretch of talk tells no voice."""
MAX_WINDOWS = 1200
"""In longer recordings (16 minutes of speech) the windows are spread further apart: time and memory stay bounded."""

UNLIKE = 0.43
"""Likeness of two groups under which they are two voices: their mean similarity (cosine of their windows), less
`COMPACT` times what the less compact of them is more alike in itself, less `PITCH` for each semitone between their
median pitches, up to `MOST_SEMITONES`.

Chosen among eight such measures on recordings of one speaker, on such whose second half sounds otherwise (noise, a
turned head, a thinner microphone) and on joins of two speakers; two halves of the speakers agree (docs/cues.md).
"""
COMPACT = 0.5
PITCH = 0.02
MOST_SEMITONES = 6.0
LEAST_SECOND_S = 2.4
"""Seconds that the windows of a second voice cover together."""
LEAST_SECOND_SHARE = 0.03
"""And this share of all windows: the longer one talks, the more odd moments there are."""
_MAX_GROUPS = 10
_LEAST_WINDOWS = 4


def second_voice(activity: Activity, voices: VoiceEmbedder) -> tuple[Span, ...]:
    """Where a second voice may be heard; empty when all speech is like the main voice, or is too short to tell."""
    starts = window_starts(activity.spans)
    if len(starts) < _LEAST_WINDOWS:
        return ()
    found = second_group(voices.embed(activity.sound(), starts), starts, windows_pitches(activity, starts))
    return merge([Span(start_s, start_s + WINDOW_S) for start_s, second in zip(starts, found, strict=True) if second])


def window_starts(speech: Sequence[Span]) -> tuple[float, ...]:
    """Where the windows begin: spread evenly over each stretch of talk; one is centred on a stretch that is shorter."""
    stretches = merge([Span(span.start_s - JOIN_S / 2, span.end_s + JOIN_S / 2) for span in speech])
    talk = [Span(span.start_s + JOIN_S / 2, span.end_s - JOIN_S / 2) for span in stretches]
    hop_s = max(HOP_S, sum(span.duration_s for span in talk) / MAX_WINDOWS)
    starts: list[float] = []
    for span in talk:
        room_s = span.duration_s - WINDOW_S
        if span.duration_s < LEAST_TALK_S:
            continue
        if room_s <= 0:
            starts.append(max(0.0, span.start_s + room_s / 2))
        else:
            starts += np.linspace(span.start_s, span.end_s - WINDOW_S, int(np.ceil(room_s / hop_s)) + 1).tolist()
    apart = [start for before, start in zip([-np.inf, *starts], starts, strict=False) if start - before >= HOP_S / 2]
    return tuple(apart)


def windows_pitches(activity: Activity, starts: Sequence[float]) -> list[Floats]:
    """Hz of the voiced frames of each window."""
    track = track_pitch(activity.periodicity, activity.spans)
    edges = np.searchsorted(track.times_s, [(start_s, start_s + WINDOW_S) for start_s in starts]).tolist()
    return [track.hz[first:last][track.hz[first:last] > 0] for first, last in edges]


def second_group(
    embeddings: NDArray[np.float32], starts: Sequence[float], pitches: Sequence[Floats]
) -> NDArray[np.bool_]:
    """Which windows are a second voice's.

    Args:
        embeddings: unit vectors, windows x d.
        starts: where each window begins, ascending.
        pitches: Hz of the voiced frames of each window; may be empty.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    count = len(starts)
    second = np.zeros(count, dtype=bool)
    if count < _LEAST_WINDOWS:
        return second
    least_s = max(LEAST_SECOND_S, LEAST_SECOND_SHARE * _covered_s(np.asarray(starts)))
    similarity = embeddings @ embeddings.T
    tree = linkage(squareform(np.clip(1.0 - similarity, 0.0, 2.0), checks=False), "average")
    for groups in range(2, min(_MAX_GROUPS, count - 1) + 1):
        label = fcluster(tree, groups, "maxclust")
        main = label == np.bincount(label).argmax()
        for other in np.unique(label[~main]):
            group = label == other
            if _covered_s(np.asarray(starts)[group]) < least_s:
                continue
            between = float(similarity[np.ix_(main, group)].mean())
            compact = min(_within(similarity, main), _within(similarity, group))
            if between - COMPACT * (compact - between) - PITCH * _semitones(pitches, main, group) < UNLIKE:
                second |= group
    return second


def _within(similarity: NDArray[np.float32], group: NDArray[np.bool_]) -> float:
    """Mean similarity of the windows of a group to each other; 1 of one window."""
    count = int(group.sum())
    if count < 2:
        return 1.0
    return (float(similarity[np.ix_(group, group)].sum()) - count) / (count * (count - 1))


def _semitones(pitches: Sequence[Floats], main: NDArray[np.bool_], group: NDArray[np.bool_]) -> float:
    """How far the median pitches of two groups are apart, at most `MOST_SEMITONES`; 0 where either has too few."""
    one, other = (np.concatenate([pitches[index] for index in np.flatnonzero(part).tolist()]) for part in (main, group))
    if min(one.size, other.size) < LEAST_VOICED:
        return 0.0
    return min(MOST_SEMITONES, abs(12 * float(np.log2(np.median(one) / np.median(other)))))


def _covered_s(starts: NDArray[np.float64]) -> float:
    """Seconds that ascending windows cover together."""
    return float(np.minimum(np.diff(starts, append=np.inf), WINDOW_S).sum())
