"""A turn handed on: from a model that is down, from one that is unsure, and to one that finds better words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ModelFailed, ModelUnavailable
from bot.llm.base import EndPiece
from bot.llm.portfolio import NOBODY, Candidate, Portfolio
from bot.messages import ToolCall
from bot.records.models import ApprovedModel
from bot.turn.confidence import ASK_BELOW
from bot.turn.relay import Relay
from tests.fakes.market_data import FakeMarketData, quote, tool_context
from tests.fakes.scripted_model import ScriptedModel
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from bot.records.models import Role
    from bot.turn.agent import Decision

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft"}
APPLE = ToolCall("get_quote", {"symbols": ["Apple"]})
SURE, UNSURE = EndPiece(confidence=ASK_BELOW), EndPiece(confidence=ASK_BELOW - 0.01)
DOWN = ModelUnavailable("http://127.0.0.1:11434")
WORDS = "Apple closed at $100.00."
NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def built_in(*answers: Any) -> ScriptedModel:
    return ScriptedModel(answers, is_native=True, name="tuppence")


def larger(*answers: Any, name: str = "large") -> ScriptedModel:
    return ScriptedModel(answers, name=name)


def portfolio(*models: ScriptedModel, roles: tuple[Role, ...] = ("tools",)) -> Portfolio:
    """These models, approved, in this order."""
    return Portfolio([Candidate(ApprovedModel(m.name, "x", "0" * 64, roles, {}), m, 0.9, 1.0) for m in models])


async def relay(
    model: ScriptedModel, approved: Portfolio = NOBODY, text: str = "price of Apple"
) -> tuple[Decision, list[str]]:
    heard: list[str] = []
    market = FakeMarketData(quote_of={symbol: quote(symbol, "100", "98") for symbol in NAMES})
    context = tool_context(market, NAMES)
    decision = await Relay(model, approved, Toolbox(TOOLS), context, heard.append).run((), text)
    return decision, heard


def decided(decision: Decision) -> str:
    return decision.model.name if decision.model else ""


async def test_without_a_portfolio_the_one_model_decides() -> None:
    decision, heard = await relay(built_in([APPLE, SURE]))
    assert [result.ok for result in decision.results] == [True]
    assert (decided(decision), decision.question, heard) == ("tuppence", None, ["Looking up quote: Apple"])


async def test_the_best_approved_model_takes_the_turn() -> None:
    first, second, own = larger([APPLE], [WORDS]), larger(name="second"), built_in()
    decision, _ = await relay(own, portfolio(first, second))
    assert (decided(decision), decision.text, decision.writes) == ("large", WORDS, True)
    assert second.asked == own.asked == []


async def test_the_next_one_takes_over_from_one_that_fails() -> None:
    failing = larger([APPLE], [ModelFailed("large", "out of memory")])
    decision, _ = await relay(built_in([APPLE, SURE]), portfolio(failing, larger([DOWN], name="second")))
    assert (decided(decision), decision.writes) == ("tuppence", False)
    assert len(decision.results) == 1


async def test_when_all_fail_the_last_failure_is_told() -> None:
    with pytest.raises(ModelUnavailable):
        await relay(built_in([DOWN]), portfolio(larger([ModelFailed("large", "x")])))


async def test_an_unsure_built_in_model_hands_over_before_any_tool_runs() -> None:
    own = built_in([APPLE, UNSURE])
    decision, heard = await relay(own, portfolio(own, larger([APPLE], [WORDS])))
    assert (decided(decision), decision.question) == ("large", None)
    assert heard == ["Looking up quote: Apple"]


async def test_an_unsure_refusal_is_handed_over_too() -> None:
    own = built_in(["DECLINE: advice", UNSURE])
    decision, _ = await relay(own, portfolio(own, larger([APPLE], [WORDS])))
    assert decided(decision) == "large"


async def test_a_sure_built_in_model_keeps_the_turn() -> None:
    own, other = built_in([APPLE, SURE]), larger()
    decision, _ = await relay(own, portfolio(own, other))
    assert decided(decision) == "tuppence"
    assert other.asked == []


@pytest.mark.parametrize("approved", ["none", "failing", "native"])
async def test_without_a_larger_model_the_person_is_asked_and_no_tool_runs(approved: str) -> None:
    own = built_in([APPLE, UNSURE])
    others = {"none": [], "failing": [larger([DOWN])], "native": [built_in()]}[approved]
    decision, heard = await relay(own, portfolio(own, *others))
    assert decision.question == (
        "I'm not sure I understood. Did you mean: the price of Apple? Say yes, or put it in other words."
    )
    assert (decided(decision), decision.held, decision.results, heard) == ("tuppence", (APPLE,), [], [])
    assert len(own.asked) == 1


async def test_an_unsure_refusal_stands_as_there_is_nothing_to_ask_about() -> None:
    decision, _ = await relay(built_in(["DECLINE: advice", UNSURE]))
    assert (decision.text, decision.question) == ("DECLINE: advice", None)


async def test_what_could_not_run_gets_the_tools_own_complaint() -> None:
    call = ToolCall("get_quote", {"symbols": ["Nonsense"]})
    decision, _ = await relay(built_in([call, UNSURE]), text="price of Nonsense")
    assert decision.question is None
    assert [result.ok for result in decision.results] == [False]


async def test_a_writer_words_what_the_built_in_model_looked_up() -> None:
    writer = larger([WORDS])
    decision, heard = await relay(built_in([APPLE, SURE]), portfolio(writer, roles=("write",)))
    assert (decided(decision), decision.text, decision.writes) == ("tuppence", WORDS, True)
    assert decision.writer is not None
    assert decision.writer.name == "large"
    (asked,) = writer.asked
    assert [message.role for message in asked.messages] == ["system", "user", "assistant", "tool"]
    assert "$100.00" in asked.messages[-1].content
    assert asked.tools == ()
    assert heard == ["Looking up quote: Apple"]


async def test_a_writer_that_fails_leaves_codes_own_words() -> None:
    approved = portfolio(larger(["Apple ", DOWN]), larger([ModelFailed("b", "x")], name="b"), roles=("write",))
    decision, _ = await relay(built_in([APPLE, SURE]), approved)
    assert (decision.text, decision.writes, decision.writer) == ("", False, None)
    assert len(decision.results) == 1


async def test_a_writer_is_not_asked_where_nothing_was_found() -> None:
    writer = larger()
    for answer in (["CHAT: greeting", SURE], [ToolCall("get_quote", {"symbols": ["Nonsense"]}), SURE]):
        await relay(built_in(answer), portfolio(writer, roles=("write",)), "price of Nonsense")
    assert writer.asked == []
