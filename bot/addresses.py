"""Addresses of servers, in the forms people write them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

DEFAULT_PORT = 11434


def read_host(text: str) -> tuple[str, str]:
    """The base URL and host name of "127.0.0.1", ":11434", "localhost:11434" or "http://[::1]:11434".

    Raises ValueError with the reason and the fix.
    """
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        name, port = parts.hostname or "127.0.0.1", parts.port
    except ValueError:
        raise ValueError("that is no address; write one like 127.0.0.1:11434") from None
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("only plain http and https addresses are taken; write one like 127.0.0.1:11434")
    if any(character.isspace() for character in name):
        raise ValueError("that is no address; write one like 127.0.0.1:11434")
    if port is None:
        port = (443 if parts.scheme == "https" else 80) if "://" in text else DEFAULT_PORT
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}{parts.path}", name


def is_loopback(name: str) -> bool:
    """Whether a host name or address is certainly this machine."""
    ip = _ip(name)
    return ip.is_loopback if ip else name.lower() == "localhost"


def is_unspecified(name: str) -> bool:
    """Whether an address means every network this machine is in (0.0.0.0, ::)."""
    ip = _ip(name)
    return ip is not None and ip.is_unspecified


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
