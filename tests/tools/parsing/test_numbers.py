"""Amounts, percentages and years are read exactly, or not at all."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.parsing.numbers import parse_number, parse_percent, parse_years
from tools.parsing.numerals import parse_count

NUMBERS = {
    "300": 300, "1,250": 1250, "1,250.50": "1250.5", "1.250,50": "1250.5", "1.250": "1.25", "1.250.000": 1250000,
    "30.000": 30000, "€5.000": 5000, "30.000k": 30000, "0.000": 0, "30.0000": 30,
    "1 250 000": 1250000, "1'250'000": 1250000, "1\u2019250\u2019000": 1250000, "1\u00a0250": 1250,
    "1,25,000": 125000, "10,00,000": 1000000, "0": 0, "007": 7, ".5": "0.5", "0.5": "0.5",
    "5k": 5000, "5K": 5000, "5 k": 5000, "1.2 million": 1200000, "1.2  million": 1200000, "2.5m": 2500000,
    "2.5M": 2500000, "10mm": 10000000, "3bn": 3000000000, "3 billion": 3000000000, "1t": 10**12,
    "2 trillion": 2 * 10**12, "$5k": 5000, "€1.5k": 1500, "£300": 300, "US$50": 50, "$ 50": 50, "500€": 500,
    "₹1,25,000": 125000, "-5": -5, "-$5": -5, "$-5": -5, "+5": 5, "\u22125": -5, "minus five": -5,
    "five thousand": 5000, "a hundred": 100, "hundred": 100, "one hundred and twenty": 120, "fifteen hundred": 1500,
    "twenty-five": 25, "twenty five thousand": 25000, "two hundred and fifty thousand": 250000,
    "one million two hundred thousand": 1200000, "half a million": 500000, "half million": 500000,
    "a quarter of a million": 250000, "three quarters of a million": 750000, "two and a half million": 2500000,
    "2 and a half million": 2500000, "a million and a half": 1500000, "one and a half": "1.5",
    "two point five million": 2500000, "two point five": "2.5", "a couple of thousand": 2000, "couple hundred": 200,
    "1.5 lakh": 150000, "2 crore": 20000000, "five lakh": 500000, "1 lakh crore": 10**12, "a grand": 1000,
    "20 grand": 20000, "twenty grand": 20000, "dozen": 12, "a dozen": 12, "half a dozen": 6, "two dozen": 24,
    "2 hundred thousand": 200000, "5 thousand": 5000, "100 thousand": 100000, "zero": 0, "ninety nine": 99,
    "15 milion": 15000000, "2 billoin": 2 * 10**9, "3 thosand": 3000,
    "2,5": "2.5", "33,5": "33.5", "2,5 million": 2500000, "6 garnd": 6000,
}  # fmt: skip
NOT_NUMBERS = [
    "", " ", "a", "and", "of", "the", "k", "m", "$", "-", ".", ",", "half", "quarter", "couple", "a couple", "point",
    "minus", "grand", "NaN", "nan", "inf", "-inf", "Infinity", "1_000", "1e5", "1e309", "1E5", "0x10", "\u0663",
    "\u0663\u0660\u0660",
    "\uff15", "5\u212a", "\u00bd", "\u00b2", "12,34", "1,2345", "1,25", "1,,250", "1 25", "1'25", "1.2.3", "1..2",
    "500 bucks", "5 dollars", "5k dollars", "usd 5", "5%", "5 percent", "five percent", "20 years", "6 months",
    "5k-10k", "5-10", "5/10", "--5", "-$-5", "$5$", "$$5", "five two", "twenty twelve", "twenty twenty", "one two",
    "thousand five million", "million million", "five hundred hundred", "hundred thousand thousand", "and five",
    "five and", "five and twenty", "two point", "point five", "two point fifty", "5kk", "5 million k", "5 k m",
    "about 5", "5 apples", "apple", "q3", "3rd", "5th", "9" * 41, "9" * 19, "1" + "0" * 18, "5\x00", "5;", "=5",
    "a an hundred", "an", "one half", "dozen dozen", "half apple", "-five", "five-", "five--six",
    "five hundred and thousand", "and", "five hundred and and five",
    "twenty - five", "and five hundred", "a thousand and a half million",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_reads_numbers(text: str, value: int | str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_refuses_what_is_not_one_whole_number(text: str) -> None:
    assert parse_number(text) is None


PERCENTS = {
    "7%": 7, "7 %": 7, "6.5%": "6.5", "6.5 percent": "6.5", "6.5  Percent": "6.5", "7 per cent": 7, "7 pct": 7,
    "7pct": 7, "7pc": 7, "7": 7, "0": 0, "seven percent": 7, "seven": 7, "five and a half percent": "5.5",
    "5 and a half percent": "5.5", "half a percent": "0.5", "half percent": "0.5", "half of one percent": "0.5",
    "a quarter of a percent": "0.25", "quarter percent": "0.25", "three quarters of a percent": "0.75",
    "three-quarters of a percent": "0.75", "a percent": 1, "one percent": 1, "seven point five percent": "7.5",
    "6,2%": "6.2", "6,25 percent": "6.25", "5.000%": 5, "1,250%": 1250, "-2%": -2, "minus two percent": -2, "1,000%": 1000, ".5%": "0.5", "50 bps": "0.5", "50bps": "0.5",
    "25 basis points": "0.25", "one hundred percent": 100, "a hundred percent": 100, "100": 100,
}  # fmt: skip
NOT_PERCENTS = [
    "", "%", "percent", "5k", "5k%", "$5", "$5%", "2022", "300", "7%%", "% 7", "7 percent a year", "seven years", "x%",
    "NaN%", "inf%", "6,2", "1,2,3%", "1e3%", "1_0%", "\u0667%", "99999%", "a", "half", "7 pct %", "bps", "5percentage", "percent 5",
    "1" * 40 + "%",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), PERCENTS.items())
def test_reads_percentages(text: str, value: int | str) -> None:
    assert parse_percent(text) == Decimal(value)


@pytest.mark.parametrize("text", NOT_PERCENTS)
def test_refuses_what_is_not_one_whole_percentage(text: str) -> None:
    assert parse_percent(text) is None


YEARS = {
    "20 years": 20, "20 Years": 20, "20  years": 20, "20 yrs": 20, "20yrs": 20, "20y": 20, "1 yr": 1, "30-year": 30,
    "30 year": 30, "30-yr": 30, "18 months": "1.5", "6 mo": "0.5", "360 months": 30, "18-month": "1.5",
    "two decades": 20, "a decade": 10, "half a decade": 5, "a year and a half": "1.5", "one and a half years": "1.5",
    "2.5 years": "2.5", "two and a half years": "2.5", "20": 20, "twenty years": 20, "twenty-five years": 25,
    "twenty": 20, "eighty": 80, "ninety": 90, "a year": 1, "half a year": "0.5", "a couple of years": 2,
    "2 years 6 months": "2.5", "2 years and 6 months": "2.5", "2y6m": "2.5", "two years and six months": "2.5",
    "a year and six months": "1.5", "quarter of a century": 25, "200 years": 200,
}  # fmt: skip
NOT_YEARS = [
    "", "years", "year", "y", "a", "0", "0 years", "-5 years", "201 years", "2022", "5k", "$20", "20%", "20 percent",
    "20 days", "20 weeks", "twentyyears", "last 20 years", "20 years ago", "20 years 20 years", "2 years 12 months",
    "2 months 6 years", "1e2 years", "NaN years", "\u0662\u0660 years", "1_0 years", "two three years", "9" * 40, "6m",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), YEARS.items())
def test_reads_lengths_of_time_in_years(text: str, value: int | str) -> None:
    assert parse_years(text) == Decimal(value)


@pytest.mark.parametrize("text", NOT_YEARS)
def test_refuses_what_is_not_one_whole_length_of_time(text: str) -> None:
    assert parse_years(text) is None


PARSERS = (parse_number, parse_percent, parse_years, parse_count)
WORDS = st.lists(
    st.sampled_from("a an and of half quarter two twenty five hundred thousand million k grand dozen couple point 5 "
                    "2.5 $ % percent years months minus - , 1,000".split())
).map(" ".join)  # fmt: skip


@given(st.text() | st.text(alphabet="0123456789.,'$%kmb -+e_") | WORDS)
def test_never_raises_and_whatever_is_read_is_finite_and_reads_the_same_when_written_out(text: str) -> None:
    for parse in PARSERS:
        value = parse(text)
        if value is not None:
            assert value.is_finite()
            assert abs(value) < Decimal(10) ** 18
    number = parse_number(text)
    assert number is None or "E" in str(number) or parse_number(f"{number:f}") == number


@pytest.mark.parametrize("piece", ["9", "1,000", "half a ", "a ", " ", "$", "1 ", "and five ", "\u00a0", "\u0663"])
def test_long_text_is_refused_at_once(piece: str) -> None:
    text = piece * 10_000
    started = time.thread_time()
    assert [parse(text) for parse in PARSERS] == [None] * len(PARSERS)
    assert time.thread_time() - started < 0.5  # what grows with the square of a text takes minutes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two fifty", "250"),
        ("two thirty five", "235"),
        ("nine fifteen", "915"),
        ("two fifty k", "250000"),
        ("thirty seven fifty", "37.5"),
        ("ninety ninety-nine", "90.99"),
    ],
)
def test_amounts_as_they_are_spoken(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["twenty twenty", "two five", "fifty two fifty two", "ten fifty"])
def test_a_year_is_no_spoken_amount(text: str) -> None:
    assert parse_number(text) is None
