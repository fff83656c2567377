"""A recording is read in one pass, at its true times, upright, in sync, and never as more than it is."""

import gc
import weakref

import media_files as made
import numpy as np
import pytest
from media_reading import CLIPS, loudness_of, needs_clips, pitch_at, read

from pipelines.media.ingest import open_recording

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


@pytest.fixture(scope="module", params=CONTAINERS)
def container(request, tmp_path_factory):
    """Three seconds of pictures and a tone in each container, read: frames, media, recording."""
    options = dict(CONTAINERS[request.param])
    rate = options.setdefault("rate", 44_100)
    path = tmp_path_factory.mktemp("container") / options.pop("name")
    return read(made.write(path, times_s=made.every(0.04, 3), sound=made.tone(3, rate), **options))


def test_a1_every_container_gives_its_pictures_at_their_times(container):
    frames, media, _ = container
    assert len(frames) == 15
    for index, (time_s, written) in enumerate(frames):
        assert time_s == pytest.approx(0.2 * index, abs=0.045)
        assert written == pytest.approx(time_s, abs=0.11)
    assert (media.video.width, media.video.height) == (160, 120)


def test_a1_every_container_gives_mono_sound(container):
    _, media, _ = container
    assert media.audio is not None
    assert media.audio.samples.dtype == np.int16
    assert len(media.audio.samples) == pytest.approx(48_000, abs=1_000)
    assert loudness_of(media.audio.samples) == pytest.approx(0.5, abs=0.08)


def test_a1_every_container_is_read_whole_and_without_an_error(container):
    _, media, _ = container
    assert media.truncated is None


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


def test_progress_rises_to_the_end(tmp_path):
    path = made.write(tmp_path / "a.mp4", times_s=made.every(0.04, 3), sound=made.tone(3))
    shares: list[float] = []
    with open_recording(path) as recording:
        list(recording.frames(on_progress=shares.append))
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0


REAL = {
    "face_then_noface.mov": (6.4, 2.43, (960, 540)),
    "googlework_short.mp4": (35.1, 0.0, (320, 180)),
    "latentsync_demo1.mp4": (10.0, 0.0, (1080, 1920)),
    "webcam_noaudio_2.webm": (30.6, None, (400, 300)),
    "webcam_glasses_near_silent.mp4": (19.6, 0.0, (480, 480)),
}


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
