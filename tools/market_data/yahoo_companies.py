"""Company figures, events and headlines from the shapes that yfinance returns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tools.errors import NoData
from tools.market_data.base import Events, Fundamentals, Headline
from tools.market_data.headlines import clean_headline
from tools.market_data.yahoo_numbers import major_currency, number, price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.market_data.yahoo_charts import Chart

_CLOCK_SLACK = timedelta(minutes=5)
_LONGEST_NAME = 80
_LONGEST_SUMMARY = 1000
_FIGURES = ("marketCap", "trailingPE", "trailingEps", "totalRevenue", "priceToBook", "dividendYield", "beta")
# Of a listing in pence Yahoo divides some prices in pence by amounts in pounds: ratios then are 100 times too high.
_HIGHEST_BOOK_RATIO_IN_PENCE = 50
_FORWARD_TO_TRAILING_LIMIT = 20
_NEARLY = Decimal("0.1")


def fundamentals_of(symbol: str, info: Mapping[str, Any], now: datetime) -> Fundamentals:
    """Figures from `yfinance.Ticker.get_info`. Raises `NoData` when it has none.

    Units there: profitMargins is a fraction; debtToEquity is percent; dividendYield is percent (the quote endpoint's,
    which overwrites the summary's fraction); marketCap is in pounds where prices are in pence; totalRevenue is in
    financialCurrency, which may not be the listing's.
    """
    if all(number(info.get(key)) is None for key in _FIGURES) and not info.get("sector"):
        raise NoData(f"Yahoo Finance has no company figures for {symbol}; ask for its price instead.")
    currency, unit = major_currency(info.get("currency"))
    reported, _ = major_currency(info.get("financialCurrency"))
    in_minor = unit != 1
    revenue, note = number(info.get("totalRevenue")), ""
    if revenue is not None and reported != currency:
        revenue, note = None, f"revenue is left out: it is reported in {reported or 'an unknown currency'}"
    trailing = number(info.get("trailingPE"))
    forward, book = number(info.get("forwardPE")), number(info.get("priceToBook"))
    if in_minor and forward is not None and (trailing is None or forward > trailing * _FORWARD_TO_TRAILING_LIMIT):
        forward = None
    if in_minor and book is not None and book > _HIGHEST_BOOK_RATIO_IN_PENCE:
        book = None
    debt = number(info.get("debtToEquity"))
    margin = number(info.get("profitMargins"))
    moment = _moment(info.get("regularMarketTime"))
    return Fundamentals(
        symbol,
        moment if moment is not None and moment <= now + _CLOCK_SLACK else now,
        currency,
        price(info.get("marketCap")),
        trailing,
        forward,
        _earnings_per_share(info, trailing, unit),
        book,
        _dividend_yield_percent(info),
        number(info.get("beta")),
        None if margin is None else margin * 100,
        revenue,
        None if debt is None else debt / 100,
        clean_headline(info.get("sector"), _LONGEST_NAME) or None,
        clean_headline(info.get("industry"), _LONGEST_NAME) or None,
        clean_headline(info.get("longBusinessSummary"), _LONGEST_SUMMARY) or None,
        note,
    )


def events_of(chart: Chart, info: Mapping[str, Any], now: datetime) -> Events:
    """Dates from `get_info`, whose epochs are UTC midnights (dividends) or moments (earnings), and the chart's past.

    `yfinance.Ticker.calendar` is not used: it reads the same epochs in the zone of this machine.
    """
    zone = ZoneInfo(chart.zone)
    starts = (_moment(info.get(key)) for key in ("earningsTimestampStart", "earningsTimestamp"))
    days = sorted(moment.astimezone(zone).date() for moment in starts if moment is not None)
    ahead = [day for day in days if day >= now.astimezone(zone).date()]
    return Events(
        chart.symbol,
        chart.currency,
        ahead[0] if ahead else None,
        _day(info.get("exDividendDate")),
        _day(info.get("dividendDate")),
        chart.dividends,
        chart.splits,
    )


def headlines_of(symbol: str | None, stories: Iterable[Mapping[str, Any]], now: datetime) -> tuple[Headline, ...]:
    """Headlines from `get_news`, newest first; untitled, undated and future ones are left out. Raises `NoData`."""
    found = []
    for story in stories:
        content = story.get("content") or {}
        title = clean_headline(content.get("title"))
        published = _iso_moment(content.get("pubDate"))
        if title and published is not None and published <= now + _CLOCK_SLACK:
            publisher = clean_headline((content.get("provider") or {}).get("displayName"), _LONGEST_NAME)
            found.append(Headline(title, publisher or "unknown publisher", published))
    if not found:
        raise NoData(f"Yahoo Finance has no headlines on {symbol or 'the market'} right now; ask again later.")
    return tuple(sorted(found, key=lambda each: each.published, reverse=True))


def _dividend_yield_percent(info: Mapping[str, Any]) -> Decimal | None:
    """`dividendYield`, in percent. Where only the summary gave it, it is a fraction: the trailing one gives it away."""
    found = number(info.get("dividendYield"))
    trailing = number(info.get("trailingAnnualDividendYield"))
    if found is not None and trailing is not None and 0 < found < trailing * 5:
        return found * 100
    return found


def _earnings_per_share(info: Mapping[str, Any], trailing_pe: Decimal | None, unit: Decimal) -> Decimal | None:
    """`trailingEps` in the listing's currency.

    For prices in pence it may be in pence or in pounds; the price-earnings ratio tells which, else it is unknown.
    """
    found = number(info.get("trailingEps"))
    if found is None or unit == 1:
        return found
    latest = price(info.get("regularMarketPrice")) or price(info.get("currentPrice"))
    if latest is None or not trailing_pe or not found:
        return None
    for scale in (Decimal(1), unit):
        implied = latest * unit / (found * scale)
        if abs(implied / trailing_pe - 1) < _NEARLY:
            return found * scale
    return None


def _moment(value: object) -> datetime | None:
    seconds = price(value)
    return None if seconds is None or seconds > Decimal("4e9") else datetime.fromtimestamp(float(seconds), UTC)


def _day(value: object) -> date | None:
    moment = _moment(value)
    return None if moment is None else moment.date()


def _iso_moment(value: object) -> datetime | None:
    """Reads "2026-11-20T14:05:00Z"; None without a zone."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
