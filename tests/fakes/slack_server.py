"""Slack on loopback: its Web API, the Events API outward with signatures, and Socket Mode; it can be slow or broken."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
import uuid
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.block_check import blocks_problems, switch_problems, write_problems
from tests.fakes.slack_deliveries import SECRET, deliver, deliver_form, signed
from tests.fakes.slack_interactive import Interactive
from tests.fakes.slack_payloads import BOT, TEAM
from tests.fakes.slack_rates import Rates
from tests.fakes.slack_sockets import SocketMode
from tests.fakes.slack_streams import STATUS, STREAMING, AgentMethods, Stream
from tests.fakes.slack_uploads import Upload, UploadMethods
from tests.fakes.slack_views import Views

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

__all__ = ["APP_TOKEN", "BOT_TOKEN", "SECRET", "Fault", "Shown", "SlackServer", "deliver", "deliver_form", "signed"]

log = logging.getLogger(__name__)
BOT_TOKEN, APP_TOKEN = "xoxb-1111111111-abcdefghij", "xapp-1-A1-1111111111-abcdef"
QUIET = {"chat.postMessage": ("unfurl_links", "unfurl_media", "link_names"), "chat.update": ("link_names",)}
"""What this program never leaves to Slack, though Slack would take it."""
LONGEST_TEXT = 40_000
READS = {
    "conversations.history",
    "conversations.info",
    "conversations.replies",
    "files.getUploadURLExternal",
    "files.info",
    "users.info",
}
"""Methods that take no JSON."""


@dataclass
class Shown:
    """One message as people see it; `history` are its texts, the present one last."""

    channel: str
    ts: str
    body: dict[str, Any]
    history: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))

    @property
    def key(self) -> str:
        return str(self.body.get("metadata", {}).get("event_payload", {}).get("key", ""))


@dataclass
class Fault:
    """What becomes of one call: an answer of its own; `after` it was carried out, or instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    after: bool = False
    drop: bool = False


class SlackServer(Interactive, AgentMethods, UploadMethods, Views, SocketMode):
    """One workspace. `faults` are used up by the calls of their method, one each; `monotonic` is for how often it is called.

    `serving` ends with an `AssertionError` where anything in `problems` is left.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        Views.__init__(self)
        SocketMode.__init__(self)
        self.problems: list[str] = []
        """What Slack refuses, or this program never sends, of all that was sent; a test that does so on purpose clears it."""
        self.rates = Rates(monotonic)
        self.messages: list[Shown] = []
        self.deleted: list[Shown] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.missing: set[str] = set(STREAMING | STATUS)
        """Methods that this Slack lacks: at first those for agents, as in an old one."""
        self.streams: dict[str, Stream] = {}
        self.without_streams: set[str] = set()
        """Channels in which there can be none."""
        self.uploads: dict[str, Upload] = {}
        self.upload_host = ""
        """Where files are to be sent; "" for this server itself."""
        self.sessions: list[tuple[str, str, str]] = []
        """(channel, thread, state) of each state that a session was given."""
        self.said: list[dict[str, Any]] = []
        """What people posted, as `conversations.history` tells it, each with its `channel`."""
        self.held: dict[str, asyncio.Event] = {}
        """Methods that answer only once their event is set."""
        self.refuse: dict[str, str] = {}
        """Channel → the error that posting there gets."""
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.scopes = ""
        self.revoked = ""
        self.address = ""
        self._ts = itertools.count(1)
        self._began = int(time.time())

    # --- the Web API ---

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        is_json = request.can_read_body and request.content_type == "application/json"
        body = await request.json() if is_json else {**request.query, **(await request.post())}
        self.calls.append((method, body))
        fault = self.faults[method].pop(0) if self.faults[method] else None
        if method in self.held:
            await self.held[method].wait()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if fault and not fault.after:
            return self._broken(request, fault)
        if method in self.missing:
            return web.json_response({"ok": False, "error": "unknown_method"})
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN) or self.revoked:
            return web.json_response({"ok": False, "error": self.revoked or "invalid_auth"})
        if wait := self.rates.seconds_to_wait(method, body):
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": str(wait)})
        handle = getattr(self, method.replace(".", "_"), None)
        if is_json and method in READS:
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        answer = handle(body) if handle else {"ok": False, "error": "unknown_method"}
        if fault:
            return self._broken(request, fault)
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes} if self.scopes else {})

    def _broken(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            assert request.transport
            request.transport.abort()
            return web.Response()
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        return web.Response(status=fault.status, text=text, headers=fault.headers, content_type=fault.content_type)

    def auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B1"}

    def chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if error := self.wrong("chat.postMessage", body):
            return {"ok": False, "error": error}
        shown = self.post(body)
        return {"ok": True, "channel": shown.channel, "ts": shown.ts, "message": {"text": shown.text}}

    def chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        if error := self.wrong("chat.update", body):
            return {"ok": False, "error": error}
        if self._is_streaming(body["ts"]):
            return {"ok": False, "error": "streaming_state_conflict"}
        shown = next((m for m in self.messages if (m.channel, m.ts) == (body["channel"], body["ts"])), None)
        if shown is None:
            return {"ok": False, "error": "message_not_found"}
        shown.body = {**shown.body, **body}
        shown.history.append(shown.text)
        return {"ok": True, "channel": shown.channel, "ts": shown.ts, "text": shown.text}

    def chat_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        if self._is_streaming(body["ts"]):
            return {"ok": False, "error": "cant_delete_message"}
        gone = [m for m in self.messages if (m.channel, m.ts) == (body["channel"], body["ts"])]
        self.messages = [m for m in self.messages if m not in gone]
        self.deleted += gone
        return {"ok": True} if gone else {"ok": False, "error": "message_not_found"}

    def conversations_open(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.users.get(body["users"], {}).get("deleted"):
            return {"ok": False, "error": "user_disabled"}
        return {"ok": True, "channel": {"id": f"D{body['users']}"}}

    def conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": body["channel"], **self.channels.get(body["channel"], {})}}

    def conversations_replies(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._found(body, lambda m: body["ts"] in (m["ts"], m.get("thread_ts")))

    def conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._found(body, lambda m: m.get("thread_ts", m["ts"]) == m["ts"])

    def users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "user": {"id": body["user"], "team_id": TEAM, **self.users.get(body["user"], {})}}

    def apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "url": f"ws{self.address.removeprefix('http')}/link?ticket={uuid.uuid4().hex}"}

    def wrong(self, method: str, body: dict[str, Any], blocks: list[dict[str, Any]] | None = None) -> str:
        """Why a write is refused, "" where it is not; a stream that ends has `blocks` and no text of its own."""
        if error := self.refuse.get(body["channel"]):
            return error
        self.note(method, switch_problems(body, *QUIET.get(method, ())))
        if self.note(method, write_problems(body) if blocks is None else blocks_problems(blocks)):
            return "msg_too_long" if len(body.get("text") or "") > LONGEST_TEXT else "invalid_blocks"
        return ""

    def note(self, method: str, problems: list[str]) -> bool:
        """Keep what is wrong with something of ours; whether anything is."""
        for problem in problems:
            log.error("%s: %s", method, problem)
            self.problems.append(f"{method}: {problem}")
        return bool(problems)

    def post(self, body: dict[str, Any]) -> Shown:
        """A message of ours from now on."""
        shown = Shown(body["channel"], f"{int(time.time())}.{next(self._ts):06}", body, [body.get("text", "")])
        self.messages.append(shown)
        return shown

    def _is_streaming(self, ts: str) -> bool:
        return ts in self.streams and self.streams[ts].is_open

    def _told(self, shown: Shown, *, with_metadata: bool) -> dict[str, Any]:
        """A message of ours as it is told to who reads a channel."""
        kept = {name: shown.body[name] for name in ("thread_ts", "files") if shown.body.get(name)}
        if shown.ts in self.streams:
            kept["streaming_state"] = "in_progress" if self._is_streaming(shown.ts) else "completed"
        if with_metadata and "metadata" in shown.body:
            kept["metadata"] = shown.body["metadata"]
        return {"type": "message", "ts": shown.ts, "user": BOT, "bot_id": "B1", "text": shown.text, **kept}

    def _found(self, body: dict[str, Any], belongs: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        own = [
            self._told(shown, with_metadata=bool(body.get("include_all_metadata")))
            for shown in self.messages
            if shown.channel == body["channel"]
        ]
        others = [said for said in self.said if said["channel"] == body["channel"]]
        oldest, latest = float(body.get("oldest", 0)), float(body.get("latest", "inf"))
        found = [m for m in (*own, *others) if belongs(m) and oldest <= float(m["ts"]) <= latest]
        return {"ok": True, "messages": sorted(found, key=lambda m: float(m["ts"])), "has_more": False}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The base URL of the Web API while it runs."""
        app = web.Application(client_max_size=8_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/v1/{name}", self.take_upload)
        app.router.add_get("/files-pri/{owner}/download/{name}", self.download)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield f"{self.address}/api/"
        finally:
            for socket in list(self.sockets):
                await socket.close()
            await runner.cleanup()
        self.check()

    def check(self) -> None:
        """Raises `AssertionError` where something was sent that should not have been."""
        assert self.problems == []
