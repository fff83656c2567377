"""The JS-SDK's signature of a page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageConfig:
    """What `wx.config` needs on a page."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str


def page_signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Hexadecimal sha1 over ticket, nonce, time and the page's address as first loaded, without its fragment."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
