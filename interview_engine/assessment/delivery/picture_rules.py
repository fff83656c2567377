"""Whether one scene is shown all along, and whether it moves: cuts and still pictures. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from interview_engine.assessment.delivery.observations import Observation
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.spans import Span

UNLIKE = 0.5
"""Likeness of a picture to the one before it (`Likeness.before`) under which it shows something else. Within a
scene .80 is the least (a head that turns all the way), across cuts -.62 to .3 (docs/cues.md)."""

BACK_S = 1.5
"""A scene that is there again within this was never left: a hand, a cup passed before the camera."""

STILL_DEGREES = 0.15
"""Median step of the head's three angles together from picture to picture, under which a face does not live. Of people
who sit still it is .9 or more, of a photograph that was encoded as a film under .02."""

STILL_S = 5.0
"""Less face time says nothing about standing still."""

MARGIN_S = 0.5
"""Shown before and after a change, so that a click on it plays it."""


def scene_changes(observations: Sequence[Observation]) -> tuple[Span, ...]:
    """Where the picture jumps to another scene, a second each; what only passes before the camera is none: soon after
    it the scene that was left is there again."""
    jumps = [seen for seen in observations if seen.likeness.before < UNLIKE]
    cuts: list[float] = []
    first = 0
    for place, seen in enumerate(jumps):
        if seen.time_s - jumps[first].time_s > BACK_S:
            first = place
        cuts.append(seen.time_s)
        if place > first and seen.likeness.left >= UNLIKE:
            del cuts[first - place - 1 :]
            first = place + 1
    return tuple(Span(max(0.0, time_s - MARGIN_S), time_s + MARGIN_S) for time_s in cuts)


def stands_still(observations: Sequence[Observation], timeline: Timeline) -> bool:
    """Whether the face that is seen is a still picture's: its angles do not move at all."""
    face_s = timeline.seconds(index for index, seen in enumerate(observations) if seen.face is not None)
    if face_s < STILL_S:
        return False
    steps = [
        abs(after.face.yaw - before.face.yaw)
        + abs(after.face.pitch - before.face.pitch)
        + abs(after.face.roll - before.face.roll)
        for before, after in pairwise(observations)
        if before.face is not None and after.face is not None
    ]
    return bool(steps) and float(np.median(steps)) < STILL_DEGREES
