"""Figures and dates as the reader writes them: the digits of the checked answer, and nothing else touched."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.localising import Localiser, Reader, amounts_in, known_in, shown_moment
from tools.formatting import show
from tools.values import Figure, Source

FIGURES = (
    "$125.67",
    "-3.07%",
    "$3.62T",
    "€247.70B",
    "CHF 1,234.50",
    "£0.84",
    "JPY 1,234",
    "0.8995",
    "10 years",
    "+1,468.36",
)


@pytest.mark.parametrize(
    ("locale", "text", "shown"),
    [
        ("en_US", "$125.67, down 3.07%, CHF 1,234.50", "$125.67, down 3.07%, CHF 1,234.50"),
        ("en_US", "from 28 Dec 2022 on", "from Dec 28, 2022 on"),
        ("en_GB", "from 28 Dec 2022 on", "from 28 Dec 2022 on"),
        ("de_DE", "$125.67 -3.07% 0.8995 +1,468.36", "125,67 $ -3,07 % 0,8995 +1.468,36"),
        ("de_DE", "$3.62T and €247.70B", "3,62 Bio. $ and 247,70 Mrd. €"),
        ("de_DE", "CHF 1,234.50, £0.84, JPY 1,234", "1.234,50 CHF, 0,84 £, 1.234 ¥"),
        ("de_DE", "28 Dec 2022", "28.12.2022"),
        ("ja_JP", "€247.70B", "€247,700,000,000"),
        ("fr_FR", "-3.07%", "-3,07 %"),
        ("de_DE", "“up 3.07% on 28 Dec 2022” said", "“up 3.07% on 28 Dec 2022” said"),
        ("de_DE", "3.08% and S&P 500 and 1.0.8995 and v0.8995", "3.08% and S&P 500 and 1.0.8995 and v0.8995"),
        ("de_DE", "AND 3.07% more", "AND 3,07 % more"),
        ("de_DE", "31 Feb 2022", "31 Feb 2022"),
    ],
)
def test_what_is_written_how(locale: str, text: str, shown: str) -> None:
    localise = Localiser(Reader(locale, "UTC"), FIGURES)
    assert re.sub(r"[\xa0\u202f]", " ", localise(text)) == shown


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        ("en_US", "America/New_York", "Dec 28, 2022, 4:00 PM EST"),
        ("de_DE", "Europe/Berlin", "28.12.2022, 22:00 MEZ"),
        ("en_GB", "Asia/Kolkata", "29 Dec 2022, 02:30 UTC+5:30"),
        ("en_GB", "UTC", "28 Dec 2022, 21:00 UTC"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(locale: str, zone: str, shown: str) -> None:
    times = {"28 Dec 2022, 16:00 EST": "2022-12-28T16:00:00-05:00"}
    localise = Localiser(Reader(locale, zone), (), times)
    assert localise("as of 28 Dec 2022, 16:00 EST.").replace("\u202f", " ") == f"as of {shown}."


def test_one_moment_in_two_zones_is_told_once() -> None:
    times = {
        "23 Nov 2026, 09:30 EST": "2026-11-23T09:30:00-05:00",
        "23 Nov 2026, 14:30 UTC": "2026-11-23T14:30:00+00:00",
        "23 Nov 2026, 15:30 UTC": "2026-11-23T15:30:00+00:00",
    }
    localise = Localiser(Reader("en_GB", "UTC"), (), times)
    assert localise("on 23 Nov 2026, 09:30 EST (23 Nov 2026, 14:30 UTC).") == "on 23 Nov 2026, 14:30 UTC."
    other = localise("on 23 Nov 2026, 09:30 EST (23 Nov 2026, 15:30 UTC).")
    assert other == "on 23 Nov 2026, 14:30 UTC (23 Nov 2026, 15:30 UTC)."


def test_a_time_that_nobody_vouches_for_is_left() -> None:
    assert Localiser(Reader("de_DE", "UTC"))("28 Dec 2022, 16:00 EST") == "28.12.2022, 16:00 EST"
    assert shown_moment(datetime(2022, 12, 28, 16, 0), Reader("de_DE", "Asia/Tokyo")) == "28.12.2022, 16:00"  # noqa: DTZ001


def test_labels_of_charts() -> None:
    localise = Localiser(Reader("en_US", "UTC"), ("5",))
    assert [localise.label(text) for text in ("2022-12-28", "28 Dec 2022", "year 5", "Cash")] == [
        "Dec 28, 2022", "Dec 28, 2022", "year 5", "Cash",
    ]  # fmt: skip


@given(
    st.decimals(-(10**14), 10**14, allow_nan=False, places=4),
    st.sampled_from(["money", "percent", "ratio", "count", "shares", "points"]),
    st.sampled_from(["USD", "EUR", "GBP", "CHF", "JPY", None]),
    st.sampled_from(["en_US", "de_DE", "fr_CH", "ja_JP", "ar_EG", "hi_IN", "pt_BR", "sv_SE"]),
)
def test_the_digits_are_those_of_the_answer(value: Decimal, unit: str, currency: str | None, locale: str) -> None:
    figure = Figure("X", "price", value, unit, Source("s", date(2026, 1, 2)), currency)  # type: ignore[arg-type]
    text = show(figure)
    shown = Localiser(Reader(locale, "UTC"), [text])(f"is {text}.")
    digits = re.sub(r"\D", "", text)
    found = re.sub(r"\D", "", shown)
    assert found == digits or (found.startswith(digits) and set(found[len(digits) :]) == {"0"})
    if "B" not in text and "T" not in text and "." in text:
        decimal = Locale.parse(locale).number_symbols["latn"]["decimal"]
        assert f"{decimal}{text.split('.')[1][:2].rstrip('%')}" in shown


def test_all_amounts_of_a_commands_answer_are_known_and_what_is_to_be_typed_is_left_alone() -> None:
    answer = "Alert 1 is set: Coca-Cola above $1,070.00, or CHF 5.00; moves 2.5% of “$3.00”. Say `/target KO 25%`."
    assert amounts_in(answer) == ["$1,070.00", "CHF 5.00", "2.5%"]
    record = {"answer": answer, "figures": [], "calls": []}
    localise = Localiser(Reader("de_DE", "UTC"), known_in(record))
    assert re.sub(r"[\xa0\u202f]", " ", localise(answer)) == (
        "Alert 1 is set: Coca-Cola above 1.070,00 $, or 5,00 CHF; moves 2,5 % of “$3.00”. Say `/target KO 25%`."
    )
    looked_up = {"answer": "A headline of $3.00", "figures": [{"text": "$1.00"}], "calls": [{}]}
    assert known_in(looked_up) == ["$1.00"]
