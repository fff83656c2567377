"""Whether somebody is where they may punch, and what looks like a forged place. Pure; the server decides."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

EARTH_M = 6_371_000
FASTEST_M_S = 90
"""Metres a second between two punches that nobody travels: 324 km/h, a fast train in mid-journey."""
JUMP_M = 3_000
"""Below this distance a jump says nothing: positions in a city waver."""
POOR_M = 500
"""A position that is known no better than this says nothing of a building."""
MILLIONTHS = 1_000_000


@dataclass(frozen=True, slots=True)
class Fix:
    """A position in millionths of a degree (WGS 84), how well it is known, and whether the phone says that it is made
    up (a mock provider)."""

    latitude: int
    longitude: int
    accuracy_m: int
    mock: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    """A place."""

    id: str
    latitude: int
    longitude: int
    radius_m: int


def distance_m(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Metres between two positions (latitude, longitude in millionths of a degree), by the haversine formula."""
    first, second = (math.radians(value[0] / MILLIONTHS) for value in (one, other))
    across = math.radians((other[1] - one[1]) / MILLIONTHS)
    part = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, part)))


def nearest(fix: Fix, circles: Iterable[Circle]) -> tuple[Circle, float] | None:
    """The place whose edge is nearest, and how many metres outside it somebody is; 0 or less within it."""
    measured = [
        (one, distance_m((fix.latitude, fix.longitude), (one.latitude, one.longitude)) - one.radius_m)
        for one in circles
    ]
    return min(measured, key=lambda pair: pair[1], default=None)


def signs(fix: Fix, at: datetime, before: tuple[tuple[int, int], datetime] | None) -> tuple[str, ...]:
    """Signs of a forged place: "mock", "accuracy" (none at all, or too poor), "jump" since the punch before."""
    found = []
    if fix.mock:
        found.append("mock")
    if fix.accuracy_m <= 0 or fix.accuracy_m > POOR_M:
        found.append("accuracy")
    if before is not None:
        far = distance_m((fix.latitude, fix.longitude), before[0])
        if far > JUMP_M and far > FASTEST_M_S * abs((at - before[1]).total_seconds()):
            found.append("jump")
    return tuple(found)


def in_networks(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is of one of the networks; what is no address is of none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(one, strict=False) for one in networks)
