"""Which addresses on the network a webhook may go to: the outside world, not the machines beside this one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from interview_engine.errors import DeliveryError
from interview_engine.i18n import msg

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses. OSError when there is none."""

PORTS = (443, 8443)
"""Where public receivers listen, unless the settings name others. Any other is more likely a machine's own door."""

NAT64 = ip_network("64:ff9b::/96")
"""IPv4 addresses in IPv6 clothes (RFC 6052); judged by what is inside."""

REFUSED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(one)
    for one in (
        # What the standard library calls global or may come to, and is not the world outside (IANA's registries).
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        # Clouds' own addresses for their machines: Azure's platform, IBM's services; ranges that Chinese clouds use.
        "168.63.129.16/32", "161.26.0.0/16", "166.8.0.0/14", "11.0.0.0/8", "30.0.0.0/8", "33.0.0.0/8",
        # IPv6: special assignments with Teredo, ORCHID, benchmarks; documentation; 6to4, given up by RFC 7526.
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip

GLOBAL_UNICAST = ip_network("2000::/3")
"""All that IANA has given out to the world; local ranges, mapped addresses and segment routing lie outside."""

ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""Upper half of an interface identifier that tunnels to the IPv4 address in the lower (RFC 5214)."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is wrapped in."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip not in GLOBAL_UNICAST or (int(ip) >> 32) & 0xFFFF_FFFF in ISATAP:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in REFUSED)


def checked_address(url: str, *, private: bool, ports: Collection[int] = PORTS, resolving: Resolve = resolve) -> str:
    """The one IP address to connect to for this URL. Connect to it and to no other: a name may change its mind.

    Args:
        private: whether private addresses, plain http and any port are allowed too.
        ports: that are allowed otherwise.

    Raises:
        DeliveryError: `webhook.address` (refused for good), `webhook.unresolved` (worth another try).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = (80 if parts.scheme == "http" else 443) if parts.port is None else parts.port
    except ValueError:
        raise _refused() from None
    allowed = ("http", "https") if private else ("https",)
    if parts.scheme not in allowed or not host or parts.username is not None:
        raise _refused()
    if port == 0 or (not private and port not in ports):
        raise _refused_port(port, ports)
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


def _refused_port(port: int, ports: Collection[int]) -> DeliveryError:
    allowed = ", ".join(str(one) for one in ports)
    return DeliveryError(
        "webhook.address",
        msg("Nothing is sent to port {port}.", port=port),
        msg("Use one of {allowed}, or set INTERVIEW_ENGINE_WEBHOOK_PORTS.", allowed=allowed),
        temporary=False,
    )


def _refused() -> DeliveryError:
    return DeliveryError(
        "webhook.address",
        msg("Nothing is sent to this address."),
        msg("It is a public https address; receivers inside one's own network must be allowed in the settings."),
        temporary=False,
    )
