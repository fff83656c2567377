"""One clock for a recording whose packets' times jump: what returns at once is damage, what goes on is real.

Stated lengths decide nothing here: browsers state none, 1 s, or lengths in the wrong unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from av.packet import Packet
from av.stream import Stream

from pipelines.media.container import Opened, seconds

JUMP_S = 10.0
"""A packet so far after everything before it waits until others confirm it: a pause, or damage."""

BACK_S = 1.0
"""A packet so far before the last one of its stream: the clock began again, or damage. Streams go on in the order of
decoding, so in a whole file this does not happen."""

CONFIRMED_BY = 3
"""So many packets in a row at the new place are no accident."""

LONGEST_GAP_S = 600.0
"""A longer hole in the times (a closed laptop) is taken out, unless the header counts it: no limit on the duration is
for what was not recorded."""

LONGEST_PACKET_S = 1.0
"""Before a hole an mp4 gives the last packet the length of the hole; more than this is none of its own."""

UNKNOWN_LENGTH_S = 0.02
"""What a packet stands for that does not say its length: one of Opus."""

LeftOut = Callable[[str, float], None]
"""Called with the kind, "sound" or "pictures", and the seconds of what is left out."""


@dataclass(slots=True)
class _State:
    """Of one stream: length of a tick, last time as it is in the file, generation of the clock, packets that wait."""

    tick_s: float
    last_s: float | None = None
    generation: int = 0
    back: list[Packet[Stream]] = field(default_factory=list)


class Clock:
    """Puts the packets of one container onto a clock that never jumps back, seconds from the container's start.

    Args:
        declared_s: the stated length, a hint: a last packet within it needs no confirmation.
    """

    def __init__(self, origin_s: float, reached_s: float, declared_s: float | None, left_out: LeftOut) -> None:
        self._origin_s = origin_s
        self._reached_s = reached_s
        self._declared_s = declared_s
        self._left_out = left_out
        self._shifts = [0.0]
        self._states: dict[int, _State] = {}
        self._ahead: list[Packet[Stream]] = []

    def take(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """The packets that are ready, with their times on the clock."""
        ticks = packet.pts if packet.dts is None else packet.dts
        if ticks is None or not packet.size:
            return [packet]
        place = packet.stream.index
        state = self._states.get(place)
        if state is None:
            state = self._states[place] = _State(float(packet.time_base))
        raw_s = ticks * state.tick_s
        ready = self._follow(state, raw_s)
        if ready:
            return [*ready, *self.take(packet)]
        if state.last_s is not None and raw_s < state.last_s - BACK_S:
            state.back.append(packet)
            return self._began_again(state) if len(state.back) >= CONFIRMED_BY else []
        if self._on_clock(state, raw_s) > self._reached_s + JUMP_S:
            self._ahead.append(packet)
            return self._jumped() if len(self._ahead) >= CONFIRMED_BY else []
        if state.back:
            self._drop(state.back)
        if self._ahead:
            stray = [other for other in self._ahead if other.stream.index == place]
            self._ahead = [other for other in self._ahead if other.stream.index != place]
            self._drop(stray)
        return [self._placed(packet, state, raw_s)]

    def rest(self) -> list[Packet[Stream]]:
        """What waited when the file ended: believed when there is more than one, or the header says it."""
        ahead = self._ahead
        if ahead and (len(ahead) > 1 or self._is_declared(ahead[0])):
            return self._jumped()
        self._drop(ahead)
        for state in self._states.values():
            if len(state.back) > 1:
                return self._began_again(state)
            self._drop(state.back)
        return []

    def _is_declared(self, packet: Packet[Stream]) -> bool:
        raw_s = _time_of(packet)
        return raw_s is not None and self._declared_s is not None and raw_s - self._origin_s <= self._declared_s + 1.0

    def _on_clock(self, state: _State, raw_s: float) -> float:
        return raw_s - self._origin_s + self._shifts[state.generation]

    def _follow(self, state: _State, raw_s: float) -> list[Packet[Stream]]:
        """Another stream's clock has begun again already: so has this one's when its time fits there better.

        Returns: what waited for that, with its times on the clock.
        """
        newest = len(self._shifts) - 1
        if state.generation == newest:
            return []
        if state.last_s is not None:
            there_s = abs(raw_s - self._origin_s + self._shifts[newest] - self._reached_s)
            if abs(raw_s - state.last_s) <= BACK_S or there_s >= JUMP_S:
                return []
        state.generation, state.last_s = newest, None
        waiting, state.back = state.back, []
        return [self._placed(packet, state, _time_of(packet) or 0.0) for packet in waiting]

    def _began_again(self, state: _State) -> list[Packet[Stream]]:
        first_s = min(time_s for packet in state.back if (time_s := _time_of(packet)) is not None)
        self._shifts.append(self._reached_s + self._origin_s - first_s)
        state.generation = len(self._shifts) - 1
        waiting, state.back = state.back, []
        return [self._placed(packet, state, _time_of(packet) or 0.0) for packet in waiting]

    def _jumped(self) -> list[Packet[Stream]]:
        waiting, self._ahead = self._ahead, []
        first = min(self._on_clock(self._states[packet.stream.index], _time_of(packet) or 0.0) for packet in waiting)
        if first - self._reached_s > LONGEST_GAP_S and not self._is_declared(waiting[0]):
            shift = self._shifts[self._states[waiting[0].stream.index].generation] - (first - self._reached_s)
            self._shifts.append(shift)
            for packet in waiting:
                self._states[packet.stream.index].generation = len(self._shifts) - 1
        return [self._placed(packet, self._states[packet.stream.index], _time_of(packet) or 0.0) for packet in waiting]

    def _placed(self, packet: Packet[Stream], state: _State, raw_s: float) -> Packet[Stream]:
        state.last_s = raw_s
        shown_s = raw_s if packet.pts is None else packet.pts * state.tick_s
        end_s = self._on_clock(state, shown_s) + min(LONGEST_PACKET_S, (packet.duration or 0) * state.tick_s)
        self._reached_s = max(self._reached_s, end_s)
        shift_s = self._shifts[state.generation]
        if shift_s:
            ticks = round(shift_s / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        return packet

    def _drop(self, packets: list[Packet[Stream]]) -> None:
        for packet in packets:
            self._left_out(kind_of(packet), length_of(packet))
        packets.clear()


def continuous(
    packets: Iterator[Packet[Stream] | None], opened: Opened, start_s: float, left_out: LeftOut
) -> Iterator[Packet[Stream] | None]:
    """The packets of a container on one clock, `None` last where the file broke off.

    Args:
        start_s: where reading begins, seconds from the container's start.
        left_out: told of packets whose times can only be damage.
    """
    clock = Clock(opened.origin_s, max(0.0, start_s), opened.declared_s, left_out)
    for packet in packets:
        if packet is None:
            yield from clock.rest()
            yield None
            return
        if not packet.size:  # the end, once a stream: decoders give what they hold
            yield from clock.rest()
        yield from clock.take(packet)
    yield from clock.rest()


class Reach:
    """How far the packets of some streams reach: to the end of the last one shown of each."""

    def __init__(self) -> None:
        self._shown: dict[int, tuple[float, float]] = {}

    @property
    def end_s(self) -> float:
        """The latest end, 0 without any."""
        return max((end_s for _, end_s in self._shown.values()), default=0.0)

    def add(self, place: int, start_s: float, length_s: float) -> float:
        """Count a packet or picture of the stream `place` that is shown at `start_s`. One that is shown before the last
        so far changes nothing: B pictures are coded in another order, and its stated length may be that of a hole.

        Returns: how far the stream reaches now."""
        shown = self._shown.get(place)
        if shown is None or start_s >= shown[0]:
            shown = self._shown[place] = (start_s, start_s + length_s)
        return shown[1]


def kind_of(packet: Packet[Stream]) -> str:
    """ "sound" or "pictures"."""
    return "sound" if packet.stream.type == "audio" else "pictures"


def length_of(packet: Packet[Stream]) -> float:
    """Seconds that a packet stands for."""
    if packet.duration:
        return seconds(packet.duration, packet.time_base)
    return UNKNOWN_LENGTH_S


def _time_of(packet: Packet[Stream]) -> float | None:
    ticks = packet.pts if packet.dts is None else packet.dts
    return None if ticks is None else seconds(ticks, packet.time_base)
