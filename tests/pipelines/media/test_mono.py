"""An answer's sound lies on the disk, takes memory where it is looked at, and a full disk is said so (row A10)."""

import resource
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import pytest

from interview_engine.errors import OutputError
from pipelines.media.ingest import open_recording
from pipelines.media.mono import BUFFER
from pipelines.memory import return_pages

RATE = 16_000


def noise(path, seconds) -> tuple[Path, np.ndarray]:
    """A recording of 16-bit samples, and those samples."""
    samples = np.random.default_rng(1).integers(-20_000, 20_000, round(seconds * RATE)).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path, samples


def samples_of(path, **window):
    with open_recording(path, **window) as recording:
        return recording.media().audio.samples


def resident_of_files_mb() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssFile"))
    return int(line.split()[1]) / 1024


def test_every_sample_is_there_however_often_the_buffer_was_written(tmp_path):
    path, written = noise(tmp_path / "a.wav", 3.7 * BUFFER / 2 / RATE)
    whole = samples_of(path)
    assert np.array_equal(whole, written)
    assert np.array_equal(samples_of(path, start_s=1.0, end_s=21.5), whole[RATE : round(21.5 * RATE)])


def test_sound_cannot_be_changed_by_whoever_measures_it(tmp_path):
    assert not samples_of(noise(tmp_path / "a.wav", 1)[0]).flags.writeable


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_sound_takes_memory_only_where_it_is_looked_at(tmp_path):
    samples = samples_of(noise(tmp_path / "a.wav", 600)[0])
    before = resident_of_files_mb()
    total = int(samples.astype(np.int64).sum())
    assert resident_of_files_mb() - before > 15
    return_pages(samples[RATE:])
    assert resident_of_files_mb() - before < 2
    assert int(samples.astype(np.int64).sum()) == total


def test_returning_pages_leaves_other_sound_as_it_is():
    samples = np.arange(1000, dtype=np.int16)
    return_pages(samples)
    assert np.array_equal(samples, np.arange(1000))


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on files stands for the full disk")
def test_a_full_disk_is_an_error_that_says_what_to_do(tmp_path):
    path, _ = noise(tmp_path / "a.wav", 60)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (BUFFER, limits[1]))
    try:
        with pytest.raises(OutputError) as caught:
            samples_of(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.code == "output.disk_full"
    assert tempfile.gettempdir() in caught.value.message.zh
    assert caught.value.next_step.en
    assert len(samples_of(path)) == 60 * RATE
