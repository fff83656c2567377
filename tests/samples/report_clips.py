"""Small clips made on the spot: a bar that walks across the picture, and a tone. For tests of playing and copying."""

from __future__ import annotations

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
        sound = out.add_stream(audio, rate=RATE) if audio else None
        if sound is not None:
            sound.layout = "mono"
        if picture is not None:
            for index in range(round(seconds * FRAMES_PER_SECOND)):
                rgb = np.full((size[1], size[0], 3), 40, dtype=np.uint8)
                at = round((size[0] - 20) * index / (seconds * FRAMES_PER_SECOND))
                rgb[:, at : at + 20] = 200
                rgb[: size[1] // 4] = (180, 60, 60)
                frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
                frame.time_base = Fraction(1, FRAMES_PER_SECOND)
                frame.pts = index + round(begin_s * FRAMES_PER_SECOND)
                out.mux(picture.encode(frame))
            out.mux(picture.encode(None))
        if sound is not None:
            step = sound.codec_context.frame_size or 960
            for start in range(0, round(seconds * RATE), step):
                time = (start + np.arange(step)) / RATE
                samples = (0.2 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
                planar = sound.codec_context.format.name.startswith("flt")
                data = samples[None, :] if planar else (samples * 32767).astype(np.int16)[None, :]
                tone = av.AudioFrame.from_ndarray(data, format="fltp" if planar else "s16", layout="mono")
                tone.sample_rate = RATE
                tone.time_base = Fraction(1, RATE)
                tone.pts = start + round(begin_s * RATE)
                out.mux(sound.encode(tone))
            out.mux(sound.encode(None))
    return path


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
