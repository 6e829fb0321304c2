"""The headline by a model: figures in, no tools, and out only what can be traced; code's words stand behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ModelFailed
from bot.jobs.digests.composing import compose
from bot.jobs.digests.plan import DigestPlan
from bot.llm.portfolio import Candidate, Portfolio
from bot.records.models import ApprovedModel
from tests.fakes.digest_market import CLOSED, digest_market, digest_parts
from tests.fakes.portfolios import bought, holding
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from bot.messages import Reply

MARKET = {"^GSPC": -0.0312, "AAPL": 0.05, "KO": -0.04}


def approved(*models: ScriptedModel, roles: tuple[Any, ...] = ("write",)) -> Portfolio:
    return Portfolio([Candidate(ApprovedModel(m.name, "x", "0" * 64, roles, {}), m, 0.9, 1.0) for m in models])


async def worded(*models: ScriptedModel, roles: tuple[Any, ...] = ("write",), **terms: Any) -> Reply:
    parts = digest_parts(digest_market(MARKET), models=approved(*models, roles=roles))
    return await compose(DigestPlan("market_close", CLOSED, **terms), parts)


def headline(reply: Reply) -> str:
    return reply.answer.split("\n\n")[1]


async def test_true_words_of_the_model_become_the_headline() -> None:
    model = ScriptedModel([["The S&P 500 fell 3.12% on the day.", " Apple rose 5.0%."]], name="large")
    reply = await worded(model)
    assert headline(reply) == "The S&P 500 fell 3.12% on the day. Apple rose 5.0%."
    assert reply.model is not None
    assert reply.model.name == "large"
    assert reply.withheld == ()


async def test_the_model_gets_the_figures_as_they_are_shown_and_no_tools() -> None:
    model = ScriptedModel([["The S&P 500 fell 3.12% on the day."]])
    await worded(model)
    (asked,) = model.asked
    assert asked.tools == ()
    found = json.loads(asked.messages[-1].content)["found"]
    assert "-3.12%" in json.dumps(found)
    assert [message.role for message in asked.messages] == ["system", "user"]


@pytest.mark.parametrize(
    "lie",
    [
        "The S&P 500 rose 3.12% on the day.",
        "The S&P 500 fell 4.12% on the day.",
        "Tesla fell 3.12% on the day.",
        "The S&P 500 will fall 3.12% tomorrow.",
        "",
        "UNKNOWN 77%",
    ],
)
async def test_a_first_sentence_that_is_not_true_leaves_codes_own_headline(lie: str) -> None:
    reply = await worded(ScriptedModel([[lie]]))
    assert headline(reply).startswith("The S&P 500 fell 3.12% on the day to ")
    assert reply.model is None


async def test_a_later_sentence_that_is_not_true_is_left_out_and_counted() -> None:
    reply = await worded(ScriptedModel([["The S&P 500 fell 3.12% on the day. Apple rose 15.0%."]]))
    assert headline(reply) == "The S&P 500 fell 3.12% on the day."
    assert reply.withheld == ("Apple rose 15.0%.",)


async def test_links_and_mentions_of_the_model_are_taken_out() -> None:
    reply = await worded(
        ScriptedModel([["The S&P 500 fell 3.12% on the day. See [this](http://evil.example) <!channel>."]])
    )
    assert "evil" not in reply.answer
    assert "<!" not in reply.answer


async def test_a_model_that_fails_leaves_it_to_the_next_and_then_to_code() -> None:
    broken, second = (
        ScriptedModel([[ModelFailed("large", "it is away")]]),
        ScriptedModel([["The S&P 500 fell 3.12% on the day."]]),
    )
    assert (await worded(broken, second)).model is not None
    reply = await worded(ScriptedModel([[ModelFailed("large", "it is away")]]))
    assert headline(reply).startswith("The S&P 500 fell 3.12% on the day to ")


async def test_only_models_approved_to_write_are_asked_and_only_where_they_may() -> None:
    model = ScriptedModel()
    await worded(model, roles=("tools",))
    await worded(model, may_word=False)
    await worded(ScriptedModel(is_native=True))
    assert model.asked == []


async def test_one_wording_serves_all_digests_about_the_same_market() -> None:
    model = ScriptedModel([["The S&P 500 fell 3.12% on the day."]])
    parts = digest_parts(digest_market(MARKET), models=approved(model))
    replies = [await compose(DigestPlan("market_close", CLOSED), parts) for _ in range(5)]
    assert len(model.asked) == 1
    assert {headline(reply) for reply in replies} == {"The S&P 500 fell 3.12% on the day."}


async def test_what_is_a_persons_is_worded_for_that_person_alone() -> None:
    model = ScriptedModel([["Your portfolio gained $47.52 (5.00%) on the day."], ["Your portfolio fell."]])
    parts = digest_parts(digest_market(MARKET), models=approved(model))
    readers = [holding(bought(symbol, "9", "90", "2026-03-02")) for symbol in ("AAPL", "KO")]
    replies = [await compose(DigestPlan("my_portfolio", CLOSED), parts, reader) for reader in readers]
    assert len(model.asked) == 2
    assert "Apple" not in model.asked[1].messages[-1].content
    assert replies[1].personal


async def test_digests_of_other_sections_are_not_given_figures_that_they_do_not_hold() -> None:
    model = ScriptedModel([["Apple rose 5.0% on the day."], ["The S&P 500 fell 3.12% on the day."]])
    parts = digest_parts(digest_market(MARKET), models=approved(model))
    whole = await compose(DigestPlan("market_close", CLOSED), parts)
    brief = await compose(DigestPlan("market_close", CLOSED, sections=("headline", "indices")), parts)
    assert headline(whole) == "Apple rose 5.0% on the day."
    assert "Apple" not in brief.answer
