"""Reads the bundled euro foreign exchange reference rates of the European Central Bank."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.market_data.bundle.prices import date_to_day, day_to_date

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

RATES_FILE = Path(__file__).parent / "rates.npz"


@dataclass(frozen=True, slots=True)
class ReferenceRates:
    """Units of each currency that one euro buys, by day (oldest first); NaN where the ECB published none."""

    days: NDArray[np.int32]
    columns: dict[str, NDArray[np.float64]]

    def currencies(self) -> tuple[str, ...]:
        """All ISO codes with rates, EUR included."""
        return ("EUR", *self.columns)

    def first_date(self) -> date:
        """The oldest date of the table."""
        return day_to_date(int(self.days[0]))

    def last_date(self) -> date:
        """The newest date of the table."""
        return day_to_date(int(self.days[-1]))

    def per_euro(self, currency: str, on: date) -> tuple[Decimal, date] | None:
        """The last rate published on or before `on`, exactly as published, and its date; None when there is none.

        EUR is 1 on every day of the table.
        """
        stop = int(np.searchsorted(self.days, date_to_day(on), side="right"))
        if stop == 0:
            return None
        if currency == "EUR":
            return Decimal(1), day_to_date(int(self.days[stop - 1]))
        published = np.flatnonzero(np.isfinite(self.columns[currency][:stop]))
        if not len(published):
            return None
        row = int(published[-1])
        # repr of a float gives back the shortest decimal text, which is the published one.
        return Decimal(repr(float(self.columns[currency][row]))), day_to_date(int(self.days[row]))


@lru_cache(maxsize=1)
def reference_rates() -> ReferenceRates:
    """The whole table, read once, about 2.4 MB."""
    with np.load(RATES_FILE, allow_pickle=False) as archive:
        codes = [str(code) for code in archive["currencies"]]
        table = archive["per_euro"]
        return ReferenceRates(days=archive["days"], columns={code: table[index] for index, code in enumerate(codes)})
