"""What a follow-up changes of a savings plan leaves the rest of it."""

from __future__ import annotations

import pytest

from bot.messages import ToolCall
from tests.bot.turn.completions.following import call, followed

RATE = {"annual_rate_percent": "5%", "years": "15 years"}
AT_ONCE, MONTHLY = {"principal": "100k"}, {"monthly_contribution": "500"}


@pytest.mark.parametrize(
    ("before", "text", "amounts"),
    [
        (AT_ONCE | MONTHLY, "and with 1,000 a month?", AT_ONCE | {"monthly_contribution": "1,000"}),
        (AT_ONCE, "and with 1,000 each month more?", AT_ONCE | {"monthly_contribution": "1,000"}),
        (AT_ONCE, "200 monthly instead", {"monthly_contribution": "200"}),
        (MONTHLY, "start with 20k too", MONTHLY | {"principal": "20k"}),
        (MONTHLY, "waht if i strat with 5k as wel", MONTHLY | {"principal": "5k"}),
        (MONTHLY, "and 600?", {"monthly_contribution": "600"}),
    ],
)
@pytest.mark.parametrize("written", ["principal", "monthly_contribution"])
def test_the_amount_that_is_said_is_changed(
    before: dict[str, str], text: str, amounts: dict[str, str], written: str
) -> None:
    said = next(word for word in text.replace("?", "").split() if word[0].isdigit())
    plan = ToolCall("project_growth", RATE | before)
    (changed,) = followed(text, plan, call("project_growth", **RATE, **{written: said}))
    assert changed.arguments == RATE | amounts
