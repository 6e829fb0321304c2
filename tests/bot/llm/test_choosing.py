"""Which model the settings lead to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.errors import ModelRefused
from bot.llm.choosing import BACKENDS, ChosenModel, choose_model
from bot.llm.embedded import EmbeddedModel
from bot.llm.ollama import OllamaModel
from tests.fakes.ollama_server import FakeOllama
from tests.fakes.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True)
class Asked:
    """The settings that matter here."""

    model_backend: str
    model: str = "tuppence"
    ollama_host: str = "127.0.0.1:11434"
    allow_remote_model: bool = False


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


async def choose(settings: Asked, probe_seconds: float = 5.0) -> ChosenModel:
    chosen = await choose_model(settings, probe_seconds=probe_seconds)
    await chosen.model.close()
    return chosen


@pytest.mark.parametrize(("backend", "kind"), [("ollama", OllamaModel), ("embedded", EmbeddedModel)])
async def test_a_named_backend_is_taken_unasked(backend: str, kind: type) -> None:
    chosen = await choose(Asked(backend))

    assert type(chosen.model) is kind
    assert chosen.note == ""


def test_the_table_names_every_backend() -> None:
    assert set(BACKENDS) == {"ollama", "embedded"}


async def test_auto_takes_ollama_where_it_has_the_model(server: FakeOllama) -> None:
    chosen = await choose(Asked("auto", "qwen3:4b", server.address))

    assert isinstance(chosen.model, OllamaModel)
    assert chosen.note == ""


async def test_auto_takes_embedded_where_ollama_lacks_the_model_and_says_so(server: FakeOllama) -> None:
    chosen = await choose(Asked("auto", "granite4", server.address))

    assert isinstance(chosen.model, EmbeddedModel)
    assert chosen.model.is_native
    assert "The built-in model answers instead." in chosen.note
    assert "ollama pull granite4" in chosen.note


async def test_auto_takes_embedded_where_nothing_listens_and_says_so() -> None:
    async with FakeOllama() as gone:
        address = gone.address

    async with asyncio.timeout(PATIENCE):
        chosen = await choose(Asked("auto", ollama_host=address))

    assert isinstance(chosen.model, EmbeddedModel)
    assert "nothing answers there" in chosen.note


async def test_auto_does_not_wait_for_a_silent_server(server: FakeOllama) -> None:
    server.silent = True

    chosen = await choose(Asked("auto", ollama_host=server.address), probe_seconds=0.1)

    assert isinstance(chosen.model, EmbeddedModel)
    assert "did not answer within 0.1 seconds" in chosen.note


@pytest.mark.parametrize("backend", ["auto", "ollama"])
async def test_another_machine_is_refused_and_not_passed_over(backend: str) -> None:
    with pytest.raises(ModelRefused, match="TUPPENCE_ALLOW_REMOTE_MODEL"):
        await choose(Asked(backend, ollama_host="192.168.1.7"))


async def test_embedded_says_that_it_is_not_the_model_asked_for() -> None:
    chosen = await choose(Asked("embedded", "qwen3:4b"))

    assert isinstance(chosen.model, EmbeddedModel)
    assert chosen.note == "The built-in model answers: qwen3:4b needs TUPPENCE_MODEL_BACKEND=ollama."
