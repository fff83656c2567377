"""Puts a figure, its motion and its voice together and writes the recording.

`bitexact` keeps the muxers from writing random stream numbers, so that a second run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from soxr import resample

from bench.demo_making.face_paint import Paint, find_points, on_body, paint
from bench.demo_making.figure import Floats, build, rotation
from bench.demo_making.hair import Style, grow
from bench.demo_making.motion import Motion
from bench.demo_making.room import Room, label, room
from bench.demo_making.stage import Image, Lighting, Look, Stage, perspective, unit
from bench.demo_making.voice import SAMPLE_RATE, Samples

SIZE = (640, 480)
FRAMES_PER_SECOND = 12
_STRANDS = 10_000


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything that makes one figure recognisable.

    Args:
        shape: targets of the base mesh. rest_units: face units that are always a little deflected (a lived-in face).
        zoom_degrees: vertical angle of view; camera: offset (dm) from the head at eye height.
    """

    shape: Mapping[str, float]
    rest_units: Mapping[str, float]
    style: Style
    look: Look
    paint: Paint
    room: Room
    lighting: Lighting
    zoom_degrees: float
    camera: tuple[float, float, float]


class Actor:
    """A painted figure in front of a room, ready to be filmed."""

    def __init__(self, cast: Cast, data: Path, landmarker: Path, text: str, seed: int) -> None:
        self._cast = cast
        self.figure = build(data, cast.shape)
        self._stage = Stage(SIZE, self.figure, grow(self.figure, cast.style, _STRANDS, seed), cast.look, cast.lighting)
        self._room = room(SIZE, cast.room, seed)
        self._label = label(SIZE, text)
        self._paint(landmarker, seed)

    def picture(self, head: Floats, shift: Floats, gaze: Floats, units: Mapping[str, float]) -> Image:
        """One labelled frame (h, w, 3) RGB: head (3,) radians, shift (3,) dm, gaze (2,) radians off the camera."""
        cast, joints = self._cast, self.figure.joints
        eyes = (joints["l-eye"] + joints["r-eye"]) / 2
        camera = eyes + np.array(cast.camera)
        target = eyes + np.array([cast.camera[0] * 0.4, -0.42, 0.0])
        drawn = self._draw(head, shift, gaze, units, camera, target, cast.zoom_degrees)
        colour, cover = self._label
        return np.asarray((drawn * (1 - cover) + colour * cover + 0.5).astype(np.uint8))

    def frames(self, motion: Motion) -> Iterator[Image]:
        """The frames of a motion."""
        for index in range(len(motion.head)):
            units = {name: float(values[index]) for name, values in motion.units.items()}
            yield self.picture(motion.head[index], motion.shift[index], motion.gaze[index], units)

    def _draw(
        self,
        head: Floats,
        shift: Floats,
        gaze: Floats,
        units: Mapping[str, float],
        camera: Floats,
        target: Floats,
        zoom: float,
    ) -> Image:
        turn = rotation(*head)
        pivot = self.figure.joints["neck"]
        matrix = np.eye(4)
        matrix[:3, :3] = turn
        matrix[:3, 3] = pivot + shift - turn @ pivot
        together = dict(self._cast.rest_units)
        for name, amount in units.items():
            together[name] = min(together.get(name, 0.0) + amount, 1.0)
        vertices = self.figure.turn(self.figure.shape(together), turn, shift)
        looks = []
        for side in ("l-eye", "r-eye"):
            eye = matrix[:3, :3] @ self.figure.joints[side] + matrix[:3, 3]
            looks.append(rotation(float(gaze[0]), float(gaze[1]), 0.0) @ unit(camera - eye))
        return self._stage.draw(vertices, matrix, camera, target, zoom, np.array(looks), self._room)

    def _paint(self, landmarker: Path, seed: int) -> None:
        joints = self.figure.joints
        eyes = (joints["l-eye"] + joints["r-eye"]) / 2
        camera, zoom = eyes + np.array([0.0, 0.0, 9.0]), 14.0
        still = np.zeros(3)
        plain = self._draw(still, still, np.zeros(2), {}, camera, eyes, zoom)
        view = perspective(camera, eyes, zoom, SIZE[0] / SIZE[1])
        points = on_body(find_points(plain, landmarker), self.figure, view, SIZE)
        self._stage.paint(*paint(points, self._cast.paint, seed))


def write_mp4(path: Path, frames: Iterator[Image], samples: Samples) -> None:
    """H.264 and AAC at a constant 12 frames a second."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        out.metadata["comment"] = "synthetic demo recording"
        video = out.add_stream("libx264", rate=FRAMES_PER_SECOND)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.options = {"crf": "25", "preset": "medium", "threads": "1", "x264-params": "keyint=120:no-scenecut=1"}
        audio = out.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        audio.bit_rate = 48_000
        packets = _audio_packets(audio, samples, SAMPLE_RATE)
        for index, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FRAMES_PER_SECOND)
            packets += video.encode(frame)
        _mux(out, packets + video.encode())


def write_browser_webm(path: Path, frames: Iterator[Image], times: Floats, samples: Samples) -> None:
    """VP8 and Opus the way a browser's recorder streams them: no duration, no cues, uneven millisecond timestamps."""
    with (
        path.open("wb") as sink,
        av.open(_Stream(sink.write), "w", format="webm", options={"live": "1", "fflags": "+bitexact"}) as out,
    ):
        out.metadata["comment"] = "synthetic demo recording"
        video = out.add_stream("libvpx", rate=1000)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        video.bit_rate = 220_000
        video.options = {"deadline": "good", "cpu-used": "2", "threads": "1", "g": "120"}
        audio = out.add_stream("libopus", rate=48_000, layout="mono")
        audio.bit_rate = 32_000
        packets = []
        for picture, time in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            packets += video.encode(frame)
        packets += video.encode()
        sound = resample(samples, SAMPLE_RATE, 48_000)
        packets += _audio_packets(audio, sound, 48_000)
        _mux(out, packets)


def write_audio(path: Path, samples: Samples) -> None:
    """A voice recording: AAC in .m4a, Opus in .ogg."""
    opus = path.suffix == ".ogg"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as out:
        out.metadata["comment"] = "synthetic demo recording"
        rate = 48_000 if opus else SAMPLE_RATE
        stream = out.add_stream("libopus" if opus else "aac", rate=rate, layout="mono")
        stream.bit_rate = 32_000 if opus else 48_000
        _mux(out, _audio_packets(stream, resample(samples, SAMPLE_RATE, rate) if opus else samples, rate))


class _Stream:
    """A sink that cannot be rewound, so that no duration can be written afterwards."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self.write = write


def _audio_packets(stream: av.AudioStream, samples: Samples, rate: int) -> list[Any]:
    packets = []
    for start in range(0, len(samples), 960):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        packets += stream.encode(frame)
    return packets + stream.encode()


def _mux(out: av.container.OutputContainer, packets: Iterable[Any]) -> None:
    for packet in sorted(packets, key=lambda packet: float(packet.dts * packet.time_base)):
        out.mux(packet)
