"""A reply of every kind: what each of the tools finds, as the assistant puts it into an answer."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.messages import ModelInfo, Reply
from bot.turn.rendering import render_result
from tests.fakes.turns import Turn, call, live_context, snapshot_context, turns
from tools.formatting import show

if TYPE_CHECKING:
    from bot.messages import Status, ToolResult

MODEL = ModelInfo("tuppence-slm", "embedded", "d" * 64)
_MORE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ticker of home depot", "find_symbol", {"query": "home depot"}),
    ("is the market open", "get_market_status", {}),
    ("how is the market", "get_market_overview", {}),
    ("big tech shares", "screen_stocks", {"sector": "Technology"}),
    ("what dividends did I get", "get_portfolio_income", {}),
    ("my watchlist", "get_watchlist", {}),
    ("what is a P/E", "define_term", {"term": "P/E"}),
    ("watch exxon", "propose_watchlist_change", {"action": "add", "symbols": ["BAC"]}),
    ("tell me when apple is at 200", "propose_price_alert", {"symbol": "AAPL", "condition": "above", "price": "200"}),
    ("price of nonsense", "get_quote", {"symbols": ["NOSUCHTHING"]}),
)


def reply_of(question: str, results: tuple[ToolResult, ...], status: Status = "answered") -> Reply:
    """The reply to a question, worded by code alone."""
    findings = [result.findings for result in results if result.findings]
    answer = "\n\n".join(render_result(each, each.findings.sentences if each.findings else ()) for each in results)
    return Reply(
        turn_id="5f0c1d" * 4,
        question=question,
        answer=answer,
        status=status,
        results=results,
        figures=tuple(
            (show(figure), figure, each.call.name)
            for each in results
            if each.findings
            for figure in each.findings.figures
        ),
        charts=tuple(found.chart for found in findings if found.chart),
        model=MODEL,
    )


@lru_cache(maxsize=1)
def replies() -> tuple[Reply, ...]:
    """One or more for each tool, each made once; the last has the results of several tools."""
    made = (*turns(), *asyncio.run(_more()))
    every = [reply_of(turn.question, turn.results) for turn in made]
    several = tuple(result for turn in made[:12:4] for result in turn.results)
    return (*every, reply_of("apple, and my portfolio", several))


async def _more() -> list[Turn]:
    contexts = {name: snapshot_context() for _, name, _ in _MORE}
    contexts["propose_watchlist_change"] = live_context()  # of somebody who watches nothing yet
    return [Turn(question, (await call(contexts[name], name, **arguments),)) for question, name, arguments in _MORE]
