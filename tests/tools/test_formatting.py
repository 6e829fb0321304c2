"""Display forms are exact: the same figure reads the same in every sentence, table and chart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.formatting import join_words, show, show_day
from tools.values import Figure, Source, Unit

SOURCE = Source("test")


def figure(value: str | None, unit: Unit, currency: str | None = None, decimals: int = 2) -> Figure:
    amount = None if value is None else Decimal(value)
    return Figure("X", "value", amount, unit, SOURCE, currency, decimals)


@pytest.mark.parametrize(
    ("value", "unit", "currency", "decimals", "shown"),
    [
        ("126.04", "money", "USD", 2, "$126.04"),
        ("12.3", "money", "EUR", 2, "€12.30"),
        ("1234.5", "money", "GBP", 2, "£1,234.50"),
        ("-1234.5", "money", "USD", 2, "-$1,234.50"),
        ("-5", "money", "CHF", 2, "-CHF 5.00"),
        ("2345", "money", "JPY", 2, "JPY 2,345"),
        ("2345.5", "money", "JPY", 2, "JPY 2,345.50"),
        ("7.5", "money", None, 2, "7.50"),
        ("2104000000000", "money", "USD", 2, "$2.10T"),
        ("394330000000", "money", "USD", 2, "$394.33B"),
        ("999999999.99", "money", "USD", 2, "$999,999,999.99"),
        ("-2000000000", "money", "EUR", 2, "-€2.00B"),
        ("0.00042", "money", "USD", 2, "$0.00042"),
        ("0", "money", "USD", 2, "$0.00"),
        ("0.005", "money", "USD", 2, "$0.0050"),
        ("2.675", "ratio", None, 2, "2.68"),
        ("-26.44", "percent", None, 1, "-26.4%"),
        ("-0.04", "percent", None, 1, "0.0%"),
        ("1234.5", "percent", None, 1, "1,234.5%"),
        ("0.0066123", "ratio", None, 4, "0.0066"),
        ("0.000066123", "ratio", None, 4, "0.000066"),
        ("12345678", "count", None, 2, "12,345,678"),
        ("10", "shares", None, 2, "10"),
        ("12.5000", "shares", None, 2, "12.5"),
        ("0.1234", "shares", None, 2, "0.1234"),
        ("3783.22", "points", None, 2, "3,783.22"),
        ("1", "years", None, 1, "1 year"),
        ("2.5", "years", None, 1, "2.5 years"),
        ("NaN", "money", "USD", 2, "unknown"),
        ("Infinity", "percent", None, 1, "unknown"),
        (None, "money", "USD", 2, "unknown"),
    ],
)
def test_a_figure_has_one_display_form(
    value: str | None, unit: Unit, currency: str | None, decimals: int, shown: str
) -> None:
    assert show(figure(value, unit, currency, decimals)) == shown


def test_a_direction_word_takes_the_sign_away() -> None:
    loss = figure("-26.4", "percent", decimals=1)
    assert show(loss, absolute=True) == "26.4%"
    assert show(loss, signed=True) == "-26.4%"
    assert show(figure("3.2", "percent", decimals=1), signed=True) == "+3.2%"
    assert show(figure("0", "percent", decimals=1), signed=True) == "0.0%"


def test_dates_and_times_say_their_zone() -> None:
    assert show(Figure("X", "date", date(2022, 12, 28), "date", SOURCE)) == "28 Dec 2022"
    moment = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    assert show_day(moment) == "24 Nov 2026, 14:30 UTC"
    assert show_day(moment.astimezone(ZoneInfo("America/New_York"))) == "24 Nov 2026, 09:30 EST"
    assert show_day(moment.astimezone(ZoneInfo("Asia/Riyadh"))) == "24 Nov 2026, 17:30 UTC+03"


@pytest.mark.parametrize(
    ("words", "joined"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_lists_read_as_prose(words: list[str], joined: str) -> None:
    assert join_words(words) == joined


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=6), st.sampled_from(["points", "percent", "ratio"]))
def test_what_is_shown_is_the_value_within_its_rounding(value: Decimal, unit: Unit) -> None:
    shown = Decimal(show(Figure("X", "value", value, unit, SOURCE)).rstrip("%").replace(",", ""))
    assert abs(shown - value) <= Decimal("0.005")
