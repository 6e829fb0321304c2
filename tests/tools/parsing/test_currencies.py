"""Currencies and pairs, from codes, names, slang, signs and countries."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.currencies import CURRENCY_CODES, parse_currency, parse_pair

NAMED = {
    "USD": "usd|USD|Usd|$|us$|US$|dollar|dollars|us dollars|US Dollar|u.s. dollars|american dollars|the dollar|bucks"
    "|greenback|the greenback|US|the us|usa|America|the states|united states|us  dollars",
    "EUR": "eur|€|euro|euros|the euro|eurozone|the eurozone|euro area|germany|france|Ireland|europe",
    "GBP": "gbp|£|pound|pounds|quid|sterling|pound sterling|british pounds|uk pounds|the uk|UK|britain|england",
    "JPY": "jpy|¥|yen|the yen|japanese yen|japan",
    "CHF": "chf|swiss francs|swiss franc|francs|switzerland",
    "CAD": "cad|CAD|c$|loonie|loonies|canadian dollars|canada",
    "AUD": "aud|A$|a$|aussie dollars|australian dollars|australia|aussie",
    "NZD": "nzd|nz$|kiwi dollars|new zealand dollars|new zealand",
    "CNY": "cny|rmb|yuan|renminbi|chinese yuan|china",
    "HKD": "hkd|hk$|hong kong dollars|hong kong",
    "SGD": "sgd|s$|singapore dollars|singapore",
    "INR": "inr|₹|rupees|rupee|indian rupees|india|rs",
    "KRW": "krw|₩|won|korean won|south korea|korea",
    "SEK": "sek|kronor|swedish krona|swedish kronor|swedish crowns|sweden",
    "NOK": "nok|norwegian kroner|norwegian krone|norway",
    "DKK": "dkk|danish kroner|danish crowns|denmark",
    "PLN": "pln|zloty|zlotys|zł|polish zloty|poland",
    "CZK": "czk|kč|Kč|czech koruna|koruna|czech crowns|czech republic",
    "HUF": "huf|forint|forints|hungary",
    "TRY": "TRY|lira|turkish lira|₺|turkey",
    "ILS": "ils|shekels|shekel|nis|₪|israel",
    "ZAR": "zar|rand|rands|south african rand|south africa",
    "BRL": "brl|r$|reais|brazilian real|brazilian reais|brazil",
    "MXN": "mxn|pesos|peso|mexican pesos|mexico",
    "THB": "thb|baht|thai baht|thailand|฿",
    "ALL": "ALL|albanian lek",
    "PHP": "php|₱|philippine pesos|the philippines",
    "AED": "aed|dirhams|uae|dubai",
    "ARS": "ars|argentine pesos|argentina",
}
REFUSED = [
    "", " ", "the", "try", "Try", "all", "All", "mad", "pen", "cop", "gel", "sit", "us", "Us", "real", "kroner",
    "krone", "crowns", "dinars", "british", "american", "australian", "canadian", "japanese", "swiss", "apple", "5 dollars", "$5", "dollars to",
    "to euros", "us dollars please", "japanese dollars", "swiss yen", "xyz", "USDEUR", "eur/usd", "the the euro",
    "bitcoin", "dollarss", "u s d", "u\u0455d", "\uff35\uff33\uff24", "€€", "dollars" + " " * 40,
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [(text, code) for code, texts in NAMED.items() for text in texts.split("|")])
def test_reads_currencies(text: str, code: str) -> None:
    assert parse_currency(text) == code


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_is_not_one_certain_currency(text: str) -> None:
    assert parse_currency(text) is None


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("EURUSD", ("EUR", "USD")),
        ("eurusd", ("EUR", "USD")),
        ("usd/jpy", ("USD", "JPY")),
        ("USD / JPY", ("USD", "JPY")),
        ("eur-gbp", ("EUR", "GBP")),
        ("euro/dollar", ("EUR", "USD")),
        ("£/$", ("GBP", "USD")),
        ("USDTRY", ("USD", "TRY")),
        ("USD/TRY", ("USD", "TRY")),
        ("eruo/dolar", ("EUR", "USD")),
    ],
)
def test_reads_pairs(text: str, pair: tuple[str, str]) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize(
    "text", ["", "usd", "usdusd", "usd/usd", "apples", "usd/", "/usd", "usd//eur", "usd/try", "us/uk", "china/japan",
             "usd/eur/gbp", "eur usd", "EURUSD=X", "abcdef", "a-b"]
)  # fmt: skip
def test_refuses_what_is_not_one_pair(text: str) -> None:
    assert parse_pair(text) is None


def test_every_code_is_read_in_capitals() -> None:
    assert {parse_currency(code) for code in CURRENCY_CODES} == CURRENCY_CODES


@given(st.text() | st.text(alphabet="usdeurgbp$€£/- "))
def test_never_raises_and_only_known_codes_come_out(text: str) -> None:
    code, pair = parse_currency(text), parse_pair(text)
    assert code is None or parse_currency(code) == code
    assert pair is None or parse_pair("/".join(pair)) == pair


@pytest.mark.parametrize("piece", ["us dollars ", "$", "usd/", " ", "-"])
def test_long_text_is_refused_at_once(piece: str) -> None:
    started = time.thread_time()
    assert parse_currency(piece * 10_000) is None
    assert parse_pair(piece * 10_000) is None
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pouns", "GBP"), ("libras", "GBP"), ("erous", "EUR"), ("turkish lria", "TRY"), ("pesos mexicanos", "MXN"),
        ("pesos filipinos", "PHP"), ("dolars", "USD"), ("dolares", "USD"), ("british ponds", "GBP"), ("yenes", "JPY"),
    ],
)  # fmt: skip
def test_slips_and_names_of_other_languages(text: str, code: str) -> None:
    assert parse_currency(text) == code
