"""What decoding leaves out: the smoothing of block edges, where nothing that is measured depends on it."""

from __future__ import annotations

import os
from pathlib import Path

import av
import media_files as made
import numpy as np
import pytest

from pipelines.media.ingest import open_recording
from pipelines.media.sparing import can_skip_smoothing

CLIPS = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data")) / "B_video"


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


@pytest.mark.skipif(not CLIPS.is_dir(), reason="the shared recordings are not here (set SHARED_DATA)")
@pytest.mark.parametrize("name", ["webcam_glasses_near_silent.mp4", "latentsync_demo1.mp4", "webcam_noaudio_1.webm"])
def test_recordings_with_rare_whole_pictures_are_smoothed(name):
    assert not smoothing_is_skipped(CLIPS / name)
