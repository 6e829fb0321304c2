"""Where Microsoft's side of Teams is, and to which hosts the bot's token may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.addresses import is_loopback


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds. Hosts are exact: anybody can have a name under trafficmanager.net."""

    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    issuer: str = "https://api.botframework.com"
    login_url: str = "https://login.microsoftonline.com"
    scope: str = "https://api.botframework.com/.default"
    service_url: str = "https://smba.trafficmanager.net/teams"
    """Where a conversation is begun of which no service URL is known."""
    hosts: frozenset[str] = field(
        default=frozenset(
            {
                "smba.trafficmanager.net",
                "smba.onyx.prod.teams.trafficmanager.net",
                "smba.infra.gcc.teams.microsoft.com",
            }
        )
    )
    is_plain: bool = False
    """Whether http will do."""

    def serves(self, url: object) -> bool:
        """Whether an address is one of Teams': nothing is sent to any other."""
        if not isinstance(url, str) or not url.isascii() or not url.isprintable() or set(url) & set("\\ @?#"):
            return False
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if self.is_plain:
            return parts.scheme == "http" and self._knows(parts.hostname or "")
        return parts.scheme == "https" and port in (None, 443) and self._knows(parts.hostname or "")

    def _knows(self, host: str) -> bool:
        return host in self.hosts


@dataclass(frozen=True, slots=True)
class Local(Cloud):
    """This machine alone, as Microsoft's Agents Playground is: no tokens, and no host but loopback."""

    hosts: frozenset[str] = frozenset()
    is_plain: bool = True

    def _knows(self, host: str) -> bool:
        return is_loopback(host)


PUBLIC = Cloud()
LOCAL = Local()
