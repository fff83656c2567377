"""Ingest: one pass over a recording gives sampled pictures as a stream and the sound as 16 kHz mono.

    with open_recording(path) as recording:
        for frame in recording.frames():   # pictures are streamed, never collected
            ...
        media = recording.media()          # the sound of the same pass, and what was found on the way

Times are true presentation times from the container's start (or from `start_s`), so pictures and sound stay together
whatever their streams' own starts, frame rates or gaps are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from av.packet import Packet
from av.stream import Stream

from interview_engine.assessment.delivery.spans import merge
from interview_engine.assessment.media import Frame, Media, VideoInfo
from pipelines.media.container import (
    Limits,
    Opened,
    check_size,
    close_all,
    media_error,
    open_container,
    open_parts,
    packets_from,
    seconds,
    too_long,
)
from pipelines.media.continuity import continuous
from pipelines.media.covered import Covered
from pipelines.media.damage import Damage, noted, noted_restarts
from pipelines.media.lengths import beginnings, longest_s
from pipelines.media.picture_track import PictureTrack
from pipelines.media.pictures import picture_info
from pipelines.media.screenshots import decoded_pictures, grab_frames
from pipelines.media.sound_track import SoundTrack
from pipelines.media.window import BEHIND_S, Window, window_of

__all__ = ["Limits", "Recording", "grab_frames", "open_recording"]

Progress = Callable[[float], None]
"""Called with the share of the recording that has been read, 0..1, never going back."""


class Recording:
    """An open recording, made by `open_recording`. A context manager; `frames()` at most once, then `media()`.

    Attributes:
        video: the picture stream, None when there is none.
    """

    def __init__(
        self,
        parts: Sequence[tuple[Opened, Window]],
        video: VideoInfo | None,
        damage: Damage,
        *,
        frames_per_second: float,
        frame_height: int,
    ) -> None:
        self.video = video
        self._parts = parts
        self._window = parts[0][1]
        self._damage = damage
        self._covered = Covered()
        self._sound: SoundTrack | None = None
        if any(opened.sounds for opened, _ in parts):
            self._sound = SoundTrack(self._window.length_s, damage)
        self._pictures: PictureTrack | None = None
        if any(opened.video is not None for opened, _ in parts):
            self._pictures = PictureTrack(damage, frames_per_second=frames_per_second, short_side=frame_height)
        self._pass = read(parts, self._sound, self._pictures, damage, self._covered)
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and free all that was read."""
        if not self._closed:
            self._closed = True
            self._pass.close()
            if self._sound is not None:
                self._sound.forget()
            close_all([opened for opened, _ in self._parts])

    def frames(self, on_progress: Progress | None = None) -> Iterator[Frame]:
        """Stream the sampled pictures in order of time, upright and scaled; the sound is collected on the way.

        Raises:
            MediaError: too_long or too_large, found while reading.
        """
        self._look(True)
        length_s = self._parts[-1][1].expected_s
        for frame in self._pass:
            if on_progress is not None and length_s:
                on_progress(min(1.0, frame.time_s / length_s))
            yield frame

    def media(self) -> Media:
        """Read what is left, without decoding pictures, and say what was found.

        Raises:
            MediaError: zero_length (nothing in it, or nothing in the window), unreadable (nothing could be decoded),
                too_long.
        """
        self._look(False)
        for _ in self._pass:
            pass  # sound is collected by the way
        audio = None if self._sound is None else self._sound.audio()
        duration_s = max(track.end_s for track in (self._sound, self._pictures) if track is not None)
        if self._window.length_s is not None:
            duration_s = min(duration_s, self._window.length_s)
        if duration_s <= 0.0:
            damaged = self._damage.errors > 0 or self._damage.broke_off
            raise media_error("media.unreadable" if damaged else "media.zero_length", self._window.path)
        containers = [opened for opened, _ in self._parts]
        found = self._damage.truncation(self._window.start_s, duration_s, self._expected_s())
        found = noted(containers) or found or self._covered.missing(duration_s)
        unrecorded = () if audio is None else self._covered.gaps(duration_s)
        soundless = merge([*unrecorded, *self._covered.without("sound", duration_s)])
        return Media(duration_s, audio, self.video, found, unrecorded, self._restarts(duration_s), soundless)

    def _expected_s(self) -> float | None:
        """How much the header says that there is, seconds from the window's start; None where it says nothing."""
        last = self._parts[-1][1]
        return last.expected_s if last.declared_s is not None else None

    def _restarts(self, duration_s: float) -> tuple[float, ...]:
        """Where another recording begins, here or before this file was packed, seconds from the window's start."""
        found: list[float] = []
        for place, (opened, window) in enumerate(self._parts):
            begins_s = window.start_s - (window.zero_s - opened.origin_s) - self._window.start_s
            found += [begins_s] if place else []
            found += [begins_s + at_s for at_s in noted_restarts(opened)]
        return tuple(at_s for at_s in found if 0.0 < at_s < duration_s)

    def _look(self, at_pictures: bool) -> None:
        if self._pictures is not None:
            self._pictures.looked_at = at_pictures


def read(
    parts: Sequence[tuple[Opened, Window]],
    sound: SoundTrack | None,
    pictures: PictureTrack | None,
    damage: Damage,
    covered: Covered,
) -> Generator[Frame, None, None]:
    """The one pass over a recording: every packet goes to its track; pictures come out while they are looked at.

    Raises:
        MediaError: too_long or too_large.
    """
    for opened, window in parts:
        covered.begin()
        if sound is not None:
            sound.begin(opened, window)
        if pictures is not None and opened.video is not None:
            pictures.begin(opened.video, window)
        begins_s = opened.origin_s - window.zero_s + window.start_s
        packets = packets_from(opened, window.start_s - begins_s, damage.count)
        for packet in continuous(packets, opened, window.start_s - begins_s, damage.leave_out):
            # Reading failed for good, or this packet is incomplete: if nothing follows, the file broke off here.
            if packet is None:
                damage.broke_off = True
                break
            if packet.size:
                damage.broke_off = packet.is_corrupt
                covered.add(packet, window.zero_s)

            # Sound is heard whether anybody looks or not.
            if packet.stream.type == "audio":
                assert sound is not None
                sound.take(packet)
            elif pictures is not None:
                yield from pictures.take(packet)

            # Of a window, what lies behind it is not read.
            if is_full(window, packet, sound, pictures):
                return

        # FFmpeg passes over a last piece that is incomplete.
        damage.broke_off = opened.is_cut_off(damage.broke_off)

        # A decoder keeps pictures back until later ones come, and here none will.
        if damage.broke_off and pictures is not None and opened.video is not None:
            yield from pictures.rest()


def is_full(window: Window, packet: Packet[Stream], sound: SoundTrack | None, pictures: PictureTrack | None) -> bool:
    """Whether all of a window has been read, or the packets are far behind its end; never without an end."""
    if window.length_s is None:
        return False
    time_s = None if packet.dts is None else seconds(packet.dts, packet.time_base) - window.zero_s
    if time_s is not None and time_s > window.length_s + BEHIND_S:
        return True
    return all(track.complete for track in (sound, pictures) if track is not None)


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
    opened, lost = open_parts(path, limits)
    try:
        begins = beginnings(opened)
        length_s = longest_s(limits, opened[-1], begins[-1], start_s, end_s)
        if length_s > limits.max_duration_s:
            raise too_long(path, length_s, limits)
        parts = [
            (part, window_of(path, limits, part, start_s, end_s, begins_s=begin_s))
            for part, begin_s in zip(opened, begins, strict=True)
            if end_s is None or begin_s < end_s
        ]
        later = [begin_s for begin_s in begins[1:] if begin_s <= start_s]
        video = _look(path, opened, limits)
        return Recording(
            parts[len(later) :],
            video,
            Damage(lost + sum(part.lost_tracks for part in opened)),
            frames_per_second=frames_per_second,
            frame_height=frame_height,
        )
    except BaseException:
        close_all(opened)
        raise


def _look(path: Path, parts: Sequence[Opened], limits: Limits) -> VideoInfo | None:
    """What the pictures are, from a look at the first in a pass of its own: only frames carry their rotation."""
    shown = next((part for part in parts if part.video is not None), None)
    if shown is None or shown.video is None:
        return None
    second = open_container(path, limits, with_audio=False, part=shown.part)
    with second.container:
        first = next(decoded_pictures(second, 0.0), None)
        if first is not None:
            check_size(path, first.width, first.height, limits)
        return picture_info(shown.video, first)
