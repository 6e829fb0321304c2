"""The loop: what the model may do in one turn, how often, for how long, and what becomes of its slips."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ModelFailed
from bot.llm.base import EndPiece
from bot.messages import Message, ToolCall
from bot.turn.agent import MAX_CALLS, MAX_REPAIRS, MAX_STEPS, REPEATED, Agent, Decision
from bot.turn.confidence import ASK_BELOW
from tests.fakes.market_data import FakeMarketData, quote, tool_context
from tests.fakes.scripted_model import ScriptedModel
from tools.arguments import Symbol
from tools.catalogue import TOOLS
from tools.context import ToolContext
from tools.toolbox import Toolbox
from tools.values import Findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.toolbox import ToolFunction

NAMES = {"AAPL": "Apple", "MSFT": "Microsoft"} | {f"S{n}": f"Share {n}" for n in range(60)}
MARKET = FakeMarketData(quote_of={symbol: quote(symbol, "100", "98") for symbol in NAMES})


def get(*symbols: str) -> ToolCall:
    return ToolCall("get_quote", {"symbols": list(symbols)})


async def run(
    *answers: Sequence[Any],
    said: tuple[str, ...] = ("price of Apple",),
    native: bool = False,
    tools: Sequence[ToolFunction] = TOOLS,
    tool_seconds: float = 30.0,
) -> tuple[Decision, ScriptedModel, list[str]]:
    model = ScriptedModel(answers, is_native=native)
    heard: list[str] = []
    agent = Agent(model, Toolbox(tools), tool_context(MARKET, NAMES), heard.append, tool_seconds)
    return await agent.run([Message("user", said[0])], said), model, heard


def errors(decision: Decision) -> list[str]:
    return [result.error_kind for result in decision.results]


async def test_a_native_model_is_asked_once_and_only_for_what_was_said() -> None:
    decision, model, heard = await run([get("Apple"), EndPiece(confidence=-0.1)], native=True)
    assert [result.resolved for result in decision.results] == [{"symbols": ["AAPL"]}]
    assert decision.confidence == -0.1
    assert heard == ["Looking up quote: Apple"]
    schema = next(t["function"] for t in model.asked[0].tools if t["function"]["name"] == "get_quote")
    assert "Apple" in schema["parameters"]["properties"]["symbols"]["items"]["enum"]
    offered = {t["function"]["name"] for t in model.asked[0].tools}
    assert {"get_quote", "get_portfolio", "find_symbol"} <= offered
    assert "loan_payment" not in offered  # nobody typed a rate


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (ToolCall("get_price_history", {"symbol": "Apple", "period": "last year"}), ("how is Apple doing?",)),
        (ToolCall("loan_payment", {"principal": "5k", "annual_rate_percent": "4", "years": "3"}), ("a 5k loan at 4",)),
    ],
)
async def test_a_native_model_may_not_add_what_nobody_said(call: ToolCall, said: tuple[str, ...]) -> None:
    decision, _, heard = await run([call], said=said, native=True)
    assert errors(decision) == ["missing_argument"]
    assert "could not find" in decision.results[0].error
    assert heard == []


@pytest.mark.parametrize(
    ("call", "called"),
    [(get("Microsoft"), []), (get("mw"), []), (get("Apple", "Microsoft"), [["AAPL"]])],
)
async def test_a_name_that_nobody_said_is_asked_for(call: ToolCall, called: list[list[str]]) -> None:
    decision, _, _ = await run([call], said=("price of Apple",), native=True)
    assert [result.resolved["symbols"] for result in decision.results] == called
    assert decision.text == ("" if called else "CLARIFY: symbol")


async def test_a_native_model_may_copy_from_the_earlier_question() -> None:
    decision, _, _ = await run([get("apple")], said=("and its price?", "How did APPLE do?"), native=True)
    assert decision.results[0].ok


async def test_an_unsure_decision_of_a_native_model_is_held_until_it_is_carried_out() -> None:
    model = ScriptedModel([[get("Apple"), get("Apple"), EndPiece(confidence=ASK_BELOW - 0.1)]], is_native=True)
    heard: list[str] = []
    agent = Agent(model, Toolbox(TOOLS), tool_context(MARKET, NAMES), heard.append)
    decision = await agent.run([Message("user", "price of Apple")], ("price of Apple",))
    assert (decision.is_unsure, decision.held, decision.results, heard) == (True, (get("Apple"),) * 2, [], [])
    await agent.carry_out(decision)
    assert (decision.held, [result.ok for result in decision.results]) == ((), [True])
    assert heard == ["Looking up quote: Apple"]


async def test_a_writing_model_is_never_held_back() -> None:
    decision, _, _ = await run([get("Apple"), EndPiece(confidence=-99.0)], ["done"])
    assert not decision.is_unsure
    assert decision.results[0].ok


async def test_a_native_models_repeated_decision_counts_once() -> None:
    decision, _, _ = await run([get("Apple"), get("Apple")], native=True)
    assert len(decision.results) == 1


async def test_a_writing_model_reads_the_result_as_it_will_be_shown_and_then_writes() -> None:
    decision, model, _ = await run(["Let me look.", get("Apple")], ["Apple closed at $100.00."])
    assert decision.text == "Apple closed at $100.00."
    user, call, result = model.asked[1].messages
    assert (user.role, call.role, result.role) == ("user", "assistant", "tool")
    assert call.tool_calls == (get("Apple"),)
    read = json.loads(result.content)
    assert read["figures"]["Apple (AAPL)"]["price"] == "$100.00"
    assert read["as_of"] == ["20 Nov 2026"]
    assert "value" not in result.content


async def test_calls_of_one_step_run_side_by_side() -> None:
    together = asyncio.Barrier(2)

    async def wait_for_the_other(context: ToolContext, symbol: Symbol) -> Findings:
        """Meets the other call."""
        await together.wait()
        return Findings(symbol.symbol)

    calls = [ToolCall("wait_for_the_other", {"symbol": name}) for name in ("Apple", "Microsoft")]
    decision, _, _ = await run(calls, ["done"], tools=[wait_for_the_other])
    assert [result.findings and result.findings.title for result in decision.results] == ["AAPL", "MSFT"]


async def test_steps_are_bounded() -> None:
    decision, model, _ = await run(*([get(f"S{n}")] for n in range(MAX_STEPS)))
    assert len(model.asked) == MAX_STEPS
    assert all(result.ok for result in decision.results)
    assert decision.text == ""


async def test_calls_are_bounded_over_all_steps() -> None:
    first = [get(f"S{n}") for n in range(50)]
    decision, model, heard = await run(first, [get("AAPL")], ["done"])
    assert [result.ok for result in decision.results] == [True] * MAX_CALLS + [False] * 43
    assert errors(decision)[MAX_CALLS:] == ["refused"] * 43
    assert len(heard) == MAX_CALLS
    assert "ask the rest separately" in model.asked[1].messages[-1].content


async def test_the_same_call_runs_twice_at_most_however_its_arguments_are_ordered() -> None:
    one = ToolCall("get_price_history", {"symbol": "Apple", "period": "2022"})
    other = ToolCall("get_price_history", {"period": "2022", "symbol": "Apple"})
    decision, _, heard = await run([one, other, one], ["done"])
    assert len(heard) == 2
    assert decision.results[2].error == REPEATED
    assert decision.results[2].error_kind == "repeated"


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (ToolCall("get_price", {"symbol": "Apple"}), "There is no tool called 'get_price'; use a listed one."),
        (ToolCall("g\u0435t_quote", {"symbols": ["Apple"]}), "There is no tool called"),
        (ToolCall("get_quote", {}), "get_quote needs symbols; please say it."),
        (ToolCall("get_quote", {"symbols": ["Apple"], "user": "ben"}), "has no argument called user"),
        (ToolCall("get_quote", {"symbols": {"a": 1}}), "can't use that symbols"),
        (ToolCall("get_quote", {"symbols": ["x" * 10_000]}), "can't use that symbols"),
        (ToolCall("get_quote", {"symbols": "Nonsense"}), "I don't know a listed company"),
        (ToolCall("convert_currency", {"amount": True, "from_currency": "USD", "to_currency": "EUR"}), "amount"),
        (ToolCall("convert_currency", {"amount": "NaN", "from_currency": "USD", "to_currency": "EUR"}), "NaN"),
        (ToolCall("get_portfolio", {"user": "ben"}), "has no argument called user"),
    ],
)
async def test_a_slip_is_told_to_the_model_which_may_repair_it(slip: ToolCall, told: str) -> None:
    decision, model, _ = await run([slip], [get("Apple")], ["Apple closed at $100.00."])
    assert told in json.loads(model.asked[1].messages[-1].content)["error"]
    assert [result.ok for result in decision.results] == [False, True]
    assert decision.text == "Apple closed at $100.00."


async def test_repairs_are_bounded() -> None:
    slips = [[ToolCall("get_quote", {"symbols": [f"wrong {n}"]})] for n in range(MAX_STEPS)]
    decision, model, _ = await run(*slips)
    assert len(model.asked) == 1 + MAX_REPAIRS
    assert len(decision.results) == 1 + MAX_REPAIRS


async def test_small_slips_of_form_are_taken_as_meant() -> None:
    decision, _, _ = await run([ToolCall("get_quote", {"symbols": "Apple, Microsoft"})], ["done"])
    assert decision.results[0].resolved == {"symbols": ["AAPL", "MSFT"]}


async def stall(context: ToolContext, symbol: Symbol) -> Findings:
    """Never ends."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_tool_that_never_ends_is_stopped_and_the_others_are_shown() -> None:
    calls = [ToolCall("stall", {"symbol": "Apple"}), get("Apple")]
    decision, _, _ = await run(calls, ["done"], tools=[stall, *TOOLS], tool_seconds=0.05)
    assert errors(decision) == ["unreachable", ""]
    assert decision.results[0].error == "Looking things up took longer than 0.05 seconds; ask again in a minute."


async def test_the_time_for_tools_is_that_of_the_whole_turn() -> None:
    steps = [[ToolCall("stall", {"symbol": f"S{n}"}), get(f"S{n}")] for n in range(MAX_STEPS)]
    decision, _, _ = await run(*steps, tools=[stall, *TOOLS], tool_seconds=0.1)
    assert decision.tools_ms < 2 * 100


async def test_a_failing_model_is_not_hidden() -> None:
    with pytest.raises(ModelFailed):
        await run(["Apple rose", ModelFailed("scripted", "out of memory")])


async def test_a_bug_of_a_tool_is_not_told_to_the_model() -> None:
    async def divide(context: ToolContext, symbol: Symbol) -> Findings:
        """Has a bug."""
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run([ToolCall("divide", {"symbol": "Apple"})], tools=[divide])


async def test_a_time_limit_of_a_tools_own_is_a_bug() -> None:
    async def give_up(context: ToolContext, symbol: Symbol) -> Findings:
        """Lets a time-out escape."""
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await run([ToolCall("give_up", {"symbol": "Apple"})], tools=[give_up])


async def test_a_call_written_as_prose_is_not_run() -> None:
    decision, _, heard = await run(['get_quote({"symbols": ["AAPL"]})\n```json\n{"name": "get_quote"}\n```'])
    assert decision.results == []
    assert heard == []


async def test_an_answer_cut_short_is_marked() -> None:
    decision, _, _ = await run(["Apple rose and", EndPiece(cut=True)])
    assert decision.cut


async def test_both_may_be_names_of_older_turns() -> None:
    model = ScriptedModel([[get("Microsoft"), EndPiece(confidence=-0.1)]], is_native=True)
    agent = Agent(model, Toolbox(TOOLS), tool_context(MARKET, NAMES), lambda _: None)
    before = [Message("user", "price of Microsoft"), Message("assistant", "", (get("Microsoft"),))]
    said = ("price of both again", "price of Microsoft", "Microsoft")
    decision = await agent.run([*before, Message("user", said[0])], said, [(get("Apple"),)])
    assert [result.resolved for result in decision.results] == [{"symbols": ["AAPL", "MSFT"]}]


async def test_names_of_older_turns_are_not_made_up() -> None:
    model = ScriptedModel([[get("Share 3"), EndPiece(confidence=-0.1)]], is_native=True)
    agent = Agent(model, Toolbox(TOOLS), tool_context(MARKET, NAMES), lambda _: None)
    decision = await agent.run([Message("user", "price of Apple")], ("price of Apple",), [(get("Microsoft"),)])
    assert decision.results == []  # nobody said it, in no turn
