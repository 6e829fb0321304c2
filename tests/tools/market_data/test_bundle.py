"""The bundled files are what SOURCES.toml says, are small, and hold figures that were published elsewhere."""

from __future__ import annotations

import hashlib
import time
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tools.market_data.bundle.companies import display_name, sec_rows
from tools.market_data.bundle.prices import PRICES_FILE, bundled_closes
from tools.market_data.bundle.rates import reference_rates
from tools.symbols.directory import LISTINGS_FILE
from tools.symbols.names import name_key

BUNDLE = PRICES_FILE.parent
ROOT = Path(__file__).parents[3]


def sources() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads((BUNDLE / "SOURCES.toml").read_text(encoding="utf-8"))["source"]
    return entries


@pytest.mark.parametrize("source", sources(), ids=lambda source: f"{source['file']}-{source['wheel']}")
def test_each_file_has_the_bytes_that_its_source_entry_records(source: dict[str, Any]) -> None:
    content = (BUNDLE / source["file"]).read_bytes()
    assert len(content) == source["bytes"]
    assert hashlib.sha256(content).hexdigest() == source["sha256"]


def test_every_data_file_has_a_source_with_licence_span_and_version() -> None:
    data_files = {path.name for path in BUNDLE.iterdir() if path.suffix in {".npz", ".tsv", ".csv", ".gz"}}
    assert data_files == {source["file"] for source in sources()}
    for source in sources():
        assert all(source[key] for key in ("what", "version", "licence", "attribution", "url", "span", "input_sha256"))


def test_notice_names_every_source_and_carries_the_licence_texts() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for words in (
        "Copyright (c) 2023-2026 The skfolio developers",
        "Neither the name of the copyright holder",
        "European Central Bank",
        "Securities and Exchange Commission",
        "Copyright (c) 2022-present Dwight Gunning",
        "Copyright (c) 2023 portfolio+",
        "Permission is hereby granted, free of charge",
    ):
        assert words in notice


def test_the_bundle_stays_under_15_megabytes() -> None:
    assert sum(path.stat().st_size for path in BUNDLE.iterdir() if path.is_file()) < 15_000_000


def test_prices_span_1990_to_2022_for_stocks_and_2014_for_funds() -> None:
    closes = bundled_closes()
    assert len(closes) == 26
    for symbol, one in closes.items():
        first = date(2014, 1, 2) if symbol in {"MTUM", "QUAL", "SIZE", "USMV", "VLUE"} else date(1990, 1, 2)
        assert one.between(None, None)[0][0] == first
        assert one.last_date() == date(2022, 12, 28)


@pytest.mark.filterwarnings("ignore:Series.values")  # exchange_calendars 4 under pandas 3.1
def test_no_new_york_session_is_missing() -> None:
    from exchange_calendars import get_calendar  # type: ignore[import-untyped,unused-ignore]

    sessions = get_calendar("XNYS", start="1990-01-01", end="2022-12-28").sessions_in_range("1990-01-02", "2022-12-28")
    assert bundled_closes()["^GSPC"].between(None, None)[0] == tuple(session.date() for session in sessions)


# Published by the index provider and in every newspaper's archive.
@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(1999, 12, 31), 1469.25),
        (date(2009, 3, 9), 676.53),
        (date(2020, 3, 23), 2237.40),
        (date(2021, 12, 31), 4766.18),
        (date(2022, 12, 28), 3783.22),
    ],
)
def test_index_levels_are_the_published_ones(day: date, level: float) -> None:
    assert bundled_closes()["^GSPC"].between(day, day)[1] == (level,)


# Calendar-year total returns as published by the usual performance tables, in percent.
@pytest.mark.parametrize(
    ("symbol", "year", "percent"),
    [("AAPL", 2021, 34.65), ("AAPL", 2020, 82.3), ("MSFT", 2021, 52.5), ("XOM", 2021, 57.6), ("JPM", 2019, 47.3)],
)
def test_yearly_total_returns_are_the_published_ones(symbol: str, year: int, percent: float) -> None:
    values = bundled_closes()[symbol].between(date(year - 1, 12, 31), date(year, 12, 31))[1]
    assert (values[-1] / values[0] - 1) * 100 == pytest.approx(percent, abs=0.3)


def test_apple_lost_28_6_percent_in_2022_to_the_last_bundled_day() -> None:
    """The whole year was -26.4 %; the bundle ends two sessions early, and AAPL rose 2.8 % and 0.2 % on those days."""
    values = bundled_closes()["AAPL"].between(date(2021, 12, 31), None)[1]
    assert (values[-1] / values[0] - 1) * 100 == pytest.approx(-28.6, abs=0.1)
    assert (values[-1] / values[0] * 1.0283 * 1.0025 - 1) * 100 == pytest.approx(-26.4, abs=0.1)


# European Central Bank, euro foreign exchange reference rates of the day.
@pytest.mark.parametrize(
    ("currency", "day", "per_euro"),
    [
        ("USD", date(1999, 1, 4), "1.1789"),
        ("USD", date(2008, 7, 15), "1.599"),
        ("USD", date(2000, 10, 26), "0.8252"),
        ("JPY", date(2026, 10, 30), "175.68"),
        ("IDR", date(2026, 10, 30), "20275.17"),
    ],
)
def test_reference_rates_are_kept_exactly_as_published(currency: str, day: date, per_euro: str) -> None:
    assert reference_rates().per_euro(currency, day) == (Decimal(per_euro), day)


def test_rates_span_1999_to_2026_and_42_currencies() -> None:
    rates = reference_rates()
    assert (rates.first_date(), rates.last_date()) == (date(1999, 1, 4), date(2026, 10, 30))
    assert len(rates.currencies()) == 42


def test_reading_everything_takes_a_moment_only() -> None:
    bundled_closes.cache_clear()
    reference_rates.cache_clear()
    start = time.process_time()
    bundled_closes()
    reference_rates()
    assert time.process_time() - start < 0.1


def test_listing_keys_were_made_by_the_rule_that_queries_are_compared_by() -> None:
    lines = LISTINGS_FILE.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 10_000
    for line in lines[1:]:
        symbol, name, *_, keys = line.split("\t")
        assert name_key(name) in keys.split("|"), symbol
        assert name == name.strip()


@pytest.mark.parametrize(
    ("conformed", "shown"),
    [
        ("MICROSOFT CORP", "Microsoft Corp"),
        ("BANK OF AMERICA CORP /DE/", "Bank of America Corp"),
        ("COSTCO WHOLESALE CORP /NEW", "Costco Wholesale Corp"),
        ("AT&T INC.", "AT&T Inc."),
        ("KKR & Co. Inc.", "KKR & Co. Inc."),
        ("CSX CORP", "CSX Corp"),
        ("SUMITOMO MITSUI FINANCIAL GROUP, INC.", "Sumitomo Mitsui Financial Group, Inc."),
        ("Apple Inc.", "Apple Inc."),
    ],
)
def test_names_in_capitals_are_written_as_people_do(conformed: str, shown: str) -> None:
    assert display_name(conformed) == shown


def test_malformed_tickers_of_the_source_are_left_out() -> None:
    rows = sec_rows([("1", "GOOD", "NYSE", "Good Co"), ("2", "BAD TICKER\t", "NYSE", "Bad Co")])
    assert list(rows) == ["GOOD"]
