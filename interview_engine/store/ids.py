"""Identifiers that sort by time, so that a page's cursor is the last identifier it showed."""

from __future__ import annotations

import secrets
from datetime import datetime

ID_LENGTH = 32


def new_id(now: datetime) -> str:
    """32 hexadecimal digits: 12 of milliseconds since 1970, 20 random (after UUID version 7, RFC 9562)."""
    milliseconds = int(now.timestamp() * 1000)
    return f"{milliseconds:012x}{secrets.token_hex(10)}"
