"""Movements counted from sampled positions: nods, shakes, blinks, hand strokes, lean. Pure rules.

Counts are of visible movements only. What a nod or a stroke means is not for this engine to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.gaze_rules import SHUT_OVER_BASELINE, open_eye_level
from interview_engine.assessment.delivery.observations import FaceSeen, HandSeen, Observation
from interview_engine.assessment.delivery.sampling import Timeline

SWING_DEGREES = 5.0
"""A head movement smaller than this is not counted; the error of the angles is 1 to 2 degrees (still heads)."""

UNSURE_BY = 0.25
"""A count is given only when a swing smaller or larger by this share, 3.75 or 6.25 degrees, gives it too. The head of a
talking face tilts with its jaw by 2.4 to 2.9 degrees (standard deviation within 33 ms), so that of one film 16 nods a
minute were counted, 8 of a copy that was encoded again and 4 of its mirror image; a nod is larger than that."""

UNSURE_COUNT = 1
UNSURE_SHARE = 0.1
"""How much the counts may differ: by one, or by this share of them."""

SWING_S = 0.6
"""Longest time from a quarter to three quarters of a swing's way: nods and shakes faster than about 0.4 Hz (Hadar et
al., 1983, call head movements of 0.2 to 1.8 Hz slow and of 1.8 to 3.7 Hz ordinary); slower is a change of posture."""

TURN_S = 0.7
"""Longest time from three quarters of one swing to a quarter of the next: after a longer rest the second is a movement
of its own, not the other half of a nod."""

MIN_NOD_RATE = 4.5
"""Samples a second from which nods and shakes are counted. At 5 a second those up to about 1.6 Hz are seen."""

MIN_BLINK_RATE = 12.0
"""Samples a second from which blinks (0.1 to 0.4 s) cannot fall between samples."""

LONGEST_BLINK_S = 0.5
"""Eyes shut for longer are shut, not blinking."""

HAND_SPEED = 0.5
"""Shoulder widths a second from which a hand moves (about 0.2 m/s); slower is holding or drifting."""

STROKE_LENGTH = 0.25
"""Shoulder widths from which a movement is a stroke (about 10 cm)."""

SAME_HAND = 0.75
"""Shoulder widths that one hand may travel from sample to sample and still be taken for the same."""

SAME_PERSON = 0.3
"""Overlap of face boxes from sample to sample below which it is a cut or another person: no movement is read across."""

MIN_SHOULDER_SAMPLES = 5
"""Fewer sightings of both shoulders give no scale for gestures and no lean."""


@dataclass(frozen=True, slots=True)
class HeadGestures:
    """How many nods and shakes there were; None where the count hangs on how large a movement has to be."""

    nods: int | None
    shakes: int | None


def head_gestures(observations: Sequence[Observation], timeline: Timeline) -> HeadGestures:
    """Count nods and shakes.

    A nod is a swing down and the swing up that follows; a shake is two swings of a run of at least three from side to
    side (two are a glance away and back). Each swing covers at least `SWING_DEGREES`, is quick, and follows the one
    before without a rest.
    """
    runs = _face_runs(observations, timeline)
    tried = [_counts(runs, timeline, SWING_DEGREES * scale) for scale in (1.0, 1.0 - UNSURE_BY, 1.0 + UNSURE_BY)]
    nods, shakes = (_sure([counts[kind] for counts in tried]) for kind in (0, 1))
    return HeadGestures(nods, shakes)


def _counts(runs: Sequence[Sequence[tuple[int, FaceSeen]]], timeline: Timeline, least: float) -> tuple[int, int]:
    """Nods and shakes with swings of at least `least` degrees."""
    nods = shakes = 0
    for run in runs:
        times = np.array([timeline.times[index] for index, _ in run])
        pitch = swings(times, np.array([face.pitch for _, face in run]), least)
        nods += sum(first.change < 0 and first.leads_to(second) for first, second in pairwise(pitch))
        yaw = swings(times, np.array([face.yaw for _, face in run]), least)
        shakes += sum(length // 2 for length in _joined(yaw) if length >= 3)
    return nods, shakes


def _sure(counts: Sequence[int]) -> int | None:
    """The first count, when the others agree with it."""
    spread = max(counts) - min(counts)
    return counts[0] if spread <= max(UNSURE_COUNT, UNSURE_SHARE * counts[0]) else None


def blinks(observations: Sequence[Observation], timeline: Timeline) -> int:
    """Count blinks: the lids close by `SHUT_OVER_BASELINE` over the person's own open-eye level and open again soon."""
    count = 0
    runs = _face_runs(observations, timeline)
    if not runs:
        return 0
    level = open_eye_level(np.array([face.eyes_shut for run in runs for _, face in run])) + SHUT_OVER_BASELINE
    for run in runs:
        since: int | None = None
        for place, (index, face) in enumerate(run):
            if face.eyes_shut > level:
                since = place if since is None and place > 0 else since
            elif since is not None:
                shut_s = float(timeline.times[index] - timeline.times[run[since][0]])
                count += shut_s <= LONGEST_BLINK_S
                since = None
    return count


def strokes(observations: Sequence[Observation], timeline: Timeline, shoulder_width: float) -> list[float]:
    """Lengths of hand strokes in shoulder widths: unbroken movements of one hand in one direction."""
    lengths: list[float] = []
    moving: list[_Stroke] = []
    for index in range(1, len(observations)):
        step_s = float(timeline.times[index] - timeline.times[index - 1])
        going_on: list[_Stroke] = []
        if step_s <= 2 * timeline.step_s + 1e-6:
            for before, after in _pairs(observations[index - 1].hands, observations[index].hands, shoulder_width):
                step = ((after.x - before.x) / shoulder_width, (after.y - before.y) / shoulder_width)
                if math.hypot(*step) < HAND_SPEED * step_s:
                    continue
                last = next((stroke for stroke in moving if stroke.at == before), None)
                if last is not None and last.step[0] * step[0] + last.step[1] * step[1] >= 0.0:
                    moving.remove(last)
                    going_on.append(_Stroke(after, step, (last.total[0] + step[0], last.total[1] + step[1])))
                else:
                    going_on.append(_Stroke(after, step, step))
        lengths += [math.hypot(*stroke.total) for stroke in moving]
        moving = going_on
    lengths += [math.hypot(*stroke.total) for stroke in moving]
    return [length for length in lengths if length >= STROKE_LENGTH]


def shoulder_widths(observations: Sequence[Observation]) -> NDArray[np.float64]:
    """Shoulder widths in picture heights, of the samples that show both shoulders; empty when they are too few."""
    widths = [seen.pose.shoulder_width for seen in observations if seen.pose and seen.pose.shoulder_width]
    return np.array(widths if len(widths) >= MIN_SHOULDER_SAMPLES else [], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Swing:
    """A movement from one turning point to the next: degrees, and when it was at a quarter and three quarters of it."""

    change: float
    start_s: float
    end_s: float

    @property
    def quick(self) -> bool:
        """Whether the middle of it took at most `SWING_S`."""
        return self.end_s - self.start_s <= SWING_S + 1e-6

    def leads_to(self, other: Swing) -> bool:
        """Whether both are quick and `other` follows without a rest."""
        return self.quick and other.quick and other.start_s - self.end_s <= TURN_S + 1e-6


def swings(times: NDArray[np.float64], angles: NDArray[np.float64], least: float = SWING_DEGREES) -> list[Swing]:
    """Movements of at least `least` degrees between turning points, in order (the zigzag of the series).

    A swing begins with the last sample in the first quarter of its way and ends with the first in the last quarter, so
    that resting before or after does not make it slow.
    """
    turns = _turning_points(angles, least)
    found = []
    for begin, end in pairwise(turns):
        way = np.abs(angles[begin : end + 1] - angles[begin]) / abs(angles[end] - angles[begin])
        left = begin + int(np.flatnonzero(way <= 0.25)[-1])
        arrived = left + 1 + int(np.flatnonzero(way[left + 1 - begin :] >= 0.75)[0])
        found.append(Swing(float(angles[end] - angles[begin]), float(times[left]), float(times[arrived])))
    return found


def _joined(found: Sequence[Swing]) -> list[int]:
    """Lengths of the runs of swings in which each leads to the next."""
    lengths = [1] if found else []
    for first, second in pairwise(found):
        if first.leads_to(second):
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def _turning_points(angles: NDArray[np.float64], least: float) -> list[int]:
    """Where the series turns by `least` degrees or more, with the extremes before the first and after the last."""
    turns: list[int] = []
    low = high = 0
    direction = 0
    for place, angle in enumerate(angles.tolist()):
        if direction >= 0 and angle >= angles[high]:
            high = place
        if direction <= 0 and angle <= angles[low]:
            low = place
        if direction >= 0 and angles[high] - angle >= least:
            turns.append(high)
            direction, low = -1, place
        elif direction <= 0 and angle - angles[low] >= least:
            turns.append(low)
            direction, high = 1, place
    if direction:
        turns.append(high if direction > 0 else low)
    return turns


def _face_runs(observations: Sequence[Observation], timeline: Timeline) -> list[list[tuple[int, FaceSeen]]]:
    """Runs of samples with the same person's face and no gap, with the samples' indices."""
    runs: list[list[tuple[int, FaceSeen]]] = []
    last: tuple[int, FaceSeen] | None = None
    for index, seen in enumerate(observations):
        if seen.face is None:
            continue
        joined = (
            last is not None
            and timeline.times[index] - timeline.times[last[0]] <= 2 * timeline.step_s + 1e-6
            and last[1].box.overlap(seen.face.box) >= SAME_PERSON
        )
        if not joined:
            runs.append([])
        last = (index, seen.face)
        runs[-1].append(last)
    return runs


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A movement that is going on: where the hand is, its last step and the way so far, in shoulder widths."""

    at: HandSeen
    step: tuple[float, float]
    total: tuple[float, float]


def _pairs(
    before: Sequence[HandSeen], after: Sequence[HandSeen], shoulder_width: float
) -> list[tuple[HandSeen, HandSeen]]:
    """The hands of two samples matched nearest first, none further apart than `SAME_HAND`."""
    distances = sorted(
        (math.hypot(a.x - b.x, a.y - b.y), first, second)
        for first, a in enumerate(before)
        for second, b in enumerate(after)
    )
    used_before: set[int] = set()
    used_after: set[int] = set()
    pairs = []
    for distance, first, second in distances:
        if distance > SAME_HAND * shoulder_width or first in used_before or second in used_after:
            continue
        used_before.add(first)
        used_after.add(second)
        pairs.append((before[first], after[second]))
    return pairs
