"""Reads the bundled daily closes: 20 large US companies, the S&P 500 index and five factor funds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRICES_FILE = Path(__file__).parent / "prices.npz"
_EPOCH = date(1970, 1, 1)
_THOUSANDTHS = 1000.0


@dataclass(frozen=True, slots=True)
class DailyCloses:
    """One symbol's closes, oldest first: `days` since 1970-01-01, and prices in thousandths of the currency unit."""

    days: NDArray[np.int32]
    thousandths: NDArray[np.int32]

    def last_date(self) -> date:
        """The date of the newest close."""
        return day_to_date(int(self.days[-1]))

    def between(self, start: date | None, end: date | None) -> tuple[tuple[date, ...], tuple[float, ...]]:
        """Dates and closes from `start` to `end`, both inclusive.

        Begins with the last close on or before `start` when there is one; empty when nothing lies within.
        """
        first = 0 if start is None else max(0, int(np.searchsorted(self.days, date_to_day(start), side="right")) - 1)
        stop = len(self.days) if end is None else int(np.searchsorted(self.days, date_to_day(end), side="right"))
        dates = tuple(day_to_date(int(day)) for day in self.days[first:stop])
        return dates, tuple(float(value) for value in self.thousandths[first:stop] / _THOUSANDTHS)


def date_to_day(when: date) -> int:
    """Days since 1970-01-01."""
    return (when - _EPOCH).days


def day_to_date(day: int) -> date:
    """The date `day` days after 1970-01-01."""
    return _EPOCH + timedelta(days=day)


@lru_cache(maxsize=1)
def bundled_closes() -> dict[str, DailyCloses]:
    """Symbol → its closes, for all bundled symbols. Read once, about 1 MB."""
    with np.load(PRICES_FILE, allow_pickle=False) as archive:
        symbols = [str(symbol) for symbol in archive["symbols"]]
        days = archive["days"]
        thousandths = archive["thousandths"]
    closes = {}
    for column, symbol in enumerate(symbols):
        # 0 stands for "before this symbol's first bundled close"; a build with any later gap is refused.
        first = int(np.argmax(thousandths[column] > 0))
        closes[symbol] = DailyCloses(days=days[first:], thousandths=thousandths[column, first:])
    return closes
