"""Only sound local recordings are let in; every other file is refused with a code of its own."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import av
import media_files as made
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_reading import code_of, read

from interview_engine.errors import MediaError
from pipelines.media.ingest import Limits, Recording, open_recording


def test_cover_art_is_no_video(tmp_path):
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        track = container.add_stream("aac", rate=44_100, layout="stereo")
        cover = container.add_stream("mjpeg")
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        image = av.VideoFrame.from_ndarray(made.picture(0, 64, 64), format="rgb24")
        packets = cover.encode(image) + cover.encode(None)
        for packet in packets:
            container.mux(packet)
        for packet in made.encoded(track, made.tone(1), 44_100, 0.0):
            container.mux(packet)
    _, media, recording = read(path)
    assert recording.video is None
    assert media.audio is not None


def test_a_file_that_is_not_there_says_so(tmp_path):
    assert code_of(tmp_path / "none.mp4") == "media.missing"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "media.empty"),
        ("这是一份文字，不是录像。\n".encode() * 50, "media.unreadable"),
        (bytes(5000), "media.unreadable"),
    ],
    ids=["empty", "text", "zeros"],
)
def test_a_file_without_media_has_its_own_code(tmp_path, data, code):
    path = tmp_path / "file.mp4"
    path.write_bytes(data)
    assert code_of(path) == code


def test_a_folder_is_no_recording(tmp_path):
    assert code_of(tmp_path) == "media.unreadable"


def test_a_recording_cut_before_its_index_is_unreadable(tmp_path):
    whole = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1), sound=made.tone(1))
    assert code_of(made.cut(whole, tmp_path / "no index.mp4", 0.5)) == "media.unreadable"


def test_a_recording_or_a_part_of_no_length_says_so(tmp_path):
    assert code_of(made.write(tmp_path / "nothing.mkv", sound=np.zeros((2, 0), np.float32))) == "media.zero_length"
    whole = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1), sound=made.tone(1))
    assert code_of(whole, start_s=9.0, end_s=10.0) == "media.zero_length"
    assert code_of(whole, start_s=0.5, end_s=0.5) == "media.zero_length"


def test_a_container_without_sound_or_pictures_has_no_streams(tmp_path):
    assert code_of(made.write(tmp_path / "hollow.mp4", times_s=[])) == "media.no_streams"


def test_a_playlist_in_a_file_called_mp4_opens_nothing_else(tmp_path):
    made.write(tmp_path / "secret.mp3", sound=made.tone(1), audio_codec="libmp3lame")
    for name, text in (
        ("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp3\n#EXT-X-ENDLIST\n"),
        ("script.mp4", "ffconcat version 1.0\nfile secret.mp3\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert code_of(path) == "media.unreadable"


def test_too_long_is_refused_from_the_header_or_while_reading(tmp_path):
    three_hours = made.write(tmp_path / "long.mp4", times_s=[0.0, 10_800.0])
    with pytest.raises(MediaError) as caught, open_recording(three_hours):
        pass
    assert caught.value.code == "media.too_long"
    assert "180" in caught.value.message.en
    assert caught.value.detail == {"minutes": "180", "limit": "90"}
    limits = Limits(max_duration_s=2.0)
    headless = made.write(
        tmp_path / "live.webm",
        times_s=made.every(0.1, 4),
        video_codec="libvpx",
        container_options={"live": "1"},
    )
    assert code_of(headless, limits=limits) == "media.too_long"
    song = made.write(tmp_path / "a.mp3", sound=made.tone(4), audio_codec="libmp3lame")
    assert code_of(song, limits=limits) == "media.too_long"
    assert read(song, limits=limits, start_s=1.0, end_s=2.5)[1].duration_s == pytest.approx(1.5)


def test_8k_frames_are_refused_and_4k_is_not(tmp_path):
    options = {"video_options": {"preset": "ultrafast"}}
    path = made.write(tmp_path / "8k.mp4", times_s=[0.0], size=(7680, 4320), **options)
    with pytest.raises(MediaError) as caught, open_recording(path):
        pass
    assert caught.value.code == "media.too_large"
    assert "7680" in caught.value.message.zh
    frames, _, recording = read(made.write(tmp_path / "4k.mp4", times_s=[0.0], size=(3840, 2160), **options))
    assert len(frames) == 1
    assert recording.video.width == 3840


def test_a_file_without_permission_is_named_as_such(tmp_path):
    path = made.write(tmp_path / "a.wav", sound=made.tone(0.2), audio_codec="pcm_s16le")
    path.chmod(0)
    if os.geteuid() != 0:
        assert code_of(path) == "media.no_permission"
        return
    script = (
        "import os, sys, pathlib\n"
        "from interview_engine.errors import MediaError\n"
        "from pipelines.media.ingest import open_recording\n"
        "os.setuid(65534)\n"
        "try: open_recording(pathlib.Path(sys.argv[1]))\n"
        "except MediaError as error: print(error.code)\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder != Path("/tmp") and folder != Path("/"):
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.strip() == "media.no_permission"


def test_a_path_in_chinese_with_spaces_and_odd_signs_is_read(tmp_path):
    folder = tmp_path / "候选人 张 三"
    folder.mkdir()
    path = made.write(folder / "回答 1：自我介绍 %d #?.mp4", times_s=made.every(0.1, 1), sound=made.tone(1))
    _, media, _ = read(path)
    assert media.duration_s == pytest.approx(1.0, abs=0.1)
    with pytest.raises(MediaError, match="候选人不在"):
        open_recording(folder / "候选人不在.mp4")


@pytest.fixture(scope="module")
def small_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    pictures = {"times_s": made.every(0.1, 0.6), "size": (48, 32)}
    sound = made.tone(0.6)
    return [
        made.write(folder / "a.mp4", sound=sound, **pictures).read_bytes(),
        made.write(folder / "a.mkv", sound=sound, **pictures).read_bytes(),
        made.write(folder / "a.webm", video_codec="libvpx", **pictures).read_bytes(),
        made.write(folder / "a.wav", sound=sound, audio_codec="pcm_s16le").read_bytes(),
        made.write(folder / "a.flac", sound=sound, audio_codec="flac").read_bytes(),
        made.write(folder / "a.mp3", sound=sound, audio_codec="libmp3lame").read_bytes(),
    ]


def read_or_refuse(path: Path) -> None:
    """Reading either works or raises MediaError; anything else fails the test."""
    with contextlib.suppress(MediaError), open_recording(path) as recording:
        assert isinstance(recording, Recording)
        for frame in recording.frames():
            assert frame.rgb.dtype == np.uint8
        media = recording.media()
        assert media.duration_s > 0


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, 5),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=30),
    keep=st.floats(0.05, 1.0),
)
def test_damaged_files_are_read_or_refused(small_files, tmp_path, which, flips, keep):
    data = bytearray(small_files[which])
    del data[max(1, int(len(data) * keep)) :]
    for place, bit in flips:
        data[int(place * len(data))] ^= 1 << bit
    path = tmp_path / "damaged.bin"
    path.write_bytes(bytes(data))
    read_or_refuse(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=2_000))
def test_random_bytes_are_refused(tmp_path, data):
    path = tmp_path / "random.mp4"
    path.write_bytes(data)
    read_or_refuse(path)
