"""What the Slack settings must be together, and where Slack's Web API is."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

SLACK_API = "https://slack.com/api/"
_CREDENTIALS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")


def read_api_url(text: str) -> str:
    """The base address of the Web API, with a slash at its end. Raises ValueError with the fix."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"that is no address; write one like {SLACK_API}") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"that is no address; write one like {SLACK_API}")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError("the bot's token would be sent over the internet in the clear; write https://")
    return f"{text.rstrip('/')}/"


def half_set_up(values: Mapping[str, str]) -> list[str]:
    """One "KEY: reason; fix" for each Slack key that another one needs; nothing where all or none is set."""
    problems = []
    given = [key for key in _CREDENTIALS if key in values]
    if given == ["SLACK_BOT_TOKEN"]:
        problems.append(
            "SLACK_APP_TOKEN: it is missing, as SLACK_BOT_TOKEN is set; add it for Socket Mode, or "
            "SLACK_SIGNING_SECRET for HTTP"
        )
    elif given and "SLACK_BOT_TOKEN" not in given:
        problems.append(f"SLACK_BOT_TOKEN: it is missing, as {given[0]} is set; add it, or remove {given[0]}")
    client = [key for key in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET") if key in values]
    if len(client) == 1:
        other = "SLACK_CLIENT_SECRET" if client == ["SLACK_CLIENT_ID"] else "SLACK_CLIENT_ID"
        problems.append(f"{other}: it is missing, as {client[0]} is set; add it, or remove {client[0]}")
    return problems


def _is_near(host: str) -> bool:
    """Whether a host is this machine, in a private network, or a name that only such a network knows."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host) or "." not in host or host.endswith((".internal", ".local"))
