"""The built-in model in a running Ollama: what is sent is what the package holds, and refusals are named."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.errors import ModelFailed, ModelRefused, ModelUnavailable, WeightsDamaged
from bot.llm.ollama_install import install_model, read_modelfile
from bot.llm.weights import BUILT_IN, sidecar
from slm.chat_format import END, GO_TEMPLATE
from tests.fakes.ollama_server import DIGEST, FakeOllama

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with FakeOllama(models=("qwen3:4b",)) as fake:
        yield fake


async def test_the_server_gets_the_weights_template_and_parameters(server: FakeOllama) -> None:
    said: list[str] = []
    assert await install_model(server.address, said.append) == DIGEST
    assert "tuppence:latest" in server.models
    sent = server.created[0]
    digest = sent["files"]["tuppence.gguf"]
    assert hashlib.sha256(server.blobs[digest]).digest() == hashlib.sha256(BUILT_IN.read_bytes()).digest()
    assert sent["model"] == "tuppence"
    assert sent["template"] == GO_TEMPLATE
    assert sent["parameters"] == {"temperature": 0, "repeat_penalty": 1.0, "num_ctx": 1024, "stop": [END]}
    assert sent["license"] == "Apache-2.0"
    assert said[-1] == "Success"


async def test_a_server_that_refuses_is_quoted(server: FakeOllama) -> None:
    server.refuses_to_create = "no space left on device"
    with pytest.raises(ModelFailed, match="no space left on device"):
        await install_model(server.address, lambda _: None)


async def test_an_old_server_gets_nothing(server: FakeOllama) -> None:
    server.version = "0.16.0"
    with pytest.raises(ModelRefused, match=r"0\.16\.0"):
        await install_model(server.address, lambda _: None)
    assert server.blobs == {}


async def test_nobody_there_is_told_at_once(server: FakeOllama) -> None:
    address = server.address
    await server.stop()
    with pytest.raises(ModelUnavailable, match="nothing answers"):
        await install_model(address, lambda _: None)


async def test_another_machine_needs_consent() -> None:
    with pytest.raises(ModelRefused, match="another machine"):
        await install_model("192.0.2.1", lambda _: None)


async def test_damaged_weights_are_not_sent(server: FakeOllama, tmp_path: Path) -> None:
    weights = tmp_path / BUILT_IN.name
    weights.write_bytes(BUILT_IN.read_bytes()[:-1])
    shutil.copy(sidecar(BUILT_IN), sidecar(weights))
    with pytest.raises(WeightsDamaged, match="cut short or altered"):
        await install_model(server.address, lambda _: None, weights=weights)
    assert server.paths == []


def test_a_modelfile_without_a_template_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(WeightsDamaged, match="can't be read"):
        read_modelfile(tmp_path / "Modelfile")
    (tmp_path / "Modelfile").write_text("FROM ./x.gguf\n")
    with pytest.raises(WeightsDamaged, match="no template"):
        read_modelfile(tmp_path / "Modelfile")
