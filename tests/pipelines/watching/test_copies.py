"""A copy of a recording (mirrored, smaller, encoded again, another rate or level) gives the same measures (A5–A7)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from media_reading import CLIPS

from interview_engine.assessment.delivery.observations import HandSeen, PoseSeen
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.media import SAMPLE_RATE
from models.speech.vad import SileroVoiceActivity
from models.vision.load import load_faces
from models.weights.registry import WeightStore, default_root
from pipelines.hearing.activity import find_activity
from pipelines.hearing.prosody import measure_loudness, measure_pitch
from pipelines.media.ingest import open_recording
from pipelines.watching.watch import Detectors, watch

needs_models = pytest.mark.skipif(
    not all((default_root() / name).is_dir() for name in ("face-landmarker",)),
    reason="the weights are not here (interview-engine models pull)",
)
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="the test recordings (SHARED_DATA) are not here")
pytestmark = [needs_models, needs_clips, pytest.mark.xdist_group("copies")]

CLIP = CLIPS / "retalking_face1.mp4"
SOUND = CLIPS.parent / "C_audio" / "jfk" / "jfk.flac"
SECONDS = 6.0
COPIES = {
    "mirrored": {"mirror": True},
    "half the size": {"scale": 0.5},
    "encoded again": {"quality": "9"},
    "15 a second": {"rate": 15},
    "30 a second": {"rate": 30},
}


class NoLimbs:
    """Finds no hands and no shoulders: faces are what is compared."""

    def find(self, pictures: list[np.ndarray]) -> list[tuple[HandSeen, ...]]:
        return [() for _ in pictures]

    def close(self) -> None:
        pass


class NoPose(NoLimbs):
    def find(self, pictures: list[np.ndarray]) -> list[PoseSeen | None]:  # type: ignore[override]
        return [None for _ in pictures]


@pytest.fixture(scope="module")
def detectors() -> Iterator[Detectors]:
    loaded = Detectors(load_faces(WeightStore(default_root()), "networks", "cpu"), NoLimbs(), NoPose())  # type: ignore[arg-type]
    yield loaded
    loaded.close()


def copy(target: Path, *, mirror: bool = False, scale: float = 1.0, quality: str = "3", rate: int = 25) -> Path:
    """The clip's first seconds, drawn and encoded anew (MPEG-4 part 2), each picture shown until the next is due."""
    with av.open(str(CLIP)) as source, av.open(str(target), "w") as container:
        stream, shown = None, 0
        for frame in source.decode(video=0):
            rgb = frame.to_ndarray(format="rgb24")
            if mirror:
                rgb = np.ascontiguousarray(rgb[:, ::-1])
            size = (round(rgb.shape[1] * scale) // 2 * 2, round(rgb.shape[0] * scale) // 2 * 2)
            if stream is None:
                stream = container.add_stream("mpeg4", rate=rate, options={"qmin": quality, "qmax": quality})
                stream.width, stream.height = size
                stream.pix_fmt = "yuv420p"
            picture = av.VideoFrame.from_ndarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), format="rgb24")
            while shown / rate <= min(frame.time, SECONDS):
                picture.pts, picture.time_base = shown, Fraction(1, rate)
                container.mux(stream.encode(picture))
                shown += 1
            if frame.time > SECONDS:
                break
        assert stream is not None
        container.mux(stream.encode(None))
    return target


def cues_of(path: Path, detectors: Detectors) -> VisualCues:
    with open_recording(path, end_s=SECONDS) as recording:
        cues = watch(recording.frames(), detectors)
    assert cues is not None
    return cues


@pytest.fixture(scope="module")
def original(detectors: Detectors) -> VisualCues:
    return cues_of(CLIP, detectors)


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_shows_the_same_face(kind: str, original: VisualCues, detectors: Detectors, tmp_path: Path) -> None:
    found = cues_of(copy(tmp_path / "copy.mp4", **COPIES[kind]), detectors)  # type: ignore[arg-type]
    assert found.face_present_share == pytest.approx(original.face_present_share, abs=0.03)
    assert found.faces_max == original.faces_max
    assert found.scene_changes == original.scene_changes
    assert found.still == original.still
    assert found.eye_contact_proxy_share == pytest.approx(original.eye_contact_proxy_share, abs=0.15)
    assert found.smile_share == pytest.approx(original.smile_share, abs=0.15)
    pose, before = found.head_pose, original.head_pose
    assert pose is not None
    assert before is not None
    side = -1 if kind == "mirrored" else 1
    assert (side * pose.yaw_median, pose.pitch_median, side * pose.roll_median) == pytest.approx(
        (before.yaw_median, before.pitch_median, before.roll_median), abs=2.5
    )
    for name in ("nods_per_min", "shakes_per_min"):
        one, other = getattr(found, name), getattr(original, name)
        assert one is None or other is None or abs(one - other) * SECONDS / 60 <= 1.0


def test_a_louder_softer_or_later_copy_sounds_the_same() -> None:
    vad = SileroVoiceActivity(WeightStore(default_root()))
    with open_recording(SOUND) as recording:
        audio = recording.media().audio
    assert audio is not None
    plain = np.asarray(audio.samples)
    before = find_activity(plain, vad)
    pitch, loudness = measure_pitch(before, before.spans), measure_loudness(before, before.spans)
    assert pitch is not None
    assert loudness is not None
    lead = np.zeros(SAMPLE_RATE, np.int16)
    for copy_of, decibels, later_s in (
        ((plain * 0.5).astype(np.int16), -6.0, 0.0),
        (np.concatenate([lead, plain]), 0.0, 1.0),
    ):
        after = find_activity(copy_of, vad)
        speech_s = [sum(span.duration_s for span in one.spans) for one in (before, after)]
        assert speech_s[1] == pytest.approx(speech_s[0], rel=0.03)
        assert after.spans[0].start_s - later_s == pytest.approx(before.spans[0].start_s, abs=0.1)
        found, level = measure_pitch(after, after.spans), measure_loudness(after, after.spans)
        assert found is not None
        assert level is not None
        assert found.median_hz == pytest.approx(pitch.median_hz, rel=0.02)
        assert level.median_db - decibels == pytest.approx(loudness.median_db, abs=0.3)


def test_a_face_of_the_copies_is_measured_at_all(original: VisualCues) -> None:
    assert original.face_present_share > 0.9
