"""A copy of a recording (mirrored, smaller, encoded again, another rate, level or beginning) gives the same measures
(A5–A7). The recording is read from the shared data, its copies are made once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

import av
import cv2
import media_files as made
import numpy as np
import pytest
from media_reading import CLIPS
from numpy.typing import NDArray

from bench.speech_truths import text_grid_words
from interview_engine.assessment.delivery.spans import total_s
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.transcript import Segment, Transcript, Word
from models.speech.vad import SileroVoiceActivity
from models.weights.registry import WeightStore, default_root
from pipelines.hearing.listen import listen
from pipelines.media.ingest import open_recording
from pipelines.watching.watch import Detectors, load_detectors, watch

WEIGHTS = ("face-landmarker", "hand-landmarker", "pose-landmarker")
needs_models = pytest.mark.skipif(
    not all((default_root() / name).is_dir() for name in WEIGHTS),
    reason="the weights are not here (interview-engine models pull)",
)
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="the test recordings (SHARED_DATA) are not here")
pytestmark = [needs_models, needs_clips, pytest.mark.xdist_group("copies")]

CLIP = CLIPS / "latentsync_demo2.mp4"
SOUND = CLIPS.parent / "C_audio" / "mfa" / "acoustic_corpus.wav"
SECONDS = 10.5
WIDTH, HEIGHT = 540, 960
"""Half the clip's; pictures are looked at with a shorter side of 360."""
LEAD_S = 1.0


@dataclass(frozen=True, slots=True)
class Copy:
    """How a copy is made: mirrored, its size, the coarseness of its encoding, pictures a second, black before it."""

    mirror: bool = False
    scale: float = 1.0
    quality: str = "3"
    rate: int = 25
    lead_s: float = 0.0


COPIES = {
    "mirrored": Copy(mirror=True),
    "half the size": Copy(scale=0.5),
    "encoded again": Copy(quality="9"),
    "15 a second": Copy(rate=15),
    "25 a second": Copy(rate=25),
    "30 a second": Copy(rate=30),
    "black before it": Copy(lead_s=LEAD_S),
}


@pytest.fixture(scope="module")
def detectors() -> Iterator[Detectors]:
    loaded = load_detectors(WeightStore(default_root()))
    yield loaded
    loaded.close()


def pictures() -> Iterator[tuple[float, NDArray[np.uint8]]]:
    with av.open(str(CLIP)) as source:
        for frame in source.decode(video=0):
            if frame.time > SECONDS:
                return
            yield frame.time, frame.to_ndarray(format="rgb24", width=WIDTH, height=HEIGHT, interpolation="AREA")


def write(target: Path, how: Copy, shown: list[tuple[float, NDArray[np.uint8]]]) -> Path:
    """The clip's first seconds, drawn and encoded anew (MPEG-4 part 2), each picture shown until the next is due."""
    size = (round(WIDTH * how.scale), round(HEIGHT * how.scale))
    with av.open(str(target), "w") as container:
        stream = container.add_stream("mpeg4", rate=how.rate, options={"qmin": how.quality, "qmax": how.quality})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        count = 0
        black = [(0.0, np.zeros_like(shown[0][1]))] if how.lead_s else []
        for time_s, rgb in [*black, *((time_s + how.lead_s, rgb) for time_s, rgb in shown)]:
            drawn = cv2.resize(rgb[:, ::-1] if how.mirror else rgb, size, interpolation=cv2.INTER_AREA)
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(drawn), format="rgb24")
            while count / how.rate <= time_s or (how.lead_s and time_s == 0.0 and count < how.lead_s * how.rate):
                picture.pts, picture.time_base = count, Fraction(1, how.rate)
                container.mux(stream.encode(picture))
                count += 1
        container.mux(stream.encode(None))
    return target


def cues_of(path: Path, detectors: Detectors, end_s: float) -> VisualCues:
    with open_recording(path, end_s=end_s) as recording:
        cues = watch(recording.frames(), detectors)
    assert cues is not None
    return cues


@pytest.fixture(scope="module")
def seen(detectors: Detectors, tmp_path_factory: pytest.TempPathFactory) -> dict[str, VisualCues]:
    """Cues of the clip ("") and of each copy."""
    folder, shown = tmp_path_factory.mktemp("copies"), list(pictures())
    found = {"": cues_of(CLIP, detectors, SECONDS)}
    for name, how in COPIES.items():
        path = write(folder / "copy.mp4", how, shown)
        found[name] = cues_of(path, detectors, SECONDS + how.lead_s)
    return found


def face_s(cues: VisualCues) -> float:
    return cues.face_present_share * cues.sampled_frames / cues.frames_per_second


def same_count(one: float | None, other: float | None, seconds: float) -> bool:
    """Whether two counts a minute differ by no more than one of what was counted, or one of them is not given."""
    return one is None or other is None or abs(one - other) * seconds / 60 <= 1.0


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_shows_the_same_face(kind: str, seen: dict[str, VisualCues]) -> None:
    found, original = seen[kind], seen[""]
    assert face_s(found) == pytest.approx(face_s(original), abs=0.5)
    assert found.faces_max == original.faces_max
    pose, before = found.head_pose, original.head_pose
    assert pose is not None
    assert before is not None
    side = -1 if kind == "mirrored" else 1
    assert (side * pose.yaw_median, pose.pitch_median, side * pose.roll_median) == pytest.approx(
        (before.yaw_median, before.pitch_median, before.roll_median), abs=2.5
    )
    assert (pose.yaw_iqr, pose.pitch_iqr, pose.roll_iqr) == pytest.approx(
        (before.yaw_iqr, before.pitch_iqr, before.roll_iqr), abs=2.5
    )
    assert found.eye_contact_proxy_share == pytest.approx(original.eye_contact_proxy_share, abs=0.15)
    assert found.smile_share == pytest.approx(original.smile_share, abs=0.1)


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_moves_the_same(kind: str, seen: dict[str, VisualCues]) -> None:
    found, original = seen[kind], seen[""]
    length_s = original.sampled_frames / original.frames_per_second
    hands = [cues.hands_visible_share * cues.sampled_frames / cues.frames_per_second for cues in (found, original)]
    assert hands[0] == pytest.approx(hands[1], abs=0.1 * length_s)
    assert same_count(found.nods_per_min, original.nods_per_min, face_s(original))
    assert same_count(found.shakes_per_min, original.shakes_per_min, face_s(original))
    assert same_count(found.gestures_per_min, original.gestures_per_min, hands[1])
    assert found.gesture_amplitude == pytest.approx(original.gesture_amplitude, rel=0.4)
    assert found.lean == pytest.approx(original.lean, abs=0.02)


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_gives_the_same_signals(kind: str, seen: dict[str, VisualCues]) -> None:
    found, original = seen[kind], seen[""]
    assert (found.scene_changes, found.face_changes, found.still) == (
        original.scene_changes,
        original.face_changes,
        original.still,
    )
    assert found.mouth_covered_spans == original.mouth_covered_spans


def seconds_of(cues: VisualCues, name: str) -> float:
    return total_s(getattr(cues, name))


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_has_the_same_stretches(kind: str, seen: dict[str, VisualCues]) -> None:
    found, original = seen[kind], seen[""]
    lead_s = COPIES[kind].lead_s
    assert seconds_of(found, "face_absent_spans") - lead_s == pytest.approx(
        seconds_of(original, "face_absent_spans"), abs=0.5
    )
    assert seconds_of(found, "many_faces_spans") == pytest.approx(seconds_of(original, "many_faces_spans"), abs=0.5)
    length_s = original.sampled_frames / original.frames_per_second
    for name, share in (("off_camera_spans", 0.15), ("hands_visible_spans", 0.1)):
        assert seconds_of(found, name) == pytest.approx(seconds_of(original, name), abs=share * length_s), name
    assert found.sampled_frames == pytest.approx(original.sampled_frames + 5 * lead_s, abs=2)
    assert found.frames_per_second == pytest.approx(original.frames_per_second, rel=0.05)
    assert (found.blinks_per_min, original.blinks_per_min) == (None, None)  # five pictures a second are too few


HELD = {
    *("face_present_share", "face_absent_spans", "faces_max", "many_faces_spans", "head_pose", "smile_share"),
    *("eye_contact_proxy_share", "off_camera_spans", "nods_per_min", "shakes_per_min", "blinks_per_min"),
    *("mouth_covered_spans", "hands_visible_share", "hands_visible_spans", "gestures_per_min", "gesture_amplitude"),
    *("lean", "scene_changes", "face_changes", "still", "sampled_frames", "frames_per_second"),
}
HELD_IN_SPEECH = {
    *("unit", "units", "speech_rate_per_min", "articulation_rate_per_min", "overall_rate_per_min", "speaking_spans"),
    *("pauses", "pause_share", "time_to_first_word_s", "longest_monologue_s", "speech_band", "filled_pauses"),
    *("pitch", "loudness"),
}


def test_no_measure_is_without_a_tolerance() -> None:
    assert {one.name for one in fields(VisualCues)} == HELD
    assert {one.name for one in fields(SpeechCues)} == HELD_IN_SPEECH


LEVELS = {
    "6 dB softer": (0.5, 0.0),
    "6 dB louder": (2.0, 0.0),
    "silence before it": (1.0, LEAD_S),
    "encoded again": (1.0, 0.0),
}


def through_opus(samples: NDArray[np.int16], path: Path) -> NDArray[np.int16]:
    """The sound as a browser encodes it."""
    wide = np.interp(np.arange(3 * len(samples)) / 3, np.arange(len(samples)), samples / 32_768)
    made.write(path, sound=wide.astype(np.float32)[None], rate=48_000, audio_codec="libopus")
    with open_recording(path) as recording:
        audio = recording.media().audio
    assert audio is not None
    return np.asarray(audio.samples)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SpeechCues]:
    """Cues of a recording with known words ("") and of each of its copies."""
    vad = SileroVoiceActivity(WeightStore(default_root()))
    with open_recording(SOUND) as recording:
        audio = recording.media().audio
    assert audio is not None
    plain = np.asarray(audio.samples) // 2  # so that 6 dB more does not clip
    words = list(text_grid_words(SOUND.with_suffix(".TextGrid")))
    found = {}
    for name, (gain, lead_s) in {"": (1.0, 0.0), **LEVELS}.items():
        lead = np.zeros(round(lead_s * SAMPLE_RATE), np.int16)
        samples = np.concatenate([lead, np.clip(plain * gain, -32768, 32767).astype(np.int16)])
        if name == "encoded again":
            samples = through_opus(samples, tmp_path_factory.mktemp("sound") / "a.webm")
        later = tuple(Word(word.text, word.start_s + lead_s, word.end_s + lead_s, 1.0) for word in words)
        text = " ".join(word.text for word in later)
        segment = Segment(text, later[0].start_s, later[-1].end_s, -0.1, 0.0)
        cues = listen(
            Audio(samples, SAMPLE_RATE, "pcm"), Transcript("en", 1.0, 1.0, text, text, (segment,), later), vad
        )
        assert cues is not None
        found[name] = cues
    return found


@pytest.mark.parametrize("kind", LEVELS)
def test_a_louder_softer_or_later_copy_is_spoken_the_same(kind: str, heard: dict[str, SpeechCues]) -> None:
    found, original = heard[kind], heard[""]
    for name in ("speech_rate_per_min", "articulation_rate_per_min", "overall_rate_per_min", "longest_monologue_s"):
        assert getattr(found, name) == pytest.approx(getattr(original, name), rel=0.03), name
    assert found.pause_share == pytest.approx(original.pause_share, abs=0.02)
    assert (len(found.pauses), len(found.filled_pauses)) == (len(original.pauses), len(original.filled_pauses))
    assert found.time_to_first_word_s - LEVELS[kind][1] == pytest.approx(original.time_to_first_word_s, abs=0.1)
    assert (found.unit, found.units, found.speech_band) == (original.unit, original.units, original.speech_band)
    assert total_s(found.speaking_spans) == pytest.approx(total_s(original.speaking_spans), rel=0.03)


@pytest.mark.parametrize("kind", LEVELS)
def test_a_louder_softer_or_later_copy_has_the_same_voice(kind: str, heard: dict[str, SpeechCues]) -> None:
    pitch, before = heard[kind].pitch, heard[""].pitch
    level, softer = heard[kind].loudness, heard[""].loudness
    assert pitch is not None
    assert before is not None
    assert level is not None
    assert softer is not None
    assert pitch.median_hz == pytest.approx(before.median_hz, rel=0.02)
    assert pitch.interquartile_semitones == pytest.approx(before.interquartile_semitones, abs=0.3)
    within_db = 1.5 if kind == "encoded again" else 0.3  # a codec and the way to its rate take some of the highs
    assert level.median_db - 20 * np.log10(LEVELS[kind][0]) == pytest.approx(softer.median_db, abs=within_db)
    assert level.range_db == pytest.approx(softer.range_db, abs=within_db + 0.2)


def test_the_copies_are_of_a_face_that_smiles_nods_and_shows_hands(seen: dict[str, VisualCues]) -> None:
    original = seen[""]
    assert original.face_present_share > 0.9
    assert original.smile_share
    assert original.hands_visible_share > 0.3
    assert original.gesture_amplitude
