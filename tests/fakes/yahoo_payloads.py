"""The shapes in which Yahoo Finance answers, filled with made-up figures; any cell may be null, as in the real ones."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
"""A Friday evening, half an hour after New York closed."""

NEW_YORK = "America/New_York"
_HOURS = {NEW_YORK: (time(9, 30), time(16)), "Europe/London": (time(8), time(16, 30))}
_ROUND_THE_CLOCK = (time(0), time(23, 59))
_SATURDAY = 5


@dataclass
class Listing:
    """What the server says of a symbol. `closes` are the last days' raw closes, oldest first, None for no price.

    `adjusted`, when left out, are the closes. `dividends` and `splits` are by date; a split is (new, old) shares.
    `meta`, `quote` and `summary` are laid over what is made from the rest; `...` removes a key.
    """

    closes: list[float | None]
    currency: str | None = "USD"
    kind: str = "EQUITY"
    zone: str = NEW_YORK
    name: str = "Made-up Inc."
    adjusted: list[float | None] | None = None
    volumes: list[int | None] | None = None
    dividends: dict[date, float] = field(default_factory=dict)
    splits: dict[date, tuple[int, int]] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    quote: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, dict[str, Any]] = field(default_factory=dict)
    stories: list[dict[str, Any]] = field(default_factory=list)
    last_day: date | None = None


def chart_of(symbol: str, listing: Listing, query: dict[str, str], now: datetime) -> dict[str, Any]:
    """The chart endpoint's shape: any cell may be null."""
    days = trading_days(len(listing.closes), listing.last_day or now.date())
    opening, closing = _HOURS.get(listing.zone, _ROUND_THE_CLOCK)
    zone = ZoneInfo(listing.zone)
    stamps = [int(datetime.combine(day, opening, zone).timestamp()) for day in days]
    first, last = 0, len(days)
    if "range" in query:
        first = max(0, last - {"1d": 1, "5d": 5, "1mo": 21}.get(query["range"], last))
    else:
        since, until = int(query["period1"]), int(query["period2"])
        first = sum(stamp < since for stamp in stamps)
        last = sum(stamp < until for stamp in stamps)
    kept = slice(first, last)
    closes = listing.closes[kept]
    volumes = (listing.volumes or [1000 + i for i in range(len(days))])[kept]
    known = [close for close in listing.closes if close is not None and math.isfinite(close)]
    traded = days[-1] if days else now.date()
    meta = {
        "currency": listing.currency,
        "symbol": symbol,
        "exchangeName": "NMS",
        "instrumentType": listing.kind,
        "firstTradeDate": stamps[0] if stamps else None,
        "regularMarketTime": int(datetime.combine(traded, closing, zone).timestamp()),
        "exchangeTimezoneName": listing.zone,
        "regularMarketPrice": known[-1] if known else None,
        "regularMarketDayHigh": known[-1] * 1.01 if known else None,
        "regularMarketDayLow": known[-1] * 0.99 if known else None,
        "regularMarketVolume": volumes[-1] if volumes else None,
        "longName": listing.name,
        "chartPreviousClose": known[0] if known else None,
        "priceHint": 2,
        "currentTradingPeriod": {
            name: {
                "timezone": "EST",
                "start": int(datetime.combine(now.astimezone(zone).date(), begins, zone).timestamp()),
                "end": int(datetime.combine(now.astimezone(zone).date(), ends, zone).timestamp()),
                "gmtoffset": -18000,
            }
            for name, begins, ends in (("pre", time(4), opening), ("regular", opening, closing))
        }
        | {"post": {"timezone": "EST", "start": 0, "end": 0, "gmtoffset": 0}},
        "dataGranularity": "1d",
        "range": query.get("range", ""),
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }
    prices = {"open": closes, "high": closes, "low": closes, "close": closes, "volume": volumes}
    result: dict[str, Any] = {
        "meta": _laid_over(meta, listing.meta),
        "timestamp": stamps[kept],
        "indicators": {"quote": [prices], "adjclose": [{"adjclose": (listing.adjusted or listing.closes)[kept]}]},
    }
    stamp_of = dict(zip(days[kept], stamps[kept], strict=True))
    events: dict[str, Any] = {}
    paid = {day: amount for day, amount in listing.dividends.items() if day in stamp_of}
    if paid:
        events["dividends"] = {
            str(stamp_of[day]): {"amount": amount, "date": stamp_of[day]} for day, amount in paid.items()
        }
    split = {day: shares for day, shares in listing.splits.items() if day in stamp_of}
    if split:
        events["splits"] = {
            str(stamp_of[day]): {
                "date": stamp_of[day],
                "numerator": new,
                "denominator": old,
                "splitRatio": f"{new}:{old}",
            }
            for day, (new, old) in split.items()
        }
    if events:
        result["events"] = events
    if not closes:
        del result["timestamp"]
        result["indicators"] = {"quote": [{}], "adjclose": [{}]}
    return result


def quote_of(symbol: str, listing: Listing, now: datetime) -> dict[str, Any]:
    """The quote endpoint's shape: yields and changes in percent."""
    known = [close for close in listing.closes if close is not None]
    base = {
        "symbol": symbol,
        "quoteType": listing.kind,
        "longName": listing.name,
        "currency": listing.currency,
        "exchangeTimezoneName": listing.zone,
        "regularMarketPrice": known[-1] if known else None,
        "regularMarketTime": int(now.timestamp()) - 1800,
        "regularMarketChangePercent": (known[-1] / known[-2] - 1) * 100 if len(known) > 1 else None,
    }
    return _laid_over(base, listing.quote)


def as_written(value: Any) -> Any:
    """Yahoo writes what JSON has no number for as text."""
    if isinstance(value, dict):
        return {key: as_written(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_written(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _laid_over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def trading_days(how_many: int, last: date) -> list[date]:
    """That many weekdays up to `last`, oldest first; no holidays."""
    days: list[date] = []
    day = last
    while len(days) < how_many:
        if day.weekday() < _SATURDAY:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def story(title: str, published: str = "2026-11-20T14:05:00Z", publisher: str = "A Newspaper") -> dict[str, Any]:
    """One news item in the stream's shape."""
    return {
        "id": "0f0f",
        "content": {
            "title": title,
            "pubDate": published,
            "provider": {"displayName": publisher},
            "contentType": "STORY",
        },
    }


def sample_listings(now: datetime = NOW) -> dict[str, Listing]:
    """A small market: two US shares, one in pence, an index and a pair, with thirty days of prices."""
    start = math.log(100)
    rising = [round(math.exp(start + 0.002 * i), 2) for i in range(30)]
    apple = Listing(
        [struct.unpack("f", struct.pack("f", price))[0] for price in rising],
        name="Apple Inc.",
        adjusted=[price * (0.99 if i < 20 else 1.0) for i, price in enumerate(rising)],
        dividends={trading_days(30, now.date())[20]: 1.0},
        summary={
            "quoteType": {"symbol": "AAPL"},
            "assetProfile": {"sector": "Technology", "industry": "Consumer Electronics"},
            "financialData": {"totalRevenue": 400000000000, "debtToEquity": 150.0, "profitMargins": 0.25}
            | {"financialCurrency": "USD"},
            "summaryDetail": {"dividendYield": 0.0041, "trailingPE": 33.5, "beta": 1.2, "exDividendDate": 1794182400},
        },
        quote={
            "marketCap": 3_500_000_000_000,
            "trailingPE": 33.5,
            "forwardPE": 30.1,
            "epsTrailingTwelveMonths": 6.5,
            "trailingEps": 6.5,
            "priceToBook": 50.2,
            "dividendYield": 0.41,
            "trailingAnnualDividendYield": 0.0039,
            "dividendDate": 1794441600,
            "earningsTimestampStart": 1801170000,
        },
        stories=[story("Apple shows a new telephone"), story("Older news", "2026-11-19T09:00:00Z")],
    )
    return {
        "AAPL": apple,
        "MSFT": Listing([400.0 + i for i in range(30)], name="Microsoft Corporation"),
        "VOD.L": Listing([7000.0 + i for i in range(30)], "GBp", zone="Europe/London", name="Vodafone Group"),
        "^GSPC": Listing(
            [6000.0 + i for i in range(30)], kind="INDEX", name="S&P 500", stories=[story("Markets rise")]
        ),
        "EURUSD=X": Listing([1.1 + i / 1000 for i in range(30)], kind="CURRENCY", zone="Europe/London"),
    }
