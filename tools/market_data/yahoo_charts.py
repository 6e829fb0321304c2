"""A Yahoo chart as clean bars: what is no price is left out, pence are pounds, splits are joined, and it is said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tools.errors import NoData
from tools.formatting import show_day
from tools.freshness import no_newer_price
from tools.market_data.base import REMARK_SEPARATOR, PriceHistory, Quote
from tools.market_data.last_session import last_session, last_weekday
from tools.market_data.yahoo_numbers import count, is_impossible, major_currency, number, price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.values import AsOf

_ROUND_THE_CLOCK = frozenset({"CURRENCY", "FUTURE"})
_ALWAYS_OPEN = "CRYPTOCURRENCY"
_CLOCK_SLACK = timedelta(minutes=5)
_QUOTE_DELAY = timedelta(minutes=30)
# A split this small can't be told from a bad day.
_SMALLEST_TELLING_SPLIT = math.log(1.9)
_SPLIT_TOLERANCE = 0.25


@dataclass(frozen=True)
class Chart:
    """Bars oldest first, as Yahoo has them: times `unit` they are in `currency`. `adjusted` takes dividends out."""

    symbol: str
    currency: str | None
    zone: str
    kind: str
    meta: Mapping[str, Any]
    unit: Decimal
    dates: tuple[date, ...]
    closes: tuple[float, ...]
    adjusted: tuple[float, ...]
    volumes: tuple[int | None, ...]
    dividends: tuple[tuple[date, Decimal], ...]
    splits: tuple[tuple[date, Decimal], ...]
    notes: tuple[str, ...]


def read_chart(symbol: str, frame: Any, meta: Mapping[str, Any], now: datetime) -> Chart:
    """The bars of a frame of `yfinance.Ticker.history(auto_adjust=False)`; a missing column raises `KeyError`."""
    zone = str(meta["exchangeTimezoneName"])
    kind = str(meta.get("instrumentType") or "")
    currency, unit = major_currency(meta.get("currency"))
    latest = (now + _CLOCK_SLACK).astimezone(ZoneInfo(zone)).date()
    rows = [
        (day, float(close), float(adjusted), count(volume))
        for day, close, adjusted, volume in zip(
            [stamp.date() for stamp in frame.index],
            frame["Close"].tolist(),
            frame["Adj Close"].tolist(),
            frame["Volume"].tolist(),
            strict=True,
        )
    ]
    kept = [row for row in rows if row[0] <= latest and price(row[1]) and price(row[2])]
    notes = _left_out(rows, kept, latest)
    smooth = [row for i, row in enumerate(kept) if not _is_spike([each[1] for each in kept[max(i - 1, 0) : i + 2]], i)]
    if len(smooth) < len(kept):
        notes.append(f"{_days(len(kept) - len(smooth))} with an impossible price left out")
    dates = tuple(row[0] for row in smooth)
    splits = _actions(frame, "Stock Splits", Decimal(1))
    closes, joined = _join_splits(dates, [row[1] for row in smooth], splits)
    adjusted, _ = _join_splits(dates, [row[2] for row in smooth], splits)
    notes += joined
    notes += [
        f"the price of {show_day(dates[i])} is impossibly far from the one before, so check before relying on it"
        for i in range(1, len(closes))
        if is_impossible(closes[i - 1], closes[i])
    ]
    return Chart(
        symbol,
        None if kind == "INDEX" else currency,
        zone,
        kind,
        meta,
        unit,
        dates,
        tuple(closes),
        tuple(adjusted),
        tuple(row[3] for row in smooth),
        _actions(frame, "Dividends", unit),
        splits,
        tuple(notes),
    )


def history_of(chart: Chart, start: date | None, end: date | None) -> PriceHistory:
    """The bars from the last one on or before `start` to `end`. Raises `NoData` when there are none."""
    first = 0
    if start is not None:
        first = max((i for i, day in enumerate(chart.dates) if day <= start), default=0)
    stop = sum(end is None or day <= end for day in chart.dates)
    kept = slice(first, stop)
    dates = chart.dates[kept]
    if not dates:
        raise no_prices(chart.symbol)
    return PriceHistory(
        chart.symbol,
        chart.currency,
        dates,
        tuple(float(_scaled(each, chart.unit) or 0) for each in chart.adjusted[kept]),
        closes=tuple(float(_scaled(each, chart.unit) or 0) for each in chart.closes[kept]),
        volumes=chart.volumes[kept],
        dividends=tuple(each for each in chart.dividends if dates[0] <= each[0] <= dates[-1]),
        splits=tuple(each for each in chart.splits if dates[0] <= each[0] <= dates[-1]),
        note=REMARK_SEPARATOR.join(chart.notes),
    )


def quote_of(chart: Chart, now: datetime) -> Quote:
    """The latest price, or the last close where that is none. Raises `NoData` for neither, and for a time to come.

    A price of a finished session is dated by its day, one of a running session by its time.
    """
    meta, notes = chart.meta, list(chart.notes)
    latest = price(meta.get("regularMarketPrice"))
    moment = _moment(meta.get("regularMarketTime"))
    if moment is not None and moment > now + _CLOCK_SLACK:
        raise NoData(
            f"Yahoo Finance's price of {chart.symbol} carries a time that is still to come, so it can't be right; "
            "ask again later."
        )
    as_of: AsOf
    value: Decimal | None
    if latest is not None and moment is not None:
        value = latest * chart.unit
        day = moment.astimezone(ZoneInfo(chart.zone)).date()
        as_of = day if _is_close(chart, moment, now) else moment
    elif chart.dates:
        value, as_of = _scaled(chart.closes[-1], chart.unit), chart.dates[-1]
        day = chart.dates[-1]
        notes.append("Yahoo Finance has no latest price, so this is the last close")
    else:
        raise no_prices(chart.symbol)
    if value is None:  # a close that passed as a price is one
        raise no_prices(chart.symbol)
    before = [i for i, each in enumerate(chart.dates) if each < day]
    previous = _scaled(chart.closes[before[-1]], chart.unit) if before else None
    if previous is not None and is_impossible(value, previous):
        notes.append(
            "the price is impossibly far from the previous close, so check it, and its unit, before relying on it"
        )
    if _is_stale(chart, day, now):
        notes.append(no_newer_price(day))
    return Quote(
        chart.symbol,
        value,
        chart.currency,
        as_of,
        previous_close=previous,
        day_high=_scaled(meta.get("regularMarketDayHigh"), chart.unit),
        day_low=_scaled(meta.get("regularMarketDayLow"), chart.unit),
        volume=count(meta.get("regularMarketVolume")),
        note=REMARK_SEPARATOR.join(notes),
    )


def no_prices(symbol: str) -> NoData:
    """The error for a symbol without bars; whether it is unknown, renamed or only missing now can't be told."""
    return NoData(f"Yahoo Finance has no prices for {symbol} right now; check the symbol, or ask again later.")


def _scaled(value: object, unit: Decimal) -> Decimal | None:
    found = price(value)
    return None if found is None else found * unit


def _moment(value: object) -> datetime | None:
    """An epoch in seconds, or the pandas Timestamp that yfinance makes of it, in UTC."""
    if isinstance(value, datetime):
        moment = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
        return moment.astimezone(UTC) if moment.tzinfo else None
    seconds = number(value)
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)


def _is_close(chart: Chart, moment: datetime, now: datetime) -> bool:
    """Whether the price is the last of a finished session, by the trading hours in the chart."""
    if chart.kind in _ROUND_THE_CLOCK or chart.kind == _ALWAYS_OPEN:
        return False
    period = (chart.meta.get("currentTradingPeriod") or {}).get("regular") or {}
    begins, ends = _moment(period.get("start")), _moment(period.get("end"))
    if begins is None or ends is None:
        return False
    return moment < begins or moment >= ends or now >= ends + _QUOTE_DELAY


def _is_stale(chart: Chart, day: date, now: datetime) -> bool:
    if chart.kind == _ALWAYS_OPEN:
        return now.date() - day > timedelta(days=1)
    if chart.kind in _ROUND_THE_CLOCK:
        return day < last_weekday(chart.zone, now)
    expected = last_session(chart.zone, now)
    if expected is not None and chart.kind == "MUTUALFUND":  # valued once a day, published the morning after
        return expected - day > timedelta(days=4)
    return expected is not None and day < expected


def _left_out(rows: Sequence[tuple[Any, ...]], kept: Sequence[tuple[Any, ...]], latest: date) -> list[str]:
    """What to say of dropped rows. A last bar without a price is Yahoo's way to open the day: not worth a word."""
    future = sum(row[0] > latest for row in rows)
    dropped = len(rows) - len(kept) - future
    if dropped and rows and not future and math.isnan(rows[-1][1]):
        dropped -= 1
    notes = [f"{_days(dropped)} without a usable price left out"] if dropped else []
    return [*notes, f"{_days(future)} still to come left out"] if future else notes


def _days(how_many: int) -> str:
    return "1 day" if how_many == 1 else f"{how_many} days"


def _is_spike(window: Sequence[float], index: int) -> bool:
    """Whether the middle one of three closes is impossibly far from both others, which are near each other."""
    if index == 0 or len(window) < 3:  # before, at, after
        return False
    before, at, after = window
    return is_impossible(before, at) and is_impossible(at, after) and not is_impossible(before, after)


def _actions(frame: Any, column: str, unit: Decimal) -> tuple[tuple[date, Decimal], ...]:
    """The days on which a dividend or split column is not zero."""
    cells = zip(frame.index, frame[column].tolist(), strict=True)
    found = ((stamp.date(), price(cell)) for stamp, cell in cells)
    return tuple((day, value * unit) for day, value in found if value is not None)


def _join_splits(
    dates: Sequence[date], closes: list[float], splits: Sequence[tuple[date, Decimal]]
) -> tuple[list[float], list[str]]:
    """Brings closes before a split to today's shares where Yahoo has not done so yet, as on the day itself."""
    notes = []
    for day, ratio in splits:
        first = next((i for i, each in enumerate(dates) if each >= day), 0)
        expected = math.log(float(ratio))
        if first == 0 or abs(expected) < _SMALLEST_TELLING_SPLIT:
            continue
        jump = math.log(closes[first - 1] / closes[first])
        if abs(jump - expected) <= _SPLIT_TOLERANCE * abs(expected):
            closes = [each / float(ratio) for each in closes[:first]] + closes[first:]
            notes.append(f"prices before the split of {show_day(day)} were brought to today's shares")
    return closes, notes
