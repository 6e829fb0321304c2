"""The way to an Ollama server: may it be asked, is it there, has it the model, and what do its refusals mean."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.addresses import is_loopback, is_unspecified, read_host
from bot.errors import ModelBusy, ModelFailed, ModelMissing, ModelRefused, ModelUnavailable

if TYPE_CHECKING:
    from bot.errors import ModelError

OLDEST_VERSION = (0, 17, 1)
"""The first one without CVE-2026-7482."""
NOT_FOUND, BUSY = 404, 503
_NO_ROOM = re.compile(r"memory|cuda|runner|terminated", re.IGNORECASE)


def check_address(host: str, *, allow_remote: bool) -> str:
    """The base URL of `host`. Raises `ModelRefused` if a question about someone's money must not be sent there.

    A server bound to every network (0.0.0.0) can be used by all; that is no address to ask, even with consent.
    """
    try:
        address, name = read_host(host)
    except ValueError as error:
        raise ModelRefused(host, str(error), "Correct OLLAMA_HOST.") from None
    if is_unspecified(name):
        raise ModelRefused(
            address,
            "it is open to every network this machine is in",
            "Start Ollama with OLLAMA_HOST=127.0.0.1:11434 and set the same here.",
        )
    if not is_loopback(name) and not allow_remote:
        raise ModelRefused(
            address,
            "it is another machine, and questions about your money would be sent to it",
            "Set OLLAMA_HOST to 127.0.0.1:11434, or TUPPENCE_ALLOW_REMOTE_MODEL=true if you trust that machine.",
        )
    return address


class OllamaConnection:
    """One model of one server. Nothing is imported or asked before the first use."""

    def __init__(self, model: str, address: str) -> None:
        self._model = model
        self._address = address
        self._client: Any = None
        self._abilities: frozenset[str] | None = None

    def client(self) -> Any:
        """The official client, made at first use: importing it takes longer than asking it."""
        if self._client is None:
            import ollama

            from bot.llm.ollama_wire import TidyTransport

            transport = TidyTransport(is_secure=self._address.startswith("https:"))
            # Following a redirect could lead to another machine.
            self._client = ollama.AsyncClient(
                self._address, transport=transport, trust_env=False, follow_redirects=False
            )
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def knock(self) -> None:
        """See whether anything listens, without the client. Raises `ModelUnavailable`."""
        parts = urlsplit(self._address)
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError as error:
            raise self.unreachable(error) from None
        writer.close()

    async def abilities(self) -> frozenset[str]:
        """What the model can do, asked once and only of a server new enough. Raises `ModelError`."""
        if self._abilities is not None:
            return self._abilities
        await self.check_version()
        shown = await self._ask("POST", "/api/show", {"model": self._model})
        abilities = frozenset(map(str, shown.get("capabilities") or ["tools"]))
        if "tools" not in abilities:
            raise ModelFailed(self._model, "it can't call tools; qwen3:4b, granite4 and llama3.2 can")
        self._abilities = abilities
        return abilities

    async def check_version(self) -> None:
        """See that the server is new enough. Raises `ModelError`."""
        version = str((await self._ask("GET", "/api/version")).get("version", ""))
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        if numbers is None or tuple(map(int, numbers.groups())) < OLDEST_VERSION:
            oldest = ".".join(map(str, OLDEST_VERSION))
            raise ModelRefused(
                self._address,
                f"its version {version or 'is unknown'} is older than {oldest} and has known holes",
                "Upgrade it from https://ollama.com/download, or set TUPPENCE_MODEL_BACKEND=embedded.",
            )

    async def digest(self) -> str:
        """The digest the server has for the model now. Raises `ModelError`."""
        for entry in (await self._ask("GET", "/api/tags")).get("models") or ():
            if _full_name(str(entry.get("model") or entry.get("name"))) == _full_name(self._model):
                return str(entry.get("digest", ""))
        raise ModelMissing(self._model, self._address)

    def refusal(self, status: int, text: str) -> ModelError:
        """What an error of the server, in a status or in a stream, means to a person."""
        reason = one_line(text)
        if status == NOT_FOUND:
            return ModelMissing(self._model, self._address)
        if status == BUSY:
            return ModelBusy(self._address)
        if _NO_ROOM.search(reason):
            return ModelFailed(self._model, f"{reason[:140]}; a smaller model needs less memory")
        return ModelFailed(self._model, reason or f"status {status}")

    def unreachable(self, error: Exception) -> ModelUnavailable:
        """What it means that no connection was made."""
        refused = "refused" in str(error).lower() or "connect call failed" in str(error).lower()
        return ModelUnavailable(self._address, "nothing answers there" if refused else one_line(error))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One short request. Raises `ModelError`."""
        import httpx

        try:
            # The library has no call for the version, and its types of the other answers drop fields.
            response = await self.client()._client.request(method, path, json=body)  # noqa: SLF001
            reply = response.json() if response.is_success else None
        except httpx.ConnectError as error:
            raise self.unreachable(error) from None
        except (httpx.HTTPError, ValueError) as error:
            raise ModelUnavailable(self._address, f"what answers there is not Ollama: {one_line(error)}") from None
        if not response.is_success:
            raise self.refusal(response.status_code, response.text)
        return reply if isinstance(reply, dict) else {}


def one_line(error: object) -> str:
    """A server's words as one printable line."""
    text = "".join(character if character.isprintable() else " " for character in str(error))
    return " ".join(text.split())[:200]


def _full_name(name: str) -> str:
    return name if ":" in name else f"{name}:latest"
