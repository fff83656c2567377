"""Items of a city's contributions, each a parameter row of its own with its own limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.i18n import Text, msg

ITEMS: Mapping[str, Text] = MappingProxyType(
    {
        "pension": msg("Pension insurance"),
        "medical": msg("Medical insurance"),
        "medical_large": msg("Large medical expenses"),
        "unemployment": msg("Unemployment insurance"),
        "injury": msg("Work injury insurance"),
        "maternity": msg("Maternity insurance"),
        "fund": msg("Housing fund"),
    }
)
