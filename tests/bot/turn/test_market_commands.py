"""Typed look-ups: which calls they are, that no model is asked, and that they obey the rules of any question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.messages import ToolCall
from bot.records import administration as admin
from bot.records.database import open_database
from bot.records.users import Actor
from bot.turn.commands import names
from bot.turn.destination import Place, place_now, route
from bot.turn.market_commands import LOOK_UPS, look_ups, names_in
from bot.turn.prompting import sections
from tests.fakes.firm import CHIEF, NOW, SYMBOLS, Firm, open_firm

WORDS = sections("notices")
DESK = Place("slack", "local", "C1", "public")


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


def calls(*names_and_arguments: Any) -> tuple[ToolCall, ...]:
    pairs = iter(names_and_arguments)
    return tuple(ToolCall(name, arguments) for name, arguments in zip(pairs, pairs, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/quote NVDA MSFT", calls("get_quote", {"symbols": ["NVDA", "MSFT"]})),
        ("/QUOTE coca cola, apple", calls("get_quote", {"symbols": ["coca cola", "apple"]})),
        ("/quote for Apple", calls("get_quote", {"symbols": ["Apple"]})),
        (
            "/quote AAPL foo bar, MSFT",
            calls("get_quote", {"symbols": ["AAPL", "MSFT"]}, "get_quote", {"symbols": ["foo bar"]}),
        ),
        ("/chart AAPL", calls("get_price_history", {"symbol": "AAPL"})),
        ("/chart AAPL 5y", calls("get_price_history", {"symbol": "AAPL", "period": "5y"})),
        ("/chart S&P 500 5y", calls("get_price_history", {"symbol": "S&P 500", "period": "5y"})),
        ("/chart S&P 500", calls("get_price_history", {"symbol": "S&P 500"})),
        ("/chart of Apple since 2020", calls("get_price_history", {"symbol": "Apple", "period": "since 2020"})),
        (
            "/chart AAPL MSFT last 6 months",
            calls("compare_performance", {"symbols": ["AAPL", "MSFT"], "period": "last 6 months"}),
        ),
        (
            "/compare Apple with Microsoft since 2020",
            calls("compare_performance", {"symbols": ["Apple", "Microsoft"], "period": "since 2020"}),
        ),
        ("/news AAPL", calls("get_news", {"symbol": "AAPL"})),
        ("/news", calls("get_news", {})),
        ("/portfolio", calls("get_portfolio", {})),
        ("/portfolio performance last year", calls("get_portfolio_performance", {"period": "last year"})),
        ("/portfolio risk", calls("get_portfolio_risk", {})),
    ],
)
def test_what_is_looked_up(text: str, expected: tuple[ToolCall, ...]) -> None:
    assert look_ups(text, SYMBOLS) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/quote", "Say whose price"),
        ("/quote and", "Say whose price"),
        ("/quote AAPL MSFT KO JPM XOM WMT PG JNJ HD", "Name at most 8 at once."),
        ("/chart", "Say of what"),
        ("/compare", "Say two or more"),
        ("/portfolio everything", "Say `/portfolio`"),
        ("/portfolio risk 2022", "Say `/portfolio`"),
        ("/portfolio income sometimes", "Say `/portfolio`"),
        ("/ask", "Say what you would like to know"),
    ],
)
async def test_what_is_missing_is_said_with_an_example(firm: Firm, text: str, said: str) -> None:
    reply = await firm.ask(text)
    assert (reply.status, reply.results, firm.model.asked) == ("clarify", (), [])
    assert reply.answer.startswith(said)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("johnson and johnson", ["johnson and johnson"]),
        ("procter & gamble and coca-cola", ["procter & gamble", "coca-cola"]),
        ("F GE T", ["F", "GE", "T"]),
        ("ON and A", ["ON", "A"]),
        ("apple, , msft;ko", ["apple", "msft;ko"]),
        ("no such thing, apple no other", ["no such thing", "apple", "no other"]),
        ("aapl AAPL aapl", ["aapl", "AAPL"]),
        ("", []),
    ],
)
def test_the_names_among_words(words: str, expected: list[str]) -> None:
    assert names_in(words.split(), SYMBOLS) == expected


async def test_a_chart_is_like_a_models_and_no_model_is_asked(firm: Firm) -> None:
    typed = await firm.ask("/chart AAPL 2021")
    assert firm.model.asked == []
    asked = await firm.ask(
        "how did AAPL do in 2021", [ToolCall("get_price_history", {"symbol": "AAPL", "period": "2021"})]
    )
    assert (typed.status, typed.charts, typed.figures, typed.answer) == (
        "answered",
        asked.charts,
        asked.figures,
        asked.answer,
    )
    assert typed.model is None
    assert typed.personal is False
    assert next((call.name, call.resolved) for call in await firm.calls()) == (
        "get_price_history",
        {"symbol": "AAPL", "period": "2021"},
    )


async def test_one_unknown_name_hides_nobody_elses_price(firm: Firm) -> None:
    reply = await firm.ask("/quote AAPL zzyzx MSFT")
    assert reply.status == "answered"
    assert "Apple" in reply.answer
    assert "I don't know a listed company, fund or index called “zzyzx”" in reply.answer


async def test_a_stopped_model_and_a_spent_one_do_not_matter(firm: Firm) -> None:
    await firm.act(lambda session: admin.pull_switch(session, CHIEF, "model", "scripted", reason="a drill", at=NOW))
    assert (await firm.ask("/quote AAPL")).status == "answered"


async def test_a_tool_that_is_off_is_off_here_too(firm: Firm) -> None:
    await firm.act(lambda session: admin.switch_tool(session, CHIEF, "get_quote", enabled=False, at=NOW))
    reply = await firm.ask("/quote AAPL")
    assert (reply.status, reply.figures) == ("declined", ())
    assert "switched off" in reply.answer


async def test_a_portfolio_is_the_persons_own_and_is_sent_to_them_alone(firm: Firm) -> None:
    await firm.act(
        lambda session: admin.save_channel(
            session, CHIEF, "C1", name="", kind="public", allowed=True, external=False, at=NOW
        )
    )
    reply = await firm.ask("/portfolio", place=DESK)
    assert reply.personal
    assert "AAPL" in reply.answer
    async with firm.parts.database.read() as session:
        going = route(reply, DESK, await place_now(session, Actor("member"), DESK))
    assert going.place is not None
    assert going.place.answer == WORDS["sent_direct"]
    assert going.direct == reply


async def test_a_guest_gets_prices_and_no_portfolio(firm: Firm) -> None:
    guest = Place("slack", "local", "D2", "direct", guests=True, asker="guest")
    assert (await firm.ask("/quote AAPL", place=guest)).status == "answered"
    refused = await firm.ask("/portfolio", place=guest)
    assert (refused.status, refused.figures) == ("declined", ())


async def test_ask_is_the_question_itself_and_so_it_is_remembered(firm: Firm) -> None:
    call = [ToolCall("get_quote", {"symbols": ["Apple"]})]
    first = await firm.ask("/ask price of Apple", call)
    assert first.question == "/ask price of Apple"
    assert firm.model.asked[-1].messages[-1].content.endswith("Apple")
    assert "/ask" not in firm.model.asked[-1].messages[-1].content
    await firm.ask("and Microsoft?", [ToolCall("get_quote", {"symbols": ["Microsoft"]})])
    assert "/ask" not in firm.model.asked[-1].messages[0].content


async def test_help_tells_of_all_and_slips_are_told_from_questions(firm: Firm) -> None:
    told = (await firm.ask("/help")).answer
    assert all(f"`/{name}`" in told for name in names())
    assert (await firm.ask("/qoute AAPL")).answer == "There is no command `/qoute`. Did you mean `/quote AAPL`?"
    assert (await firm.ask("/qoute evil.example")).answer == "There is no command `/qoute`. Did you mean `/quote`?"
    assert set(LOOK_UPS) < set(names())
