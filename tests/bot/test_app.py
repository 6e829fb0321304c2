"""The wiring of models: what the settings name goes first, then what was approved, then what `auto` always did."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.app import start
from bot.llm.embedded import EmbeddedModel
from bot.llm.ollama import OllamaModel
from bot.llm.portfolio import NOBODY
from bot.records import models
from bot.records.database import open_database
from bot.records.scores import Score, keep_score
from bot.records.users import Actor
from bot.settings import Settings, load_settings
from bot.turn.assistant import Question
from tests.fakes.ollama_server import DIGEST, Call, FakeOllama, Say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAME = "qwen3:4b"


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama(models=(NAME,)) as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path, sqlite_template: Path, ollama: FakeOllama) -> dict[str, str]:
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    return {
        "TUPPENCE_HOME": str(home),
        "TUPPENCE_USER": "ada",
        "TUPPENCE_MARKET_DATA": "snapshot",
        "OLLAMA_HOST": ollama.address,
    }


async def approve(settings: Settings, digest: str = DIGEST) -> None:
    async with await open_database(settings.database_url.get_secret_value()) as database, database.write() as session:
        scores = {}
        for suite in ("tools", "abstain", "bias"):
            scores[suite] = Score(NAME, "ollama", digest, suite, 100, 100, 900.0, 1500.0, None, {}, NOW)
            await keep_score(session, "local", scores[suite])
        await models.add_model(session, Actor("ada"), NAME, "ollama", ["tools"], now=NOW)
        await models.promote_model(session, Actor("ada"), NAME, digest, scores, now=NOW)


async def test_without_an_approved_model_everything_is_as_it_was(environ: dict[str, str], ollama: FakeOllama) -> None:
    async with start(load_settings(environ, None)) as app:
        parts = app.assistant.parts
        assert isinstance(parts.model, EmbeddedModel)
        assert (parts.portfolio, app.notices) == (NOBODY, ())
    assert ollama.paths == ["/api/version", "/api/show"]  # the one question of `auto`, for the built-in model


async def test_an_approved_model_takes_the_turn_and_the_start_says_so(
    environ: dict[str, str], ollama: FakeOllama
) -> None:
    settings = load_settings(environ, None)
    await approve(settings)
    ollama.then(Call("get_quote", {"symbols": ["Apple"]})).then(Say("Apple closed at $125.67."))
    async with start(settings) as app:
        assert app.notices == ("qwen3:4b answers (100.0% right here, 95% of its decisions within 1,500 ms).",)
        reply = await app.assistant.ask(Question("price of Apple", app.actor, "c1"))
    assert reply.answer.startswith("Apple closed at $125.67.")
    assert reply.model is not None
    assert (reply.model.name, reply.model.digest) == (NAME, DIGEST)


async def test_a_model_that_goes_away_while_we_run_leaves_the_built_in_one(
    environ: dict[str, str], ollama: FakeOllama
) -> None:
    settings = load_settings(environ, None)
    await approve(settings)
    async with start(settings) as app:
        await ollama.stop()
        reply = await app.assistant.ask(Question("hello", app.actor, "c1"))
    assert reply.model is not None
    assert reply.model.backend == "embedded"


async def test_other_weights_than_those_approved_do_not_answer(environ: dict[str, str]) -> None:
    settings = load_settings(environ, None)
    await approve(settings, "f" * 64)
    async with start(settings) as app:
        (notice,) = app.notices
        assert notice.startswith("The built-in model answers. qwen3:4b is passed over. Its weights are not those")


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ({"TUPPENCE_MODEL_BACKEND": "embedded"}, EmbeddedModel),
        ({"TUPPENCE_MODEL": NAME}, OllamaModel),
        ({"TUPPENCE_MODEL": "tuppence"}, EmbeddedModel),
        ({"TUPPENCE_MODEL_BACKEND": "auto"}, EmbeddedModel),
    ],
)
async def test_a_model_that_the_settings_name_is_the_only_one(
    environ: dict[str, str], named: dict[str, str], kind: type
) -> None:
    settings = load_settings({**environ, **named}, None)
    await approve(settings)
    async with start(settings) as app:
        assert type(app.assistant.parts.model) is kind
        assert (app.assistant.parts.portfolio, app.notices) == (NOBODY, ())


async def test_our_own_model_in_a_silent_ollama_is_had_from_this_process_instead(
    environ: dict[str, str], ollama: FakeOllama
) -> None:
    ollama.models = ("tuppence:latest",)
    async with start(load_settings(environ, None)) as app:
        parts = app.assistant.parts
        assert (isinstance(parts.model, EmbeddedModel), app.notices) == (True, ())
        assert parts.portfolio.first is not None
        assert await app.assistant.ask(Question("hello", app.actor, "c1"))
        assert len(ollama.asked) == 1
        await ollama.stop()
        for _ in range(3):
            reply = await app.assistant.ask(Question("price of Apple", app.actor, "c1"))
            assert reply.model is not None
            assert (reply.status, reply.model.backend) == ("answered", "embedded")
        assert parts.portfolio.first.breaker.trouble.startswith("The model tuppence does not answer")
