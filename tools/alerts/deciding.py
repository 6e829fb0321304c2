"""What one look means for one alert: its state after it, and what is to be told, with the figures that decided it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.alerts.readings import look
from tools.alerts.rules import PRICE_LEVELS, Reading, Watch, after_split, judge, moment_of, session_day
from tools.alerts.telling import Crossing, Level, Split
from tools.caveats import remarks_in

if TYPE_CHECKING:
    from datetime import date

    from tools.market_data.base import PriceHistory, Quote
    from tools.portfolio.drawdown import Fall

GIVEN_UP = timedelta(days=5)
"""After so many days of prices that can't be believed an alert is no use any more."""
NOT_COMPARABLE = "its prices have been too far from the earlier ones for days, so set it anew"
OTHER_CURRENCY = "its prices are in another currency now, so set it anew"


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after a look. `level` is as it was, or in the shares of after a split.

    `doubt` is why a price was not believed; `end` is why the alert has to be switched off.
    """

    level: Level
    watch: Watch
    crossing: Crossing | None = None
    split: Split | None = None
    doubt: str = ""
    end: str = ""


def on_price(
    level: Level, watch: Watch, quote: Quote, history: PriceHistory | None, source: str, *, silent: bool = False
) -> Decision:
    """A look at the latest price. Data that is not newer than the last one changes nothing."""
    if watch.last_as_of is not None and moment_of(quote.as_of) <= watch.last_as_of:
        return Decision(level, watch)
    if level.condition in PRICE_LEVELS and quote.currency != level.currency:
        return _doubted(level, watch, quote, f"it is in {quote.currency}, not in {level.currency}", OTHER_CURRENCY)
    seen = look(watch, quote, history)
    now, ratio = watch, Decimal(1)
    for _, each in seen.splits:
        now, ratio = after_split(now, each), ratio * each
    verdict = judge(now, seen.reading, silent=silent)
    if doubt := seen.doubt or verdict.doubt:
        return _doubted(level, watch, quote, doubt, NOT_COMPARABLE)
    split, before = None, level
    if seen.splits and level.condition in PRICE_LEVELS:
        level = replace(level, threshold=now.threshold)
        split = Split(before, level, ratio, seen.splits[-1][0], source)
    crossing = None
    if verdict.fires:
        crossing = Crossing(
            replace(level, currency=quote.currency),
            source,
            quote.as_of,
            quote.price,
            seen.reading.against,
            seen.extreme.day if seen.extreme else None,
            notes=tuple(f"{remark[:1].upper()}{remark[1:]}." for remark in remarks_in(quote.note)),
        )
    return Decision(level, verdict.watch, crossing, split)


def on_fall(
    level: Level, watch: Watch, fall: Fall, source: str, *, is_sample: bool = False, silent: bool = False
) -> Decision:
    """A look at how far a portfolio is below its peak, at a close."""
    verdict = judge(watch, Reading(fall.percent, moment_of(fall.as_of)), silent=silent)
    crossing = None
    if verdict.fires:
        crossing = Crossing(
            level, source, fall.as_of, fall.percent, on=fall.peak_on, is_sample=is_sample, notes=fall.notes
        )
    return Decision(level, verdict.watch, crossing)


def on_earnings(
    level: Level, watch: Watch, day: date | None, now: datetime, today: date, source: str, *, silent: bool = False
) -> Decision:
    """A look at the next earnings date; `today` is the owner's."""
    if day is None:
        return Decision(level, watch)
    reading = Reading(Decimal((day - today).days), datetime.combine(day, time(), now.tzinfo))
    verdict = judge(watch, reading, silent=silent)
    crossing = Crossing(level, source, now, on=day) if verdict.fires else None
    return Decision(level, verdict.watch, crossing)


def _doubted(level: Level, watch: Watch, quote: Quote, doubt: str, end: str) -> Decision:
    """Nothing is told and the last value stays, so that the next price is held against what was believed."""
    last = session_day(watch.last_as_of) if watch.last_as_of else session_day(moment_of(quote.as_of))
    is_over = session_day(moment_of(quote.as_of)) - last >= GIVEN_UP
    return Decision(level, watch, doubt=doubt, end=end if is_over else "")
