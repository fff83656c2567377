"""What decoding leaves out: pictures that nobody samples, and the smoothing of edges that nothing measured needs."""

from __future__ import annotations

from pathlib import Path

import av
import media_files as made
import numpy as np
import pytest
from media_reading import CLIPS, needs_clips

from pipelines.media.ingest import open_recording
from pipelines.media.sparing import can_skip_smoothing


def smoothing_is_skipped(path: Path, short_side: int = 360) -> bool:
    with av.open(str(path)) as container:
        return can_skip_smoothing(container.streams.video[0], short_side)


def film(path: Path, size=(640, 480), gap=25, **more) -> Path:
    """Four seconds of 25 pictures a second with one built upon nothing each `gap` pictures."""
    options = {"g": str(gap), "sc_threshold": "0", "crf": "30"}
    return made.write(path, times_s=made.every(0.04, 4), size=size, video_options=options, **more)


def test_smoothing_is_skipped_only_where_errors_are_made_small_and_soon_forgotten(tmp_path):
    assert smoothing_is_skipped(film(tmp_path / "phone.mp4"), short_side=240)
    assert not smoothing_is_skipped(film(tmp_path / "small.mp4"), short_side=360)
    assert not smoothing_is_skipped(film(tmp_path / "browser.mp4", gap=1000), short_side=240)
    assert not smoothing_is_skipped(film(tmp_path / "other.mp4", video_codec="mpeg4"), short_side=240)
    assert not smoothing_is_skipped(film(tmp_path / "a.mkv"), short_side=240)
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    assert not smoothing_is_skipped(film(tmp_path / "parts.mp4", container_options=fragments), short_side=240)


def test_sampled_pictures_hardly_change_without_smoothing(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mp4", size=(1280, 720))

    def pictures() -> list[np.ndarray]:
        with open_recording(path) as recording:
            return [frame.rgb.astype(np.float32) for frame in recording.frames()]

    quick = pictures()
    assert smoothing_is_skipped(path)
    monkeypatch.setattr("pipelines.media.picture_track.can_skip_smoothing", lambda stream, short_side: False)
    whole = pictures()
    differences = [float(np.abs(one - other).mean()) for one, other in zip(quick, whole, strict=True)]
    assert 0.0 < max(differences) < 1.5


@needs_clips
@pytest.mark.parametrize("name", ["webcam_glasses_near_silent.mp4", "latentsync_demo1.mp4", "webcam_noaudio_1.webm"])
def test_recordings_with_rare_whole_pictures_are_smoothed(name):
    assert not smoothing_is_skipped(CLIPS / name)


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
