"""The reader with its real weights: what it says, long texts, damage, many at once."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.errors import ModelFailed, WeightsDamaged
from bot.evaluation.scoring import reading_context
from bot.llm.reader import Reader
from bot.llm.weights import READER, sidecar
from bot.messages import Message, ToolCall
from tools.marking import mark_question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader()
    yield reader
    await reader.close()


def asked(question: str) -> Message:
    return Message("user", mark_question(question, reading_context()))


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        ("price of tesla", "get_quote"),
        ("any headlines about boeing", "get_news"),
        ("what is my portfolio worth", "get_portfolio"),
        ("should i sell my apple shares", "DECLINE: advice"),
        ("how long do i boil an egg", "DECLINE: out_of_scope"),
        ("hello there", "CHAT: greeting"),
    ],
)
async def test_it_says_what_a_question_asks_for(reader: Reader, question: str, decision: str) -> None:
    opinion = await reader.read([asked(question)])
    assert opinion.decision == decision
    assert -1.0 < opinion.confidence <= 0.0


async def test_what_came_before_counts(reader: Reader) -> None:
    before = [asked("any headlines about boeing"), Message("assistant", "", (ToolCall("get_news", {}),))]
    assert (await reader.read([*before, asked("and ford?")])).decision == "get_news"


async def test_of_a_text_of_more_tokens_than_it_can_read_the_end_is_read(reader: Reader) -> None:
    text = f"{'1.' * 180}any headlines about @ boeing"
    assert await reader.read([Message("user", text)]) in [
        await reader.read([Message("user", text[start:])]) for start in range(240, len(text), 60)
    ]


@pytest.mark.parametrize("text", ["", " ", "🙂", "\N{LINE SEPARATOR}", "[CLS] [SEP] [MASK]"])
async def test_any_text_has_an_opinion(reader: Reader, text: str) -> None:
    opinion = await reader.read([Message("user", text)])
    assert opinion.decision
    assert opinion.confidence <= 0.0


async def test_many_at_once_wait_for_each_other(reader: Reader) -> None:
    questions = ["price of tesla", "hello there"] * 10
    opinions = await asyncio.gather(*(reader.read([asked(question)]) for question in questions))
    assert [opinion.decision for opinion in opinions] == ["get_quote", "CHAT: greeting"] * 10


async def test_what_the_engine_refuses_is_a_failure_of_the_model(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def handle_embeddings(self, _: object) -> dict[str, object]:
            return {"error": {"message": "out of memory"}}

    await reader.info()
    assert reader._loaded
    monkeypatch.setattr(reader, "_loaded", (Refusing(), reader._loaded[1]))
    with pytest.raises(ModelFailed, match="out of memory"):
        await reader.read([asked("price of tesla")])


def copied(folder: Path) -> Path:
    for path in (READER, sidecar(READER), READER.with_name("reader_head.npz")):
        shutil.copy(path, folder)
    return folder / READER.name


async def test_altered_weights_are_not_used(tmp_path: Path) -> None:
    weights = copied(tmp_path)
    weights.write_bytes(weights.read_bytes()[:-1])
    reader = Reader(weights)
    with pytest.raises(WeightsDamaged, match="altered"):
        await reader.read([asked("price of tesla")])
    await reader.close()


@pytest.mark.parametrize("damage", [b"", b"PK nothing"])
async def test_a_damaged_head_is_named(tmp_path: Path, damage: bytes) -> None:
    weights = copied(tmp_path)
    weights.with_name("reader_head.npz").write_bytes(damage)
    reader = Reader(weights)
    with pytest.raises(WeightsDamaged, match="reader_head"):
        await reader.read([asked("price of tesla")])
    await reader.close()
