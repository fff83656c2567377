"""What routes ask for, as annotated dependencies."""

from __future__ import annotations

import logging
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

from api.context import Context

log = logging.getLogger("interview_engine.api")


def get_context(request: Request) -> Context:
    """The context that `create_app` gave the application."""
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


Ctx = Annotated[Context, Depends(get_context)]


def client_address(request: Request) -> str:
    """The caller's address; X-Forwarded-For is believed from the proxies of the settings only."""
    proxies = get_context(request).service.trusted_proxies
    direct = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if not is_trusted(direct, proxies):
        if forwarded:
            _warn_untrusted(direct)
        return direct
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if not is_trusted(hop, proxies)), direct)


def is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    """Whether an address is one of the proxies, or lies in a network of theirs ("172.30.80.0/24")."""
    if address in proxies:
        return True
    networks = _networks(proxies)
    if not networks:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in network for network in networks)


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(proxy) for proxy in proxies if "/" in proxy)


@lru_cache(maxsize=16)
def _warn_untrusted(direct: str) -> None:
    """Once an address (the cache remembers it): behind a proxy that is not trusted, all callers count as one."""
    log.warning(
        "X-Forwarded-For arrives from %s, which is not in INTERVIEW_ENGINE_TRUSTED_PROXIES and is not believed: "
        "if that is your proxy, everybody behind it shares one limit. Set it to the proxy's address.",
        direct,
    )


ClientAddress = Annotated[str, Depends(client_address)]
