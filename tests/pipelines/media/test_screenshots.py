"""A screenshot is the picture that was on screen."""

import media_files as made
import pytest

from interview_engine.errors import MediaError
from pipelines.media.ingest import grab_frames


def test_screenshots_show_the_picture_on_screen_at_that_time(tmp_path):
    for name, options in (("a.mp4", {}), ("a.webm", {"video_codec": "libvpx", "container_options": {"live": "1"}})):
        path = made.write(tmp_path / name, times_s=made.every(0.1, 6), size=(64, 48), **options)
        frames = grab_frames(path, [5.05, 0.0, 3.32, 99.0])
        assert [frame.time_s for frame in frames] == pytest.approx([5.0, 0.0, 3.3, 5.9], abs=0.002)
        assert [made.time_of(frame.rgb) for frame in frames] == pytest.approx([5.0, 0.0, 3.3, 5.9], abs=0.11)
    with pytest.raises(MediaError, match="no_streams"):
        grab_frames(made.write(tmp_path / "a.m4a", sound=made.tone(1)), [0.0])
