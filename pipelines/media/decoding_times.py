"""Times of decoding for packets that have none: of B pictures in Matroska the first ones' are not known at once."""

from __future__ import annotations

from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream

MAX_WAITING = 32
"""Packets of a stream that wait for the first time of decoding; H.264 puts at most 16 pictures off."""


def with_decoding_times(packets: Iterator[Packet[Stream] | None]) -> Iterator[Packet[Stream] | None]:
    """The same packets, in the same order within a stream. Those before a stream's first time of decoding get times
    that lead up to it; without them a muxer would have to leave them out, and with them all that is built upon them."""
    waiting: dict[int, list[Packet[Stream]]] = {}
    known: set[int] = set()
    for packet in packets:
        if packet is None:
            break
        place = packet.stream.index
        if place in known:
            yield packet
            continue
        if packet.size and packet.dts is None and packet.pts is not None:
            held = waiting.setdefault(place, [])
            held.append(packet)
            if len(held) > MAX_WAITING:
                known.add(place)
                yield from _led_up(waiting.pop(place), None)
            continue
        if packet.size:
            known.add(place)
        yield from _led_up(waiting.pop(place, []), packet if packet.size else None)
        yield packet
    else:
        for held in waiting.values():
            yield from _led_up(held, None)
        return
    for held in waiting.values():
        yield from _led_up(held, None)
    yield None


def _led_up(held: list[Packet[Stream]], first: Packet[Stream] | None) -> list[Packet[Stream]]:
    """Packets with times of decoding, one step each, that end before that of `first`, or before all are shown."""
    if not held:
        return held
    shown = sorted(packet.pts for packet in held if packet.pts is not None)
    step = max(1, held[0].duration or ((shown[-1] - shown[0]) // max(1, len(shown) - 1)))
    end = first.dts if first is not None and first.dts is not None else shown[0] + step
    for number, packet in enumerate(held):
        packet.dts = end - (len(held) - number) * step
    return held
