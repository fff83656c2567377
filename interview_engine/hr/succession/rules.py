"""What succession is said in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from interview_engine.i18n import Text, msg

CLASS: Final = "succession"
"""The field class: HR and the administrator. Whom it is about sees it by a permission over themselves alone."""
READINESS: Mapping[str, Text] = MappingProxyType(
    {"now": msg("Ready now"), "soon": msg("Ready in 1 to 2 years"), "later": msg("Ready in 3 to 5 years")}
)
