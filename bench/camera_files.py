"""A clip as what Chromium takes for a camera and a microphone: pictures as .y4m, sound as .wav."""

from __future__ import annotations

import wave
from pathlib import Path

import av
from av.audio.resampler import AudioResampler

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


def camera_flags(pictures: Path, sound: Path) -> list[str]:
    """What Chromium is started with so that its camera and microphone play these files, over and over."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={pictures}",
        f"--use-file-for-fake-audio-capture={sound}",
    ]
