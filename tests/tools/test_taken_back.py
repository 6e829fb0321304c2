"""What is taken back is not read; what only sounds like it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.scoring import reading_context
from tools.marking import mark_question
from tools.taken_back import as_meant, take_back

CONTEXT = reading_context()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("price of Tesco no sorry Nike", "price of Nike"),
        ("price of Tesco, uh, no, I mean Nike", "price of Nike"),
        ("price of Tesco - scratch that - Nike", "price of Nike"),
        ("price of Tesco no wait Zorblax", "price of Zorblax"),
        ("give me the price of Zorblax, no, sorry, of Quuxify", "give me the price of Quuxify"),
        ("not BMW, I wanted Mercedes", "Mercedes"),
        ("the yield on, not Tesco, on Nike", "the yield on, on Nike"),
        ("when does, no not Tesco, when does Nike report", "when does, when does Nike report"),
        ("price of Nike, not Tesco", "price of Nike, "),
        ("when does Nike report, no wait, Intel", "when does Intel report"),
        ("when does nike report... sorry, i mean tesla", "when does tesla report"),
        ("add Nike, Tesla no Ford and Visa", "add Nike, Ford and Visa"),
        ("when does the Frankfurt no the Zurich exchange open", "when does the Zurich exchange open"),
        ("headlines on nike and its five year, no, one year chart", "headlines on nike and its one year chart"),
        ("how did apple do in 2020, sorry, 2021", "how did apple do 2021"),
        ("alert me under 300 no let's say 280", "alert me under 280"),
        ("90k at 8.5 percent for twelve, no, 10 years", "90k at 8.5 percent for 10 years"),
        ("20k at 5% for 20 years no make it 15", "20k at 5% for 15 years"),
        ("convert 300 pounds, no wait, 400 pounds to dollars", "convert 400 pounds to dollars"),
        ("100 euros, no, dollars in yen", "100 dollars in yen"),
        ("Nike, no Tesla, no wait, Ford news", "Ford news"),
    ],
)
def test_only_what_is_meant_is_left(text: str, meant: str) -> None:
    assert as_meant(text, CONTEXT) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Tesco and Nike",
        "Tesco, uh, Nike",
        "Tesco? no thanks",
        "Tesco, no dividend",
        "is tesla not up today",
        "why not Tesla",
        "price of nike not looking for advice",
        "how is nike, wait for earnings",
        "nike with no debt",
        "20k over 5 years, no 3% fee",
        "I mean Nike",
        "1% or 2%",
    ],
)
def test_what_takes_nothing_back_stays(text: str) -> None:
    assert take_back(text, CONTEXT) == (text, [])


def test_each_piece_is_told_with_what_is_meant_by_it() -> None:
    assert take_back("Nike, no Tesla at 5%, no, 6%", CONTEXT) == ("Tesla at 6%", [("Nike", "Tesla"), ("5%", "6%")])
    assert take_back("swap Tesco for Nike", CONTEXT) == ("swap Tesco for Nike", [("Tesco", "Nike")])


def test_the_model_reads_only_what_is_meant() -> None:
    assert mark_question("price of Tesco no sorry Nike", CONTEXT) == "price of<|name|>Nike"


@given(st.lists(st.sampled_from("Nike Tesla no wait not , . 5% 10 years i mean sorry price of".split()), max_size=25))
def test_it_ends_and_adds_no_word(words: list[str]) -> None:
    text = " ".join(words)
    left = as_meant(text, CONTEXT)
    assert set(left.split()) <= {*text.split(), *(f"{word}{unit}" for word in words for unit in "%")}
    assert len(left) <= len(text)
