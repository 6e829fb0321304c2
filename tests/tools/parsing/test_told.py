"""Where people live and who is with them is found by its words, and kept out of what a question asks about."""

from __future__ import annotations

import pytest

from tools.parsing.finders import find_currencies, find_exchanges, find_symbols
from tools.parsing.told import find_homes, find_people


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I live in Kenya. What is the price of Shell?", "Kenya"),
        ("I'm from the Netherlands and new to this, what is a bond?", "the Netherlands"),
        ("we come from ghana, show my holdings", "ghana"),
        ("My parents live in Saudi Arabia and ask about Shell", "Saudi Arabia"),
        ("my wife is from Sri Lanka, compare Nike and Adidas", "Sri Lanka"),
        ("here in South Africa everybody talks about nvidia", "South Africa"),
        ("I moved to Canada in 2019, how did I do?", "Canada"),
        ("I'm based in Timbuktu, price of Shell", "Timbuktu"),
        ("my family in Jordan needs money", "Jordan"),
        ("I live in Lisbon; when does trading begin in Korea?", "Lisbon"),
        ("I moved to Germany. Convert 100 dollars to pounds", "Germany"),
    ],
)
def test_a_place_that_is_told_of(text: str, place: str) -> None:
    assert [span.text for span in find_homes(text)] == [place]
    pieces = [*find_currencies(text), *find_exchanges(text), *find_symbols(text)]
    assert place not in {piece.text for piece in pieces}


@pytest.mark.parametrize(
    "text",
    [
        "I live in Japan, is the market open?",
        "i am from Switzerland, at what time do exchanges close",
        "I live in Kenya, what is 500 euros worth",
        "I moved to Poland, what is the exchange rate of the euro",
        "I moved from Apple to Nvidia last year, which did better",
        "how is the market in Germany",
        "convert 100 dollars to the currency of Kenya",
        "Volkswagen is based in Germany, what is its price",
        "am I in the red",
        "i live in a flat and save 200 a month",
        "what comes from Japan",
        "I am in Nasdaq funds, how risky is that",
    ],
)
def test_a_place_that_may_be_asked_about_or_is_none(text: str) -> None:
    assert find_homes(text) == ()


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("My colleague Diego wants to know how Siemens did", "Diego"),
        ("hi, Fatima here, what is the price of intel", "Fatima"),
        ("Lakshmi and I own the same stocks", "Lakshmi"),
        ("Could you tell Chidi and me the price of Visa?", "Chidi"),
        ("my name is Xiaoming, show my portfolio", "Xiaoming"),
        ("tell Aisha the price of nike", "Aisha"),
    ],
)
def test_a_person(text: str, person: str) -> None:
    assert [span.text for span in find_people(text)] == [person]
    assert person not in {span.text for span in find_symbols(text)}


@pytest.mark.parametrize(
    "text",
    [
        "My neighbour talks about Ecolab and I have no clue what they do",
        "My sister holds Merck and I hold Amgen",
        "I bought my son Disney, how is it doing",
        "my wife's Apple shares are down",
        "sold my wife Apple shares",
        "is Tesla up, and Ford?",
        "what is in there, Apple or Nike",
    ],
)
def test_a_company_is_no_person(text: str) -> None:
    assert find_people(text) == ()
