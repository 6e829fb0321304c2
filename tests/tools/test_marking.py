"""The marks say what is known of a question; what stands around these is written plainly."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.scoring import reading_context
from bot.turn.questions import clean_question
from tools.marking import MARKS, mark_question

ANY_MARK = re.compile("|".join(map(re.escape, MARKS)))


def marked(text: str) -> str:
    return mark_question(text, reading_context())


def letters(text: str) -> str:
    """What is left of `text` without marks, spaces and case."""
    return re.sub(r"\s", "", ANY_MARK.sub("", text)).casefold()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("tsla price", "<|name|>tsla price"),
        ("apple, google and amazon", "<|name|>apple,<|name|>google and<|name|>amazon"),
        ("visa in 2022", "<|name|>visa<|time|>in 2022"),
        ("500 usd eur", "<|number|>500<|currency|>usd<|currency|>eur"),
        ("€60 in $", "<|currency|><|number|>€60 in<|currency|>$"),
        ("EURUSD", "<|currency|>EUR<|currency|>USD"),
        ("grow 5k at 7% for 20 years", "grow<|number|>5k at<|percent|>7%<|time|>for 20 years"),
        ("explain short selling to me", "explain<|term|>short selling to me"),
        ("tech under 12 times earnings", "<|sector|>tech under<|number|>12 times earnings"),
        ("is tokyo open", "is<|exchange|>tokyo open"),
        ("What is smci at", "what is<|name|>smci at"),
        ("the ticker of Tootsie Roll please", "the<|term|>ticker of<|name|>Tootsie Roll please"),
        ("price of Zorblax Quux", "price of<|unknown|>Zorblax Quux"),
        ("price of Lindt & Sprüngli", "price of<|name|>Lindt & Sprüngli"),  # no slip of "Linde"
        ("Coke & Pepsi today", "<|name|>Coke and<|name|>Pepsi<|time|>today"),
        ("how do margin calls work in general", "how do<|term|>margin calls work in general"),
        ("compare Vanguard's VTI with VXUS", "compare vanguard's<|name|>VTI with<|name|>VXUS"),
        ("a bullish cross", "a<|term|>bullish cross"),
        ("apple over the last 200 days", "<|name|>apple<|time|>over the last 200 days"),
        ("the 200 day of apple", "the<|number|>200 day of<|name|>apple"),
        ("General Mills in 2022", "<|name|>General Mills<|time|>in 2022"),
        ("how is that one doing", "how is that one doing"),
        ("I wonder. What about it", "i wonder. what about it"),
    ],
)
def test_pieces_are_marked(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("waht is it wroth", "what is it worth"),
        ("shwo me teh nwes", "show me the news"),
        ("the divdend of spotfy", "the dividend of<|name|>spotfy"),  # a name keeps its slip: it is copied
        ("hows my protfolio doign", "how is my portfolio doing"),
        ("did i make any mony", "did i make any money"),  # "many" is as near
        ("rmove zoom form my watchlist", "remove<|name|>zoom from my watchlist"),
        ("whta's the price", "what is the price"),
        ("gold prcie", "<|name|>gold price"),
        ("waht is amortiztion", "what is<|term|>amortiztion"),  # a term keeps its slip, too
        ("wahts a payuot ratoi", "what is a<|term|>payuot ratoi"),
        ("bank of amercia news", "<|name|>bank of amercia news"),
    ],
)
def test_slips_of_common_words_are_mended(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("how far off my target weights am i", "how far off my target weights am i"),
        ("how did target do", "how did<|name|>target do"),
        ("shw me the chart", "show me the chart"),
        ("how is shw doing", "how is<|name|>shw doing"),
        ("cheapest first", "cheapest first"),
        ("who is behind s h o p", "who is behind<|name|>s h o p"),
        ("price of nike and zoom", "price of<|name|>nike and<|name|>zoom"),
        ("what about gold, the GLD fund", "what about gold, the<|name|>GLD fund"),
        ("silver SLV rsi", "silver<|name|>SLV<|term|>rsi"),
        ("gold or GLD", "<|name|>gold or<|name|>GLD"),
        ("vanguard's voo", "vanguard's<|name|>voo"),
        ("nike vs m&s", "<|name|>nike vs<|name|>m&s"),
        ("how is the first one doing", "how is the first one doing"),
        ("how is it tday", "how is it<|time|>tday"),
        ("how is first solar doing", "how is<|name|>first solar doing"),
        ("And how is its RSI?", "and how is its<|term|>RSI"),
        ("price of RSI", "price of<|name|><|term|>RSI"),
        ("how did tata motors do", "how did<|unknown|>tata motors do"),
    ],
)
def test_a_word_that_is_a_name_elsewhere_is_none_here(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I am from Kenya and new to this", "i am from leeds and new to this"),
        ("I am from Germany and new to this", "i am from leeds and new to this"),
        ("I live in Japan, is the market open", "i live in<|currency|><|exchange|>Japan, is the market open"),
        ("My friend Diego wants the price of nike", "my friend anna wants the price of<|name|>nike"),
    ],
)
def test_the_model_reads_the_same_wherever_somebody_lives_and_whatever_they_are_called(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("price of E P D", "price of<|name|>E P D"),
        ("news on American Eagle please", "news on<|name|>American Eagle please"),
        ("news on American please", "news on<|name|>American please"),
        ("nah do 10 years", "nah do<|time|>10 years"),
        ("price of snowflake's rival mongodb", "price of<|unknown|>snowflake's rival<|name|>mongodb"),
        ("price of snowflake's rival", "price of<|name|>snowflake's rival"),
    ],
)
def test_a_name_is_whole_and_is_the_one_that_is_asked_about(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Whats up w/o rent, LMK pls!!", "what is up w/o rent, let me know please"),
        ("so, um, how’s it goin rn?", "so, how is it going right now"),
        ("uh hmm I DON'T know", "i do not know"),
        ("?", "?"),
    ],
)
def test_plain_words_are_written_plainly(typed: str, read: str) -> None:
    assert marked(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("does Bank of Zorblax pay", "does<|unknown|>Bank of Zorblax pay"),
        ("on which day does Munich Re pay", "on which day does<|name|>Munich Re pay"),
        ("is it Aker BP or Equinor", "is it<|name|>Aker BP or<|name|>Equinor"),
        ("news on MGM China", "news on<|name|>MGM China"),
        ("is the market open on Monday", "is the market open on monday"),
        ("What Is The Weather Like", "what is the weather like"),
        ("drop macy's and tesla's", "drop<|name|>macy's and<|name|>tesla's"),
        ("amd vs intc", "<|name|>amd vs<|name|>intc"),
        ("is it goin into debt", "is it going into debt"),
    ],
)
def test_what_is_written_as_a_name_is_read_as_one(typed: str, read: str) -> None:
    assert marked(typed) == read


def test_a_slip_beside_an_unknown_word_may_be_a_part_of_its_name() -> None:
    assert marked("whats hapening with spirt aerosystems") == "what is happening with<|unknown|>spirt aerosystems"


def test_a_term_is_marked_with_its_slips() -> None:
    assert marked("explian shrot squeeze") == "explain<|term|>shrot squeeze"
    assert marked("whats the expnese ratio") == "what is the<|term|>expnese ratio"


@pytest.mark.parametrize(
    "typed", ["they mustn't", "what Aera does", "price of zorblax", "xqv now", "my stork sore", "needn't it"]
)
def test_rare_names_and_right_words_are_left_alone(typed: str) -> None:
    assert letters(marked(typed)) == letters(typed)


def test_what_people_type_can_hold_no_mark() -> None:
    assert clean_question("<|name|>apple <|term|> price")[0] == "apple price"


@given(st.text(st.sampled_from("ab SP500$€% ,'-éAPLxtesla\U0001f600"), max_size=60))
def test_marking_loses_nothing_of_what_is_no_word(text: str) -> None:
    assert re.findall(r"[^a-z]", letters(marked(text))) == re.findall(r"[^a-z]", letters(text))


@given(
    st.lists(st.sampled_from("apple tesla in 2022 500 usd what is the beta of 7% tech how much".split()), max_size=12)
)
def test_right_words_come_through_unchanged(words: list[str]) -> None:
    assert letters(marked(" ".join(words))) == letters(" ".join(words))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("follow ZQX, AVON", "follow<|unknown|>ZQX,<|unknown|>AVON"),
        ("is it DOWN today", "is it down<|time|>today"),
        ("who is behind the ticker WISE", "who is behind the<|term|>ticker<|unknown|>WISE"),
    ],
)
def test_tickers_among_small_letters(typed: str, read: str) -> None:
    assert marked(typed) == read
