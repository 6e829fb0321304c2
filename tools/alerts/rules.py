"""When an alert goes off: pure rules on one alert's state and one reading of the market.

An alert goes off at the moment its condition is met while it is armed, and is armed again only once the value has gone
back far enough: one crossing is one message, however the price wobbles at the level. All times are those of the data,
so an old reading, a repeated one and a restart change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from tools.usable_closes import IMPOSSIBLE_FACTOR

if TYPE_CHECKING:
    from tools.values import AsOf

Condition = Literal["above", "below", "day_move_percent", "new_high", "new_low", "drawdown_percent", "earnings"]
PRICE_LEVELS = frozenset({"above", "below"})
"""Their threshold is a price, so a split changes it."""
ON_PRICES = frozenset({"above", "below", "day_move_percent", "new_high", "new_low"})
"""They look at the latest price of one symbol."""

LEVEL_MARGIN = Decimal("0.005")
"""How far, as a part of it, a price must go back past its level before the next crossing counts."""
EXTREME_MARGIN = Decimal("0.01")
"""How far a price must come back from its 52-week high or low before the next one counts."""
DRAWDOWN_MARGIN = Decimal("0.1")
"""The part of its threshold by which a portfolio must have recovered before the next fall counts."""
COOL_DOWN = timedelta(hours=1)
"""After a crossing no other one counts for so long, at least."""
LOOKED_AHEAD = 1
"""Days before its earnings at which a company is told of."""

# No exchange of ours trades at 21:00 UTC: New York has closed by then, and Auckland has not opened.
_END_OF_SESSION = time(20, 59, 59, 999999, tzinfo=UTC)
_SESSION_SHIFT = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Watch:
    """What decides of an alert; `fired_at` is the time of the data that it went off at last."""

    condition: Condition
    threshold: Decimal | None = None
    armed: bool = True
    last_value: Decimal | None = None
    last_as_of: datetime | None = None
    fired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at what an alert watches.

    `value` is a price, a drawdown in percent, or the days until earnings. `against` is what it is compared with beside
    the threshold: the previous close, or the highest or lowest close of the 52 weeks before; None is unknown.
    """

    value: Decimal
    as_of: datetime
    against: Decimal | None = None
    previous_close: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reading means for an alert: the state after it, whether it went off, and why it was not believed."""

    watch: Watch
    fires: bool = False
    doubt: str = ""


def judge(watch: Watch, reading: Reading, *, silent: bool = False) -> Verdict:
    """Look at one reading. `silent` keeps it from going off, and leaves it armed for when the silence is over."""
    if not reading.value.is_finite() or (watch.last_as_of is not None and reading.as_of <= watch.last_as_of):
        return Verdict(watch)
    if watch.condition == "earnings":
        return _judge_earnings(watch, reading, silent=silent)
    if doubt := doubt_of(watch, reading):
        return Verdict(watch, doubt=doubt)
    reached = _is_reached(watch, reading)
    armed = watch.armed or (_is_cool(watch, reading) and _is_back(watch, reading))
    fires = armed and reached and not silent
    return Verdict(
        replace(
            watch,
            armed=armed and not fires,
            last_value=reading.value,
            last_as_of=reading.as_of,
            fired_at=reading.as_of if fires else watch.fired_at,
        ),
        fires,
    )


def is_reached(condition: Condition, threshold: Decimal, value: Decimal) -> bool:
    """Whether a level, or a drawdown, is there already; at the level is there."""
    return value <= threshold if condition == "below" else value >= threshold


def doubt_of(watch: Watch, reading: Reading) -> str:
    """Why a price can't be right, "" when it can: pence taken for pounds, or a bad tick, are no crossing."""
    if watch.condition not in ON_PRICES:
        return ""
    if reading.value <= 0:
        return "it is not above zero"
    for name, before in (("last seen", watch.last_value), ("previous close", reading.previous_close)):
        if before is not None and before > 0:
            factor = max(reading.value, before) / min(reading.value, before)
            if factor >= IMPOSSIBLE_FACTOR:
                return f"it is {factor:.0f} times away from the price {name}"
    return ""


def after_split(watch: Watch, ratio: Decimal) -> Watch:
    """The alert in the shares of after a split; `ratio` is new shares for one old."""
    return replace(
        watch,
        threshold=_shared(watch.threshold, ratio) if watch.condition in PRICE_LEVELS else watch.threshold,
        last_value=_shared(watch.last_value, ratio) if watch.condition in ON_PRICES else watch.last_value,
    )


def moment_of(as_of: AsOf) -> datetime:
    """The time of a price; that of a close is put at the end of its day, wherever the exchange is."""
    return as_of if isinstance(as_of, datetime) else datetime.combine(as_of, _END_OF_SESSION)


def session_day(moment: datetime) -> date:
    """The day of trading that a time belongs to, on exchanges from Auckland to New York."""
    return (moment.astimezone(UTC) + _SESSION_SHIFT).date()


def _shared(price: Decimal | None, ratio: Decimal) -> Decimal | None:
    return None if price is None else round(price / ratio, 6).normalize()


def _judge_earnings(watch: Watch, reading: Reading, *, silent: bool) -> Verdict:
    """`as_of` is the day of the earnings: told once for each, even when the day before was missed."""
    if silent or not 0 <= reading.value <= LOOKED_AHEAD:
        return Verdict(watch)
    return Verdict(
        replace(watch, last_value=reading.value, last_as_of=reading.as_of, fired_at=reading.as_of), fires=True
    )


def _is_reached(watch: Watch, reading: Reading) -> bool:
    value, against, threshold = reading.value, reading.against, watch.threshold
    match watch.condition:
        case "new_high":
            return against is not None and value > against
        case "new_low":
            return against is not None and value < against
        case "day_move_percent":
            return (
                threshold is not None
                and against is not None
                and against > 0
                and abs(value / against - 1) * 100 >= threshold
            )
        case _:
            return threshold is not None and is_reached(watch.condition, threshold, value)


def _is_cool(watch: Watch, reading: Reading) -> bool:
    return watch.fired_at is None or reading.as_of >= watch.fired_at + COOL_DOWN


def _is_back(watch: Watch, reading: Reading) -> bool:
    """Whether the value has gone back far enough for the next crossing to be another one."""
    value, against, threshold = reading.value, reading.against, watch.threshold
    is_later_day = watch.fired_at is None or session_day(reading.as_of) > session_day(watch.fired_at)
    match watch.condition:
        case "above":
            return threshold is not None and value <= threshold * (1 - LEVEL_MARGIN)
        case "below":
            return threshold is not None and value >= threshold * (1 + LEVEL_MARGIN)
        case "new_high":
            return is_later_day and against is not None and value <= against * (1 - EXTREME_MARGIN)
        case "new_low":
            return is_later_day and against is not None and value >= against * (1 + EXTREME_MARGIN)
        case "drawdown_percent":
            return threshold is not None and value <= threshold * (1 - DRAWDOWN_MARGIN)
        case _:
            return is_later_day
