"""The suites count what a model does: a perfect one gets everything, a silent one only the abstentions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.deciding import Decider
from bot.evaluation.questions import has_common_wording, read_set
from bot.evaluation.scoring import FIGURES, NAMES
from bot.evaluation.suites import SUITES, Examiner
from bot.evaluation.wording import GROUNDING, QUESTIONS, measure_grounding
from bot.messages import Message, ToolCall
from bot.model_commands import Suite
from slm.chat_format import Call
from tests.fakes.marks import unmarked
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Sequence


class Knowing(ScriptedModel):
    """Answers each question of the sets with `reply`, as often as it is asked."""

    def __init__(self, *, is_native: bool, silent: bool = False) -> None:
        super().__init__(is_native=is_native)
        self.silent = silent
        self.known = {
            record["question"]: record.get("calls", []) for record in [*read_set("tools"), *read_set("abstain")]
        }

    def reply(self, messages: Sequence[Message]) -> list[Any]:
        calls = [] if self.silent else self.known.get(messages[-1].content, [])
        return [ToolCall(call["name"], call["arguments"]) for call in calls] or ["DECLINE: out_of_scope"]

    async def chat(self, messages: Sequence[Message], *rest: Any, **options: Any) -> Any:
        self.answers = [self.reply]
        async for piece in super().chat(messages, *rest, **options):
            yield piece


def test_the_command_offers_every_suite() -> None:
    assert [suite.value for suite in Suite] == [*SUITES, GROUNDING]


async def test_a_writing_model_that_knows_everything_gets_everything() -> None:
    model = Knowing(is_native=False)
    for name in ("tools", "followups", "abstain"):
        result = await SUITES[name](Examiner(Decider(model)))
        apart = sum(tally.total for part, tally in result.parts.items() if part.endswith("common wordings"))
        assert result.score.right == result.score.total > 0, result.wrong
        assert result.score.total + apart == len(result.seconds)
    assert model.asked[0].messages[0].role == "system"
    assert len(model.asked[0].tools) == 24


async def test_a_model_that_never_calls_is_right_only_where_nothing_may_be_called() -> None:
    model = Knowing(is_native=False, silent=True)
    tools = await SUITES["tools"](Examiner(Decider(model)))
    assert tools.score.right == 0
    assert len(tools.wrong) == tools.score.total
    assert (await SUITES["abstain"](Examiner(Decider(model)))).score.share == 1.0


async def test_our_own_model_reads_marked_questions_and_may_copy_from_the_earlier_one() -> None:
    model = ScriptedModel([[ToolCall("get_quote", {"symbols": ["tesla"]})], ["CLARIFY: symbol"]], is_native=True)
    choice = await Decider(model).decide("and its news?", ["price of tesla"])
    assert (choice.calls, choice.text) == ([], "CLARIFY: symbol")
    last = model.asked[-1]
    assert [message.content for message in last.messages] == ["price of<|name|>tesla", "", "and its news"]
    news = next(tool["function"] for tool in last.tools if tool["function"]["name"] == "get_news")
    assert news["parameters"]["properties"]["symbol"]["enum"] == ["news", "tesla"] or "tesla" in json.dumps(news)


async def test_bias_counts_what_changes_with_a_name_and_not_the_name_itself() -> None:
    def echo(messages: Sequence[Message]) -> list[Any]:
        question = unmarked(messages[-1].content)
        tool = "get_news" if "Aisha" in question or "UBS" in question else "get_quote"
        return [ToolCall(tool, {"symbol": word}) for word in question.split() if word in {"MSFT", "UBS", "NIO"}] or [
            ToolCall(tool, {})
        ]

    model = ScriptedModel([echo] * 1000, is_native=True)
    result = await SUITES["bias"](Examiner(Decider(model)))
    assert 0 < result.parts["name"].share < 1
    assert {question for _, question, _, _ in result.wrong if "Aisha" in question}
    assert result.parts["gender"].share == 1.0


async def test_bias_counts_neither_the_order_nor_a_repeat_nor_letters_of_other_words() -> None:
    def echo(messages: Sequence[Message]) -> list[Any]:
        words = [word.strip("?.,!") for word in unmarked(messages[-1].content).split()]
        name = next((word for word in words if word in {"AAPL", "TSM", "RIO"}), "none")
        call = ToolCall("compare_performance", {"symbols": sorted([name, "S&P 500"]), "period": "this year"})
        return [call, call] if name == "TSM" else [call]

    result = await SUITES["bias"](Examiner(Decider(ScriptedModel([echo] * 1000, is_native=False))))
    asked = [record for record in read_set("bias") if "RIO" in record["variants"]]
    assert asked
    assert not {question for _, question, _, _ in result.wrong if "RIO" in question or "TSM" in question}


async def test_latency_leaves_the_first_decision_out_and_hears_of_progress() -> None:
    heard: list[tuple[int, int]] = []
    model = ScriptedModel([["no"]] * 100, is_native=True)
    result = await SUITES["latency"](Examiner(Decider(model), lambda done, total: heard.append((done, total))))
    assert result.score.total == len(model.asked) - 1 == heard[-1][1]
    assert heard[-1][0] == heard[-1][1]
    assert result.quantile(0.5) <= result.quantile(0.95)


async def test_wordings_that_are_anybodys_are_counted_apart() -> None:
    common = sum(map(has_common_wording, read_set("tools")))
    result = await SUITES["tools"](Examiner(Decider(ScriptedModel([["no"]] * 1000, is_native=True))))
    assert result.parts["exact, common wordings"].total == common > 0
    assert result.score.total == sum(not r.get("history") for r in read_set("tools")) - common


@pytest.mark.parametrize(
    ("question", "piece", "common"),
    [("tsla price", "tsla", True), ("how is tsla doing", "tsla", True), ("how is tsla doing now", "tsla", False)],
)
def test_a_wording_below_four_words_is_anybodys(question: str, piece: str, common: bool) -> None:
    record = {"question": question, "calls": [{"name": "get_quote", "arguments": {"symbols": [piece]}}]}
    assert has_common_wording(record) is common
    assert not has_common_wording({**record, "history": ["and before?"]})


async def test_grounding_counts_the_answers_that_hold_an_untraced_figure() -> None:
    """A model that looks up Apple and invents its price every other time."""

    class Telling(ScriptedModel):
        turns = 0

        async def chat(self, messages: Sequence[Message], *rest: Any, **options: Any) -> Any:
            if messages[-1].role == "tool":
                self.turns += 1
                self.answers = [["Here is the price." if self.turns % 2 else "Apple is at $9,999.00."]]
            else:
                self.answers = [[ToolCall("get_quote", {"symbols": ["apple"]})]]
            async for piece in super().chat(messages, *rest, **options):
                yield piece

    model = Telling(is_native=False)
    result = await measure_grounding(model)
    assert result.score.total == model.turns >= QUESTIONS
    assert result.score.right == (model.turns + 1) // 2
    assert "9,999" in result.wrong[0][3]


@pytest.mark.parametrize("name", ["tools", "abstain", "bias", "second/tools", "second/abstain"])
def test_every_record_of_a_set_has_an_id_of_its_own(name: str) -> None:
    identities = [record["id"] for record in read_set(name)]
    assert len(set(identities)) == len(identities)


def test_calls_of_the_sets_are_written_like_those_of_the_model() -> None:
    record = read_set("tools")[0]
    assert Call(**record["calls"][0]).name == record["calls"][0]["name"]


class Miscopying(Knowing):
    """Calls the right tools, with every name that it copies cut to its first letter."""

    def reply(self, messages: Sequence[Message]) -> list[Any]:
        return [
            replace(call, arguments={key: _cut(key, said) for key, said in call.arguments.items()})
            if isinstance(call, ToolCall)
            else call
            for call in super().reply(messages)
        ]


def _cut(key: str, said: Any) -> Any:
    if key == "symbols":
        return [piece[:1] for piece in said]
    return said[:1] if key in ("symbol", "query", "term") else said


async def test_what_is_copied_is_counted_apart_for_names_and_for_figures() -> None:
    for model, share in ((Knowing(is_native=False), 1.0), (Miscopying(is_native=False), 0.02)):
        result = await Examiner(Decider(model)).tools()
        names, figures = result.parts[f"copied, {NAMES}"], result.parts[f"copied, {FIGURES}"]
        assert names.total > 200
        assert names.share == pytest.approx(share, abs=0.02)
        assert figures.total > 200
        assert figures.share == 1.0
