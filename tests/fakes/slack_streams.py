"""What Slack does for agents: streams with plans, which it closes itself after a while, and the state of a session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from tests.fakes.slack_shapes import differences

if TYPE_CHECKING:
    from tests.fakes.slack_server import Shown

STREAMING = frozenset({"chat.startStream", "chat.appendStream", "chat.stopStream"})
STATUS = frozenset({"agents.sessions.setStatus", "assistant.threads.setStatus"})
LONGEST_CHUNK_TEXT = 256
LONGEST_TEXT = 12_000
_STARTS = {"channel", "thread_ts", "recipient_team_id", "recipient_user_id", "task_display_mode", "chunks"}


@dataclass
class Stream:
    """A message while it is streamed into: what its plan shows, and the text below it."""

    shown: Shown
    is_open: bool = True
    title: str = ""
    tasks: dict[str, dict[str, str]] = field(default_factory=dict)
    text: str = ""
    took: list[str] = field(default_factory=list)
    """The methods that made it, in their order."""

    def take(self, chunks: list[dict[str, Any]]) -> None:
        """Show more: a new output goes behind the one that a task has."""
        for chunk in chunks:
            if chunk["type"] == "plan_update":
                self.title = chunk["title"]
            elif chunk["type"] == "markdown_text":
                self.text += chunk["text"]
            else:
                task = self.tasks.setdefault(chunk["id"], {"output": ""})
                task |= {"title": chunk["title"], "status": chunk["status"]}
                task["output"] += chunk.get("output", "")

    def blocks(self) -> list[dict[str, Any]]:
        """What it is once it is ended, above the blocks that it is ended with."""
        tasks = [_card(name, task) for name, task in self.tasks.items()]
        plan = [{"type": "plan", "title": self.title, "tasks": tasks}] if self.title else []
        return [*plan, *([{"type": "markdown", "text": self.text}] if self.text else [])]

    def ended(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """All its blocks, if it is ended so."""
        last = replace(self, tasks={name: dict(task) for name, task in self.tasks.items()})
        last.take(body.get("chunks", []))
        return [*last.blocks(), *body.get("blocks", [])]


def _card(name: str, task: dict[str, str]) -> dict[str, Any]:
    """A task as its block has it."""
    leaves = [{"type": "text", "text": task["output"]}]
    output = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaves}]}
    card = {"type": "task_card", "task_id": name, "title": task["title"], "status": task["status"]}
    return {**card, "output": output} if task["output"] else card


class _Server(Protocol):
    messages: list[Shown]
    streams: dict[str, Stream]
    without_streams: set[str]
    sessions: list[tuple[str, str, str]]

    def post(self, body: dict[str, Any]) -> Shown: ...
    def wrong(self, method: str, body: dict[str, Any], blocks: list[dict[str, Any]] | None = None) -> str: ...


class AgentMethods:
    """The methods, for the server to mix in."""

    def chat_startStream(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if error := self.wrong("chat.startStream", body, []) or _wrong_start(body):
            return {"ok": False, "error": error}
        if body["channel"] in self.without_streams:
            return {"ok": False, "error": "channel_type_not_supported"}
        shown = self.post({"channel": body["channel"], "thread_ts": body["thread_ts"], "text": ""})
        self.streams[shown.ts] = stream = Stream(shown)
        stream.take(body["chunks"])
        stream.took.append("chat.startStream")
        return {"ok": True, "channel": shown.channel, "ts": shown.ts}

    def chat_appendStream(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        stream = self.streams.get(body["ts"])
        if stream is None or not stream.is_open:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        if error := _wrong_chunks(body["chunks"]):
            return {"ok": False, "error": error}
        stream.take(body["chunks"])
        stream.took.append("chat.appendStream")
        return {"ok": True, "channel": body["channel"], "ts": body["ts"]}

    def chat_stopStream(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        stream = self.streams.get(body["ts"])
        if stream is None or not stream.is_open:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        if error := _wrong_chunks(body.get("chunks", [])):
            return {"ok": False, "error": error}
        ended = stream.ended(body)
        if error := self.wrong("chat.stopStream", body, ended):
            return {"ok": False, "error": error}
        stream.take(body.get("chunks", []))
        stream.took.append("chat.stopStream")
        stream.is_open = False
        words = " ".join(filter(None, [stream.text, *_words(body.get("blocks", []))]))
        stream.shown.body |= {"blocks": ended} | {key: value for key, value in body.items() if key == "metadata"}
        stream.shown.body["text"] = words
        stream.shown.history.append(words)
        self.sessions.append((body["channel"], stream.shown.body["thread_ts"], body.get("session_status", "active")))
        return {"ok": True, "channel": body["channel"], "ts": body["ts"], "message": {"text": words, "blocks": ended}}

    def agents_sessions_setStatus(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if body["status"] not in {"active", "processing", "suspended", "closed"}:
            return {"ok": False, "error": "invalid_arguments"}
        self.sessions.append((body["channel_id"], body["thread_ts"], body["status"]))
        return {"ok": True, "status": body["status"]}

    def assistant_threads_setStatus(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self.sessions.append((body["channel_id"], body["thread_ts"], body["status"]))
        return {"ok": True}

    def expire_streams(self: _Server) -> None:
        """Five minutes later: Slack has closed every stream that nobody ended."""
        for stream in self.streams.values():
            stream.is_open = False


def _wrong_start(body: dict[str, Any]) -> str:
    if set(body) - _STARTS or body.get("task_display_mode") not in {"plan", "timeline"}:
        return "invalid_arguments"
    if not body.get("thread_ts"):
        return "invalid_thread_ts"
    if not body["channel"].startswith("D"):
        for name in ("recipient_team_id", "recipient_user_id"):
            if not body.get(name):
                return f"missing_{name}"
    return _wrong_chunks(body["chunks"])


def _wrong_chunks(chunks: list[dict[str, Any]]) -> str:
    for chunk in chunks:
        if chunk.get("type") == "blocks" or differences(chunk, "chunk"):  # streamed blocks are not shown here
            return "invalid_chunks"
        if any(len(chunk.get(name, "")) > LONGEST_CHUNK_TEXT for name in ("title", "details", "output")):
            return "invalid_chunks"
        if chunk["type"] == "markdown_text" and not 0 < len(chunk["text"]) <= LONGEST_TEXT:
            return "invalid_chunks"
    return ""


def _words(blocks: Any) -> list[str]:
    """Every text in blocks, as Slack makes the words of a message that was given none."""
    if isinstance(blocks, list):
        return [word for block in blocks for word in _words(block)]
    if not isinstance(blocks, dict):
        return []
    return [
        word
        for key, value in blocks.items()
        for word in ([value] if key == "text" and isinstance(value, str) else _words(value))
    ]
