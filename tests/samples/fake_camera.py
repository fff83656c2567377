"""A real clip as the fake camera and microphone of a headless Chromium: .y4m pictures and a .wav, made at test time."""

from __future__ import annotations

import shutil
import wave
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

RATE = 48_000
FRAMES_PER_S = 15


def write_y4m(clip: Path, path: Path, *, size: tuple[int, int] = (320, 240), seconds: float = 8.0) -> None:
    """The clip's pictures, scaled, at an even 15 a second, as YUV4MPEG2 4:2:0 (what Chromium reads as a camera)."""
    width, height = size
    with av.open(str(clip)) as source, path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES_PER_S}:1 Ip A1:1 C420mpeg2\n".encode())
        due_s = 0.0
        for frame in source.decode(video=0):
            if frame.time is None or frame.time < due_s:
                continue
            planes = frame.reformat(width, height, "yuv420p").to_ndarray()
            file.write(b"FRAME\n" + planes.tobytes())
            due_s += 1 / FRAMES_PER_S
            if due_s >= seconds:
                return


def write_wav(clip: Path, path: Path) -> None:
    """The clip's sound, mono, 48 kHz, 16 bit."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(clip)) as source, wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for frame in source.decode(audio=0):
            for made in resampler.resample(frame):
                file.writeframes(made.to_ndarray().tobytes())


@contextmanager
def camera_browser(pictures: Path, sound: Path) -> Iterator[Browser]:
    """A Chromium whose camera and microphone play these files, over and over, and which allows them to every page."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on this machine (apt-get install -y chromium)")
    more = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={pictures}",
        f"--use-file-for-fake-audio-capture={sound}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, *more])
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
