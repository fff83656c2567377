"""Watch: sampled pictures to what the camera saw. Only observations; the rules that make cues of them are pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import (
    Box,
    FaceSeen,
    HandSeen,
    Likeness,
    Observation,
    PoseSeen,
)
from interview_engine.assessment.delivery.picture_rules import BACK_S, UNLIKE
from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.delivery.visual_rules import summarise, visual_signals
from interview_engine.assessment.media import Frame
from interview_engine.settings import Vision
from models.runtime.bundle import CPU_BLOCK, GPU_BLOCK
from models.runtime.device import Device
from models.vision.face import SAME_FACE, FaceDetector
from models.vision.hands import HandDetector
from models.vision.load import load_faces, load_hands, load_pose
from models.vision.pose import PoseDetector
from models.weights.registry import WeightStore

SMALL_FACE_SCAN_S = 3.0
"""Every so often the picture is searched for faces too small for the ordinary look (under a sixth of its height)."""

SMALL_FACE_TILE = 0.5
"""Side of that search's squares over the picture's shorter side."""

SMALL_FACE_ROOM = 1.5
"""Until the next search a small face is looked for where the last one saw it, in a box larger by this: a head may move
by half its width and more."""

MAX_FACES = 8
"""More are not told apart: the signal is "more than one", not a census."""

KEEP_FACE_SHARE = 0.5
"""The candidate's face stays the one it was while its box is at least this share of the largest."""

SCENE_SIZE = (32, 18)
"""Width and height in pixels of the pictures that are compared to find cuts: movement blurs, a scene's layout stays."""

SCENE_SAMPLES = (4 * SCENE_SIZE[0], 4 * SCENE_SIZE[1])
"""Such a picture is made of so many pixels of the larger one, which shows the same as all of them do."""

PLAIN = 2.0
"""Spread of a small picture, in levels, under which it is plain (a black picture, a covered lens): noise, no scene."""

POSE_EVERY = 2
"""Pose is looked at in every second sample: shoulders move slowly, and it is the dearest of the three."""


@dataclass(frozen=True, slots=True)
class Detectors:
    """What `watch` looks with. Not shared between threads.

    Args:
        block: pictures that are looked at together; what is seen does not depend on it.
    """

    faces: FaceDetector
    hands: HandDetector
    pose: PoseDetector
    block: int = CPU_BLOCK

    def close(self) -> None:
        """Close the three detectors and free their memory."""
        self.faces.close()
        self.hands.close()
        self.pose.close()


def load_detectors(store: WeightStore, vision: Vision = "networks", device: Device = "cpu") -> Detectors:
    """The detectors of a setting.

    Args:
        vision: "networks", our own steps around the networks, or "mediapipe", the reference, always on the CPU.
        device: where the networks run.

    Raises:
        WeightsError: weights are missing or damaged.
        SystemPackageError: a system library that MediaPipe needs is missing; the next step is the command for it.
    """
    parts = load_faces(store, vision, device), load_hands(store, vision, device), load_pose(store, vision, device)
    on_gpu = vision == "networks" and device != "cpu"
    return Detectors(*parts, block=GPU_BLOCK if on_gpu else CPU_BLOCK)


def watch(frames: Iterable[Frame], detectors: Detectors) -> VisualCues | None:
    """Measure what the camera saw in one answer; None when there are no frames.

    Frames are looked at block by block and let go, so memory does not grow with them. The same frames give the same
    cues.
    """
    return summarise(list(observe(frames, detectors)))


def signals(cues: VisualCues) -> tuple[Signal, ...]:
    """What a person should look at: no face, a second face, a reading pattern. Never touches a score."""
    return visual_signals(cues)


def observe(frames: Iterable[Frame], detectors: Detectors) -> Iterator[Observation]:
    """Look at each frame: faces always, pose in every second one, hands where the last pose expects one.

    Frames are taken in blocks of `detectors.block`, so that the networks work on many pictures at once.
    """
    people = _People(detectors.faces)
    limbs = _Limbs(detectors)
    scene = Scene()
    for block in _blocks(frames, detectors.block):
        times = [frame.time_s for frame in block]
        rows = zip(times, people.look(block), limbs.look(block), scene.look(block), strict=True)
        block.clear()  # or two blocks of pictures would be held while the next one is read
        for time_s, (count, face), (hands, pose, looked), likeness in rows:
            yield Observation(time_s, count, face, hands, pose, looked, likeness)


def _blocks(frames: Iterable[Frame], size: int) -> Iterator[list[Frame]]:
    coming = iter(frames)
    while block := list(islice(coming, size)):
        yield block


class Scene:
    """How like each picture is to those before it, from one block of frames to the next.

    Plain pictures (black, a covered lens) are passed over: what follows one is compared with what was before it.
    """

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._left: NDArray[np.float32] | None = None
        self._left_s = 0.0

    def look(self, block: Sequence[Frame]) -> list[Likeness]:
        """Of each frame how like it is to the one before, made very small and grey, and to the scene last left."""
        return [self.compared(small_picture(frame.rgb), frame.time_s) for frame in block]

    def compared(self, small: NDArray[np.float32], time_s: float) -> Likeness:
        """The same of the next picture, made small by `small_picture`."""
        before, left = self._before, self._left
        if float(np.std(small)) < PLAIN:
            return Likeness()
        self._before = small
        if before is None:
            return Likeness()
        found = Likeness(correlation(before, small), 1.0 if left is None else correlation(left, small))
        if found.before < UNLIKE and (left is None or time_s - self._left_s > BACK_S):
            self._left, self._left_s = before, time_s
        return found


def small_picture(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A picture of `SCENE_SIZE`, grey, its mean taken off."""
    grey = cv2.cvtColor(cv2.resize(rgb, SCENE_SAMPLES, interpolation=cv2.INTER_NEAREST), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, SCENE_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(small - small.mean(), dtype=np.float32)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of two pictures with mean 0, neither of them plain, -1..1."""
    return float(np.vdot(one, other)) / float(np.linalg.norm(one) * np.linalg.norm(other))


class _Limbs:
    """Shoulders and hands, from one block of frames to the next."""

    def __init__(self, detectors: Detectors) -> None:
        self._detectors = detectors
        self._frames = 0
        self._hand_expected = False

    def look(self, block: Sequence[Frame]) -> list[tuple[tuple[HandSeen, ...], PoseSeen | None, bool]]:
        """Of each frame the hands, the pose, and whether it was looked at for a pose."""
        looked = [(self._frames + index) % POSE_EVERY == 0 for index in range(len(block))]
        self._frames += len(block)
        found = iter(self._detectors.pose.find([frame.rgb for frame, look in zip(block, looked, strict=True) if look]))
        poses = [next(found) if look else None for look in looked]
        expected = []
        for pose, look in zip(poses, looked, strict=True):
            if look:
                self._hand_expected = pose is not None and pose.hand_expected
            expected.append(self._hand_expected)
        searched = [frame.rgb for frame, hand in zip(block, expected, strict=True) if hand]
        seen = iter(self._detectors.hands.find(searched))
        hands = [next(seen) if hand else () for hand in expected]
        return list(zip(hands, poses, looked, strict=True))


class _People:
    """Which faces are in view, and which one is the candidate's, from one block of frames to the next."""

    def __init__(self, faces: FaceDetector) -> None:
        self._faces = faces
        self._candidate: Box | None = None
        self._small: tuple[Box, ...] = ()
        self._next_scan_s = 0.0

    def look(self, block: Sequence[Frame]) -> list[tuple[int, FaceSeen | None]]:
        """How many faces in each frame, and the candidate's."""
        boxes = self._faces.find([frame.rgb for frame in block])
        without = [index for index, found in enumerate(boxes) if not found]
        again = self._faces.find([block[index].rgb for index in without], tile=1.0)
        for index, found in zip(without, again, strict=True):
            boxes[index] = found
        small = self._small_faces(block, boxes)
        wanted = [
            (*large, *(box for box in others if not _among(box, large)))[:MAX_FACES]
            for large, others in zip(boxes, small, strict=True)
        ]
        places = [(frame.rgb, box) for frame, places in zip(block, wanted, strict=True) for box in places]
        measured = iter(self._faces.measure(places))
        return [self._count([next(measured) for _ in places]) for places in wanted]

    def _small_faces(self, block: Sequence[Frame], boxes: Sequence[tuple[Box, ...]]) -> list[tuple[Box, ...]]:
        """Where in each frame small faces may be: around where the last search, then measured, saw one."""
        searched = []
        for index, frame in enumerate(block):
            if frame.time_s >= self._next_scan_s:
                self._next_scan_s = frame.time_s + SMALL_FACE_SCAN_S
                searched.append(index)
        found = self._faces.find([block[index].rgb for index in searched], tile=SMALL_FACE_TILE)
        doubtful = [
            (index, box)
            for index, small in zip(searched, found, strict=True)
            for box in small
            if not _among(box, boxes[index])
        ]
        faces = self._faces.measure([(block[index].rgb, box) for index, box in doubtful])
        sure: dict[int, list[Box]] = {index: [] for index in searched}
        for (index, _), face in zip(doubtful, faces, strict=True):
            if face is not None:
                sure[index].append(_grown(face.box, SMALL_FACE_ROOM))
        places = []
        for index in range(len(block)):
            self._small = tuple(sure.get(index, self._small))
            places.append(self._small)
        return places

    def _count(self, faces: Iterable[FaceSeen | None]) -> tuple[int, FaceSeen | None]:
        """How many different faces, and which is the candidate's."""
        seen: list[FaceSeen] = []
        for face in faces:
            if face is not None and all(face.box.overlap(other.box) < SAME_FACE for other in seen):
                seen.append(face)
        if not seen:
            return 0, None
        candidate = self._choose(seen)
        self._candidate = candidate.box
        return len(seen), candidate

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


def _grown(box: Box, scale: float) -> Box:
    across, down = (box.right - box.left) * (scale - 1) / 2, (box.bottom - box.top) * (scale - 1) / 2
    return Box(box.left - across, box.top - down, box.right + across, box.bottom + down)
