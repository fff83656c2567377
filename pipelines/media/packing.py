"""Packets copied, untouched, into one file: of one recording, or of several that lie in a file one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from interview_engine.assessment.reasons import Reason
from pipelines.media.container import Limits, Opened, media_error, packets_from, too_long
from pipelines.media.continuity import LONGEST_PACKET_S, Reach, continuous, kind_of, length_of
from pipelines.media.covered import Covered
from pipelines.media.damage import Damage, noted, noted_restarts
from pipelines.media.decoding_times import with_decoding_times

PACKETS_PER_S = 2000
"""More packets than this a second of recording are an attack: 60 pictures and 100 sounds a second is much."""

MEETING_S = 0.5
"""Where one recording ends and the next begins in a file, their packets may overlap by this."""

SELF_DESCRIBING = frozenset({"vp8", "libvpx", "vp9", "libvpx-vp9", "av1", "libdav1d", "opus", "libopus"})
"""Decoders of codecs whose packets say themselves how large a picture is, or how many channels: others may follow."""

WEBM_CODECS = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
MP4_CODECS = frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "ac3", "opus", "flac"})
"""Codecs that are packed anew; others (PCM in a QuickTime file) stay in the container they came in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read, and which sound streams of each container are kept, by their place, the speaking one first.

    `mirrored`: a matrix beside the pictures only mirrors them, which browsers take for a half turn: it is not kept.
    """

    source: Path
    limits: Limits
    parts: tuple[Opened, ...]
    sounds: tuple[int, ...]
    lost: int
    mirrored: bool

    def kept(self, part: Opened) -> list[Stream]:
        """The streams that are kept of a container, in their order in the packed file."""
        pictures: list[Stream] = [] if part.video is None else [part.video]
        return [*pictures, *(part.sounds[place] for place in self.sounds if place < len(part.sounds))]


@dataclass(slots=True)
class Copied:
    """What a copy found: last end in seconds, packets, pixels of the pictures, why it is not whole, or None, and where
    one recording ends and the next begins, in seconds."""

    end_s: float = 0.0
    packets: int = 0
    width: int = 0
    height: int = 0
    reason: Reason | None = None
    restarts_s: tuple[float, ...] = ()


NO_ENCODER = frozenset({"libdav1d"})
"""Decoders of pictures that have no encoder of their name. PyAV looks for one unless it is told to keep the decoder's
parameters, although packets are only copied."""


def added_like(container: OutputContainer, stream: Stream) -> Stream:
    """A new stream that takes packets of `stream` as they are."""
    template = cast(VideoStream, stream)
    if stream.codec_context.codec.name in NO_ENCODER:
        return container.add_stream_from_template(template, opaque=True)
    return container.add_stream_from_template(template)


class Track:
    """A stream that is read: its clock, asked once and not of every packet, and where its packets go.

    Attributes:
        place: of its packets in the packed file; -1 for a stream that is not kept.
        shift: ticks by which its packets are written later. longest: ticks of the longest packet.
    """

    __slots__ = ("denominator", "longest", "numerator", "place", "shift", "tick_s")

    def __init__(self, time_base: Fraction, place: int, shift_s: float) -> None:
        self.numerator, self.denominator = time_base.numerator, time_base.denominator
        self.tick_s = float(time_base)
        self.place = place
        self.shift = round(shift_s / self.tick_s)
        self.longest = LONGEST_PACKET_S / self.tick_s


class Output:
    """The packed file while it is written."""

    def __init__(self, container: OutputContainer, plan: Plan) -> None:
        self._container = container
        self._streams = [added_like(container, stream) for stream in plan.kept(plan.parts[0])]
        self._last: dict[int, int] = {}
        self._step: dict[int, int] = {}
        if plan.mirrored:
            cast(VideoStream, self._streams[0]).set_display_rotation(0)

    def put(self, packet: Packet[Stream], track: Track, *, joins: bool) -> bool:
        """Write a packet, later by its track's shift; False when it goes back in time, which muxers refuse.

        Args:
            joins: of another recording than the first: where two meet, they may overlap a little.
        """
        assert packet.dts is not None
        assert packet.pts is not None
        place = track.place
        pts, dts = packet.pts + track.shift, packet.dts + track.shift
        last = self._last.get(place)
        if last is not None and dts <= last:
            if not joins or last - dts > MEETING_S / track.tick_s:
                return False
            pts, dts = max(pts, last + 1), last + 1
        packet.pts, packet.dts = pts, dts
        if last is not None and dts - last <= track.longest:
            self._step[place] = dts - last
        if not packet.duration:
            packet.duration = self._step.get(place, 0)  # or an mp4 ends before its last picture
        self._last[place] = dts
        packet.stream = self._streams[place]
        self._container.mux(packet)
        return True


def copied(plan: Plan, output: Output | None) -> Copied:
    """Every packet once: bounds are checked, and it is copied when there is an output. Times begin at 0."""
    found = Copied()
    damage = Damage(plan.lost + sum(part.lost_tracks for part in plan.parts))
    covered = Covered()
    stated_s: float | None = None
    limit_s, few = plan.limits.max_duration_s, PACKETS_PER_S * 10
    for part in plan.parts:
        begins_s, reach = found.end_s, Reach()
        tracks: dict[int, Track] = {}
        covered.begin()
        found.restarts_s += (begins_s,) if begins_s > 0.0 else ()
        found.restarts_s += tuple(begins_s + at_s for at_s in noted_restarts(part))
        stated_s = None if part.declared_s is None else begins_s + part.declared_s
        kept = {stream.index: place for place, stream in enumerate(plan.kept(part))}
        if part.video is not None and not found.width:
            found.width, found.height = part.video.codec_context.width, part.video.codec_context.height
        packets = with_decoding_times(packets_from(part, 0.0, damage.count))
        for packet in continuous(packets, part, 0.0, damage.leave_out):
            if packet is None:
                damage.broke_off = True
                break
            pts = packet.pts
            if packet.dts is None or pts is None or not packet.size:
                continue
            index = packet.stream.index
            track = tracks.get(index)
            if track is None:
                track = tracks[index] = Track(packet.time_base, kept.get(index, -1), begins_s - part.origin_s)
            found.packets += 1
            start_s = pts * track.numerator / track.denominator - part.origin_s + begins_s
            end_s = reach.add(index, start_s, (packet.duration or 0) * track.numerator / track.denominator)
            if end_s > limit_s:
                raise too_long(plan.source, end_s, plan.limits)
            if found.packets > few and found.packets > PACKETS_PER_S * (max(begins_s, reach.end_s) + 10.0):
                raise media_error("media.unreadable", plan.source)
            corrupt = damage.broke_off = packet.is_corrupt
            covered.add(packet, part.origin_s - begins_s)
            if track.place < 0 or output is None or corrupt:
                continue
            if not output.put(packet, track, joins=part is not plan.parts[0]):
                damage.leave_out(kind_of(packet), length_of(packet))
        found.end_s = max(begins_s, reach.end_s)
        damage.broke_off = part.is_cut_off(damage.broke_off)
    if found.end_s <= 0.0:
        raise media_error("media.zero_length", plan.source)
    found.reason = noted(plan.parts) or damage.truncation(0.0, found.end_s, stated_s) or covered.missing(found.end_s)
    return found


def muxer_for(plan: Plan) -> str | None:
    """The container to pack into; None where the received one is as good or the only one for its codecs, or where
    recordings that lie in one file differ too much for one (they are read as they are)."""
    first = plan.parts[0]
    if any(
        len(part.sounds) != len(first.sounds) or not _alike(plan.kept(first), plan.kept(part))
        for part in plan.parts[1:]
    ):
        return None
    names = first.container.format.name.split(",")
    codecs = {_PLAIN.get(stream.codec_context.name, stream.codec_context.name) for stream in plan.kept(first)}
    if "matroska" in names:
        return "webm" if codecs <= WEBM_CODECS else "matroska"
    return "mp4" if "mov" in names and codecs <= MP4_CODECS else None


def _alike(streams: Sequence[Stream], others: Sequence[Stream]) -> bool:
    """Whether packets of the later streams can follow those of the earlier ones: the same codecs, set up alike."""
    if len(streams) != len(others):
        return False
    for one, other in zip(streams, others, strict=True):
        ours, theirs = one.codec_context, other.codec_context
        if ours.name != theirs.name or one.time_base != other.time_base:
            return False
        if isinstance(one, AudioStream) and isinstance(other, AudioStream) and _form(one) != _form(other):
            return False
        if ours.name not in SELF_DESCRIBING and ours.extradata != theirs.extradata:
            return False
    return True


def _form(stream: AudioStream) -> tuple[int, str]:
    return stream.codec_context.sample_rate, stream.codec_context.layout.name


_PLAIN = {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "libopus": "opus", "mp3float": "mp3", "h264": "h264"}
"""Decoders by the codec they read."""
