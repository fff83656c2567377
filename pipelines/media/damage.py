"""What is broken in a recording: damaged packets are counted and passed over, never fatal, and never in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import av
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from interview_engine.assessment.reasons import Reason
from pipelines.media.container import Opened
from pipelines.media.continuity import kind_of, length_of

TRUNCATION_TOLERANCE_S = 1.0
"""A file that ends this much (and 1 %) before its stated length broke off; less is rounding and encoder padding. So did
a file whose last packet is incomplete or whose reading failed for good, whatever it states."""

LEAST_LEFT_OUT_S = 0.1
"""Less lost sound than this is a click: no word is that short (a packet of Opus or AAC holds 0.02 s)."""

LEAST_PICTURES_S = 1.0
"""Less lost picture than this changes no measure: pictures are looked at five times a second."""


MARK = "interview-engine: "
NOTE = re.compile(r"(media\.[a-z_]+) ([0-9.]{1,12})")
RESTARTS = re.compile(r"restarts((?: \d{1,6}\.\d{3})+)")
"""What a packed recording says of itself in its comment: why it is not whole, a code of reasons.py and its number; and
the seconds at which the recorder was started again, which the packed file no longer shows."""

NOTED = {
    "media.truncated": "at_s",
    "media.left_out": "seconds",
    "media.track_left_out": "count",
    "media.sound_missing": "seconds",
    "media.pictures_missing": "seconds",
}


def note_of(reason: Reason | None, restarts_s: Sequence[float] = ()) -> str:
    """The comment that a packed recording carries; "" for a whole one in one piece."""
    said = [] if reason is None else [f"{reason.code} {reason.detail[NOTED[reason.code]]}"]
    if restarts_s:
        said.append("restarts " + " ".join(f"{at_s:.3f}" for at_s in restarts_s))
    return MARK + "; ".join(said) if said else ""


def noted(parts: Sequence[Opened]) -> Reason | None:
    """What was noted when a recording was packed that was not whole; None where nothing was."""
    for opened in parts:
        for note in _notes(opened):
            found = NOTE.fullmatch(note)
            if found is not None and found[1] in NOTED:
                return Reason(found[1], {NOTED[found[1]]: found[2]})
    return None


def noted_restarts(opened: Opened) -> tuple[float, ...]:
    """Where recordings were joined when this one was packed, seconds from its start."""
    for note in _notes(opened):
        if found := RESTARTS.fullmatch(note):
            return tuple(float(at) for at in found[1].split())
    return ()


def _notes(opened: Opened) -> list[str]:
    metadata = opened.container.metadata
    comments = [value for name, value in metadata.items() if name.lower() == "comment" and value.startswith(MARK)]
    return [note for value in comments for note in value.removeprefix(MARK).split("; ")]


class Damage:
    """Counts what was passed over while one recording is read.

    Attributes:
        errors: damaged packets, frames out of place and failed reads so far.
        broke_off: whether the last packet that was read is incomplete, or reading failed for good.
        lost_tracks: streams that cannot be decoded, or joined recordings that cannot be opened.
    """

    def __init__(self, lost_tracks: int = 0) -> None:
        self.errors = 0
        self.broke_off = False
        self.lost_tracks = lost_tracks
        self._left_out_s = {"sound": 0.0, "pictures": 0.0}

    def count(self) -> None:
        """Count one more error of the decoder."""
        self.errors += 1

    def leave_out(self, kind: str, length_s: float) -> None:
        """Count so many seconds of "sound" or "pictures" that are not used."""
        self.errors += 1
        self._left_out_s[kind] += length_s

    def left_out(self) -> Reason | None:
        """What was not used, when it is enough to matter."""
        sound_s, pictures_s = self._left_out_s["sound"], self._left_out_s["pictures"]
        lost_s = max(
            sound_s if sound_s >= LEAST_LEFT_OUT_S else 0.0, pictures_s if pictures_s >= LEAST_PICTURES_S else 0.0
        )
        if lost_s > 0.0:
            return Reason("media.left_out", {"seconds": f"{lost_s:.1f}"})
        if self.lost_tracks:
            return Reason("media.track_left_out", {"count": str(self.lost_tracks)})
        return None

    def truncation(self, start_s: float, reached_s: float, expected_s: float | None) -> Reason | None:
        """Why a recording is not whole: it broke off, ends well before its header says, or something was left out.

        Args:
            start_s: where the window begins, seconds from the recording's start. reached_s: how long what is there is.
            expected_s: how long the header says it is; None where it says nothing.
        """
        tolerance_s = TRUNCATION_TOLERANCE_S + 0.01 * reached_s
        if not self.broke_off and (expected_s is None or reached_s >= expected_s - tolerance_s):
            return self.left_out()
        return Reason("media.truncated", {"at_s": f"{start_s + reached_s:.1f}"})

    def frames_of(self, packet: Packet[Stream]) -> list[AudioFrame | VideoFrame]:
        """The decoded frames of a packet; none, and one error more, when it is damaged."""
        try:
            return list(packet.decode())  # type: ignore[arg-type]
        except (av.FFmpegError, ValueError):
            self.leave_out(kind_of(packet), length_of(packet))
            return []

    def frames_left_in(self, stream: VideoStream) -> list[VideoFrame]:
        """The frames that a stream's decoder still holds; none, and one error more, when they are damaged."""
        try:
            return list(stream.codec_context.decode(None))
        except (av.FFmpegError, ValueError):
            self.count()
            return []
