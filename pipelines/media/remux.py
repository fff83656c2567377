"""A received recording made fit to keep: looked at and packed again in a child process that cannot take much.

A browser's recording states no duration and cannot be sought in; its packets are copied, untouched, into a file that
can. Strangers' files are opened only in the child: little memory, seconds of processor time, no new processes, bounds
on duration and picture size (decompression bombs), and only the containers of `container.FORMATS`.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Stream

from interview_engine.errors import MediaError
from interview_engine.i18n import msg
from pipelines.media.container import (
    Limits,
    Opened,
    check_size,
    close_all,
    media_error,
    open_container,
    open_parts,
    packets_from,
)
from pipelines.media.damage import note_of
from pipelines.media.nursery import Nursery
from pipelines.media.orientation import is_mirror_only
from pipelines.media.packing import Copied, Output, Plan, copied, muxer_for

MEMORY_BYTES = 1536 * 1024 * 1024
"""Address space of the child: libraries take about 0.5 GB of it, one 4096 x 4096 picture with references 0.3 GB."""

CPU_S = 120
WALL_S = 180
"""Copying is 15–21 ms for a minute of 480p; a file that takes this long is an attack or a broken disk."""

SPARE_BYTES = 16 * 1024 * 1024
"""How much larger than the received file the packed one may be."""

MAX_STREAMS = 16
LOOKED_AT = 3
"""Pictures and sounds decoded to see that they can be."""

MEDIA_TYPES = {"webm": "webm", "mp4": "mp4", "matroska": "x-matroska"}
"""Muxers that files are packed with, and their media type. Other containers state their length and stay as they are."""


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
    answer = _nursery().ask(json.dumps(job).encode(), WALL_S)
    if answer is None:
        raise _bomb(source)
    reply = json.loads(answer)
    if "code" in reply:
        raise media_error(reply["code"], source, **reply["detail"])
    return Recording(**reply)


_MOTHER = (
    "import sys; sys.path[:0] = sys.argv[1:]; from pipelines.media import nursery, remux; "
    "nursery.live(remux.child, remux.WALL_S)"
)


@cache
def _nursery() -> Nursery:
    return Nursery([sys.executable, "-I", "-S", "-c", _MOTHER, *_import_path()])


def _import_path() -> list[str]:
    """Where the child finds this package and its libraries: without `site`, it starts in four fifths of the time."""
    return [str(Path(__file__).resolve().parents[2]), *(path for path in sys.path if os.path.isabs(path))]


def child(task: bytes) -> bytes:
    """The child process: what is in a recording, or why it is refused."""
    av.logging.set_level(None)
    job = json.loads(task)
    source, target = Path(job["source"]), Path(job["target"])
    limits = Limits(job["max_duration_s"], job["max_pixels"])
    confine(source.stat().st_size)
    try:
        reply: dict[str, Any] = asdict(look_and_pack(source, target, job["media_type"], limits))
    except MediaError as error:
        reply = {"code": error.code, "detail": error.detail}
    return json.dumps(reply).encode()


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
    opened, lost = open_parts(source, limits)
    try:
        if any(len(part.container.streams) > MAX_STREAMS for part in opened):
            raise media_error("media.unreadable", source)
        sounds = _sounds(opened)
        mirrored = _try_to_decode(source, opened[0], limits)
        plan = Plan(source, limits, opened, sounds, lost, mirrored)
        muxer = muxer_for(plan)
        found = _pack(plan, target, muxer, None)
        if muxer is not None and (note := note_of(found.reason, found.restarts_s)):
            close_all(opened)
            opened, lost = open_parts(source, limits)
            _pack(replace(plan, parts=opened), target, muxer, note)
    finally:
        close_all(opened)
    pictures = next((part.video for part in opened if part.video is not None), None)
    kind = "audio" if pictures is None else "video"
    final = f"{kind}/{MEDIA_TYPES[muxer]}" if muxer else _honest(media_type, kind)
    return Recording(
        found.end_s,
        pictures is not None,
        any(part.sounds for part in opened),
        found.width,
        found.height,
        final,
        muxer is not None,
        found.reason is not None,
    )


def speaking_sound(path: Path, limits: Limits) -> int:
    """The place among a file's sounds of the one that holds the speech; 0 where there is but one.

    Raises:
        MediaError: as `container.open_parts`.
    """
    opened, _ = open_parts(path, limits)
    try:
        return next(iter(_sounds(opened)), 0)
    finally:
        close_all(opened)


def _sounds(parts: Sequence[Opened]) -> tuple[int, ...]:
    """Which sound streams are kept: the one with the speech first, then others with speech of their own, in any of the
    recordings that lie in the file: after a restart the speech may be in another."""
    count = max(len(part.sounds) for part in parts)
    if count < 2:
        return tuple(range(len(parts[0].sounds)))
    from pipelines.media.channels import has_own_speech, level_db, speaking  # numpy: only for files with several tracks

    levels: list[list[float]] = [[] for _ in range(count)]
    for part in parts:
        again = part.again()
        places = {stream.index: place for place, stream in enumerate(again.sounds)}
        with again.container:
            for packet in packets_from(again, 0.0, lambda: None):
                if packet is None or packet.stream.index not in places:
                    continue
                with contextlib.suppress(av.FFmpegError, ValueError):
                    levels[places[packet.stream.index]] += [
                        level_db(frame) for frame in packet.decode() if isinstance(frame, av.AudioFrame)
                    ]
    first = speaking(levels)
    return (first, *(place for place in range(count) if place != first and has_own_speech(levels, place, first)))


def _pack(plan: Plan, target: Path, muxer: str | None, note: str | None) -> Copied:
    if muxer is None:
        return copied(plan, None)
    with av.open(str(target), "w", format=muxer, options=_options(muxer)) as output:
        if note is not None:
            output.metadata["comment"] = note
        return copied(plan, Output(output, plan))


def _options(muxer: str) -> dict[str, str]:
    """The same recording gives the same bytes; an mp4 begins with its index."""
    common = {"fflags": "+bitexact"}
    return {**common, "movflags": "+faststart"} if muxer == "mp4" else common


def _honest(media_type: str, kind: str) -> str:
    """The type by content, with sound alone called sound ("video/ogg" without pictures is "audio/ogg")."""
    family, _, form = media_type.partition("/")
    return f"{kind}/{form}" if family in ("audio", "video") else media_type


def _try_to_decode(source: Path, first: Opened, limits: Limits) -> bool:
    """Decode the first pictures and sounds: what nothing can play is refused now, not found out by a worker.

    Returns: whether the pictures' display matrix only mirrors them.
    """
    opened = open_container(source, limits, part=first.part)
    with opened.container:
        streams = [stream for stream in (opened.video, opened.audio) if stream is not None]
        seen = _first_frames(source, opened.container, streams, limits)
    if not all(seen.values()):
        raise media_error("media.unreadable", source)
    return any(isinstance(frames[0], av.VideoFrame) and is_mirror_only(frames[0]) for frames in seen.values())


def _first_frames(
    source: Path, container: InputContainer, streams: Sequence[Stream], limits: Limits
) -> dict[int, list[av.VideoFrame | av.AudioFrame]]:
    """The first `LOOKED_AT` frames of each stream, by its index, or fewer where they cannot be read.

    Raises:
        MediaError: too_large.
    """
    seen: dict[int, list[av.VideoFrame | av.AudioFrame]] = {stream.index: [] for stream in streams}
    waiting = set(seen)
    with contextlib.suppress(av.FFmpegError, ValueError):
        for packet in container.demux(*streams):
            index = packet.stream.index
            if index not in waiting:
                continue
            try:
                for frame in packet.decode():
                    if isinstance(frame, av.VideoFrame):
                        check_size(source, frame.width, frame.height, limits)
                    if isinstance(frame, av.VideoFrame | av.AudioFrame):
                        seen[index].append(frame)
            except (av.FFmpegError, ValueError):
                waiting.discard(index)
            if len(seen[index]) >= LOOKED_AT:
                waiting.discard(index)
            if not waiting:
                break
    return seen


def _bomb(source: Path) -> MediaError:
    return MediaError(
        "media.bomb",
        msg("{name}: opening this file takes more than is allowed.", name=source.name),
        msg("Record it again with a phone or browser, or send an ordinary MP4 file."),
    )
