"""The sound of a recording: every packet decoded, every sample at its time."""

from __future__ import annotations

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream

from interview_engine.assessment.media import Audio
from pipelines.media.damage import Damage
from pipelines.media.mono import MonoSound
from pipelines.media.pictures import seconds
from pipelines.media.window import Window

SETTLING_S = 1.0
"""So much before the window is decoded too, so that codecs settle."""


class SoundTrack:
    """Takes the packets of the sound stream, in their order."""

    def __init__(self, stream: AudioStream, window: Window, damage: Damage) -> None:
        self._stream = stream
        self._window = window
        self._damage = damage
        self._sound = MonoSound(window.zero_s, window.length_s, damage.count)
        self._heard = False

    @property
    def end_s(self) -> float:
        """Seconds from the window's start to the end of what was heard."""
        return self._sound.end_s

    @property
    def complete(self) -> bool:
        """Whether everything up to the window's end is there."""
        return self._sound.complete

    def take(self, packet: Packet[Stream]) -> None:
        """Decode a packet and keep what belongs into the window.

        Raises:
            MediaError: `media.too_long`. OutputError: the folder of temporary files is full.
        """
        if self._sound.complete or self._ends_before_window(packet):
            return
        for frame in self._damage.frames_of(packet):
            assert isinstance(frame, AudioFrame)
            if frame.time is not None and self._window.is_stray(frame.time - self._window.zero_s):
                self._damage.count()
                continue
            self._sound.add(frame)
            self._heard = self._heard or self._sound.end_s > 0.0
            self._window.check_length(self._sound.end_s)

    def audio(self) -> Audio | None:
        """All that was heard; None when that is nothing. Nothing can be added afterwards."""
        if not self._heard:
            return None
        codec = self._stream.codec_context
        return Audio(self._sound.samples(), codec.sample_rate, codec.name)

    def forget(self) -> None:
        """Free what was collected; nothing can be added or asked for afterwards."""
        self._sound.forget()

    def _ends_before_window(self, packet: Packet[Stream]) -> bool:
        """Whether a packet may be skipped."""
        if packet.pts is None or self._window.start_s <= 0.0:
            return False
        return seconds(packet.pts, packet.time_base) < self._window.zero_s - SETTLING_S
