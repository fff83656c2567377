"""A received recording is opened in a confined child, and leaves it fit to keep (A1, A20)."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import av
import media_files
import pytest
from media_reading import read

from interview_engine.errors import MediaError
from pipelines.media import remux
from pipelines.media.container import Limits
from pipelines.media.nursery import Nursery
from pipelines.media.remux import receive

LIVE_WEBM = {
    "video_codec": "libvpx",
    "audio_codec": "libopus",
    "rate": 48_000,
    "container_format": "webm",
    "container_options": {"live": "1"},
}


def recorded(path: Path, seconds: float = 2.0, **more: object) -> Path:
    """What a browser's recorder makes: a webm without duration or index."""
    sound = media_files.tone(seconds, 48_000, 1)
    return media_files.write(path, times_s=media_files.every(0.1, seconds), sound=sound, **{**LIVE_WEBM, **more})  # type: ignore[arg-type]


def refusal(path: Path, limits: Limits, media_type: str = "video/webm") -> str:
    with pytest.raises(MediaError) as refused:
        receive(path, path.with_suffix(".packed"), media_type, limits)
    assert refused.value.message.zh
    assert refused.value.next_step.en
    return refused.value.code


def test_a_browsers_recording_gets_a_duration_and_keeps_every_picture(tmp_path: Path) -> None:
    source, target = recorded(tmp_path / "in.webm"), tmp_path / "out.webm"
    found = receive(source, target, "video/webm", Limits())
    assert (found.video, found.audio, found.packed, found.cut) == (True, True, True, False)
    assert (found.width, found.height, found.media_type) == (160, 120, "video/webm")
    assert found.duration_s == pytest.approx(2.0, abs=0.1)
    with av.open(str(target)) as packed:
        assert packed.duration == pytest.approx(2_000_000, abs=100_000)
        times = [round(frame.time or 0.0, 1) for frame in packed.decode(video=0)]
    assert times == media_files.every(0.1, 2.0)


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    source = recorded(tmp_path / "in.webm", 1.0)
    for name in ("a", "b"):
        receive(source, tmp_path / name, "video/webm", Limits())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_turned_phone_video_stays_turned(tmp_path: Path) -> None:
    source = media_files.write(tmp_path / "in.mp4", times_s=media_files.every(0.1, 1.0), turn=90)
    receive(source, tmp_path / "out.mp4", "video/mp4", Limits())
    with av.open(str(tmp_path / "out.mp4")) as packed:
        assert next(packed.decode(video=0)).rotation == 90


def test_vp9_in_an_mp4_is_packed_so_that_it_can_be_sought_in(tmp_path: Path) -> None:
    source = media_files.write(
        tmp_path / "in.mp4",
        times_s=media_files.every(0.1, 1.0),
        video_codec="libvpx-vp9",
        video_options={"deadline": "realtime", "cpu-used": "8"},
        container_options={"movflags": "frag_keyframe+empty_moov"},
    )
    found = receive(source, tmp_path / "out.mp4", "video/mp4", Limits())
    assert (found.packed, found.media_type) == (True, "video/mp4")
    with av.open(str(tmp_path / "out.mp4")) as packed:
        assert packed.duration == pytest.approx(1_000_000, abs=100_000)
        assert len(list(packed.decode(video=0))) == 10


def test_a_recording_cut_off_in_the_middle_keeps_what_was_there(tmp_path: Path) -> None:
    source = media_files.cut(recorded(tmp_path / "in.webm", 4.0), tmp_path / "cut.webm", 0.6)
    found = receive(source, tmp_path / "out.webm", "video/webm", Limits())
    assert 1.0 < found.duration_s < 4.0


def test_sound_alone_is_sound_and_a_wav_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    found = receive(path, tmp_path / "out", "audio/wav", Limits())
    assert (found.video, found.media_type, found.packed) == (False, "audio/wav", False)
    assert not (tmp_path / "out").exists()


def test_bounds_on_time_and_size_are_kept(tmp_path: Path) -> None:
    source = recorded(tmp_path / "in.webm")
    assert refusal(source, Limits(max_duration_s=1.0)) == "media.too_long"
    assert refusal(source, Limits(max_pixels=100 * 100)) == "media.too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x1aE\xdf\xa3" + bytes(500), "media.unreadable"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "media.unreadable"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "media.unreadable"),
        (b"", "media.empty"),
    ],
)
def test_what_is_no_recording_gets_a_reason(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "in.webm"
    path.write_bytes(content)
    assert refusal(path, Limits()) == code


def test_a_child_over_its_limits_is_a_refusal_not_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = (
        "import sys; sys.path[:0] = sys.argv[1:]; from pipelines.media import nursery, remux; "
        "nursery.live(lambda task: remux.confine(0) or bytes(1 << 32), 60)"
    )
    mother = Nursery([sys.executable, "-I", "-S", "-c", greedy, *remux._import_path()])
    monkeypatch.setattr(remux, "_nursery", lambda: mother)
    assert refusal(recorded(tmp_path / "in.webm", 1.0), Limits()) == "media.bomb"


def test_the_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.media.remux import confine, SPARE_BYTES; confine(0)\n"
        "Path(sys.argv[1]).write_bytes(bytes(SPARE_BYTES + 1))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "big")], capture_output=True, check=False)
    assert done.returncode != 0
    assert (tmp_path / "big").stat().st_size <= remux.SPARE_BYTES


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov"])
def test_pictures_that_lean_on_later_ones_are_all_kept(name: str, tmp_path: Path) -> None:
    """The first B pictures in Matroska have no time of decoding; left out, all to the next whole one were lost."""
    source = media_files.write(
        tmp_path / name,
        times_s=media_files.every(0.04, 4),
        video_options={"bf": "2", "g": "200"},
        sound=media_files.tone(4),
    )
    recording = receive(source, tmp_path / "packed", "video/webm", Limits())
    assert recording.packed
    kept, _, _ = read(tmp_path / "packed")
    assert [round(time_s, 1) for time_s, _ in kept] == [round(index * 0.2, 1) for index in range(20)]
    assert [written for _, written in kept] == pytest.approx([time_s for time_s, _ in kept], abs=0.11)
