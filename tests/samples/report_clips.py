"""Small clips made on the spot: a bar that walks across the picture, and a tone. For tests of playing and copying."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000
FAST = {"preset": "ultrafast", "deadline": "realtime", "cpu-used": "8"}
"""Of each encoder's options the ones it knows."""
FRAMES_PER_SECOND = 12


def make_clip(
    path: Path,
    *,
    seconds: float = 3.0,
    video: str | None = "libvpx",
    audio: str | None = "libopus",
    format: str | None = None,
    options: dict[str, str] | None = None,
    size: tuple[int, int] = (160, 90),
    begin_s: float = 0.0,
) -> Path:
    """Encode a clip. `begin_s` is the time of the first frame in the container."""
    with av.open(str(path), "w", format=format, options=options or {}) as out:
        known = {"libx264": ("preset",), "libx265": ("preset",), "mpeg4": ()}.get(video or "", ("deadline", "cpu-used"))
        fast = {name: FAST[name] for name in known}
        picture = out.add_stream(video, rate=FRAMES_PER_SECOND, options=fast) if video else None
        if picture is not None:
            picture.width, picture.height = size
            picture.pix_fmt = "yuv420p"
            picture.codec_context.thread_count = 1
        sound = out.add_stream(audio, rate=RATE) if audio else None
        if sound is not None:
            sound.layout = "mono"
        for second in range(math.ceil(seconds)):
            # a second of each in turn, as recorders do: players give up on files with all of one stream first
            if picture is not None:
                last = min(seconds, second + 1)
                for index in range(second * FRAMES_PER_SECOND, round(last * FRAMES_PER_SECOND)):
                    share = index / (seconds * FRAMES_PER_SECOND)
                    out.mux(picture.encode(_frame(size, share, index + round(begin_s * FRAMES_PER_SECOND))))
            if sound is not None:
                step = sound.codec_context.frame_size or 960
                first = math.ceil(second * RATE / step) * step
                for start in range(first, round(min(seconds, second + 1) * RATE), step):
                    out.mux(sound.encode(_tone(sound.codec_context.format.name, start, step, begin_s)))
        for stream in (picture, sound):
            if stream is not None:
                out.mux(stream.encode(None))
    return path


def _frame(size: tuple[int, int], share: float, pts: int) -> av.VideoFrame:
    """A grey picture with a red top and a bar at `share` of the way across."""
    width, height = size
    rgb = np.full((height, width, 3), 40, dtype=np.uint8)
    at = round((width - 20) * share)
    rgb[:, at : at + 20] = 200
    rgb[: height // 4] = (180, 60, 60)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    frame.time_base = Fraction(1, FRAMES_PER_SECOND)
    frame.pts = pts
    return frame


def _tone(sample_format: str, start: int, count: int, begin_s: float) -> av.AudioFrame:
    """`count` samples of 220 Hz from sample `start`, in the encoder's format."""
    samples = (0.2 * np.sin(2 * np.pi * 220 * (start + np.arange(count)) / RATE)).astype(np.float32)
    planar = sample_format.startswith("flt")
    data = samples[None, :] if planar else (samples * 32767).astype(np.int16)[None, :]
    tone = av.AudioFrame.from_ndarray(data, format="fltp" if planar else "s16", layout="mono")
    tone.sample_rate = RATE
    tone.time_base = Fraction(1, RATE)
    tone.pts = start + round(begin_s * RATE)
    return tone


def turn_mp4(path: Path) -> None:
    """Set the display matrix of every track to a quarter turn, as a phone held upright writes it."""
    data = bytearray(path.read_bytes())
    straight = b"\x00\x01\x00\x00" + bytes(12) + b"\x00\x01\x00\x00" + bytes(12) + b"\x40\x00\x00\x00"
    turned = bytes(4) + b"\x00\x01\x00\x00" + bytes(4) + b"\xff\xff\x00\x00" + bytes(16) + b"\x40\x00\x00\x00"
    at = data.find(b"tkhd")
    while at >= 0:
        matrix = data.find(straight, at)
        data[matrix : matrix + 36] = turned
        at = data.find(b"tkhd", at + 4)
    path.write_bytes(bytes(data))
