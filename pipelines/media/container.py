"""Opening a media file safely: which files are let in, which streams are used, and what is said when it cannot be.

Only demuxers of `FORMATS` and plain local files are let in: FFmpeg would otherwise take a playlist or a script in a
file called .mp4 and open whatever it names, or draw a text file as a picture.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from interview_engine.assessment.reasons import SENTENCES
from interview_engine.errors import MediaError
from interview_engine.i18n import Text, msg
from pipelines.media.endings import UNSTATED, ends_inside
from pipelines.media.joined import Part, parts_of

FORMATS = "mov,matroska,mp3,wav,ogg,flac,aac,amr,avi,mpegts,mpeg,flv,asf,aiff,caf"
"""FFmpeg's names of the containers that are let in (mov also reads mp4, m4a and 3gp; matroska also webm)."""

WITH_DURATION = ("mov", "matroska", "wav", "flac", "avi")
"""Containers whose header states the duration; for the others FFmpeg estimates it from the bit rate, a mere guess."""

SEEKABLE = ("mov", "matroska")
"""Containers with an index; in the others a seek lands where the bit rate suggests and times after it are guesses."""

STILLS = Disposition.attached_pic | Disposition.timed_thumbnails
"""Pictures that belong to a song or a list of chapters, not to a recording."""

SEEK_LEAD_S = 2.0
"""How far before a moment its seek aims, so that sound and pictures of that moment are both still to come."""

MAX_READ_ERRORS = 100
"""Failed reads in a row after which the rest of a damaged file is given up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may be.

    Args:
        max_duration_s: longest recording, or longest window of one, in seconds.
        max_pixels: most pixels of a frame. The default, 4096 x 4096, lets 4K and 5K through and stops 8K: a single
            decoded 8K picture with its references takes more memory than a worker has to spare.
    """

    max_duration_s: float = 5400.0
    max_pixels: int = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Opened:
    """An open container and what is used of it.

    Args:
        audio: the first of `sounds`.
        sounds: all sound streams that can be decoded.
        origin_s: the container's start on its own clock; t = 0 of every time in the product.
        declared_s: length that the header states, seconds from `origin_s`; None where it states none. A hint only.
        lost_tracks: streams of sound or pictures that nothing here can decode, or that are not looked at.
        part: the bytes of the file that this is; None is all of it.
        ends_inside: its bytes end in the middle of a piece of the format (`endings.ends_inside`).
        path, limits: what it was opened with.
    """

    container: InputContainer
    audio: AudioStream | None
    video: VideoStream | None
    origin_s: float
    declared_s: float | None
    sounds: tuple[AudioStream, ...] = ()
    lost_tracks: int = 0
    part: Part | None = None
    ends_inside: bool = False
    path: Path = Path()
    limits: Limits = field(default_factory=Limits)

    def again(self) -> Opened:
        """The same, opened once more, at its beginning. Going back to 0 with a seek is none: FFmpeg goes to the first
        picture, and all sound before it is passed over in silence.

        Raises:
            MediaError: as `open_container`.
        """
        return open_container(self.path, self.limits, with_audio=bool(self.sounds), part=self.part)

    def is_cut_off(self, last_incomplete: bool) -> bool:
        """Whether the file broke off, by its bytes and by its last packet; of a WAV FFmpeg calls that incomplete at the
        end of every one whose length was not stated."""
        return self.ends_inside or (last_incomplete and self.container.format.name != "wav")


_NEXT: dict[str, Text] = {
    "media.missing": msg("Check the path and the file name."),
    "media.no_permission": msg("Give this user permission to read it."),
    "media.empty": msg("Upload the recording again."),
    "media.unreadable": msg(
        "Give an mp4, mov, webm, mkv, m4a, mp3, wav, ogg or flac file; if the recording was cut "
        "off, record or upload it again."
    ),
    "media.no_streams": msg("Give a file with sound or pictures."),
    "media.zero_length": msg("Record again, or check the start and end times."),
    "media.too_long": msg("Cut out the part that is needed, or raise the limit on the duration."),
    "media.too_large": msg("Export it in 4K or a lower resolution."),
}


def seconds(ticks: int, time_base: Fraction) -> float:
    """Ticks of a stream's clock as seconds, rounded once: float(ticks * time_base) without the cost of a fraction."""
    return ticks * time_base.numerator / time_base.denominator


def media_error(code: str, path: Path, **detail: str) -> MediaError:
    """The error of that code for that file, in the words of reasons.py and with the next step.

    The file is named in the message; `detail` fills the sentence and stays on the error for the report.
    """
    message = msg("{name}: {sentence}", name=path.name, sentence=SENTENCES[code].filled(**detail))
    return MediaError(code, message, _NEXT[code], detail)


def too_long(path: Path, duration_s: float, limits: Limits) -> MediaError:
    """`media.too_long` with both lengths in minutes."""
    return media_error(
        "media.too_long", path, minutes=f"{duration_s / 60:.0f}", limit=f"{limits.max_duration_s / 60:g}"
    )


def check_size(path: Path, width: int, height: int, limits: Limits) -> None:
    """Refuse frames over the limit.

    Raises:
        MediaError: `media.too_large`.
    """
    if width * height <= limits.max_pixels:
        return
    limit = f"{limits.max_pixels / 1e6:.1f} MP"
    raise media_error("media.too_large", path, width=str(width), height=str(height), limit=limit)


def open_container(path: Path, limits: Limits, *, with_audio: bool = True, part: Part | None = None) -> Opened:
    """Open a local media file and choose its usable sound (unless not `with_audio`) and picture streams.

    Cover art is no picture stream. Decoders run on one thread: a worker uses one core, and results do not depend on
    how threads interleave.

    Args:
        part: bytes of the file that are a recording of their own (`joined.parts_of`); None is all of it.

    Raises:
        MediaError: missing, no_permission, empty, unreadable, zero_length (nothing after the header), no_streams or
            too_large (from the header).
    """
    _check_file(path)
    address = f"file:{path.absolute()}"
    protocols = "file"
    if part is not None:
        address, protocols = f"subfile,,start,{part.start},end,{part.end},,:{address}", "subfile,file"
    try:
        container = av.open(
            address,
            options={"format_whitelist": FORMATS, "protocol_whitelist": protocols},
            metadata_errors="replace",
        )
    except PermissionError as error:
        raise media_error("media.no_permission", path) from error
    except av.error.EOFError as error:  # a header and nothing after it: a recorder stopped as soon as it had started
        raise media_error("media.zero_length", path) from error
    except (av.FFmpegError, ValueError) as error:
        raise media_error("media.unreadable", path) from error
    try:
        return _choose(container, path, limits, with_audio, part)
    except BaseException:
        container.close()
        raise


def open_parts(path: Path, limits: Limits, *, with_audio: bool = True) -> tuple[tuple[Opened, ...], int]:
    """The recordings that lie in a file one after the other, usually one, and how many of them cannot be opened.

    Raises:
        MediaError: as `open_container`, when none can be.
    """
    _check_file(path)
    try:
        parts = parts_of(path)
    except (OSError, ValueError) as error:
        raise media_error("media.unreadable", path) from error
    if len(parts) == 1:
        return (open_container(path, limits, with_audio=with_audio),), 0
    opened: list[Opened] = []
    refused: MediaError | None = None
    lost = 0
    for part in parts:
        try:
            opened.append(open_container(path, limits, with_audio=with_audio, part=part))
        except MediaError as error:
            if error.code == "media.too_large":
                close_all(opened)
                raise
            lost += error.code != "media.zero_length"
            refused = refused or error
    if not opened:
        assert refused is not None
        raise refused
    return tuple(opened), lost


def close_all(opened: Sequence[Opened]) -> None:
    """Close the containers."""
    for one in opened:
        one.container.close()


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        raise media_error("media.missing", path) from error
    except PermissionError as error:
        raise media_error("media.no_permission", path) from error
    except OSError as error:  # a directory, a name the file system refuses, a failing disk
        raise media_error("media.unreadable", path) from error
    if size == 0:
        raise media_error("media.empty", path)


def _choose(container: InputContainer, path: Path, limits: Limits, with_audio: bool, part: Part | None) -> Opened:
    sounds = tuple(stream for stream in container.streams.audio if _usable(stream) and with_audio)
    video = next((stream for stream in container.streams.video if _usable(stream)), None)
    if not sounds and video is None:
        raise media_error("media.no_streams", path)
    if video is not None:
        check_size(path, video.codec_context.width, video.codec_context.height, limits)
        video.codec_context.thread_count = 1
        video.codec_context.options = {"max_pixels": str(limits.max_pixels)}
    for sound in sounds:
        sound.codec_context.thread_count = 1
    audio = sounds[0] if sounds else None
    known = any(name in container.format.name.split(",") for name in WITH_DURATION)
    origin_s = container.start_time / av.time_base if container.start_time else 0.0
    declared_s = _declared(container, [audio, video], origin_s) if known else None
    if declared_s is not None and "matroska" in container.format.name and 0.0 < origin_s < declared_s:
        declared_s -= origin_s  # muxers write the last time there, and a clock may have started late
    if declared_s is not None and container.format.name == "wav":
        declared_s *= _missing_from_wav(path, part)
    lost = _lost(container, sounds, video, with_audio)
    inside = ends_inside(path, part)
    return Opened(container, audio, video, origin_s, declared_s, sounds, lost, part, inside, path, limits)


def _lost(container: InputContainer, sounds: Sequence[AudioStream], video: VideoStream | None, with_audio: bool) -> int:
    """How many streams of sound and pictures are left out; stills that belong to a song are none."""
    streams: list[AudioStream | VideoStream] = [*(container.streams.audio if with_audio else ())]
    streams += container.streams.video
    return sum(stream is not video and stream not in sounds and not stream.disposition & STILLS for stream in streams)


def _declared(
    container: InputContainer, streams: list[AudioStream | VideoStream | None], origin_s: float
) -> float | None:
    """The used streams' stated end, or the container's where a stream states none (it may count unused streams)."""
    ends: list[float] = []
    for stream in streams:
        if stream is None:
            continue
        if not stream.duration or stream.time_base is None:
            return container.duration / av.time_base if container.duration else None
        ends.append(float(((stream.start_time or 0) + stream.duration) * stream.time_base) - origin_s)
    return max(ends)


def _missing_from_wav(path: Path, part: Part | None) -> float:
    """How many times longer a WAV file says it is than it is; FFmpeg reports only what is there.

    Writers that do not know the length yet state 0 or two gigabytes and more: those state nothing.
    """
    with path.open("rb") as file:
        start, end = (0, os.fstat(file.fileno()).st_size) if part is None else (part.start, part.end)
        file.seek(start)
        head, size = file.read(12), end - start
    (stated,) = struct.unpack_from("<I", head, 4)
    if head[:4] != b"RIFF" or stated == 0 or stated >= UNSTATED or stated + 8 <= size:
        return 1.0
    return float(stated + 8) / size


def _usable(stream: AudioStream | VideoStream) -> bool:
    """Whether it can be decoded and is not a still picture that belongs to a song."""
    return stream.codec_context is not None and not stream.disposition & STILLS


def packets_from(opened: Opened, start_s: float, on_error: Callable[[], None]) -> Iterator[Packet[Stream] | None]:
    """All packets of the used streams from `start_s` (or a little before) to the end; None last if the file broke off.

    Seeks where the container has an index and every stream's first packet after that lies before `start_s`; else reads
    from the beginning. Failed reads are counted by `on_error` and passed over.
    """
    head = _seek(opened, start_s) if start_s > SEEK_LEAD_S and _can_seek(opened, start_s) else []
    yield from chain(head, _read(opened, on_error))


def _can_seek(opened: Opened, start_s: float) -> bool:
    """Whether a seek leads to packets before `start_s`: tried on a copy, since there is no way back from it."""
    if not any(name in opened.container.format.name.split(",") for name in SEEKABLE):
        return False
    tried = opened.again()
    with tried.container:
        return bool(_seek(tried, start_s))


def _seek(opened: Opened, start_s: float) -> list[Packet[Stream]]:
    """Seek to just before `start_s` and return the packets read to make sure of it; none when one cannot be sure."""
    wanted_s = opened.origin_s + start_s
    waiting = {stream.index for stream in _used(opened)}
    head: list[Packet[Stream]] = []
    try:
        opened.container.seek(round((wanted_s - SEEK_LEAD_S) * av.time_base), backward=True)
        for packet in opened.container.demux(*_used(opened)):
            head.append(packet)
            if packet.stream.index not in waiting:
                continue
            if packet.pts is None or float(packet.pts * packet.time_base) > wanted_s:
                return []
            waiting.discard(packet.stream.index)
            if not waiting:
                return head
    except av.FFmpegError:
        return []
    return []


def _read(opened: Opened, on_error: Callable[[], None]) -> Iterator[Packet[Stream] | None]:
    failures = 0
    while failures < MAX_READ_ERRORS:
        try:
            for packet in opened.container.demux(*_used(opened)):
                failures = 0
                yield packet
            return
        except av.FFmpegError:
            on_error()
            failures += 1
    yield None


def _used(opened: Opened) -> list[AudioStream | VideoStream]:
    pictures = () if opened.video is None else (opened.video,)
    return [*opened.sounds, *pictures]
