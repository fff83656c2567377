"""The changes of the robustness bench are what they say, and leave the other stream as it is (row A14)."""

from collections.abc import Sequence
from pathlib import Path

import av
import media_files
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench import perturb, robustness
from bench.perturb import Perturbation
from bench.robustness import Effect
from interview_engine.assessment.delivery.observations import Box
from interview_engine.assessment.media import SAMPLE_RATE

TIMES = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
GENERATOR = np.random.default_rng(0)


class OneFace:
    """Finds the same face in every picture."""

    def find(self, pictures: Sequence[NDArray[np.uint8]], tile: float | None = None) -> Sequence[Sequence[Box]]:
        return [(Box(0.25, 0.25, 0.5, 0.5),)] * len(pictures)


def _tone(hertz: float) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * hertz * TIMES)).astype(np.float32)


def _peak_hz(samples: NDArray[np.float32]) -> float:
    middle = samples[SAMPLE_RATE // 2 : 3 * SAMPLE_RATE // 2]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(middle)


def _power(samples: NDArray[np.float32]) -> float:
    middle = samples[SAMPLE_RATE // 2 : 3 * SAMPLE_RATE // 2].astype(np.float64)
    return float(np.mean(middle**2))


@pytest.mark.parametrize("semitones", [3, -3])
def test_pitch_is_shifted_by_the_ratio_asked_for_at_the_same_speed(semitones: int) -> None:
    shifted = perturb.pitch(semitones)(_tone(220))
    assert len(shifted) == len(TIMES)
    assert _peak_hz(shifted) == pytest.approx(220 * 2 ** (semitones / 12), rel=0.01)


@pytest.mark.parametrize("snr_db", [20, 10, 0])
def test_noise_stands_at_the_ratio_of_powers_asked_for(snr_db: int) -> None:
    babble = GENERATOR.standard_normal(SAMPLE_RATE).astype(np.float32)
    voice = 0.2 * _tone(220)
    mixed = perturb.noise(babble, snr_db)(voice).astype(np.float64)
    # the voice is one line of the spectrum, so what is left without it is the noise
    share = float(np.dot(mixed, voice) / np.dot(voice, voice))
    left = mixed - share * voice
    assert 10 * np.log10(np.mean((share * voice) ** 2) / np.mean(left**2)) == pytest.approx(snr_db, abs=0.1)
    assert np.abs(mixed).max() <= 1.0


def test_noise_over_silence_leaves_silence() -> None:
    assert not perturb.noise(np.ones(10, dtype=np.float32), 0)(np.zeros(100, dtype=np.float32)).any()


@pytest.mark.parametrize(("hertz", "passes"), [(1000, True), (2500, True), (80, False), (6000, False)])
def test_a_telephone_passes_300_to_3400_hz(hertz: float, passes: bool) -> None:
    heard = perturb.telephone(_tone(hertz))
    share = _power(heard) / _power(_tone(hertz))
    assert 0.8 < share < 1.25 if passes else share < 0.01


@given(st.integers(0, 255), st.floats(0.2, 3))
def test_brightness_multiplies_and_clips(level: int, factor: float) -> None:
    rgb = np.full((4, 6, 3), level, dtype=np.uint8)
    assert perturb.brightness(factor)(rgb) == pytest.approx(
        min(255, int(np.float32(level) * np.float32(factor))), abs=1
    )


def test_a_mirrored_picture_has_its_corner_on_the_other_side_and_twice_is_the_picture() -> None:
    rgb = media_files.picture(1.0)
    assert media_files.red_corner(perturb.flip(rgb)) == "top right"
    assert np.array_equal(perturb.flip(perturb.flip(rgb)), rgb)


def test_only_the_face_is_blurred_and_that_beyond_detail() -> None:
    rgb = GENERATOR.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    blurred = perturb.face_blur(OneFace())(rgb)  # type: ignore[arg-type]
    inside = (slice(30, 60), slice(40, 80))
    assert blurred[inside].std() < 0.2 * rgb[inside].std()
    outside = np.ones((120, 160), dtype=bool)
    outside[inside] = False
    assert np.array_equal(blurred[outside], rgb[outside])


def test_a_swapped_face_is_the_drawn_one_and_nothing_far_from_the_head_changes() -> None:
    rgb = GENERATOR.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    drawn = np.full((40, 30, 3), 200, dtype=np.uint8)
    swapped = perturb.face_swap(OneFace(), drawn)(rgb)  # type: ignore[arg-type]
    assert (swapped[35:55, 50:70] == 200).all()
    assert np.array_equal(swapped[75:], rgb[75:])
    assert np.array_equal(swapped[:, 100:], rgb[:, 100:])


def test_a_face_that_is_missed_in_a_picture_stays_swapped_where_it_was() -> None:
    class Once:
        asked = 0

        def find(self, pictures: Sequence[NDArray[np.uint8]], tile: float | None = None) -> Sequence[Sequence[Box]]:
            self.asked += 1
            return [(Box(0.25, 0.25, 0.5, 0.5),)] if self.asked == 1 else [()]

    change = perturb.face_swap(Once(), np.full((40, 30, 3), 200, dtype=np.uint8))  # type: ignore[arg-type]
    rgb = np.zeros((120, 160, 3), dtype=np.uint8)
    assert np.array_equal(change(rgb), change(rgb))


# ------------------------------------------------------------------------------------- files


def _packets(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as file:
        stream = next(one for one in file.streams if one.type == kind)
        return [bytes(packet) for packet in file.demux(stream) if packet.size]


def _picture(path: Path) -> tuple[str, int, list[float]]:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        times = [float(frame.time or 0.0) for frame in file.decode(stream)]
        return stream.codec_context.name, stream.height, times


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    sound = media_files.tone(2.0, rate=SAMPLE_RATE, channels=1)
    times = media_files.every(0.04, 2.0)
    return media_files.write(tmp_path / "given.mkv", times_s=times, sound=sound, rate=SAMPLE_RATE)


@pytest.mark.parametrize(
    "change",
    [
        Perturbation("mirrored", picture=perturb.flip),
        Perturbation("15", frames_per_second=15),
        Perturbation("360p", height=360),
        Perturbation("mpeg4", video_codec="mpeg4", video_kbps=150),
    ],
    ids=lambda change: change.name,
)
def test_a_change_of_the_picture_copies_the_sound_packet_by_packet(
    tmp_path: Path, recording: Path, change: Perturbation
) -> None:
    target = tmp_path / "changed.mkv"
    perturb.write(recording, target, change)
    assert _packets(target, "audio") == _packets(recording, "audio")
    assert np.array_equal(perturb.sound_of(target), perturb.sound_of(recording))
    assert _packets(target, "video") != _packets(recording, "video")


def test_a_change_of_the_sound_copies_the_picture_packet_by_packet(tmp_path: Path, recording: Path) -> None:
    target = tmp_path / "changed.mkv"
    perturb.write(recording, target, Perturbation("softer", sound=lambda samples: samples / 2))
    assert _packets(target, "video") == _packets(recording, "video")
    assert _power(perturb.sound_of(target)) == pytest.approx(_power(perturb.sound_of(recording)) / 4, rel=0.01)
    perturb.write(recording, target, Perturbation("softer", sound=lambda samples: samples / 2), with_picture=False)
    with av.open(str(target)) as file:
        assert [stream.type for stream in file.streams] == ["audio"]


@pytest.mark.parametrize("rate", [15, 30])
def test_the_frame_rate_is_the_one_asked_for_and_each_tick_shows_its_own_moment(
    tmp_path: Path, recording: Path, rate: int
) -> None:
    target = tmp_path / "changed.mkv"
    perturb.write(recording, target, Perturbation("rate", frames_per_second=rate))
    _, _, times = _picture(target)
    assert len(times) == pytest.approx(2 * rate, abs=2)
    assert np.diff(times) == pytest.approx(1 / rate, abs=0.0011)
    with av.open(str(target)) as file:
        seen = [media_files.time_of(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]
    assert seen == pytest.approx(times, abs=0.2)


@pytest.mark.parametrize(
    ("change", "codec", "height"),
    [
        (Perturbation("a", height=360), "h264", 360),
        (Perturbation("b", height=1080), "h264", 1080),
        (Perturbation("c", video_codec="mpeg4", video_kbps=150), "mpeg4", 120),
    ],
    ids=["360p", "1080p", "mpeg4"],
)
def test_height_and_codec_are_those_asked_for(
    tmp_path: Path, recording: Path, change: Perturbation, codec: str, height: int
) -> None:
    target = tmp_path / "changed.mkv"
    perturb.write(recording, target, change)
    assert _picture(target)[:2] == (codec, height)


@pytest.mark.parametrize(("codec", "rate", "name"), [("libopus", 48_000, "opus"), ("libmp3lame", 16_000, "mp3float")])
def test_sound_is_coded_as_asked(tmp_path: Path, recording: Path, codec: str, rate: int, name: str) -> None:
    target = tmp_path / "changed.mkv"
    perturb.write(recording, target, Perturbation("x", audio_codec=codec, audio_kbps=24, audio_rate=rate))
    with av.open(str(target)) as file:
        assert file.streams.audio[0].codec_context.name == name
    assert len(perturb.sound_of(target)) == pytest.approx(2 * SAMPLE_RATE, rel=0.06)
    assert _peak_hz(perturb.sound_of(target)) == pytest.approx(440, rel=0.02)


# ------------------------------------------------------------------------------------- rules of the bench


def test_every_change_of_the_issue_is_in_the_bench() -> None:
    names = " ".join(
        one.name for one in robustness.all_changes(OneFace(), np.zeros(8, np.float32), np.zeros((4, 4, 3), np.uint8))
    )  # type: ignore[arg-type]
    for wanted in (
        *(
            "face blur",
            "another face",
            "mirrored",
            "darker",
            "brighter",
            "pitch +3",
            "pitch -3",
            "kbit/s",
            "telephone 8 kHz",
        ),
        *("café 20 dB", "café 10 dB", "café 0 dB", "15 frames", "30 frames", "360p", "1080p"),
    ):
        assert wanted in names


def _effect(same: bool, change: float, lost: int = 0) -> Effect:
    return Effect("clip", "change", same, 0.0 if same else 0.2, {"a": change, "b": 0.0}, lost, {})


def test_content_that_moves_without_the_words_is_broken_and_the_bound_says_how_far() -> None:
    assert not _effect(True, 0.0).broken
    assert _effect(True, -0.01).broken
    assert _effect(True, 0.0, lost=1).broken
    assert not _effect(False, 1.0, lost=1).broken
    told = robustness.bound([_effect(True, 0.0), _effect(True, -0.2), _effect(False, 1.5, lost=2)])
    assert told["same_transcript"] == 2
    assert told["same_transcript_largest_score_change"] == 0.2
    assert told["other_transcript_largest_score_change"] == 1.5
    assert told["other_transcript_lost"] == 2
