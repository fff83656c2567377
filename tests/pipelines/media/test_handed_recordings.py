"""Recordings and a table that failed elsewhere, as they lie in the shared data, each with its right value. Other tests
of this folder make their own files of each kind."""

import av
import numpy as np
import pytest
from media_reading import DATA, read

from interview_engine.assessment.delivery.spans import total_s
from interview_engine.assessment.media import SAMPLE_RATE, as_floats
from models.weights.registry import WeightStore, default_root
from pipelines.media.container import Limits
from pipelines.media.remux import receive
from pipelines.spreadsheets import read_rows

HANDED = DATA / "E_faults"
pytestmark = pytest.mark.skipif(not HANDED.is_dir(), reason="the files that fail (SHARED_DATA) are not here")


def media_of(path):
    return read(path)[1]


def kept(name, tmp_path):
    """The kept copy of a recording, or the file itself where it stays as it came."""
    found = receive(HANDED / name, tmp_path / "packed", "video/webm", Limits())
    assert not found.cut
    return tmp_path / "packed" if found.packed else HANDED / name


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("webm_restarted_recorder_concatenated.webm", 12.2),
        ("chrome_mdhd_in_movie_timescale.mp4", 33.5),
        ("obs_first_track_silent.mp4", 11.0),
        ("webm_clock_10000.webm", 11.0),
        ("phone_m4a_called_audio_mpeg.m4a", 2.0),
        ("clipped30.wav", 2.4),
        ("face_mask.mp4", 5.0),
    ],
)
def test_a_handed_recording_and_its_kept_copy_are_read_whole(name, seconds, tmp_path):
    for path in (HANDED / name, kept(name, tmp_path)):
        media = media_of(path)
        assert media.duration_s == pytest.approx(seconds, abs=0.25)
        assert len(media.audio.samples) / SAMPLE_RATE == pytest.approx(seconds, abs=0.6)
        assert media.truncated is None


def test_the_speaking_track_of_the_handed_recording_is_heard_and_kept_first(tmp_path):
    path = kept("obs_first_track_silent.mp4", tmp_path)
    for one in (HANDED / "obs_first_track_silent.mp4", path):
        assert np.abs(as_floats(media_of(one).audio.samples)).max() > 0.1
    with av.open(str(path)) as container:
        levels = [np.abs(frame.to_ndarray()).max() for frame in container.decode(audio=0)]
    assert max(levels) > 0.1


def test_the_pause_of_the_handed_recording_is_none_of_the_speaker(tmp_path):
    for path in (HANDED / "paused_30s_timestamp_gap.webm", kept("paused_30s_timestamp_gap.webm", tmp_path)):
        media = media_of(path)
        assert total_s(media.unrecorded) == pytest.approx(30.0, abs=0.3)
        assert media.duration_s - total_s(media.unrecorded) == pytest.approx(11.0, abs=0.4)
        assert (media.truncated, media.soundless) == (None, media.unrecorded)


def test_the_kept_copy_of_the_late_clock_begins_at_zero(tmp_path):
    with av.open(str(kept("webm_clock_10000.webm", tmp_path))) as container:
        assert container.start_time == pytest.approx(0, abs=100_000)
        assert container.duration == pytest.approx(11_000_000, abs=200_000)


def test_the_handed_table_of_one_cell_has_six_rows():
    rows = read_rows(HANDED / "groups_wps_dimension_a1.xlsx", ("candidate", "gender"))
    assert [row.cells["gender"] for row in rows] == ["男", "女"] * 3


@pytest.mark.skipif(not (default_root() / "face-landmarker").is_dir(), reason="the weights are not here")
def test_the_handed_covered_mouth_is_noted():
    from pipelines.media.ingest import open_recording
    from pipelines.watching.watch import load_detectors, watch

    detectors = load_detectors(WeightStore(default_root()))
    try:
        with open_recording(HANDED / "face_mask.mp4") as recording:
            cues = watch(recording.frames(), detectors)
    finally:
        detectors.close()
    assert cues is not None
    assert total_s(cues.mouth_covered_spans) > 3.0
