"""Which stretches of a recording hold anything: where no track has packets, nothing was recorded; where only the sound
or only the pictures have none, that part of the recording is missing."""

from __future__ import annotations

from av.packet import Packet
from av.stream import Stream

from interview_engine.assessment.delivery.spans import Span, clip, gaps, merge
from interview_engine.assessment.reasons import Reason
from pipelines.media.continuity import kind_of

LEAST_GAP_S = 1.0
"""A shorter hole between two packets of a stream is how it was encoded (a still picture, silence left out), not a pause
of the recorder."""

MISSING_S = {"sound": 1.0, "pictures": 2.0}
"""Seconds, and 1 % of the recording, from which missing sound or pictures are told of. Sound and pictures of a browser
end within .2 s of each other; a camera that is starved skips pictures for a second without meaning anything."""


class Covered:
    """Collects where the packets of a recording lie, seconds from the window's start."""

    def __init__(self) -> None:
        self._tracks: dict[int, tuple[float, list[list[float]]]] = {}
        self._stretches: dict[tuple[str, int], list[list[float]]] = {}

    def begin(self) -> None:
        """The next packets are of another container, with clocks of its own."""
        self._tracks.clear()

    def add(self, packet: Packet[Stream], zero_s: float) -> None:
        """Count a packet; `zero_s` is the window's start on its container's clock."""
        if packet.pts is None:
            return
        place = packet.stream.index
        track = self._tracks.get(place)
        if track is None:
            stretches = self._stretches.setdefault((kind_of(packet), place), [])
            track = self._tracks[place] = float(packet.time_base), stretches
        tick_s, stretches = track
        start_s = packet.pts * tick_s - zero_s
        length_s = (packet.duration or 0) * tick_s
        end_s = start_s + (length_s if length_s <= LEAST_GAP_S else 0.0)  # an mp4 stretches the last before a hole
        last = stretches[-1] if stretches else None
        if last is not None and last[0] <= start_s <= last[1] + LEAST_GAP_S:
            last[1] = max(last[1], end_s)
        else:
            stretches.append([start_s, max(end_s, start_s + 1e-3)])

    def gaps(self, length_s: float) -> tuple[Span, ...]:
        """Where nothing was recorded between what was, at least `LEAST_GAP_S` each."""
        spans = merge([Span(*stretch) for stretches in self._stretches.values() for stretch in stretches])
        if not spans:
            return ()
        extent = Span(max(0.0, spans[0].start_s), min(length_s, spans[-1].end_s))
        return tuple(
            Span(round(gap.start_s, 3), round(gap.end_s, 3))
            for gap in gaps(spans, extent)
            if gap.duration_s >= LEAST_GAP_S and gap.start_s >= extent.start_s
        )

    def without(self, kind: str, length_s: float) -> tuple[Span, ...]:
        """Where "sound" or "pictures" hold nothing while the other goes on, at least `LEAST_GAP_S` each.

        None of a track that is not there, or whose packets are rare all along: slides, a still picture.
        """
        ours, others = self._of(kind), merge([span for one in MISSING_S if one != kind for span in self._of(one)])
        if not ours or not others or sum(span.duration_s for span in ours) < LEAST_GAP_S * len(ours):
            return ()
        extent = Span(max(0.0, min(ours[0].start_s, others[0].start_s)), length_s)
        return tuple(
            Span(round(span.start_s, 3), round(span.end_s, 3))
            for gap in gaps(clip(ours, extent), extent)
            for span in clip(others, gap)
            if span.duration_s >= LEAST_GAP_S
        )

    def missing(self, length_s: float) -> Reason | None:
        """Why a recording is not whole although nothing in it is damaged: much of its sound or pictures is missing."""
        for kind, least_s in MISSING_S.items():
            missing_s = sum(span.duration_s for span in self.without(kind, length_s))
            if missing_s >= least_s + 0.01 * length_s:
                return Reason(f"media.{kind}_missing", {"seconds": f"{missing_s:.1f}"})
        return None

    def _of(self, kind: str) -> tuple[Span, ...]:
        found = [stretches for (one, _), stretches in self._stretches.items() if one == kind]
        return merge([Span(*stretch) for stretches in found for stretch in stretches])
