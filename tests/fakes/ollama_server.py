"""A scripted Ollama over real HTTP on this machine, for tests and for people.

Each question to `/api/chat` plays the next script: a list of steps, some of which go wrong on purpose. To try a
surface against it by hand: `python -m tests.fakes.ollama_server --port 11434 --fault cut "Apple rose 5 %."`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGEST = "0123456789abcdef" * 4


@dataclass(frozen=True)
class Say:
    """A piece of the answer's text."""

    text: str
    thinking: str = ""


@dataclass(frozen=True)
class Call:
    """A tool call; `arguments` may be anything, as models write it."""

    name: object
    arguments: object


@dataclass(frozen=True)
class Done:
    """The last line. A script without a `Done`, or a step that breaks it, gets one by itself."""

    reason: str = "stop"
    logprobs: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Raw:
    """These bytes, as they are, in one chunk."""

    data: bytes


@dataclass(frozen=True)
class ErrorLine:
    """An error inside a stream that began with status 200."""

    text: str


@dataclass(frozen=True)
class Status:
    """An error status instead of a stream."""

    code: int
    text: str


@dataclass(frozen=True)
class Redirect:
    """Send the client elsewhere."""

    location: str


@dataclass(frozen=True)
class Cut:
    """Close the connection in the middle of the stream."""


@dataclass(frozen=True)
class Reset:
    """Reset the connection (RST)."""


@dataclass(frozen=True)
class Hang:
    """Say nothing more until the client leaves."""


@dataclass(frozen=True)
class Wait:
    """Say nothing more until a test sets this."""

    event: asyncio.Event


@dataclass(frozen=True)
class Endless:
    """The same text again and again until the client leaves; "{}" in it counts up."""

    text: str


Step = Say | Call | Done | Raw | ErrorLine | Status | Redirect | Cut | Reset | Hang | Wait | Endless
Script = list[Step]
_ENDS = (Done, ErrorLine, Status, Redirect, Cut, Reset, Hang, Endless)


@dataclass
class FakeOllama:
    """The server; use it with `async with`. `asked` holds the body of each request to `/api/chat`.

    `blobs` and `created` are what was uploaded and asked of `/api/create`.
    `hanging` is set when a `Hang` begins, `abandoned` when a client leaves before the end of an answer; `pieces_sent`
    counts the pieces of an `Endless`.
    """

    scripts: list[Script] = field(default_factory=list)
    version: str = "0.32.6"
    models: tuple[str, ...] = ("qwen3:4b", "tuppence:latest")
    capabilities: tuple[str, ...] = ("completion", "tools")
    silent: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    created: list[dict[str, Any]] = field(default_factory=list)
    refuses_to_create: str = ""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)
    pieces_sent: int = 0
    address: str = ""

    async def __aenter__(self) -> Self:
        await self.start(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    async def start(self, port: int) -> None:
        """Listen on `port` of 127.0.0.1, or on any free one for 0."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/api/version", self._version)
        app.router.add_get("/api/tags", self._tags)
        app.router.add_post("/api/show", self._show)
        app.router.add_post("/api/chat", self._chat)
        app.router.add_post("/api/blobs/{digest}", self._blob)
        app.router.add_post("/api/create", self._create)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def then(self, *steps: Step) -> FakeOllama:
        """Answer the next question with these steps."""
        self.scripts.append(list(steps))
        return self

    async def _version(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        if self.silent:
            await self._until_left()
        return web.json_response({"version": self.version})

    async def _tags(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        return web.json_response({"models": [{"name": m, "model": m, "digest": DIGEST} for m in self.models]})

    async def _show(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        if (await request.json())["model"] not in {*self.models, *(m.removesuffix(":latest") for m in self.models)}:
            return web.json_response({"error": "model not found"}, status=404)
        return web.json_response({"capabilities": list(self.capabilities)})

    async def _blob(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        data = await request.read()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != request.match_info["digest"]:
            return web.json_response({"error": "digest mismatch"}, status=400)
        self.blobs[request.match_info["digest"]] = data
        return web.Response(status=201)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        body = await request.json()
        self.created.append(body)
        if self.refuses_to_create:
            return web.json_response({"error": self.refuses_to_create}, status=500)
        missing = [digest for digest in body["files"].values() if digest not in self.blobs]
        if missing:
            return web.json_response({"error": f"blob {missing[0]} not found"}, status=400)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for status in ("parsing GGUF", "writing manifest", "success"):
            await response.write(_line({"status": status}))
        self.models = (*self.models, f"{body['model']}:latest")
        return response

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        body = await request.json()
        self.asked.append(body)
        script = self.scripts.pop(0) if self.scripts else [Say("I have no script for that.")]
        if not isinstance(script[-1] if script else None, _ENDS):
            script = [*script, Done()]
        match script[0]:
            case Status(code, text):
                return web.json_response({"error": text}, status=code)
            case Redirect(location):
                return web.Response(status=307, headers={"Location": location})
        if not body.get("stream", True) and all(isinstance(step, Say | Call | Done) for step in script):
            return web.json_response(_whole(body["model"], script))
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for step in script:
            await self._play(step, body["model"], request, response)
        return response

    async def _play(self, step: Step, model: str, request: web.Request, response: web.StreamResponse) -> None:
        match step:
            case Raw(data):
                await response.write(data)
            case ErrorLine(text):
                await response.write(_line({"error": text}))
            case Cut():
                _transport(request).close()
            case Reset():
                # A linger time of zero makes the close a reset.
                connection = _transport(request).get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                _transport(request).abort()
            case Hang():
                await self._until_left()
            case Wait(event):
                await event.wait()
            case Endless(text):
                await self._endlessly(text, model, response)
            case _:
                await response.write(_line(_part(model, step)))

    async def _endlessly(self, text: str, model: str, response: web.StreamResponse) -> None:
        try:
            while True:
                await response.write(_line(_part(model, Say(text.format(self.pieces_sent)))))
                self.pieces_sent += 1
                # Letting the loop run is what lets a client in the same process leave.
                await asyncio.sleep(0)
        except (ConnectionError, asyncio.CancelledError):
            self.abandoned.set()
            raise

    async def _until_left(self) -> None:
        self.hanging.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.abandoned.set()
            raise


def _transport(request: web.Request) -> asyncio.Transport:
    transport = request.transport
    if not isinstance(transport, asyncio.Transport):
        raise ConnectionResetError
    return transport


def _part(model: str, step: Step) -> dict[str, Any]:
    """One line of a stream, as Ollama writes it."""
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    part: dict[str, Any] = {"model": model, "created_at": "2026-11-02T10:00:00Z", "message": message, "done": False}
    match step:
        case Say(text, thinking):
            message["content"] = text
            if thinking:
                message["thinking"] = thinking
        case Call(name, arguments):
            message["tool_calls"] = [{"function": {"name": name, "arguments": arguments}}]
        case Done(reason, logprobs):
            part |= {"done": True, "done_reason": reason, "prompt_eval_count": 26, "eval_count": 12}
            if logprobs:
                part["logprobs"] = [{"token": token, "logprob": value} for token, value in logprobs]
    return part


def _whole(model: str, script: Sequence[Step]) -> dict[str, Any]:
    """The same steps as one answer."""
    parts = [_part(model, step) for step in script]
    whole = parts[-1]
    whole["message"]["content"] = "".join(part["message"]["content"] for part in parts)
    whole["message"]["tool_calls"] = [call for part in parts for call in part["message"].get("tool_calls", ())]
    return whole


def _line(part: dict[str, Any]) -> bytes:
    return json.dumps(part, ensure_ascii=False).encode() + b"\n"


FAULTS: dict[str, Script] = {
    "busy": [Status(503, "server busy, please try again. maximum pending requests exceeded")],
    "cut": [Cut()],
    "endless": [Endless("and {} more, ")],
    "error": [ErrorLine("an error was encountered while running the model")],
    "hang": [Hang()],
    "memory": [Status(500, "model requires more system memory (9.3 GiB) than is available (3.1 GiB)")],
    "repeat": [Endless("buy ")],
    "reset": [Reset()],
}


async def _serve(port: int, text: str, fault: str | None) -> None:
    steps: Script = [Say(f"{word} ") for word in text.split()]
    after = FAULTS.get(fault or "", [])
    script = after if after and isinstance(after[0], Status) else [*steps, *after]
    fake = FakeOllama(scripts=[list(script) for _ in range(1000)])
    await fake.start(port)
    print(f"Listening on {fake.address}; stop with Ctrl-C.")  # noqa: T201
    await asyncio.Event().wait()


def main() -> None:
    """Serve one answer, with or without a fault, until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A fake Ollama that says one thing and fails as told.")
    parser.add_argument("text", nargs="?", default="I am a fake.")
    parser.add_argument("--port", type=int, default=11434)
    parser.add_argument("--fault", choices=sorted(FAULTS))
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments.port, arguments.text, arguments.fault))
    except KeyboardInterrupt:
        print()  # noqa: T201


if __name__ == "__main__":
    main()
