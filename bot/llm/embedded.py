"""The embedded engine: llama.cpp inside this process, so that the built-in model needs no server and no network.

`xllamacpp` is imported and the weights are loaded at the first question. Its calls block, so they run in worker
threads, one for each slot; the pool is the queue. A native model is asked for log-probabilities, which the engine
gives only with the whole answer; any other model streams.
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.errors import ModelError, ModelFailed
from bot.llm.base import CallPiece, Deadlines, EndPiece, TextPiece
from bot.llm.confidence import decision_confidence
from bot.llm.countdown import Countdown
from bot.llm.engine import start_engine
from bot.llm.weights import BUILT_IN, check_weights
from bot.llm.written_calls import read_call
from bot.llm.written_text import RepetitionGuard, ThinkingFilter
from bot.messages import ModelInfo

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bot.llm.base import Piece
    from bot.messages import Message, ToolCall

_STARTED = "started"
_DONE = "done"


@dataclass(eq=False, slots=True)
class _Job:
    """One question on its way through a worker thread: `news` is what the thread reports to the event loop."""

    request: dict[str, Any]
    loop: asyncio.AbstractEventLoop
    news: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    stop: threading.Event = field(default_factory=threading.Event)

    def report(self, item: object) -> bool:
        """Hand one item to the event loop; true asks the engine to stop."""
        try:
            self.loop.call_soon_threadsafe(self.news.put_nowait, item)
        except RuntimeError:  # the loop is closed: nobody listens any more
            self.stop.set()
        return self.stop.is_set()

    async def next(self) -> Any:
        """The next item; an error of the thread is raised here."""
        item = await self.news.get()
        if isinstance(item, BaseException):
            raise item
        return item


class EmbeddedModel:
    """A GGUF file run by llama.cpp in this process.

    `is_native` says that the weights are our own; `context_tokens` is capped by what the file says it was trained
    for; `slots` is how many questions may run at once. One thread a slot: with a tiny model more threads only wait
    for each other.
    """

    def __init__(
        self, weights: Path = BUILT_IN, *, is_native: bool = True, context_tokens: int = 1024, slots: int = 1
    ) -> None:
        self.is_native = is_native
        self.name = weights.stem
        self._weights = weights
        self._context_tokens = context_tokens
        self._slots = slots
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="embedded-model")
        self._loading = threading.Lock()
        self._server: Any = None
        self._digest = ""
        self._jobs: set[_Job] = set()

    async def info(self) -> ModelInfo:
        """Name, backend and SHA-256 of the weights, which are read for it once. Raises `WeightsDamaged`."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._load)
        return ModelInfo(self.name, "embedded", self._digest)

    async def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] = (),
        *,
        answer_schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        deadlines: Deadlines | None = None,
    ) -> AsyncGenerator[Piece, None]:
        """Stream one answer, as `ChatModel.chat` says. The total deadline includes waiting for a free slot."""
        countdown = Countdown(self.name, deadlines or Deadlines())
        request = _request(messages, tools, answer_schema, max_tokens, streaming=not self.is_native)
        # The engine stops by itself too, so that an abandoned answer can't hold its slot beyond the deadline.
        request["t_max_predict_ms"] = max(1, int(countdown.left * 1000))
        job = _Job(request, asyncio.get_running_loop())
        self._jobs.add(job)
        future = self._pool.submit(self._work, job)
        try:
            await countdown.turn(job.next())
            if self.is_native:
                for piece in self._whole(await countdown.turn(job.next())):
                    yield piece
            else:
                async for piece in self._streamed(job, countdown):
                    yield piece
        finally:
            job.stop.set()
            future.cancel()
            self._jobs.discard(job)

    async def close(self) -> None:
        """Stop what runs and free the engine's memory."""
        for job in self._jobs:
            job.stop.set()
        # Freeing the engine under a running call would crash the process.
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        self._server = None

    def _load(self) -> Any:
        """The engine, made at first use. Runs in a worker thread."""
        with self._loading:
            if self._server is None:
                digest = check_weights(self._weights)
                self._server = start_engine(self._weights, self.name, self._context_tokens, self._slots)
                self._digest = digest
            return self._server

    def _work(self, job: _Job) -> None:
        """One question, in a worker thread."""
        try:
            server = self._load()
            if job.report(_STARTED):
                return
            if job.request["stream"]:
                server.handle_chat_completions(job.request, job.report)
                job.report(_DONE)
            else:
                job.report(server.handle_chat_completions(job.request))
        except ModelError as error:
            job.report(error)
        except Exception as error:  # noqa: BLE001 (the engine raises bare ones for requests it refuses)
            job.report(ModelFailed(self.name, str(error)))

    def _whole(self, reply: dict[str, Any]) -> list[Piece]:
        """The pieces of an answer given at once."""
        choice = self._choice(reply)
        message = choice["message"]
        cut = choice["finish_reason"] == "length"
        calls = [_call(call["function"]) for call in message.get("tool_calls") or ()]
        content = (message.get("content") or "").strip()
        tokens = (choice.get("logprobs") or {}).get("content") or ()
        confidence = decision_confidence(((token["token"], token["logprob"]) for token in tokens), calls)
        usage = reply.get("usage") or {}
        end = EndPiece(cut, confidence, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
        return [*([TextPiece(content)] if content else ()), *_finished(calls, cut=cut), end]

    async def _streamed(self, job: _Job, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """The pieces of a streamed answer; calls come in fragments, so they are given at the end."""
        thinking, repetition = ThinkingFilter(), RepetitionGuard()
        fragments: dict[int, dict[str, str]] = {}
        cut, usage = False, {"prompt_tokens": 0, "completion_tokens": 0}
        reply = await countdown.first(job.next())
        while reply is not _DONE:
            usage.update({key: value for key, value in (reply.get("usage") or {}).items() if key in usage})
            if reply.get("choices") or reply.get("error"):
                choice = self._choice(reply)
                cut = cut or choice["finish_reason"] == "length"
                delta = choice["delta"]
                _collect(fragments, delta.get("tool_calls") or ())
                text = delta.get("content") or ""
                if repetition.feed(text or delta.get("reasoning_content") or ""):
                    raise ModelFailed(self.name, "it kept repeating itself")
                if shown := thinking.feed(text):
                    yield TextPiece(shown)
            reply = await countdown.following(job.next())
        if shown := thinking.end():
            yield TextPiece(shown)
        for call in _finished([_call(fragments[index]) for index in sorted(fragments)], cut=cut):
            yield call
        yield EndPiece(cut, None, usage["prompt_tokens"], usage["completion_tokens"])

    def _choice(self, reply: dict[str, Any]) -> dict[str, Any]:
        """The only choice of a reply. Raises `ModelFailed` for an error reply."""
        error = reply.get("error")
        if error is None:
            choice: dict[str, Any] = reply["choices"][0]
            return choice
        if error.get("type") == "exceed_context_size_error":
            tokens, most = error.get("n_prompt_tokens"), error.get("n_ctx")
            raise ModelFailed(self.name, f"the question is too long for it: {tokens} tokens where {most} fit")
        raise ModelFailed(self.name, str(error.get("message", error)))


def _request(
    messages: Sequence[Message],
    tools: Sequence[dict[str, Any]],
    answer_schema: dict[str, Any] | None,
    max_tokens: int,
    *,
    streaming: bool,
) -> dict[str, Any]:
    """The question in the OpenAI form."""
    request: dict[str, Any] = {
        "messages": [_message(message) for message in messages],
        "max_tokens": max_tokens,
        "temperature": 0,
        "cache_prompt": True,
        "stream": streaming,
    }
    if streaming:
        request["stream_options"] = {"include_usage": True}
    else:
        request |= {"logprobs": True, "top_logprobs": 1}
    if answer_schema is not None:
        request["response_format"] = {"type": "json_schema", "json_schema": {"schema": answer_schema}}
    elif tools:
        request |= {"tools": list(tools), "tool_choice": "auto", "parallel_tool_calls": True}
    return request


def _message(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for number, call in enumerate(message.tool_calls)
        ]
    if message.role == "tool":
        sent |= {"name": message.tool_name, "tool_call_id": "call_0"}
    return sent


def _collect(fragments: dict[int, dict[str, str]], deltas: Sequence[dict[str, Any]]) -> None:
    """Add streamed fragments of calls to what has come of them."""
    for delta in deltas:
        call = fragments.setdefault(delta.get("index", 0), {"name": "", "arguments": ""})
        for key, value in (delta.get("function") or {}).items():
            if key in call:
                call[key] += value or ""


def _call(function: dict[str, Any]) -> ToolCall:
    return read_call(function.get("name"), function.get("arguments"))


def _finished(calls: Sequence[ToolCall], *, cut: bool) -> list[CallPiece]:
    """The calls that were written to their end: where the answer was cut, the last one may not have been."""
    return [CallPiece(call) for call in (calls[:-1] if cut else calls)]
