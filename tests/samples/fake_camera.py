"""A headless Chromium with a real clip before its camera and microphone, and what a recording of it shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.resampler import AudioResampler
from chromium import ARGUMENTS
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from bench.browser import at_equal_priority
from bench.camera_files import FRAMES_PER_S, RATE, camera_flags, write_wav, write_y4m

__all__ = ["FRAMES_PER_S", "write_wav", "write_y4m"]


@contextmanager
def camera_browser(pictures: Path, sound: Path) -> Iterator[Browser]:
    """A Chromium whose camera and microphone play these files, over and over, and which allows them to every page."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on this machine (apt-get install -y chromium)")
    at_equal_priority()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *camera_flags(pictures, sound)]
        )
        yield browser
        browser.close()


def grey_pictures(path: Path, *, every_s: float, size: tuple[int, int] = (32, 24)) -> NDArray[np.float64]:
    """Pictures of a recording at even times as small grey ones, times x height x width, 0..255, for comparing."""
    found: list[NDArray[np.float64]] = []
    with av.open(str(path)) as source:
        due_s = 0.0
        for frame in source.decode(video=0):
            if frame.time is None or frame.time < due_s:
                continue
            found.append(frame.reformat(*size, format="gray").to_ndarray().astype(np.float64))
            due_s = frame.time + every_s
    return np.array(found)


def likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Correlation of two grey pictures, -1..1."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def loudness_db(path: Path) -> float:
    """Root mean square of a recording's sound, dB re full scale."""
    total, count = 0.0, 0
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as source:
        for frame in source.decode(audio=0):
            for made in resampler.resample(frame):
                samples = made.to_ndarray().astype(np.float64)
                total, count = total + float((samples**2).sum()), count + samples.size
    return float(10 * np.log10(total / count + 1e-12)) if count else -120.0


def duration_s(path: Path) -> float:
    """Length that the container states."""
    with av.open(str(path)) as source:
        assert source.duration is not None
        return source.duration / av.time_base
