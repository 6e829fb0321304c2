"""Suggested prompts and titles: within Slack's bounds, and with nothing live in them."""

from __future__ import annotations

from hypothesis import given

from bot.surfaces.slack.suggesting import prompts_of, title_of
from bot.turn.suggestions import Suggestion
from tests.fakes.block_check import LIVE
from tests.fakes.hostile_text import hostile


@given(hostile)
def test_hostile_names(text: str) -> None:
    prompts = prompts_of([Suggestion(f"Price of {text}", f"Price of {text}")] * 9)
    assert len(prompts) == 4
    for prompt in prompts:
        assert 1 <= len(prompt["title"]) <= 60
        assert not LIVE.search(prompt["title"])
    title = title_of(text)
    assert len(title) <= 80
    assert not LIVE.search(title)


def test_what_is_asked_stays_as_it_is() -> None:
    (prompt,) = prompts_of([Suggestion("amazon.com this year", "How did amazon.com do this year?")])
    assert prompt["message"] == "How did amazon.com do this year?"


def test_a_title_is_the_question_cut_at_a_word() -> None:
    assert title_of("  price of\nApple ") == "price of Apple"
    long = title_of("how did Apple do " * 20)
    assert long.endswith(("Apple…", "do…", "did…", "how…"))
    assert title_of(" ") == ""
