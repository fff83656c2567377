"""Ingest: one pass over a recording gives sampled pictures as a stream and the sound as 16 kHz mono.

    with open_recording(path) as recording:
        for frame in recording.frames():   # pictures are streamed, never collected
            ...
        media = recording.media()          # the sound of the same pass, and what was found on the way

Times are true presentation times from the container's start (or from `start_s`), so pictures and sound stay together
whatever their streams' own starts, frame rates or gaps are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from interview_engine.assessment.media import Audio, Frame, Media, VideoInfo
from interview_engine.assessment.reasons import Reason
from pipelines.media.container import Limits, Opened, check_size, media_error, open_container, packets_from, too_long
from pipelines.media.pictures import Orientation, Sampler, orientation_of, picture_info, seconds, upright_rgb
from pipelines.media.screenshots import decoded_pictures, grab_frames
from pipelines.media.sound import SoundTrack
from pipelines.media.sparing import Sparer, can_skip_smoothing, can_spare

__all__ = ["Limits", "Recording", "grab_frames", "open_recording"]

TRUNCATION_TOLERANCE_S = 1.0
"""A file that ends this much (and 1 %) before its stated length broke off; less is rounding and encoder padding. So did
a file whose last packet is incomplete or whose reading failed for good, whatever it states."""

STRAY_S = 10.0
"""Times this far beyond the stated end are damage, not content: such frames are left out and counted as errors."""

Progress = Callable[[float], None]
"""Called with the share of the recording that has been read, 0..1, never going back."""


class Recording:
    """An open recording, made by `open_recording`. A context manager; `frames()` at most once, then `media()`.

    Attributes:
        video: the picture stream, None when there is none.
        decode_errors: damaged packets that were passed over so far.
    """

    def __init__(
        self,
        path: Path,
        opened: Opened,
        video: VideoInfo | None,
        *,
        start_s: float,
        end_s: float | None,
        sampler: Sampler,
        short_side: int,
        limits: Limits,
    ) -> None:
        self.video = video
        self.decode_errors = 0
        self._path = path
        self._opened = opened
        self._limits = limits
        self._start_s = start_s
        self._zero_s = opened.origin_s + start_s
        self._window_s = None if end_s is None else end_s - start_s
        self._declared_s = None if opened.declared_s is None else max(0.0, opened.declared_s - start_s)
        self._sampler = sampler
        self._sparer = Sparer(sampler, self._zero_s) if opened.video is not None and can_spare(opened.video) else None
        self._short_side = short_side
        if opened.video is not None and can_skip_smoothing(opened.video, short_side):
            decoder = opened.video.codec_context
            decoder.options = {**decoder.options, "skip_loop_filter": "all"}
        self._sound = SoundTrack(self._zero_s, self._window_s, self._count_error)
        self._heard = False
        self._pictures_end_s = 0.0
        self._pictures_done = opened.video is None
        self._want_pictures = False
        self._broke_off = False
        self._turn: Orientation | None = None
        self._closed = False
        self._events = self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let go of all that was read, at once: a recording that its own parts refer to would keep
        its sound and its decoder until the collector of cycles comes by."""
        if not self._closed:
            self._closed = True
            self._events.close()
            self._sound.forget()
            self._opened.container.close()

    def frames(self, on_progress: Progress | None = None) -> Iterator[Frame]:
        """Stream the sampled pictures in order of time, upright and scaled; the sound is collected on the way.

        Raises:
            MediaError: too_long or too_large, found while reading.
        """
        self._want_pictures = True
        length_s = self._expected_s()
        for frame in self._events:
            if on_progress is not None and length_s:
                on_progress(min(1.0, frame.time_s / length_s))
            yield frame

    def media(self) -> Media:
        """Read what is left, without decoding pictures, and say what was found.

        Raises:
            MediaError: zero_length (nothing in it, or nothing in the window), unreadable (nothing could be decoded),
                too_long.
        """
        self._want_pictures = False
        for _ in self._events:
            pass  # sound is collected by the way
        stream = self._opened.audio
        audio = None
        if stream is not None and self._heard:
            audio = Audio(self._sound.samples(), stream.codec_context.sample_rate, stream.codec_context.name)
        duration_s = max(self._sound.end_s, self._pictures_end_s)
        if self._window_s is not None:
            duration_s = min(duration_s, self._window_s)
        if duration_s <= 0.0:
            damaged = self.decode_errors > 0 or self._broke_off
            raise media_error("media.unreadable" if damaged else "media.zero_length", self._path)
        return Media(duration_s, audio, self.video, self._truncation(duration_s))

    def _expected_s(self) -> float | None:
        known = [length for length in (self._declared_s, self._window_s) if length is not None]
        return min(known) if known else None

    def _truncation(self, reached_s: float) -> Reason | None:
        expected_s = self._expected_s() if self._declared_s is not None else None
        tolerance_s = TRUNCATION_TOLERANCE_S + 0.01 * reached_s
        if not self._broke_off and (expected_s is None or reached_s >= expected_s - tolerance_s):
            return None
        return Reason("media.truncated", {"at_s": f"{self._start_s + reached_s:.1f}"})

    def _run(self) -> Generator[Frame, None, None]:
        """The one pass. Frames come out when `_want_pictures` is set; sound is collected either way."""
        opened = self._opened
        for packet in packets_from(opened, self._start_s, self._count_error):
            if packet is None:
                self._broke_off = True
                break
            if packet.size:
                self._broke_off = packet.is_corrupt
            if packet.stream is opened.audio:
                self._hear(packet)
            elif self._want_pictures and not self._pictures_done:
                yield from self._see(packet)
            else:
                self._pass_over(packet)
            if self._window_is_full(packet):
                return
        if self._broke_off and self._want_pictures and opened.video is not None and not self._pictures_done:
            yield from self._see(None)

    def _count_error(self) -> None:
        self.decode_errors += 1

    def _hear(self, packet: Packet[Stream]) -> None:
        if self._sound.complete or self._ends_before_window(packet):
            return
        for frame in self._decode(packet):
            assert isinstance(frame, AudioFrame)
            if frame.time is not None and self._is_stray(frame.time - self._zero_s):
                self._count_error()
                continue
            self._sound.add(frame)
            self._heard = self._heard or self._sound.end_s > 0.0
            self._check_length(self._sound.end_s)

    def _see(self, packet: Packet[Stream] | None) -> Iterator[Frame]:
        video = self._opened.video
        assert video is not None
        for frame in self._decode_sparingly(packet):
            time_s = None if frame.time is None else frame.time - self._zero_s
            if time_s is None or self._is_stray(time_s):
                self._count_error()
                continue
            if self._window_s is not None and time_s >= self._window_s:
                self._pictures_done = True
                return
            check_size(self._path, frame.width, frame.height, self._limits)
            self._check_length(time_s)
            length_s = seconds(frame.duration, frame.time_base) if frame.duration and frame.time_base else 0.0
            self._pictures_end_s = max(self._pictures_end_s, time_s + length_s)
            if self._samples(frame, time_s):
                if self._turn is None:
                    self._turn = orientation_of(frame)
                yield Frame(time_s, upright_rgb(frame, video.sample_aspect_ratio, self._short_side, self._turn))

    def _samples(self, frame: VideoFrame, time_s: float) -> bool:
        if self._sparer is None:
            return time_s >= 0.0 and self._sampler.takes(time_s)
        wanted = self._sparer.wants(frame.pts)
        self._sparer.forget(frame.pts)
        return wanted

    def _decode_sparingly(self, packet: Packet[Stream] | None) -> Iterator[VideoFrame]:
        """Pictures of a packet (None: the end), leaving out those that are neither sampled nor referred to."""
        video = self._opened.video
        assert video is not None
        packets: list[tuple[Packet[Stream] | None, bool]] = [(packet, True)]
        if self._sparer is not None:
            packets = [*self._sparer.feed(packet), *([(None, True)] if packet is None else [])]
        for ready, needed in packets:
            video.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
            if ready is not None and not needed:
                self._pass_over(ready)
            for frame in self._decode(ready):
                assert isinstance(frame, VideoFrame)
                yield frame

    def _pass_over(self, packet: Packet[Stream]) -> None:
        """Note how far a packet that is not decoded reaches."""
        if packet.pts is None or packet.is_corrupt:
            return
        base = packet.time_base
        time_s = seconds(packet.pts, base) - self._zero_s
        if self._is_stray(time_s) or (self._window_s is not None and time_s >= self._window_s):
            return
        self._check_length(time_s)
        self._pictures_end_s = max(self._pictures_end_s, time_s + seconds(packet.duration or 0, base))

    def _decode(self, packet: Packet[Stream] | None) -> list[AudioFrame | VideoFrame]:
        """Frames of a packet (None: what the picture decoder still holds); a damaged packet is counted, not fatal."""
        try:
            if packet is None:
                assert self._opened.video is not None
                return list(self._opened.video.codec_context.decode(None))
            return list(packet.decode())  # type: ignore[arg-type]
        except (av.FFmpegError, ValueError):
            self._count_error()
            return []

    def _is_stray(self, time_s: float) -> bool:
        return self._declared_s is not None and time_s > self._declared_s + STRAY_S

    def _check_length(self, time_s: float) -> None:
        if time_s > self._limits.max_duration_s:
            raise too_long(self._path, time_s, self._limits)

    def _ends_before_window(self, packet: Packet[Stream]) -> bool:
        """Whether a sound packet may be skipped; the second before the window is decoded so that codecs settle."""
        if packet.pts is None or self._start_s <= 0.0:
            return False
        return seconds(packet.pts, packet.time_base) < self._zero_s - 1.0

    def _window_is_full(self, packet: Packet[Stream]) -> bool:
        if self._window_s is None:
            return False
        time_s = None if packet.dts is None else seconds(packet.dts, packet.time_base) - self._zero_s
        if time_s is not None and time_s > self._window_s + STRAY_S:
            return True
        sound_done = self._opened.audio is None or self._sound.complete
        if self._want_pictures or self._opened.video is None:
            return sound_done and self._pictures_done
        return sound_done and self._pictures_end_s >= self._window_s - 0.1


def open_recording(
    path: Path | str,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    frames_per_second: float = 5.0,
    frame_height: int = 360,
    limits: Limits | None = None,
) -> Recording:
    """Open a recording, or the window `start_s`..`end_s` of one (seconds from the container's start).

    Args:
        frames_per_second: at which pictures are sampled, by their true times; 12–15 are needed to count blinks.
        frame_height: pixels of the sampled pictures' shorter side; smaller pictures keep their size.
        limits: what is refused; `Limits()` when None.

    Raises:
        MediaError: missing, no_permission, empty, unreadable, no_streams; too_large or too_long when the header says
            so; zero_length when the window is empty or lies behind the stated end.
    """
    path = Path(path)
    limits = limits or Limits()
    if start_s < 0.0 or (end_s is not None and end_s <= start_s):
        raise media_error("media.zero_length", path)
    opened = open_container(path, limits)
    try:
        if opened.declared_s is not None:
            end = opened.declared_s if end_s is None else min(end_s, opened.declared_s)
            if end - start_s > limits.max_duration_s:
                raise too_long(path, end - start_s, limits)
            if end <= start_s:
                raise media_error("media.zero_length", path)
        return Recording(
            path,
            opened,
            _look(path, opened, limits),
            start_s=start_s,
            end_s=end_s,
            sampler=Sampler(frames_per_second),
            short_side=frame_height,
            limits=limits,
        )
    except BaseException:
        opened.container.close()
        raise


def _look(path: Path, opened: Opened, limits: Limits) -> VideoInfo | None:
    """What the pictures are, from a look at the first in a pass of its own: only frames carry their rotation."""
    if opened.video is None:
        return None
    second = open_container(path, limits, with_audio=False)
    with second.container:
        first = next(decoded_pictures(second, 0.0), None)
        if first is not None:
            check_size(path, first.width, first.height, limits)
        return picture_info(opened.video, first)
