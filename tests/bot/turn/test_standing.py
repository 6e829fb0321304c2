"""A question with its own ask and its own name is asked alone; one that points back is not."""

from __future__ import annotations

import pytest

from bot.evaluation.deciding import Decider
from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.standing import stands_alone
from tests.fakes.scripted_model import ScriptedModel
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

TOOLBOX = Toolbox(TOOLS)


@pytest.mark.parametrize(
    "text",
    [
        "price of Coca-Cola",
        "what is the price of Nike and Adidas?",
        "Apple news",
        "is tesla overbought",
        "when does Ford report",
        "why is nike down today",
        "how did tesla do in 2020",
        "whats the p/e of exxon",
    ],
)
def test_a_question_of_its_own(text: str) -> None:
    assert stands_alone(text, TOOLBOX, reading_context())


@pytest.mark.parametrize(
    "text",
    [
        "and Coca-Cola?",
        "and the price of Coca-Cola?",
        "what about the news on Tesla",
        "price of Coca-Cola too",
        "its price",
        "how did tesla do",  # the time may be that of the question before
        "compare it with nike",
        "same for nike",
        "nike",
        "news on the other one",
        "the price of Nike then",
        "price",
    ],
)
def test_a_question_that_leans_on_the_one_before(text: str) -> None:
    assert not stands_alone(text, TOOLBOX, reading_context())


async def test_the_turn_before_is_left_out_of_a_question_of_its_own() -> None:
    compared = ToolCall("compare_performance", {"symbols": ["Apple", "Microsoft", "Coca-Cola"]})
    quote = ToolCall("get_quote", {"symbols": ["Coca-Cola"]})
    model = ScriptedModel([[compared], [quote], [compared], [quote]], is_native=True)
    decider = Decider(model)
    earlier = ["compare Apple, Microsoft and Coca-Cola"]
    assert (await decider.decide("price of Coca-Cola", earlier)).calls == [quote]
    assert len(model.asked[1].messages) == 1
    await decider.decide("and its price?", earlier)
    assert len(model.asked[3].messages) == 3
