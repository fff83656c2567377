"""Small media files made on the spot, whose every frame says when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

MICROSECONDS = Fraction(1, 1000)
"""Time base of the pictures: milliseconds, fine enough for any variable rate."""


def picture(time_s: float, width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    """Grey whose level tells the time (100 levels of 2, one per 0.1 s, then again), red in the top left corner."""
    level = 20 + 2 * (round(time_s * 10) % 100)
    rgb = np.full((height, width, 3), level, dtype=np.uint8)
    rgb[: height // 4, : width // 4] = (230, 20, 20)
    return rgb


def time_of(rgb: NDArray[np.uint8]) -> float:
    """The time that `picture` wrote, 0..9.9 s, read from the middle of the picture."""
    height, width = rgb.shape[:2]
    middle = rgb[height * 3 // 8 : height * 5 // 8, width * 3 // 8 : width * 5 // 8]
    return round((float(middle.mean()) - 20) / 2) / 10


def red_corner(rgb: NDArray[np.uint8]) -> str:
    """Where the red corner is: "top left", …"""
    height, width = rgb.shape[:2]
    red = rgb[:, :, 0].astype(int) - rgb[:, :, 1] > 100
    rows, columns = np.nonzero(red)
    return f"{'top' if rows.mean() < height / 2 else 'bottom'} {'left' if columns.mean() < width / 2 else 'right'}"


def tone(seconds: float, rate: int = 44_100, channels: int = 2, hertz: float = 440.0) -> NDArray[np.float32]:
    """A sine at half scale, channels x samples."""
    times = np.arange(round(seconds * rate)) / rate
    return np.repeat((0.5 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)[None], channels, axis=0)


def glide(seconds: float, rate: int, low: float = 120.0, high: float = 180.0) -> NDArray[np.float32]:
    """A sine that rises evenly from `low` to `high` Hz, two equal channels x samples."""
    times = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (low * times + (high - low) * times**2 / (2 * seconds))
    return np.repeat((0.5 * np.sin(phase)).astype(np.float32)[None], 2, axis=0)


def every(step_s: float, seconds: float) -> list[float]:
    """Evenly spaced times from 0."""
    return [round(index * step_s, 6) for index in range(round(seconds / step_s))]


def write(
    path: Path,
    *,
    times_s: Sequence[float] = (),
    size: tuple[int, int] = (160, 120),
    video_codec: str = "libx264",
    video_options: dict[str, str] | None = None,
    turn: int = 0,
    pixel_shape: Fraction | None = None,
    draw: Callable[[float, int, int], NDArray[np.uint8]] = picture,
    sound: NDArray[np.float32] | None = None,
    rate: int = 44_100,
    audio_codec: str = "aac",
    sound_starts_s: float = 0.0,
    more_sounds: Sequence[NDArray[np.float32]] = (),
    container_format: str | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a file with pictures at `times_s` and sound from `sound_starts_s`; returns `path`.

    Args:
        turn: degrees that a player must turn the picture anticlockwise (display matrix).
        more_sounds: further audio streams after the first.
    """
    with av.open(str(path), "w", format=container_format, options=container_options or {}) as container:
        pictures = None
        if len(times_s) or sound is None:
            quick = {"libvpx": {"deadline": "realtime", "cpu-used": "8"}, "libx264": {"preset": "veryfast"}}
            options = {**quick.get(video_codec, {}), **(video_options or {})}
            pictures = container.add_stream(video_codec, rate=25, options=options)
            pictures.codec_context.thread_count = 1
            pictures.width, pictures.height = size
            pictures.pix_fmt = "yuv420p"
            pictures.codec_context.time_base = MICROSECONDS
            if pixel_shape is not None:
                pictures.codec_context.sample_aspect_ratio = pixel_shape
            if turn:
                pictures.set_display_rotation(turn)
        tracks = []
        for samples in (sound, *more_sounds):
            if samples is not None:
                layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
                tracks.append((container.add_stream(audio_codec, rate=rate, layout=layout), samples))
                if audio_codec == "wmav2":
                    tracks[-1][0].codec_context.bit_rate = 96_000  # it has no default
        container.start_encoding()
        packets = []
        for time_s in times_s:
            assert pictures is not None
            frame = av.VideoFrame.from_ndarray(draw(time_s, *size), format="rgb24")
            frame.pts, frame.time_base = round(time_s / MICROSECONDS), MICROSECONDS
            packets += pictures.encode(frame)
        if pictures is not None:
            packets += pictures.encode(None)
        for track, samples in tracks:
            packets += encoded(track, samples, rate, sound_starts_s)
        start = [packet for packet in packets if packet.dts is not None]
        for packet in sorted(start, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def encoded(track, samples, rate, starts_s):  # type: ignore[no-untyped-def]
    kind = "s16" if track.format.name.startswith("s16") else "fltp"
    chunk = track.codec_context.frame_size or 1024
    packets = []
    for begin in range(0, samples.shape[1], chunk):
        part = np.ascontiguousarray(samples[:, begin : begin + chunk])
        if kind == "s16":
            part = np.ascontiguousarray((part.T * 32767).astype(np.int16).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(part, format=kind, layout=track.layout.name)
        frame.sample_rate = rate
        frame.pts, frame.time_base = begin + round(starts_s * rate), Fraction(1, rate)
        packets += track.encode(frame)
    return packets + track.encode(None)


def cut(source: Path, target: Path, share: float) -> Path:
    """The first `share` of a file's bytes."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target


def joined(target: Path, *sources: Path) -> Path:
    """Files one after the other in one, as a recorder leaves them that was started again."""
    target.write_bytes(b"".join(source.read_bytes() for source in sources))
    return target


def syllables(seconds: float, rate: int = 44_100, hertz: float = 200.0) -> NDArray[np.float32]:
    """A tone that comes and goes three times a second as a voice does, one channel x samples."""
    times = np.arange(round(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * hertz * times) * (np.sin(2 * np.pi * 3 * times) > 0)
    return wave.astype(np.float32)[None]


def with_matrix(source: Path, target: Path, matrix: tuple[int, int, int, int]) -> Path:
    """An mp4 with another display matrix (a, b, c, d), each -1, 0 or 1, in its track header (ISO 14496-12, 8.3.2)."""
    data = bytearray(source.read_bytes())
    at = data.find(b"tkhd") + 4 + 4 + 20 + 16
    a, b, c, d = (value << 16 for value in matrix)
    data[at : at + 36] = np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], dtype=">i4").tobytes()
    target.write_bytes(data)
    return target
