"""A follow-up may ask two things about the company of before."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import call, followed

QUOTED = call("get_quote", symbols=["nike"])
FIGURES, NEWS = call("get_fundamentals", symbol="nike"), call("get_news", symbol="nike")
ALERT = call("propose_price_alert", symbol="nike", condition="above", price="90")


@pytest.mark.parametrize(
    ("text", "written", "wanted"),
    [
        ("its P/E an latest news please", FIGURES, [FIGURES, NEWS]),
        ("any headlines, and the dividend yield", FIGURES, [NEWS, FIGURES]),
        ("alert above 90, latest headlines", ALERT, [ALERT, NEWS]),
        ("its P/E please", FIGURES, [FIGURES]),
        ("alert above 90 and thanks for the news", ALERT, [ALERT, NEWS]),
        ("tell me the news when it is above 90", ALERT, [ALERT]),  # in one part
    ],
)
def test_the_other_ask(text: str, written: ToolCall, wanted: list[ToolCall]) -> None:
    assert followed(text, QUOTED, written) == wanted


def test_news_about_it_is_no_news_of_the_market() -> None:
    assert followed("is there any news about it?", QUOTED, call("get_news")) == [NEWS]
    assert followed("any news about the market?", QUOTED, call("get_news")) == [call("get_news")]
