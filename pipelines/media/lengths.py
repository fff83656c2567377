"""How long a recording is, by its packets. What a header states is a hint: browsers state none or 1 s."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.media.container import Limits, Opened, packets_from, seconds
from pipelines.media.continuity import Reach, continuous


def beginnings(opened: Sequence[Opened]) -> list[float]:
    """Where each of the recordings in one file begins, seconds from the start of the first: after those before it."""
    begins = [0.0]
    for one in opened[:-1]:
        begins.append(begins[-1] + measured_s(one))
    return begins


def measured_s(opened: Opened) -> float:
    """The length of a container by its packets, seconds; nothing is decoded, and `opened` itself is not read."""
    reach, other = Reach(), opened.again()
    with other.container:
        for packet in continuous(packets_from(other, 0.0, lambda: None), other, 0.0, lambda kind, length_s: None):
            if packet is None:
                break
            if packet.pts is not None and packet.size:
                start_s = seconds(packet.pts, packet.time_base) - other.origin_s
                reach.add(packet.stream.index, start_s, seconds(packet.duration or 0, packet.time_base))
    return reach.end_s


def longest_s(limits: Limits, last: Opened, begin_s: float, start_s: float, end_s: float | None) -> float:
    """How long what is asked for is at most, seconds. A stated length over the limit is believed only when the packets
    say it too: they are read once, without decoding."""
    if last.declared_s is None:
        return 0.0 if end_s is None else min(end_s - start_s, limits.max_duration_s)
    stated_s = begin_s + last.declared_s
    wanted_s = (stated_s if end_s is None else min(end_s, stated_s)) - start_s
    if wanted_s <= limits.max_duration_s:
        return wanted_s
    measured = begin_s + measured_s(last)
    return (measured if end_s is None else min(end_s, measured)) - start_s
