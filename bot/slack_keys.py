"""What the Slack settings must be, each and together, and where Slack's Web API is."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

SLACK_API = "https://slack.com/api/"
_TOKENS = {"xoxb-": ("a bot token", "SLACK_BOT_TOKEN"), "xapp-": ("an app-level token", "SLACK_APP_TOKEN")}
_WAYS_IN = ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
_CLIENT = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_HEX_32 = re.compile(r"[0-9a-f]{32}")
_MIN_TOKEN_CHARACTERS = 20


def read_bot_token(text: str) -> str:
    """The bot token of a workspace. Raises ValueError with the fix."""
    return _read_token(text, "xoxb-")


def read_app_token(text: str) -> str:
    """The app-level token. Raises ValueError with the fix."""
    return _read_token(text, "xapp-")


def _read_token(text: str, prefix: str) -> str:
    other = next((what for start, what in _TOKENS.items() if start != prefix and text.startswith(start)), None)
    if other:
        raise ValueError(f"this is {other[0]}; it belongs in {other[1]}")
    if not text.startswith(prefix):
        raise ValueError(f"it does not begin with {prefix}; copy {_TOKENS[prefix][0]} from your Slack app's page")
    if not _TOKEN.fullmatch(text) or len(text) < _MIN_TOKEN_CHARACTERS:
        raise ValueError("it is too short or holds other characters; copy all of it from your Slack app's page")
    return text


def read_signing_secret(text: str) -> str:
    """The secret with which Slack signs its deliveries. Raises ValueError with the fix."""
    if text.startswith(tuple(_TOKENS)):
        raise ValueError("this is a token; the signing secret is on the page “Basic Information” of your Slack app")
    if not _HEX_32.fullmatch(text):
        raise ValueError("it is not 32 hexadecimal digits; copy it from the page “Basic Information” of your Slack app")
    return text


def read_api_url(text: str) -> str:
    """The base address of the Web API, with a slash at its end. Raises ValueError with the fix."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"that is no address; write one like {SLACK_API}") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"that is no address; write one like {SLACK_API}")
    if parts.scheme == "http" and not is_near(host):
        raise ValueError("the bot's token would be sent over the internet in the clear; write https://")
    return f"{text.rstrip('/')}/"


def half_set_up(values: Mapping[str, str]) -> list[str]:
    """One "KEY: reason; fix" for each Slack key that another one needs; nothing where all or none is set."""
    problems = []
    client = [key for key in _CLIENT if key in values]
    if len(client) == 1:
        other = _CLIENT[1 - _CLIENT.index(client[0])]
        problems.append(f"{other}: it is missing, as {client[0]} is set; add it, or remove {client[0]}")
    ways_in = [key for key in _WAYS_IN if key in values]
    what = "SLACK_BOT_TOKEN" if "SLACK_BOT_TOKEN" in values else client[0] if len(client) == 2 else ""
    if what and not ways_in:
        problems.append(
            f"SLACK_APP_TOKEN: it is missing, as {what} is set; add it for Socket Mode, or "
            "SLACK_SIGNING_SECRET for HTTP"
        )
    elif ways_in and not what and not client:
        problems.append(
            f"SLACK_BOT_TOKEN: it is missing, as {ways_in[0]} is set; add it, or SLACK_CLIENT_ID and "
            f"SLACK_CLIENT_SECRET to install the app by OAuth, or remove {ways_in[0]}"
        )
    return problems


def is_near(host: str) -> bool:
    """Whether a host is this machine, in a private network, or a name that only such a network knows."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host) or "." not in host or host.endswith((".internal", ".local"))
