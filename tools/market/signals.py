"""Signs of a trend in daily closes, by fixed rules: none of them says what comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from tools import returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

SignalKind = Literal[
    "new 52-week high", "new 52-week low", "average crossed up", "average crossed down", "unusual move",
    "unusual volume", "high volatility", "low volatility",
]  # fmt: skip

SHORT_AVERAGE, LONG_AVERAGE = 50, 200
USUAL_SESSIONS = 60
"""Sessions that the usual move is measured over."""
MOVE_FACTOR = 3.0
VOLUME_SESSIONS = 20
VOLUME_FACTOR = 2.0
VOLATILITY_SESSIONS = 20
CALM, ROUGH = 0.10, 0.90
_YEAR = timedelta(days=364)
_SLACK = timedelta(days=7)
_YEAR_SESSIONS = 252
_FEWEST_FOR_REGIME = 200
_ROUNDING = 1e-9

DEFINITIONS: dict[SignalKind, str] = {
    "new 52-week high": "The close is above every close of the 364 days before it.",
    "new 52-week low": "The close is below every close of the 364 days before it.",
    "average crossed up": (
        "The plain average of the last 50 closes is above that of the last 200, and a session earlier it was not."
    ),
    "average crossed down": (
        "The plain average of the last 50 closes is below that of the last 200, and a session earlier it was not."
    ),
    "unusual move": (
        "The day's change is more than 3 times the usual one: the standard deviation of the 60 daily changes before it."
    ),
    "unusual volume": "At least twice as many shares were traded as on average in the 20 sessions before.",
    "high volatility": (
        "The annualised volatility of the last 20 sessions is higher than on 90% of the sessions of the past year."
    ),
    "low volatility": (
        "The annualised volatility of the last 20 sessions is lower than on 90% of the sessions of the past year."
    ),
}
"""What each kind means, for whoever asks."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule that is met at the last close.

    `value` is what was seen, `usual` what it is set against: the two averages; the change and the usual one, as
    fractions; the two volumes; the volatility, and the part of the past year's sessions with less. For a high or low,
    the close and the highest or lowest before it.
    """

    kind: SignalKind
    value: float
    usual: float


def find_signals(
    dates: Sequence[date], prices: Sequence[float], volumes: Sequence[int | None] | None = None
) -> tuple[Signal, ...]:
    """The rules met at the last of these closes, oldest first; a rule that needs more closes is not met.

    Raises `ValueError` for prices that are not finite and above zero.
    """
    return tuple(
        signal
        for found in (_extreme(dates, prices), _crossing(prices), _move(prices), _volume(volumes), _regime(prices))
        for signal in found
    )


def definitions_text(kinds: Sequence[SignalKind] = tuple(DEFINITIONS)) -> str:
    """The definitions as a list in markdown."""
    told = [f"- {kind}: {DEFINITIONS[kind]}" for kind in DEFINITIONS if kind in kinds]
    return "\n".join([*told, "", "They describe past prices; they don't say what comes next."])


def usual_move(prices: Sequence[float]) -> float | None:
    """The sample standard deviation of the 60 daily changes before the last; None when there are fewer."""
    if len(prices) < USUAL_SESSIONS + 2:
        return None
    return returns.volatility(returns.simple_returns(prices[-USUAL_SESSIONS - 2 : -1]))


def volatility_rank(prices: Sequence[float]) -> tuple[float, float] | None:
    """(annualised volatility of the last 20 sessions, the part of the past year's sessions on which it was lower).

    None below 200 such sessions.
    """
    moves = returns.simple_returns(prices[-_YEAR_SESSIONS - VOLATILITY_SESSIONS - 1 :])
    stops = range(VOLATILITY_SESSIONS, len(moves) + 1)
    rolling = [returns.annualised_volatility(moves[stop - VOLATILITY_SESSIONS : stop]) for stop in stops]
    known = [value for value in rolling if value is not None]
    if len(known) <= _FEWEST_FOR_REGIME:
        return None
    now, before = known[-1], known[:-1]
    alike = sum(math.isclose(value, now, rel_tol=_ROUNDING) for value in before)
    lower = sum(value < now and not math.isclose(value, now, rel_tol=_ROUNDING) for value in before)
    return now, (lower + alike / 2) / len(before)  # those alike stand half below and half above


def _extreme(dates: Sequence[date], prices: Sequence[float]) -> Iterator[Signal]:
    if not dates:
        return
    first = dates[-1] - _YEAR
    if dates[0] > first + _SLACK:
        return
    before = [price for day, price in zip(dates, prices, strict=True) if first <= day < dates[-1]]
    if not before:
        return
    if prices[-1] > max(before):
        yield Signal("new 52-week high", prices[-1], max(before))
    elif prices[-1] < min(before):
        yield Signal("new 52-week low", prices[-1], min(before))


def _crossing(prices: Sequence[float]) -> Iterator[Signal]:
    if len(prices) <= LONG_AVERAGE:
        return
    short, long = _average(prices, SHORT_AVERAGE), _average(prices, LONG_AVERAGE)
    gap, gap_before = short - long, _average(prices[:-1], SHORT_AVERAGE) - _average(prices[:-1], LONG_AVERAGE)
    if gap > 0 >= gap_before:
        yield Signal("average crossed up", short, long)
    elif gap < 0 <= gap_before:
        yield Signal("average crossed down", short, long)


def _average(prices: Sequence[float], sessions: int) -> float:
    return math.fsum(prices[-sessions:]) / sessions


def _move(prices: Sequence[float]) -> Iterator[Signal]:
    usual = usual_move(prices)
    if usual is None or usual <= 0:
        return
    change = prices[-1] / prices[-2] - 1
    if abs(change) > MOVE_FACTOR * usual:
        yield Signal("unusual move", change, usual)


def _volume(volumes: Sequence[int | None] | None) -> Iterator[Signal]:
    if volumes is None or len(volumes) <= VOLUME_SESSIONS:
        return
    last, before = volumes[-1], volumes[-VOLUME_SESSIONS - 1 : -1]
    known = [each for each in before if each is not None and each > 0]
    if last is None or len(known) < VOLUME_SESSIONS:
        return
    average = sum(known) / len(known)
    if last >= VOLUME_FACTOR * average:
        yield Signal("unusual volume", last, average)


def _regime(prices: Sequence[float]) -> Iterator[Signal]:
    found = volatility_rank(prices)
    if found is None:
        return
    now, rank = found
    if rank > ROUGH:
        yield Signal("high volatility", now, rank)
    elif rank < CALM:
        yield Signal("low volatility", now, rank)
