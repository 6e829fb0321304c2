"""The embedded engine with real weights: damage, silence, cancellation, two questions at once."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from bot.errors import ModelFailed, WeightsDamaged
from bot.evaluation.scoring import reading_context
from bot.llm.base import CallPiece, EndPiece, TextPiece
from bot.llm.embedded import EmbeddedModel
from bot.llm.weights import BUILT_IN, check_weights, sidecar
from bot.messages import Message
from tests.bot.llm.test_contract import QUESTION, TOOLS, ask
from tests.fakes.waiting import PATIENCE
from tools.marking import mark_question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


@pytest.fixture
async def native(weights: Path) -> AsyncIterator[EmbeddedModel]:
    model = EmbeddedModel(weights)
    yield model
    await model.close()


@pytest.fixture
async def streaming(weights: Path) -> AsyncIterator[EmbeddedModel]:
    model = EmbeddedModel(weights, is_native=False)
    yield model
    await model.close()


async def test_the_built_in_weights_call_a_tool_for_a_plain_question() -> None:
    model = EmbeddedModel(BUILT_IN)
    question = mark_question("price of tesla", reading_context())

    pieces = await ask(model, [Message("user", question)], tools=TOOLS)
    await model.close()

    calls = [piece.call for piece in pieces if isinstance(piece, CallPiece)]
    assert [(call.name, call.arguments) for call in calls] == [("get_quote", {"symbols": ["tesla"]})]


async def test_a_native_model_tells_how_sure_it_is(native: EmbeddedModel) -> None:
    *_, end = await ask(native, tools=TOOLS, max_tokens=100)

    assert isinstance(end, EndPiece)
    assert end.confidence is not None
    assert end.confidence <= 0
    assert end.written_tokens > 0
    assert 0 < end.prompt_tokens < 60


async def test_another_model_streams_its_text(streaming: EmbeddedModel) -> None:
    schema = {"type": "object", "properties": {"a": {"const": "one two three"}}, "required": ["a"]}

    pieces = await ask(streaming, answer_schema=schema, max_tokens=300)

    assert sum(isinstance(piece, TextPiece) for piece in pieces) > 1
    assert isinstance(pieces[-1], EndPiece)
    assert pieces[-1].written_tokens > 0


async def test_two_answers_to_one_question_are_the_same(native: EmbeddedModel) -> None:
    first = await ask(native, tools=TOOLS, max_tokens=60)
    second = await ask(native, tools=TOOLS, max_tokens=60)

    assert first[:-1] == second[:-1]


async def test_nothing_is_printed(weights: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = EmbeddedModel(weights)
    await model.info()
    await ask(model, tools=TOOLS, max_tokens=50)
    with pytest.raises(ModelFailed):
        await ask(model, [Message("user", "price " * 5000)])
    await model.close()
    damaged = tmp_path / "cut.gguf"
    damaged.write_bytes(weights.read_bytes()[:100_000])
    with pytest.raises(WeightsDamaged):
        await EmbeddedModel(damaged).info()

    assert capfd.readouterr() == ("", "")


async def test_a_question_too_long_for_the_model_is_told(native: EmbeddedModel) -> None:
    with pytest.raises(ModelFailed, match=r"too long for it: [0-9]+ tokens where [0-9]+ fit"):
        await ask(native, [Message("user", "price " * 5000)])


async def test_the_event_loop_goes_on_while_the_model_writes(native: EmbeddedModel) -> None:
    await native.info()
    asking = asyncio.create_task(ask(native, max_tokens=200))
    rounds = 0
    while not asking.done():
        rounds += 1
        await asyncio.sleep(0)

    assert rounds > 10


async def test_two_questions_at_once_wait_for_each_other(native: EmbeddedModel) -> None:
    ends: list[int] = []

    async def question(number: int) -> None:
        await ask(native, tools=TOOLS, max_tokens=50)
        ends.append(number)

    await asyncio.gather(*map(question, range(4)))

    assert ends == [0, 1, 2, 3]


@pytest.mark.parametrize("is_native", [True, False])
async def test_c22_a_cancelled_answer_frees_its_slot(weights: Path, is_native: bool) -> None:
    model = EmbeddedModel(weights, is_native=is_native)
    await model.info()
    asking = asyncio.create_task(ask(model, max_tokens=200))
    waiting = asyncio.create_task(ask(model, max_tokens=200))
    await asyncio.sleep(0)

    async with asyncio.timeout(PATIENCE):
        asking.cancel()
        waiting.cancel()
        await asyncio.gather(asking, waiting, return_exceptions=True)
        *_, end = await ask(model, max_tokens=2)
    await model.close()

    assert asking.cancelled()
    assert waiting.cancelled()
    assert isinstance(end, EndPiece)


async def test_closing_while_an_answer_is_written_is_safe(streaming: EmbeddedModel) -> None:
    schema = {"type": "object", "properties": {"a": {"const": "x" * 50}}, "required": ["a"]}

    async with aclosing(streaming.chat(QUESTION, answer_schema=schema, max_tokens=900)) as pieces:
        await anext(pieces)
        await streaming.close()


async def test_the_engine_listens_on_this_machine_only_and_asks_for_a_key(native: EmbeddedModel) -> None:
    await native.info()
    host, port = native._server.listening_address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(b'POST /tokenize HTTP/1.0\r\nContent-Length: 14\r\n\r\n{"content":1} ')
        answer = connection.recv(100)

    assert host == "127.0.0.1"
    assert b" 401 " in answer


def cut_in_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def without_last_byte(data: bytes) -> bytes:
    return data[:-1]


def with_zeros(data: bytes) -> bytes:
    return data[:24] + bytes(2000) + data[2024:]


def only_magic(data: bytes) -> bytes:
    return data[:4]


def nothing(_: bytes) -> bytes:
    return b""


def a_web_page(_: bytes) -> bytes:
    return b"<!doctype html><title>404</title>"


DAMAGES = [cut_in_half, without_last_byte, with_zeros, only_magic, nothing, a_web_page]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damaged_weights_are_told_with_the_fix(
    weights: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "tuppence.gguf"
    path.write_bytes(damage(weights.read_bytes()))
    model = EmbeddedModel(path)

    with pytest.raises(WeightsDamaged, match="Install Tuppence again") as caught:
        await ask(model)
    await model.close()

    assert str(path) in str(caught.value)


async def test_missing_weights_are_told_with_the_fix(tmp_path: Path) -> None:
    model = EmbeddedModel(tmp_path / "tuppence.gguf")

    with pytest.raises(WeightsDamaged, match="it is missing"):
        await model.info()
    with pytest.raises(WeightsDamaged, match="it is missing"):
        await ask(model)
    await model.close()


async def test_a_folder_in_place_of_the_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsDamaged, match="can't be read"):
        check_weights(tmp_path)


async def test_weights_repaired_meanwhile_are_used_without_a_restart(weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "tuppence.gguf"
    model = EmbeddedModel(path)
    with pytest.raises(WeightsDamaged):
        await ask(model)

    path.write_bytes(weights.read_bytes())

    assert isinstance((await ask(model, max_tokens=2))[-1], EndPiece)
    await model.close()


@pytest.mark.parametrize("flipped", [False, True])
async def test_the_published_digest_is_checked(weights: Path, tmp_path: Path, flipped: bool) -> None:
    path = tmp_path / "tuppence.gguf"
    data = bytearray(weights.read_bytes())
    digest = hashlib.sha256(data).hexdigest()
    sidecar(path).write_text(f"{digest}  tuppence.gguf\n")
    if flipped:
        data[-1] ^= 1
    path.write_bytes(data)

    if flipped:
        with pytest.raises(WeightsDamaged, match="SHA-256 differs"):
            check_weights(path)
    else:
        assert check_weights(path) == digest


async def test_an_unreadable_published_digest_is_no_digest(weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "tuppence.gguf"
    path.write_bytes(weights.read_bytes())
    sidecar(path).write_text("soon\n")

    with pytest.raises(WeightsDamaged):
        check_weights(path)


CTRL_C = """
import asyncio, sys
from pathlib import Path
from bot.llm.embedded import EmbeddedModel
from bot.messages import Message

async def ask(model):
    async for _ in model.chat([Message("user", "price of tesla")], max_tokens=20):
        pass

async def main():
    model = EmbeddedModel(Path(sys.argv[1]))
    await ask(model)  # loads the engine: the tenth of a second in which it may take the signal itself
    print("ready", flush=True)
    while True:
        await ask(model)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


LOAD_AND_CLOSE = """
import asyncio, sys
from pathlib import Path
from bot.llm.embedded import EmbeddedModel

async def main():
    for _ in range(20):
        model = EmbeddedModel(Path(sys.argv[1]))
        await model.info()
        await model.close()

asyncio.run(main())
"""


def test_an_engine_closed_right_after_loading_does_not_hang(weights: Path) -> None:
    command = [sys.executable, "-c", LOAD_AND_CLOSE, str(weights)]
    subprocess.run(command, check=True, timeout=20, cwd=BUILT_IN.parents[2])


def test_ctrl_c_still_reaches_python(weights: Path) -> None:
    command = [sys.executable, "-c", CTRL_C, str(weights)]
    root = BUILT_IN.parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
        assert process.wait(10) == 0
