"""A term is explained as it was said, however little of it the glossary holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINE = "define_term"


@pytest.mark.parametrize(
    ("text", "written", "term"),
    [
        ("explain a liability-driven spending plan in simple terms", "liability", "liability-driven spending plan"),
        ("what the heck is a zorblax yield curve trade, saw it in a film", "yield curve", "zorblax yield curve trade"),
        ("whats a good definition of free cash flow burn, please", "definition of free cash", "free cash flow burn"),
        ("what is a stop loss order mate", "stop", "stop loss order"),
        ("can you, uh, explain, um, a reverse dividend gap", "dividend", "reverse dividend gap"),
        ("what does equity per head mean", "equity", "equity per head"),
        ("tell me what loan to zorblax is", "loan", "loan to zorblax"),
        ("he keeps saying mark-to-market zorbing, what's that mean", "mark-to-market", "mark-to-market zorbing"),
    ],
)
def test_all_words_of_the_term_are_copied(completed: Callable[..., Any], text: str, written: str, term: str) -> None:
    assert completed(text, (DEFINE, {"term": written})) == [(DEFINE, {"term": term})]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("what is a dividend yield", "dividend yield"),
        ("explain duration like i'm five", "duration"),
        ("what does amortization mean, exactly", "amortization"),
        ("the lawyer kept saying escrow. What does it mean?", "escrow"),
        ("explain the yield curve to beginners", "yield curve"),
        ("my fund has a high ter, whats that stand for", "ter"),
    ],
)
def test_words_of_asking_are_no_part_of_it(completed: Callable[..., Any], text: str, term: str) -> None:
    assert completed(text, (DEFINE, {"term": term})) == [(DEFINE, {"term": term})]


def test_what_is_asked_about_takes_the_place_of_a_term_in_passing(completed: Callable[..., Any]) -> None:
    balance = ("suggest_rebalance", {})
    text = "is my portfolio off target, and what is the meaning of portfolio drift"
    assert (DEFINE, {"term": "portfolio drift"}) in completed(text, balance, (DEFINE, {"term": "portfolio"}))
    text = "what a bank's equity cushion ratio means, please"
    assert completed(text, (DEFINE, {"term": "bank"})) == [(DEFINE, {"term": "equity cushion ratio"})]
    compared = ("compare_performance", {"symbols": ["gold", "silver"]})
    text = "compare gold and silver, then tell me what the gold silver spread is"
    assert (DEFINE, {"term": "gold silver spread"}) in completed(text, compared, (DEFINE, {}))


def test_two_terms_stay_two(completed: Callable[..., Any]) -> None:
    both = [(DEFINE, {"term": "bull market"}), (DEFINE, {"term": "bear market"})]
    assert completed('what mean "bull market" and "bear market"?', *both) == both


def test_a_known_term_is_not_given_up_for_words_that_ask_for_another_thing() -> None:
    calls = [ToolCall(DEFINE, {"term": "gilts"}), ToolCall("get_market_status", {"exchange": "london"})]
    text = "i keep hearing about gilts, what are they? also whats the london market opening time"
    settled = settle(Draft(calls, "", -0.05, is_agreed=True), text, Toolbox(TOOLS), reading_context())
    assert calls[0] in settled.calls


def test_the_second_of_two_terms_that_are_asked_about_is_explained_too(completed: Callable[..., Any]) -> None:
    text = "please explain what a bond ladder is, and, if it isn't too much trouble, what duration means?"
    both = [(DEFINE, {"term": "bond ladder"}), (DEFINE, {"term": "duration"})]
    assert completed(text, both[0]) == completed(text, both[0], both[0]) == completed(text, *both) == both


@pytest.mark.parametrize(
    ("text", "written", "term"),
    [
        ("so what is a zorblax n gamma squeeze", "gamma squeeze", "gamma squeeze"),
        ("would you mind explaining how zorblax disposal works", "mind", "zorblax disposal"),
        ("what is zorblax interest precisely", "interest", "zorblax interest"),
    ],
)
def test_words_beside_a_term_are_left_out(completed: Callable[..., Any], text: str, written: str, term: str) -> None:
    assert completed(text, ("define_term", {"term": written})) == [("define_term", {"term": term})]
