"""What states and kinds of jobs are called; values are msgids."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.i18n import Message, Text, mark

REQUISITION_STATES: Mapping[str, str] = MappingProxyType(
    {
        "draft": mark("Draft"),
        "pending": mark("Waiting for approval"),
        "approved": mark("Approved"),
        "open": mark("Open"),
        "on_hold": mark("On hold"),
        "filled": mark("Filled"),
        "cancelled": mark("Cancelled"),
    }
)

EMPLOYMENT: Mapping[str, str] = MappingProxyType(
    {
        "full_time": mark("Full-time"),
        "part_time": mark("Part-time"),
        "internship": mark("Internship"),
        "fixed_term": mark("Fixed-term"),
        "labour_service": mark("Labour service"),
    }
)


def texts(words: Mapping[str, str]) -> dict[str, Text]:
    """The words as texts that are translated where they are shown."""
    return {key: Message(word) for key, word in words.items()}
