"""Recordings as browsers can play them: untouched where possible, on the same clock in any case (row A15)."""

from __future__ import annotations

import os
from pathlib import Path

import av
import media_files
import pytest
import report_clips as clips

from pipelines.reports.media import Playable, beside, playable, playable_copies


def made(path: Path, folder: Path) -> Playable:
    result = playable(path, folder / "media", "1")
    assert result is not None
    return result


def length_s(path: Path) -> float:
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / 1_000_000


@pytest.mark.parametrize(
    ("name", "options", "mime"),
    [
        ("a.webm", {}, "video/webm"),
        ("a.mp4", {"video": "libx264", "audio": "aac"}, "video/mp4"),
        ("a.wav", {"video": None, "audio": "pcm_s16le"}, "audio/wav"),
        ("a.mp3", {"video": None, "audio": "libmp3lame"}, "audio/mpeg"),
        ("a.m4a", {"video": None, "audio": "aac", "format": "mp4"}, "audio/mp4"),
        ("a.webm", {"video": None}, "audio/webm"),
    ],
)
def test_what_a_browser_plays_stays_as_it_is(name: str, options: dict[str, str], mime: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / name, **options)
    result = made(path, tmp_path)
    assert (result.path, result.made, result.mime) == (path, "original", mime)
    assert not (tmp_path / "media").exists()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("recorder.webm", {"options": {"live": "1"}}),
        ("recorder.mp4", {"video": "libx264", "audio": "aac", "options": {"movflags": "frag_keyframe+empty_moov"}}),
        ("screen.mkv", {"video": "libvpx-vp9"}),
        ("phone.mov", {"video": "libx264", "audio": "aac"}),
    ],
)
def test_a_file_without_length_or_in_another_box_is_repacked_not_recoded(
    name: str, options: dict[str, str], tmp_path: Path
) -> None:
    result = made(clips.make_clip(tmp_path / name, **options), tmp_path)
    assert result.made == "copied"
    assert result.path.parent == tmp_path / "media"
    assert length_s(result.path) == pytest.approx(3.0, abs=0.2)
    assert playable(result.path, tmp_path / "again", "1") == Playable(result.path, "video", result.mime, "original")


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("iphone.mov", {"video": "libx265", "audio": "aac"}, "video"),
        ("old.avi", {"video": "mpeg4", "audio": "libmp3lame"}, "video"),
        ("call.aac", {"video": None, "audio": "aac", "format": "adts"}, "audio"),
    ],
)
def test_what_browsers_cannot_play_is_recoded_small(
    name: str, options: dict[str, str], kind: str, tmp_path: Path
) -> None:
    result = made(clips.make_clip(tmp_path / name, **options), tmp_path)
    assert (result.made, result.kind, result.mime) == ("transcoded", kind, f"{kind}/webm")
    assert length_s(result.path) == pytest.approx(3.0, abs=0.2)


def test_a_recoded_phone_video_stands_upright(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "phone.mov", video="mpeg4", audio="aac", size=(160, 96))
    clips.turn_mp4(path)
    result = made(path, tmp_path)
    with av.open(str(result.path)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert (frame.shape[1], frame.shape[0]) == (96, 160)
    red = frame[:, :, 0].astype(int) - frame[:, :, 2]
    assert red[:, -12:].mean() > 60, "the top edge of the sensor is the right edge of the upright picture"
    assert abs(red[:, :12].mean()) < 20


def test_a_repacked_phone_video_keeps_its_turn(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "phone.mov", video="libx264", audio="aac")
    clips.turn_mp4(path)
    result = made(path, tmp_path)
    assert result.made == "copied"
    with av.open(str(path)) as before, av.open(str(result.path)) as after:
        assert next(before.decode(video=0)).rotation == next(after.decode(video=0)).rotation != 0


@pytest.mark.parametrize(
    ("name", "video", "how"),
    [("late.mkv", "libvpx", "copied"), ("late.webm", "libvpx", "copied"), ("late.mkv", "mpeg4", "transcoded")],
)
def test_the_clock_starts_where_the_container_does(name: str, video: str, how: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / name, video=video, begin_s=2.0)
    result = made(path, tmp_path)
    assert result.made == how
    assert length_s(result.path) == pytest.approx(3.0, abs=0.2)


def test_a_file_that_breaks_off_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    fragmented = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "500000"}
    path = clips.make_clip(tmp_path / "cut.mp4", video="libx264", audio="aac", options=fragmented)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    result = made(path, tmp_path)
    assert 0.5 < length_s(result.path) < 2.9


@pytest.mark.parametrize("data", [b"", b"this is no recording", b"\x1aE\xdf\xa3" + bytes(200)])
def test_what_holds_nothing_to_play_is_left_out(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "answer.mp4"
    path.write_bytes(data)
    assert playable_copies({"q1": path, "q2": tmp_path / "missing.webm"}, tmp_path) == {}


@pytest.mark.parametrize(("name", "video"), [("a.mkv", "libvpx"), ("a.avi", "mpeg4")])
def test_the_same_recording_gives_the_same_copy(name: str, video: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / name, video=video, audio="libopus" if name == "a.mkv" else "libmp3lame")
    first, second = made(path, tmp_path / "one"), made(path, tmp_path / "two")
    assert first.path.read_bytes() == second.path.read_bytes()


def test_one_file_for_several_answers_is_prepared_once(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "whole interview 面试.mkv")
    copies = playable_copies({"q1": path, "q2": path}, tmp_path)
    assert copies["q1"] is copies["q2"]
    assert [entry.name for entry in (tmp_path / "media").iterdir()] == ["1.webm"]


def test_a_large_original_is_linked_not_copied(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.webm")
    beside(path, tmp_path / "report" / "media" / "1.webm")
    assert os.path.samefile(path, tmp_path / "report" / "media" / "1.webm")


@pytest.mark.parametrize("size", [(160, 120), (120, 160)], ids=["as before", "turned"])
@pytest.mark.parametrize("kind", ["webm", "mp4"])
def test_a_recording_that_was_started_again_plays_to_its_end(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    """The report of a whole interview failed on such a file."""
    options = {
        "webm": {"video_codec": "libvpx", "audio_codec": "libopus", "container_options": {"live": "1"}},
        "mp4": {
            "video_options": {"bf": "0", "g": "10"},
            "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
        },
    }[kind]
    parts = [
        media_files.write(
            tmp_path / f"{number}.{kind}",
            times_s=media_files.every(0.1, 2.0),
            sound=media_files.tone(2.0, 48_000),
            rate=48_000,
            size=shape,
            **options,
        )
        for number, shape in enumerate(((160, 120), size))
    ]
    copy = playable(media_files.joined(tmp_path / f"joined.{kind}", *parts), tmp_path / "media", "1")
    assert copy is not None
    if (kind, size) == ("mp4", (120, 160)):
        return  # one mp4 cannot hold both: the first is there, the report says what it measured
    with av.open(str(copy.path)) as container:
        assert container.duration == pytest.approx(4_000_000, abs=400_000)
    assert [path.name for path in (tmp_path / "media").iterdir()] == [copy.path.name]


@pytest.mark.parametrize(
    ("name", "options", "how"),
    [
        ("obs.mp4", {"audio_codec": "aac"}, "copied"),
        ("obs.mkv", {"audio_codec": "aac"}, "copied"),
        ("phone.mov", {"audio_codec": "pcm_s16le"}, "transcoded"),
        ("alone.mka", {"audio_codec": "libopus", "rate": 48_000, "container_format": "matroska"}, "copied"),
    ],
)
def test_the_track_with_the_speech_is_played_wherever_it_stands(
    name: str, options: dict[str, object], how: str, tmp_path: Path
) -> None:
    rate = int(str(options.get("rate", 44_100)))
    speech = media_files.syllables(4.0, rate)
    times_s = () if name == "alone.mka" else media_files.every(0.1, 4.0)
    silence = media_files.write(
        tmp_path / name, times_s=times_s, sound=0 * speech, more_sounds=[speech], **options  # type: ignore[arg-type]
    )  # fmt: skip
    result = made(silence, tmp_path)
    assert result.made == how
    with av.open(str(result.path)) as container:
        assert len(container.streams.audio) == 1
        loudest = max(float(abs(frame.to_ndarray()).max()) for frame in container.decode(audio=0))
    assert loudest > 0.1
