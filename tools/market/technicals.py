"""Technical indicators of one symbol, from its daily closes."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools import returns
from tools.arguments import Symbol
from tools.caveats import price_caveats
from tools.context import ToolContext
from tools.errors import NoData
from tools.formatting import show
from tools.market.closes import Closes, fetch_closes
from tools.market.wording import sentence
from tools.values import Figure, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

RSI_SESSIONS = 14
MACD_FAST, MACD_SLOW, MACD_SIGNAL = 12, 26, 9
SHORT_AVERAGE, LONG_AVERAGE = 50, 200
OVERBOUGHT, OVERSOLD = 70, 30
# Wilder's and the exponential averages never forget where they began; after two years that is under a cent.
_READ_BACK = timedelta(days=2 * 365)
_YEAR = timedelta(days=365)


async def get_technicals(context: ToolContext, symbol: Symbol) -> Findings:
    """Technical indicators of one stock, fund or index: RSI, MACD, moving averages, 52-week range, volatility.

    Use this when the question is about momentum, overbought or oversold, trend lines, the year's high or low, or how
    volatile one symbol is; for its return over a period use get_price_history.

    Args:
        symbol: the company, fund or index

    Returns:
        RSI over 14 sessions (0 to 100); MACD 12/26 with its 9-session signal, and the 50- and 200-session averages,
        in the price's unit; highest and lowest close of 52 weeks; annualised volatility of a year in percent. An
        indicator that needs more closes than there are is unknown.

    Raises:
        NoData: fewer closes than the shortest indicator needs.

    Source:
        TA-Lib; RSI by Wilder's smoothing (New Concepts in Technical Trading Systems, 1978); volatility = sample
        standard deviation of daily returns times the square root of 252.
    """
    today = await context.market.today()
    closes = await fetch_closes(context, symbol.symbol, today - _READ_BACK, today)
    if len(closes.dates) <= RSI_SESSIONS:
        message = (
            f"There are too few closes of {closes.subject.name} for indicators; ask for its price history instead."
        )
        raise NoData(message)
    # Loading TA-Lib takes a second the first time: other people's questions go on meanwhile.
    figures = await asyncio.to_thread(_figures, closes)
    subject = closes.subject
    reading = "These are readings of past prices; they don't say what comes next."
    return Findings(
        title=f"{subject.name}: technical indicators",
        figures=tuple(figures.values()),
        sentences=tuple(map(sentence, _sentences(subject.spoken, figures))),
        notes=(reading, *await price_caveats(context, [closes.remarks(is_latest=True)])),
        names={subject.symbol: subject.name},
    )


def rsi(prices: Sequence[float]) -> float | None:
    """Wilder's relative strength index over 14 sessions; None for too few prices or ones that never moved."""
    return _last("RSI", prices, timeperiod=RSI_SESSIONS) if len(set(prices[-RSI_SESSIONS - 1 :])) > 1 else None


def macd(prices: Sequence[float]) -> tuple[float | None, float | None]:
    """(MACD line, signal line): 12- less 26-session exponential average, and its 9-session one."""
    import numpy as np
    import talib

    line, signal, _ = talib.MACD(np.asarray(prices, dtype=float), MACD_FAST, MACD_SLOW, MACD_SIGNAL)
    return _known(line[-1]), _known(signal[-1])


def simple_average(prices: Sequence[float], sessions: int) -> float | None:
    """The plain mean of the last closes; None when there are fewer than `sessions`."""
    return math.fsum(prices[-sessions:]) / sessions if len(prices) >= sessions else None


def _last(indicator: str, prices: Sequence[float], **settings: int) -> float | None:
    import numpy as np
    import talib

    return _known(getattr(talib, indicator)(np.asarray(prices, dtype=float), **settings)[-1])


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _figures(closes: Closes) -> dict[str, Figure]:
    subject, prices = closes.subject, closes.prices
    first_day: date = closes.dates[-1] - _YEAR
    year = [i for i, day in enumerate(closes.dates) if day >= first_day]
    high, low = max(year, key=prices.__getitem__), min(year, key=prices.__getitem__)
    is_whole_year = closes.dates[0] <= first_day + timedelta(days=7)
    line, signal = macd(prices)
    moves = returns.simple_returns([closes.adjusted[i] for i in year])
    figures = [
        subject.price("price", prices[-1]),
        subject.number("RSI 14", rsi(prices), "ratio", 1),
        subject.price("MACD", line),
        subject.price("MACD signal", signal),
        subject.price("SMA 50", simple_average(prices, SHORT_AVERAGE)),
        subject.price("SMA 200", simple_average(prices, LONG_AVERAGE)),
        subject.price("52-week high", prices[high] if is_whole_year else None),
        subject.day("52-week high date", closes.dates[high] if is_whole_year else None),
        subject.price("52-week low", prices[low] if is_whole_year else None),
        subject.day("52-week low date", closes.dates[low] if is_whole_year else None),
        subject.percent("annualised volatility", returns.annualised_volatility(moves) if is_whole_year else None),
    ]
    return {figure.attribute: figure for figure in figures}


def _sentences(name: str, figures: dict[str, Figure]) -> list[str]:
    shown = {attribute: show(figure) for attribute, figure in figures.items()}
    told = []
    strength = _decimal(figures["RSI 14"])
    if strength is None:
        told.append(f"{name}'s RSI is unknown.")
    else:
        commonly = "overbought" if strength >= OVERBOUGHT else "oversold" if strength <= OVERSOLD else ""
        reading = f"which is commonly called {commonly}" if commonly else "neither overbought nor oversold"
        told.append(f"{name}'s RSI is {shown['RSI 14']}, {reading}.")
    price, short, long = (_decimal(figures[attribute]) for attribute in ("price", "SMA 50", "SMA 200"))
    if price is not None and short is not None and long is not None:
        averages = f"short moving average of {shown['SMA 50']}"
        side, other = ("above" if price >= average else "below" for average in (short, long))
        long_one = f"{'its' if side == other else f'{other} its'} long one of {shown['SMA 200']}"
        told.append(f"{name} closed at {shown['price']}, {side} its {averages} and {long_one}.")
    if figures["52-week high"].value is not None:
        span = f"{shown['52-week low']} and {shown['52-week high']}"
        volatile = f"its annualised volatility was {shown['annualised volatility']}"
        told.append(f"Over the past year {name} closed between {span}, and {volatile}.")
    return told


def _decimal(figure: Figure) -> Decimal | None:
    return figure.value if isinstance(figure.value, Decimal) else None
