"""One turn, as the README tells it: a question in, a checked answer out. Real database, real prices, real tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app import start
from bot.messages import ToolCall
from bot.settings import load_settings
from bot.turn.assistant import Assistant, Question
from tests.fakes.marks import unmarked
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.app import App
    from bot.messages import Reply


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    """Tuppence as a newcomer starts it, on a machine with nothing else: no Ollama, no network, no database yet."""
    settings = load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "tuppence"),
            "TUPPENCE_USER": "ada",
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
        },
        dotenv_path=None,
    )
    async with start(settings) as app:
        yield app


async def ask(app: App, text: str, *, model: ScriptedModel | None = None) -> Reply:
    parts = app.assistant.parts if model is None else replace(app.assistant.parts, model=model)
    return await Assistant(parts).ask(Question(text, app.actor, "c1"))


async def test_a_question_in_a_checked_answer_out(app: App) -> None:
    # The built-in model reads the question and calls a tool.
    reply = await ask(app, "price of Apple")
    assert [(result.call.name, result.resolved) for result in reply.results] == [("get_quote", {"symbols": ["AAPL"]})]

    # Code writes the answer from what the tool found, with its date in plain sight.
    assert reply.status == "answered"
    assert reply.answer.startswith("Apple closed at $125.67 on 28 Dec 2022, down 3.07%")
    assert "As of 28 Dec 2022, bundled history" in reply.answer

    # Every figure says where it is from.
    price = next(figure for text, figure, _ in reply.figures if text == "$125.67")
    assert (price.subject, price.attribute, price.currency) == ("AAPL", "price", "USD")
    assert (price.source.name, str(price.source.as_of)) == ("bundled history", "2022-12-28")

    # And the reply says which weights decided.
    assert reply.model is not None
    assert (reply.model.backend, len(reply.model.digest)) == ("embedded", 64)


async def test_two_companies_are_compared(app: App) -> None:
    arguments = {"symbols": ["Apple", "Microsoft"], "period": "in 2022"}
    model = ScriptedModel([[ToolCall("compare_performance", arguments)]], is_native=True)
    reply = await ask(app, "How did Apple do in 2022 compared with Microsoft?", model=model)
    assert reply.answer.startswith("Apple held up better between 31 Dec 2021 and 28 Dec 2022: it fell 28.6%")
    assert reply.results[0].resolved == {"symbols": ["AAPL", "MSFT"], "period": "2022"}
    assert [series.name for series in reply.charts[0].series] == ["Apple", "Microsoft"]
    assert reply.withheld == ()


async def test_a_model_that_lies_is_not_believed(app: App) -> None:
    look_up = [ToolCall("get_quote", {"symbols": ["Apple"]})]
    model = ScriptedModel([look_up, ["Apple closed at $125.67. Microsoft closed at $125.67. Apple will double."]])
    reply = await ask(app, "price of Apple", model=model)
    assert reply.answer.startswith("Apple closed at $125.67.")
    assert "Microsoft closed at $125.67." in reply.withheld
    assert "Microsoft" not in reply.answer


async def test_the_sample_portfolio_is_there_from_the_first_question_on(app: App) -> None:
    reply = await ask(app, "what do I hold?", model=ScriptedModel([[ToolCall("get_portfolio", {})]], is_native=True))
    assert "$77,620.15" in reply.answer
    assert "This is the sample portfolio, not yours" in reply.answer


async def test_a_follow_up_is_understood(app: App) -> None:
    model = ScriptedModel(
        [[ToolCall("get_quote", {"symbols": [name]})] for name in ("Apple", "Microsoft")], is_native=True
    )
    await ask(app, "price of Apple", model=model)
    reply = await ask(app, "and Microsoft?", model=model)
    assert "$233.43" in reply.answer
    assert [unmarked(message.content) for message in model.asked[1].messages if message.role == "user"] == [
        "price of Apple",
        "and Microsoft",
    ]
