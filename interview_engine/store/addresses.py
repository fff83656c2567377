"""Which addresses on the network a webhook may go to: the outside world, not the machines beside this one."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from interview_engine.errors import DeliveryError
from interview_engine.i18n import msg

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses. OSError when there is none."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses in IPv6 clothes (RFC 6052)."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.teredo is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def checked_address(url: str, *, private: bool, resolving: Resolve = resolve) -> str:
    """The one IP address to connect to for this URL. Connect to it and to no other: a name may change its mind.

    Args:
        private: whether private addresses and plain http are allowed too.

    Raises:
        DeliveryError: `webhook.address` (refused for good), `webhook.unresolved` (worth another try).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise _refused() from None
    allowed = ("http", "https") if private else ("https",)
    if parts.scheme not in allowed or not host or parts.username is not None:
        raise _refused()
    try:
        addresses = list(resolving(host, port))
    except OSError:
        addresses = []
    if not addresses:
        raise DeliveryError(
            "webhook.unresolved",
            msg("The receiver's name cannot be resolved."),
            msg("Check the address and the DNS."),
        )
    if not private and not all(is_public(address) for address in addresses):
        raise _refused()
    return addresses[0]


def _refused() -> DeliveryError:
    return DeliveryError(
        "webhook.address",
        msg("Nothing is sent to this address."),
        msg("It is a public https address; receivers inside one's own network must be allowed in the settings."),
        temporary=False,
    )
