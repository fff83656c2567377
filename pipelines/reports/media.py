"""Recordings as a browser can play them: the original where it can, else a stream copy, else a small transcoding."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import av.container
import av.error
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from interview_engine.errors import MediaError
from pipelines.media.container import Limits
from pipelines.media.joined import parts_of
from pipelines.media.packing import added_like
from pipelines.media.remux import look_and_pack, speaking_sound

Made = Literal["original", "copied", "transcoded"]

FOLDER = "media"
HEIGHT = 360
FRAMES_PER_SECOND = 15
VIDEO_BITS_PER_S = 350_000
AUDIO_BITS_PER_S = 32_000
AUDIO_RATE = 48_000
"""What a transcoding keeps: enough to see who speaks and to hear every word, cheap on two cores."""

MP4_VIDEO = frozenset({"h264"})
MP4_AUDIO = frozenset({"aac", "mp3", "mp3float"})
WEBM_VIDEO = frozenset({"vp8", "vp9", "av1", "libdav1d"})
WEBM_AUDIO = frozenset({"opus", "vorbis"})
PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""Codecs that Chromium, Firefox and Safari all play in mp4 and webm; other pixel formats fail in one or another."""

BARE_AUDIO = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac"}
"""Formats of sound alone that play as they are (wav with plain PCM only)."""

LATE_S = 0.1
"""Browsers disagree where the clock of a file that begins later than this starts; it is repacked to begin at 0."""

HEADER_BYTES = 4096

EXACT = {"fflags": "+bitexact"}
"""No random ids and dates in what is written, so that the same recording gives the same copy."""


@dataclass(frozen=True, slots=True)
class Playable:
    """A file a browser plays. `path` is in the report's folder, or the original when it was not written there."""

    path: Path
    kind: Literal["video", "audio"]
    mime: str
    made: Made

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return self.path.stat().st_size


def playable_copies(media: Mapping[str, Path], folder: Path) -> dict[str, Playable]:
    """A playable file for every answer whose recording can be opened, written to `folder`/media where it must be made.

    Args:
        media: question id to recording; several questions may share one file.

    Returns:
        question id to playable file; a recording that holds nothing playable is left out (its answer says why).

    Raises:
        OSError: the copies cannot be written.
    """
    made: dict[Path, Playable | None] = {}
    for path in media.values():
        if path not in made:
            made[path] = playable(path, folder / FOLDER, f"{len(made) + 1}")
    return {question: copy for question, path in media.items() if (copy := made[path]) is not None}


def playable(path: Path, folder: Path, stem: str) -> Playable | None:
    """A browser's version of one recording; None when no audio or video can be read from it.

    The clock of the result starts where the container's does, so that times measured on the original hold. Recordings
    that lie one after the other in a file (a recorder that was started again) are put into one first. Of several sound
    tracks the speaking one is played: a recorder of the screen may put a silent one before it.

    Raises:
        OSError: the copy cannot be written.
    """
    whole = _in_one(path, folder / f"{stem}.whole")
    if whole is None:
        return _playable(path, folder, stem, _speaking(path))
    found = _playable(whole, folder, stem, 0)
    if found is not None and found.path == whole:
        kept = folder / f"{stem}.{found.mime.partition('/')[2]}"
        return replace(found, path=whole.rename(kept), made="copied")
    whole.unlink()
    return found


def _in_one(path: Path, target: Path) -> Path | None:
    """Several recordings of one file as one, where their packets can follow each other; None where there is but one."""
    try:
        if len(parts_of(path)) < 2:
            return None
    except (OSError, ValueError):
        return None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target if look_and_pack(path, target, "video/webm", Limits(float("inf"))).packed else None
    except MediaError:
        target.unlink(missing_ok=True)
        return None


def _speaking(path: Path) -> int:
    """The place of the speaking sound among the file's; the first of a file that cannot be read."""
    try:
        return speaking_sound(path, Limits(float("inf")))
    except MediaError:
        return 0


def _playable(path: Path, folder: Path, stem: str, sound: int) -> Playable | None:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except (av.error.FFmpegError, OSError):
        return None
    with container:
        video, audio = _streams(container, sound)
        if video is None and audio is None:
            return None
        family = _family(container, video, audio)
        mime = _mime(family, video)
        kind: Literal["video", "audio"] = "audio" if video is None else "video"
        if family is not None and mime is not None and sound == 0 and _as_it_is(path, container, family):
            return Playable(path, kind, mime, "original")
        folder.mkdir(parents=True, exist_ok=True)
        if family in ("mp4", "webm"):
            target = folder / f"{stem}.{family if video is not None or family == 'webm' else 'm4a'}"
            _copy_streams(container, target, family, video, audio)
            if mime is not None and _readable(target):
                return Playable(target, kind, mime, "copied")
            target.unlink()
    target = folder / f"{stem}.webm"
    _transcode(path, target, sound)
    if not _readable(target):
        target.unlink()
        return None
    return Playable(target, kind, f"{kind}/webm", "transcoded")


def beside(original: Path, target: Path) -> None:
    """Put `original` at `target`: a hard link, or a copy where the file system cannot link.

    Raises:
        OSError: neither can be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(original.resolve(), target)
    except OSError:
        shutil.copyfile(original, target)


def _streams(container: InputContainer, sound: int) -> tuple[VideoStream | None, AudioStream | None]:
    """The first real video stream (cover art is none) and the audio stream at that place."""
    pictures = [
        stream for stream in container.streams.video if not stream.disposition & stream.disposition.attached_pic
    ]
    video = next((stream for stream in pictures if stream.codec_context is not None), None)
    sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
    return video, sounds[sound] if sound < len(sounds) else next(iter(sounds), None)


def _family(container: InputContainer, video: VideoStream | None, audio: AudioStream | None) -> str | None:
    """The container whose codecs these are: "mp4", "webm", a bare sound format, or None when it must be transcoded."""
    sound = None if audio is None else audio.codec_context.name
    if video is None:
        bare = container.format.name
        if bare in BARE_AUDIO and (bare != "wav" or str(sound).startswith("pcm_")):
            return bare
        if sound in MP4_AUDIO and bare != "aac":
            return "mp4"
        return "webm" if sound in WEBM_AUDIO else None
    if video.codec_context.pix_fmt not in PIXELS:
        return None
    if video.codec_context.name in MP4_VIDEO and (sound is None or sound in MP4_AUDIO):
        return "mp4"
    if video.codec_context.name in WEBM_VIDEO and (sound is None or sound in WEBM_AUDIO):
        return "webm"
    return None


def _mime(family: str | None, video: VideoStream | None) -> str | None:
    if family is None:
        return None
    return BARE_AUDIO.get(family) or f"{'audio' if video is None else 'video'}/{family}"


def _as_it_is(path: Path, container: InputContainer, family: str) -> bool:
    """Whether the file itself is of that family, starts at 0, says how long it is, and can be sought in."""
    if abs(_begin_s(container)) > LATE_S:
        return False
    if family in BARE_AUDIO:
        return True
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if family == "webm":
        has_duration = b"\x44\x89\x88" in head or b"\x44\x89\x84" in head
        return b"webm" in head[:64] and has_duration
    brand = head[8:12]
    return "mp4" in container.format.name and brand != b"qt  " and not _fragmented(path)


def _fragmented(path: Path) -> bool:
    """Whether an mp4 is in fragments (a `moof` box at top level): its length is only known after reading it all."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if head[4:8] == b"moof":
                return True
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < 8:
                return False
            at += length
    return False


def _copy_streams(
    container: InputContainer, target: Path, family: str, video: VideoStream | None, audio: AudioStream | None
) -> None:
    """Packets as they are into a plain container; a file that breaks off is copied as far as it goes."""
    begin_s = _begin_s(container)
    with av.open(str(target), "w", format=family, options=EXACT) as out:
        streams = {stream.index: added_like(out, stream) for stream in (video, audio) if stream is not None}
        last: dict[int, int] = {}
        for packet in _until_broken(container.demux([s for s in (video, audio) if s is not None])):
            if packet.dts is None or packet.time_base is None:
                continue
            shift = round(begin_s / packet.time_base)
            packet.dts -= shift
            if packet.pts is not None:
                packet.pts -= shift
            if packet.dts <= last.get(packet.stream.index, packet.dts - 1):
                continue  # back in time, which muxers refuse with an error
            last[packet.stream.index] = packet.dts
            packet.stream = streams[packet.stream.index]
            out.mux_one(packet)


def _begin_s(container: InputContainer) -> Fraction:
    return Fraction(container.start_time or 0, 1_000_000)


def _until_broken(packets: Iterator[Any]) -> Iterator[Any]:
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        yield packet


def _transcode(path: Path, target: Path, sound: int) -> None:
    """VP8 and Opus in webm: free of patents' fees, in every PyAV wheel, played by every browser."""
    size = _upright_size(path)
    with (
        av.open(str(path), metadata_errors="ignore") as container,
        av.open(str(target), "w", format="webm", options=EXACT) as out,
    ):
        video, audio = _streams(container, sound)
        begin_s = _begin_s(container)
        picture = None if video is None or size is None else _Picture(out, begin_s, size)
        voice = None if audio is None else _Sound(out, begin_s)
        if video is not None:
            video.thread_type = "AUTO"
        wanted = [stream for stream, writer in ((video, picture), (audio, voice)) if stream is not None and writer]
        for packet in _until_broken(container.demux(wanted)):
            for frame in _frames(packet):
                if isinstance(frame, VideoFrame) and picture is not None:
                    picture.add(frame)
                if isinstance(frame, av.AudioFrame) and voice is not None:
                    voice.add(frame)
        if picture is not None:
            picture.end()
        if voice is not None:
            voice.end()


def _frames(packet: Any) -> list[Any]:
    """What a packet decodes to; a damaged one to nothing."""
    try:
        return list(packet.decode())
    except av.error.FFmpegError:
        return []


def _upright_size(path: Path) -> tuple[int, int] | None:
    """Width and height of the transcoded picture, both even; None when not one frame can be decoded."""
    with av.open(str(path), metadata_errors="ignore") as container:
        video, _ = _streams(container, 0)
        if video is None:
            return None
        for packet in _until_broken(container.demux(video)):
            for frame in _frames(packet):
                upright = _upright(frame)
                return upright.shape[1], upright.shape[0]
    return None


def _upright(frame: VideoFrame) -> NDArray[np.uint8]:
    """The frame as RGB, at most HEIGHT lines before turning, rotation metadata applied, cut to even sizes."""
    height = min(HEIGHT, frame.height)
    width = max(2, round(frame.width * height / frame.height))
    small = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    turned = np.rot90(small, round(frame.rotation / 90) % 4)
    even = turned[: turned.shape[0] // 2 * 2, : turned.shape[1] // 2 * 2]
    return np.ascontiguousarray(even, dtype=np.uint8)


class _Picture:
    """Frames to VP8: upright, at most HEIGHT lines and FRAMES_PER_SECOND, with their own times."""

    def __init__(self, out: OutputContainer, begin_s: Fraction, size: tuple[int, int]) -> None:
        self._out = out
        self._begin_s = begin_s
        self._last_s = -1.0
        self._size = size
        options = {"deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "0"}
        self._stream = out.add_stream("libvpx", rate=FRAMES_PER_SECOND, options=options)
        self._stream.width, self._stream.height = size
        self._stream.bit_rate = VIDEO_BITS_PER_S
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, 1000)
        self._stream.codec_context.thread_count = 1

    def add(self, frame: VideoFrame) -> None:
        """Encode one decoded frame unless it comes too soon after the last or has another size."""
        if frame.pts is None or frame.time_base is None:
            return
        time_s = float(frame.pts * frame.time_base - self._begin_s)
        if time_s - self._last_s < 0.9 / FRAMES_PER_SECOND:
            return
        upright = _upright(frame)
        if (upright.shape[1], upright.shape[0]) != self._size:
            return
        self._last_s = time_s
        picture = VideoFrame.from_ndarray(upright, format="rgb24")
        picture.time_base = Fraction(1, 1000)
        picture.pts = round(1000 * time_s)
        self._out.mux(self._stream.encode(picture))

    def end(self) -> None:
        """Write what the encoder still holds."""
        self._out.mux(self._stream.encode(None))


class _Sound:
    """Sound to mono Opus, with its own times."""

    def __init__(self, out: OutputContainer, begin_s: Fraction) -> None:
        self._out = out
        self._begin_s = begin_s
        self._stream = out.add_stream("libopus", rate=AUDIO_RATE, layout="mono")
        self._stream.bit_rate = AUDIO_BITS_PER_S
        self._resampler = AudioResampler("s16", "mono", AUDIO_RATE, frame_size=960)
        self._samples: int | None = None

    def add(self, frame: av.AudioFrame) -> None:
        """Encode one decoded frame."""
        if self._samples is None:
            start_s = 0.0 if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
            self._samples = max(0, round((start_s - self._begin_s) * AUDIO_RATE))
        frame.pts = None
        self._encode(self._resampler.resample(frame))

    def end(self) -> None:
        """Write what the resampler and the encoder still hold."""
        if self._samples is None:
            return
        self._encode(self._resampler.resample(None))
        self._out.mux(self._stream.encode(None))

    def _encode(self, frames: list[av.AudioFrame]) -> None:
        assert self._samples is not None
        for frame in frames:
            frame.time_base = Fraction(1, AUDIO_RATE)
            frame.pts = self._samples
            self._samples += frame.samples
            self._out.mux(self._stream.encode(frame))


def _readable(path: Path) -> bool:
    """Whether a written copy opens and holds at least one packet."""
    try:
        with av.open(str(path)) as container:
            return any(packet.size > 0 for packet in container.demux())
    except (av.error.FFmpegError, OSError):
        return False
