"""Money in other currencies, turned into the portfolio's own at the rate of a stated day."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from tools.market_data.base import ExchangeRate, MarketData


class Exchange:
    """Rates into one base currency, each asked for once and remembered for one tool call."""

    def __init__(self, market: MarketData, base: str) -> None:
        self.base = base
        self._market = market
        self._rates: dict[tuple[str, date], ExchangeRate] = {}

    async def rate(self, currency: str, on: date) -> Decimal:
        """How many units of the base one unit of `currency` bought on that day. Raises `MarketDataError`."""
        if currency == self.base:
            return Decimal(1)
        key = (currency, on)
        if key not in self._rates:
            self._rates[key] = await self._market.exchange_rate(currency, self.base, on)
        return self._rates[key].rate

    def notes(self) -> tuple[str, ...]:
        """Where the rates that were used came from; nothing when none was needed."""
        if not self._rates:
            return ()
        sources = sorted({rate.source for rate in self._rates.values()})
        return (f"Other currencies are converted to {self.base} at the rate of each day ({', '.join(sources)}).",)
