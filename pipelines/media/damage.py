"""What is broken in a recording: damaged packets are counted and passed over, never fatal."""

from __future__ import annotations

import av
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


class Damage:
    """Counts what was passed over while one recording is read.

    Attributes:
        errors: damaged packets, frames out of place and failed reads so far.
        broke_off: whether the last packet that was read is incomplete, or reading failed for good.
    """

    def __init__(self) -> None:
        self.errors = 0
        self.broke_off = False

    def count(self) -> None:
        """Count one more error of the decoder."""
        self.errors += 1

    def frames_of(self, packet: Packet[Stream]) -> list[AudioFrame | VideoFrame]:
        """The decoded frames of a packet; none, and one error more, when it is damaged."""
        try:
            return list(packet.decode())  # type: ignore[arg-type]
        except (av.FFmpegError, ValueError):
            self.count()
            return []

    def frames_left_in(self, stream: VideoStream) -> list[VideoFrame]:
        """The frames that a stream's decoder still holds; none, and one error more, when they are damaged."""
        try:
            return list(stream.codec_context.decode(None))
        except (av.FFmpegError, ValueError):
            self.count()
            return []
