"""A copy of a recording (mirrored, smaller, encoded again, another rate or level) gives the same measures (A5–A7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from media_reading import CLIPS

from interview_engine.assessment.delivery.observations import HandSeen, PoseSeen
from interview_engine.assessment.delivery.speech_cues import Loudness, Pitch
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.media import SAMPLE_RATE
from models.speech.vad import SileroVoiceActivity
from models.vision.load import load_faces
from models.weights.registry import WeightStore, default_root
from pipelines.hearing.activity import Activity, find_activity
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


@dataclass(frozen=True, slots=True)
class Copied:
    """The cues of a copy; what is measured sideways has the sign `side` in it."""

    cues: VisualCues
    side: int


@pytest.fixture(scope="module", params=COPIES)
def copied(request: pytest.FixtureRequest, detectors: Detectors, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """Each kind of copy, watched once."""
    made = copy(tmp_path_factory.mktemp("copy") / "copy.mp4", **COPIES[request.param])
    return Copied(cues_of(made, detectors), -1 if request.param == "mirrored" else 1)


def test_a_copy_shows_the_same_faces_in_the_same_scenes(copied: Copied, original: VisualCues) -> None:
    found = copied.cues
    assert found.face_present_share == pytest.approx(original.face_present_share, abs=0.03)
    assert found.faces_max == original.faces_max
    assert found.scene_changes == original.scene_changes
    assert found.still == original.still


def test_a_copy_shows_the_same_look_smile_and_movements(copied: Copied, original: VisualCues) -> None:
    found = copied.cues
    assert found.eye_contact_proxy_share == pytest.approx(original.eye_contact_proxy_share, abs=0.15)
    assert found.smile_share == pytest.approx(original.smile_share, abs=0.15)
    for name in ("nods_per_min", "shakes_per_min"):
        one, other = getattr(found, name), getattr(original, name)
        assert one is None or other is None or abs(one - other) * SECONDS / 60 <= 1.0


def test_a_copy_shows_the_same_pose_and_a_mirror_turns_it_round(copied: Copied, original: VisualCues) -> None:
    pose, before, side = copied.cues.head_pose, original.head_pose, copied.side
    assert pose is not None
    assert before is not None
    assert (side * pose.yaw_median, pose.pitch_median, side * pose.roll_median) == pytest.approx(
        (before.yaw_median, before.pitch_median, before.roll_median), abs=2.5
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """Where speech is in a sound, and how it sounds there."""

    activity: Activity
    pitch: Pitch
    loudness: Loudness


@pytest.fixture(scope="module")
def heard() -> tuple[Sound, dict[str, Sound]]:
    """The recording, and copies of it at half the level and a second later."""
    vad = SileroVoiceActivity(WeightStore(default_root()))
    with open_recording(SOUND) as recording:
        audio = recording.media().audio
    assert audio is not None
    plain = np.asarray(audio.samples)
    later = np.concatenate([np.zeros(SAMPLE_RATE, np.int16), plain])
    copies = {"softer": (plain * 0.5).astype(np.int16), "later": later}
    return sound_of(plain, vad), {kind: sound_of(samples, vad) for kind, samples in copies.items()}


def sound_of(samples: np.ndarray, vad: SileroVoiceActivity) -> Sound:
    activity = find_activity(samples, vad)
    pitch, loudness = measure_pitch(activity, activity.spans), measure_loudness(activity, activity.spans)
    assert pitch is not None
    assert loudness is not None
    return Sound(activity, pitch, loudness)


@pytest.mark.parametrize(("kind", "later_s"), [("softer", 0.0), ("later", 1.0)])
def test_a_softer_or_later_copy_has_the_same_speech(
    kind: str, later_s: float, heard: tuple[Sound, dict[str, Sound]]
) -> None:
    before, after = heard[0].activity, heard[1][kind].activity
    speech_s = [sum(span.duration_s for span in one.spans) for one in (before, after)]
    assert speech_s[1] == pytest.approx(speech_s[0], rel=0.03)
    assert after.spans[0].start_s - later_s == pytest.approx(before.spans[0].start_s, abs=0.1)


@pytest.mark.parametrize(("kind", "decibels"), [("softer", -6.0), ("later", 0.0)])
def test_a_softer_or_later_copy_has_the_same_pitch_and_its_own_level(
    kind: str, decibels: float, heard: tuple[Sound, dict[str, Sound]]
) -> None:
    before, after = heard[0], heard[1][kind]
    assert after.pitch.median_hz == pytest.approx(before.pitch.median_hz, rel=0.02)
    assert after.loudness.median_db - decibels == pytest.approx(before.loudness.median_db, abs=0.3)


def test_a_face_of_the_copies_is_measured_at_all(original: VisualCues) -> None:
    assert original.face_present_share > 0.9
