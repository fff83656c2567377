"""Change a recording in one way only: the picture or the sound.

The stream that is not changed is copied packet by packet, so that what comes from it cannot move by re-encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from models.face import FaceDetector

Picture = NDArray[np.uint8]
Sound = NDArray[np.float32]
PictureChange = Callable[[Picture], Picture]
SoundChange = Callable[[Sound], Sound]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One way to change a recording.

    Args:
        picture: per frame, or None to copy the picture stream; sound: on 16 kHz mono, or None to copy the sound stream.
        height: of the written picture (0 keeps it); every: keep every n-th frame.
        video_codec, video_kbps; audio_codec, audio_kbps, audio_rate: how the changed stream is encoded.
    """

    name: str
    picture: PictureChange | None = None
    sound: SoundChange | None = None
    height: int = 0
    every: int = 1
    video_codec: str = "libx264"
    video_kbps: int = 3000
    audio_codec: str = "pcm_s16le"
    audio_kbps: int = 0
    audio_rate: int = SAMPLE_RATE

    @property
    def changes_picture(self) -> bool:
        """Whether the picture stream is written anew."""
        return self.picture is not None or self.height > 0 or self.every > 1 or self.video_codec != "libx264"

    @property
    def changes_sound(self) -> bool:
        """Whether the sound stream is written anew."""
        return self.sound is not None or self.audio_codec != "pcm_s16le"


def write(source: Path, target: Path, change: Perturbation) -> None:
    """Write `source` with the change applied into `target` (Matroska)."""
    with av.open(str(source)) as given, av.open(str(target), "w", format="matroska") as made:
        if given.streams.video:
            _picture(source, given, made, change) if change.changes_picture else _copy(given, made, "video")
    with av.open(str(source)) as given, av.open(str(target)) as pictures:
        both = target.with_suffix(".both.mkv")
        with av.open(str(both), "w", format="matroska") as made:
            _copy_all(pictures, made)
            if given.streams.audio:
                _sound(given, made, change) if change.changes_sound else _copy(given, made, "audio")
    both.replace(target)


def _copy(given: Any, made: Any, kind: str) -> None:
    stream = next(stream for stream in given.streams if stream.type == kind)
    out = made.add_stream_from_template(stream)
    for packet in given.demux(stream):
        if packet.dts is not None:
            packet.stream = out
            made.mux(packet)


def _copy_all(given: Any, made: Any) -> None:
    if given.streams.video:
        _copy(given, made, "video")


def _picture(source: Path, given: Any, made: Any, change: Perturbation) -> None:
    stream = given.streams.video[0]
    rate = stream.average_rate or Fraction(25)
    out = None
    for index, frame in enumerate(given.decode(stream)):
        if index % change.every:
            continue
        rgb = frame.to_ndarray(format="rgb24")
        if change.height:
            width = 2 * round(rgb.shape[1] * change.height / rgb.shape[0] / 2)
            rgb = cv2.resize(rgb, (width, change.height), interpolation=cv2.INTER_AREA)
        if change.picture is not None:
            rgb = change.picture(rgb)
        rgb = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2]
        if out is None:
            out = made.add_stream(change.video_codec, rate=rate)
            out.width, out.height, out.pix_fmt = rgb.shape[1], rgb.shape[0], "yuv420p"
            out.bit_rate = 1000 * change.video_kbps
            out.time_base = Fraction(1, 1000)
            out.codec_context.time_base = Fraction(1, 1000)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        picture.pts = round(1000 * (frame.time or 0.0))
        picture.time_base = Fraction(1, 1000)
        made.mux(out.encode(picture))
    if out is not None:
        made.mux(out.encode(None))


def _sound(given: Any, made: Any, change: Perturbation) -> None:
    samples = np.concatenate([*_samples(given), np.zeros(0, dtype=np.float32)])
    if change.sound is not None:
        samples = change.sound(samples)
    out = made.add_stream(change.audio_codec, rate=change.audio_rate)
    out.layout = "mono"
    if change.audio_kbps:
        out.bit_rate = 1000 * change.audio_kbps
    resampler = av.AudioResampler(out.codec_context.format, "mono", change.audio_rate, frame_size=_frame_size(out))
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
        for box in faces.find(rgb):
            left, right = max(0, int(box.left * width)), min(width, int(box.right * width))
            top, bottom = max(0, int(box.top * height)), min(height, int(box.bottom * height))
            if right > left and bottom > top:
                side = max(3, (right - left) // 3)
                out[top:bottom, left:right] = cv2.blur(out[top:bottom, left:right], (side, side))
        return out

    return blur


def flip(rgb: Picture) -> Picture:
    """Mirror left and right."""
    return np.ascontiguousarray(rgb[:, ::-1])


def brightness(factor: float) -> PictureChange:
    """Multiply all values, clipped."""
    return lambda rgb: np.clip(rgb.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def pitch(semitones: float) -> SoundChange:
    """Shift the pitch at the same speed (phase vocoder)."""

    def shift(samples: Sound) -> Sound:
        from librosa.effects import pitch_shift

        shifted: Sound = pitch_shift(samples, sr=SAMPLE_RATE, n_steps=semitones).astype(np.float32)
        return shifted

    return shift


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
