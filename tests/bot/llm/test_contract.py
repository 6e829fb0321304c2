"""What every backend promises, asked of each in turn: the real engine, Ollama's protocol, the scripted model."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from bot.errors import ModelError, ModelTimeout
from bot.llm.base import CallPiece, ChatModel, Deadlines, EndPiece, Piece, TextPiece
from bot.llm.embedded import EmbeddedModel
from bot.llm.ollama import OllamaModel
from bot.messages import Message, ToolCall
from tests.fakes import ollama_server as fake
from tests.fakes.ollama_server import FakeOllama
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

QUOTE = {
    "type": "function",
    "function": {
        "name": "get_quote",
        "description": "Latest price.",
        "parameters": {
            "type": "object",
            "properties": {
                "symbols": {
                    "type": "array",
                    "items": {"type": "string", "enum": ["tesla", "price"]},
                    "minItems": 1,
                    "maxItems": 8,
                }
            },
            "required": ["symbols"],
        },
    },
}
OVERVIEW = {
    "type": "function",
    "function": {
        "name": "get_market_overview",
        "description": "The market today.",
        "parameters": {"type": "object", "properties": {}, "required": []},
    },
}
TOOLS = [QUOTE, OVERVIEW]
QUESTION = [Message("user", "what's the price of tesla?")]
SCHEMA = {
    "type": "object",
    "properties": {"kind": {"type": "string", "enum": ["growth", "value"]}},
    "required": ["kind"],
    "additionalProperties": False,
}


class Rig(Protocol):
    """One backend and a way to say what it will answer; a real model answers as it likes."""

    model: ChatModel

    def will_say(self, *pieces: str | ToolCall, cut: bool = False) -> None:
        """What the next question gets."""

    def will_hang(self) -> None:
        """The next question gets nothing."""

    async def under_way(self) -> None:
        """Return when the question that was begun has reached the model."""


class EmbeddedRig:
    """The real engine. `is_native` decides between its two ways of asking it."""

    def __init__(self, weights: Path, *, is_native: bool) -> None:
        self.model: ChatModel = EmbeddedModel(weights, is_native=is_native)

    def will_say(self, *pieces: str | ToolCall, cut: bool = False) -> None:
        """It says what it was trained to."""

    def will_hang(self) -> None:
        """It can't be made to: its deadline is met by being shorter than any answer."""

    async def under_way(self) -> None:
        """It is, as soon as `chat` has been entered."""
        await asyncio.sleep(0)


class OllamaRig:
    """Ollama's protocol over real HTTP. Our own model in it is asked without streaming."""

    def __init__(self, server: FakeOllama, name: str) -> None:
        self.server = server
        self.model: ChatModel = OllamaModel(name, server.address)

    def will_say(self, *pieces: str | ToolCall, cut: bool = False) -> None:
        steps: list[fake.Step] = [
            fake.Say(piece) if isinstance(piece, str) else fake.Call(piece.name, piece.arguments) for piece in pieces
        ]
        self.server.then(*steps, fake.Done("length" if cut else "stop"))

    def will_hang(self) -> None:
        self.server.then(fake.Hang())

    async def under_way(self) -> None:
        await self.server.hanging.wait()


class ScriptedRig:
    """The fake other tests use keeps the same promises."""

    def __init__(self) -> None:
        self.scripted = ScriptedModel()
        self.model: ChatModel = self.scripted

    def will_say(self, *pieces: str | ToolCall, cut: bool = False) -> None:
        self.scripted.answers.append([*pieces, EndPiece(cut)])

    def will_hang(self) -> None:
        self.scripted.answers.append([asyncio.Event()])

    async def under_way(self) -> None:
        await asyncio.sleep(0)


@asynccontextmanager
async def make_rig(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if kind.startswith("embedded"):
        yield EmbeddedRig(request.getfixturevalue("weights"), is_native="native" in kind)
    elif kind.startswith("ollama"):
        async with FakeOllama() as server:
            yield OllamaRig(server, "tuppence" if "native" in kind else "qwen3:4b")
    else:
        yield ScriptedRig()


@pytest.fixture(params=["embedded-native", "embedded", "ollama-native", "ollama", "scripted"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with make_rig(request.param, request) as made:
        yield made
        await made.model.close()


async def ask(model: ChatModel, messages: list[Message] = QUESTION, **options: Any) -> list[Piece]:
    return [piece async for piece in model.chat(messages, **options)]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


async def test_info_names_the_model_its_backend_and_its_exact_weights(rig: Rig) -> None:
    info = await rig.model.info()

    assert info.name
    assert info.backend in {"embedded", "ollama", "scripted"}
    assert len(info.digest) == 64


async def test_an_answer_is_pieces_and_then_exactly_one_end(rig: Rig) -> None:
    rig.will_say("Tesla ", "is at ", ToolCall("get_quote", {"symbols": ["tesla"]}))

    *pieces, last = await ask(rig.model, tools=TOOLS, max_tokens=100)

    assert isinstance(last, EndPiece)
    assert all(isinstance(piece, TextPiece | CallPiece) for piece in pieces)
    assert all(piece.text for piece in pieces if isinstance(piece, TextPiece))


async def test_calls_name_a_tool_and_have_an_object_of_arguments(rig: Rig) -> None:
    rig.will_say(ToolCall("get_quote", {"symbols": ["tesla"]}), ToolCall("get_market_overview", {}))

    pieces = await ask(rig.model, tools=TOOLS, max_tokens=100)

    for piece in pieces:
        if isinstance(piece, CallPiece):
            assert piece.call.name in {"get_quote", "get_market_overview"}
            assert isinstance(piece.call.arguments, dict)


async def test_an_answer_schema_forces_json_of_that_schema(rig: Rig) -> None:
    rig.will_say('{"kind": ', '"value"}')

    pieces = await ask(rig.model, tools=TOOLS, answer_schema=SCHEMA, max_tokens=300)

    assert json.loads(text_of(pieces))["kind"] in {"growth", "value"}


async def test_an_answer_that_reaches_max_tokens_says_that_it_is_cut(rig: Rig) -> None:
    rig.will_say("Tesla", cut=True)

    *_, end = await ask(rig.model, tools=TOOLS, max_tokens=1)

    assert isinstance(end, EndPiece)
    assert end.cut


async def test_earlier_calls_and_results_may_be_in_the_conversation(rig: Rig) -> None:
    rig.will_say("Ford")
    history = [
        Message("system", "Answer with tools."),
        Message("user", "what's the price of tesla? 特斯拉 “€”"),
        Message("assistant", "", (ToolCall("get_quote", {"symbols": ["tesla"]}),)),
        Message("tool", '{"price": 123.45}', tool_name="get_quote"),
        Message("assistant", "123.45 USD"),
        Message("user", "and ford?"),
    ]

    *_, end = await ask(rig.model, history, tools=TOOLS, max_tokens=20)

    assert isinstance(end, EndPiece)


async def test_leaving_an_answer_early_frees_the_model_for_the_next_question(rig: Rig) -> None:
    rig.will_say("Tesla ", "is ", "a ", "company")
    rig.will_say("Ford")

    async with asyncio.timeout(PATIENCE):
        async with aclosing(rig.model.chat(QUESTION, max_tokens=100)) as pieces:  # type: ignore[type-var]
            await anext(aiter(pieces))
        *_, end = await ask(rig.model, max_tokens=5)

    assert isinstance(end, EndPiece)


async def test_cancelling_an_answer_frees_the_model_for_the_next_question(rig: Rig) -> None:
    rig.will_hang()
    rig.will_say("Ford")
    first = asyncio.create_task(ask(rig.model, max_tokens=200))

    async with asyncio.timeout(PATIENCE):
        await rig.under_way()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        *_, end = await ask(rig.model, max_tokens=5)

    assert isinstance(end, EndPiece)


async def test_two_questions_at_once_are_both_answered(rig: Rig) -> None:
    rig.will_say("one")
    rig.will_say("two")

    answers = await asyncio.gather(ask(rig.model, max_tokens=20), ask(rig.model, max_tokens=20))

    assert [type(pieces[-1]) for pieces in answers] == [EndPiece, EndPiece]


async def test_an_answer_that_takes_too_long_ends_in_a_timeout_and_the_next_one_works(rig: Rig) -> None:
    rig.will_hang()
    rig.will_say("Ford")
    await rig.model.info()

    with pytest.raises(ModelTimeout) as caught:
        await ask(rig.model, max_tokens=100, deadlines=Deadlines(total=0.0))
    if isinstance(rig, OllamaRig):
        rig.server.scripts.pop(0)
    *_, end = await ask(rig.model, max_tokens=5)

    assert isinstance(caught.value, ModelError)
    assert "took longer than" in str(caught.value)
    assert isinstance(end, EndPiece)


async def test_closing_twice_is_harmless(rig: Rig) -> None:
    await rig.model.close()
    await rig.model.close()
