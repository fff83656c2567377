"""Words of things handed out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.i18n import Text, msg

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "computer": msg("Computer"),
        "phone": msg("Phone", context="asset"),
        "card": msg("Door or employee card"),
        "key": msg("Key"),
        "vehicle": msg("Vehicle"),
        "clothing": msg("Work clothes"),
        "document": msg("Papers and seals"),
        "other": msg("Other", context="asset"),
    }
)
STATES: Mapping[str, Text] = MappingProxyType(
    {
        "held": msg("In use"),
        "returned": msg("Given back"),
        "lost": msg("Lost or broken"),
        "waived": msg("Not asked back"),
    }
)
ENDS = ("returned", "lost", "waived")
NEEDS_REASON = frozenset({"lost", "waived"})
