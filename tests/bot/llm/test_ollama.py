"""What can go wrong between us and Ollama, each over real HTTP; the ids in the names are rows of the fault list."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import (
    ModelBusy,
    ModelError,
    ModelFailed,
    ModelMissing,
    ModelRefused,
    ModelSilent,
    ModelTimeout,
    ModelUnavailable,
)
from bot.llm.base import CallPiece, Deadlines, EndPiece, Piece, TextPiece
from bot.llm.breaker import FIRST_PAUSE, TRIPS_AT, Breaker
from bot.llm.ollama import OllamaModel
from bot.llm.written_calls import UNREADABLE, UNREADABLE_CALL
from bot.messages import Message, ToolCall
from tests.fakes.ollama_server import (
    DIGEST,
    Call,
    Cut,
    Done,
    Endless,
    ErrorLine,
    FakeOllama,
    Hang,
    Raw,
    Redirect,
    Reset,
    Say,
    Status,
    Step,
)
from tests.fakes.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

QUESTION = [Message("user", "price of tesla?")]
QUICK = Deadlines(first_token=0.15, between_tokens=0.15, total=5.0)
HURRIED = replace(QUICK, first_token=PATIENCE)


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
async def model(server: FakeOllama) -> AsyncIterator[OllamaModel]:
    model = OllamaModel("qwen3:4b", server.address, busy_waits=(0.0, 0.0))
    yield model
    await model.close()


async def ask(model: OllamaModel, **options: Any) -> list[Piece]:
    return [piece async for piece in model.chat(QUESTION, **options)]


async def ask_until_error(model: OllamaModel, **options: Any) -> tuple[list[Piece], ModelError | None]:
    """What was given out, and the error after it."""
    pieces: list[Piece] = []
    try:
        async for piece in model.chat(QUESTION, **options):
            pieces.append(piece)  # noqa: PERF401 (what came before the error counts)
    except ModelError as error:
        return pieces, error
    return pieces, None


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


def calls_of(pieces: list[Piece]) -> list[ToolCall]:
    return [piece.call for piece in pieces if isinstance(piece, CallPiece)]


async def test_the_request_holds_everything_the_server_needs(server: FakeOllama, model: OllamaModel) -> None:
    tool = {"type": "function", "function": {"name": "get_quote", "parameters": {"type": "object", "properties": {}}}}
    messages = [
        Message("system", "Be brief."),
        Message("assistant", "", (ToolCall("get_quote", {"symbols": ["tesla"]}),)),
        Message("tool", "{}", tool_name="get_quote"),
    ]

    _ = [piece async for piece in model.chat(messages, [tool], max_tokens=77)]

    (asked,) = server.asked
    assert asked["model"] == "qwen3:4b"
    assert asked["stream"] is True
    assert asked["options"] == {"temperature": 0, "num_predict": 77, "num_ctx": 8192}
    assert asked["keep_alive"] == "30m"
    assert [tool["function"]["name"] for tool in asked["tools"]] == ["get_quote"]
    assert asked["messages"][1]["tool_calls"] == [
        {"function": {"name": "get_quote", "arguments": {"symbols": ["tesla"]}}}
    ]
    assert asked["messages"][2] == {"role": "tool", "content": "{}", "tool_name": "get_quote"}


async def test_an_answer_schema_is_sent_as_format_and_without_tools(server: FakeOllama, model: OllamaModel) -> None:
    schema = {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}}

    await ask(model, tools=[{"type": "function", "function": {"name": "x"}}], answer_schema=schema)

    assert server.asked[0]["format"] == schema
    assert server.asked[0]["tools"] == []


async def test_our_own_model_is_asked_at_once_with_logprobs(server: FakeOllama) -> None:
    model = OllamaModel("tuppence", server.address)
    server.then(
        Call("get_quote", {"symbols": ["tesla"]}),
        Done(logprobs=(("<tool_call>", -0.1), ("get_quote", -2.5), ("tesla", -4.0))),
    )

    pieces = await ask(model)
    await model.close()

    assert model.is_native
    assert server.asked[0]["stream"] is False
    assert server.asked[0]["logprobs"] is True
    assert pieces == [
        CallPiece(ToolCall("get_quote", {"symbols": ["tesla"]})),
        EndPiece(confidence=-2.5, prompt_tokens=26, written_tokens=12),
    ]


@pytest.mark.parametrize(("name", "native"), [("tuppence", True), ("tuppence:v2", True), ("tuppence-big", False)])
def test_only_the_name_before_the_tag_says_that_a_model_is_ours(name: str, native: bool) -> None:
    assert OllamaModel(name).is_native is native


async def test_info_has_the_digest_of_the_server_and_sees_it_change(server: FakeOllama, model: OllamaModel) -> None:
    assert (await model.info()).digest == DIGEST
    server.models = ("llama3.2:latest",)
    with pytest.raises(ModelMissing):
        await model.info()


async def test_c1_connection_refused_is_told_at_once_with_the_next_step() -> None:
    async with FakeOllama() as gone:
        address = gone.address
    model = OllamaModel("qwen3:4b", address)

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ModelUnavailable, match=r"nothing answers there.*ollama serve"):
            await ask(model)
        assert "nothing answers there" in (await model.probe() or "")
    await model.close()


async def test_c1_a_server_that_went_away_between_two_questions(server: FakeOllama, model: OllamaModel) -> None:
    await ask(model)
    await server.stop()

    with pytest.raises(ModelUnavailable, match="nothing answers there"):
        await ask(model)


async def test_c2_silence_ends_in_a_timeout_and_the_request_is_dropped(server: FakeOllama, model: OllamaModel) -> None:
    await model.info()
    server.then(Hang())

    with pytest.raises(ModelTimeout, match="its first word"):
        await ask(model, deadlines=QUICK)

    async with asyncio.timeout(PATIENCE):
        await server.abandoned.wait()


async def test_c2_a_server_that_stays_silent_is_left_alone_until_it_is_tried_again(server: FakeOllama) -> None:
    now = [0.0]
    model = OllamaModel("qwen3:4b", server.address, breaker=Breaker("qwen3:4b", lambda: now[0]))
    await model.info()
    for _ in range(TRIPS_AT + 1):
        server.then(Hang())
    for _ in range(TRIPS_AT):
        _, error = await ask_until_error(model, deadlines=QUICK)
        assert isinstance(error, ModelTimeout)
    asked = len(server.asked)
    for _ in range(3):
        _, error = await ask_until_error(model)
        assert isinstance(error, ModelSilent)
    assert await model.probe() == str(error)
    assert len(server.asked) == asked
    now[0] += FIRST_PAUSE
    assert isinstance((await ask_until_error(model, deadlines=QUICK))[1], ModelTimeout)
    assert isinstance((await ask_until_error(model))[1], ModelSilent)
    now[0] += 2 * FIRST_PAUSE
    server.then(Say("Tesla is here."))
    assert text_of(await ask(model)) == "Tesla is here."
    assert (model.breaker.trouble, await model.probe()) == ("", None)
    await model.close()


async def test_c9_a_server_whose_queue_is_full_is_no_silent_one(server: FakeOllama, model: OllamaModel) -> None:
    for _ in range(3 * TRIPS_AT):
        server.then(Status(503, "server busy, please try again. maximum pending requests exceeded"))
    for _ in range(TRIPS_AT):
        assert isinstance((await ask_until_error(model))[1], ModelBusy)
    assert model.breaker.problem == ""


async def test_c3_a_pause_between_tokens_ends_in_a_timeout(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Say("Tesla "), Hang())

    pieces, error = await ask_until_error(model, deadlines=HURRIED)

    assert text_of(pieces) == "Tesla "
    assert isinstance(error, ModelTimeout)
    assert "its next word" in str(error)


async def test_c3_the_total_deadline_wins(server: FakeOllama, model: OllamaModel) -> None:
    await model.info()
    server.then(Endless("word {} "))

    _, error = await ask_until_error(model, max_tokens=10**9, deadlines=Deadlines(total=0.2))

    assert isinstance(error, ModelTimeout)
    assert "the whole answer" in str(error)


ANSWER: list[Step] = [Say("Tesla "), Say("is "), Say("at "), Call("get_quote", {"symbols": ["tesla"]})]


@pytest.mark.parametrize("fault", [Cut(), Reset(), Raw(b'{"message": {"content": "half a l'), Raw(b"")])
@pytest.mark.parametrize("after", range(len(ANSWER) + 1))
async def test_c4_a_stream_cut_after_any_piece_is_an_error_or_asked_once_more(
    server: FakeOllama, model: OllamaModel, after: int, fault: Step
) -> None:
    # A cut stream must not get the last line a script gets by itself, so a broken one ends in a cut as well.
    server.then(*ANSWER[:after], fault, Cut())
    server.then(*ANSWER)

    pieces, error = await ask_until_error(model)

    if after == 0:
        assert error is None
        assert text_of(pieces) == "Tesla is at "
        assert len(server.asked) == 2
    else:
        assert isinstance(error, ModelFailed)
        assert not any(isinstance(piece, EndPiece) for piece in pieces)
        assert len(server.asked) == 1


async def test_c4_a_stream_that_breaks_twice_is_given_up(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Cut()).then(Reset())

    with pytest.raises(ModelFailed):
        await ask(model)
    assert len(server.asked) == 2


def line(text: str) -> bytes:
    return json.dumps({"message": {"role": "assistant", "content": text}, "done": False}, ensure_ascii=False).encode()


EURO = line("5 €")
SPLIT = EURO.index("€".encode()) + 1
TIDIED: dict[str, tuple[list[bytes], str]] = {
    "two objects on a line": ([line("a") + line("b") + b"\n"], "ab"),
    "two with a blank between": ([line("a") + b"  " + line("b") + b"\n"], "ab"),
    "blank lines": ([b"\n\n", line("a") + b"\n\r\n", line("b") + b"\n"], "ab"),
    "a byte order mark": ([b"\xef\xbb\xbf" + line("a") + b"\n"], "a"),
    "CRLF": ([line("a") + b"\r\n"], "a"),
    "a letter split over chunks": ([EURO[:SPLIT], EURO[SPLIT:] + b"\n"], "5 €"),
    "invalid UTF-8": ([line("aXb").replace(b"X", b"\xff") + b"\n"], "a\ufffdb"),
    "invalid UTF-8, split": (
        [line("aXb").split(b"X")[0] + b"\xe2\x82", b"b" + line("X").split(b"X")[1] + b"\n"],
        "a\ufffdb",
    ),
    "Unicode line separators": ([line("a\u2028b\u2029c\x85d") + b"\n"], "a\u2028b\u2029c\x85d"),
    "half a surrogate pair": ([b'{"message": {"content": "a\\ud83d"}}\n'], "a?"),
    "unknown fields": ([b'{"message": {"content": "a", "new": 1}, "newer": [1]}\n'], "a"),
    "no content": ([b'{"message": {"content": null}}\n', line("a") + b"\n"], "a"),
}


@pytest.mark.parametrize("name", TIDIED)
async def test_c5_odd_bytes_are_survived(server: FakeOllama, model: OllamaModel, name: str) -> None:
    chunks, text = TIDIED[name]
    server.then(*map(Raw, chunks), Done())

    pieces = await ask(model)

    assert text_of(pieces) == text
    assert isinstance(pieces[-1], EndPiece)


@pytest.mark.parametrize(
    "data",
    [b"<html>a proxy's page</html>\n", b"[1, 2]\n", b'"text"\n', b"[" * 100_000 + b"\n", b'{"done": tru\n', b"{}\n"],
)
async def test_c5_what_is_no_answer_is_a_typed_error(server: FakeOllama, model: OllamaModel, data: bytes) -> None:
    server.then(Raw(data), Cut()).then(Raw(data), Cut())

    with pytest.raises(ModelFailed):
        await ask(model)


async def test_c6_an_error_line_in_a_good_stream_is_an_error(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Say("Tesla "), ErrorLine("an error was encountered\nwhile running \x1b[31mthe model"))

    pieces, error = await ask_until_error(model)

    assert text_of(pieces) == "Tesla "
    assert isinstance(error, ModelFailed)
    assert "an error was encountered while running [31mthe model" in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize("when", ["before", "while"])
async def test_c7_a_missing_model_is_told_with_the_exact_line_that_fetches_it(server: FakeOllama, when: str) -> None:
    model = OllamaModel("granite4:3b", server.address)
    if when == "while":
        server.models = ("granite4:3b",)
        await model.info()
        server.then(Status(404, "model 'granite4:3b' not found"))

    with pytest.raises(ModelMissing, match="`ollama pull granite4:3b`"):
        await ask(model)
    await model.close()

    assert not {"/api/pull", "/api/create", "/api/push"} & set(server.paths)


@pytest.mark.parametrize(
    "text",
    [
        "model requires more system memory (9.3 GiB) than is available (3.1 GiB)",
        "CUDA error: out of memory",
        "llama runner process has terminated: signal: killed",
    ],
)
async def test_c8_lack_of_memory_suggests_a_smaller_model(server: FakeOllama, model: OllamaModel, text: str) -> None:
    server.then(Status(500, text))

    with pytest.raises(ModelFailed, match="a smaller model needs less memory"):
        await ask(model)


async def test_c9_a_busy_server_is_asked_again(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Status(503, "server busy")).then(Status(503, "server busy")).then(Say("Tesla"))

    assert text_of(await ask(model)) == "Tesla"
    assert len(server.asked) == 3


async def test_c9_but_not_for_ever(server: FakeOllama, model: OllamaModel) -> None:
    for _ in range(9):
        server.then(Status(503, "server busy"))

    with pytest.raises(ModelUnavailable, match="it is busy"):
        await ask(model)
    assert len(server.asked) == 3


async def test_c9_waiting_for_a_busy_server_counts(server: FakeOllama) -> None:
    model = OllamaModel("qwen3:4b", server.address, busy_waits=(60.0,))
    await model.info()
    server.then(Status(503, "server busy"))

    with pytest.raises(ModelTimeout):
        await ask(model, deadlines=Deadlines(total=0.2))
    await model.close()


async def test_c10_text_without_end_is_cut_and_says_so(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Endless("word {} "))

    *pieces, end = await ask(model, max_tokens=50)

    assert end == EndPiece(cut=True)
    assert len(pieces) == 51
    async with asyncio.timeout(PATIENCE):
        await server.abandoned.wait()


async def test_c10_an_answer_cut_by_the_server_says_so(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Say("Tesla"), Done("length"))

    *_, end = await ask(model)

    assert end == EndPiece(cut=True, prompt_tokens=26, written_tokens=12)


@pytest.mark.parametrize("text", ["buy ", "ha", "!", "Sell everything now and buy gold instead of it. "])
async def test_c11_repetition_is_stopped_within_200_tokens(server: FakeOllama, model: OllamaModel, text: str) -> None:
    server.then(Endless(text))

    pieces, error = await ask_until_error(model, max_tokens=10_000)

    assert isinstance(error, ModelFailed)
    assert "repeating itself" in str(error)
    assert len(pieces) <= 200


async def test_c11_repetitive_thinking_is_stopped_too(server: FakeOllama, model: OllamaModel) -> None:
    server.then(*[Say("", thinking="wait, ") for _ in range(300)])

    with pytest.raises(ModelFailed, match="repeating itself"):
        await ask(model)


@pytest.mark.parametrize("empty", [[], [Say(" \n")], [Say("<think>Hm.</think>")], [Say("", thinking="Hm.")]])
async def test_c12_an_empty_answer_is_asked_once_more(
    server: FakeOllama, model: OllamaModel, empty: list[Step]
) -> None:
    server.then(*empty, Done()).then(Say("Tesla"))
    assert text_of(await ask(model)) == "Tesla"

    server.then(*empty, Done()).then(*empty, Done())
    assert await ask(model) == [EndPiece(prompt_tokens=26, written_tokens=12)]
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "pieces",
    [
        ["<think>Let me see.</think>Tesla is up."],
        ["<thi", "nk>Let me", " see.</th", "ink>\n\nTesla", " is up."],
        ["<think>", "a < b", "</think>", "<thinking>c</thinking>", "Tesla is up."],
        ["Let me see.</think>"[11:], "Tesla is up."],
        ["Tesla is up.", "<think>unfinished"],
    ],
)
async def test_c12_thinking_is_never_shown(server: FakeOllama, model: OllamaModel, pieces: list[str]) -> None:
    server.then(*[Say(piece, thinking="secret") for piece in pieces])

    assert text_of(await ask(model)) == "Tesla is up."


async def test_c12_what_only_looks_like_a_tag_is_shown(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Say("P/E <"), Say(" 15 and a<"), Say("b, <the"), Say("n> <thin"))

    assert text_of(await ask(model)) == "P/E < 15 and a<b, <then> <thin"


WRITTEN: dict[str, tuple[Call, ToolCall]] = {
    "good": (Call("get_quote", {"symbols": ["tesla"]}), ToolCall("get_quote", {"symbols": ["tesla"]})),
    "unknown name": (Call("buy_stock", {}), ToolCall("buy_stock", {})),
    "arguments as text": (Call("get_quote", '{"symbols": ["tesla"]}'), ToolCall("get_quote", {"symbols": ["tesla"]})),
    "no arguments as text": (Call("get_portfolio", ""), ToolCall("get_portfolio", {})),
    "no arguments": (Call("get_portfolio", None), ToolCall("get_portfolio", {})),
    "truncated JSON": (Call("get_news", '{"symbol": "te'), ToolCall("get_news", {UNREADABLE: '{"symbol": "te'})),
    "a list": (Call("get_news", ["tesla"]), ToolCall("get_news", {UNREADABLE: "['tesla']"})),
    "a number": (Call("get_news", 7), ToolCall("get_news", {UNREADABLE: "7"})),
    "wrong types": (Call("get_quote", {"symbols": 7}), ToolCall("get_quote", {"symbols": 7})),
    "extra fields": (Call("get_portfolio", {"user": "bob"}), ToolCall("get_portfolio", {"user": "bob"})),
    "10 KB": (Call("get_news", "A" * 10_000), ToolCall("get_news", {UNREADABLE: "A" * 200})),
    "look-alike name": (Call("get_quоte", {}), ToolCall("get_quоte", {})),
    "no name": (Call(None, {}), ToolCall(UNREADABLE_CALL, {})),
    "a long name": (Call("x" * 5000, {}), ToolCall("x" * 100, {})),
    "deep": (Call("get_news", "[" * 100_000), ToolCall("get_news", {UNREADABLE: "[" * 200})),
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("asked", ["qwen3:4b", "tuppence"])
async def test_c13_calls_are_read_leniently_and_left_to_the_schema(server: FakeOllama, asked: str, name: str) -> None:
    call, expected = WRITTEN[name]
    model = OllamaModel(asked, server.address)
    server.then(call)

    pieces = await ask(model)
    await model.close()

    assert calls_of(pieces) == [expected]
    assert isinstance(pieces[-1], EndPiece)


async def test_c13_numbers_that_are_none_stay_text(server: FakeOllama, model: OllamaModel) -> None:
    huge = "9" * 5000
    arguments = f'{{"a": NaN, "b": -Infinity, "c": 1e999, "d": 1.5, "e": 3, "f": {huge}}}'.encode()
    message = b'{"message": {"tool_calls": [{"function": {"name": "x", "arguments": ' + arguments + b"}}]}}\n"
    server.then(Raw(message), Done())

    (call,) = calls_of(await ask(model))

    assert call.arguments == {"a": "NaN", "b": "-Infinity", "c": "1e999", "d": 1.5, "e": 3, "f": huge}


@pytest.mark.parametrize(
    "step",
    [
        Status(500, 'error parsing tool call: raw=\'{"symbol": "te\', err=unexpected end of JSON input'),
        Status(500, "failed to parse JSON: unexpected end of JSON input"),
        ErrorLine("error parsing tool call: raw='x', err=invalid character"),
    ],
)
async def test_c13_a_slip_the_server_reports_goes_back_to_the_model(
    server: FakeOllama, model: OllamaModel, step: Step
) -> None:
    server.then(step)

    pieces = await ask(model)

    (call,) = calls_of(pieces)
    assert call.name == UNREADABLE_CALL
    assert set(call.arguments) == {UNREADABLE}
    assert pieces[-1] == EndPiece()


@pytest.mark.parametrize(
    "prose",
    [
        '<tool_call>\n{"name": "get_quote", "arguments": {"symbols": ["tesla"]}}\n</tool_call>',
        '```json\n{"name": "get_quote", "arguments": {"symbols": ["tesla"]}}\n```',
        'get_quote(symbols=["tesla"])',
    ],
)
async def test_c16_a_call_printed_as_prose_is_text(server: FakeOllama, model: OllamaModel, prose: str) -> None:
    server.then(*[Say(character) for character in prose])

    pieces = await ask(model)

    assert calls_of(pieces) == []
    assert text_of(pieces) == prose


async def test_c22_leaving_early_aborts_the_request(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Endless("word {} "))

    async with asyncio.timeout(PATIENCE):
        async with aclosing(model.chat(QUESTION, max_tokens=10**9)) as pieces:
            await anext(pieces)
        await server.abandoned.wait()


async def test_c22_cancelling_aborts_the_request(server: FakeOllama, model: OllamaModel) -> None:
    server.then(Hang())
    asking = asyncio.create_task(ask(model))

    async with asyncio.timeout(PATIENCE):
        await server.hanging.wait()
        asking.cancel()
        await server.abandoned.wait()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_c23_a_server_that_restarted_is_asked_again(server: FakeOllama, model: OllamaModel) -> None:
    await ask(model)
    port = int(server.address.rpartition(":")[2])
    await server.stop()
    await server.start(port)
    server.then(Say("Tesla"))

    assert text_of(await ask(model)) == "Tesla"


@pytest.mark.parametrize("version", ["0.17.0", "0.9.6", "0.0.0", "", "latest"])
async def test_c24_an_old_version_is_refused_with_the_fix(server: FakeOllama, version: str) -> None:
    server.version = version
    model = OllamaModel("qwen3:4b", server.address)

    with pytest.raises(ModelRefused, match=r"older than 0\.17\.1.*Upgrade it"):
        await ask(model)
    assert "Upgrade it" in (await model.probe() or "")
    await model.close()

    assert server.asked == []


@pytest.mark.parametrize("version", ["0.17.1", "0.17.1-rc1", "0.32.6", "1.0.0"])
async def test_c24_a_newer_version_is_taken(server: FakeOllama, model: OllamaModel, version: str) -> None:
    server.version = version
    assert await model.probe(5.0) is None


async def test_a_redirect_is_not_followed(server: FakeOllama, model: OllamaModel) -> None:
    async with FakeOllama() as elsewhere:
        server.then(Redirect(f"{elsewhere.address}/api/chat"))
        with pytest.raises(ModelFailed):
            await ask(model)
        assert elsewhere.paths == []


async def test_proxy_settings_of_the_environment_are_ignored(
    server: FakeOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(key, "http://127.0.0.1:9")
    model = OllamaModel("qwen3:4b", server.address)

    assert isinstance((await ask(model))[-1], EndPiece)
    await model.close()


async def test_a_model_that_cannot_call_tools_is_refused(server: FakeOllama, model: OllamaModel) -> None:
    server.capabilities = ("completion",)

    with pytest.raises(ModelFailed, match="can't call tools"):
        await ask(model)


async def test_a_model_that_thinks_gets_tokens_for_it(server: FakeOllama, model: OllamaModel) -> None:
    server.capabilities = ("completion", "tools", "thinking")

    await ask(model, max_tokens=100)

    assert server.asked[0]["options"]["num_predict"] > 1000


async def test_a_server_that_is_not_ollama_is_told(server: FakeOllama, model: OllamaModel) -> None:
    server.silent = True

    assert "did not answer within 0.1 seconds" in (await model.probe(0.1) or "")
