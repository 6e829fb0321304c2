"""The two promises: of thousands of generated lies none is shown, and honest sentences pass."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from bot.turn.grounding import Grounding
from tests.fakes.lies import Lie, lies
from tests.fakes.tellings import ALL_FRAMES, honest_sentences
from tests.fakes.turns import Turn, call, known_name, snapshot_context, turns

if TYPE_CHECKING:
    from bot.messages import ToolResult

KINDS = (
    "changed value", "swapped subject", "swapped attribute", "flipped direction", "changed currency", "changed unit",
    "changed date", "invented company", "number words", "scale change", "obfuscated digits", "question echo",
    "false comparison", "prediction", "denial", "other metric", "told together", "wordless direction", "false rank",
)  # fmt: skip
FEWEST_OF_A_KIND = 25


@pytest.fixture(scope="module")
def told() -> tuple[Lie, ...]:
    return tuple(lie for turn in turns() for lie in lies(turn))


@pytest.mark.parametrize("kind", KINDS)
def test_no_lie_is_shown(kind: str, told: tuple[Lie, ...]) -> None:
    checks: dict[tuple[int, str], Grounding] = {}
    shown: list[str] = []
    for lie in told:
        if lie.kind == kind:
            key = (id(lie.turn), lie.question)
            if key not in checks:
                checks[key] = Grounding(lie.turn.results, lie.question, known_name)
            shown += checks[key].check(lie.sentence).kept

    assert shown == []


def test_there_are_lies_enough_of_every_kind(told: tuple[Lie, ...]) -> None:
    counts = Counter(lie.kind for lie in told)

    assert sum(counts.values()) >= 5000
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= FEWEST_OF_A_KIND


def test_what_a_larger_model_would_write_passes() -> None:
    assert len(ALL_FRAMES) >= 40
    passed = 0
    withheld: list[str] = []
    for turn in (*turns(), *_more_turns()):
        check = Grounding(turn.results, turn.question, known_name)
        for sentence in honest_sentences(turn):
            checked = check.check(sentence)
            passed += len(checked.kept)
            withheld += checked.withheld

    assert passed + len(withheld) >= 1000
    assert len(withheld) <= (passed + len(withheld)) // 100, withheld


def test_every_sentence_that_code_composes_passes() -> None:
    checked = 0
    for turn in (*turns(), *_more_turns()):
        for result in turn.results:
            assert result.findings is not None, result.error
            check = Grounding((result,), turn.question, known_name)
            found = check.check(" ".join(result.findings.sentences))
            assert found.withheld == ()
            checked += len(found.kept)

    assert checked >= 500


@lru_cache(maxsize=1)
def _more_turns() -> tuple[Turn, ...]:
    """Comparisons, histories, prices and indicators of many companies over many periods."""
    return asyncio.run(_gather())


async def _gather() -> tuple[Turn, ...]:
    context = snapshot_context()
    symbols = ("AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "KO", "LLY", "PFE", "PG", "RRC", "UNH", "^GSPC", "QUAL")
    results: list[ToolResult] = []
    for place, period in enumerate(
        ("5d", "1mo", "6mo", "ytd", "2y", "10y", "2021", "since 2020", "2020-02-03..2020-06-30")
    ):
        for step, symbol in enumerate(symbols):
            if (place + step) % 2 == 0:
                results.append(await call(context, "get_price_history", symbol=symbol, period=period))
                others = [symbols[(step + 4) % len(symbols)], symbols[(step + 9) % len(symbols)]][: 1 + step % 2]
                results.append(await call(context, "compare_performance", symbols=[symbol, *others], period=period))
        results.append(await call(context, "get_sector_performance", period=period))
        results.append(await call(context, "get_portfolio_performance", period=period))
    for symbol in symbols:
        results += [await call(context, name, **{key: value}) for name, key, value in (
            ("get_quote", "symbols", [symbol]), ("get_technicals", "symbol", symbol), ("find_symbol", "query", symbol),
        )]  # fmt: skip
    for name in ("get_market_overview", "get_market_status", "get_watchlist", "get_portfolio_income"):
        results.append(await call(context, name))
    results.append(await call(context, "get_quote", symbols=list(symbols[:7])))
    results.append(await call(context, "screen_stocks", max_price="100", sort_by="price"))
    results.append(await call(context, "propose_price_alert", symbol="apple", condition="above", price="150"))
    results.append(await call(context, "propose_watchlist_change", action="add", symbols=["apple"]))
    return tuple(Turn("", (result,)) for result in results)
