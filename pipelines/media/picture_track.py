"""The pictures of a recording: sampled by their true times, or, while nobody looks, only how far they reach."""

from __future__ import annotations

from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from interview_engine.assessment.media import Frame
from pipelines.media.container import check_size, seconds
from pipelines.media.continuity import Reach
from pipelines.media.damage import Damage
from pipelines.media.orientation import Orientation, orientation_of
from pipelines.media.pictures import Sampler, upright_rgb
from pipelines.media.sparing import FrameSkipper, can_skip_smoothing, can_spare
from pipelines.media.window import Window

LENGTH_S = 0.04
"""What a picture stands for that has no time of its own."""

END_SLACK_S = 0.1
"""Pictures that are not decoded have reached the window's end when this little is missing."""


class PictureTrack:
    """Takes the packets of the picture streams of a recording, in their order.

    Attributes:
        looked_at: whether pictures are wanted; packets are decoded only then.
    """

    def __init__(self, damage: Damage, *, frames_per_second: float, short_side: int) -> None:
        self.looked_at = False
        self._reach = Reach()
        self._damage = damage
        self._sampler = Sampler(frames_per_second)
        self._short_side = short_side
        self._behind_window = False

    def begin(self, stream: VideoStream, window: Window) -> None:
        """The next packets are of this stream; `window` is on its clock."""
        self._stream = stream
        self._window = window
        self._skipper = FrameSkipper(self._sampler, window.zero_s) if can_spare(stream) else None
        self._turn: Orientation | None = None
        if can_skip_smoothing(stream, self._short_side):
            decoder = stream.codec_context
            decoder.options = {**decoder.options, "skip_loop_filter": "all"}

    @property
    def end_s(self) -> float:
        """Seconds from the window's start to the end of the last picture so far."""
        return self._reach.end_s

    @property
    def complete(self) -> bool:
        """Whether everything up to the window's end was seen or passed over; never without an end."""
        if self._window.length_s is None or self.looked_at:
            return self._behind_window
        return self.end_s >= self._window.length_s - END_SLACK_S

    def take(self, packet: Packet[Stream]) -> Iterator[Frame]:
        """The sampled pictures that come out with a packet, upright and scaled.

        Raises:
            MediaError: too_long or too_large.
        """
        if self.looked_at and not self._behind_window:
            yield from self._sampled(packet)
        else:
            self._pass_over(packet)

    def rest(self) -> Iterator[Frame]:
        """The sampled pictures that the decoder still holds where a file broke off."""
        if self.looked_at and not self._behind_window:
            yield from self._sampled(None)

    def _sampled(self, packet: Packet[Stream] | None) -> Iterator[Frame]:
        window = self._window
        for frame in self._decoded(packet):
            if frame.pts is None:
                self._damage.leave_out("pictures", LENGTH_S)
                continue
            time_s = frame.time - window.zero_s
            if window.is_behind(time_s):
                self._behind_window = True
                return
            check_size(window.path, frame.width, frame.height, window.limits)
            window.check_length(time_s)
            length_s = seconds(frame.duration, frame.time_base) if frame.duration and frame.time_base else 0.0
            self._reach.add(0, time_s, length_s)
            if self._samples(frame, time_s):
                if self._turn is None:
                    self._turn = orientation_of(frame)
                shape = self._stream.sample_aspect_ratio
                yield Frame(time_s, upright_rgb(frame, shape, self._short_side, self._turn))

    def _samples(self, frame: VideoFrame, time_s: float) -> bool:
        if self._skipper is None:
            return time_s >= 0.0 and self._sampler.takes(time_s)
        wanted = self._skipper.wants(frame.pts)
        self._skipper.forget(frame.pts)
        return wanted

    def _decoded(self, packet: Packet[Stream] | None) -> Iterator[VideoFrame]:
        """Pictures of a packet (None: the end), leaving out those that are neither sampled nor referred to."""
        packets: list[tuple[Packet[Stream] | None, bool]] = [(packet, True)]
        if self._skipper is not None:
            packets = [*self._skipper.feed(packet), *([(None, True)] if packet is None else [])]
        for ready, needed in packets:
            self._stream.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
            if ready is not None and not needed:
                self._pass_over(ready)
            frames = self._damage.frames_left_in(self._stream) if ready is None else self._damage.frames_of(ready)
            for frame in frames:
                assert isinstance(frame, VideoFrame)
                yield frame

    def _pass_over(self, packet: Packet[Stream]) -> None:
        """Note how far a packet that is not decoded reaches."""
        if packet.pts is None or packet.is_corrupt:
            return
        base = packet.time_base
        time_s = seconds(packet.pts, base) - self._window.zero_s
        if self._window.is_behind(time_s):
            return
        self._window.check_length(time_s)
        self._reach.add(0, time_s, seconds(packet.duration or 0, base))
