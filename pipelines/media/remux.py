"""A received recording made fit to keep: looked at and packed again in a child process that cannot take much.

A browser's recording states no duration and cannot be sought in; its packets are copied, untouched, into a file that
can. Strangers' files are opened only in the child: little memory, seconds of processor time, no new processes, bounds
on duration and picture size (decompression bombs), and only the containers of `container.FORMATS`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from interview_engine.errors import MediaError
from interview_engine.i18n import msg
from pipelines.media.container import Limits, Opened, check_size, media_error, open_container, packets_from, too_long

MEMORY_BYTES = 1536 * 1024 * 1024
"""Address space of the child: libraries take about 0.5 GB of it, one 4096 x 4096 picture with references 0.3 GB."""

CPU_S = 120
WALL_S = 180
"""Copying is 15–21 ms for a minute of 480p; a file that takes this long is an attack or a broken disk."""

SPARE_BYTES = 16 * 1024 * 1024
"""How much larger than the received file the packed one may be."""

MAX_STREAMS = 16
PACKETS_PER_S = 2000
"""More packets than this a second of recording are an attack: 60 pictures and 100 sounds a second is much."""

LOOKED_AT = 3
"""Pictures and sounds decoded to see that they can be."""

MEDIA_TYPES = {"webm": "webm", "mp4": "mp4", "matroska": "x-matroska"}
"""Muxers that files are packed with, and their media type. Other containers state their length and stay as they are."""

WEBM_CODECS = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
MP4_CODECS = frozenset({"h264", "hevc", "av1", "mpeg4", "aac", "mp3", "ac3", "opus"})
"""Codecs that are packed anew; others (PCM in a QuickTime file) stay in the container they came in."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is in a received file.

    Args:
        duration_s: last end of sound or picture, seconds.
        width, height: pixels; 0 without pictures.
        packed: whether `target` was written; else the received file is to be kept as it is.
        cut: the file broke off in the middle; what was there is kept.
    """

    duration_s: float
    video: bool
    audio: bool
    width: int
    height: int
    media_type: str
    packed: bool
    cut: bool


def receive(source: Path, target: Path, media_type: str, limits: Limits) -> Recording:
    """Look at `source` in a limited child process and pack it into `target` where that helps.

    Args:
        media_type: what the first bytes said ("video/webm", "audio/wav", …).

    Raises:
        MediaError: unreadable, no_streams, zero_length, too_long, too_large; `media.bomb` when the child went over
            its limits.
    """
    job = {
        "source": str(source),
        "target": str(target),
        "media_type": media_type,
        "max_duration_s": limits.max_duration_s,
        "max_pixels": limits.max_pixels,
    }
    command = [sys.executable, "-I", "-c", _CHILD, *_import_path()]
    try:
        done = subprocess.run(
            command, input=json.dumps(job), capture_output=True, text=True, timeout=WALL_S, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise _bomb(source) from None
    if done.returncode != 0:
        raise _bomb(source)
    reply = json.loads(done.stdout)
    if "code" in reply:
        raise media_error(reply["code"], source, **reply["detail"])
    return Recording(**reply)


_CHILD = "import sys; sys.path[:0] = sys.argv[1:]; from pipelines.media.remux import child; child()"


def _import_path() -> list[str]:
    return [str(Path(__file__).resolve().parents[2])]


def child() -> None:
    """The child process: reads a job from standard input, writes its reply to standard output."""
    av.logging.set_level(None)
    job = json.load(sys.stdin)
    source, target = Path(job["source"]), Path(job["target"])
    limits = Limits(job["max_duration_s"], job["max_pixels"])
    confine(source.stat().st_size)
    try:
        reply: dict[str, Any] = asdict(look_and_pack(source, target, job["media_type"], limits))
    except MediaError as error:
        reply = {"code": error.code, "detail": error.detail}
    json.dump(reply, sys.stdout)


def confine(source_bytes: int) -> None:
    """Take from this process, for good, what reading a recording does not need."""
    largest = source_bytes + source_bytes // 8 + SPARE_BYTES
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, largest),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def look_and_pack(source: Path, target: Path, media_type: str, limits: Limits) -> Recording:
    """The work of the child; see `receive`."""
    opened = open_container(source, limits)
    with opened.container:
        if len(opened.container.streams) > MAX_STREAMS:
            raise media_error("media.unreadable", source)
        if opened.declared_s is not None and opened.declared_s > limits.max_duration_s:
            raise too_long(source, opened.declared_s, limits)
        muxer = _muxer(opened)
        if muxer is None:
            found = _copy(source, opened, None, limits)
        else:
            with av.open(str(target), "w", format=muxer, options=_options(muxer)) as output:
                found = _copy(source, opened, output, limits)
    _try_to_decode(source, limits)
    kind = "audio" if opened.video is None else "video"
    final = f"{kind}/{MEDIA_TYPES[muxer]}" if muxer else _honest(media_type, kind)
    width, height = (0, 0) if opened.video is None else (found.width, found.height)
    return Recording(
        found.end_s,
        opened.video is not None,
        opened.audio is not None,
        width,
        height,
        final,
        muxer is not None,
        found.cut,
    )


@dataclass(slots=True)
class _Copied:
    end_s: float = 0.0
    packets: int = 0
    cut: bool = False
    width: int = 0
    height: int = 0


def _copy(source: Path, opened: Opened, output: OutputContainer | None, limits: Limits) -> _Copied:
    """Every packet once: bounds are checked, and it is copied when there is an output. Times begin at 0."""
    used = [stream for stream in (opened.video, opened.audio) if stream is not None]
    targets = {} if output is None else {stream.index: output.add_stream_from_template(stream) for stream in used}
    found = _Copied()
    if opened.video is not None:
        found.width, found.height = opened.video.codec_context.width, opened.video.codec_context.height
    last_dts: dict[int, int] = {}
    errors = 0

    def failed() -> None:
        nonlocal errors
        errors += 1

    for packet in packets_from(opened, 0.0, failed):
        if packet is None:
            found.cut = True
            break
        if packet.dts is None or packet.pts is None or packet.time_base is None or not packet.size:
            continue
        found.packets += 1
        start_s = float(packet.pts * packet.time_base) - opened.origin_s
        found.end_s = max(found.end_s, start_s + float((packet.duration or 0) * packet.time_base))
        if found.end_s > limits.max_duration_s:
            raise too_long(source, found.end_s, limits)
        if found.packets > PACKETS_PER_S * (found.end_s + 10.0):
            raise media_error("media.unreadable", source)
        found.cut = packet.is_corrupt
        target = targets.get(packet.stream.index)
        if target is None or output is None or packet.is_corrupt:
            continue
        if packet.dts <= last_dts.get(packet.stream.index, packet.dts - 1):
            continue  # muxers refuse a packet that goes back in time; no decoder could show it
        last_dts[packet.stream.index] = packet.dts
        packet.stream = target
        output.mux(packet)
    if found.end_s <= 0.0:
        raise media_error("media.zero_length", source)
    found.cut = found.cut or errors > 0
    return found


def _muxer(opened: Opened) -> str | None:
    """The container to pack into; None where the received one is as good or the only one for its codecs."""
    names = opened.container.format.name.split(",")
    used = [stream for stream in (opened.video, opened.audio) if stream is not None]
    codecs = {_PLAIN.get(stream.codec_context.name, stream.codec_context.name) for stream in used}
    if "matroska" in names:
        return "webm" if codecs <= WEBM_CODECS else "matroska"
    return "mp4" if "mov" in names and codecs <= MP4_CODECS else None


_PLAIN = {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "libopus": "opus", "mp3float": "mp3", "h264": "h264"}
"""Decoders by the codec they read."""


def _options(muxer: str) -> dict[str, str]:
    """The same recording gives the same bytes; an mp4 begins with its index."""
    common = {"fflags": "+bitexact"}
    return {**common, "movflags": "+faststart"} if muxer == "mp4" else common


def _honest(media_type: str, kind: str) -> str:
    """The type by content, with sound alone called sound ("video/ogg" without pictures is "audio/ogg")."""
    family, _, form = media_type.partition("/")
    return f"{kind}/{form}" if family in ("audio", "video") else media_type


def _try_to_decode(source: Path, limits: Limits) -> None:
    """Decode the first pictures and sounds: what nothing can play is refused now, not found out by a worker."""
    opened = open_container(source, limits)
    with opened.container:
        for stream in (opened.video, opened.audio):
            if stream is not None and not _decodes(source, opened.container, stream, limits):
                raise media_error("media.unreadable", source)


def _decodes(source: Path, container: InputContainer, stream: Stream, limits: Limits) -> bool:
    seen = 0
    try:
        container.seek(0)
        for frame in container.decode(stream):
            if isinstance(frame, av.VideoFrame):
                check_size(source, frame.width, frame.height, limits)
            seen += 1
            if seen >= LOOKED_AT:
                break
    except (av.FFmpegError, ValueError):
        return seen > 0
    return seen > 0


def _bomb(source: Path) -> MediaError:
    return MediaError(
        "media.bomb",
        msg("{name}: opening this file takes more than is allowed.", name=source.name),
        msg("Record it again with a phone or browser, or send an ordinary MP4 file."),
    )
