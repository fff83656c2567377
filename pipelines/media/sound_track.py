"""The sound of a recording: every packet decoded, every sample at its time."""

from __future__ import annotations

from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream

from interview_engine.assessment.media import Audio
from pipelines.media.channels import has_own_speech, level_db, speaking
from pipelines.media.container import Opened, seconds
from pipelines.media.damage import Damage
from pipelines.media.mono import MonoSound
from pipelines.media.window import Window

SETTLING_S = 1.0
"""So much before the window is decoded too, so that codecs settle."""


class SoundTrack:
    """Takes the packets of a recording's sound streams, in their order.

    Of several streams (a screen recorder's) all are decoded, and the one with the speech is heard: `channels.speaking`.
    """

    def __init__(self, length_s: float | None, damage: Damage) -> None:
        self._length_s = length_s
        self._damage = damage
        self._sounds: list[MonoSound] = []
        self._levels: list[list[float]] = []
        self._forms: list[tuple[int, str]] = []
        self._heard: set[int] = set()

    def begin(self, opened: Opened, window: Window) -> None:
        """The next packets are of this container; `window` is on its clock."""
        self._window = window
        self._places = {stream.index: place for place, stream in enumerate(opened.sounds)}
        for place, stream in enumerate(opened.sounds):
            if place == len(self._sounds):
                self._sounds.append(MonoSound(self._length_s, self._damage.leave_out))
                self._levels.append([])
                self._forms.append((stream.codec_context.sample_rate, stream.codec_context.name))
            self._sounds[place].origin_s = window.zero_s

    @property
    def end_s(self) -> float:
        """Seconds from the window's start to the end of what was heard."""
        return max((sound.end_s for sound in self._sounds), default=0.0)

    @property
    def complete(self) -> bool:
        """Whether everything up to the window's end is there."""
        return all(sound.complete for sound in self._sounds)

    def take(self, packet: Packet[Stream]) -> None:
        """Decode a packet and keep what belongs into the window.

        Raises:
            MediaError: `media.too_long`. OutputError: the folder of temporary files is full.
        """
        place = self._places[packet.stream.index]
        sound = self._sounds[place]
        if sound.complete or self._ends_before_window(packet):
            return
        for frame in self._damage.frames_of(packet):
            assert isinstance(frame, AudioFrame)
            if len(self._places) > 1:
                self._levels[place].append(level_db(frame))
            sound.add(frame)
            if sound.end_s > 0.0:
                self._heard.add(place)
            self._window.check_length(sound.end_s)

    def audio(self) -> Audio | None:
        """What was heard; None when that is nothing. Nothing can be added afterwards."""
        if not self._heard:
            return None
        chosen = speaking(self._levels) if len(self._sounds) > 1 else 0
        self._damage.lost_tracks += sum(
            place != chosen and has_own_speech(self._levels, place, chosen) for place in range(len(self._sounds))
        )
        rate, codec = self._forms[chosen]
        return Audio(self._sounds[chosen].samples(), rate, codec)

    def forget(self) -> None:
        """Free what was collected; nothing can be added or asked for afterwards."""
        for sound in self._sounds:
            sound.forget()

    def _ends_before_window(self, packet: Packet[Stream]) -> bool:
        """Whether a packet may be skipped."""
        if packet.pts is None or self._window.start_s <= 0.0:
            return False
        return seconds(packet.pts, packet.time_base) < self._window.zero_s - SETTLING_S
