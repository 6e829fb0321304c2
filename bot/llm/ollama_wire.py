"""How bytes from Ollama become what its client library can read; imported at the first request only.

The library reads one JSON object a line, and fails on blank lines, two objects in a line, a byte order mark, the
Unicode line separators inside a text, and tool calls whose arguments are a string. This transport tidies all of
that before the library sees it; what can't be tidied is a broken stream.
"""

from __future__ import annotations

import codecs
import json
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.llm.written_calls import read_call, read_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MAX_LINE_CHARACTERS = 4_000_000
_WHITESPACE = " \t\r\n\ufeff"
_LINE_SEPARATORS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class TidyTransport(httpx.AsyncBaseTransport):
    """The aiohttp transport, with the answers of `/api/chat` tidied. Proxy settings of the environment are ignored.

    `is_secure` says whether https is spoken; if so, SSL_CERT_FILE may name the authority of a private server.
    """

    def __init__(self, *, is_secure: bool) -> None:
        # Reading all authorities takes longer than a local answer; without them every https address would be refused.
        verify: ssl.SSLContext | bool = True if is_secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._inner = AiohttpTransport(verify=verify)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises `httpx.ConnectError` where nothing listens, else only `httpx.HTTPError`s."""
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.ConnectTimeout, aiohttp.ClientError, RuntimeError) as error:
            # The inner transport calls refused and lost connections by the same name.
            refused = isinstance(error.__cause__, aiohttp.ClientConnectorError)
            raise (httpx.ConnectError if refused else httpx.ReadError)(str(error), request=request) from error
        if request.url.path.endswith("/api/chat") and response.is_success:
            response.stream = _TidyStream(response.stream, request)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


class _TidyStream(httpx.AsyncByteStream):
    """One whole JSON object a line."""

    def __init__(self, inner: Any, request: httpx.Request) -> None:
        self._inner = inner
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        async for chunk in self._chunks():
            rest += decoder.decode(chunk)
            *lines, rest = rest.split("\n")
            for line in lines:
                for tidy in self._tidy(line):
                    yield tidy
            if len(rest) > MAX_LINE_CHARACTERS:
                raise self._broken("a line without an end")
        for tidy in self._tidy(rest + decoder.decode(b"", final=True)):
            yield tidy

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except (aiohttp.ClientError, RuntimeError) as error:
            raise httpx.ReadError(str(error), request=self._request) from error

    def _tidy(self, line: str) -> Iterator[bytes]:
        """Each JSON object of a line, as a line of its own."""
        for text in _objects(line):
            try:
                document = read_json(text)
            except (ValueError, RecursionError):
                raise self._broken("a line that is not JSON") from None
            if not isinstance(document, dict):
                raise self._broken("a line that is no object")
            _tidy_message(document.get("message"))
            # Encoding replaces halves of surrogate pairs, which no later writer would take.
            written = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode()
            yield written.translate(_LINE_SEPARATORS).encode() + b"\n"

    def _broken(self, what: str) -> httpx.RemoteProtocolError:
        return httpx.RemoteProtocolError(f"the server sent {what}", request=self._request)


def _objects(line: str) -> Iterator[str]:
    """The texts of the JSON objects in a line; what is no JSON comes out as it is."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    rest = line.strip(_WHITESPACE)
    while rest:
        try:
            _, end = decoder.raw_decode(rest)
        except (ValueError, RecursionError):
            end = len(rest)
        yield rest[:end]
        rest = rest[end:].strip(_WHITESPACE)


def _tidy_message(message: object) -> None:
    """Give every tool call of a message a name that is text and arguments that are an object, in place."""
    if not isinstance(message, dict):
        return
    message.setdefault("role", "assistant")
    calls = message.get("tool_calls")
    tidied = []
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        function = function if isinstance(function, dict) else {}
        read = read_call(function.get("name"), function.get("arguments"))
        tidied.append({"function": {"name": read.name, "arguments": read.arguments}})
    message["tool_calls"] = tidied
    for key in ("content", "thinking"):
        if not isinstance(message.get(key), str):
            message.pop(key, None)
