"""Which of two decisions is taken, and what the model then writes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.llm.base import EndPiece
from bot.llm.reader import Opinion
from bot.llm.reading import OTHERWISE
from bot.messages import Message, ToolCall
from bot.turn.agent import Agent
from bot.turn.completions.reading import Draft
from bot.turn.second_opinion import second_opinion
from tests.fakes.market_data import FakeMarketData, quote, tool_context
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.scripted_reader import ScriptedReader
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = {"TSLA": "Tesla"}
MARKET = FakeMarketData(quote_of={"TSLA": quote("TSLA", "100", "98")})
QUOTE, NEWS = ToolCall("get_quote", {"symbols": ["tesla"]}), ToolCall("get_news", {"symbol": "tesla"})
TEXT = "news and price of tesla"
CONVERSATION = [Message("user", "news and price of<|name|>tesla")]
SCHEMAS = Toolbox(TOOLS).schemas([TEXT], tool_context(MARKET, NAMES))


def written(call: ToolCall) -> str:
    return json.dumps({"name": call.name, "arguments": call.arguments})


async def weighed(
    draft: Draft, decision: str, confidence: float, *answers: Sequence[Any]
) -> tuple[Draft, ScriptedModel]:
    model = ScriptedModel(answers, is_native=True)
    reader = ScriptedReader(decision, confidence)
    return await second_opinion(reader, draft, model, CONVERSATION, SCHEMAS, 100), model


async def test_the_surer_of_two_decides() -> None:
    draft = Draft([QUOTE], "", -0.3)
    taken, model = await weighed(draft, "get_news", -0.2, [written(NEWS)])
    assert taken == Draft([NEWS], "", -0.2)
    assert model.asked[0].tools == ()
    kept, model = await weighed(draft, "get_news", -0.4)
    assert kept == draft
    assert not model.asked


async def test_a_reply_takes_the_place_of_calls_and_calls_that_of_a_reply() -> None:
    assert (await weighed(Draft([QUOTE], "", -0.3), "DECLINE: advice", -0.1))[0] == Draft([], "DECLINE: advice", -0.1)
    taken, _ = await weighed(Draft([], "DECLINE: advice", -0.3), "get_quote", -0.1, [written(QUOTE)])
    assert taken == Draft([QUOTE], "", -0.1)


async def test_that_something_is_missing_is_not_taken_over_calls_that_have_it() -> None:
    draft = Draft([QUOTE], "", -0.3)
    assert (await weighed(draft, "CLARIFY: missing", -0.01))[0] == draft
    silent = Draft([], "DECLINE: advice", -0.3)
    assert (await weighed(silent, "CLARIFY: symbol", -0.01))[0] == Draft([], "CLARIFY: symbol", -0.01)


async def test_only_the_missing_call_is_written() -> None:
    taken, model = await weighed(Draft([QUOTE], "", -0.3), "get_news + get_quote", -0.1, [written(NEWS)])
    assert taken.calls == [NEWS, QUOTE]
    assert len(model.asked) == 1


async def test_a_call_too_many_is_left_out() -> None:
    taken, model = await weighed(Draft([QUOTE, NEWS], "", -0.3), "get_news", -0.1)
    assert taken.calls == [NEWS]
    assert not model.asked


async def test_two_calls_of_one_tool_stay_both() -> None:
    other = ToolCall("get_news", {"symbol": "ford"})
    taken, _ = await weighed(Draft([NEWS, other, QUOTE], "", -0.3), "get_news + get_news", -0.1)
    assert taken.calls == [NEWS, other]


async def test_two_who_agree_are_as_sure_as_the_surer() -> None:
    for own, read in ((-1.5, -0.1), (-0.1, -1.5)):
        taken, _ = await weighed(Draft([QUOTE], "", own), "get_quote", read)
        assert taken == Draft([QUOTE], "", -0.1, is_agreed=True)
    replied = Draft([], "DECLINE: advice", -0.3)
    assert (await weighed(replied, "DECLINE: advice", -0.5))[0] == replace(replied, is_agreed=True)


async def test_a_repeat_of_what_the_reader_names_is_agreed_to_once() -> None:
    taken, _ = await weighed(Draft([QUOTE, QUOTE], "", -0.1), "get_quote", -0.5)
    assert taken == Draft([QUOTE], "", -0.1, is_agreed=True)


async def test_of_a_repeat_the_second_stands_for_what_the_reader_names_besides() -> None:
    draft = Draft([QUOTE, QUOTE], "", -0.001)
    taken, _ = await weighed(draft, "get_news + get_quote", -0.2, [written(NEWS)])
    assert taken.calls == [NEWS, QUOTE]
    assert (await weighed(draft, "get_news + get_quote", -0.3))[0] == draft
    assert (await weighed(replace(draft, calls=[QUOTE]), "get_news + get_quote", -0.2))[0].calls == [QUOTE]


async def test_the_second_of_two_calls_of_one_tool_is_about_another_name() -> None:
    text = "news on tesla and on zorblax"
    shown = [Message("user", "news on<|name|>tesla and on<|unknown|>zorblax")]
    schemas = Toolbox(TOOLS).schemas([text], tool_context(MARKET, NAMES))
    other = ToolCall("get_news", {"symbol": "zorblax"})
    model = ScriptedModel([[written(other)]], is_native=True)
    taken = await second_opinion(
        ScriptedReader("get_news + get_news", -0.05), Draft([NEWS], "", -0.001), model, shown, schemas, 100
    )
    assert taken.calls == [NEWS, other]
    allowed = model.asked[0].answer_schema["properties"]["arguments"]["properties"]["symbol"]["enum"]
    assert "zorblax" in allowed
    assert not [name for name in allowed if "tesla" in name]
    assert "symbol" in model.asked[0].answer_schema["properties"]["arguments"]["required"]


async def test_where_no_other_name_is_left_one_call_stays() -> None:
    taken, model = await weighed(Draft([QUOTE], "", -0.001), "get_quote + get_quote", -0.05)
    assert taken.calls == [QUOTE]
    assert not model.asked


async def test_a_model_that_does_not_tell_yields_to_a_sure_reader_only() -> None:
    draft = Draft([QUOTE])
    assert (await weighed(draft, "get_news", -0.01, [written(NEWS)]))[0].calls == [NEWS]
    assert (await weighed(draft, "get_news", -0.5))[0] == draft
    assert (await weighed(draft, "get_quote", -0.5))[0] == replace(draft, is_agreed=True)


@pytest.mark.parametrize("answer", ["", "no json", '{"name": "get_news"', '["get_news"]', '{"name": "get_news"}'])
async def test_where_the_model_writes_no_call_its_own_decision_stands(answer: str) -> None:
    draft = Draft([QUOTE], "", -0.3)
    assert (await weighed(draft, "get_news", -0.1, [answer]))[0] == draft


async def test_what_can_not_be_asked_for_here_is_not_taken() -> None:
    draft = Draft([QUOTE], "", -0.3)
    assert (await weighed(draft, OTHERWISE, -0.1))[0] == draft
    assert (await weighed(draft, "convert_currency", -0.1))[0] == draft  # there is no amount in the question
    assert (await weighed(draft, "delete_everything", -0.1))[0] == draft


async def test_a_turn_takes_what_was_weighed() -> None:
    model = ScriptedModel([["DECLINE: advice", EndPiece(confidence=-0.4)], [written(QUOTE)]], is_native=True)
    reader = ScriptedReader("get_quote", -0.05)
    agent = Agent(model, Toolbox(TOOLS), tool_context(MARKET, NAMES), lambda _: None, reader=reader)
    decision = await agent.run([Message("user", "how much is tesla")], ["how much is tesla"])
    assert [result.call for result in decision.results] == [ToolCall("get_quote", {"symbols": ["tesla"]})]
    assert decision.confidence == -0.05
    assert decision.text == ""
    assert reader.shown == [[Message("user", "how much is<|name|>tesla")]]


async def test_a_model_that_writes_for_people_is_not_advised() -> None:
    model = ScriptedModel([["No idea."]], is_native=False)
    reader = ScriptedReader("get_quote", 0.0)
    agent = Agent(model, Toolbox(TOOLS), tool_context(MARKET, NAMES), lambda _: None, reader=reader)
    await agent.run([Message("user", "how much is tesla")], ["how much is tesla"])
    assert not reader.shown


async def test_a_reader_who_names_tools_may_be_a_little_less_sure() -> None:
    assert (await weighed(Draft([QUOTE], "", -0.01), "get_news", -0.04, [written(NEWS)]))[0].calls == [NEWS]
    refusal = Draft([QUOTE], "", -0.01)
    assert (await weighed(refusal, "DECLINE: advice", -0.04))[0] == refusal


async def test_a_call_is_about_what_the_one_was_about_whose_place_it_takes() -> None:
    text = "price of tesla and news on zorblax"
    schemas = Toolbox(TOOLS).schemas([text], tool_context(MARKET, NAMES))
    draft = Draft([QUOTE, ToolCall("get_events", {"symbol": "zorblax"})], "", -0.3)
    news = ToolCall("get_news", {"symbol": "zorblax"})
    model = ScriptedModel([[written(news)]], is_native=True)
    reader = ScriptedReader("get_news + get_quote", -0.05)
    taken = await second_opinion(reader, draft, model, [Message("user", text)], schemas, 100)
    assert taken.calls == [news, QUOTE]
    assert model.asked[0].answer_schema["properties"]["arguments"]["properties"]["symbol"]["enum"] == ["zorblax"]


async def test_of_two_calls_the_one_about_the_term_is_explained() -> None:
    text = "what is contango, and the price of tesla"
    schemas = Toolbox(TOOLS).schemas([text], tool_context(MARKET, NAMES))
    draft = Draft([ToolCall("get_quote", {"symbols": ["contango"]}), QUOTE], "", -0.3)
    term = ToolCall("define_term", {"term": "contango"})
    model = ScriptedModel([[written(term)]], is_native=True)
    reader = ScriptedReader("define_term + get_quote", -0.05)
    assert (await second_opinion(reader, draft, model, [Message("user", text)], schemas, 100)).calls == [term, QUOTE]


async def test_a_repeat_of_two_that_are_agreed_on_is_about_two_things() -> None:
    text = "what a bond ladder is, and what a callable bond is"
    schemas = Toolbox(TOOLS).schemas([text], reading_context())
    ladder, callable_bond = (ToolCall("define_term", {"term": term}) for term in ("bond ladder", "callable bond"))
    model = ScriptedModel([[written(callable_bond)]], is_native=True)
    reader = ScriptedReader("define_term + define_term", -0.05)
    draft = Draft([ladder, ladder], "", -0.01)
    taken = await second_opinion(reader, draft, model, [Message("user", text)], schemas, 100)
    assert taken.calls == [ladder, callable_bond]
    allowed = model.asked[0].answer_schema["properties"]["arguments"]["properties"]["term"]["enum"]
    assert "callable bond" in allowed
    assert "bond ladder" not in allowed


async def test_a_loan_for_savings_is_a_loan() -> None:
    first = ToolCall("loan_payment", {"principal": "310k", "annual_rate_percent": "5%", "years": "30 yrs"})
    saved = {"monthly_contribution": "310k", "annual_rate_percent": "5%", "years": "20 yrs"}
    draft = Draft([first, ToolCall("project_growth", saved)], "", -0.3)
    taken, model = await weighed(draft, "loan_payment + loan_payment", -0.05)
    second = {"principal": "310k", "annual_rate_percent": "5%", "years": "20 yrs"}
    assert taken.calls == [first, ToolCall("loan_payment", second)]
    assert not model.asked


class PartsReader(ScriptedReader):
    """Hears some texts as `parts` says, and all others as `decision`."""

    def __init__(self, decision: str, parts: dict[str, str], confidence: float = -0.02) -> None:
        super().__init__(decision, confidence)
        self.parts = parts

    async def read(self, messages: Sequence[Message]) -> Opinion:
        heard = self.parts.get(messages[-1].content)
        return self.opinion if heard is None else Opinion(heard, self.opinion.confidence)


ASKED_BEFORE = [Message("user", "news on<|name|>tesla"), Message("assistant", "", (NEWS,))]
BOTH = "its price and when does it report"
EVENTS = ToolCall("get_events", {"symbol": "tesla"})


async def asked_after(
    text: str, parts: dict[str, str], *answers: Sequence[Any], confidence: float = -0.02
) -> tuple[Draft, ScriptedModel]:
    model = ScriptedModel(answers, is_native=True)
    reader = PartsReader("get_quote", parts, confidence)
    schemas = Toolbox(TOOLS).schemas([text, "news on tesla", "tesla"], tool_context(MARKET, NAMES))
    conversation = [*ASKED_BEFORE, Message("user", text)]
    return await second_opinion(reader, Draft([QUOTE], "", -0.01), model, conversation, schemas, 100), model


async def test_the_other_ask_of_a_follow_up_is_heard() -> None:
    parts = {"its price": "get_quote", "when does it report": "get_events"}
    taken, model = await asked_after(BOTH, parts, [written(EVENTS)])
    assert taken.calls == [QUOTE, EVENTS]
    assert [message.content for message in model.asked[0].messages] == ["its price", "", "when does it report"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (BOTH, {"its price": "get_quote", "when does it report": "get_quote"}),
        (BOTH, {"its price": "get_quote", "when does it report": "DECLINE: advice"}),
        (BOTH, {"its price": "get_news", "when does it report": "get_events"}),
        ("okay and when does it report", {"okay": "get_quote", "when does it report": "get_events"}),
        ("its price when does it report", {"report": "get_events"}),
    ],
)
async def test_one_ask_stays_one(text: str, parts: dict[str, str]) -> None:
    taken, model = await asked_after(text, parts)
    assert taken.calls == [QUOTE]
    assert not model.asked


async def test_a_reader_who_is_not_sure_of_both_is_not_heard() -> None:
    parts = {"its price": "get_quote", "when does it report": "get_events"}
    assert (await asked_after(BOTH, parts, confidence=-0.3))[0].calls == [QUOTE]


async def test_a_question_without_one_before_is_not_taken_apart() -> None:
    draft = Draft([QUOTE], "", -0.01)
    reader = PartsReader("get_quote", {"news": "get_news", "price of<|name|>tesla": "get_quote"})
    taken = await second_opinion(reader, draft, ScriptedModel([], is_native=True), CONVERSATION, SCHEMAS, 100)
    assert taken.calls == [QUOTE]


async def test_two_calls_about_two_things_are_not_one() -> None:
    convert = {"amount": "100", "from_currency": "gbp"}
    calls = [ToolCall("convert_currency", {**convert, "to_currency": code}) for code in ("eur", "usd")]
    draft = Draft(calls, "", -0.3)
    model, text = ScriptedModel([], is_native=True), "100 gbp to eur and to usd"
    reader = ScriptedReader("convert_currency", -0.02)
    taken = await second_opinion(reader, draft, model, [Message("user", text)], SCHEMAS, 100)
    assert taken == draft
