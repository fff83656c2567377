"""Change a recording in one way only: the picture or the sound.

The stream that is not changed is copied packet by packet, so that what comes from it cannot move by re-encoding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.observations import Box
from interview_engine.assessment.media import SAMPLE_RATE
from models.vision.face import FaceDetector

Picture = NDArray[np.uint8]
Sound = NDArray[np.float32]
PictureChange = Callable[[Picture], Picture]
SoundChange = Callable[[Sound], Sound]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One way to change a recording.

    Args:
        picture: per frame, or None to copy the picture stream; sound: on 16 kHz mono, or None to copy the sound stream.
        height: of the written picture in pixels (0 keeps it).
        frames_per_second: of the written picture (0 keeps each frame): at each tick the frame that is on the screen.
        video_codec, video_kbps; audio_codec, audio_kbps, audio_rate: how the changed stream is encoded.
    """

    name: str
    picture: PictureChange | None = None
    sound: SoundChange | None = None
    height: int = 0
    frames_per_second: int = 0
    video_codec: str = "libx264"
    video_kbps: int = 3000
    audio_codec: str = "pcm_s16le"
    audio_kbps: int = 0
    audio_rate: int = SAMPLE_RATE

    @property
    def changes_picture(self) -> bool:
        """Whether the picture stream is re-encoded."""
        return (
            self.picture is not None or self.height > 0 or self.frames_per_second > 0 or self.video_codec != "libx264"
        )

    @property
    def changes_sound(self) -> bool:
        """Whether the sound stream is re-encoded."""
        return self.sound is not None or self.audio_codec != "pcm_s16le"


def write(source: Path, target: Path, change: Perturbation, *, with_picture: bool = True) -> None:
    """Write `source` with the change applied into `target` (Matroska), or its sound alone."""
    pictures, sounds = source, source
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        if change.changes_picture and _has(source, "video"):
            pictures = Path(folder) / "picture.mkv"
            with av.open(str(source)) as given, av.open(str(pictures), "w", format="matroska") as made:
                _picture(given, made, change)
        if change.changes_sound and _has(source, "audio"):
            sounds = Path(folder) / "sound.mkv"
            sound = sound_of(source)
            write_sound(sounds, sound if change.sound is None else change.sound(sound), change)
        join(pictures if with_picture else None, sounds, target)


def join(pictures: Path | None, sounds: Path, target: Path, until_s: float = float("inf")) -> None:
    """Write `target`: the packets of one file's picture and of one file's sound as they are, up to a time."""
    with ExitStack() as stack:
        made = stack.enter_context(av.open(str(target), "w", format="matroska"))
        chosen = []
        for path, kind in ((pictures, "video"), (sounds, "audio")):
            file: Any = stack.enter_context(av.open(str(path))) if path else None
            stream = next((one for one in file.streams if one.type == kind), None) if file else None
            if stream is not None:
                chosen.append((file, stream, made.add_stream_from_template(stream)))
        packets = [
            (float(packet.dts * packet.time_base), packet, out)
            for file, stream, out in chosen
            for packet in _with_times([packet for packet in file.demux(stream) if packet.size])
        ]
        for time_s, packet, out in sorted(packets, key=lambda one: one[0]):
            if time_s < until_s:
                packet.stream = out
                made.mux(packet)


def _with_times(packets: list[Any]) -> list[Any]:
    """The packets of a stream, each with a decoding time: Matroska leaves out those of the first reordered pictures."""
    known = [packet.dts for packet in packets if packet.dts is not None][:2] or [0]
    step = known[-1] - known[0] or 1
    unknown = [packet for packet in packets if packet.dts is None]
    for place, packet in enumerate(unknown):
        packet.dts = known[0] - step * (len(unknown) - place)
    return packets


def _has(path: Path, kind: str) -> bool:
    with av.open(str(path)) as file:
        return any(stream.type == kind for stream in file.streams)


def _picture(given: Any, made: Any, change: Perturbation) -> None:
    stream = given.streams.video[0]
    out = None
    for time_s, frame in _frames(given, stream, change.frames_per_second):
        rgb = frame.to_ndarray(format="rgb24")
        if change.height:
            width = 2 * round(rgb.shape[1] * change.height / rgb.shape[0] / 2)
            smooth = cv2.INTER_AREA if change.height < rgb.shape[0] else cv2.INTER_CUBIC
            rgb = cv2.resize(rgb, (width, change.height), interpolation=smooth)
        if change.picture is not None:
            rgb = change.picture(rgb)
        rgb = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2]
        if out is None:
            out = _video_stream(made, change, rgb.shape[1], rgb.shape[0], stream.average_rate)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        picture.pts = round(time_s / out.codec_context.time_base)
        picture.time_base = out.codec_context.time_base
        made.mux(out.encode(picture))
    if out is not None:
        made.mux(out.encode(None))


def _frames(given: Any, stream: Any, frames_per_second: int) -> Iterator[tuple[float, Any]]:
    """Time in seconds and frame; at even ticks where a rate is asked for."""
    tick, shown = 0, None
    for frame in given.decode(stream):
        time_s = frame.time or 0.0
        if not frames_per_second:
            yield time_s, frame
            continue
        while shown is not None and tick / frames_per_second < time_s - 1e-6:
            yield tick / frames_per_second, shown
            tick += 1
        shown = frame
    if shown is not None and frames_per_second:
        yield tick / frames_per_second, shown


def _video_stream(made: Any, change: Perturbation, width: int, height: int, rate: Fraction | None) -> Any:
    options = {"preset": "ultrafast", "threads": "1"} if change.video_codec == "libx264" else {}
    out = made.add_stream(change.video_codec, rate=change.frames_per_second or rate or 25, options=options)
    out.width, out.height, out.pix_fmt = width, height, "yuv420p"
    out.bit_rate = 1000 * change.video_kbps
    out.codec_context.time_base = Fraction(1, 1000)
    return out


def write_sound(path: Path, samples: Sound, change: Perturbation | None = None) -> None:
    """Encode 16 kHz mono sound into a file (Matroska) as the change says, PCM without one."""
    with av.open(str(path), "w", format="matroska") as made:
        _sound(made, samples, change or Perturbation("plain"))


def _sound(made: Any, samples: Sound, how: Perturbation) -> None:
    out = made.add_stream(how.audio_codec, rate=how.audio_rate)
    out.layout = "mono"
    if how.audio_kbps:
        out.bit_rate = 1000 * how.audio_kbps
    resampler = av.AudioResampler(out.codec_context.format, "mono", how.audio_rate, frame_size=_frame_size(out))
    whole = av.AudioFrame.from_ndarray(
        (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
    )
    whole.sample_rate = SAMPLE_RATE
    whole.pts = 0
    for piece in [*resampler.resample(whole), *resampler.resample(None)]:
        made.mux(out.encode(piece))
    made.mux(out.encode(None))


def _frame_size(stream: Any) -> int | None:
    stream.codec_context.open(strict=False)
    return stream.codec_context.frame_size or None


def sound_of(path: Path) -> Sound:
    """The first audio stream of a file as 16 kHz mono."""
    with av.open(str(path)) as given:
        return np.concatenate([*_samples(given), np.zeros(0, dtype=np.float32)])


def _samples(given: Any) -> Iterator[Sound]:
    resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)
    for frame in given.decode(given.streams.audio[0]):
        for piece in resampler.resample(frame):
            yield piece.to_ndarray().reshape(-1).astype(np.float32)
    for piece in resampler.resample(None):
        yield piece.to_ndarray().reshape(-1).astype(np.float32)


def face_blur(faces: FaceDetector) -> PictureChange:
    """Blur every face beyond recognition (a box blur of a third of the face's width)."""

    def blur(rgb: Picture) -> Picture:
        out = rgb.copy()
        height, width = rgb.shape[:2]
        for box in faces.find([rgb])[0]:
            left, right = max(0, int(box.left * width)), min(width, int(box.right * width))
            top, bottom = max(0, int(box.top * height)), min(height, int(box.bottom * height))
            if right > left and bottom > top:
                side = max(3, (right - left) // 3)
                out[top:bottom, left:right] = cv2.blur(out[top:bottom, left:right], (side, side))
        return out

    return blur


HEAD = 0.45
"""How far a head reaches beyond the box of its face, in shares of the box: above and at the sides; half of it below."""


def head_of(rgb: Picture, faces: FaceDetector) -> Picture:
    """The head in a picture, as wide and high as `face_swap` pastes it.

    Raises:
        ValueError: there is no face.
    """
    found = faces.find([rgb])[0]
    if not found:
        raise ValueError("no face in the picture")
    top, bottom, left, right = _head(found[0], rgb)
    return rgb[top:bottom, left:right].copy()


def face_swap(faces: FaceDetector, drawn: Picture) -> PictureChange:
    """Put another head over every face: `drawn`, stretched over the head in an ellipse with a soft edge. A picture in
    which no face is found keeps the head where it was last."""
    last: list[Box] = []

    def swap(rgb: Picture) -> Picture:
        nonlocal last
        last = list(faces.find([rgb])[0]) or last
        out = rgb.copy()
        for box in last:
            top, bottom, left, right = _head(box, rgb)
            if right - left < 2 or bottom - top < 2:
                continue
            size = (right - left, bottom - top)
            mask = np.zeros((size[1], size[0]), dtype=np.float32)
            cv2.ellipse(mask, (size[0] // 2, size[1] // 2), (size[0] // 2, size[1] // 2), 0, 0, 360, 1.0, -1)
            mask = cv2.GaussianBlur(mask, (0, 0), max(1.0, size[0] / 40))[..., None] * mask[..., None]
            under = out[top:bottom, left:right].astype(np.float32)
            over = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            out[top:bottom, left:right] = np.clip(mask * over + (1 - mask) * under, 0, 255).astype(np.uint8)
        return out

    return swap


def _head(box: Box, rgb: Picture) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the head round the box of a face, in pixels inside the picture."""
    height, width = rgb.shape[:2]
    high, wide = box.bottom - box.top, box.right - box.left
    top, bottom = box.top - HEAD * high, box.bottom + HEAD / 2 * high
    left, right = box.left - HEAD / 2 * wide, box.right + HEAD / 2 * wide
    return (
        max(0, int(top * height)),
        min(height, int(bottom * height)),
        max(0, int(left * width)),
        min(width, int(right * width)),
    )


def flip(rgb: Picture) -> Picture:
    """Mirror left and right."""
    return np.ascontiguousarray(rgb[:, ::-1])


def brightness(factor: float) -> PictureChange:
    """Multiply all values, clipped."""
    return lambda rgb: np.clip(rgb.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def pitch(semitones: float) -> SoundChange:
    """Shift the pitch, formants with it, at the same speed: played faster or slower, then stretched back in time by
    overlapping pieces of the wave (FFmpeg's atempo, WSOLA).

    A phase vocoder was tried and left out: its smearing, not the pitch, made recognition fail (CER .26 and .32 instead
    of .03 and .01 on one Mandarin answer).
    """
    ratio = 2.0 ** (semitones / 12.0)
    filters = (
        ("asetrate", str(round(SAMPLE_RATE * ratio))),
        ("aresample", str(SAMPLE_RATE)),
        ("atempo", f"{1 / ratio:.6f}"),
        ("aformat", "sample_fmts=flt:channel_layouts=mono"),
    )

    def shift(samples: Sound) -> Sound:
        graph = av.filter.Graph()
        chain: list[Any] = [
            graph.add_abuffer(sample_rate=SAMPLE_RATE, format="flt", layout="mono", time_base=Fraction(1, SAMPLE_RATE)),
            *(graph.add(name, argument) for name, argument in filters),
            graph.add("abuffersink"),
        ]
        for one, following in pairwise(chain):
            one.link_to(following)
        graph.configure()
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1).astype(np.float32), format="flt", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        graph.push(frame)
        graph.push(None)
        shifted: Sound = np.concatenate([*_pulled(graph), np.zeros(len(samples), dtype=np.float32)])
        return shifted[: len(samples)]

    return shift


def _pulled(graph: Any) -> Iterator[Sound]:
    while True:
        try:
            yield graph.pull().to_ndarray().reshape(-1)
        except (av.error.EOFError, av.error.BlockingIOError):
            return


def telephone(samples: Sound) -> Sound:
    """300–3400 Hz at 8 kHz with 8-bit mu-law, as G.711 carries it."""
    import soxr
    from scipy.signal import butter, sosfiltfilt

    narrow = soxr.resample(samples, SAMPLE_RATE, 8000)
    band = sosfiltfilt(butter(4, [300, 3400], "bandpass", fs=8000, output="sos"), narrow)
    mu = np.sign(band) * np.log1p(255 * np.abs(np.clip(band, -1, 1))) / np.log(256)
    coded = np.round(mu * 127) / 127
    linear = np.sign(coded) * (np.exp(np.abs(coded) * np.log(256)) - 1) / 255
    heard: Sound = soxr.resample(linear.astype(np.float32), 8000, SAMPLE_RATE)
    return heard


def noise(babble: Sound, snr_db: float) -> SoundChange:
    """Add café babble (other people speaking at once) at a fixed ratio of powers over the whole answer."""

    def add(samples: Sound) -> Sound:
        looped = np.resize(babble, len(samples))
        power, of_noise = float(np.mean(samples**2)), float(np.mean(looped**2))
        if not power or not of_noise:
            return samples
        factor = np.sqrt(power / of_noise / 10 ** (snr_db / 10))
        mixed: Sound = (samples + factor * looped).astype(np.float32)
        return mixed / max(1.0, float(np.abs(mixed).max()))

    return add
