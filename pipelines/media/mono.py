"""Decoded audio frames of any format to one 16 kHz mono track on the container's clock."""

from __future__ import annotations

import contextlib
import mmap
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE
from pipelines.media.channels import mono
from pipelines.media.container import seconds
from pipelines.media.continuity import LeftOut
from pipelines.writing import writing

GAP_S = 0.1
"""A frame's time may differ by this much from where the samples before it end before silence is put in or sound is left
out; FFmpeg's own `aresample=async` takes the same step. Smaller differences are rounding (webm counts milliseconds)."""

BUFFER = 1 << 18
"""Bytes (8 s) that are written at a time."""


class MonoSound:
    """Collects frames in the order they are decoded and keeps every sample at its time.

    Sound that starts late, or pauses, gets silence; sound that overlaps what is there is left out, and told; sound
    before t = 0 or after `end_s` is cut to the sample. Channels are kept until the end, when it is known how they
    go together (`channels.mono`). What was collected lies in a temporary file without a name, which is mapped: a long
    answer's sound takes memory only where it is looked at (`pipelines.memory.return_pages`).

    Args:
        end_s: where to stop, seconds from t = 0, or None.
        left_out: called with "sound" and the seconds of what overlaps or cannot be converted.

    Attributes:
        origin_s: the time on the container's clock that is t = 0; another for the next container of the recording.
    """

    def __init__(self, end_s: float | None, left_out: LeftOut) -> None:
        self.origin_s = 0.0
        self._left_out = left_out
        self._end = None if end_s is None else round(end_s * SAMPLE_RATE)
        self._folder = Path(tempfile.gettempdir())
        self._file: IO[bytes] | None = None
        self._stretches: list[tuple[tuple[str, ...], int]] = []
        self._written = 0
        self._names: tuple[str, ...] = ("FC",)
        self._resampler: av.AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._next = 0.0
        self._cut = 0

    @property
    def end_s(self) -> float:
        """Seconds from t = 0 to the end of what was collected."""
        return self._next / SAMPLE_RATE

    @property
    def complete(self) -> bool:
        """Whether everything up to the window's end is there."""
        return self._end is not None and self._next >= self._end

    def add(self, frame: AudioFrame) -> None:
        """Take one decoded frame.

        Raises:
            OutputError: the folder of temporary files is full.
        """
        if self.complete or not frame.samples or not frame.sample_rate:
            return
        length = frame.samples * SAMPLE_RATE / frame.sample_rate
        start = self._start_of(frame)
        if start + length <= 0:
            return
        first = self._form is None
        if first or start - self._next > GAP_S * SAMPLE_RATE:
            self._restart(start)
        elif self._next - start > GAP_S * SAMPLE_RATE:
            self._left_out("sound", length / SAMPLE_RATE)
            return
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            self._drain()
            layout = frame.layout
            self._names = tuple(channel.name for channel in layout.channels)
            self._resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE)
            self._form = form
        frame.pts = None
        if self._convert(frame):
            self._next += length
        else:
            self._left_out("sound", length / SAMPLE_RATE)

    def samples(self) -> NDArray[np.int16]:
        """Everything collected, as one channel, not to be written to; nothing can be added afterwards.

        Raises:
            OutputError: the folder of temporary files is full.
        """
        self._drain()
        total = self._written if self._end is None else min(self._written, self._end)
        if self._file is None or not total:
            return np.empty(0, dtype=np.int16)
        with self._file as file:
            mapped = self._mapped(file)
        if all(len(names) == 1 for names, _ in self._stretches):
            return np.frombuffer(mapped, np.int16, count=total)
        with tempfile.TemporaryFile(buffering=BUFFER, dir=self._folder) as file:
            with writing(self._folder):
                for block in self._as_mono(np.frombuffer(mapped, np.int16)):
                    file.write(block.data)
            return np.frombuffer(self._mapped(file), np.int16, count=total)

    def forget(self) -> None:
        """Let go of what was collected and of the caller; nothing can be added or asked for afterwards."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk says once more what `add` has said
                self._file.close()
        self._resampler = None
        del self._left_out

    def _mapped(self, file: IO[bytes]) -> mmap.mmap:
        with writing(self._folder):
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def _as_mono(self, collected: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
        at = 0
        for names, count in self._stretches:
            stretch = collected[at : at + len(names) * count]
            at += len(names) * count
            if len(names) == 1:
                yield stretch
            else:
                yield from mono(stretch.reshape(-1, len(names)), names)

    def _start_of(self, frame: AudioFrame) -> float:
        """Where the frame belongs, in samples of the track; without a time of its own it follows the one before."""
        time_base = frame.time_base  # PyAV builds a new object on every access
        if frame.pts is None or time_base is None:
            return self._next
        return (seconds(frame.pts, time_base) - self.origin_s) * SAMPLE_RATE

    def _restart(self, start: float) -> None:
        """Continue at `start`: silence up to there, or, before t = 0, that much to cut from what comes."""
        self._drain()
        self._form = None
        self._next = start
        if start < 0:
            self._cut = round(-start)
            return
        silence = round(start) - self._written
        if self._end is not None:
            silence = min(silence, self._end - self._written)
        if silence > 0:
            self._append(np.zeros((silence, len(self._names)), dtype=np.int16))

    def _drain(self) -> None:
        if self._resampler is not None:
            self._convert(None)
        self._resampler = None

    def _convert(self, frame: AudioFrame | None) -> bool:
        """Resample a frame, or (None) what the resampler still holds; whether that worked."""
        assert self._resampler is not None
        try:
            parts = self._resampler.resample(frame)
        except (av.FFmpegError, ValueError):
            self._resampler = self._form = None
            return False
        for part in parts:
            self._keep(part)
        return True

    def _keep(self, part: AudioFrame) -> None:
        count = len(self._names)
        samples = np.frombuffer(memoryview(part.planes[0]), dtype=np.int16, count=part.samples * count)
        samples = samples.reshape(part.samples, count)
        if self._cut:
            dropped = min(self._cut, len(samples))
            self._cut -= dropped
            samples = samples[dropped:]
        if len(samples):
            self._append(samples)

    def _append(self, samples: NDArray[np.int16]) -> None:
        with writing(self._folder):
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=BUFFER, dir=self._folder)  # noqa: SIM115 open as long as there is sound
            self._file.write(np.ascontiguousarray(samples).data)
        count = len(samples)
        if self._stretches and self._stretches[-1][0] == self._names:
            count += self._stretches.pop()[1]
        self._stretches.append((self._names, count))
        self._written += len(samples)
