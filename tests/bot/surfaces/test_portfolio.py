"""What the local admin types about models: named, promoted only with the scores of the very weights, retired."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.errors import ModelMissing, ModelUnavailable, PortfolioRefused
from bot.model_commands import ModelRole
from bot.records import audit
from bot.records.database import open_database
from bot.records.models import MODEL_ROLES
from bot.records.scores import Score, keep_score
from bot.settings import Settings, load_settings
from bot.surfaces.evaluation import show_models
from bot.surfaces.portfolio import add_model, promote_model, retire_model
from tests.fakes.ollama_server import DIGEST, FakeOllama

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NAME = "qwen3:4b"
TOOLS = Score(NAME, "ollama", DIGEST, "tools", 90, 100, 900.0, 1500.0, None, {}, datetime(2026, 3, 1, tzinfo=UTC))
ABSTAIN, BIAS = replace(TOOLS, suite="abstain", correct=85), replace(TOOLS, suite="bias", correct=100)


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, ollama: FakeOllama) -> Settings:
    """Nothing is said of a model; the fake Ollama has one."""
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    environ = {"TUPPENCE_HOME": str(home), "TUPPENCE_USER": "ada", "OLLAMA_HOST": ollama.address}
    return load_settings(environ, dotenv_path=None)


async def measured(settings: Settings, *scores: Score) -> None:
    async with await open_database(settings.database_url.get_secret_value()) as database, database.write() as session:
        for score in scores:
            await keep_score(session, "local", score)


async def log_of(settings: Settings) -> list[tuple[str, str, str]]:
    async with await open_database(settings.database_url.get_secret_value()) as database, database.read() as session:
        return [(row.actor, row.action, row.subject) for row in await audit.entries(session, "local")]


async def shown(settings: Settings, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    await show_models(settings)
    return " ".join(capsys.readouterr().out.split())


def test_the_command_line_knows_every_role() -> None:
    assert tuple(role.value for role in ModelRole) == MODEL_ROLES


async def test_a_measured_model_is_named_promoted_and_retired(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_model(settings, NAME, ["tools", "write"])
    assert "qwen3:4b (ollama) is in the portfolio for tools and write." in capsys.readouterr().out
    assert "not approved, named for tools and write; measure it with" in await shown(settings, capsys)
    await measured(settings, TOOLS, ABSTAIN, BIAS)
    assert "not approved, named for tools and write" in await shown(settings, capsys)
    await promote_model(settings, NAME)
    assert "is approved for tools and write" in capsys.readouterr().out
    assert "; approved for tools and write" in await shown(settings, capsys)
    await retire_model(settings, NAME)
    assert "not approved" in await shown(settings, capsys)
    assert await log_of(settings) == [
        ("ada", "model.add", NAME),
        ("ada", "model.promote", NAME),
        ("ada", "model.retire", NAME),
    ]


@pytest.mark.parametrize(
    ("scores", "missing"),
    [
        ([], ["tools", "abstain", "bias"]),
        ([TOOLS, BIAS], ["abstain"]),
        ([TOOLS, ABSTAIN, replace(BIAS, correct=99)], ["bias"]),
        ([replace(TOOLS, correct=84), ABSTAIN, BIAS], ["tools"]),
        ([replace(TOOLS, digest="f" * 64), ABSTAIN, BIAS], ["tools"]),
        ([replace(TOOLS, backend="embedded"), ABSTAIN, BIAS], ["tools"]),
    ],
)
async def test_a_model_is_not_promoted_without_the_scores(
    settings: Settings, scores: list[Score], missing: list[str]
) -> None:
    await add_model(settings, NAME, ["tools"])
    await measured(settings, *scores)
    with pytest.raises(PortfolioRefused) as caught:
        await promote_model(settings, NAME)
    assert len(caught.value.problems) == len(missing)
    for suite, problem in zip(missing, caught.value.problems, strict=True):
        assert f"tuppence eval --model {NAME} --suite {suite}" in problem
    assert [action for _, action, _ in await log_of(settings)] == ["model.add"]


async def test_a_model_must_be_there_to_be_promoted(settings: Settings, ollama: FakeOllama) -> None:
    await add_model(settings, "granite4", ["tools"])
    with pytest.raises(ModelMissing, match="ollama pull granite4"):
        await promote_model(settings, "granite4")
    await ollama.stop()
    with pytest.raises(ModelUnavailable):
        await promote_model(settings, "granite4")


async def test_what_was_never_named_can_be_neither_promoted_nor_retired(settings: Settings) -> None:
    for act in (promote_model, retire_model):
        with pytest.raises(PortfolioRefused, match="tuppence model add qwen3:4b"):
            await act(settings, NAME)
    await add_model(settings, NAME, ["tools"])
    with pytest.raises(PortfolioRefused, match="nothing to retire"):
        await retire_model(settings, NAME)


async def test_new_weights_under_an_old_name_are_shown_as_such(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_model(settings, NAME, ["tools"])
    await measured(settings, TOOLS, ABSTAIN, BIAS)
    await promote_model(settings, NAME)
    newer = replace(TOOLS, digest="f" * 64, measured_at=datetime(2026, 4, 1, tzinfo=UTC))
    await measured(settings, newer)
    assert f"other weights ({DIGEST[:12]}) approved for tools" in await shown(settings, capsys)


async def test_the_admin_hears_that_a_set_model_goes_first(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    named = load_settings(
        {
            "TUPPENCE_HOME": str(settings.home),
            "TUPPENCE_USER": "ada",
            "OLLAMA_HOST": settings.ollama_host,
            "TUPPENCE_MODEL": NAME,
        },
        dotenv_path=None,
    )
    await add_model(named, NAME, ["tools"])
    await measured(named, TOOLS, ABSTAIN, BIAS)
    await promote_model(named, NAME)
    assert "no effect while TUPPENCE_MODEL" in capsys.readouterr().out
