"""Socket Mode: two connections to Slack, each replaced before it ends, so that no event waits for a new one.

The SDK's client closes the old connection before it has a new one, and answers on whichever is newest; here every
envelope is acknowledged on the connection that it came by, after its event is stored.
"""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from bot.addresses import is_loopback
from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed
from bot.redaction import one_line
from bot.surfaces.slack.api import SlackRefused, back_off, chance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.surfaces.slack.api import SlackApi
    from bot.surfaces.slack.receiving import Receiver

log = logging.getLogger(__name__)
CONNECTIONS = 2
HEARTBEAT = 10.0
"""Seconds between pings; half of it later, a connection that does not answer is taken for dead."""
LINGER = 30.0
"""Seconds for which a connection is still read after another has taken its place, unless Slack closes it before."""
PLANNED = frozenset({"warning", "refresh_requested"})
"""Why Slack ends a connection that was well."""
SETTLED = 10.0
"""Seconds after which a connection counts as having worked."""
LONG = timedelta(seconds=60)
"""Without any connection for so long, something may have been missed for good."""
_LARGEST = 4_000_000
_PATIENCE = 10.0
"""Seconds within which Slack greets on a new connection."""
_PROXIED_AS = {"ws": "http", "wss": "https"}


class Sockets:
    """Keeps the connections up until `run` is cancelled; `on_gap` hears since when there was none for a while."""

    def __init__(
        self,
        api: SlackApi,
        app_token: str,
        receiver: Receiver,
        heartbeat: float = HEARTBEAT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_gap: Callable[[datetime], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api, self._app_token, self._receiver = api, app_token, receiver
        self._heartbeat, self._sleep = heartbeat, sleep
        self._on_gap, self._now = on_gap, now
        self._open: set[aiohttp.ClientWebSocketResponse] = set()
        self._down_since = now()
        self._refusal = ""

    @property
    def problem(self) -> str:
        """Why no events can come, "" while at least one connection stands or is being made."""
        return "" if self._open else self._refusal

    async def run(self) -> None:
        """Two connections, for ever."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._keep_one(session, group))

    async def _keep_one(self, session: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        """One connection after the other; a new one is opened as soon as the old one is about to end."""
        failures = 0
        while True:
            try:
                socket = await self._connect(session)
            except (PostFailed, SlackRefused, aiohttp.ClientError, TimeoutError, OSError) as error:
                failures += 1
                wait = back_off(failures, chance())
                log.log(
                    logging.WARNING if failures == 1 else logging.DEBUG,
                    "Slack can't be connected to, tried again in %.0f s: %s",
                    wait,
                    one_line(str(error))[:200],
                )
                await self._sleep(wait)
                continue
            clock = asyncio.get_running_loop()
            began, ending = clock.time(), clock.create_future()
            group.create_task(self._read(socket, ending))
            if await ending in PLANNED or clock.time() - began >= SETTLED:
                failures = 0
            else:  # it was taken away at once: coming back at once would not help
                failures += 1
                await self._sleep(back_off(failures, chance()))

    async def _connect(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            answer = await self._api.call_as(self._app_token, "apps.connections.open")
        except SlackRefused as error:
            self._refusal = f"Slack refuses Socket Mode ({error.code[:60]}); check SLACK_APP_TOKEN."
            raise
        socket = await _opened(session, str(answer.get("url", "")), self._heartbeat)
        self._refusal = ""
        return socket

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, ending: asyncio.Future[str]) -> None:
        """Everything that one connection brings, until it ends; `ending` tells why as soon as that is near."""
        if not self._open and self._now() - self._down_since >= LONG:
            self._on_gap(self._down_since)
        self._open.add(socket)
        in_hand: set[asyncio.Task[None]] = set()
        try:
            async with asyncio.timeout(None) as limit:
                async for message in socket:
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        continue
                    envelope = _parsed(message.data)
                    if envelope.get("type") == "disconnect":
                        log.debug("Slack ends a connection: %s", one_line(str(envelope.get("reason")))[:40])
                        _tell(ending, str(envelope.get("reason")))
                        limit.reschedule(asyncio.get_running_loop().time() + LINGER)
                        continue
                    task = asyncio.create_task(self._take(socket, envelope))
                    in_hand.add(task)
                    task.add_done_callback(in_hand.discard)
        except TimeoutError:
            pass
        except (aiohttp.ClientError, OSError) as error:
            log.debug("a connection to Slack broke: %s", type(error).__name__)
        finally:
            self._open.discard(socket)
            if not self._open:
                self._down_since = self._now()
            _tell(ending, "closed")
            if in_hand:
                await asyncio.wait(in_hand, timeout=5)
            await socket.close()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        """Handle one envelope and acknowledge it; what could not be stored is not, and comes again."""
        name, payload = envelope.get("envelope_id"), envelope.get("payload")
        answer: dict[str, Any] = {}
        try:
            if isinstance(payload, dict):
                match envelope.get("type"):
                    case "events_api":
                        await self._receiver.event(payload)
                    case "slash_commands":
                        answer = dict(await self._receiver.command(payload))
                    case "interactive":
                        answer = dict(await self._receiver.interaction(payload))
            if name:
                reply = {"envelope_id": name, **({"payload": answer} if answer else {})}
                await socket.send_str(json.dumps(reply))
        except TuppenceError as error:
            log.warning("an event of Slack could not be stored, and will come again: %s", error)
        except (aiohttp.ClientError, OSError) as error:  # stored, and told when it comes again
            log.debug("an event could not be acknowledged: %s", type(error).__name__)
        except Exception:
            log.exception("an event of Slack failed")


async def greeting(api: SlackApi, app_token: str) -> None:
    """Open a connection, wait until Slack greets on it, and close it, as a test of the whole way.

    Raises `PostFailed` or `SlackRefused` with what does not work.
    """
    answer = await api.call_as(app_token, "apps.connections.open")
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            aiohttp.ClientSession() as session,
            await _opened(session, str(answer.get("url", "")), HEARTBEAT) as socket,
        ):
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and _parsed(message.data).get("type") == "hello":
                    return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        what = one_line(str(error))[:200] or type(error).__name__
        raise PostFailed(f"Slack can be asked, but its WebSocket can't be opened: {what}") from None
    raise PostFailed("Slack closed the WebSocket without a word")


async def _opened(session: aiohttp.ClientSession, url: str, heartbeat: float) -> aiohttp.ClientWebSocketResponse:
    if urlsplit(url).scheme not in _PROXIED_AS:
        raise PostFailed("Slack named no address for Socket Mode")
    timeout = aiohttp.ClientWSTimeout(ws_close=5)
    return await session.ws_connect(
        url, heartbeat=heartbeat, max_msg_size=_LARGEST, timeout=timeout, proxy=proxy_for(url)
    )


def proxy_for(url: str) -> str | None:
    """The environment's proxy on the way to a WebSocket: as for pages, which HTTPS_PROXY and NO_PROXY tell.

    The client library looks for a WSS_PROXY, which nobody sets.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    return getproxies().get(_PROXIED_AS[parts.scheme])


def _tell(ending: asyncio.Future[str], reason: str) -> None:
    if not ending.done():
        ending.set_result(reason)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
