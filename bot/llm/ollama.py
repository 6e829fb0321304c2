"""Ollama as a backend: any of its models that can call tools, over `/api/chat`.

The server is never asked to fetch, create or delete a model. What can go wrong and what then happens:

it can't be reached           `ModelUnavailable` at once
it is busy (503)              asked again after `busy_waits`, then `ModelBusy`
it lacks the model (404)      `ModelMissing`, with the line that fetches it
it is too old, or elsewhere   `ModelRefused`
it fails, also mid-stream     `ModelFailed` with the server's reason
it can't read a model's call  a call that every schema refuses, so that the model may repair it
the stream breaks or is empty asked once more if nothing was given out, else `ModelFailed`
it is slow                    `ModelTimeout` by `Deadlines`
it did not answer lately      `ModelSilent` at once, but for a question now and then that tries it
it does not end               cut at `max_tokens`; `ModelFailed` as soon as it repeats itself
"""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from bot.errors import ModelBusy, ModelError, ModelFailed
from bot.llm.base import CallPiece, Deadlines, EndPiece, TextPiece
from bot.llm.breaker import Breaker
from bot.llm.confidence import decision_confidence
from bot.llm.countdown import Countdown
from bot.llm.ollama_connection import BUSY, OllamaConnection, check_address, one_line
from bot.llm.written_calls import UNREADABLE, read_call
from bot.llm.written_text import RepetitionGuard, ThinkingFilter
from bot.messages import ModelInfo, ToolCall

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.llm.base import Piece
    from bot.messages import Message

NATIVE_NAME = "tuppence"
THINKING_TOKENS = 2048
COLD = Deadlines(first_token=120.0, total=240.0)
"""For the first answer, which may have to wait until the server has read gigabytes from the disk."""
_ATTEMPTS = 2
_SLIP = re.compile(r"parsing tool call|tool call parsing|failed to parse JSON", re.IGNORECASE)


class _BrokenStream(Exception):
    """The answer ended before its end, or holds nothing; the text says how."""


class OllamaModel:
    """One model of the Ollama server at `host`.

    `context_tokens` is what a conversation may fill (Ollama would silently drop what is beyond its own default);
    `keep_alive` is how long the model stays loaded; `busy_waits` are the seconds before each new try at a server
    whose queue is full. `breaker` knows whether it is worth asking. Raises `ModelRefused` for a host elsewhere unless
    `allow_remote`.
    """

    def __init__(
        self,
        name: str,
        host: str = "127.0.0.1",
        *,
        allow_remote: bool = False,
        context_tokens: int = 8192,
        keep_alive: str = "30m",
        busy_waits: Sequence[float] = (0.5, 1.0, 2.0),
        breaker: Breaker | None = None,
    ) -> None:
        self.name = name
        self.address = check_address(host, allow_remote=allow_remote)
        self.is_native = name.partition(":")[0] == NATIVE_NAME
        self._context_tokens = context_tokens
        self._keep_alive = keep_alive
        self._busy_waits = tuple(busy_waits)
        self._connection = OllamaConnection(name, self.address)
        self._warm = False
        self.breaker = breaker or Breaker(name)

    async def info(self) -> ModelInfo:
        """Name, backend and the digest Ollama has for the model now. Raises `ModelError`."""
        deadlines = Deadlines()
        await Countdown(self.name, deadlines).first(self._connection.abilities())
        return ModelInfo(self.name, "ollama", await Countdown(self.name, deadlines).first(self._connection.digest()))

    async def probe(self, timeout: float = 0.5) -> str | None:  # noqa: ASYNC109 (seconds for all of it)
        """Why the model can't be used now, or None if it can. That nothing listens is known within milliseconds."""
        if self.breaker.problem:
            return self.breaker.problem
        try:
            async with asyncio.timeout(timeout):
                await self._connection.knock()
            # Importing the client takes longer than the server's answer, and none of that is the server's time.
            self._connection.client()
            async with asyncio.timeout(timeout):
                await self.info()
        except TimeoutError:
            return f"Ollama at {self.address} did not answer within {timeout:g} seconds."
        except ModelError as error:
            return str(error)
        return None

    async def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] = (),
        *,
        answer_schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        deadlines: Deadlines | None = None,
    ) -> AsyncGenerator[Piece, None]:
        """Stream one answer, as `ChatModel.chat` says. Without `deadlines`, the first one may take as `COLD` says."""
        with self.breaker.attempt() as answered:
            async with aclosing(self._answer(messages, tools, answer_schema, max_tokens, deadlines)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, EndPiece):
                        answered()
                    yield piece

    async def _answer(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        answer_schema: dict[str, Any] | None,
        max_tokens: int,
        deadlines: Deadlines | None,
    ) -> AsyncGenerator[Piece, None]:
        countdown = Countdown(self.name, deadlines or (Deadlines() if self._warm else COLD))
        thinks = "thinking" in await countdown.first(self._connection.abilities())
        budget = max_tokens + (THINKING_TOKENS if thinks else 0)
        request = self._request(messages, tools, answer_schema, budget)
        given = False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with aclosing(self._patiently(request, countdown)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, EndPiece) and not given and not piece.cut and attempt < _ATTEMPTS:
                            raise _BrokenStream("it answered nothing")  # noqa: TRY301 (handled just below)
                        given = given or not isinstance(piece, EndPiece)
                        self._warm = True
                        yield piece
            except _BrokenStream as error:
                if given or attempt == _ATTEMPTS:
                    raise ModelFailed(self.name, str(error)) from None
            else:
                return

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    def _request(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        answer_schema: dict[str, Any] | None,
        max_tokens: int,
    ) -> dict[str, Any]:
        options: dict[str, Any] = {"temperature": 0, "num_predict": max_tokens}
        if self.is_native:
            options["repeat_penalty"] = 1.0  # older servers' 1.1 damages copying
        else:
            options["num_ctx"] = self._context_tokens
        return {
            "model": self.name,
            "messages": [_message(message) for message in messages],
            "tools": None if answer_schema is not None else list(tools),
            "format": answer_schema,
            "options": options,
            "keep_alive": self._keep_alive,
        }

    async def _patiently(self, request: dict[str, Any], countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """One attempt; a server whose queue is full is asked again."""
        import ollama

        for wait in (*self._busy_waits, None):
            try:
                async with aclosing(self._attempt(request, countdown)) as pieces:
                    async for piece in pieces:
                        yield piece
            except ollama.ResponseError as error:
                if _SLIP.search(error.error):
                    # A model's slip that the server reports as its own error: the model may repair it.
                    yield CallPiece(read_call(None, {UNREADABLE: one_line(error.error)}))
                    yield EndPiece()
                    return
                if error.status_code != BUSY:
                    raise self._connection.refusal(error.status_code, error.error) from None
                if wait is None:
                    raise ModelBusy(self.address) from None
                await countdown.turn(asyncio.sleep(wait))
            else:
                return

    async def _attempt(self, request: dict[str, Any], countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """Ask once. Raises `_BrokenStream`, `ModelError` and the library's `ResponseError`."""
        import httpx
        from pydantic import ValidationError

        try:
            pieces = self._whole(request, countdown) if self.is_native else self._streamed(request, countdown)
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except (httpx.ConnectError, ConnectionError) as error:
            raise self._connection.unreachable(error) from None
        except httpx.HTTPError as error:
            raise _BrokenStream(f"the connection broke: {one_line(error)}") from None
        except (ValidationError, ValueError):
            raise _BrokenStream("the server sent something that is no answer") from None

    async def _whole(self, request: dict[str, Any], countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """An answer of our own model: Ollama gives log-probabilities beside tools only without streaming."""
        reply = await countdown.first(self._connection.client().chat(**request, stream=False, logprobs=True))
        if not reply.done:
            raise _BrokenStream("the answer has no end")
        if text := (reply.message.content or "").strip():
            yield TextPiece(text)
        calls = [ToolCall(c.function.name, dict(c.function.arguments)) for c in reply.message.tool_calls or ()]
        for call in calls:
            yield CallPiece(call)
        tokens = ((token.token, token.logprob) for token in reply.logprobs or ())
        yield _end(reply, decision_confidence(tokens, calls))

    async def _streamed(self, request: dict[str, Any], countdown: Countdown) -> AsyncGenerator[Piece, None]:
        thinking, repetition = ThinkingFilter(), RepetitionGuard()
        parts = await countdown.first(self._connection.client().chat(**request, stream=True))
        async with aclosing(parts):
            part = await countdown.first(anext(parts, None))
            # A server that heeds `num_predict` sends one part a token at most, and a last one.
            for _ in range(request["options"]["num_predict"] + 1):
                if part is None:
                    raise _BrokenStream("the answer broke off")
                said = part.message.content or ""
                if repetition.feed(said or part.message.thinking or ""):
                    raise ModelFailed(self.name, "it kept repeating itself")
                if shown := thinking.feed(said):
                    yield TextPiece(shown)
                for call in part.message.tool_calls or ():
                    yield CallPiece(ToolCall(call.function.name, dict(call.function.arguments)))
                if part.done:
                    if shown := thinking.end():
                        yield TextPiece(shown)
                    yield _end(part, None)
                    return
                part = await countdown.following(anext(parts, None))
        yield EndPiece(cut=True)


def _message(message: Message) -> dict[str, Any]:
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {"function": {"name": call.name, "arguments": call.arguments}} for call in message.tool_calls
        ]
    if message.tool_name:
        sent["tool_name"] = message.tool_name
    return sent


def _end(part: Any, confidence: float | None) -> EndPiece:
    cut = part.done_reason == "length"
    return EndPiece(cut, confidence, part.prompt_eval_count or 0, part.eval_count or 0)
