"""Where Ollama is, and whether a question about someone's money may be sent there."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bot.errors import ModelRefused

DEFAULT_PORT = 11434


def read_address(host: str, *, allow_remote: bool = False) -> str:
    """The base URL for `OLLAMA_HOST` in any form Ollama takes ("127.0.0.1", ":11434", "http://localhost:11434").

    Raises `ModelRefused` if that is another machine and `allow_remote` is false, and for the addresses that mean
    "every network this machine is in": a server bound to them can be used by all.
    """
    text = host.strip().rstrip("/") or "127.0.0.1"
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        name, port = parts.hostname or "127.0.0.1", parts.port
    except ValueError:
        raise ModelRefused(host, "that is no address", "Set OLLAMA_HOST to one like 127.0.0.1:11434.") from None
    if parts.scheme not in ("http", "https"):
        raise ModelRefused(host, "only http and https are spoken", "Set OLLAMA_HOST to one like 127.0.0.1:11434.")
    if port is None:
        port = (443 if parts.scheme == "https" else 80) if "://" in text else DEFAULT_PORT
    address = f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}{parts.path}"
    if allow_remote:
        return address
    if _is_unspecified(name):
        raise ModelRefused(
            address,
            "it is open to every network this machine is in",
            f"Start Ollama with OLLAMA_HOST=127.0.0.1:{port} and set the same here.",
        )
    if not _is_loopback(name):
        raise ModelRefused(
            address,
            "it is another machine, and questions about your money would be sent to it",
            "Set OLLAMA_HOST to 127.0.0.1:11434, or TUPPENCE_ALLOW_REMOTE_MODEL=true if you trust that machine.",
        )
    return address


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_loopback(name: str) -> bool:
    ip = _ip(name)
    return ip.is_loopback if ip else name.lower() == "localhost"


def _is_unspecified(name: str) -> bool:
    ip = _ip(name)
    return ip is not None and ip.is_unspecified
