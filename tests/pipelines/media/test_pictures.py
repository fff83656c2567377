"""Sampled pictures are upright, of the size asked for, and have the colours that FFmpeg gives them."""

import struct
from fractions import Fraction

import av
import media_files as made
import numpy as np
import pytest
from media_reading import CLIPS, needs_clips

from pipelines.media import pictures
from pipelines.media.container import Limits
from pipelines.media.ingest import open_recording
from pipelines.media.remux import receive


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


@pytest.mark.parametrize(
    ("matrix", "corner", "size"),
    [
        ((-1, 0, 0, 1), "top left", (160, 120)),
        ((1, 0, 0, -1), "bottom left", (160, 120)),
        ((0, 1, 1, 0), "top right", (120, 160)),
        ((-1, 0, 0, -1), "bottom right", (160, 120)),
    ],
    ids=["mirror", "upside down", "mirror and quarter turn", "half turn"],
)
def test_a_mirror_beside_the_picture_is_no_turn_and_leaves_left_and_right(tmp_path, matrix, corner, size):
    plain = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1))
    path = made.with_matrix(plain, tmp_path / "b.mp4", matrix)
    with open_recording(path) as recording:
        frame = next(iter(recording.frames()))
        assert made.red_corner(frame.rgb) == corner
        assert (recording.video.width, recording.video.height) == size
    receive(path, tmp_path / "packed.mp4", "video/mp4", Limits())
    with open_recording(tmp_path / "packed.mp4") as recording:
        assert made.red_corner(next(iter(recording.frames())).rgb) == corner


def test_a_kept_copy_has_no_mirror_that_players_take_for_a_half_turn(tmp_path):
    plain = made.write(tmp_path / "a.mp4", times_s=made.every(0.1, 1))
    path = made.with_matrix(plain, tmp_path / "b.mp4", (-1, 0, 0, 1))
    receive(path, tmp_path / "packed.mp4", "video/mp4", Limits())
    with av.open(str(path)) as before, av.open(str(tmp_path / "packed.mp4")) as after:
        assert abs(next(before.decode(video=0)).rotation) == 180
        assert next(after.decode(video=0)).rotation == 0


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
