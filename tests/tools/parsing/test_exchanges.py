"""Exchanges from names, cities, countries and indices."""

from __future__ import annotations

import time

import pytest
from exchange_calendars import get_calendar_names
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.exchanges import EXCHANGE_NAMES, find_unknown_exchange, parse_exchange, read_exchange

NAMED = {
    "XNYS": "nyse|NYSE|the nyse|new york stock exchange|wall street|new york|US|the us|the states|usa|us market"
    "|the us markets"
    "|american market|dow jones|s&p 500|xnys",
    "XNAS": "nasdaq|the NASDAQ|xnas",
    "XLON": "london|lse|london stock exchange|the uk|britain|ftse|the ftse 100|uk market|british stock market",
    "XTKS": "tokyo|japan|nikkei|the nikkei 225|tokyo stock exchange|japanese market|japan's stock market",
    "XHKG": "hong kong|hkex|hang seng|the hang seng",
    "XETR": "germany|dax|xetra|german market|the german stock market",
    "XFRA": "frankfurt|frankfurt stock exchange",
    "XPAR": "paris|france|cac 40|euronext paris",
    "XASX": "asx|australia|sydney|asx 200",
    "XTSE": "tsx|toronto|canada|toronto stock exchange",
    "XBOM": "india|bombay|mumbai|bse|sensex|nifty",
    "XSHG": "shanghai|china|shanghai stock exchange",
    "XSWX": "switzerland|zurich|six swiss exchange|swiss market",
    "XKRX": "korea|seoul|kospi|south korea",
    "XSES": "singapore|sgx",
    "BVMF": "brazil|b3|bovespa|sao paulo|São Paulo",
    "XJSE": "johannesburg|south africa|jse",
}
REFUSED = [
    "", " ", "the", "us", "market", "the market", "markets", "stock market", "stock exchange", "exchange", "tse",
    "german", "french", "british", "six", "apple", "london paris", "is london", "london open", "nyse please",
    "german german market", "l\u043endon", "london" + " " * 40,
]  # fmt: skip


@pytest.mark.parametrize(("text", "mic"), [(text, mic) for mic, texts in NAMED.items() for text in texts.split("|")])
def test_reads_exchanges(text: str, mic: str) -> None:
    assert parse_exchange(text) == mic


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_is_not_one_certain_exchange(text: str) -> None:
    assert parse_exchange(text) is None


def test_every_identifier_has_a_calendar() -> None:
    assert set(EXCHANGE_NAMES) <= set(get_calendar_names())


def test_every_identifier_is_read_back() -> None:
    for mic in EXCHANGE_NAMES:
        assert parse_exchange(mic) == mic


@given(st.text() | st.lists(st.sampled_from("the us uk german stock market exchange london 's".split())).map(" ".join))
def test_never_raises_and_only_known_identifiers_come_out(text: str) -> None:
    mic = parse_exchange(text)
    assert mic is None or mic in EXCHANGE_NAMES


@pytest.mark.parametrize("piece", ["london ", "the us market ", " ", "market "])
def test_long_text_is_refused_at_once(piece: str) -> None:
    started = time.thread_time()
    assert parse_exchange(piece * 10_000) is None
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes


def test_what_is_said_to_be_an_exchange_needs_no_more_words() -> None:
    assert (read_exchange("us"), read_exchange("german"), read_exchange("NYSE")) == ("XNYS", "XETR", "XNYS")
    assert parse_exchange("us") is None
    assert read_exchange("apple") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("is the nairobi exchange shut today?", "nairobi"),
        ("Nigerian Exchange is open today?", "Nigerian Exchange"),
        ("does Dubai trade on Fridays", "Dubai"),
        ("Is today open the Casablanca Stock Exchange?", "Casablanca Stock Exchange"),
        ("Boursa Kuwait when it opens", "Boursa Kuwait"),
        ("when does the zorblax bourse open", "zorblax"),
        ("is the stock exchange open", None),
        ("what time does the exchange close", None),
        ("when is the market open", None),
    ],
)
def test_an_exchange_that_nobody_here_knows_is_found_all_the_same(text: str, place: str | None) -> None:
    assert find_unknown_exchange(text) == place
    assert place is None or parse_exchange(place) is None
