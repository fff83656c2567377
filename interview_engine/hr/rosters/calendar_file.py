"""Shifts as an iCalendar file (RFC 5545), as calendars on phones subscribe to it. No names of people. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LINE_BYTES = 75
"""A longer line is folded (RFC 5545, 3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One shift: `key` names it for good, so that a calendar changes it instead of showing it twice. Aware, UTC."""

    key: str
    title: str
    begin: datetime
    end: datetime


def calendar_text(events: Iterable[Event], now: datetime) -> str:
    """The file, in the order of the events.

    Args:
        now: when it is written; aware, UTC.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//interview-engine//shifts//EN", "METHOD:PUBLISH",
             "REFRESH-INTERVAL;VALUE=DURATION:PT4H"]  # fmt: skip
    for one in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(one.key.encode()).hexdigest()[:32]}@interview-engine",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(one.begin)}",
            f"DTEND:{_moment(one.end)}",
            f"SUMMARY:{escaped(one.title)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """A text value (RFC 5545, 3.3.11)."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        clean = clean.replace(plain, written)
    return clean


def folded(line: str) -> str:
    """A line in parts of at most 75 bytes of UTF-8, cut between characters; each further part begins with a blank."""
    parts, held = [], ""
    for letter in line:
        if len((held + letter).encode()) > LINE_BYTES:
            parts.append(held)
            held = " "
        held += letter
    return "\r\n".join([*parts, held])


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
