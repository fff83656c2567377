"""A recording is read in one pass, at its true times, upright, in sync, and never as more than it is."""

import contextlib
import gc
import os
import struct
import subprocess
import sys
import weakref
from fractions import Fraction
from pathlib import Path

import av
import media_files as made
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview_engine.assessment.media import as_floats
from interview_engine.errors import MediaError
from pipelines.media import pictures
from pipelines.media.ingest import Limits, Recording, grab_frames, open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
CLIPS = DATA / "B_video"
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="the test recordings (SHARED_DATA) are not here")


def read(path, **window):
    """Frames as (time, time written in the picture), the media, and the recording."""
    with open_recording(path, **window) as recording:
        frames = [(frame.time_s, made.time_of(frame.rgb)) for frame in recording.frames()]
        return frames, recording.media(), recording


def loudness_of(samples) -> float:
    """The greatest amplitude, 0..1."""
    return float(np.abs(as_floats(samples)).max())


def code_of(path, **options) -> str:
    with pytest.raises(MediaError) as caught:
        read(path, **options)
    assert caught.value.message.zh
    assert caught.value.next_step.en
    return caught.value.code


def pitch_at(samples, time_s, width_s=0.2) -> float:
    """Frequency of a sine around `time_s`, by its zero crossings."""
    part = as_floats(samples[round((time_s - width_s / 2) * 16_000) : round((time_s + width_s / 2) * 16_000)])
    crossings = np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0)).astype(float)
    crossings += -part[crossings.astype(int)] / (part[crossings.astype(int) + 1] - part[crossings.astype(int)])
    return float(16_000 / np.diff(crossings).mean())


CONTAINERS = {
    "mp4": {"name": "a.mp4"},
    "mov": {"name": "a.mov"},
    "mkv": {"name": "a.mkv"},
    "HEVC": {"name": "a.mp4", "video_codec": "libx265", "video_options": {"x265-params": "log-level=none"}},
    "webm": {"name": "a.webm", "video_codec": "libvpx", "audio_codec": "libopus", "rate": 48_000},
    "webm from a browser, no duration": {
        "name": "a.webm",
        "video_codec": "libvpx",
        "audio_codec": "libopus",
        "rate": 48_000,
        "container_options": {"live": "1"},
    },
    "fragmented mp4": {
        "name": "a.mp4",
        "video_options": {"bf": "0", "g": "25"},
        "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    },
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a1_every_container_gives_pictures_at_their_times_and_mono_sound(tmp_path, kind):
    options = dict(CONTAINERS[kind])
    rate = options.setdefault("rate", 44_100)
    sound = made.tone(3, rate)
    path = made.write(tmp_path / options.pop("name"), times_s=made.every(0.04, 3), sound=sound, **options)
    frames, media, recording = read(path)
    assert len(frames) == 15
    for index, (time_s, written) in enumerate(frames):
        assert time_s == pytest.approx(0.2 * index, abs=0.045)
        assert written == pytest.approx(time_s, abs=0.11)
    assert media.audio is not None
    assert media.audio.samples.dtype == np.int16
    assert len(media.audio.samples) == pytest.approx(48_000, abs=1_000)
    assert loudness_of(media.audio.samples) == pytest.approx(0.5, abs=0.08)
    assert media.truncated is None
    assert recording.decode_errors == 0
    assert (media.video.width, media.video.height) == (160, 120)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.m4a", "aac", 44_100),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.wav", "pcm_s16le", 44_100),
        ("a.ogg", "libopus", 48_000),
        ("a.flac", "flac", 44_100),
        ("a.mka", "aac", 44_100),
    ],
)
def test_a6_a_glide_keeps_its_pitch_and_its_times_in_every_sound_format(tmp_path, name, codec, rate):
    path = made.write(tmp_path / name, sound=made.glide(4, rate), rate=rate, audio_codec=codec)
    frames, media, recording = read(path)
    assert frames == []
    assert recording.video is None
    assert media.video is None
    for time_s in (0.5, 2.0, 3.5):
        assert pitch_at(media.audio.samples, time_s) == pytest.approx(120 + 60 * time_s / 4, rel=0.02)
    assert media.audio.source_rate == rate


def test_channels_are_averaged_and_cannot_clip(tmp_path):
    loud_left = made.tone(1)
    loud_left[0] *= 1.9
    loud_left[1] *= 0.1
    _, media, _ = read(made.write(tmp_path / "a.wav", sound=loud_left, audio_codec="pcm_s16le"))
    assert loudness_of(media.audio.samples) == pytest.approx(0.5, abs=0.02)
    six = made.tone(1, channels=6)
    _, media, _ = read(made.write(tmp_path / "b.flac", sound=six, audio_codec="flac"))
    assert 0.2 < loudness_of(media.audio.samples) <= 1.0


def test_of_several_sound_streams_the_first_is_heard(tmp_path):
    path = made.write(
        tmp_path / "a.mkv", sound=made.tone(2, hertz=300), more_sounds=[made.tone(2, hertz=900)], audio_codec="aac"
    )
    _, media, _ = read(path)
    assert pitch_at(media.audio.samples, 1.0) == pytest.approx(300, rel=0.01)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_sound_that_starts_late_stays_in_sync_behind_silence(tmp_path, name):
    path = made.write(tmp_path / name, times_s=made.every(0.1, 3), sound=made.tone(1.5), sound_starts_s=1.5)
    frames, media, _ = read(path)
    assert frames[0][0] == 0.0
    assert loudness_of(media.audio.samples[: round(1.45 * 16_000)]) < 1e-3
    assert loudness_of(media.audio.samples[round(1.6 * 16_000) : round(2.8 * 16_000)]) > 0.4
    assert len(media.audio.samples) == pytest.approx(3 * 16_000, abs=1_000)


def test_pictures_that_start_late_keep_their_times(tmp_path):
    late = [1.0 + time_s for time_s in made.every(0.04, 2)]
    frames, media, _ = read(made.write(tmp_path / "a.mp4", times_s=late, sound=made.tone(3)))
    assert frames[0] == pytest.approx((1.0, 1.0), abs=0.05)
    assert media.duration_s == pytest.approx(3.0, abs=0.1)


def test_variable_frame_rate_gives_the_frames_there_are_once_each(tmp_path):
    times = [0.0, 0.1, 0.15, 0.9, 1.0, 2.5, 2.6, 4.0]
    frames, _, _ = read(made.write(tmp_path / "a.mp4", times_s=times))
    assert [time_s for time_s, _ in frames] == pytest.approx([0.0, 0.9, 1.0, 2.5, 2.6, 4.0], abs=0.002)
    assert [written for _, written in frames] == pytest.approx([0.0, 0.9, 1.0, 2.5, 2.6, 4.0], abs=0.11)


def test_one_frame_a_second_and_a_single_frame_are_read_as_they_are(tmp_path):
    frames, media, _ = read(made.write(tmp_path / "slow.mp4", times_s=[0.0, 1.0, 2.0, 3.0]))
    assert [time_s for time_s, _ in frames] == [0.0, 1.0, 2.0, 3.0]
    assert media.audio is None
    frames, media, _ = read(made.write(tmp_path / "one.mp4", times_s=[0.0]))
    assert len(frames) == 1
    assert media.duration_s > 0


@pytest.mark.parametrize(
    ("turn", "corner", "size"),
    [(0, "top left", (160, 120)), (90, "bottom left", (120, 160)), (180, "bottom right", (160, 120))],
)
def test_rotation_metadata_is_applied(tmp_path, turn, corner, size):
    path = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1), turn=turn)
    with open_recording(path) as recording:
        frame = next(iter(recording.frames()))
        assert made.red_corner(frame.rgb) == corner
        assert frame.rgb.shape == (size[1], size[0], 3)
        assert frame.rgb.flags.c_contiguous
        assert (recording.video.width, recording.video.height) == size


def test_a_phone_held_upright_comes_out_upright(tmp_path):
    """The matrix that phones write for "turn clockwise": a, b, c, d = 0, 1, -1, 0 (ISO 14496-12, 6.2.2)."""
    path = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1))
    data = path.read_bytes()
    identity = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    clockwise = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 120 << 16, 0, 0x40000000)
    at = data.index(identity, data.index(b"tkhd"))
    path.write_bytes(data[:at] + clockwise + data[at + len(identity) :])
    with open_recording(path) as recording:
        frame = next(iter(recording.frames()))
        assert made.red_corner(frame.rgb) == "top right"
        assert (recording.video.width, recording.video.height) == (120, 160)


def test_pictures_are_scaled_down_to_the_shorter_side_and_never_up(tmp_path):
    path = made.write(tmp_path / "a.mp4", times_s=[0.0, 0.2], size=(640, 480), video_options={"preset": "ultrafast"})
    with open_recording(path, frame_height=240) as recording:
        assert {frame.rgb.shape for frame in recording.frames()} == {(240, 320, 3)}
    upright = made.write(tmp_path / "b.mp4", times_s=[0.0, 0.2], size=(480, 640), video_options={"preset": "ultrafast"})
    with open_recording(upright, frame_height=240) as recording:
        assert {frame.rgb.shape for frame in recording.frames()} == {(320, 240, 3)}
    odd = made.write(tmp_path / "c.webm", times_s=[0.0, 0.2], size=(162, 122), video_codec="libvpx")
    with open_recording(odd) as recording:
        assert {frame.rgb.shape for frame in recording.frames()} == {(122, 162, 3)}
    wide = made.write(tmp_path / "d.mp4", times_s=[0.0, 0.2], pixel_shape=Fraction(2, 1))
    with open_recording(wide) as recording:
        assert (recording.video.width, recording.video.height) == (320, 120)


@pytest.mark.parametrize(
    ("source", "share"),
    [
        ({"name": "a.mkv"}, 0.5),
        ({"name": "a.mp4", "container_options": {"movflags": "faststart"}}, 0.6),
        (
            {
                "name": "a.mp4",
                "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
                "video_options": {"bf": "0", "g": "25"},
            },
            0.6,
        ),
        ({"name": "a.wav", "times_s": [], "audio_codec": "pcm_s16le"}, 0.5),
        ({"name": "a.flac", "times_s": [], "audio_codec": "flac"}, 0.5),
    ],
    ids=["mkv", "mp4", "fragmented mp4", "wav", "flac"],
)
def test_a_file_cut_in_the_middle_goes_as_far_as_it_can_and_says_so(tmp_path, source, share):
    options = {"times_s": made.every(0.04, 4), "sound": made.tone(4), **source}
    whole = made.write(tmp_path / options.pop("name"), **options)
    part = made.cut(whole, tmp_path / f"cut{whole.suffix}", share)
    frames, media, _ = read(part)
    assert 1.0 < media.duration_s < 3.0
    assert media.truncated is not None
    assert media.truncated.code == "media.truncated"
    assert float(media.truncated.detail["at_s"]) == pytest.approx(media.duration_s, abs=0.06)
    assert "4" not in media.truncated.text("en").split(" s;")[0].split(".")[0]
    if options["times_s"]:
        assert frames[-1][0] > 0.8
    assert read(whole)[1].truncated is None


def test_a_window_of_a_whole_interview_is_exact(tmp_path):
    for name, options in (("a.mp4", {}), ("a.mkv", {}), ("live.mkv", {"container_options": {"live": "1"}})):
        path = made.write(
            tmp_path / name,
            times_s=made.every(0.08, 9),
            sound=made.glide(9, 44_100),
            video_options={"g": "25"},
            **options,
        )
        frames, media, _ = read(path, start_s=5.0, end_s=7.0)
        assert media.duration_s == pytest.approx(2.0, abs=0.01)
        assert len(media.audio.samples) == pytest.approx(32_000, abs=2)
        assert [time_s for time_s, _ in frames] == pytest.approx(made.every(0.2, 2.0), abs=0.081)
        for time_s, written in frames:
            assert written == pytest.approx(5.0 + time_s, abs=0.11)
        assert pitch_at(media.audio.samples, 1.0) == pytest.approx(120 + 60 * 6 / 9, rel=0.01)
        assert media.truncated is None


def test_a_window_of_a_sound_file_without_an_index_is_exact(tmp_path):
    path = made.write(tmp_path / "a.mp3", sound=made.glide(6, 44_100), audio_codec="libmp3lame")
    _, media, _ = read(path, start_s=4.0, end_s=5.0)
    assert len(media.audio.samples) == 16_000
    assert pitch_at(media.audio.samples, 0.5) == pytest.approx(120 + 60 * 4.5 / 6, rel=0.01)


def test_sound_is_there_without_looking_at_pictures(tmp_path):
    path = made.write(tmp_path / "a.mp4", times_s=made.every(0.04, 3), sound=made.tone(3))
    with open_recording(path) as recording:
        media = recording.media()
    assert len(media.audio.samples) == pytest.approx(48_000, abs=1_000)
    with open_recording(path) as recording:
        next(iter(recording.frames()))
        assert len(recording.media().audio.samples) == pytest.approx(48_000, abs=1_000)
    silent = made.write(tmp_path / "b.mp4", times_s=made.every(0.04, 3))
    with open_recording(silent) as recording:
        assert recording.media().duration_s == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_leaving_out_unneeded_pictures_changes_no_sampled_one(tmp_path, monkeypatch, codec):
    def noise(time_s, width, height):
        chance = np.random.default_rng(round(time_s * 1000))
        return np.roll(made.picture(time_s, width, height), chance.integers(0, 40), axis=1)

    options = {"bf": "3", "x265-params": "log-level=none:bframes=3"} if codec == "libx265" else {"bf": "3", "g": "40"}
    path = made.write(
        tmp_path / "a.mp4", times_s=made.every(1 / 30, 4), video_codec=codec, video_options=options, draw=noise
    )

    def pictures(**window):
        with open_recording(path, **window) as recording:
            found = [(frame.time_s, frame.rgb.tobytes()) for frame in recording.frames()]
            return found, recording.media().duration_s

    for window in ({}, {"start_s": 2.3, "end_s": 3.4}, {"frames_per_second": 15.0}):
        spared = pictures(**window)
        with monkeypatch.context() as patch:
            patch.setattr("pipelines.media.picture_track.can_spare", lambda stream: False)
            assert pictures(**window) == spared


def coloured(matrix: int, colour_range: int, pixels: str = "yuv420p") -> av.VideoFrame:
    """A soft random picture of 320 x 240 with the full run of levels, marked as the arguments say."""
    chance = np.random.default_rng(7)
    small = chance.integers(0, 256, (15, 20, 3), dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(np.kron(small, np.ones((16, 16, 1), np.uint8)), format="rgb24")
    frame = frame.reformat(format=pixels, dst_colorspace=matrix, dst_color_range=colour_range)
    frame.colorspace, frame.color_range = matrix, colour_range
    return frame


@pytest.mark.parametrize(
    ("matrix", "colour_range", "pixels"),
    [(1, 1, "yuv420p"), (1, 2, "yuv420p"), (6, 1, "yuv420p"), (5, 2, "yuvj420p"), (2, 0, "yuv420p"), (2, 1, "yuv420p")],
)
def test_a_halved_picture_has_the_colours_that_ffmpeg_gives_it(monkeypatch, matrix, colour_range, pixels):
    frame = coloured(matrix, colour_range, pixels)
    ours = pictures.upright_rgb(frame, None, 120, pictures.UPRIGHT).astype(int)
    monkeypatch.setattr(pictures, "HALVED_FORMATS", {})
    theirs = pictures.upright_rgb(frame, None, 120, pictures.UPRIGHT).astype(int)
    assert ours.shape == theirs.shape == (120, 160, 3)
    assert np.abs(ours - theirs).mean() <= 1.0
    assert np.abs((ours - theirs).mean(axis=(0, 1))).max() <= 1.0


@pytest.mark.parametrize(
    ("frame", "side"),
    [
        (coloured(1, 1), 100),
        (coloured(1, 1), 240),
        (coloured(1, 1, "yuv422p"), 120),
        (coloured(9, 1, "yuv420p10le"), 120),
    ],
    ids=["another scale", "unscaled", "4:2:2", "10 bit of another colour space"],
)
def test_pictures_of_every_other_form_are_left_to_ffmpeg(monkeypatch, frame, side):
    monkeypatch.setattr(pictures, "_halved", lambda frame: pytest.fail("halved"))
    assert pictures.upright_rgb(frame, None, side, pictures.UPRIGHT).shape == (side, round(side * 4 / 3), 3)


def test_progress_rises_to_the_end(tmp_path):
    path = made.write(tmp_path / "a.mp4", times_s=made.every(0.04, 3), sound=made.tone(3))
    shares: list[float] = []
    with open_recording(path) as recording:
        list(recording.frames(on_progress=shares.append))
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0


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


def test_bad_files_have_their_own_codes(tmp_path):
    def file(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    assert code_of(tmp_path / "none.mp4") == "media.missing"
    assert code_of(file("empty.mp4", b"")) == "media.empty"
    assert code_of(file("text.mp4", "这是一份文字，不是录像。\n".encode() * 50)) == "media.unreadable"
    assert code_of(file("zeros.mp4", bytes(5000))) == "media.unreadable"
    assert code_of(tmp_path) == "media.unreadable"
    assert code_of(made.write(tmp_path / "nothing.mkv", sound=np.zeros((2, 0), np.float32))) == "media.zero_length"
    whole = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1), sound=made.tone(1))
    assert code_of(made.cut(whole, tmp_path / "no index.mp4", 0.5)) == "media.unreadable"
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


def test_screenshots_show_the_picture_on_screen_at_that_time(tmp_path):
    for name, options in (("a.mp4", {}), ("a.webm", {"video_codec": "libvpx", "container_options": {"live": "1"}})):
        path = made.write(tmp_path / name, times_s=made.every(0.1, 6), size=(64, 48), **options)
        frames = grab_frames(path, [5.05, 0.0, 3.32, 99.0])
        assert [frame.time_s for frame in frames] == pytest.approx([5.0, 0.0, 3.3, 5.9], abs=0.002)
        assert [made.time_of(frame.rgb) for frame in frames] == pytest.approx([5.0, 0.0, 3.3, 5.9], abs=0.11)
    with pytest.raises(MediaError, match="no_streams"):
        grab_frames(made.write(tmp_path / "a.m4a", sound=made.tone(1)), [0.0])


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


REAL = {
    "face_then_noface.mov": (6.4, 2.43, (960, 540)),
    "googlework_short.mp4": (35.1, 0.0, (320, 180)),
    "latentsync_demo1.mp4": (10.0, 0.0, (1080, 1920)),
    "webcam_noaudio_2.webm": (30.6, None, (400, 300)),
    "webcam_glasses_near_silent.mp4": (19.6, 0.0, (480, 480)),
}


@needs_clips
@pytest.mark.parametrize("name", ["latentsync_demo1.mp4", "webcam_glasses_near_silent.mp4"])
def test_leaving_out_unneeded_pictures_changes_no_sampled_one_of_real_recordings(monkeypatch, name):
    def pictures():
        with open_recording(CLIPS / name, start_s=2.0, end_s=6.0) as recording:
            return [(frame.time_s, frame.rgb.tobytes()) for frame in recording.frames()]

    spared = pictures()
    monkeypatch.setattr("pipelines.media.picture_track.can_spare", lambda stream: False)
    assert pictures() == spared
    assert len(spared) == 20


@needs_clips
@pytest.mark.parametrize("name", ["latentsync_demo1.mp4", "webcam_glasses_near_silent.mp4", "webcam_noaudio_2.webm"])
def test_halved_pictures_of_real_recordings_have_the_colours_that_ffmpeg_gives_them(monkeypatch, name):
    def halves():
        with av.open(str(CLIPS / name)) as container:
            chosen = [frame for index, frame in enumerate(container.decode(video=0)) if index in (0, 20, 40)]
        return [
            pictures.upright_rgb(frame, None, min(frame.width, frame.height) // 2, pictures.UPRIGHT).astype(int)
            for frame in chosen
        ]

    ours = halves()
    monkeypatch.setattr(pictures, "HALVED_FORMATS", {})
    theirs = halves()
    assert any(not np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
    for one, other in zip(ours, theirs, strict=True):
        assert np.abs(one - other).mean() <= 1.0


@needs_clips
@pytest.mark.parametrize("name", REAL)
def test_real_recordings_have_their_known_length_start_and_size(name):
    duration_s, sound_starts_s, size = REAL[name]
    with open_recording(CLIPS / name, frames_per_second=1) as recording:
        times = [frame.time_s for frame in recording.frames()]
        media = recording.media()
    assert media.duration_s == pytest.approx(duration_s, abs=0.1)
    assert (media.video.width, media.video.height) == size
    assert times == sorted(times)
    assert times[0] == pytest.approx(0.834 if name.startswith("google") else 0.0, abs=0.001)
    if sound_starts_s is None:
        assert media.audio is None
        return
    heard = np.flatnonzero(media.audio.samples)
    assert heard[0] / 16_000 >= sound_starts_s - 0.001
    assert heard[0] / 16_000 < sound_starts_s + 0.5


def test_a_closed_recording_leaves_nothing_for_the_collector_of_cycles(tmp_path):
    path = made.write(tmp_path / "clip.mp4", times_s=made.every(0.04, 2), sound=made.tone(2))
    gc.collect()
    gc.disable()
    try:
        with open_recording(path) as recording:
            held = weakref.ref(recording)
            assert sum(1 for _ in recording.frames()) == 10
            assert recording.media().audio is not None
        del recording
        assert held() is None
    finally:
        gc.enable()
