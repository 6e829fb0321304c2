"""The router: the best measured model that is quick enough, there, and still the one that was approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.llm.ollama import OllamaModel
from bot.llm.portfolio import NOBODY, Portfolio, Task, open_portfolio
from bot.records.models import ApprovedModel
from bot.records.scores import Score
from tests.fakes.ollama_server import DIGEST, FakeOllama
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.records.models import Role

    Opened = Callable[["Settings", list[ApprovedModel]], Portfolio]

BUILT_IN = ScriptedModel(is_native=True, name="tuppence")
BUILT_IN_DIGEST = "0" * 64
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Settings:
    ollama_host: str
    model: str = "tuppence"
    model_backend: str = "auto"
    allow_remote_model: bool = False
    latency_budget_ms: int = 8000


@pytest.fixture
async def server() -> AsyncIterator[FakeOllama]:
    async with FakeOllama(models=("small:1b", "large:8b", "tuppence:latest")) as server:
        yield server


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """Opens portfolios, and closes their models in the end."""
    made: list[Portfolio] = []

    def open_one(settings: Settings, approved: list[ApprovedModel]) -> Portfolio:
        made.append(open_portfolio(settings, approved, BUILT_IN))
        return made[-1]

    yield open_one
    for portfolio in made:
        for candidate in portfolio.order:
            await candidate.model.close()


def model(
    name: str,
    tools: int = 90,
    abstain: int = 90,
    *,
    p95_ms: float = 1000.0,
    latency_ms: float | None = None,
    roles: tuple[Role, ...] = ("tools", "write"),
    backend: str = "ollama",
    digest: str = DIGEST,
) -> ApprovedModel:
    measured = {"tools": (tools, p95_ms), "abstain": (abstain, p95_ms)}
    if latency_ms is not None:
        measured["latency"] = (0, latency_ms)
    scores = {
        suite: Score(name, backend, digest, suite, right, 100, 1.0, ms, None, {}, NOW)
        for suite, (right, ms) in measured.items()
    }
    return ApprovedModel(name, backend, digest, roles, scores)


def built_in(tools: int, abstain: int, digest: str = BUILT_IN_DIGEST) -> ApprovedModel:
    return model("tuppence", tools, abstain, p95_ms=30.0, backend="embedded", digest=digest, roles=("tools",))


async def names(portfolio: Portfolio, task: Task = "tools") -> list[str]:
    return [(await chat.info()).name async for chat in portfolio.reachable(task)]


async def test_the_better_model_comes_first_and_of_equal_ones_the_quicker(opened: Opened, server: FakeOllama) -> None:
    settings = Settings(server.address)
    for approved, expected in [
        ([model("small:1b", 90, 90), model("large:8b", 95, 90)], ["large:8b", "small:1b"]),
        ([model("small:1b", 90, 90), model("large:8b", 95, 80)], ["small:1b", "large:8b"]),
        ([model("large:8b", p95_ms=3000), model("small:1b", p95_ms=500)], ["small:1b", "large:8b"]),
    ]:
        assert await names(opened(settings, approved)) == expected


async def test_the_built_in_model_has_its_place_when_approved(opened: Opened, server: FakeOllama) -> None:
    approved = [model("large:8b", 90, 90), built_in(95, 95)]
    assert await names(opened(Settings(server.address), approved)) == ["tuppence", "large:8b"]


@pytest.mark.parametrize(
    ("p95_ms", "latency_ms", "budget", "expected"),
    [
        (9000.0, None, 8000, []),
        (9000.0, 5000.0, 8000, ["large:8b"]),
        (5000.0, 9000.0, 8000, []),
        (5000.0, 8000.0, 8000, ["large:8b"]),
        (5000.0, None, 3000, []),
    ],
)
async def test_a_model_beyond_the_latency_budget_has_no_place(
    opened: Opened, server: FakeOllama, p95_ms: float, latency_ms: float | None, budget: int, expected: list[str]
) -> None:
    approved = [model("large:8b", p95_ms=p95_ms, latency_ms=latency_ms)]
    portfolio = opened(Settings(server.address, latency_budget_ms=budget), approved)
    assert await names(portfolio) == expected
    if not expected:
        assert f"beyond the {budget:,} allowed" in await portfolio.notice()
        assert server.paths == []


async def test_each_role_has_its_own_list(opened: Opened, server: FakeOllama) -> None:
    approved = [model("small:1b", roles=("write",)), model("large:8b", roles=("tools", "explain"))]
    portfolio = opened(Settings(server.address), approved)
    assert await names(portfolio, "write") == ["small:1b"]
    assert await names(portfolio, "tools") == ["large:8b"]


async def test_a_model_that_is_gone_is_passed_over(opened: Opened, server: FakeOllama) -> None:
    approved = [model("gone:70b", 99, 99), model("small:1b")]
    portfolio = opened(Settings(server.address), approved)
    assert await names(portfolio) == ["small:1b"]
    notice = await portfolio.notice()
    assert notice.startswith("small:1b answers (90.0% right here, 95% of its decisions within 1,000 ms).")
    assert "gone:70b is passed over." in notice
    assert "ollama pull gone:70b" in notice


async def test_a_model_with_other_weights_than_those_approved_is_passed_over(
    opened: Opened, server: FakeOllama
) -> None:
    approved = [model("large:8b", digest="f" * 64), built_in(90, 90, digest="e" * 64)]
    portfolio = opened(Settings(server.address), approved)
    assert await names(portfolio) == []
    notice = await portfolio.notice()
    assert notice.startswith("The built-in model answers. ")
    assert notice.count("Its weights are not those that were approved; measure and promote it again.") == 2


async def test_a_server_that_is_down_leaves_the_built_in_model_and_says_so(opened: Opened) -> None:
    async with FakeOllama() as gone:
        address = gone.address
    portfolio = opened(Settings(address), [model("large:8b")])
    assert await names(portfolio) == []
    assert (await portfolio.notice()).startswith("The built-in model answers. large:8b is passed over. Ollama at")


async def test_a_silent_server_is_not_waited_for(opened: Opened, server: FakeOllama) -> None:
    server.silent = True
    portfolio = opened(Settings(server.address), [model("large:8b")])
    portfolio = Portfolio(portfolio.order, probe_seconds=0.05)
    assert await names(portfolio) == []


async def test_a_model_is_asked_for_only_when_its_turn_comes(opened: Opened, server: FakeOllama) -> None:
    approved = [built_in(95, 95), model("large:8b")]
    portfolio = opened(Settings(server.address), approved)
    first = await anext(portfolio.reachable("tools"))
    assert first is BUILT_IN
    assert await portfolio.notice() == "tuppence answers (95.0% right here, 95% of its decisions within 30 ms)."
    assert server.paths == []


async def test_without_approved_models_there_is_nothing_to_say_or_ask(opened: Opened, server: FakeOllama) -> None:
    for portfolio in (NOBODY, opened(Settings(server.address), [])):
        assert await names(portfolio) == []
        assert await portfolio.notice() == ""
    assert server.paths == []


async def test_a_model_of_ollama_is_asked_for_by_its_own_name(opened: Opened, server: FakeOllama) -> None:
    portfolio = opened(Settings(server.address, model="other"), [model("large:8b")])
    (chat,) = [candidate.model for candidate in portfolio.order]
    assert isinstance(chat, OllamaModel)
    assert (chat.name, chat.is_native) == ("large:8b", False)
