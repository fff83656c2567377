"""Whether one scene and one face are shown all along, and whether they move. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import Observation
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.spans import Span

UNLIKE = 0.67
"""Likeness of a picture to the one before it (`Likeness.before`) under which it shows something else. Chosen on one
half of the recordings, in the middle between .80, the least within a scene (a head that turns all the way), and .55,
the most across a cut; on the other half these are .81 and .60 (docs/cues.md)."""

BACK_S = 1.5
"""A scene that is there again within this was never left: a hand, a cup passed before the camera."""

STILL_DEGREES = 0.15
"""Median step of the head's three angles together from picture to picture, under which a face does not live. Of people
who sit still it is .9 or more, of a photograph that was encoded as a film under .02."""

STILL_S = 5.0
"""Less face time says nothing about standing still."""

OTHER_FACE = 0.8
"""Correlation of the mean looks (`FaceSeen.look`) of the faces before and after a break, under which they are two
people's. Chosen on one half of the recordings: one person whose face is free has .88 and more, two have .76 at most; on
the other half .94 and .84 (docs/cues.md)."""

LOOK_S = 5.0
LEAST_LOOK_S = 1.0
"""Face time before and after a break over which looks are averaged, at most and at least."""

MOVED = 0.6
JOLT = 0.85
"""A face's track breaks where no face is seen, where its boxes overlap by less than `MOVED`, or where the picture
changes by more than a head does (`Likeness.before`). Nobody changes seats without a break, and only there faces are
compared: a hand before one's own face makes another look, too."""

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


def face_changes(observations: Sequence[Observation], timeline: Timeline) -> tuple[Span, ...]:
    """Where another face follows, without a cut to another scene (those are `scene_changes`): from the last picture of
    the one to the first of the other."""
    places = [index for index, seen in enumerate(observations) if seen.face is not None and seen.face.look]
    most, least = (max(1, round(seconds / timeline.step_s)) for seconds in (LOOK_S, LEAST_LOOK_S))
    cuts = scene_changes(observations)
    found: list[Span] = []
    for number in range(least, len(places) - least + 1):
        before, after = places[number - 1], places[number]
        span = Span(max(0.0, float(timeline.times[before])), float(timeline.times[after]))
        if not _breaks(observations, before, after) or any(_meet(cut, span) for cut in cuts):
            continue
        looks = [
            mean_look([observations[place] for place in some])
            for some in (places[max(0, number - most) : number], places[number : number + most])
        ]
        if float(looks[0] @ looks[1]) < OTHER_FACE and not (found and span.start_s - found[-1].end_s < LOOK_S):
            found.append(span)
    return tuple(found)


def _breaks(observations: Sequence[Observation], before: int, after: int) -> bool:
    """Whether the track of the face breaks between two samples."""
    one, other = observations[before].face, observations[after].face
    assert one is not None
    assert other is not None
    jolted = any(seen.likeness.before < JOLT for seen in observations[before + 1 : after + 1])
    return after > before + 1 or jolted or one.box.overlap(other.box) < MOVED


def mean_look(rows: Sequence[Observation]) -> NDArray[np.float64]:
    """The mean look of some faces (of at least one), numbers of length 1 together: looks are compared by
    their inner product, -1..1."""
    looks = np.array([np.frombuffer(seen.face.look, np.int8) for seen in rows if seen.face is not None], np.float64)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1.0)
    mean = looks.mean(axis=0)
    unit: NDArray[np.float64] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def _meet(one: Span, other: Span) -> bool:
    return one.start_s <= other.end_s and other.start_s <= one.end_s


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
