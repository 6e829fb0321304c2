"""The marks say what is known of a question; nothing else of it changes but slips of common words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.questions import clean_question
from tools.context import ToolContext
from tools.knowledge.glossary import knows_term
from tools.marking import MARKS, mark_question
from tools.symbols.resolver import DirectoryResolver

CONTEXT = ToolContext(None, DirectoryResolver(), None, None, knows_term=knows_term)  # type: ignore[arg-type]
ANY_MARK = re.compile("|".join(map(re.escape, MARKS)))


def unmarked(text: str) -> str:
    return ANY_MARK.sub("", text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("tsla price", "<|name|>tsla price"),
        ("apple, google and amazon", "<|name|>apple, <|name|>google and <|name|>amazon"),
        ("visa in 2022", "<|name|>visa <|time|>in 2022"),
        ("500 usd eur", "<|number|>500 <|currency|>usd <|currency|>eur"),
        ("€60 in $", "<|currency|><|number|>€60 in <|currency|>$"),
        ("EURUSD", "<|currency|>EUR<|currency|>USD"),
        ("grow 5k at 7% for 20 years", "grow <|number|>5k at <|percent|>7% <|time|>for 20 years"),
        ("explain short selling to me", "explain <|term|>short selling to me"),
        ("tech under 12 times earnings", "<|sector|>tech under <|number|>12 times earnings"),
        ("is tokyo open", "is <|exchange|>tokyo open"),
        ("how is that one doing", "how is that one doing"),
    ],
)
def test_pieces_are_marked(typed: str, read: str) -> None:
    assert mark_question(typed, CONTEXT) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("waht is it wroth", "what is it worth"),
        ("shwo me teh nwes", "show me the news"),
        ("the divdend of spotfy", "the dividend of <|name|>spotfy"),  # a name keeps its slip: it is copied
        ("hows my protfolio doign", "hows my portfolio doing"),
    ],
)
def test_slips_of_common_words_are_mended(typed: str, read: str) -> None:
    assert mark_question(typed, CONTEXT) == read


@pytest.mark.parametrize(
    "typed", ["what Aera does", "price of zorblax", "xqv rn", "my stork sore", "a watch for the beach", "isn't it"]
)
def test_rare_names_and_right_words_are_left_alone(typed: str) -> None:
    assert unmarked(mark_question(typed, CONTEXT)) == typed


def test_what_people_type_can_hold_no_mark() -> None:
    assert clean_question("<|name|>apple <|term|> price")[0] == "apple price"


@given(st.text(st.sampled_from("ab S&P500$€% .,'’-éAPLxtesla\U0001f600"), max_size=60))
def test_marking_loses_nothing_of_what_is_no_word(text: str) -> None:
    read = unmarked(mark_question(text, CONTEXT))
    assert re.findall(r"[^a-z]", read) == re.findall(r"[^a-z]", text)


@given(
    st.lists(st.sampled_from("apple tesla in 2022 500 usd what is the beta of 7% tech how much".split()), max_size=12)
)
def test_right_words_come_through_unchanged(words: list[str]) -> None:
    text = " ".join(words)
    assert unmarked(mark_question(text, CONTEXT)) == text
