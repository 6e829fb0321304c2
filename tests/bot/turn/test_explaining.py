"""Terms that the glossary lacks: an approved model may explain them, named as the source and without any figure."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import ModelFailed
from bot.llm.base import EndPiece
from bot.llm.portfolio import NOBODY, Candidate, Portfolio
from bot.messages import ToolCall, ToolResult
from bot.records.models import ApprovedModel
from bot.turn.confidence import ASK_BELOW
from bot.turn.explaining import explain, unexplained
from bot.turn.relay import Relay
from tests.fakes.market_data import FakeMarketData, tool_context
from tests.fakes.scripted_model import ScriptedModel
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TERM = "quanto zebra swap"
WORDS = (
    "A quanto zebra swap pays the change of one index in the currency of another. It lets people avoid a second bet."
)
SURE = EndPiece(confidence=ASK_BELOW)


def approved(*models: ScriptedModel, roles: tuple[Any, ...] = ("explain",)) -> Portfolio:
    return Portfolio([Candidate(ApprovedModel(m.name, "x", "0" * 64, roles, {}), m, 0.9, 1.0) for m in models])


def explainer(*answers: Any, name: str = "large") -> ScriptedModel:
    return ScriptedModel(answers, name=name)


async def explained(portfolio: Portfolio) -> str:
    found = await explain(TERM, portfolio, lambda _: None)
    return found.text if found else ""


async def test_an_unknown_term_is_explained_in_the_words_of_the_approved_model() -> None:
    own = ScriptedModel(([ToolCall("define_term", {"term": TERM}), SURE],), is_native=True, name="tuppence")
    context = tool_context(FakeMarketData(), {})
    relay = Relay(own, approved(explainer([WORDS])), Toolbox(TOOLS), context, lambda _: None)
    decision = await relay.run((), f"what is a {TERM}")
    (explanation,) = decision.explanations
    assert explanation.text == WORDS
    assert explanation.markdown().startswith(f"**{TERM}**: A quanto")
    assert "In the words of large" in explanation.markdown()
    assert "nobody checked this" in explanation.markdown()


async def test_a_term_of_the_glossary_asks_nobody() -> None:
    own = ScriptedModel(([ToolCall("define_term", {"term": "dividend yield"}), SURE],), is_native=True, name="tuppence")
    other = explainer()
    relay = Relay(own, approved(other), Toolbox(TOOLS), tool_context(FakeMarketData(), {}), lambda _: None)
    decision = await relay.run((), "what is a dividend yield")
    assert (decision.explanations, other.asked) == ((), [])


@pytest.mark.parametrize(
    "written",
    ["It returned 12 % in 2021.", "It costs $5.", "UNKNOWN", "", "<think>hm</think>", "It pays ten percent a year."],
)
async def test_figures_and_nothing_are_not_shown(written: str) -> None:
    assert await explained(approved(explainer([written]))) == ""


async def test_a_sentence_with_a_figure_goes_and_the_rest_stays() -> None:
    assert await explained(approved(explainer([f"{WORDS} It began in 1999 at $3."]))) == WORDS


async def test_links_and_mentions_go() -> None:
    said = await explained(approved(explainer(["A swap of <@U123> kinds, see [here](https://evil.example/x)."])))
    assert "evil" not in said
    assert "<@" not in said


async def test_a_long_answer_is_cut_to_three_sentences() -> None:
    assert await explained(approved(explainer(["It is a swap. It is old. It is rare. It is odd. It is gone."]))) == (
        "It is a swap. It is old. It is rare."
    )


async def test_the_next_one_explains_when_one_fails() -> None:
    failing = explainer([ModelFailed("large", "out of memory")])
    assert await explained(approved(failing, explainer([WORDS], name="second"))) == WORDS


async def test_nobody_approved_explains_nothing() -> None:
    assert await explained(NOBODY) == ""
    assert await explained(approved(explainer([WORDS]), roles=("tools", "write"))) == ""


@pytest.mark.parametrize(
    ("name", "kind", "arguments"),
    [
        ("get_quote", "bad_argument", {"term": TERM}),
        ("define_term", "switched_off", {"term": TERM}),
        ("define_term", "bad_argument", {}),
        ("define_term", "bad_argument", {"term": " "}),
        ("define_term", "bad_argument", {"term": 3}),
    ],
)
def test_only_a_failed_look_up_of_a_term_is_explained(name: str, kind: str, arguments: dict[str, Any]) -> None:
    assert unexplained(ToolResult(ToolCall(name, arguments), {}, None, "no entry", kind)) is None
