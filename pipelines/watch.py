"""Watch: sampled pictures to what the camera saw. Only observations; the rules that make cues of them are pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interview_engine.assessment.media import Frame
from interview_engine.assessment.observations import Box, FaceSeen, Observation, PoseSeen
from interview_engine.assessment.report import Signal
from interview_engine.assessment.visual_cues import VisualCues
from interview_engine.assessment.visual_rules import summarise, visual_signals
from models.face import SAME_FACE, FaceDetector, load_faces
from models.hands import HandDetector, load_hands
from models.pose import PoseDetector, load_pose
from models.registry import WeightStore

SMALL_FACE_SCAN_S = 2.0
"""Every so often the picture is searched for faces too small for the ordinary look (under a sixth of its height)."""

SMALL_FACE_TILE = 0.5
"""Side of that search's squares over the picture's shorter side."""

MOST_FACES = 8
"""More are not told apart: the signal is "more than one", not a census."""

KEEP_FACE_SHARE = 0.5
"""The candidate's face stays the one it was while its box is at least this share of the largest."""

POSE_EVERY = 2
"""Pose is looked at in every second sample: shoulders move slowly, and it is the dearest of the three."""


@dataclass(frozen=True, slots=True)
class Detectors:
    """What `watch` looks with. Not shared between threads."""

    faces: FaceDetector
    hands: HandDetector
    pose: PoseDetector

    def close(self) -> None:
        """Free all models."""
        self.faces.close()
        self.hands.close()
        self.pose.close()


def load_detectors(store: WeightStore) -> Detectors:
    """The default detectors (MediaPipe, CPU).

    Raises:
        WeightsError: weights are missing or damaged.
        SystemPackageError: a system library is missing; the next step is the command that installs it.
    """
    return Detectors(load_faces(store), load_hands(store), load_pose(store))


def watch(frames: Iterable[Frame], detectors: Detectors) -> VisualCues | None:
    """Measure what the camera saw in one answer; None when there are no frames.

    Frames are looked at one by one and let go, so memory does not grow with them. The same frames give the same cues.
    """
    return summarise(list(observe(frames, detectors)))


def signals(cues: VisualCues) -> tuple[Signal, ...]:
    """What a person should look at: no face, a second face, a reading pattern. Never touches a score."""
    return visual_signals(cues)


def observe(frames: Iterable[Frame], detectors: Detectors) -> Iterator[Observation]:
    """Look at each frame: faces always, pose in every second one, hands where the last pose expects one."""
    people = _People(detectors.faces)
    hand_expected = False
    for index, frame in enumerate(frames):
        count, face = people.look(frame)
        pose: PoseSeen | None = None
        pose_looked = index % POSE_EVERY == 0
        if pose_looked:
            pose = detectors.pose.find(frame.rgb)
            hand_expected = pose is not None and pose.hand_expected
        hands = detectors.hands.find(frame.rgb) if hand_expected else ()
        yield Observation(frame.time_s, count, face, hands, pose, pose_looked)


class _People:
    """Which faces are in view, and which one is the candidate's, from one frame to the next."""

    def __init__(self, faces: FaceDetector) -> None:
        self._faces = faces
        self._candidate: Box | None = None
        self._small: tuple[Box, ...] = ()
        self._next_scan_s = 0.0

    def look(self, frame: Frame) -> tuple[int, FaceSeen | None]:
        """How many faces, and the candidate's."""
        boxes = self._faces.find(frame.rgb) or self._faces.find(frame.rgb, tile=1.0)
        if frame.time_s >= self._next_scan_s:
            self._next_scan_s = frame.time_s + SMALL_FACE_SCAN_S
            self._small = self._faces.find(frame.rgb, tile=SMALL_FACE_TILE)
        seen: list[FaceSeen] = []
        for box in (*boxes, *self._small):
            if len(seen) == MOST_FACES or any(face.box.overlap(box) >= SAME_FACE for face in seen):
                continue
            face = self._faces.measure(frame.rgb, box)
            if face is not None and all(face.box.overlap(other.box) < SAME_FACE for other in seen):
                seen.append(face)
        self._small = tuple(face.box for face in seen if not _among(face.box, boxes))
        if not seen:
            return 0, None
        face = self._choose(seen)
        self._candidate = face.box
        return len(seen), face

    def _choose(self, seen: list[FaceSeen]) -> FaceSeen:
        """The largest face, or the one from before while it is still nearly as large."""
        largest = max(seen, key=lambda face: face.box.area)
        if self._candidate is None:
            return largest
        same = max(seen, key=lambda face: face.box.overlap(self._candidate) if self._candidate else 0.0)
        if same.box.overlap(self._candidate) < SAME_FACE or same.box.area < KEEP_FACE_SHARE * largest.box.area:
            return largest
        return same


def _among(box: Box, boxes: Iterable[Box]) -> bool:
    return any(box.overlap(other) >= SAME_FACE for other in boxes)
