"""Single pictures of a recording at given times, for the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
from av.video.frame import VideoFrame

from interview_engine.assessment.media import Frame
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
from pipelines.media.continuity import continuous
from pipelines.media.joined import Part
from pipelines.media.lengths import beginnings
from pipelines.media.orientation import orientation_of
from pipelines.media.pictures import upright_rgb


def grab_frames(
    path: Path | str, times_s: Sequence[float], *, height: int = 480, limits: Limits | None = None
) -> list[Frame]:
    """The picture on screen at each of `times_s` (seconds from the container's start), in the order given.

    That is the last picture at or before the time; before the first picture the first, after the last the last. Each
    `Frame.time_s` is the picture's own time.

    Args:
        height: pixels of the pictures' shorter side; smaller pictures keep their size.

    Raises:
        MediaError: as `open_container`; no_streams without a picture stream, unreadable when none can be decoded.
    """
    path = Path(path)
    limits = limits or Limits()
    parts, _ = open_parts(path, limits, with_audio=False)
    try:
        begins = beginnings(parts)
        shown = [(part.part, begin_s) for part, begin_s in zip(parts, begins, strict=True) if part.video is not None]
    finally:
        close_all(parts)
    if not shown:
        raise media_error("media.no_streams", path)
    grabbed: dict[float, Frame] = {}
    for time_s in sorted(set(times_s)):
        begun = [one for one in shown if one[1] <= max(0.0, time_s)]
        part, begin_s = begun[-1] if begun else shown[0]
        grabbed[time_s] = _grab(path, part, max(0.0, time_s), begin_s, height, limits)
    return [grabbed[time_s] for time_s in times_s]


def _grab(path: Path, part: Part | None, time_s: float, begin_s: float, height: int, limits: Limits) -> Frame:
    opened = open_container(path, limits, with_audio=False, part=part)
    with opened.container:
        if opened.video is None:
            raise media_error("media.no_streams", path)
        found: VideoFrame | None = None
        for frame in decoded_pictures(opened, max(0.0, time_s - begin_s)):
            assert frame.time is not None
            if found is not None and frame.time - opened.origin_s + begin_s > time_s + 1e-3:
                break
            found = frame
        if found is None or found.time is None:
            raise media_error("media.unreadable", path)
        check_size(path, found.width, found.height, limits)
        return Frame(
            found.time - opened.origin_s + begin_s,
            upright_rgb(found, opened.video.sample_aspect_ratio, height, orientation_of(found)),
        )


def decoded_pictures(opened: Opened, start_s: float) -> Iterator[VideoFrame]:
    """Pictures that have a time, in order, from a little before `start_s`; damaged packets are passed over."""
    packets = packets_from(opened, start_s, lambda: None)
    for packet in continuous(packets, opened, start_s, lambda kind, length_s: None):
        if packet is None:
            return
        if packet.stream is not opened.video:
            continue
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame) and frame.time is not None:
                yield frame
